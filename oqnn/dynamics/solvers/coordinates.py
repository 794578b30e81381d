"""Blocks with a partner as columns of real coordinates, and back."""

import numpy as np

from ..._core.bases import hermitian_basis, to_coordinates
from .sparse_action import from_real, to_real

__all__ = ["from_columns", "from_parts", "to_columns", "to_parts"]

EPS = np.finfo(float).eps


def to_columns(blocks: np.ndarray, d: int) -> np.ndarray:
    """Blocks (p, f, n, D, D) → real coordinates (p, n d², c), D = d k.

    One column for each f and entry of the partner, c = f k². Operators that are not
    Hermitian have as many columns again, for imaginary coordinates.
    """
    p, f, n, D, _ = blocks.shape
    k = D // d
    split = blocks.reshape(p, f, n, d, k, d, k).transpose(0, 2, 1, 4, 6, 3, 5)
    coordinates = to_coordinates(split)  # (p, n, f, k, k, d²)
    X = np.moveaxis(coordinates, -1, 2).reshape(p, n * d * d, -1)
    if np.abs(X.imag).max(initial=0.0) <= 4 * EPS * np.abs(X.real).max(initial=0.0):
        return np.ascontiguousarray(X.real)  # the imaginary part is rounding
    return np.concatenate([X.real, X.imag], axis=-1)


def from_columns(X: np.ndarray, shape: tuple[int, ...], d: int) -> np.ndarray:
    """Coordinates (s, p, n d², c) → blocks (p, f, s, n, D, D), as in `shape`."""
    _, f, n, D, _ = shape
    s, p, k = X.shape[0], X.shape[1], D // d
    if X.shape[-1] == 2 * f * k * k:
        half = f * k * k
        real, imaginary = X[..., :half], X[..., half:]
        return from_columns(real, shape, d) + 1j * from_columns(imaginary, shape, d)
    # real coordinates times real and imaginary parts: one real product
    basis = hermitian_basis(d).reshape(d * d, d * d).view(float)  # (d², 2 d²)
    split = X.reshape(s, p, n, d * d, f, k, k).transpose(1, 2, 4, 5, 6, 0, 3)
    entries = (split @ basis).view(complex)  # (p, n, f, k, k, s, d²)
    blocks = entries.reshape(p, n, f, k, k, s, d, d).transpose(0, 2, 5, 1, 6, 3, 7, 4)
    return blocks.reshape(p, f, s, n, D, D)


def to_parts(blocks: np.ndarray, d: int) -> np.ndarray:
    """Blocks (f, n, D, D) → real forms (h, f k², n, d, d) of their Hermitian parts.

    h = 1 for Hermitian blocks without a partner, else 2: A and B of A + iB.
    """
    f, n, D, _ = blocks.shape
    k = D // d
    split = blocks.reshape(f, n, d, k, d, k).transpose(0, 3, 5, 1, 2, 4)
    split = split.reshape(f * k * k, n, d, d)
    adjoint = split.conj().mT
    parts = [to_real((split + adjoint) / 2)]
    other = (split - adjoint) / 2j
    if other.any():
        parts.append(to_real(other))
    return np.array(parts)


def from_parts(parts: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Real forms (h, f k², n, d, d) → blocks of the given shape (f, n, D, D)."""
    f, n, D, _ = shape
    d = parts.shape[-1]
    k = D // d
    blocks = from_real(parts[0])
    if len(parts) == 2:
        blocks = blocks + 1j * from_real(parts[1])
    split = blocks.reshape(f, k, k, n, d, d).transpose(0, 3, 4, 1, 5, 2)
    return split.reshape(shape)
