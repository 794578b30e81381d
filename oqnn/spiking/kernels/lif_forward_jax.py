"""Steps of leaky integrate-and-fire networks, forward.

Pure functions on JAX arrays of any one precision.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.ad_checkpoint import checkpoint_name
from numpy.typing import DTypeLike

from ..network import LIFParameters

Array = jax.Array | np.ndarray

__all__ = [
    "Array",
    "Detach",
    "LIFState",
    "Moving",
    "Weights",
    "end",
    "lif_step",
    "rest",
    "run",
    "run_with_drives",
    "start",
]


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
    refractory: bool = True  # that a spike displaces those it keeps from coming


class Moving(NamedTuple):
    """What a step carries on: spikes of the past only as a countdown."""

    voltage: jax.Array  # (chains, n)
    current: jax.Array  # (chains, n)
    left: jax.Array  # (chains, n), refractory steps to come; empty if there are none


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


def start(state: LIFState) -> Moving:
    """Count down instead of remembering spikes."""
    voltage = jnp.asarray(state.voltage)
    longest = len(state.recent)
    if not longest:
        return Moving(voltage, jnp.asarray(state.current), voltage[:, :0])
    ages = jnp.arange(longest, 0, -1, dtype=voltage.dtype)[:, None, None]
    left = (jnp.asarray(state.recent) * ages).max(axis=0)
    return Moving(voltage, jnp.asarray(state.current), left)


def end(moving: Moving, spikes: jax.Array, before: Array) -> LIFState:
    """Return the state after some steps, with their spikes, (steps, chains, n)."""
    longest = len(before)
    recent = jnp.concatenate([spikes[::-1][:longest], before])[:longest]
    return LIFState(moving.voltage, moving.current, recent)


def lif_step(
    parameters: LIFParameters,
    recurrent: Array,
    moving: Moving,
    inputs: Array,
) -> tuple[Moving, jax.Array]:
    """Advance by one step in the order of eqs. (A1)-(A5).

    Returns voltages as they meet the threshold, before the reset, -∞ where a neuron is
    refractory: its voltage does not move and it sends nothing, eq. (27).
    """
    p = parameters
    v, current, left = moving
    u = v + (p.dt_ms / p.tau_mem_ms) * (p.v_leak - v + p.resistance * current)
    if p.refractory_steps > 1:
        u = jnp.where(left > 0, -jnp.inf, u)
    spikes = u >= p.v_threshold
    kept = u
    if p.refractory_steps > 1:
        kept = jnp.where(left > 0, v, u)
        left = jnp.where(spikes, p.refractory_steps - 1, jnp.maximum(left - 1, 0))
    v = jnp.where(spikes, p.v_reset, kept)
    current = current - (p.dt_ms / p.tau_syn_ms) * current
    current = current + spikes.astype(v.dtype) @ recurrent.T + inputs
    return Moving(v, current, left), u


def run(
    parameters: LIFParameters, weights: Weights, state: LIFState, counts: Array
) -> tuple[LIFState, jax.Array, jax.Array]:
    """Run through source spikes, (steps, chains, m), of any type.

    Returns the last state, z, and the voltages that met the threshold, both
    (steps, chains, n). The drive of the sources is one matrix product.
    """
    inputs, recurrent = _prepared(weights, state, counts)

    def step(moving: Moving, inputs: jax.Array) -> tuple[Moving, jax.Array]:
        return lif_step(parameters, recurrent, moving, inputs)

    moving, u = jax.lax.scan(step, start(state), inputs)
    u = checkpoint_name(u, "voltages")  # all that the backward pass keeps
    return *_outcome(parameters, state, moving, u), u


def run_with_drives(
    parameters: LIFParameters, weights: Weights, state: LIFState, counts: Array
) -> tuple[LIFState, jax.Array, jax.Array, jax.Array]:
    """Run through source spikes as `run` does.

    Returns in addition by how much each voltage rises, or would if the neuron were not
    refractory, (steps, chains, n).
    """
    p = parameters
    inputs, recurrent = _prepared(weights, state, counts)

    def step(moving: Moving, inputs: jax.Array) -> tuple[Moving, tuple]:
        v, current, _ = moving
        rise = (p.dt_ms / p.tau_mem_ms) * (p.v_leak - v + p.resistance * current)
        moving, u = lif_step(p, recurrent, moving, inputs)
        return moving, (u, rise)

    moving, (u, rises) = jax.lax.scan(step, start(state), inputs)
    u, rises = checkpoint_name(u, "voltages"), checkpoint_name(rises, "voltages")
    return *_outcome(p, state, moving, u), u, rises


def _prepared(
    weights: Weights, state: LIFState, counts: Array
) -> tuple[jax.Array, jax.Array]:
    """Return the drive of the sources, and recurrent weights laid out for the loop."""
    dtype = state.voltage.dtype
    drive = jnp.matmul(jnp.asarray(counts).astype(dtype), weights.inputs.T)
    recurrent = jnp.asarray(weights.recurrent)
    if len(state.voltage) > 1:
        # A transpose outside of the loop suits products of matrices; the product with
        # a single vector is faster with the transpose inside.
        recurrent = jax.lax.optimization_barrier(recurrent.T).T
    return drive, recurrent


def _outcome(
    parameters: LIFParameters, state: LIFState, moving: Moving, u: jax.Array
) -> tuple[LIFState, jax.Array]:
    """Return the last state, and z from the voltages that met the threshold."""
    spikes = (u >= parameters.v_threshold).astype(u.dtype)
    active = spikes
    if parameters.refractory_steps > 1:
        active = spikes + (u == -jnp.inf).astype(u.dtype)
    return end(moving, spikes, state.recent), active
