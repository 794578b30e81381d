"""Derivatives of the costate gradient: how it answers to weights and to neurons."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from .learning_jax import Problem, epoch

__all__ = ["answers_to_neurons", "answers_to_weights"]


@partial(jax.jit, static_argnames=("q", "chunk"))
def answers_to_weights(
    problem: Problem, weights: Any, y0: Any, q: int, chunk: int
) -> Any:
    """Return the transpose of ∂g/∂W, g the functional gradient, shape (N, N)."""

    def gradient(W: Any) -> Any:
        return epoch(problem, W, y0, q).gradient

    def along(direction: Any) -> Any:
        moved = jax.jvp(gradient, (weights,), (direction.reshape(weights.shape),))[1]
        return moved.reshape(-1)

    return lax.map(along, jnp.eye(weights.size), batch_size=chunk)


@partial(jax.jit, static_argnames="q")
def answers_to_neurons(problem: Problem, weights: Any, y0: Any, q: int) -> Any:
    """Return ∂g/∂y(0) and ∂y(T)/∂y(0), shapes (s, k, k + 1, k) and (k, k)."""

    def outcome(y: Any) -> Any:
        result = epoch(problem, weights, y, q)
        return result.gradient, result.y_end

    return jax.jacfwd(outcome)(y0)
