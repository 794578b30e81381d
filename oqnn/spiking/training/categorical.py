"""Training networks until their binary states follow a prescribed law."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checkpoints import check_checkpoint
from ..._core.checks import (
    check_between,
    check_choice,
    check_integer,
    check_law,
    check_positive,
    check_shapes,
)
from ..._core.errors import ConvergenceError
from ..._core.seeds import derive_seed
from ..network import LIFNetwork, LIFParameters
from ..state_frequencies import (
    MOST_NEURONS,
    StateFrequencies,
    kl_divergence,
    measure_law,
)
from .initial import init_network
from .weight_rates import lift_current, weight_rates

__all__ = ["CategoricalTraining", "train_categorical"]

PRECISIONS = {"single": np.float32, "double": np.float64}
MOST_BYTES = 4e9  # of the products (B1) in one epoch
RECURRENT_SCALE = 0.1  # of a random start, in units of `lift_current`


@dataclass(frozen=True, kw_only=True, eq=False)
class CategoricalTraining:
    """A network trained to a law, what it reached and how."""

    network: LIFNetwork
    target: np.ndarray  # (2^n,), the prescribed law
    law: StateFrequencies  # measured after training, on fresh noise
    losses: np.ndarray  # (epochs,), KL(p_s‖p) of each epoch's samples, resumed ones too

    @property
    def divergence(self) -> float:
        """KL(p_s‖p) of all runs together."""
        return kl_divergence(self.law.probabilities, self.target)

    @property
    def reverse_divergence(self) -> float:
        """KL(p‖p_s) of all runs together; infinite if a state was never seen."""
        return kl_divergence(self.target, self.law.probabilities)

    @property
    def run_divergences(self) -> np.ndarray:
        """KL(p_s‖p) of each run, shape (runs,)."""
        return np.array([kl_divergence(run, self.target) for run in self.law.runs])

    @property
    def run_floor(self) -> float:
        """What a run's KL(p_s‖p) would be on average if the law were exact."""
        return len(self.law.runs) * self.law.sampling_floor


