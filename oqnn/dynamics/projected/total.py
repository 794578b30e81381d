"""Operators of the whole S ⊗ E, seen through a projection."""

import numpy as np

from ..._core.bases import hermitian_basis, to_coordinates
from .projection import Projection

__all__ = ["block_coordinates", "escapes", "lifted_units", "rotate"]


def rotate(H: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Return −i[H, X] for Hermitian X."""
    product = -1j * (H @ X)
    return product + product.conj().mT


def block_coordinates(X: np.ndarray, P: Projection) -> np.ndarray:
    """Return the block coordinates of Hermitian total operators, (c, m)."""
    return to_coordinates(P.blocks_unchecked(X)).real.reshape(len(X), -1)


def lifted_units(P: Projection, d: int) -> np.ndarray:
    """Return Σ ρ_i ⊗ B_i for every unit vector of block coordinates, (m, D, D)."""
    units = np.zeros((P.n, d * d, P.n, d, d), dtype=complex)
    for i in range(P.n):
        units[i, :, i] = hermitian_basis(d)
    return P.lift_unchecked(units.reshape(-1, P.n, d, d))


def escapes(H_E: np.ndarray, family: np.ndarray, dual: np.ndarray) -> bool:
    """Tell whether [H_E, X_i] leaves the span of the X_i."""
    moved = rotate(H_E, family)
    inside = np.einsum("nab,jba->nj", moved, dual) @ family.reshape(len(family), -1)
    gap = np.abs(moved - inside.reshape(moved.shape)).max()
    return bool(gap > 1e-12 * np.abs(H_E).max() * np.abs(family).max())
