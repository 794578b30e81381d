"""Quantum leaky integrate-and-fire neurons as kernels.

The angle carried from step to step is :math:`h = \\arcsin\\sqrt\\alpha`, half of the
rotation that prepares the excitation α: unlike α's own recursion, its derivatives stay
finite at α = 0, where every neuron starts.
"""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, final

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import gammaln

__all__ = ["DrawnCountsKernel", "InfiniteShotsKernel", "SummedCountsKernel", "spike_at"]


class Settings(NamedTuple):
    """θ_in, threshold ϑ, leak exp(−Δt/T₁) and 1 − leak, shape (n,) each."""

    theta_in: jax.Array
    threshold: jax.Array
    leak: jax.Array
    loss: jax.Array


class Measured(NamedTuple):
    """Estimated excitation, and the half angle that prepares it, (B, n) each."""

    excitation: jax.Array
    half_angle: jax.Array


@final
@dataclass(frozen=True)
class InfiniteShotsKernel:
    """Excitations known exactly: the law is 0 or 1, its derivative a surrogate's."""

    width: float
    n_io: int = 1

    def prepare(self, parameters: jax.Array) -> Settings:
        """Return θ_in, ϑ and leak of (θ_in, logit ϑ, logit leak)."""
        return settings_of(parameters)

    def start(self, prepared: Settings, samples: int) -> jax.Array:
        """Return no excitation."""
        return ground(prepared, samples)

    def charge(
        self,
        prepared: Settings,
        state: jax.Array,
        currents: jax.Array,
        noise: jax.Array,
    ) -> Measured:
        """Return the excitation after the rotation or the decay."""
        half_angle = rotate_or_decay(prepared, state, currents)
        return Measured(jnp.sin(half_angle) ** 2, half_angle)

    def law(self, prepared: Settings, charged: Measured) -> jax.Array:
        """Return 1 where the excitation exceeds the threshold."""
        return law_at(prepared, charged, self.width)

    def settle(
        self, prepared: Settings, charged: Measured, choice: jax.Array
    ) -> jax.Array:
        """Return the half angle, 0 after a spike."""
        return charged.half_angle * (1 - choice[..., 1])


@final
@dataclass(frozen=True)
class DrawnCountsKernel:
    """Excitations estimated from counts, which the kernel draws with its noise.

    Given the counts a spike is certain or impossible, so records have no law here.
    """

    shots: int
    width: float
    n_io: int = 1
    uses_noise: bool = True

    def prepare(self, parameters: jax.Array) -> Settings:
        """Return θ_in, ϑ and leak of (θ_in, logit ϑ, logit leak)."""
        return settings_of(parameters)

    def start(self, prepared: Settings, samples: int) -> jax.Array:
        """Return no excitation."""
        return ground(prepared, samples)

    def charge(
        self,
        prepared: Settings,
        state: jax.Array,
        currents: jax.Array,
        noise: jax.Array,
    ) -> Measured:
        """Return the estimate of `shots` measurements after the rotation or decay."""
        half_angle = rotate_or_decay(prepared, state, currents)
        return estimate(half_angle, noise, self.shots)

    def law(self, prepared: Settings, charged: Measured) -> jax.Array:
        """Return 1 where the estimate exceeds the threshold."""
        return law_at(prepared, charged, self.width)

    def settle(
        self, prepared: Settings, charged: Measured, choice: jax.Array
    ) -> jax.Array:
        """Return the half angle of the estimate, 0 after a spike."""
        return charged.half_angle * (1 - choice[..., 1])


class Beliefs(NamedTuple):
    """Probabilities of all counts (B, n, shots + 1), and which of them spike."""

    counts: jax.Array
    spikes: jax.Array  # (n, shots + 1)


@final
@dataclass(frozen=True)
class SummedCountsKernel:
    r"""The law of spikes alone: the hidden counts are summed over, exactly.

    Counts make a Markov chain, since each is measured on a qubit prepared from the
    last. The state is their law given the spikes so far, (B, n, shots + 1); a step
    costs (shots + 1)² operations a neuron.
    """

    shots: int
    width: float
    n_io: int = 1

    def prepare(self, parameters: jax.Array) -> Settings:
        """Return θ_in, ϑ and leak of (θ_in, logit ϑ, logit leak)."""
        return settings_of(parameters)

    def start(self, prepared: Settings, samples: int) -> jax.Array:
        """Return certainty of the count 0."""
        shape = (samples, *prepared.leak.shape, self.shots + 1)
        return jnp.zeros(shape, dtype=prepared.leak.dtype).at[..., 0].set(1)

    def charge(
        self,
        prepared: Settings,
        state: jax.Array,
        currents: jax.Array,
        noise: jax.Array,
    ) -> Beliefs:
        """Return the law of the next count."""
        dtype = prepared.leak.dtype
        excitations = np.arange(self.shots + 1) / self.shots
        before = jnp.asarray(np.arcsin(np.sqrt(excitations)), dtype=dtype)
        every = Settings(*(setting[:, None] for setting in prepared))
        after = rotate_or_decay(every, before, currents[..., None, :])  # (B, n, k)
        counts = jnp.einsum("bnk,bnkj->bnj", state, binomial(after, self.shots))
        excess = jnp.asarray(excitations, dtype=dtype) - every.threshold
        return Beliefs(counts, spike_at(excess, self.width))

    def law(self, prepared: Settings, charged: Beliefs) -> jax.Array:
        """Return the probabilities of counts below and above the threshold."""
        spike = charged.counts * charged.spikes
        return jnp.stack([(charged.counts - spike).sum(-1), spike.sum(-1)], axis=-1)

    def settle(
        self, prepared: Settings, charged: Beliefs, choice: jax.Array
    ) -> jax.Array:
        """Return the law of the count given the spike, 0 after one."""
        quiet = charged.counts * (1 - charged.spikes)
        # divided by its peak first: where silence is all but impossible, 1/total² is
        # too large a number for the derivative of a branch that nobody takes
        quiet = quiet / safe(jax.lax.stop_gradient(quiet.max(axis=-1, keepdims=True)))
        quiet = quiet / safe(quiet.sum(axis=-1, keepdims=True))
        spike = choice[..., 1:]
        return (1 - spike) * quiet + spike * jnp.zeros_like(quiet).at[..., 0].set(1)


