"""Leaky integrate-and-fire neurons with a sigmoid escape rate, as a kernel."""

from dataclasses import dataclass
from typing import NamedTuple, final

import jax
import jax.numpy as jnp

__all__ = ["EscapeRateKernel"]


class Membrane(NamedTuple):
    """Leak, threshold and steepness, shape (n,) each."""

    leak: jax.Array
    threshold: jax.Array
    steepness: jax.Array


@final
@dataclass(frozen=True)
class EscapeRateKernel:
    r"""The state is the membrane after its reset, shape (B, n), 0 at the start.

    .. math:: v_t = \beta u_{t-1} + z_t, \qquad
              p(s_t = 1) = \sigma\bigl(k (v_t - \vartheta)\bigr), \qquad
              u_t = v_t - \vartheta s_t \ \text{ or }\ (1 - s_t) v_t .
    """

    hard_reset: bool
    n_io: int = 1

    def prepare(self, parameters: jax.Array) -> Membrane:
        """Return β, ϑ and k of (logit β, ϑ, log k)."""
        leak, threshold, steepness = jnp.moveaxis(parameters, -1, 0)
        return Membrane(jax.nn.sigmoid(leak), threshold, jnp.exp(steepness))

    def start(self, prepared: Membrane, samples: int) -> jax.Array:
        """Return an empty membrane."""
        shape = (samples, *prepared.leak.shape)
        return jnp.zeros(shape, dtype=prepared.leak.dtype)

    def charge(
        self,
        prepared: Membrane,
        state: jax.Array,
        currents: jax.Array,
        noise: jax.Array,
    ) -> jax.Array:
        """Return v, (B, n)."""
        return prepared.leak * state + currents[..., 0]

    def law(self, prepared: Membrane, charged: jax.Array) -> jax.Array:
        """Return σ(−x) and σ(x), each accurate where it is small."""
        x = prepared.steepness * (charged - prepared.threshold)
        return jnp.stack([jax.nn.sigmoid(-x), jax.nn.sigmoid(x)], axis=-1)

    def settle(
        self, prepared: Membrane, charged: jax.Array, choice: jax.Array
    ) -> jax.Array:
        """Return the membrane after its reset."""
        spike = choice[..., 1]
        if self.hard_reset:
            return (1 - spike) * charged
        return charged - prepared.threshold * spike
