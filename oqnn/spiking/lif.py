"""Simulation of leaky integrate-and-fire networks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_choice, check_finite, check_integer, check_shapes
from .._core.progress import ProgressLine
from .._core.seeds import rng_from
from .network import LIFNetwork

__all__ = ["Response", "respond", "simulate"]

CHUNK_NUMBERS = 4_000_000  # source spikes held at a time
PRECISIONS = {"single": np.float32, "double": np.float64}


@dataclass(frozen=True, kw_only=True, eq=False)
class Response:
    """What neurons do after each step."""

    active: np.ndarray  # (steps, n) bytes, 1 from a spike to the end of refractoriness
    voltages: np.ndarray  # (steps, n)
    currents: np.ndarray  # (steps, n)


def respond(network: LIFNetwork, sources: ArrayLike) -> Response:
    """Simulate the answer to given source spikes, from rest.

    Parameters
    ----------
    network : LIFNetwork
        The network; its source law is not used.
    sources : shape (steps, m)
        Number of spikes of each source in each step.

    Returns
    -------
    Response
        Active states, voltages and currents after each step.

    Raises
    ------
    ValueError
        If `sources` has another shape or is not finite.

    Examples
    --------
    One source spike of weight 40 makes the neuron fire in the next step:

    >>> network = LIFNetwork(input_weights=[[40.0]], recurrent_weights=[[0.0]])
    >>> respond(network, [[1], [0], [0]]).active[:, 0].tolist()
    [0, 1, 1]
    """
    from .kernels import lif_jax

    sources = np.asarray(sources, dtype=float)
    check_shapes(
        input_weights=(network.input_weights, "n m"), sources=(sources, "steps m")
    )
    check_finite(sources, "sources")
    weights = lif_jax.Weights(network.input_weights, network.recurrent_weights)
    state = lif_jax.rest(network.parameters, 1, network.n_neurons)
    trace = lif_jax.respond(network.parameters, weights, state, sources[:, None])
    active, voltages, currents = (np.asarray(a)[:, 0] for a in trace)
    return Response(
        active=active.astype(np.uint8), voltages=voltages, currents=currents
    )


def simulate(
    network: LIFNetwork,
    steps: int,
    *,
    chains: int = 1,
    seed: int = 0,
    burn_in: int = 0,
    precision: str = "double",
    progress: bool | None = None,
) -> np.ndarray:
    r"""Simulate independent runs of a network under its noisy sources, from rest.

    Each step is, in this order [1]_, eqs. (A1)-(A5),

    .. math::
        v &\leftarrow v + \tfrac{dt}{\tau_{mem}} (v_{leak} - v + RI), \qquad
        I \leftarrow I - \tfrac{dt}{\tau_{syn}} I, \qquad
        z = \Theta(v - v_{th}), \\
        v &\leftarrow (1 - z) v + z v_{reset}, \qquad
        I \leftarrow I + W_{rec} z + W_{in} z_{in}.

    With a longer refractory period a neuron that fired stays active, z = 1, and its
    voltage stays, while its current goes on; only the spike itself is sent, eq. (25).

    Parameters
    ----------
    network : LIFNetwork
        Neurons, connections, sources.
    steps : int
        Steps to return.
    chains : int
        Independent runs.
    seed : int
        Seed of the sources; the same seed gives the same spikes.
    burn_in : int
        Steps to simulate and drop before.
    precision : {"single", "double"}
        Floats of the arithmetic. Single is faster; a voltage that meets the threshold
        within rounding then takes another course.
    progress : bool, optional
        False hides the progress line, True always shows it.

    Returns
    -------
    np.ndarray
        Active states z as bytes, 0 or 1, shape (chains, steps, n).

    Raises
    ------
    TypeError, ValueError
        If a count is no integer or too small, or the precision unknown.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022), App. A.
    """
    check_integer(steps, "steps")
    check_integer(chains, "chains")
    check_integer(burn_in, "burn_in", least=0)
    sizes = chunk_sizes(burn_in + steps, chains, network)
    parts = stream(network, sizes, chains=chains, seed=seed, precision=precision)
    active = np.empty((chains, burn_in + steps, network.n_neurons), np.uint8)
    start = 0
    with ProgressLine("simulation", burn_in + steps, show=progress) as line:
        for part in parts:
            active[:, start : start + part.shape[1]] = part
            start += part.shape[1]
            line.advance(part.shape[1])
    return active[:, burn_in:]


def chunk_sizes(steps: int, chains: int, network: LIFNetwork) -> list[int]:
    """Split a number of steps into nearly equal chunks that fit in memory."""
    width = chains * max(network.n_sources, network.n_neurons)
    count = max(1, -(-steps // max(1, CHUNK_NUMBERS // width)))  # one, if of no steps
    return [len(part) for part in np.array_split(np.arange(steps), count)]


def stream(
    network: LIFNetwork,
    sizes: Sequence[int],
    *,
    chains: int,
    seed: int,
    precision: str = "double",
) -> Iterator[np.ndarray]:
    """Yield the active states of one long simulation, (chains, size, n) at a time."""
    from .kernels import lif_jax

    check_choice(precision, "precision", PRECISIONS)
    dtype = PRECISIONS[precision]
    rng = rng_from(seed, "sources")
    weights = lif_jax.Weights(
        network.input_weights.astype(dtype), network.recurrent_weights.astype(dtype)
    )
    state = lif_jax.rest(network.parameters, chains, network.n_neurons, dtype)
    for size in sizes:
        counts = network.draw_sources(rng, (size, chains, network.n_sources))
        state, active = lif_jax.advance(network.parameters, weights, state, counts)
        yield np.asarray(active)
