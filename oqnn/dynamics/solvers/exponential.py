"""Exponentials of many small matrices at once."""

import math

import numpy as np
from scipy.linalg import expm

__all__ = ["expm_many"]

THETA = 0.78  # 1-norm up to which Taylor's degree 16 is exact to rounding
LARGE = 128  # size from which one Padé exponential at a time is as quick
HELD = 2**17  # entries worked on at once, so that they stay in the cache

COEFFICIENTS = 1 / np.array(
    [[math.factorial(4 * j + i) for i in range(4)] for j in range(4)]
)


def expm_many(matrices: np.ndarray) -> np.ndarray:
    """Return the exponentials of matrices (..., m, m) by Taylor and squaring.

    Degree 16 in six products, then as many squarings as the 1-norm asks for: only
    products of stacked matrices, 8 m³ operations each at norm 3.

    References
    ----------
    .. [1] Al-Mohy, Higham, SIAM J. Sci. Comput. 33, 488 (2011), table 3.1, for the
       norms; Paterson, Stockmeyer, SIAM J. Comput. 2, 60 (1973), for the products.
    """
    m = matrices.shape[-1]
    flat = matrices.reshape(-1, m, m)
    if m >= LARGE or len(flat) < 2:
        return np.asarray(expm(matrices))
    out = np.empty_like(flat, dtype=np.result_type(flat, float))
    norms = np.abs(flat).sum(axis=1).max(axis=1, initial=0.0)
    squarings = np.ceil(np.log2(np.maximum(norms / THETA, 1.0))).astype(int)
    chunk = max(1, HELD // m**2)
    for count in np.unique(squarings):
        chosen = np.flatnonzero(squarings == count)
        for first in range(0, len(chosen), chunk):
            part = chosen[first : first + chunk]
            out[part] = _square(_taylor(flat[part] / 2.0**count), int(count))
    return out.reshape(matrices.shape)


def _taylor(A: np.ndarray) -> np.ndarray:
    """Σ_{k ≤ 16} A^k / k! as a polynomial of degree four in A⁴."""
    powers = np.empty((3, *A.shape), dtype=np.result_type(A, float))
    powers[0] = A
    np.matmul(A, A, out=powers[1])
    np.matmul(powers[1], A, out=powers[2])
    A4 = powers[1] @ powers[1]
    # Σ_i A^i / (4 j + i)! for i = 1, 2, 3: one product with a 4 × 3 matrix
    parts = (COEFFICIENTS[:, 1:] @ powers.reshape(3, -1)).reshape(4, *A.shape)
    for part, first in zip(parts, COEFFICIENTS[:, 0], strict=True):
        diagonal = np.einsum("...ii->...i", part)
        diagonal += first
    out = parts[3] + A4 / math.factorial(16)
    for part in parts[2::-1]:
        out = out @ A4
        out += part
    return out


def _square(A: np.ndarray, count: int) -> np.ndarray:
    for _ in range(count):
        A = A @ A
    return A
