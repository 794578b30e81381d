"""Kernel of the gradient route: batched descent on classical wave functions.

Shapes: b states, s = 8**n configurations, c = 4**n correlators.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax

from ..._core.jax64 import in_double_precision

__all__ = ["RULES", "Descent", "Goal", "advance", "first_point"]

Array = Any  # of NumPy or JAX
RULES = {"adam": optax.scale_by_adam(), "descent": optax.identity()}


class Goal(NamedTuple):
    """What is to be reached, and when to stop."""

    signs: Array  # (c, s)
    chi: Array  # (b, c)
    learning_rate: Array
    stop_below: Array
    max_iterations: Array


class Descent(NamedTuple):
    """What the next iteration needs."""

    q: Array  # (b, s)
    gradient: Array  # (b, s)
    loss: Array  # (b,)
    iterations: Array  # (b,)
    moments: Any  # of the rule


@in_double_precision
def first_point(goal: Goal, q: np.ndarray, method: str) -> Descent:
    """Return the loss and the gradient at the start."""
    loss, gradient = _slope(goal, q)
    iterations = np.zeros(len(q), int)
    return Descent(q, gradient, loss, iterations, RULES[method].init(q))


@in_double_precision
@partial(jax.jit, static_argnames=("method", "steps"))
def advance(
    goal: Goal, start: Descent, method: str, steps: int
) -> tuple[Descent, jax.Array, jax.Array]:
    """Iterate up to `steps` times, while any state needs it.

    Returns where it came to, the losses after each iteration, shape (steps, b), NaN
    where a state had stopped before, and how many rows of them were filled.
    """

    def body(carry: tuple) -> tuple:
        point, losses, k = carry
        active = _active(goal, point)
        after = _iterate(goal, point, active, method)
        row = jnp.where(active, after.loss, jnp.nan)
        return after, losses.at[k].set(row), k + 1

    def goes_on(carry: tuple) -> jax.Array:
        point, _, k = carry
        return (k < steps) & _active(goal, point).any()

    empty = jnp.full((steps, len(start.q)), jnp.nan)
    return lax.while_loop(goes_on, body, (start, empty, jnp.array(0)))


def _iterate(goal: Goal, point: Descent, active: jax.Array, method: str) -> Descent:
    """Make one step, where it is still needed."""
    direction, moments = RULES[method].update(point.gradient, point.moments)
    q = point.q - jnp.where(active[:, None], goal.learning_rate * direction, 0.0)
    loss, gradient = _slope(goal, q)
    return Descent(q, gradient, loss, point.iterations + active, moments)


def _active(goal: Goal, point: Descent) -> jax.Array:
    """Tell which states have not come to their end; NaN has."""
    return (point.loss >= goal.stop_below) & (point.iterations < goal.max_iterations)


def _slope(goal: Goal, q: Array) -> tuple[Array, Array]:
    r"""Return the loss of eq. (14) and its gradient.

    With :math:`p = q^2/|q|^2` and :math:`g = \partial l/\partial p` it is
    :math:`\partial l/\partial q = 2 q (g - p \cdot g)/|q|^2`.
    """
    size = (q**2).sum(axis=1, keepdims=True)
    p = q**2 / size
    d = goal.signs.shape[0] ** 0.5  # 2**n
    gap = p @ goal.signs.T - goal.chi  # (b, c)
    g = 2 / d * gap @ goal.signs
    mean = (p * g).sum(axis=1, keepdims=True)
    return (gap**2).sum(axis=1) / d, 2 * q * (g - mean) / size
