"""Steps of sampling LIF neurons: noise counts from random words, and reads of z.

Single precision; chains along the last axis, where the loops are vectors.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..._core.jax64 import in_double_precision

__all__ = ["Neurons", "Rows", "Sources", "State", "counts_of", "run_reads"]

Array = jax.Array | np.ndarray


class State(NamedTuple):
    """What the next step needs, each (n, chains) float32."""

    voltage: Array
    trace: Array  # of each neuron's own spikes, as its synapses see them
    noise: Array  # filtered events of the noise sources
    left: Array  # refractory steps to come; at or below zero the remainder


class Neurons(NamedTuple):
    """Parameters of a network, float32."""

    weights: Array  # (n, n) [receiver, sender]
    leaks: Array  # (n, 1 or chains)
    gains: Array  # (n, 1 or chains), times the jump of one noise event
    refractory: Array  # (n, 1 or chains), in steps
    reset: Array  # ()
    voltage_kept: Array  # (), what a step leaves of it
    current_kept: Array  # (), of trace and noise
    trace_taken: Array  # (), what the voltage takes up in a step
    noise_taken: Array  # ()
    wiring: Array | None = None  # (n, sources)


class Rows(NamedTuple):
    """Receivers from `first` to `end`, and the range of neurons they listen to."""

    first: int
    end: int
    first_sender: int
    end_sender: int


class Sources(NamedTuple):
    """Counts by inverse cdf: `lowest` plus the number of thresholds a word reaches."""

    lowest: int
    thresholds: tuple[int, ...]  # on words read as signed 16-bit integers


def counts_of(words: Array, sources: Sources) -> jax.Array:
    """Turn uniform words, int16, into event counts of one law, int16."""
    counts = jnp.full(words.shape, sources.lowest, jnp.int16)
    for threshold in sources.thresholds:
        counts = counts + (words >= jnp.int16(threshold)).astype(jnp.int16)
    return counts


@in_double_precision
@partial(jax.jit, static_argnames=("rows", "sources", "renewing"))
def run_reads(
    neurons: Neurons,
    state: State,
    words: Array,
    reads: Array,
    *,
    rows: tuple[Rows, ...],
    sources: Sources,
    renewing: bool,
) -> tuple[State, jax.Array]:
    """Run the first `reads` of a chunk and return the state and the reads of z.

    `words` has shape (chunk, steps a read, n or sources, chains), int16; z has
    shape (chunk, n, chains), uint8, and stays zero from `reads` on.
    """
    # all counts at once: inside the loop each output's kernel would count them anew
    events = counts_of(words, sources)
    begin = State(*(jnp.asarray(a, jnp.float32) for a in state))

    def one_read(
        i: jax.Array, carry: tuple[State, jax.Array]
    ) -> tuple[State, jax.Array]:
        state, z = carry
        for k in range(words.shape[1]):
            state = _step(neurons, state, events[i, k], rows, renewing)
        return state, z.at[i].set((state.left > 0).astype(jnp.uint8))

    z = jnp.zeros((len(words), *begin.voltage.shape), jnp.uint8)
    return jax.lax.fori_loop(0, reads, one_read, (begin, z))


def _step(
    neurons: Neurons,
    state: State,
    events: jax.Array,
    rows: tuple[Rows, ...],
    renewing: bool,
) -> State:
    """Advance by one step; spikes at its end reach others in the next."""
    jumps = events.astype(jnp.float32)
    if neurons.wiring is not None:
        jumps = jnp.asarray(neurons.wiring) @ jumps
    noise = state.noise + jumps
    drive = neurons.trace_taken * _received(neurons.weights, state.trace, rows)
    drive = drive + neurons.noise_taken * neurons.gains * noise
    left = jnp.where(state.left > 0, state.left - 1, state.left)
    free = left <= 0
    distance = state.voltage - neurons.leaks
    voltage = neurons.leaks + distance * neurons.voltage_kept + drive
    voltage = jnp.where(free, voltage, neurons.reset)
    spikes = free & (voltage > 0)
    trace = state.trace * neurons.current_kept
    trace = jnp.where(spikes, 1.0, trace) if renewing else trace + spikes
    left = left + jnp.where(spikes, neurons.refractory, 0.0)
    return State(voltage, trace, noise * neurons.current_kept, left)


def _received(weights: Array, trace: Array, rows: tuple[Rows, ...]) -> jax.Array:
    """Multiply only the blocks of the weights that hold synapses."""
    weights, trace = jnp.asarray(weights), jnp.asarray(trace)
    parts = [
        weights[r.first : r.end, r.first_sender : r.end_sender]
        @ trace[r.first_sender : r.end_sender]
        for r in rows
    ]
    return parts[0] if len(parts) == 1 else jnp.concatenate(parts)
