"""Kernel of optimal control: cost and gradient of piecewise-constant controls.

On each slice the states move by P = exp(A), A = (L₀ + Σ u_k L_k) Δt. The costates Λ
run backward through P; the cotangent Λ Xᵀ of each factor is pulled back through the
exponential, so the gradient is that of the numbers computed, to rounding.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from .exponential_jax import exponential

__all__ = ["piecewise_cost"]


@partial(jax.jit, static_argnames="squarings")
def piecewise_cost(
    controls: Any,  # (s, k)
    parts: Any,  # (1 + k, m, m)
    columns: Any,  # (m, c)
    targets: Any,  # (m, c)
    constant: Any,  # ()
    readouts: Any,  # (s,): weights q_r at the ends of slices
    width: Any,  # (): length of a slice
    squarings: int,
) -> tuple[Any, Any]:
    """Return Σ q_r (1 − F̄) and its gradient (s, k)."""
    A = width * (parts[0] + jnp.tensordot(controls, parts[1:], 1))
    P, pull_back = jax.vjp(lambda A: exponential(A, squarings), A)

    def forward(X: Any, factor: Any) -> Any:
        return factor @ X, X

    def backward(Lambda: Any, inputs: Any) -> Any:
        factor, weight = inputs
        Lambda = Lambda - weight * targets
        return factor.T @ Lambda, Lambda

    last, X = lax.scan(forward, columns, P)  # states before each slice
    ends = jnp.concatenate([X[1:], last[None]])
    overlaps = (ends * targets).sum((-1, -2)) + constant
    start = jnp.zeros_like(targets)
    Lambda = lax.scan(backward, start, (P, readouts), reverse=True)[1]  # after each
    (slope,) = pull_back(Lambda @ X.mT)
    gradient = width * jnp.einsum("sab,kab->sk", slope, parts[1:])
    return (readouts * (1 - overlaps)).sum(), gradient
