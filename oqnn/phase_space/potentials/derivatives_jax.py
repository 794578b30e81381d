"""Derivatives along x of functions written for JAX."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

__all__ = ["derivative_of", "trace_of"]


def derivative_of(function: Callable, order: int) -> Callable:
    """Return ∂ⁿf/∂xⁿ of a function f(x, ...) of each point, by nested forward mode.

    The values have the shape of x, also those of constants; order 0 is f itself.
    """

    def value(x: Any, *rest: Any) -> Any:
        return jnp.broadcast_to(jnp.asarray(function(x, *rest), dtype=float), x.shape)

    def slope(f: Callable) -> Callable:
        # Each value depends on its own x: one direction differentiates all.
        return lambda x, *rest: jax.jvp(
            lambda y: f(y, *rest), (x,), (jnp.ones_like(x),)
        )[1]

    for _ in range(order):
        value = slope(value)
    return value


def trace_of(function: Callable, *arguments: Any) -> str | None:
    """Return a function's operations as JAX sees them, None if it cannot see them."""
    try:
        return str(jax.make_jaxpr(function)(*arguments))
    except Exception:  # anything may go wrong on arguments without values
        return None
