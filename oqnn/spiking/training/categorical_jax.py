"""Kernel of training towards a law of states: one epoch of descent by Adam."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp

from ..._core.jax64 import in_double_precision
from ..kernels.lif_jax import Array, Detach, LIFState, Weights, scan_steps
from ..network import LIFNetwork, LIFParameters
from .training_jax import ADAM, Masks, TrainingState, draw_sources, masked

__all__ = [
    "CategoricalSettings",
    "epoch",
    "settings_of",
    "state_probabilities",
]


class CategoricalSettings(NamedTuple):
    """What an epoch is compiled for."""

    parameters: LIFParameters
    source_law: str
    source_mean: float
    source_probability: float
    read: int  # neurons whose states are counted, from the first on
    steps: int
    sharpness: float
    detach: Detach


def settings_of(
    network: LIFNetwork, read: int, steps: int, sharpness: float, detach: Detach
) -> CategoricalSettings:
    """Return what an epoch of a network is compiled for."""
    return CategoricalSettings(
        parameters=network.parameters,
        source_law=network.source_law,
        source_mean=network.source_mean,
        source_probability=network.source_probability,
        read=read,
        steps=steps,
        sharpness=sharpness,
        detach=detach,
    )


def state_probabilities(active: jax.Array) -> jax.Array:
    """Return means of products of z or 1 - z over steps and chains, eq. (B1), (2^n,).

    States are numbered by bits, the first neuron the most significant.
    """
    products = jnp.ones_like(active[..., :1])
    for neuron in range(active.shape[-1]):
        z = active[..., neuron, None, None]
        factors = jnp.concatenate([1 - z, z], axis=-1)
        products = products[..., None] * factors
        products = products.reshape(*active.shape[:-1], -1)
    return products.mean(axis=(0, 1))


@in_double_precision
@partial(jax.jit, static_argnums=0)
def epoch(
    settings: CategoricalSettings,
    state: TrainingState,
    target: Array,
    rates: Weights,
    masks: Masks = (None, None),
) -> tuple[TrainingState, jax.Array, jax.Array, jax.Array]:
    """Return the next state, the loss, the law that gave it, and if all is finite.

    The derivative of the loss (B2) by p_s is log(p_s/p_t), up to a constant that drops
    out. Where a state did not occur p_s counts there as half a visit.
    """
    chains, dtype = state.neurons.voltage.shape[0], state.weights.inputs.dtype
    n_sources = state.weights.inputs.shape[1]
    target = target.astype(dtype)
    half_visit = 0.5 / (settings.steps * chains)
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
        law = state_probabilities(active[..., : settings.read])
        seen = jnp.maximum(jax.lax.stop_gradient(law), half_visit)
        return law @ jnp.log(seen / target), (neurons, law)

    # The value is exactly (B2), since p log(p / p_t) vanishes with p.
    (value, (neurons, law)), gradient = jax.value_and_grad(loss, has_aux=True)(
        state.weights
    )
    updates, adam = ADAM.update(masked(gradient, masks), state.adam)
    weights = jax.tree.map(
        lambda w, rate, update: w - rate.astype(dtype) * update,
        state.weights,
        rates,
        updates,
    )
    finite = jnp.all(jnp.array([jnp.isfinite(w).all() for w in weights]))
    state = TrainingState(weights, adam, neurons, state.epoch + 1, state.key)
    return state, value, law, finite
