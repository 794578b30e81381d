"""Kernel of the training: one epoch of surrogate-gradient descent by Adam."""

from functools import partial
from typing import NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import DTypeLike

from ..._core.jax64 import in_double_precision
from ..kernels.lif_jax import Array, Detach, LIFState, Weights, rest, scan_steps
from ..network import LIFNetwork, LIFParameters

__all__ = ["Masks", "Settings", "TrainingState", "epoch", "first_state", "masked"]

Masks = tuple[Array | None, Array | None]  # of input and of recurrent weights

MEMORY = 0.99  # of the mean square of a gradient
ADAM = optax.scale_by_adam(b1=0.9, b2=MEMORY)
UNCLIPPED = 10  # first epochs, in which the mean square is not known yet


class TrainingState(NamedTuple):
    """What the next epoch needs: arrays alone."""

    weights: Weights
    adam: optax.ScaleByAdamState
    neurons: LIFState  # the chains go on from epoch to epoch
    epoch: Array  # number of epochs done
    key: Array  # of the sources, with `epoch` folded in


class Sources(Protocol):
    """What is known of the sources."""

    @property
    def source_law(self) -> str:
        """See `LIFNetwork`, like the others."""

    @property
    def source_mean(self) -> float:
        """Expected number of spikes of a source in a step."""

    @property
    def source_probability(self) -> float:
        """Probability that a source fires in a step."""


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
    clip: float | None
    restart_every: int | None
    warm_up: int


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


def draw_sources(settings: Sources, key: Array, like: Array) -> Array:
    """Draw spikes of sources in the shape and the precision of an array."""
    if settings.source_law == "poisson":
        spikes = jax.random.poisson(key, settings.source_mean, like.shape)
    else:
        chance = jnp.asarray(settings.source_probability, like.dtype)
        spikes = jax.random.bernoulli(key, chance, like.shape)
    return spikes.astype(like.dtype)


def restarted(settings: Settings, state: TrainingState) -> tuple[LIFState, jax.Array]:
    """Bring the chains whose turn it is to rest; return the share of each in means.

    Chains take turns, so that every epoch sees all ages. Those that have not warmed up
    have no share.
    """
    chains, n_neurons = state.neurons.voltage.shape
    every, dtype = settings.restart_every, state.neurons.voltage.dtype
    if every is None:
        return state.neurons, jnp.full((chains,), 1 / chains, dtype)
    age = (state.epoch + jnp.arange(chains) * every // chains) % every
    neurons = jax.tree.map(
        lambda now, at_rest: jnp.where((age == 0)[:, None], at_rest, now),
        state.neurons,
        rest(settings.parameters, chains, n_neurons, dtype),
    )
    counted = jnp.asarray(age >= settings.warm_up, dtype)
    return neurons, counted / counted.sum()


def masked(gradient: Weights, masks: Masks) -> Weights:
    """Return a gradient that is zero where there is no connection.

    Adam, which has then seen no gradient there, leaves such a weight as it is.
    """
    pairs = zip(gradient, masks, strict=True)
    return Weights(*(g if m is None else jnp.where(m, g, 0) for g, m in pairs))


def clipped(
    gradient: Weights, adam: optax.ScaleByAdamState, limit: float | None
) -> Weights:
    """Hold each number within a multiple of its running root mean square.

    A gradient through recurrent spikes is now and then larger than all others by
    orders of magnitude, and would throw the weights away.
    """
    if limit is None:
        return gradient
    known = 1 - MEMORY ** adam.count.astype(gradient.inputs.dtype)

    def clip(now: jax.Array, mean_square: jax.Array) -> jax.Array:
        most = limit * jnp.sqrt(mean_square / jnp.maximum(known, 1 - MEMORY))
        free = (adam.count < UNCLIPPED) | (most == 0)
        return jnp.where(free, now, jnp.clip(now, -most, most))

    return jax.tree.map(clip, gradient, adam.nu)


def moments(
    active: jax.Array, products: tuple[tuple[int, ...], ...], shares: jax.Array
) -> jax.Array:
    """Return means of products of spins s = 2z - 1 over steps and shares of chains.

    Factors are picked by matrix products, whose gradient is one too.
    """
    n_spins = 1 + max(max(product) for product in products)
    spins = 2 * active[..., :n_spins] - 1
    spins = jnp.append(spins, jnp.ones_like(spins[..., :1]), axis=-1)
    values = jnp.ones_like(spins[..., :1])
    for slot in range(max(map(len, products))):
        picks = [p[slot] if slot < len(p) else n_spins for p in products]
        values = values * (spins @ jnp.eye(n_spins + 1, dtype=spins.dtype)[:, picks])
    return shares @ values.mean(axis=0)


@in_double_precision
@partial(jax.jit, static_argnums=0)
def epoch(
    settings: Settings,
    state: TrainingState,
    targets: Array,
    scale: float,
    rates: Weights,
    masks: Masks = (None, None),
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

    first, shares = restarted(settings, state)

    def loss(weights: Weights) -> tuple[jax.Array, tuple[LIFState, jax.Array]]:
        neurons, active = scan_steps(
            settings.parameters,
            weights,
            first,
            counts,
            settings.sharpness,
            settings.detach,
        )
        means = moments(active, settings.products, shares)
        gap = means - targets.astype(dtype)
        return jnp.asarray(scale, dtype) * jnp.sum(gap**2), (neurons, means)

    (value, (neurons, means)), gradient = jax.value_and_grad(loss, has_aux=True)(
        state.weights
    )
    gradient = clipped(masked(gradient, masks), state.adam, settings.clip)
    updates, adam = ADAM.update(gradient, state.adam)
    weights = jax.tree.map(
        lambda w, rate, update: w - rate.astype(dtype) * update,
        state.weights,
        rates,
        updates,
    )
    state = TrainingState(weights, adam, neurons, state.epoch + 1, state.key)
    return state, value, means
