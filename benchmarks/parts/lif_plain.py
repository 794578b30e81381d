"""The network as JAX differentiates it by itself, for comparison."""

import jax
import jax.numpy as jnp

from oqnn.spiking import LIFParameters
from oqnn.spiking.kernels.lif_jax import Array, Detach, LIFState, Weights


@jax.custom_jvp
def heaviside(x: jax.Array, sharpness: float) -> jax.Array:
    """Return Θ(x) with the derivative 1/(α|x| + 1)²."""
    return (x >= 0).astype(x.dtype)


@heaviside.defjvp
def _heaviside_jvp(primals: tuple, tangents: tuple) -> tuple:
    x, sharpness = primals
    slope = 1 / (sharpness * jnp.abs(x) + 1) ** 2
    return heaviside(x, sharpness), slope * tangents[0]


def plain_scan(
    p: LIFParameters,
    weights: Weights,
    state: LIFState,
    counts: Array,
    sharpness: float,
    detach: Detach,
) -> tuple[LIFState, jax.Array]:
    """Do what `scan_steps` does, with the drive of the sources outside of the loop."""
    stop = jax.lax.stop_gradient
    drive = jnp.matmul(
        jnp.asarray(counts).astype(state.voltage.dtype), weights.inputs.T
    )

    def step(state: LIFState, inputs: jax.Array) -> tuple[LIFState, jax.Array]:
        v, current, recent = state
        refractory = recent.sum(axis=0)
        free = 1 - stop(refractory)
        now = p.v_leak - v + p.resistance * current
        v = v + free * (p.dt_ms / p.tau_mem_ms) * now
        current = current - (p.dt_ms / p.tau_syn_ms) * current
        spikes = free * heaviside(v - p.v_threshold, sharpness)
        reset = stop(spikes) if detach.reset else spikes
        v = (1 - reset) * v + reset * p.v_reset
        sent = stop(spikes) if detach.recurrent else spikes
        current = current + sent @ weights.recurrent.T + inputs
        recent_next = jnp.concatenate([spikes[None], recent])[:-1]
        return LIFState(v, current, recent_next), spikes + refractory

    return jax.lax.scan(step, state, drive)
