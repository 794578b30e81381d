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
    prepared, state, reached = _begin(kernel, jnp.asarray(parameters), len(currents))
    for t, current in enumerate(np.moveaxis(currents, 1, 0), start=1):
        charged, law = _branch(kernel, prepared, state, reached, jnp.asarray(current))
        reached = law.ravel()
        if t < currents.shape[1]:
            state = _settle(kernel, prepared, charged, law.shape)
    return np.asarray(reached).reshape(len(currents), -1)


@in_double_precision
def branch_states(
    kernel: NeuronKernel,
    parameters: np.ndarray,  # (P,)
    currents: np.ndarray,  # (X, T, N)
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return records' probabilities and the states after them, for every length.

    Length t + 1 has probabilities (X, 2**(N (t + 1))) and states with these two axes
    first, not a number after records of probability zero. For kernels whose state is
    one array.
    """
    prepared, state, reached = _begin(kernel, jnp.asarray(parameters), len(currents))
    found = []
    for current in np.moveaxis(currents, 1, 0):
        charged, law = _branch(kernel, prepared, state, reached, jnp.asarray(current))
        state, reached = _settle(kernel, prepared, charged, law.shape), law.ravel()
        states = np.asarray(state).reshape(len(currents), -1, *state.shape[2:])
        found.append((np.asarray(reached).reshape(len(currents), -1), states))
    return found


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


@partial(jax.jit, static_argnums=(0, 2))
def _begin(
    kernel: NeuronKernel, parameters: jax.Array, inputs: int
) -> tuple[Any, Any, jax.Array]:
    """Return what steps share, the first states (X, 1, ...), and probabilities 1."""
    prepared = kernel.prepare(parameters[None])
    reached = jnp.ones(inputs, dtype=parameters.dtype)
    return prepared, kernel.start(prepared, inputs), reached


# steps are compiled one by one: trains of different lengths share them
@partial(jax.jit, static_argnums=0)
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


@partial(jax.jit, static_argnums=(0, 3))
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
