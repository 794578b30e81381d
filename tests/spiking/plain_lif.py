"""The network as a plain scan that JAX differentiates by itself."""

import jax
import jax.numpy as jnp

from oqnn.spiking.kernels.lif_jax import LIFState


@jax.custom_jvp
def heaviside(x, sharpness):
    return (x >= 0).astype(x.dtype)


@heaviside.defjvp
def _heaviside_jvp(primals, tangents):
    x, sharpness = primals
    slope = 1 / (sharpness * jnp.abs(x) + 1) ** 2
    return heaviside(x, sharpness), slope * tangents[0]


def plain_scan(parameters, weights, state, counts, sharpness, detach):
    """Do what `scan_steps` does, with all spikes of the refractory period in a row."""
    p, stop = parameters, jax.lax.stop_gradient

    def step(state, counts):
        v, current, recent = state
        refractory = recent.sum(axis=0)
        free = 1 - (stop(refractory) if detach.refractory else refractory)
        drive = p.v_leak - v + p.resistance * current
        v = v + free * (p.dt_ms / p.tau_mem_ms) * drive
        current = current - (p.dt_ms / p.tau_syn_ms) * current
        spikes = free * heaviside(v - p.v_threshold, sharpness)
        reset = stop(spikes) if detach.reset else spikes
        v = (1 - reset) * v + reset * p.v_reset
        sent = stop(spikes) if detach.recurrent else spikes
        current = current + sent @ weights.recurrent.T + counts @ weights.inputs.T
        recent_next = jnp.concatenate([spikes[None], recent])[:-1]
        return LIFState(v, current, recent_next), spikes + refractory

    return jax.lax.scan(step, state, counts)
