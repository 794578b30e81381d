"""Training of a network so that its spins have prescribed moments."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import (
    check_between,
    check_choice,
    check_integer,
    check_positive,
    check_shapes,
)
from ..._core.errors import ConvergenceError
from ..._core.progress import ProgressLine
from ..._core.seeds import derive_seed
from ..network import LIFNetwork
from ..products import Products, as_products, as_targets
from .weight_rates import weight_rates

if TYPE_CHECKING:
    from .training_jax import TrainingState

__all__ = [
    "TrainingInfo",
    "TrainingResult",
    "init",
    "step",
    "train",
]

PRECISIONS = {"single": np.float32, "double": np.float64}


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingInfo:
    """What one epoch saw, before its update."""

    loss: float
    moments: np.ndarray  # (products,), sample means over the epoch


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingResult:
    """A trained network and how it got there."""

    network: LIFNetwork
    losses: np.ndarray  # (epochs,), of this call
    moments: np.ndarray  # (epochs, products), sample means over each epoch
    state: "TrainingState"  # to go on from, or to save


def init(
    network: LIFNetwork, *, chains: int = 64, seed: int = 0, precision: str = "single"
) -> "TrainingState":
    """Return the state before the first epoch: chains at rest, no gradient seen.

    Parameters
    ----------
    network : LIFNetwork
        Where training starts; a trained network for a warm start.
    chains : int
        Independent runs that are averaged over. They go on from epoch to epoch, so
        that nothing is lost to burning in.
    seed : int
        Seed of the sources in all epochs.
    precision : {"single", "double"}
        Floats of the training. Single is faster; the result is the same on one machine
        either way, bit for bit.

    Returns
    -------
    TrainingState
        Named tuples of arrays.

    Raises
    ------
    TypeError, ValueError
        If `chains` or `seed` is no integer or too small, or the precision unknown.
    """
    from . import training_jax

    check_integer(chains, "chains")
    check_choice(precision, "precision", PRECISIONS)
    seed = derive_seed(seed, "training")
    return training_jax.first_state(network, chains, seed, PRECISIONS[precision])


def step(
    state: "TrainingState",
    network: LIFNetwork,
    products: Products,
    targets: ArrayLike,
    *,
    steps: int = 20,
    learning_rate: float = 0.1,
    recurrent_learning_rate: float = 0.3,
    sharpness: float = 10.0,
    detach_reset: bool = True,
    detach_recurrent: bool = True,
    detach_refractory: bool = False,
    clip: float | None = None,
    restart_every: int | None = None,
    warm_up: int = 2,
    scale: float | None = None,
) -> tuple["TrainingState", TrainingInfo]:
    """Run one epoch: simulate all chains for some steps and update the weights.

    See `train`; `network` gives the constants of neurons and sources, the state the
    weights.
    """
    from ..kernels import lif_jax
    from . import training_jax

    products = as_products(products, network.n_neurons)
    targets = as_targets(targets, len(products))
    check_integer(steps, "steps")
    check_positive(sharpness, "sharpness")
    check_positive(learning_rate, "learning_rate")
    check_positive(recurrent_learning_rate, "recurrent_learning_rate")
    if clip is not None:
        check_positive(clip, "clip")
    if restart_every is not None:
        _check_restarts(restart_every, warm_up, len(state.neurons.voltage))
    check_shapes(
        recurrent_weights=(network.recurrent_weights, "n n"),
        state_inputs=(np.asarray(state.weights.inputs), "n m"),
        input_weights=(network.input_weights, "n m"),
    )
    settings = training_jax.Settings(
        parameters=network.parameters,
        source_law=network.source_law,
        source_mean=network.source_mean,
        source_probability=network.source_probability,
        products=products,
        steps=steps,
        sharpness=float(sharpness),
        detach=lif_jax.Detach(
            reset=bool(detach_reset),
            recurrent=bool(detach_recurrent),
            refractory=bool(detach_refractory),
        ),
        clip=clip,
        restart_every=restart_every,
        warm_up=warm_up,
    )
    rates = lif_jax.Weights(
        *map(np.array, weight_rates(network, learning_rate, recurrent_learning_rate))
    )
    scale = _default_scale(len(products)) if scale is None else scale
    masks = (network.input_mask, network.recurrent_mask)
    state, loss, means = training_jax.epoch(
        settings, state, targets, scale, rates, masks
    )
    return state, TrainingInfo(loss=float(loss), moments=np.asarray(means, float))


def train(
    network: LIFNetwork,
    products: Products,
    targets: ArrayLike,
    *,
    epochs: int = 1000,
    chains: int = 64,
    steps: int = 20,
    learning_rate: float = 0.1,
    recurrent_learning_rate: float = 0.3,
    final_fraction: float = 0.01,
    sharpness: float = 10.0,
    detach_reset: bool = True,
    detach_recurrent: bool = True,
    detach_refractory: bool = False,
    clip: float | None = None,
    restart_every: int | None = None,
    warm_up: int = 2,
    scale: float | None = None,
    seed: int = 0,
    precision: str = "single",
    state: "TrainingState | None" = None,
    stop_at: int | None = None,
    progress: bool | None = None,
) -> TrainingResult:
    r"""Train weights until products of spins s = 2z - 1 have prescribed means.

    Adam on the loss :math:`2^{-n} \sum_j (\hat\chi_j - \chi_j)^2`, for the Pauli
    products of n qubits the squared Frobenius distance of eq. (32) [1]_. The
    gradient runs back through the simulated steps with the derivative
    :math:`1/(\alpha|x| + 1)^2` of a spike, eq. (A7). Learning rates fall along a half
    cosine.

    Weights that the masks of the network leave out stay zero.

    Departs from the paper, whose plain descent with η = 10, α = 100 and all paths
    followed freezes: α = 10, no gradient through resets or through recurrent spikes,
    and many short chains in place of one long run.

    Parameters
    ----------
    network : LIFNetwork
        Where to start: `motif_network`, `init_network`, or a trained network.
    products : sequence of tuples of int
        Spins in each product, by neuron.
    targets : shape (products,)
        Prescribed means.
    epochs : int
        Updates, counted from the start of the state.
    chains, steps : int
        Each epoch averages over `chains` runs of `steps` steps, and its gradient
        reaches `steps` steps back.
    learning_rate, recurrent_learning_rate : float
        First rates of Adam for input and for recurrent weights: the change of a weight
        in an epoch, times the number of weights of its kind on a neuron, in units of
        the current that lifts a neuron from reset to threshold in one step.
    final_fraction : float
        Last rates over the first ones.
    sharpness : float
        α of the surrogate derivative.
    detach_reset, detach_recurrent : bool
        Whether the gradient ignores the reset, and the spikes that reach other
        neurons. If it ignores the latter only the spins' own weights learn. Follow
        them, with a `clip` and restarts, to get far from random weights.
    detach_refractory : bool
        Whether the gradient ignores that a spike displaces those which its refractory
        period keeps from coming. It then counts both, which matters the more the
        longer the period; with one of a single step there are none.
    clip : float, optional
        Hold each number of the gradient within this many times its running root mean
        square.
    restart_every : int, optional
        Each chain starts from rest again after this many epochs, in turn. Without it
        the network may learn a rhythm that only these chains are in. Needs two chains.
    warm_up : int
        Epochs after a restart in which a chain is not counted, at most half of
        `restart_every`.
    scale : float, optional
        Factor of the loss instead of 2⁻ⁿ; needed unless there are 4ⁿ - 1 products.
    seed : int
        Seed of the sources; unused with `state`.
    precision : {"single", "double"}
        Floats of the training, see `init`; unused with `state`.
    state : TrainingState, optional
        Go on from here, with the same network, seed and settings for the same result.
    stop_at : int, optional
        Stop after this many epochs, as if interrupted.
    progress : bool, optional
        False hides the progress line, True always shows it.

    Returns
    -------
    TrainingResult
        Trained network, loss and moments of each epoch, last state.

    Raises
    ------
    TypeError, ValueError
        If a count is too small, a rate not positive, shapes disagree, a target is no
        mean of a spin product, the loss needs a scale, or `state` has a weight where
        `network` has no connection.
    ConvergenceError
        If a weight is no longer finite.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022), Sec. V, App. A.
    """
    check_integer(epochs, "epochs")
    check_between(final_fraction, "final_fraction", 0, 1)
    stop_at = epochs if stop_at is None else min(stop_at, epochs)
    if state is None:
        state = init(network, chains=chains, seed=seed, precision=precision)
    else:
        network.with_weights(*state.weights)  # refuses what has no connection
    infos = []
    with ProgressLine("training", stop_at - int(state.epoch), show=progress) as line:
        while int(state.epoch) < stop_at:
            done = int(state.epoch) / epochs
            decay = (
                final_fraction
                + (1 - final_fraction) * math.cos(math.pi / 2 * done) ** 2
            )
            state, info = step(
                state,
                network,
                products,
                targets,
                steps=steps,
                learning_rate=learning_rate * decay,
                recurrent_learning_rate=recurrent_learning_rate * decay,
                sharpness=sharpness,
                detach_reset=detach_reset,
                detach_recurrent=detach_recurrent,
                detach_refractory=detach_refractory,
                clip=clip,
                restart_every=restart_every,
                warm_up=warm_up,
                scale=scale,
            )
            infos.append(info)
            line.advance(text=f"loss {info.loss:.4f}")
    state = _as_numpy(state)
    if not all(np.isfinite(weights).all() for weights in state.weights):
        raise ConvergenceError(
            f"A weight is no longer finite after {int(state.epoch)} epochs. "
            "Try a lower `learning_rate` or `recurrent_learning_rate`."
        )
    return TrainingResult(
        network=network.with_weights(*state.weights),
        losses=np.array([info.loss for info in infos]),
        moments=np.array([info.moments for info in infos]).reshape(-1, len(products)),
        state=state,
    )


def _check_restarts(restart_every: int, warm_up: int, chains: int) -> None:
    """Check that in every epoch some chain is counted."""
    check_integer(warm_up, "warm_up", least=0)
    check_integer(restart_every, "restart_every", least=max(1, 2 * warm_up))
    if chains < 2 and warm_up:
        raise ValueError(
            f"`chains` must be at least 2 where one is left out while it warms up, "
            f"but is {chains}. Try warm_up=0."
        )


def _as_numpy(state: "TrainingState") -> "TrainingState":
    """Return the same state with NumPy arrays."""
    import jax

    return jax.tree.map(np.asarray, state)


def _default_scale(n_products: int) -> float:
    """Return 2⁻ⁿ for all 4ⁿ - 1 Pauli products of n qubits."""
    n_qubits = round(math.log(n_products + 1, 4))
    if 4**n_qubits - 1 != n_products:
        raise ValueError(
            "`products` must be the 4**n - 1 Pauli products of n qubits, "
            f"but there are {n_products}. Give the factor of the loss as `scale`."
        )
    return 2.0**-n_qubits
