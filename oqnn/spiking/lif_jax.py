"""Kernel of leaky integrate-and-fire networks with a surrogate derivative.

Pure functions on JAX arrays of any one precision. Enter through `advance` and
`respond`, which compute in double precision, or through `training_jax`.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import DTypeLike

from .._core.jax64 import in_double_precision
from .network import LIFParameters

Array = jax.Array | np.ndarray

__all__ = ["Detach", "LIFState", "Weights", "advance", "respond", "rest", "scan_steps"]


class Weights(NamedTuple):
    """What a network learns."""

    inputs: Array  # (n, m)
    recurrent: Array  # (n, n)


class LIFState(NamedTuple):
    """What the next step needs."""

    voltage: Array  # (chains, n)
    current: Array  # (chains, n)
    recent: Array  # (refractory_steps - 1, chains, n), spikes, the latest first


class Detach(NamedTuple):
    """Which paths the gradient does not follow."""

    reset: bool = True
    recurrent: bool = True


def rest(
    parameters: LIFParameters, chains: int, n_neurons: int, dtype: DTypeLike = float
) -> LIFState:
    """Return neurons at the leak potential, without current and not refractory."""
    shape = (chains, n_neurons)
    return LIFState(
        voltage=np.full(shape, parameters.v_leak, dtype),
        current=np.zeros(shape, dtype),
        recent=np.zeros((parameters.refractory_steps - 1, *shape), dtype),
    )


@jax.custom_jvp
def heaviside(x: jax.Array, sharpness: float) -> jax.Array:
    """Return Θ(x), 1 at x = 0, with the derivative 1/(α|x| + 1)² of eq. (A7)."""
    return (x >= 0).astype(x.dtype)


@heaviside.defjvp
def _heaviside_jvp(primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    x, sharpness = primals
    slope = 1 / (sharpness * jnp.abs(x) + 1) ** 2
    return heaviside(x, sharpness), slope * tangents[0]


def lif_step(
    parameters: LIFParameters,
    recurrent: Array,
    state: LIFState,
    inputs: Array,
    sharpness: float,
    detach: Detach,
) -> tuple[LIFState, jax.Array]:
    """Advance by one step in the order of eqs. (A1)-(A5); return the active states z.

    While a neuron is refractory it is active and its voltage does not move, eq. (27).
    """
    p, stop = parameters, jax.lax.stop_gradient
    v, current, recent = state
    refractory = recent.sum(axis=0)
    free = 1 - stop(refractory)

    v = v + free * (p.dt_ms / p.tau_mem_ms) * (p.v_leak - v + p.resistance * current)
    current = current - (p.dt_ms / p.tau_syn_ms) * current
    spikes = free * heaviside(v - p.v_threshold, sharpness)
    reset = stop(spikes) if detach.reset else spikes
    v = (1 - reset) * v + reset * p.v_reset
    sent = stop(spikes) if detach.recurrent else spikes
    current = current + sent @ recurrent.T + inputs

    recent_next = jnp.concatenate([spikes[None], recent])[:-1]
    return LIFState(v, current, recent_next), spikes + refractory


def scan_steps(
    parameters: LIFParameters,
    weights: Weights,
    state: LIFState,
    counts: Array,  # (steps, chains, m)
    sharpness: float = 10.0,
    detach: Detach = Detach(),  # noqa: B008 (an immutable default)
) -> tuple[LIFState, jax.Array]:
    """Run through source spikes; return the last state and z, (steps, chains, n)."""
    inputs = jnp.matmul(counts, weights.inputs.T)

    def step(state: LIFState, inputs: jax.Array) -> tuple[LIFState, jax.Array]:
        return lif_step(parameters, weights.recurrent, state, inputs, sharpness, detach)

    return jax.lax.scan(step, state, inputs)


@in_double_precision
@partial(jax.jit, static_argnums=0)
def advance(
    parameters: LIFParameters, weights: Weights, state: LIFState, counts: Array
) -> tuple[LIFState, jax.Array]:
    """Run `scan_steps` without gradients; z comes as bytes, (chains, steps, n)."""
    state, active = scan_steps(parameters, weights, state, counts.astype(float))
    return state, jnp.swapaxes(active, 0, 1).astype(jnp.uint8)


@in_double_precision
@partial(jax.jit, static_argnums=0)
def respond(
    parameters: LIFParameters, weights: Weights, state: LIFState, counts: Array
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Return z, voltages and currents after each step, each (steps, chains, n)."""
    inputs = jnp.matmul(counts.astype(float), weights.inputs.T)

    def step(state: LIFState, inputs: jax.Array) -> tuple[LIFState, tuple]:
        state, active = lif_step(
            parameters, weights.recurrent, state, inputs, 1.0, Detach()
        )
        return state, (active, state.voltage, state.current)

    return jax.lax.scan(step, state, inputs)[1]