def train_categorical(
    p: ArrayLike,
    *,
    neurons: int | None = None,
    sources: int = 256,
    source_rate_hz: float = 300.0,
    source_law: str = "bernoulli",
    parameters: LIFParameters | None = None,
    network: LIFNetwork | None = None,
    epochs: int = 1000,
    chains: int = 16,
    steps: int = 400,
    learning_rate: float = 0.01,
    recurrent_learning_rate: float = 0.1,
    final_fraction: float = 0.01,
    sharpness: float = 10.0,
    detach_reset: bool = False,
    detach_recurrent: bool = True,
    detach_refractory: bool = False,
    tolerance: float = 0.0,
    seed: int = 0,
    precision: str = "single",
    checkpoint: str | Path | None = None,
    stop_at: int | None = None,
    measure_steps: int = 10_000,
    measure_runs: int = 16,
    progress: bool | None = None,
) -> CategoricalTraining:
    r"""Train a network until the states z of its neurons follow a law, App. B of [1]_.

    Adam on the divergence of the sampled law from the prescribed one, eq. (B2),

    .. math:: KL(p_s\|p) = \sum_z p_s(z) \log \frac{p_s(z)}{p(z)},

    with p_s the time average (B1) of products of z or 1 - z. The gradient takes z
    as real in these products and runs back through the simulated steps with the
    derivative :math:`1/(\alpha|x| + 1)^2` of a spike, eq. (A7).

    Departs from the paper in α = 10 for its 100 and in that the gradient leaves out
    recurrent spikes, but follows refractoriness: a spike displaces the next one.
    Without that path training stalls early. Learning rates fall along a half cosine.

    A sampled law has a divergence of its own, (2ⁿ - 1)/2T for T independent samples;
    the losses hold it, and `CategoricalTraining` tells how much it is at the end.

    Parameters
    ----------
    p : shape (2**n,)
        The law, positive everywhere. States are numbered by bits, the first neuron the
        most significant, z = 1 for an active neuron.
    neurons : int, optional
        Neurons in the network, by default n. More are hidden: they get a gradient only
        with ``detach_recurrent=False``.
    sources, source_rate_hz, source_law
        Of the random network to start from, see `LIFNetwork`.
    parameters : LIFParameters, optional
        Its neurons; by default those of the paper, ``v_leak=0.9, refractory_steps=10``.
    network : LIFNetwork, optional
        Where to start instead of a random network. `neurons`, `sources`,
        `source_rate_hz`, `source_law` and `parameters` are then unused. Weights that
        its masks leave out stay zero.
    epochs : int
        Updates.
    chains, steps : int
        Each epoch averages over `chains` runs of `steps` steps, which go on from epoch
        to epoch.
    learning_rate, recurrent_learning_rate : float
        First rates of Adam for input and for recurrent weights: the change of a weight
        in an epoch, times the number of weights of its kind on a neuron, in units of
        the current that lifts a neuron from reset to threshold in one step.
    final_fraction : float
        Last rates over the first ones.
    sharpness : float
        α of the surrogate derivative.
    detach_reset, detach_recurrent, detach_refractory : bool
        Whether the gradient ignores resets, the spikes that reach other neurons, and
        that a refractory neuron cannot fire.
    tolerance : float
        Stop once the mean loss of twenty epochs is below; 0 never stops.
    seed : int
        Seed of the random network and of all sources.
    precision : {"single", "double"}
        Floats of the training.
    checkpoint : str or Path, optional
        File, ending in ``.npz``, that is written every fifty epochs and at the end. If
        it exists training goes on from there, with the same result as in one go.
    stop_at : int, optional
        Stop after this many epochs, as if interrupted.
    measure_steps, measure_runs : int
        Steps and runs of the final measurement.
    progress : bool, optional
        False hides the progress line, True always shows it.

    Returns
    -------
    CategoricalTraining
        Trained network, losses, and the law measured on fresh noise.

    Raises
    ------
    TypeError, ValueError
        If `p` is no law, has another number of states or a zero, an epoch would need
        more than 4 GB, a number is out of range, or `checkpoint` belongs to another
        training.
    ConvergenceError
        If a weight is no longer finite. Its attribute ``reached`` is the result at the
        last epoch after which all weights were, and `checkpoint` holds the same.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022).
    """
    p = _as_target(p)
    n = p.size.bit_length() - 1
    stop_at = epochs if stop_at is None else stop_at
    counts = {"epochs": epochs, "stop_at": stop_at, "chains": chains, "steps": steps}
    lengths = {"measure_steps": measure_steps, "measure_runs": measure_runs}
    rates = {
        "learning_rate": learning_rate,
        "recurrent_learning_rate": recurrent_learning_rate,
    }
    _check_numbers(
        precision,
        final_fraction,
        counts=counts | lengths,
        positive={"sharpness": sharpness, **rates},
    )
    check_between(tolerance, "tolerance", 0, np.inf)
    check_checkpoint(checkpoint)
    dtype = PRECISIONS[precision]
    _check_memory(chains * steps * p.size * np.dtype(dtype).itemsize)
    if network is None:
        size = n if neurons is None else neurons, sources
        network = _first_network(size, parameters, source_rate_hz, source_law, seed)
    _check_size(network, n)

    from ..kernels.lif_jax import Detach
    from .categorical_descent_jax import Schedule, descend
    from .categorical_jax import settings_of
    from .training_jax import first_state

    detach = Detach(bool(detach_reset), bool(detach_recurrent), bool(detach_refractory))
    state, losses, diverged = descend(
        settings_of(network, n, steps, float(sharpness), detach),
        first_state(network, chains, derive_seed(seed, "categorical"), dtype),
        p,
        Schedule(
            epochs=epochs,
            stop_at=min(stop_at, epochs),
            rates=weight_rates(network, learning_rate, recurrent_learning_rate),
            final_fraction=float(final_fraction),
            tolerance=float(tolerance),
            checkpoint=None if checkpoint is None else Path(checkpoint),
        ),
        (network.input_mask, network.recurrent_mask),
        progress,
    )
    trained = network.with_weights(*(np.asarray(w) for w in state.weights))
    law = measure_law(
        trained,
        neurons=n,
        steps=measure_steps,
        runs=measure_runs,
        seed=derive_seed(seed, "categorical law"),
    )
    result = CategoricalTraining(
        network=trained, target=p, law=law, losses=np.array(losses)
    )
    if diverged:
        raise _diverged(result, checkpoint)
    return result


