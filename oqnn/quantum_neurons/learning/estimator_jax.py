"""What a minibatch shows besides its gradient: loss, accuracy, spikes."""

import jax
import jax.numpy as jnp

from ..networks.network_jax import spikes_from
from ..networks.wiring import Wiring
from .estimator import Info
from .losses_jax import output_spikes

__all__ = ["credits", "measure"]


def measure(
    wiring: Wiring,
    patterns: tuple[jax.Array, ...],  # (T, B, n) a population
    losses: jax.Array,  # (B,)
    labels: jax.Array,  # (B,)
    *,
    clamped: bool = False,
) -> Info:
    """Return means over the samples of a minibatch.

    Passes count as samples: fold them into B.
    """
    spikes = tuple(
        spikes_from(p, kernel.n_io, losses.dtype).mean()
        for p, kernel in zip(patterns, wiring.kernels, strict=True)
    )
    accuracy = jnp.full((), jnp.nan, dtype=losses.dtype)
    if not clamped and jnp.issubdtype(labels.dtype, jnp.integer):
        counts = output_spikes(wiring, patterns, losses.dtype).sum(axis=0)
        accuracy = credits(counts, labels).mean()
    return Info(losses.mean(), accuracy, spikes)


def credits(counts: jax.Array, labels: jax.Array) -> jax.Array:
    """Return the chance that the label wins among the wires that spike most, (B,).

    Of spike counts (B, C). A label that is no wire gives NaN.
    """
    best = counts == counts.max(axis=-1, keepdims=True)
    known = (labels >= 0) & (labels < counts.shape[-1])
    taken = jnp.take_along_axis(best, jnp.where(known, labels, 0)[:, None], axis=-1)
    share = taken[:, 0].astype(counts.dtype) / best.sum(axis=-1, dtype=counts.dtype)
    return jnp.where(known, share, jnp.nan)
