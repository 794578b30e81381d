"""Quadrature weights on uniform grids: ends, starts, interpolation, exponentials."""

from functools import cache

import numpy as np
from scipy import fft
from scipy.linalg import expm
from scipy.special import bernoulli, factorial

__all__ = [
    "convolve",
    "cumulative_integral",
    "end_corrections",
    "exponential_weights",
    "interpolate_uniform",
    "start_weights",
]


def end_corrections(points: int) -> np.ndarray:
    r"""Return Gregory's corrections c_0 … c_{k−1} at an end of a uniform grid.

    :math:`\int_0^{nh} f \approx h \sum_j (1 + c_j + c_{n-j}) f_j` is exact for
    polynomials of degree k − 1 if n ≥ k − 1; the error is of order h^{k+1}.
    By Euler and Maclaurin, Σ_j c_j j^p = −ζ(−p) − δ_{p0}. k = 1 is the trapezoid.
    """
    powers = np.arange(points)
    zeta = -bernoulli(points)[1:] / (powers + 1)  # ζ(−p) = −B_{p+1} / (p + 1)
    zeta[0] = -0.5  # B_1 = +1/2 in this formula
    right = -zeta
    right[0] -= 1.0
    return np.linalg.solve(np.vander(powers, increasing=True).T, right)


def start_weights(points: int) -> np.ndarray:
    r"""Return ω[n, i, j] = ∫₀ⁿ ℓ_i(n − u) ℓ_j(u) du, shape (k, k, k).

    ℓ are the Lagrange polynomials on 0 … k − 1. Gives the convolution of two functions
    at the first k points from their values there, without negative arguments.
    """
    nodes, weights = np.polynomial.legendre.leggauss(points)
    to_monomials = np.linalg.inv(np.vander(np.arange(points), increasing=True))
    out = np.zeros((points, points, points))
    for n in range(1, points):
        u = n * (1 + nodes) / 2
        at_u = np.vander(u, points, increasing=True) @ to_monomials
        at_rest = np.vander(n - u, points, increasing=True) @ to_monomials
        out[n] = np.einsum("q,qi,qj->ij", n * weights / 2, at_rest, at_u)
    return out


def exponential_weights(matrix: np.ndarray, points: int) -> np.ndarray:
    r"""Return Φ[s, i] = ∫₀¹ e^{(1−u)A} ℓ_i(s + u) du, shape (k − 1, k, m, m).

    ℓ are the Lagrange polynomials on 0 … k − 1, so that h Σ_i Φ[s, i] f_i solves
    y′ = (A/h) y + f over the interval from point s to s + 1, from y = 0, for f of
    degree k − 1.
    """
    m = len(matrix)
    augmented = np.kron(np.eye(points + 1, k=1), np.eye(m))
    augmented[:m, :m] = matrix
    top = expm(augmented)[:m].reshape(m, points + 1, m)
    phi = np.moveaxis(top, 1, 0)[1:]  # φ_{q+1}(A) = ∫ e^{(1−u)A} u^q / q! du
    moments = factorial(np.arange(points))[:, None, None] * phi
    nodes = np.arange(points)
    bases = [
        np.linalg.inv(np.vander(nodes - s, increasing=True)) for s in range(points - 1)
    ]
    return np.einsum("sqi,qab->siab", np.array(bases), moments)


def interpolate_uniform(values: np.ndarray, at: np.ndarray, points: int) -> np.ndarray:
    """Interpolate samples on 0, 1, 2, … at places `at`, by the nearest `points`.

    Parameters
    ----------
    values : shape (N + 1, ...)
        Samples; N + 1 ≥ `points`.
    at : shape (t,)
        Between 0 and N, in grid steps.
    points : int
        Of the local polynomial.

    Returns
    -------
    np.ndarray
        Shape (t, ...).
    """
    first = np.floor(at).astype(int) - (points // 2 - 1)
    first = np.clip(first, 0, len(values) - points)
    offset = (at - first)[:, None] - np.arange(points)  # (t, k)
    weights = np.ones((len(at), points))
    for i in range(points):
        for j in range(points):
            if i != j:
                weights[:, i] *= offset[:, j] / (i - j)
    gathered = values[first[:, None] + np.arange(points)]  # (t, k, ...)
    return np.einsum("tk,tk...->t...", weights, gathered)


def cumulative_integral(values: np.ndarray, step: float, points: int) -> np.ndarray:
    """Return ∫₀^{nh} f for every n, along the last axis, error h^points.

    Parameters
    ----------
    values : shape (..., N + 1)
        Samples of f, at least `points`.
    step : float
        h.
    points : int
        Even number of the local polynomial.
    """
    weights = step * _interval_weights(points)
    n_steps, middle = values.shape[-1] - 1, points // 2 - 1
    parts = np.zeros_like(values)
    last = n_steps - middle  # intervals from here on have windows at the end
    for i in range(points):
        moved = values[..., i : i + last - middle]
        parts[..., middle + 1 : last + 1] += weights[middle, i] * moved
    for j in (*range(middle), *range(last, n_steps)):
        first = 0 if j < middle else n_steps + 1 - points
        parts[..., j + 1] = values[..., first : first + points] @ weights[j - first]
    return np.cumsum(parts, axis=-1)


@cache
def _interval_weights(points: int) -> np.ndarray:
    """Return ∫ℓ_i over every interval of k points, shape (k − 1, k)."""
    return exponential_weights(np.zeros((1, 1)), points)[..., 0, 0]


def convolve(f: np.ndarray, g: np.ndarray, step: float, points: int) -> np.ndarray:
    """Return ∫₀^{nh} f(nh − u) g(u) du for every n, along the last axis, by FFT.

    Parameters
    ----------
    f, g : shape (..., N + 1)
        Complex samples, at least 2 · points of them; other axes broadcast.
    step : float
        h.
    points : int
        Of Gregory's corrections; the error is of order h^{points + 1}.
    """
    n_points = f.shape[-1]
    size = fft.next_fast_len(2 * n_points)
    scale = np.ones(n_points)
    scale[:points] += end_corrections(points)
    product = fft.fft(f * scale, size) * fft.fft(g * scale, size)
    out = fft.ifft(product, size)[..., :n_points]
    omega = start_weights(points)
    for n in range(points):
        out[..., n] = np.einsum(
            "ij,...i,...j->...", omega[n], f[..., :points], g[..., :points]
        )
    for n in range(points, 2 * points - 1):  # the corrections of both ends overlap
        both = scale[: n + 1] + scale[n::-1] - 1
        out[..., n] = (both * f[..., n::-1] * g[..., : n + 1]).sum(axis=-1)
    return step * out
