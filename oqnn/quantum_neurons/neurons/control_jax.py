"""The classical control of the two-qubit neuron, as a kernel."""

from dataclasses import dataclass
from typing import NamedTuple, final

import jax
import jax.numpy as jnp

__all__ = ["ControlKernel"]


class ControlAngles(NamedTuple):
    """θ_mem + θ_in and θ_ent, shape (n,) each."""

    constant: jax.Array
    theta_ent: jax.Array


@final
@dataclass(frozen=True)
class ControlKernel:
    r"""The state is the last spike, shape (B, n), 0 before the first step.

    .. math:: p(s_t = 1) = \sin^2\bigl((\pi\,\mathrm{relu}(z_t) + \theta_{\rm mem} +
              \theta_{\rm in} + \theta_{\rm ent} s_{t-1})/2\bigr) .
    """

    n_io: int = 1

    def prepare(self, parameters: jax.Array) -> ControlAngles:
        """Return the two sums that matter of (θ_mem, θ_in, θ_ent)."""
        theta_mem, theta_in, theta_ent = jnp.moveaxis(parameters, -1, 0)
        return ControlAngles(theta_mem + theta_in, theta_ent)

    def start(self, prepared: ControlAngles, samples: int) -> jax.Array:
        """Return no spike."""
        shape = (samples, *prepared.constant.shape)
        return jnp.zeros(shape, dtype=prepared.constant.dtype)

    def charge(
        self,
        prepared: ControlAngles,
        state: jax.Array,
        currents: jax.Array,
        noise: jax.Array,
    ) -> jax.Array:
        """Return half of the angle, (B, n)."""
        angle = jnp.pi * jax.nn.relu(currents[..., 0]) + prepared.constant
        return (angle + prepared.theta_ent * state) / 2

    def law(self, prepared: ControlAngles, charged: jax.Array) -> jax.Array:
        """Return cos² and sin²."""
        return jnp.stack([jnp.cos(charged) ** 2, jnp.sin(charged) ** 2], axis=-1)

    def settle(
        self, prepared: ControlAngles, charged: jax.Array, choice: jax.Array
    ) -> jax.Array:
        """Return the spike."""
        return choice[..., 1]
