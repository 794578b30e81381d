"""Steps of neurons that sample with an absolute refractory time, compiled."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..._core.jax64 import in_double_precision
from ..sampling.groups import Group
from .gibbs_jax import times

__all__ = ["run_reads"]


class State(NamedTuple):
    """What a step carries on."""

    left: jax.Array  # (n, chains), ζ, for how many steps a neuron stays active
    active: jax.Array  # (n, chains), z as floating-point numbers


class Part(NamedTuple):
    """A group of neurons, their weights from their neighbours and their biases."""

    group: Group
    weights: jax.Array
    biases: jax.Array
    tau: jax.Array


@in_double_precision
def run_reads(
    weights: np.ndarray,  # (n, n) float32
    biases: np.ndarray,  # (n,) float32
    left: np.ndarray,  # (n, chains) int32
    words: np.ndarray,  # (most reads, steps of a read, n, chains) uint32
    reads: int,
    tau: int,
    groups: tuple[Group, ...],
) -> tuple[np.ndarray, np.ndarray]:
    """Return z at the first `reads` reads, (reads, n, chains), and ζ at the last one.

    Compiled for the shapes and the groups alone: neither fewer reads nor another τ
    need a new program.
    """
    shifted = biases - np.float32(np.log(tau))
    arguments = (weights, shifted, left, words, np.int32(reads), np.int32(tau))
    active, left = _run(*arguments, groups)
    return np.asarray(active)[:reads], np.asarray(left)


@partial(jax.jit, static_argnums=6)
def _run(
    weights: jax.Array,
    shifted_biases: jax.Array,  # b - log τ
    left: jax.Array,
    words: jax.Array,
    reads: jax.Array,
    tau: jax.Array,
    groups: tuple[Group, ...],
) -> tuple[jax.Array, jax.Array]:
    """Read as often as is known only when it runs."""
    # cut out before the loop: a step would copy them again
    parts = []
    for g in groups:
        mine, near = slice(g.first, g.end), slice(g.first_neighbour, g.end_neighbour)
        parts.append(Part(g, weights[mine, near], shifted_biases[mine, None], tau))
    steps = words.shape[1]
    rows = words.reshape(-1, *left.shape)  # (most steps, n, chains)

    def step(t: jax.Array, carry: tuple) -> tuple:
        state, read = carry
        for part in parts:
            move = _move_together if part.group.at_once else _move_in_turn
            state = move(part, state, rows[t, part.group.first : part.group.end])
        # the last step before a read writes last
        return state, read.at[t // steps].set(state.active.astype(jnp.uint8))

    state = State(left, (left > 0).astype(jnp.float32))
    read = jnp.zeros((len(words), *left.shape), jnp.uint8)
    state, read = jax.lax.fori_loop(0, reads * steps, step, (state, read))
    return read, state.left


def _move_together(part: Part, state: State, words: jax.Array) -> State:
    """Move all neurons of a group, none of which sees the others move."""
    group = part.group
    mine = slice(group.first, group.end)
    near = state.active[group.first_neighbour : group.end_neighbour]
    logit = times(part.weights, near) + part.biases
    left = _next(state.left[mine], logit, words, part.tau)
    active = (left > 0).astype(near.dtype)
    return State(state.left.at[mine].set(left), state.active.at[mine].set(active))


def _move_in_turn(part: Part, state: State, words: jax.Array) -> State:
    """Move one neuron of a group after the other."""
    group = part.group

    def move(i: jax.Array, state: State) -> State:
        k = group.first + i
        near = state.active[group.first_neighbour : group.end_neighbour]
        logit = times(part.weights[i], near) + part.biases[i]
        left = _next(state.left[k], logit, words[i], part.tau)
        active = (left > 0).astype(near.dtype)
        return State(state.left.at[k].set(left), state.active.at[k].set(active))

    return jax.lax.fori_loop(0, group.end - group.first, move, state)


def _next(
    left: jax.Array, logit: jax.Array, words: jax.Array, tau: jax.Array
) -> jax.Array:
    r"""Return ζ after a step, given u - log τ.

    The uniform number has 31 random bits, of which a float32 keeps the first 24.
    """
    uniform = (words >> 1).astype(jnp.int32).astype(jnp.float32) * jnp.float32(2**-31)
    fires = uniform * (1 + jnp.exp(-logit)) < 1
    return jnp.where(left > 1, left - 1, jnp.where(fires, tau, 0))
