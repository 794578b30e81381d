"""Steps of sampling LIF neurons: noise counts from random words, and a scan of reads.

Single precision throughout; one call runs a chunk of reads of all chains.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..._core.jax64 import in_double_precision

__all__ = ["Neurons", "Sources", "State", "counts_of", "run_reads"]

Array = jax.Array | np.ndarray


class State(NamedTuple):
    """What the next step needs, each (chains, n) float32."""

    voltage: Array
    trace: Array  # of each neuron's own spikes, as its synapses see them
    noise: Array  # filtered counts of the noise sources
    left: Array  # refractory steps to come; at or below zero the remainder


class Neurons(NamedTuple):
    """Parameters of a network, float32."""

    weights: Array  # (n, n), by sender and receiver
    leaks: Array  # (1 or chains, n)
    gains: Array  # (1 or chains, n), times the jump of one noise event
    refractory: Array  # (1 or chains, n), in steps
    reset: Array  # ()
    kept: Array  # (3,), what a step leaves of voltage, trace and noise
    taken: Array  # (2,), what the voltage takes up from trace and noise
    wiring: Array | None = None  # (sources, n)


class Sources(NamedTuple):
    """Counts by inverse cdf: `lowest` plus the number of thresholds a word reaches."""

    lowest: int
    thresholds: tuple[int, ...]  # on words read as signed integers


def counts_of(words: Array, sources: Sources) -> jax.Array:
    """Turn uniform words, int32, into event counts of one law, int8."""
    counts = jnp.full(words.shape, sources.lowest, jnp.int32)
    for threshold in sources.thresholds:
        counts = counts + (words >= threshold).astype(jnp.int32)
    return counts.astype(jnp.int8)


@in_double_precision
@partial(jax.jit, static_argnames=("sources", "renewing"))
def run_reads(
    neurons: Neurons,
    state: State,
    words: Array,
    reads: Array,
    *,
    sources: Sources,
    renewing: bool,
) -> tuple[State, jax.Array]:
    """Run the first `reads` of a chunk and return the state and all reads' z.

    `words` has shape (chunk, steps a read, chains, n or sources), int32; z has
    shape (chunk, chains, n), uint8, and stays zero from `reads` on.
    """
    # all counts at once: inside the loop each output's kernel would count them anew
    events = counts_of(words, sources)
    if neurons.wiring is not None:
        events = events.astype(jnp.float32) @ neurons.wiring
    chunk, steps, chains, n = events.shape

    def one_read(
        i: jax.Array, carry: tuple[State, jax.Array]
    ) -> tuple[State, jax.Array]:
        state, z = carry
        for k in range(steps):
            state = _step(neurons, state, events[i, k], renewing)
        return state, z.at[i].set((state.left > 0).astype(jnp.uint8))

    z = jnp.zeros((chunk, chains, n), jnp.uint8)
    begin = State(*(jnp.asarray(a, jnp.float32) for a in state))
    return jax.lax.fori_loop(0, reads, one_read, (begin, z))


def _step(neurons: Neurons, state: State, events: jax.Array, renewing: bool) -> State:
    """Advance by one step; spikes at its end reach others in the next."""
    noise = state.noise + events.astype(jnp.float32)
    drive = neurons.taken[0] * (state.trace @ neurons.weights)
    drive = drive + neurons.taken[1] * neurons.gains * noise
    left = jnp.where(state.left > 0, state.left - 1, state.left)
    free = left <= 0
    voltage = neurons.leaks + (state.voltage - neurons.leaks) * neurons.kept[0] + drive
    voltage = jnp.where(free, voltage, neurons.reset)
    spikes = free & (voltage > 0)
    trace = state.trace * neurons.kept[1]
    trace = jnp.where(spikes, 1.0, trace) if renewing else trace + spikes
    left = left + jnp.where(spikes, neurons.refractory, 0.0)
    return State(voltage, trace, noise * neurons.kept[2], left)
