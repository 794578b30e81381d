"""Losses as functions of arrays, and where a network's output spikes are.

Output wires are ordered by population, as in ``wiring.outputs``, then by neuron, then
by wire of the neuron.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..networks.network_jax import spikes_from
from ..networks.wiring import Wiring
from ..neurons.patterns import patterns_of

__all__ = [
    "clamped_or_free",
    "clamped_outputs",
    "count_cross_entropy",
    "output_spikes",
]


def count_cross_entropy(
    spikes: jax.Array,  # (T, B, n_out)
    labels: jax.Array,  # (B,)
    scale: float,
) -> jax.Array:
    """Return log Σ_c exp(β k_c) - β k_y for counts k of spikes, shape (B,)."""
    logits = scale * spikes.sum(axis=0)
    taken = jnp.take_along_axis(logits, labels[:, None], axis=-1)[:, 0]
    return jax.nn.logsumexp(logits, axis=-1) - taken


def output_spikes(
    wiring: Wiring, patterns: tuple[jax.Array, ...], dtype: jnp.dtype
) -> jax.Array:
    """Return the output spikes (T, B, n_out) of all populations' patterns (T, B, n)."""
    found = [
        spikes_from(patterns[i], wiring.kernels[i].n_io, dtype) for i in wiring.outputs
    ]
    return jnp.concatenate([s.reshape(*s.shape[:2], -1) for s in found], axis=-1)


def clamped_or_free(
    wiring: Wiring, loss: Any, labels: np.ndarray
) -> tuple[np.ndarray | None, ...]:
    """Return the patterns that a loss clamps for labels (B,), None where free."""
    if not loss.clamps:
        return (None,) * len(wiring.sizes)
    return clamped_outputs(wiring, loss.targets(labels))


def clamped_outputs(
    wiring: Wiring, spikes: np.ndarray
) -> tuple[np.ndarray | None, ...]:
    """Return patterns (T, B, n) of target spikes (T, B, n_out), None where free."""
    clamped: list[np.ndarray | None] = [None] * len(wiring.sizes)
    first = 0
    for i in wiring.outputs:
        size, n_io = wiring.sizes[i], wiring.kernels[i].n_io
        taken = spikes[..., first : first + size * n_io]
        clamped[i] = patterns_of(taken.reshape(*spikes.shape[:-1], size, n_io))
        first += size * n_io
    return tuple(clamped)
