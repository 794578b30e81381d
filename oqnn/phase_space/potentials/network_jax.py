"""Networks of neurons as functions of their parameters, for JAX."""

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp

__all__ = ["network_energy"]


def _log_cosh(z: Any) -> Any:
    return jnp.logaddexp(z, -z) - jnp.log(2)


ACTIVATIONS = {
    "tanh": jnp.tanh,
    "logcosh": _log_cosh,
    "sigmoid": jax.nn.sigmoid,
    "softplus": jax.nn.softplus,
}


@cache  # the same function every time, so that JAX compiles it once
def network_energy(activation: str) -> Callable[[dict[str, Any], Any], Any]:
    """Return U(parameters, x) = Σ A u(wx + b) + Σ cₙ xⁿ, the sum over c if it is there.

    The parameters are a dict of ``weights``, ``biases``, ``amplitudes`` and, if there
    is a polynomial, its coefficients as ``confinement``.
    """
    u = ACTIVATIONS[activation]

    def energy(parameters: dict[str, Any], x: Any) -> Any:
        q = parameters
        total = u(x[..., None] * q["weights"] + q["biases"]) @ q["amplitudes"]
        if "confinement" in q:
            total = total + jnp.polyval(q["confinement"][::-1], x)
        return total

    return energy
