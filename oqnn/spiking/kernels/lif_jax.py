"""Kernel of leaky integrate-and-fire networks with a surrogate derivative.

Enter through `advance` and `respond`, which take NumPy arrays, or through
`training_jax`.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from ..._core.jax64 import in_double_precision
from ..network import LIFParameters
from .lif_backward_jax import pull_back
from .lif_forward_jax import (
    Array,
    Detach,
    LIFState,
    Moving,
    Weights,
    lif_step,
    rest,
    run,
    run_with_drives,
    start,
)

__all__ = [
    "Array",
    "Detach",
    "LIFState",
    "Weights",
    "advance",
    "respond",
    "rest",
    "scan_steps",
]


def scan_steps(
    parameters: LIFParameters,
    weights: Weights,
    state: LIFState,
    counts: Array,  # (steps, chains, m)
    sharpness: float | jax.Array = 10.0,
    detach: Detach = Detach(),  # noqa: B008 (an immutable default)
) -> tuple[LIFState, jax.Array]:
    """Run through source spikes; return the last state and z, (steps, chains, n).

    Spikes have the derivative 1/(α|x| + 1)² of eq. (A7). Reverse mode only. Sources may
    be of any type: bytes save memory, and cost the time of a copy.
    """
    return _scan(parameters, weights, state, counts, sharpness, detach)


@partial(jax.custom_vjp, nondiff_argnums=(0, 5))
def _scan(
    parameters: LIFParameters,
    weights: Weights,
    state: LIFState,
    counts: Array,
    sharpness: float | jax.Array,
    detach: Detach,
) -> tuple[LIFState, jax.Array]:
    """Run `scan_steps`, whose derivatives come from `pull_back`."""
    return run(parameters, weights, state, counts)[:2]


def _forward(
    parameters: LIFParameters,
    weights: Weights,
    state: LIFState,
    counts: Array,
    sharpness: float | jax.Array,
    detach: Detach,
) -> tuple[tuple[LIFState, jax.Array], tuple]:
    if parameters.refractory_steps == 1 or detach.refractory:
        state, active, u = run(parameters, weights, state, counts)
        return (state, active), (weights, counts, sharpness, u, None)
    state, active, u, rises = run_with_drives(parameters, weights, state, counts)
    return (state, active), (weights, counts, sharpness, u, rises)


def _backward(
    parameters: LIFParameters, detach: Detach, kept: tuple, derivatives: Any
) -> tuple:
    weights, counts, *trace = kept
    pulled = pull_back(parameters, detach, weights, counts, *trace, *derivatives)
    return *pulled, None


_scan.defvjp(_forward, _backward)


@in_double_precision
@partial(jax.jit, static_argnums=0)
def advance(
    parameters: LIFParameters, weights: Weights, state: LIFState, counts: Array
) -> tuple[LIFState, jax.Array]:
    """Run `scan_steps` without gradients; z comes as bytes, (chains, steps, n).

    The arithmetic has the precision of the state.
    """
    state, active = scan_steps(parameters, weights, state, counts)
    return state, jnp.swapaxes(active.astype(jnp.uint8), 0, 1)


@in_double_precision
@partial(jax.jit, static_argnums=0)
def respond(
    parameters: LIFParameters, weights: Weights, state: LIFState, counts: Array
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Return z, voltages and currents after each step, each (steps, chains, n)."""
    drive = jnp.matmul(counts.astype(float), weights.inputs.T)

    def step(moving: Moving, inputs: jax.Array) -> tuple[Moving, tuple]:
        moving, u = lif_step(parameters, weights.recurrent, moving, inputs)
        active = (u >= parameters.v_threshold) | (u == -jnp.inf)
        return moving, (active, moving.voltage, moving.current)

    return jax.lax.scan(step, start(state), drive)[1]
