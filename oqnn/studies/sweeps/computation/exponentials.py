"""Exponentials and powers of many matrices, each computed as if it were alone.

Points of a block share one array computation, and yet no number of one may depend on
which others there are: a point that fails must leave the rest as it was, bit by bit.
So matrices meet only in stacked products, one at a time, and in sums of entries.
"""

import math

import numpy as np
from scipy.linalg import expm

__all__ = ["exponentials", "powers"]

THETA = 0.78  # 1-norm up to which Taylor's degree 16 is exact to rounding
SMALL = 0.06  # the same for degree 8
LARGE = 128  # size from which one Padé exponential at a time is as quick
HELD = 2**15  # entries worked on at once, so that all powers stay in the cache
MOST_SQUARINGS = 100  # norms beyond are infinite, and so is the result
COEFFICIENTS = 1 / np.array(
    [[math.factorial(4 * j + i) for i in range(4)] for j in range(4)]
)


def exponentials(matrices: np.ndarray) -> np.ndarray:
    """Return the exponentials of real or complex matrices (..., m, m).

    Taylor's degree 16 in six products and as many squarings as the 1-norm asks for,
    as `oqnn.dynamics.solvers.exponential.expm_many`, but no matrix sees another: the
    result for one is the same bits whatever the stack. Matrices that are not finite
    give NaN.
    """
    m = matrices.shape[-1]
    flat = matrices.reshape(-1, m, m)
    out = np.full(flat.shape, np.nan, dtype=np.result_type(flat, float))
    norms = np.abs(flat).sum(axis=1).max(axis=1, initial=0.0)
    finite = np.isfinite(norms)
    if m >= LARGE:
        for i in np.flatnonzero(finite):
            out[i] = expm(flat[i])
        return out.reshape(matrices.shape)
    squarings = np.zeros(len(flat), dtype=int)
    squarings[finite] = np.ceil(np.log2(np.maximum(norms[finite] / THETA, 1.0)))
    squarings[norms <= SMALL] = -1
    chunk = max(1, HELD // m**2)
    for count in np.unique(squarings[finite]):
        chosen = np.flatnonzero(finite & (squarings == count))
        for first in range(0, len(chosen), chunk):
            part = chosen[first : first + chunk]
            if count < 0:
                out[part] = _short_taylor(flat[part])
                continue
            A = _taylor(flat[part] / 2.0**count)
            for _ in range(min(count, MOST_SQUARINGS)):
                A = A @ A
            out[part] = A
    return out.reshape(matrices.shape)


def powers(factors: np.ndarray, X: np.ndarray, count: int) -> np.ndarray:
    """Return X, FX, F²X, … of shape (p, m, count, c), by doubling while that is cheap.

    Parameters
    ----------
    factors : shape (p, m, m)
    X : shape (p, m, c)
    count : int
        How many, the zeroth included.
    """
    p, m, c = X.shape
    out = np.empty((p, m, count * c))
    out[..., :c] = X
    block = 1  # powers that one product moves
    while block < count and block * c < max(m, 32):
        stop = min(2 * block, count)
        out[..., block * c : stop * c] = factors @ out[..., : (stop - block) * c]
        factors = factors @ factors
        block *= 2
    for first in range(block, count, block):
        stop = min(first + block, count)
        last = out[..., (first - block) * c : (stop - block) * c]
        out[..., first * c : stop * c] = factors @ last
    return out.reshape(p, m, count, c)


def _taylor(A: np.ndarray) -> np.ndarray:
    """Σ_{k ≤ 16} A^k / k! as a polynomial of degree four in A⁴."""
    A2 = A @ A
    A3 = A2 @ A
    A4 = A2 @ A2
    diagonal = np.arange(A.shape[-1])
    out = A4 / math.factorial(16)
    for j in range(3, -1, -1):
        if j < 3:
            out = out @ A4
        one, first, second, third = COEFFICIENTS[j]
        out += first * A
        out += second * A2
        out += third * A3
        out[:, diagonal, diagonal] += one
    return out


def _short_taylor(A: np.ndarray) -> np.ndarray:
    """Σ_{k ≤ 8} A^k / k! in four products."""
    A2 = A @ A
    A3 = A2 @ A
    A4 = A2 @ A2
    diagonal = np.arange(A.shape[-1])
    out = A4 / math.factorial(8)
    for j in (1, 0):
        one, first, second, third = COEFFICIENTS[j]
        out += first * A
        out += second * A2
        out += third * A3
        out[:, diagonal, diagonal] += one
        if j:
            out = out @ A4
    return out
