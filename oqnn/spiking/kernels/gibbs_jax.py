"""Gibbs sweeps of Boltzmann machines, compiled: groups of neurons in turn."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from ..._core.jax64 import in_double_precision
from ..sampling.groups import Group

__all__ = ["run_sweeps", "times"]

# graphics processors would keep ten bits of float32 factors by default
times = partial(jnp.matmul, precision="highest")


@in_double_precision
def run_sweeps(
    weights: np.ndarray,  # (n, n) float32
    biases: np.ndarray,  # (n,) float32
    states: np.ndarray,  # (n, chains) uint8
    words: np.ndarray,  # (most sweeps, n, chains) uint32
    sweeps: int,
    groups: tuple[Group, ...],
) -> np.ndarray:
    """Return the states after each of the first `sweeps` sweeps, (sweeps, n, chains).

    Compiled for the shapes and the groups alone: fewer sweeps need no new program.
    """
    return np.asarray(_run(weights, biases, states, words, sweeps, groups))[:sweeps]


@partial(jax.jit, static_argnums=5)
def _run(
    weights: jax.Array,
    biases: jax.Array,
    states: jax.Array,
    words: jax.Array,
    sweeps: jax.Array,
    groups: tuple[Group, ...],
) -> jax.Array:
    """Sweep as often as is known only when it runs."""
    # cut out before the loop: a step would copy them again
    parts = [
        (
            weights[g.first : g.end, g.first_neighbour : g.end_neighbour],
            biases[g.first : g.end, None],
        )
        for g in groups
    ]

    def sweep(s: jax.Array, carry: tuple) -> tuple:
        z, after = carry
        for group, (w, b) in zip(groups, parts, strict=True):
            move = _move_together if group.at_once else _move_in_turn
            z = move(group, w, b, z, words[s, group.first : group.end])
            new = z[group.first : group.end].astype(jnp.uint8)
            after = after.at[s, group.first : group.end].set(new)
        return z, after

    start = (states.astype(jnp.float32), jnp.zeros(words.shape, jnp.uint8))
    return jax.lax.fori_loop(0, sweeps, sweep, start)[1]


def _move_together(
    group: Group, w: jax.Array, b: jax.Array, z: jax.Array, words: jax.Array
) -> jax.Array:
    """Draw all neurons of a group given the others."""
    drive = times(w, z[group.first_neighbour : group.end_neighbour]) + b
    return z.at[group.first : group.end].set(_fire(drive, words))


def _move_in_turn(
    group: Group, w: jax.Array, b: jax.Array, z: jax.Array, words: jax.Array
) -> jax.Array:
    """Draw one neuron of a group after the other."""

    def move(i: jax.Array, z: jax.Array) -> jax.Array:
        drive = times(w[i], z[group.first_neighbour : group.end_neighbour]) + b[i]
        return z.at[group.first + i].set(_fire(drive, words[i]))

    return jax.lax.fori_loop(0, group.end - group.first, move, z)


def _fire(drive: jax.Array, words: jax.Array) -> jax.Array:
    r"""Return 1 with probability :math:`1 / (1 + e^{-u})` of the drive u, else 0.

    The uniform number has 31 random bits, of which a float32 keeps the first 24: the
    probability is exact up to 2⁻²⁴ and the rounding of u.
    """
    uniform = (words >> 1).astype(jnp.int32).astype(jnp.float32) * jnp.float32(2**-31)
    return (uniform * (1 + jnp.exp(-drive)) < 1).astype(jnp.float32)
