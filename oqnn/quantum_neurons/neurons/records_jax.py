"""Records of many neurons of a kind along time: their laws, likelihoods, samples."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from .model import NeuronKernel

__all__ = [
    "draw_patterns",
    "draw_records",
    "log_likelihoods",
    "mark",
    "record_laws",
    "record_probabilities",
]


@partial(jax.jit, static_argnums=0)
def record_laws(
    kernel: NeuronKernel,
    parameters: jax.Array,  # (n, P)
    currents: jax.Array,  # (T, B, n, N)
    patterns: jax.Array,  # (T, B, n)
) -> jax.Array:
    """Return p(pattern at t | record before t), shape (T, B, n, 2**N)."""
    return _along(kernel, parameters, currents, patterns, lambda law, choice: law)


@partial(jax.jit, static_argnums=0)
def record_probabilities(
    kernel: NeuronKernel,
    parameters: jax.Array,
    currents: jax.Array,
    patterns: jax.Array,
) -> jax.Array:
    """Return p(the record's own pattern at t | record before t), shape (T, B, n)."""
    return _along(kernel, parameters, currents, patterns, _taken)


def log_likelihoods(
    kernel: NeuronKernel,
    parameters: jax.Array,
    currents: jax.Array,
    patterns: jax.Array,
) -> jax.Array:
    """Return log p(record of a neuron | its currents), shape (B, n)."""
    taken = record_probabilities(kernel, parameters, currents, patterns)
    return jnp.log(taken).sum(axis=0)


def mark(patterns: jax.Array, law: jax.Array) -> jax.Array:
    """Return 1 at the patterns (...) and 0 elsewhere, in the law's shape and type."""
    if law.shape[-1] == 2:  # one_hot takes three times as long as a neuron's step
        spikes = patterns.astype(law.dtype)
        return jnp.stack([1 - spikes, spikes], axis=-1)
    return jax.nn.one_hot(patterns, law.shape[-1], dtype=law.dtype)


def _along(
    kernel: NeuronKernel,
    parameters: jax.Array,
    currents: jax.Array,
    patterns: jax.Array,
    kept: Callable[[jax.Array, jax.Array], jax.Array],
) -> jax.Array:
    """Return what is kept of the law and of the mark of its pattern at every step."""
    if getattr(kernel, "uses_noise", False):
        raise ValueError(
            "`kernel` must have a law of spikes alone, but its state is random given "
            "the spikes. Let a QLIFNeuron have summed counts."
        )
    prepared = kernel.prepare(parameters)

    def step(state: Any, now: tuple) -> tuple[Any, jax.Array]:
        charged = kernel.charge(prepared, state, now[0], jnp.zeros(now[1].shape))
        law = kernel.law(prepared, charged)
        choice = mark(now[1], law)
        return kernel.settle(prepared, charged, choice), kept(law, choice)

    start = kernel.start(prepared, currents.shape[1])
    return jax.lax.scan(step, start, (currents, patterns))[1]


def _taken(law: jax.Array, choice: jax.Array) -> jax.Array:
    """Return the probability of the pattern that is marked."""
    if law.shape[-1] == 2:  # so written that XLA makes no law of it
        return law[..., 0] * choice[..., 0] + law[..., 1] * choice[..., 1]
    return (law * choice).sum(axis=-1)


@partial(jax.jit, static_argnums=0)
def draw_records(
    kernel: NeuronKernel,
    parameters: jax.Array,  # (n, P)
    currents: jax.Array,  # (T, B, n, N)
    uniforms: jax.Array,  # (T, B, n, 2), for spikes and for own noise; 1 where none
) -> jax.Array:
    """Return patterns drawn step by step, shape (T, B, n)."""
    prepared = kernel.prepare(parameters)

    def step(state: Any, now: tuple) -> tuple[Any, jax.Array]:
        current, uniform = now
        charged = kernel.charge(prepared, state, current, uniform[..., -1])
        law = kernel.law(prepared, charged)
        pattern = draw_patterns(law, uniform[..., 0])
        choice = mark(pattern, law)
        return kernel.settle(prepared, charged, choice), pattern

    start = kernel.start(prepared, currents.shape[1])
    return jax.lax.scan(step, start, (currents, uniforms))[1]


def draw_patterns(law: jax.Array, uniform: jax.Array) -> jax.Array:
    """Return patterns (...) of laws (..., 2**N) for uniform numbers (...)."""
    # a law may sum to less than 1 by rounding: what has no probability is not drawn
    if law.shape[-1] == 2:
        fires = (uniform >= law[..., 0]) & (law[..., 1] > 0)
        return fires.astype(jnp.int32)
    bounds = jnp.cumsum(law, axis=-1)[..., :-1]
    pattern = (uniform[..., None] >= bounds).sum(axis=-1, dtype=jnp.int32)
    after = jnp.argmax(law[..., ::-1] > 0, axis=-1).astype(jnp.int32)
    return jnp.minimum(pattern, law.shape[-1] - 1 - after)
