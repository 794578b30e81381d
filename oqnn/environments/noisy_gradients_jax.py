"""Kernel of noisy gradients: one epoch of a batch of learners."""

from functools import partial
from typing import Any

import jax

from .learning_jax import Epoch, Problem, epoch

__all__ = ["epochs_of"]


@partial(jax.jit, static_argnames="q")
def epochs_of(problem: Problem, weights: Any, y0: Any, q: int) -> Epoch:
    """Costs and gradients of weights (b, s, k, k + 1) from y0 (b, k)."""
    found: Epoch = jax.vmap(lambda W, y: epoch(problem, W, y, q))(weights, y0)
    return found
