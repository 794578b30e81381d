"""Sums of products of spins as one matrix product, without an array of all products."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from .lif_forward_jax import Array

__all__ = ["product_means", "product_sums"]


def product_sums(
    active: Array, products: Sequence[tuple[int, ...]], shares: Array | None = None
) -> jax.Array:
    """Return sums of products of spins s = 2z - 1 over steps and chains.

    A product is that of its spins in the first half times that of its spins in the
    second half, and sums over time of all pairs of halves are a matrix product: for all
    Pauli products of n qubits two arrays of 2ⁿ numbers a step, not one of 4ⁿ. Sums of
    less than 2²⁴ steps and chains are exact in single precision.

    Parameters
    ----------
    active : shape (steps, chains, n)
        Active states z, in the precision of the result.
    products : sequence of tuples of int
        Spins in each product, by neuron.
    shares : shape (chains,), optional
        Weights of the chains, 1 by default.

    Returns
    -------
    jax.Array
        Shape (products,).
    """
    active = jnp.asarray(active)
    n_spins = 1 + max(max(product) for product in products)
    spins = (2 * active[..., :n_spins] - 1).reshape(-1, n_spins)
    first, second, places = halves(products)
    left, right = _values(spins, first), _values(spins, second)
    if shares is not None:
        weights = jnp.broadcast_to(shares, active.shape[:-1]).reshape(-1, 1)
        left = left * weights.astype(left.dtype)
    return (left.T @ right)[places]


def product_means(
    active: Array, products: Sequence[tuple[int, ...]], shares: Array | None = None
) -> jax.Array:
    """Return means over steps, and over chains with shares that sum to 1."""
    steps, chains = active.shape[:2]
    count = steps * chains if shares is None else steps
    return product_sums(active, products, shares) / count


def halves(
    products: Sequence[tuple[int, ...]],
) -> tuple[list[tuple], list[tuple], tuple[np.ndarray, np.ndarray]]:
    """Split products; return the different halves and where each product finds its own.

    >>> halves([(0,), (1, 2)])[:2]
    ([(0,), ()], [(), (1, 2)])
    """
    middle = (1 + max(max(product) for product in products)) // 2
    split = [
        (tuple(k for k in p if k < middle), tuple(k for k in p if k >= middle))
        for p in products
    ]
    first, second = (list(dict.fromkeys(side)) for side in zip(*split, strict=True))
    rows = np.array([first.index(a) for a, _ in split])
    columns = np.array([second.index(b) for _, b in split])
    return first, second, (rows, columns)


def _values(spins: jax.Array, products: list[tuple]) -> jax.Array:
    """Return products of spins, (..., products).

    Factors are picked by matrix products, whose gradient is one too.
    """
    n_spins = spins.shape[-1]
    values = jnp.ones((*spins.shape[:-1], len(products)), spins.dtype)
    for slot in range(max(map(len, products))):
        pick = np.zeros((n_spins, len(products)))
        for column, product in enumerate(products):
            if slot < len(product):
                pick[product[slot], column] = 1
        # A product that has no more spins takes the factor 1.
        values = values * (spins @ jnp.asarray(pick, spins.dtype) + (1 - pick.sum(0)))
    return values