def settings_of(parameters: jax.Array) -> Settings:
    """Return θ_in, ϑ and leak of parameters (n, 3)."""
    theta_in, threshold, leak = jnp.moveaxis(parameters, -1, 0)
    sigmoid = jax.nn.sigmoid
    return Settings(theta_in, sigmoid(threshold), sigmoid(leak), sigmoid(-leak))


def safe(divisor: jax.Array) -> jax.Array:
    """Return a divisor, 1 in place of zero."""
    return jnp.where(divisor > jnp.finfo(divisor.dtype).tiny, divisor, 1)


def ground(prepared: Settings, samples: int) -> jax.Array:
    """Return the half angle 0 of every neuron, (B, n)."""
    return jnp.zeros((samples, *prepared.leak.shape), dtype=prepared.leak.dtype)


def rotate_or_decay(
    prepared: Settings, half_angle: jax.Array, currents: jax.Array
) -> jax.Array:
    """Return the half angle after R_X(π z + θ_in) where z > 0, after decay elsewhere.

    Angles lie in [0, π/2]: where a rotation leaves it, the same excitation within it
    is taken.
    """
    z = currents[..., 0]
    turned = half_angle + (jnp.pi * z + prepared.theta_in) / 2
    turned = jnp.mod(turned, jnp.pi)
    turned = jnp.where(turned > jnp.pi / 2, jnp.pi - turned, turned)
    sine, cosine = jnp.sin(half_angle), jnp.cos(half_angle)
    # the arcsine of √leak sin h, with a derivative at π/2 even where leak rounds to 1
    decayed = jnp.arctan2(
        jnp.sqrt(prepared.leak) * sine, jnp.sqrt(prepared.loss * sine**2 + cosine**2)
    )
    return jnp.where(z > 0, turned, decayed)


def binomial(half_angle: jax.Array, shots: int) -> jax.Array:
    """Return the law of counts with probability sin² h, shape (..., shots + 1).

    A sine or cosine that is only rounding counts as zero, with derivative zero.
    """
    dtype = half_angle.dtype
    k = jnp.arange(shots + 1)
    ways = gammaln(shots + 1) - gammaln(np.arange(1, shots + 2))
    ways -= gammaln(np.arange(1, shots + 2))[::-1]
    rounding = (16 * jnp.finfo(dtype).eps) ** 2
    hit, miss = jnp.sin(half_angle)[..., None] ** 2, jnp.cos(half_angle)[..., None] ** 2
    law = jnp.exp(
        jnp.asarray(ways, dtype=dtype)
        + k.astype(dtype) * jnp.log(jnp.maximum(hit, rounding))
        + (shots - k).astype(dtype) * jnp.log(jnp.maximum(miss, rounding))
    )
    never = ((hit < rounding) & (k > 0)) | ((miss < rounding) & (k < shots))
    return jnp.where(never, 0, law)


@partial(jax.custom_jvp, nondiff_argnums=(2,))
def estimate(half_angle: jax.Array, noise: jax.Array, shots: int) -> Measured:
    """Return the estimate of α = sin² h from one binomial count.

    The count is the quantile of the noise, at a cost of `shots` operations. Derivatives
    pass straight through, as if the estimate were exact.
    """
    bounds = jnp.cumsum(binomial(half_angle, shots), axis=-1)[..., :-1]
    count = (noise[..., None] >= bounds).sum(axis=-1)
    excitation = count.astype(half_angle.dtype) / shots
    return Measured(excitation, jnp.arcsin(jnp.sqrt(excitation)))


@estimate.defjvp
def _estimate_jvp(
    shots: int, primals: tuple, tangents: tuple
) -> tuple[Measured, Measured]:
    """Pass the tangent of the half angle on."""
    half_angle, noise = primals
    tangent = tangents[0]
    return estimate(half_angle, noise, shots), Measured(
        jnp.sin(2 * half_angle) * tangent, tangent
    )


def law_at(prepared: Settings, measured: Measured, width: float) -> jax.Array:
    """Return the law 0 or 1 of a spike, shape (B, n, 2)."""
    spike = spike_at(measured.excitation - prepared.threshold, width)
    return jnp.stack([1 - spike, spike], axis=-1)


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def spike_at(excess: jax.Array, width: float) -> jax.Array:
    r"""Return 1 where the excess x is positive and 0 elsewhere.

    Its derivative is that of :math:`1/2 + \arctan(\pi x/w)/\pi`.
    """
    return (excess > 0).astype(excess.dtype)


@spike_at.defjvp
def _spike_jvp(
    width: float, primals: tuple, tangents: tuple
) -> tuple[jax.Array, jax.Array]:
    """Pass the tangent on with the surrogate's slope."""
    slope = 1 / (width * (1 + (jnp.pi * primals[0] / width) ** 2))
    return spike_at(primals[0], width), slope * tangents[0]
