"""All records of one neuron at once: branches that share what came before."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..._core.jax64 import in_double_precision
from ..neurons.model import NeuronKernel

__all__ = ["branch_probabilities", "branch_states", "bytes_of_branch"]


@in_double_precision
def branch_probabilities(
    kernel: NeuronKernel,
    parameters: np.ndarray,  # (P,)
    currents: np.ndarray,  # (X, T, N)
) -> np.ndarray:
    """Return p(record | currents) of all records, shape (X, 2**(N T))."""
    return np.asarray(
        _probabilities(kernel, jnp.asarray(parameters), jnp.asarray(currents))
    )


@in_double_precision
def branch_states(
    kernel: NeuronKernel,
    parameters: np.ndarray,  # (P,)
    currents: np.ndarray,  # (X, T, N)
) -> list[tuple[np.ndarray, Any]]:
    """Return records' probabilities and the states after them, for every length.

    Length t + 1 has probabilities (X, 2**(N (t + 1))) and a state with these two axes
    first, NaN after records of probability zero.
    """
    found = _states(kernel, jnp.asarray(parameters), jnp.asarray(currents))
    return [jax.tree_util.tree_map(np.asarray, step) for step in found]


@in_double_precision
def bytes_of_branch(kernel: NeuronKernel, parameters: np.ndarray) -> tuple[int, int]:
    """Return the bytes of one branch's state, and of its charged state and law."""

    def one(angles: jax.Array) -> tuple[Any, Any]:
        prepared = kernel.prepare(angles)
        state = kernel.start(prepared, 1)
        charged = _charge(kernel, prepared, state, jnp.zeros((1, kernel.n_io)))
        return state, (charged, kernel.law(prepared, charged))

    state, charged = jax.eval_shape(one, jnp.asarray(parameters[None]))
    return _bytes(state), _bytes(charged)


@partial(jax.jit, static_argnums=0)
def _probabilities(
    kernel: NeuronKernel, parameters: jax.Array, currents: jax.Array
) -> jax.Array:
    """Return the probabilities of all records, shape (X, 2**(N T))."""
    prepared = kernel.prepare(parameters[None])
    state = kernel.start(prepared, len(currents))
    reached = jnp.ones(len(currents), dtype=parameters.dtype)
    for t in range(currents.shape[1]):
        charged, law = _branch(kernel, prepared, state, reached, currents[:, t])
        if t + 1 < currents.shape[1]:
            state = _settle(kernel, prepared, charged, law.shape)
        reached = law.ravel()
    return reached.reshape(len(currents), -1)


@partial(jax.jit, static_argnums=0)
def _states(
    kernel: NeuronKernel, parameters: jax.Array, currents: jax.Array
) -> list[tuple[jax.Array, Any]]:
    """Return probabilities and states after each number of steps."""
    prepared = kernel.prepare(parameters[None])
    state = kernel.start(prepared, len(currents))
    reached = jnp.ones(len(currents), dtype=parameters.dtype)
    found = []
    for t in range(currents.shape[1]):
        charged, law = _branch(kernel, prepared, state, reached, currents[:, t])
        state = _settle(kernel, prepared, charged, law.shape)
        reached = law.ravel()
        shaped = jax.tree_util.tree_map(
            lambda leaf: leaf.reshape(len(currents), -1, *leaf.shape[2:]), state
        )
        found.append((reached.reshape(len(currents), -1), shaped))
    return found


def _branch(
    kernel: NeuronKernel,
    prepared: Any,
    state: Any,
    reached: jax.Array,  # (X b,)
    current: jax.Array,  # (X, N)
) -> tuple[Any, jax.Array]:
    """Return charged states, and the joint probabilities of branches (X b, 2**N)."""
    now = jnp.repeat(current, len(reached) // len(current), axis=0)
    charged = _charge(kernel, prepared, state, now)
    law = kernel.law(prepared, charged)[:, 0]
    # the law after a record without probability is not a number
    return charged, jnp.where(reached[:, None] > 0, reached[:, None] * law, 0)


def _charge(
    kernel: NeuronKernel, prepared: Any, state: Any, current: jax.Array
) -> jax.Array:
    """Charge branches of one neuron with currents (b, N)."""
    # the state is not random given the spikes, so that the noise is left alone
    quiet = jnp.zeros((len(current), 1), dtype=current.dtype)
    return kernel.charge(prepared, state, current[:, None], quiet)


def _settle(
    kernel: NeuronKernel, prepared: Any, charged: Any, shape: tuple[int, ...]
) -> Any:
    """Return the states after all patterns of all branches, axes (b 2**N, 1) first."""
    b, patterns = shape
    choices = jnp.broadcast_to(
        jnp.eye(patterns)[:, None, None], (patterns, b, 1, patterns)
    )
    after = jax.vmap(kernel.settle, in_axes=(None, None, 0))(prepared, charged, choices)
    return jax.tree_util.tree_map(
        lambda leaf: jnp.moveaxis(leaf, 0, 1).reshape(b * patterns, *leaf.shape[2:]),
        after,
    )


def _bytes(tree: Any) -> int:
    """Return the bytes of all arrays of a tree of shapes."""
    leaves = jax.tree_util.tree_leaves(tree)
    return sum(leaf.size * leaf.dtype.itemsize for leaf in leaves)