def _first_network(
    size: tuple[int, int],
    parameters: LIFParameters | None,
    source_rate_hz: float,
    source_law: str,
    seed: int,
) -> LIFNetwork:
    """Return a random network with weak recurrence, by default of the paper's kind."""
    parameters = parameters or LIFParameters(v_leak=0.9, refractory_steps=10)
    return init_network(
        *size,
        seed=seed,
        recurrent_scale=RECURRENT_SCALE * lift_current(parameters),
        parameters=parameters,
        source_rate_hz=source_rate_hz,
        source_law=source_law,
    )


def _diverged(
    result: CategoricalTraining, checkpoint: str | Path | None
) -> ConvergenceError:
    """Return the error of a training that ran away, with what it had reached."""
    kept = "" if checkpoint is None else f", and in {checkpoint}"
    return ConvergenceError(
        f"A weight is no longer finite after {len(result.losses)} epochs, where the "
        f"training had reached a KL of {result.divergence:.4g}. That result is in the "
        f"attribute `reached` of this error{kept}. Go on from its network with a lower "
        "`learning_rate` or `recurrent_learning_rate`.",
        reached=result,
    )


def _check_numbers(
    precision: str,
    final_fraction: float,
    *,
    counts: dict[str, int],
    positive: dict[str, float],
) -> None:
    """Check what is no array."""
    check_choice(precision, "precision", PRECISIONS)
    check_between(final_fraction, "final_fraction", 0, 1)
    for name, count in counts.items():
        check_integer(count, name)
    for name, value in positive.items():
        check_positive(value, name)
    if counts["measure_steps"] * counts["measure_runs"] < 2:
        raise ValueError(
            "`measure_steps` and `measure_runs` must give at least two steps together, "
            "but give one."
        )


def _as_target(p: ArrayLike) -> np.ndarray:
    """Return a law of binary states, checked, shape (2^n,)."""
    p = np.array(p, dtype=float)
    check_shapes(p=(p, "states"))
    if p.size < 2 or p.size & (p.size - 1):
        raise ValueError(
            f"`p` must hold 2**n probabilities, n at least 1, but holds {p.size}."
        )
    if p.size > 2**MOST_NEURONS:
        raise ValueError(
            f"`p` must be of at most {MOST_NEURONS} neurons, but is of "
            f"{p.size.bit_length() - 1}."
        )
    check_law(p, "p")
    if p.min() <= 0:
        raise ValueError(
            f"`p` must be positive everywhere, but p[{p.argmin()}] = {p.min():g}: "
            "the divergence is infinite as soon as a network visits that state. Mix "
            "in a little of the uniform law if that will do."
        )
    return p


def _check_memory(size: float) -> None:
    """Check that an epoch's products fit in memory."""
    if size > MOST_BYTES:
        raise ValueError(
            "`p`, `chains` and `steps` must give products (B1) of at most "
            f"{MOST_BYTES / 1e9:g} GB, but they need {size / 1e9:.3g} GB."
        )


def _check_size(network: LIFNetwork, n: int) -> None:
    """Check that a network has a neuron for each digit of the states."""
    if not isinstance(network, LIFNetwork):
        raise TypeError(
            f"`network` must be a LIFNetwork, but is a {type(network).__name__}."
        )
    if network.n_neurons < n:
        raise ValueError(
            f"`neurons` must be at least {n} for 2**{n} states, "
            f"but is {network.n_neurons}."
        )
