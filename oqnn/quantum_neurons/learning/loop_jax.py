"""Parameters on their way: the state of a training, and one update of it."""

from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from ..._core.jax64 import in_double_precision
from ..networks.network import Network
from ..networks.network_jax import Parameters
from .estimator import Info

__all__ = [
    "OPTIMIZERS",
    "LearningState",
    "init",
    "masks_of",
    "network_of",
    "optimizer_of",
    "restore",
    "update",
]

OPTIMIZERS = {"adam": optax.adam, "rmsprop": optax.rmsprop, "sgd": optax.sgd}


class LearningState(NamedTuple):
    """All that the next minibatch needs."""

    parameters: Parameters
    optimizer: optax.OptState


@cache  # programs are found again by the identity of the transformation
def optimizer_of(name: str, learning_rate: float) -> optax.GradientTransformation:
    """Return one of the optimisers by its name."""
    return OPTIMIZERS[name](learning_rate)


@in_double_precision
def init(
    network: Network, optimizer: optax.GradientTransformation, dtype: np.dtype
) -> LearningState:
    """Return the network's own parameters and an optimiser that has seen nothing."""
    parameters = Parameters(
        tuple(jnp.asarray(w, dtype=dtype) for w in network.weights),
        tuple(jnp.asarray(n, dtype=dtype) for n in network.neurons),
    )
    return LearningState(parameters, optimizer.init(parameters))


@in_double_precision
def masks_of(network: Network) -> Parameters:
    """Return where parameters may move."""
    return Parameters(
        tuple(jnp.asarray(c.mask) for c in network.connections),
        tuple(jnp.ones(n.shape, dtype=bool) for n in network.neurons),
    )


@in_double_precision
def update(
    optimizer: optax.GradientTransformation,
    masks: Parameters,
    state: LearningState,
    gradient: Parameters,
    info: Info,
) -> tuple[LearningState, np.ndarray, bool]:
    """Return the next state, (loss, accuracy, spikes...), whether all is finite."""
    state, seen, finite = _update(optimizer, masks, state, gradient, info)
    return state, np.asarray(seen, dtype=float), bool(finite)


@partial(jax.jit, static_argnums=0)
def _update(
    optimizer: optax.GradientTransformation,
    masks: Parameters,
    state: LearningState,
    gradient: Parameters,
    info: Info,
) -> tuple[LearningState, jax.Array, jax.Array]:
    """Take one step of the optimiser, where there are connections."""
    masked = jax.tree.map(jnp.multiply, gradient, masks)
    change, moments = optimizer.update(masked, state.optimizer, state.parameters)
    change = jax.tree.map(jnp.multiply, change, masks)  # some add noise of their own
    parameters = optax.apply_updates(state.parameters, change)
    seen = jnp.stack([info.loss, info.accuracy, *info.spikes])
    finite = jnp.isfinite(info.loss)
    for leaf in jax.tree.leaves(parameters):
        finite &= jnp.isfinite(leaf).all()
    return LearningState(parameters, moments), seen, finite


@in_double_precision
def restore(start: LearningState, leaves: list[np.ndarray]) -> LearningState | None:
    """Return a state with other leaves, or None where they do not fit."""
    before, shape = jax.tree.flatten(start)
    if len(before) != len(leaves) or any(
        (b.shape, b.dtype) != (a.shape, a.dtype)
        for b, a in zip(before, leaves, strict=True)
    ):
        return None
    return jax.tree.unflatten(shape, [jnp.asarray(leaf) for leaf in leaves])


def network_of(network: Network, state: LearningState) -> Network:
    """Return the network with a state's parameters."""
    weights, neurons = state.parameters
    return network.with_parameters(
        [np.asarray(w) for w in weights], [np.asarray(n) for n in neurons]
    )
