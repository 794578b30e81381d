"""Runs of a physical network: chunks of random words through the kernel."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..._core.seeds import derive_seed
from .groups import random_words
from .lif_noise import event_law
from .physical import PhysicalNetwork

if TYPE_CHECKING:
    from ..kernels.lif_sampling_jax import Neurons, Sources

__all__ = ["StepConstants", "run_chains"]


class StepConstants(NamedTuple):
    """What a step does, whatever the network."""

    steps_per_read: int
    event_rate: float  # excitatory events per step, and as many inhibitory ones
    reset: float
    voltage_kept: float  # share that a step leaves
    current_kept: float
    trace_taken: float  # change of voltage by a unit current in a step
    noise_taken: float
    renewing: bool


def run_chains(
    physical: PhysicalNetwork,
    constants: StepConstants,
    arrays: dict[str, np.ndarray],
    reads: int,
    seed: int,
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Run all chains, their two halves side by side in threads.

    Each half has random words of its own, so that results do not depend on how many
    cores there are.

    Parameters
    ----------
    physical : PhysicalNetwork
    constants : StepConstants
    arrays : dict of arrays
        State of the neurons, each (chains, n) float32.
    reads : int
    seed : int
        Of the random words.

    Returns
    -------
    ndarray, dict of arrays
        z of shape (reads, chains, n), uint8, and the state after the last read.
    """
    chains = len(arrays["voltage"])
    middle = -(-chains // 2)
    halves = [h for h in (slice(0, middle), slice(middle, chains)) if h.start < h.stop]
    states = np.empty((reads, physical.n, chains), np.uint8)

    def run_half(i: int) -> dict[str, np.ndarray]:
        part = {name: value[halves[i]] for name, value in arrays.items()}
        neurons = _neurons(physical, constants, halves[i])
        words = derive_seed(seed, "chains", i)
        return _run_half(
            physical, neurons, constants, part, words, states[..., halves[i]]
        )

    with ThreadPoolExecutor(len(halves)) as threads:
        ends = list(threads.map(run_half, range(len(halves))))
    after = {name: np.concatenate([end[name] for end in ends]) for name in arrays}
    return states.transpose(0, 2, 1), after


def _run_half(
    physical: PhysicalNetwork,
    neurons: "Neurons",
    constants: StepConstants,
    arrays: dict[str, np.ndarray],
    seed: int,
    states: np.ndarray,
) -> dict[str, np.ndarray]:
    """Fill `states`, (reads, n, chains), and return the state after them."""
    from ..kernels.lif_sampling_jax import State, run_reads

    n_sources = physical.n if physical.wiring is None else physical.wiring.shape[1]
    shape = (constants.steps_per_read, n_sources, states.shape[-1])
    size = int(np.prod(shape))
    sources = _sources(physical, constants)
    state = State(**{name: value.T for name, value in arrays.items()})
    done = 0
    for words, count in random_words(seed, (-(-size // 2),), len(states)):
        small = words.view(np.int16)[:, :size].reshape(-1, *shape)
        state, z = run_reads(
            neurons,
            state,
            small,
            np.int32(count),
            sources=sources,
            renewing=constants.renewing,
        )
        states[done : done + count] = np.asarray(z)[:count]
        done += count
    return {name: np.asarray(value).T.copy() for name, value in state._asdict().items()}


def _neurons(
    physical: PhysicalNetwork, constants: StepConstants, chains: slice
) -> "Neurons":
    """Return the kernel's parameters for some of the chains."""
    from ..kernels.lif_sampling_jax import Neurons

    def columns(values: np.ndarray) -> np.ndarray:
        several = values[chains].T if values.ndim == 2 else values[:, None]
        return several.astype(np.float32)

    gains = np.ones(physical.n) if physical.gains is None else physical.gains
    wiring = None if physical.wiring is None else physical.wiring.astype(np.float32)
    return Neurons(
        weights=(constants.trace_taken * physical.weights).astype(np.float32),
        drifts=columns((1 - constants.voltage_kept) * physical.leaks),
        gains=columns(constants.noise_taken * gains),
        refractory=columns(physical.refractory),
        reset=np.array(constants.reset, np.float32),
        voltage_kept=np.array(constants.voltage_kept, np.float32),
        current_kept=np.array(constants.current_kept, np.float32),
        wiring=wiring,
    )


def _sources(physical: PhysicalNetwork, constants: StepConstants) -> "Sources":
    """Return the law of the events that one word decides."""
    from ..kernels.lif_sampling_jax import Sources

    if physical.wiring is None:
        return Sources(*event_law(constants.event_rate, True))
    per_neuron = np.abs(physical.wiring).sum(axis=1).mean()
    return Sources(*event_law(2 * constants.event_rate / per_neuron, False))
