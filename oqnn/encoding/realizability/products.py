"""Pauli products as users name them."""

from collections.abc import Sequence
from operator import index
from typing import Any

import numpy as np

__all__ = ["as_words"]

LETTERS = "IXYZ"


def as_words(
    products: Sequence[str | Sequence[int]], n_qubits: int, name: str = "products"
) -> np.ndarray:
    """Convert and check names of Pauli products, to shape (r, n).

    Parameters
    ----------
    products : sequence of str or of n integers
        Such as "XZI" or (1, 3, 0); the identity is none.

    Raises
    ------
    TypeError, ValueError
        If there is none, one is no product of n qubits, or one is there twice.
    """
    if isinstance(products, str):
        raise TypeError(
            f"`{name}` must be a sequence of products, but is the one name "
            f"{products!r}. Put it in a list."
        )
    if not hasattr(products, "__iter__"):
        raise TypeError(
            f"`{name}` must be a sequence of products, but is {products!r}."
        )
    words = [_as_word(entry, n_qubits, name) for entry in products]
    if not words:
        raise ValueError(f"`{name}` must hold at least one product, but is empty.")
    for place, word in enumerate(words):
        if word in words[:place]:
            raise ValueError(
                f"`{name}` must hold different products, but holds "
                f"{''.join(LETTERS[k] for k in word)} twice."
            )
    return np.array(words)


def _as_word(entry: Any, n_qubits: int, name: str) -> tuple[int, ...]:
    """Return the indices 0 … 3 of one product."""
    if isinstance(entry, str):
        word = tuple(LETTERS.find(letter) for letter in entry)
    else:
        try:
            if any(isinstance(mu, bool | np.bool) for mu in entry):
                raise TypeError
            word = tuple(index(mu) for mu in entry)
        except TypeError:
            raise TypeError(
                f"`{name}` must hold names or tuples of integers, but holds {entry!r}."
            ) from None
    if len(word) != n_qubits or not set(word) <= {0, 1, 2, 3} or not any(word):
        raise ValueError(
            f"`{name}` must name products of {n_qubits} qubits other than the "
            f"identity, as {'XYZ' * n_qubits:.{n_qubits}} or "
            f"{tuple([1, 2, 3] * n_qubits)[:n_qubits]}, but hold {entry!r}."
        )
    return word
