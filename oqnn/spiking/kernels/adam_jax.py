"""Kernel of training: one step of Adam."""

from functools import partial

import jax
import numpy as np
import optax

from ..._core.jax64 import in_double_precision

__all__ = ["adam_update"]


@in_double_precision
def adam_update(
    gradient: np.ndarray,
    count: int,
    mean: np.ndarray,
    square: np.ndarray,
    betas: tuple[float, float],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return m̂/(√v̂ + ε) and the new running means, float64 of shape (k,)."""
    after = _update(gradient, np.int32(count), mean, square, betas)
    direction, mean, square = map(np.asarray, after)
    return direction, mean, square


@partial(jax.jit, static_argnums=4)
def _update(
    gradient: jax.Array,
    count: jax.Array,
    mean: jax.Array,
    square: jax.Array,
    betas: tuple[float, float],
) -> tuple[jax.Array, jax.Array, jax.Array]:
    before = optax.ScaleByAdamState(count, mean, square)
    direction, after = optax.scale_by_adam(*betas).update(gradient, before)
    return direction, after.mu, after.nu
