r"""Gradient of leaky integrate-and-fire networks, backward in time.

With u the voltage before the reset, s = Θ(u - v_th), h = 1/(α|u - v_th| + 1)² in place
of its derivative, and f = 0 in refractory steps, 1 otherwise, a step reads

.. math::
    u = v + f a (v_{leak} - v + RI), \quad v' = (1 - s) u + s v_{reset}, \quad
    I' = (1 - b) I + W_{rec} s + W_{in} z_{in}.

Of a loss with the derivatives V, C, Z by v', I' and s alone those by v and I are

.. math::
    D = (1 - s) V + f h [Z + (v_{reset} - u) V + W_{rec}^T C], \quad
    V \leftarrow (1 - f a) D, \quad C \leftarrow (1 - b) C + f a R D,

where detached terms in the bracket are left out. Nothing but V and C goes back in
time: gradients of weights are two matrix products after all steps,
:math:`\sum_t C_t s_t^T` and :math:`\sum_t C_t z_{in, t}^T`.

If refractoriness is followed, f is 1 less the r - 1 spikes before. The loss has the
derivative :math:`F = D a (v_{leak} - v + RI) + [\dots] s` by f, and Z is less by the
sum of F in the r - 1 steps to come, which go back in time too.
"""

import jax
import jax.numpy as jnp

from ..network import LIFParameters
from .lif_forward_jax import Array, Detach, LIFState, Weights

__all__ = ["pull_back"]


def pull_back(
    parameters: LIFParameters,
    detach: Detach,
    weights: Weights,
    counts: Array,  # (steps, chains, m)
    sharpness: Array,
    u: jax.Array,  # (steps, chains, n), of the forward run
    rises: jax.Array | None,  # (steps, chains, n), where refractoriness is followed
    after: LIFState,  # derivatives by the last state
    by_active: jax.Array,  # (steps, chains, n), derivatives by z
) -> tuple[Weights, LIFState, jax.Array | None]:
    """Return derivatives by the weights, the first state and the source spikes."""
    p = parameters
    a, b = p.dt_ms / p.tau_mem_ms, p.dt_ms / p.tau_syn_ms
    by_recent, by_spikes = _by_spikes(by_active, after.recent)
    recurrent = jnp.asarray(weights.recurrent)

    def step(carry: tuple, now: tuple) -> tuple[tuple, jax.Array]:
        V, C, ahead = carry
        u, Z, rise = now
        if rise is not None:
            Z = Z - ahead.sum(axis=0)
        free = u > -jnp.inf
        slope = 1 / (sharpness * jnp.abs(u - p.v_threshold) + 1) ** 2
        if not detach.reset:
            Z = Z + jnp.where(free, (p.v_reset - u) * V, 0)
        if not detach.recurrent:
            Z = Z + C @ recurrent
        D = jnp.where(u >= p.v_threshold, 0, V) + slope * Z
        if p.refractory_steps == 1:
            return ((1 - a) * D, (1 - b) * C + (a * p.resistance) * D, ahead), C
        if rise is not None:
            F = D * rise + jnp.where(u >= p.v_threshold, Z, 0)
            ahead = jnp.concatenate([F[None], ahead])[:-1]
        V = jnp.where(free, (1 - a) * D, V)
        C_before = (1 - b) * C + jnp.where(free, (a * p.resistance) * D, 0)
        return (V, C_before, ahead), C

    none_ahead = None if rises is None else jnp.zeros_like(by_recent)
    last = (after.voltage, after.current, none_ahead)
    before, by_inputs = jax.lax.scan(step, last, (u, by_spikes, rises), reverse=True)
    V, C, ahead = before
    if ahead is not None:
        # A spike k steps before the run keeps its neuron from firing in r - k of it.
        by_recent = by_recent - jnp.cumsum(ahead, axis=0)[::-1]

    counts = jnp.asarray(counts)
    flat = by_inputs.reshape(-1, u.shape[-1]).T  # (n, steps chains)
    spikes = (u >= p.v_threshold).astype(u.dtype).reshape(-1, u.shape[-1])
    sources = counts.astype(u.dtype).reshape(-1, counts.shape[-1])
    gradient = Weights(flat @ sources, flat @ spikes)
    by_counts = None
    if jnp.issubdtype(counts.dtype, jnp.floating):
        by_counts = (by_inputs @ weights.inputs).astype(counts.dtype)
    return gradient, LIFState(V, C, by_recent), by_counts


def _by_spikes(by_active: jax.Array, by_recent: Array) -> tuple[jax.Array, jax.Array]:
    """Return derivatives by recent spikes and by those of the run.

    A spike keeps its neuron active for len(by_recent) more steps, and is among the
    recent ones of the last state if it comes that late.
    """
    by_recent = jnp.asarray(by_recent)
    longest = len(by_recent)
    before = jnp.zeros_like(by_recent)
    sums = _window_sums(jnp.concatenate([before, by_active]), longest + 1)
    sums = sums.at[len(by_active) :].add(by_recent[::-1])
    return sums[:longest][::-1], sums[longest:]


def _window_sums(values: jax.Array, width: int) -> jax.Array:
    """Return sums of `width` values from each on, by halves; zeros follow the last."""
    if width == 1:
        return values
    half = _window_sums(values, width // 2)
    sums = half + _ahead(half, width // 2)
    return sums if width % 2 == 0 else sums + _ahead(values, width - 1)


def _ahead(values: jax.Array, steps: int) -> jax.Array:
    """Return what comes some steps later, zero past the end."""
    moved = jnp.zeros_like(values)
    return moved if steps >= len(values) else moved.at[:-steps].set(values[steps:])
