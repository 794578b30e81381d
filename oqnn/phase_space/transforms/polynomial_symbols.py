r"""Weyl symbols of polynomials in â and â†, known by their lowest matrix elements.

A normally ordered sum has the matrix elements and, by α = (mωx + ip)/√(2ħmω), the
symbol

.. math:: \langle j|\sum_{mn} c_{mn} \hat a^{\dagger m} \hat a^n|k\rangle
          = \sum_l c_{j-l,k-l} \frac{\sqrt{j!\,k!}}{l!}, \qquad
          \sum_{mn} c_{mn} \sum_l \frac{(-1)^l\, l!}{2^l} \binom{m}{l} \binom{n}{l}
          \bar\alpha^{m-l} \alpha^{n-l}.
"""

import numpy as np
from scipy.special import binom, factorial

__all__ = ["ladder_coefficients", "ladder_matrix", "weyl_coefficients"]


def ladder_coefficients(operator: np.ndarray, degree: int) -> np.ndarray:
    """Return c (..., degree + 1, degree + 1), m + n <= degree, from low elements."""
    size = degree + 1
    root = np.sqrt(factorial(np.arange(size)))
    low = operator[..., :size, :size] / np.outer(root, root)
    # Dividing by e^t undoes the sum over l along each diagonal.
    c = _along_diagonals(low, (-1.0) ** np.arange(size) / factorial(np.arange(size)))
    return np.where(_total(size) <= degree, c, 0)


def ladder_matrix(c: np.ndarray, levels: int) -> np.ndarray:
    """Return the matrix (..., levels, levels) of Σ c_mn â†^m â^n."""
    lower, size = np.zeros((levels, levels)), c.shape[-1]
    matrix = np.zeros((*c.shape[:-2], levels, levels), dtype=complex)
    index = np.arange(levels)
    powers = [np.eye(levels)]  # of â, exact in every element they have
    lower[index[:-1], index[1:]] = np.sqrt(index[1:])
    for _ in range(size - 1):
        powers.append(powers[-1] @ lower)
    for m, n in np.argwhere(np.any(c != 0, axis=tuple(range(c.ndim - 2)))):
        word = powers[m].T @ powers[n]
        matrix += c[..., m, n, None, None] * word
    return matrix


def weyl_coefficients(c: np.ndarray) -> np.ndarray:
    """Return w with Ã = Σ w_mn ᾱ^m α^n, from the c of normal order."""
    w, size = np.zeros_like(c), c.shape[-1]
    m = np.arange(size)
    for l in range(size):  # noqa: E741
        ways = np.outer(binom(m, l), binom(m, l)) * factorial(l) * (-0.5) ** l
        w[..., : size - l, : size - l] += (c * ways)[..., l:, l:]
    return w


def _along_diagonals(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return Σ_l weights[l] values[..., j − l, k − l]."""
    result = np.zeros_like(values)
    size = values.shape[-1]
    for l, weight in enumerate(weights):  # noqa: E741
        result[..., l:, l:] += weight * values[..., : size - l, : size - l]
    return result


def _total(size: int) -> np.ndarray:
    return np.add.outer(np.arange(size), np.arange(size))
