"""Records of many neurons of a kind along time: their laws, likelihoods, samples."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from .model import NeuronKernel

__all__ = ["draw_patterns", "draw_records", "log_likelihoods", "record_laws"]


@partial(jax.jit, static_argnums=0)
def record_laws(
    kernel: NeuronKernel,
    parameters: jax.Array,  # (n, P)
    currents: jax.Array,  # (T, B, n, N)
    patterns: jax.Array,  # (T, B, n)
) -> jax.Array:
    """Return p(pattern at t | record before t), shape (T, B, n, 2**N)."""
    if getattr(kernel, "uses_noise", False):
        raise ValueError(
            "`kernel` must have a law of spikes alone, but its state is random given "
            "the spikes. Let a QLIFNeuron have summed counts."
        )
    prepared = kernel.prepare(parameters)

    def step(state: Any, now: tuple) -> tuple[Any, jax.Array]:
        charged = kernel.charge(prepared, state, now[0], jnp.zeros(now[1].shape))
        law = kernel.law(prepared, charged)
        choice = jax.nn.one_hot(now[1], law.shape[-1], dtype=law.dtype)
        return kernel.settle(prepared, charged, choice), law

    start = kernel.start(prepared, currents.shape[1])
    return jax.lax.scan(step, start, (currents, patterns))[1]


def log_likelihoods(
    kernel: NeuronKernel,
    parameters: jax.Array,
    currents: jax.Array,
    patterns: jax.Array,
) -> jax.Array:
    """Return log p(record of a neuron | its currents), shape (B, n)."""
    laws = record_laws(kernel, parameters, currents, patterns)
    taken = jnp.take_along_axis(laws, patterns[..., None], axis=-1)[..., 0]
    return jnp.log(taken).sum(axis=0)


@partial(jax.jit, static_argnums=0)
def draw_records(
    kernel: NeuronKernel,
    parameters: jax.Array,  # (n, P)
    currents: jax.Array,  # (T, B, n, N)
    uniforms: jax.Array,  # (T, B, n, 2), for the spikes and for the neurons' own noise
) -> jax.Array:
    """Return patterns drawn step by step, shape (T, B, n)."""
    prepared = kernel.prepare(parameters)

    def step(state: Any, now: tuple) -> tuple[Any, jax.Array]:
        current, uniform = now
        charged = kernel.charge(prepared, state, current, uniform[..., 1])
        law = kernel.law(prepared, charged)
        pattern = draw_patterns(law, uniform[..., 0])
        choice = jax.nn.one_hot(pattern, law.shape[-1], dtype=law.dtype)
        return kernel.settle(prepared, charged, choice), pattern

    start = kernel.start(prepared, currents.shape[1])
    return jax.lax.scan(step, start, (currents, uniforms))[1]


def draw_patterns(law: jax.Array, uniform: jax.Array) -> jax.Array:
    """Return patterns (...) of laws (..., 2**N) for uniform numbers (...)."""
    # the last bound is left out: rounding must not lead past the last pattern
    bounds = jnp.cumsum(law, axis=-1)[..., :-1]
    return (uniform[..., None] >= bounds).sum(axis=-1)
