"""Products of spins, whose means are the moments that a network carries."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_integer

__all__ = ["Products", "as_products", "as_targets", "product_values"]

Products = Sequence[Sequence[int]]


def as_products(products: Products, n_neurons: int) -> tuple[tuple[int, ...], ...]:
    """Check lists of spin indices and return them as tuples.

    Raises
    ------
    TypeError, ValueError
        If there is none, one is empty, or an index is no neuron or repeats.
    """
    if not len(products):
        raise ValueError("`products` must hold at least one product, but is empty.")
    for i, product in enumerate(products):
        if not len(product) or len(set(product)) < len(product):
            raise ValueError(
                "`products` must list different spins, at least one each, but "
                f"products[{i}] = {tuple(product)}."
            )
        for index in product:
            check_integer(index, f"products[{i}]", least=0)
            if index >= n_neurons:
                raise ValueError(
                    f"`products` must name spins below {n_neurons}, the number of "
                    f"neurons, but products[{i}] = {tuple(product)}."
                )
    return tuple(tuple(int(k) for k in product) for product in products)


def as_targets(targets: ArrayLike, count: int) -> np.ndarray:
    """Return prescribed means of products of spins, checked, shape (count,)."""
    targets = np.asarray(targets, dtype=float)
    if targets.shape != (count,):
        raise ValueError(
            f"`targets` must have shape ({count},), one mean for each product, "
            f"but has shape {targets.shape}."
        )
    check_finite(targets, "targets")
    if np.abs(targets).max() > 1 + 1e-9:
        raise ValueError(
            "`targets` must lie in [-1, 1], being means of products of spins, "
            f"but one is {targets[np.abs(targets).argmax()]:.6g}."
        )
    return targets


def product_values(
    active: np.ndarray, products: tuple[tuple[int, ...], ...]
) -> np.ndarray:
    """Return products of spins s = 2z - 1 as bytes, (..., n) -> (..., products)."""
    spins = 2 * active.astype(np.int8) - 1
    return np.stack(
        [spins[..., list(p)].prod(axis=-1, dtype=np.int8) for p in products], axis=-1
    )
