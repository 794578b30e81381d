"""Kernel of the training: one epoch of surrogate-gradient descent by Adam."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import DTypeLike

from .._core.jax64 import in_double_precision
from .lif_jax import Array, Detach, LIFState, Weights, rest, scan_steps
from .network import LIFNetwork, LIFParameters

__all__ = ["Settings", "TrainingState", "epoch", "first_state"]

ADAM = optax.scale_by_adam(b1=0.9, b2=0.99)


class TrainingState(NamedTuple):
    """What the next epoch needs: arrays alone."""

    weights: Weights
    adam: optax.ScaleByAdamState
    neurons: LIFState  # the chains go on from epoch to epoch
    epoch: Array  # number of epochs done
    key: Array  # of the sources, with `epoch` folded in


class Settings(NamedTuple):
    """What an epoch is compiled for."""

    parameters: LIFParameters
    source_law: str
    source_mean: float
    source_probability: float
    products: tuple[tuple[int, ...], ...]
    steps: int
    sharpness: float
    detach: Detach


@in_double_precision
def first_state(
    network: LIFNetwork, chains: int, seed: int, dtype: DTypeLike
) -> TrainingState:
    """Return chains at rest and an optimiser that has seen no gradient."""
    weights = Weights(
        network.input_weights.astype(dtype), network.recurrent_weights.astype(dtype)
    )
    return TrainingState(
        weights=weights,
        adam=ADAM.init(weights),
        neurons=rest(network.parameters, chains, network.n_neurons, dtype),
        epoch=np.zeros((), np.int32),
        key=jax.random.PRNGKey(seed),
    )


def draw_sources(settings: Settings, key: Array, like: Array) -> Array:
    """Draw spikes of sources in the shape and the precision of an array."""
    if settings.source_law == "poisson":
        spikes = jax.random.poisson(key, settings.source_mean, like.shape)
    else:
        chance = jnp.asarray(settings.source_probability, like.dtype)
        spikes = jax.random.bernoulli(key, chance, like.shape)
    return spikes.astype(like.dtype)


def moments(active: jax.Array, products: tuple[tuple[int, ...], ...]) -> jax.Array:
    """Return means of products of spins s = 2z - 1 over steps and chains.

    Factors are picked by matrix products, whose gradient is one too.
    """
    n_spins = 1 + max(max(product) for product in products)
    spins = 2 * active[..., :n_spins] - 1
    spins = jnp.append(spins, jnp.ones_like(spins[..., :1]), axis=-1)
    values = jnp.ones_like(spins[..., :1])
    for slot in range(max(map(len, products))):
        picks = [p[slot] if slot < len(p) else n_spins for p in products]
        values = values * (spins @ jnp.eye(n_spins + 1, dtype=spins.dtype)[:, picks])
    return values.mean(axis=(0, 1))


@in_double_precision
@partial(jax.jit, static_argnums=0)
def epoch(
    settings: Settings,
    state: TrainingState,
    targets: Array,
    scale: float,
    rates: Weights,
) -> tuple[TrainingState, jax.Array, jax.Array]:
    """Return the next state, the loss and the moments that gave it.

    The arithmetic has the precision of the state's weights.
    """
    chains, dtype = state.neurons.voltage.shape[0], state.weights.inputs.dtype
    n_sources = state.weights.inputs.shape[1]
    counts = draw_sources(
        settings,
        jax.random.fold_in(state.key, state.epoch),
        jnp.empty((settings.steps, chains, n_sources), dtype),
    )

    def loss(weights: Weights) -> tuple[jax.Array, tuple[LIFState, jax.Array]]:
        neurons, active = scan_steps(
            settings.parameters,
            weights,
            state.neurons,
            counts,
            settings.sharpness,
            settings.detach,
        )
        means = moments(active, settings.products)
        gap = means - targets.astype(dtype)
        return jnp.asarray(scale, dtype) * jnp.sum(gap**2), (neurons, means)

    (value, (neurons, means)), gradient = jax.value_and_grad(loss, has_aux=True)(
        state.weights
    )
    updates, adam = ADAM.update(gradient, state.adam)
    weights = jax.tree.map(
        lambda w, rate, update: w - rate.astype(dtype) * update,
        state.weights,
        rates,
        updates,
    )
    state = TrainingState(weights, adam, neurons, state.epoch + 1, state.key)
    return state, value, means
