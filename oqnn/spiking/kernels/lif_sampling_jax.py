"""Steps of sampling LIF neurons: noise counts from random words, and reads of z.

Single precision; chains along the last axis, where the loops are vectors.
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
    """What the next step needs, each (n, chains) float32."""

    voltage: Array
    trace: Array  # of each neuron's own spikes, as its synapses see them
    noise: Array  # filtered events of the noise sources
    left: Array  # refractory steps to come; at or below zero the remainder


class Neurons(NamedTuple):
    """Parameters of a network, float32, as changes of voltage in a step."""

    weights: Array  # (n, n) [receiver, sender]
    drifts: Array  # (n, 1 or chains), towards the leak potential
    gains: Array  # (n, 1 or chains), times filtered events of noise
    refractory: Array  # (n, 1 or chains), in steps
    reset: Array  # ()
    voltage_kept: Array  # (), what a step leaves of it
    current_kept: Array  # (), of trace and noise
    wiring: Array | None = None  # (n, sources)


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
        def one_step(k: jax.Array, state: State) -> State:
            return _step(neurons, state, events[i, k], renewing)

        state, z = carry
        state = jax.lax.fori_loop(0, words.shape[1], one_step, state)
        return state, z.at[i].set((state.left > 0).astype(jnp.uint8))

    z = jnp.zeros((len(words), *begin.voltage.shape), jnp.uint8)
    return jax.lax.fori_loop(0, reads, one_read, (begin, z))


def _step(neurons: Neurons, state: State, events: jax.Array, renewing: bool) -> State:
    """Advance by one step; spikes at its end reach others in the next."""
    jumps = events.astype(jnp.float32)
    if neurons.wiring is not None:
        jumps = jnp.asarray(neurons.wiring) @ jumps
    noise = state.noise + jumps
    left = jnp.where(state.left > 0, state.left - 1, state.left)
    # every product is full: those of the blocks that hold synapses are slower
    voltage = state.voltage * neurons.voltage_kept + neurons.drifts
    voltage += neurons.weights @ state.trace + neurons.gains * noise
    voltage = jnp.where(left <= 0, voltage, neurons.reset)
    spikes = voltage > 0
    trace = state.trace * neurons.current_kept
    trace = jnp.where(spikes, 1.0, trace) if renewing else trace + spikes
    left += jnp.where(spikes, neurons.refractory, 0.0)
    return State(voltage, trace, noise * neurons.current_kept, left)
