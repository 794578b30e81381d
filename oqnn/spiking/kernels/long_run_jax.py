"""Moments of runs whose steps do not fit in memory, with their gradient."""

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp

from ..network import LIFParameters
from .lif_jax import Array, Detach, LIFState, Weights, scan_steps
from .product_sums_jax import product_sums

__all__ = ["moments_of_run"]

# What a backward pass may keep of a run: 4 bytes a neuron and step in single precision.
KEPT_BYTES = 2**27


def moments_of_run(
    parameters: LIFParameters,
    weights: Weights,
    state: LIFState,
    draw: Callable[[jax.Array], Array],
    chunks: int,
    products: Sequence[tuple[int, ...]],
    sharpness: float | jax.Array = 10.0,
    detach: Detach = Detach(),  # noqa: B008 (an immutable default)
    *,
    kept_bytes: int = KEPT_BYTES,
) -> tuple[LIFState, jax.Array]:
    """Return the last state and means of products of spins over steps and chains.

    Source spikes are drawn, and drawn again for the gradient, a chunk at a time. The
    gradient, the same as that of one long `scan_steps`, keeps the state between chunks
    and, if they fit, the voltages of all steps; otherwise it runs each chunk
    once more.

    Parameters
    ----------
    parameters, weights, state, sharpness, detach
        See `scan_steps`.
    draw : function
        Takes the number of a chunk, traced, and returns source spikes of any type,
        (steps, chains, m), the same at every call. For given ones, an array of bytes
        (chunks, steps, chains, m) and its ``__getitem__``.
    chunks : int
        Number of chunks; 200 to 4000 steps a chunk are fastest.
    products : sequence of tuples of int
        Spins in each product, by neuron.
    kept_bytes : int
        Room for the voltages of all steps.

    Returns
    -------
    LIFState, jax.Array
        Moments have shape (products,).
    """
    dtype = jnp.asarray(state.voltage).dtype
    steps, chains, _ = jax.eval_shape(draw, jnp.zeros((), int)).shape
    n_neurons = state.voltage.shape[-1]
    needed = chunks * steps * chains * n_neurons * dtype.itemsize
    names = ("voltages",) if needed <= kept_bytes else ()
    keep = jax.checkpoint_policies.save_only_these_names(*names)

    def chunk(
        carry: tuple[LIFState, jax.Array], index: jax.Array
    ) -> tuple[tuple[LIFState, jax.Array], None]:
        state, sums = carry
        state, active = scan_steps(
            parameters, weights, state, draw(index), sharpness, detach
        )
        return (state, sums + product_sums(active, products)), None

    begin = (jax.tree.map(jnp.asarray, state), jnp.zeros(len(products), dtype))
    (state, sums), _ = jax.lax.scan(
        jax.checkpoint(chunk, policy=keep, prevent_cse=False), begin, jnp.arange(chunks)
    )
    return state, sums / (chunks * steps * chains)
