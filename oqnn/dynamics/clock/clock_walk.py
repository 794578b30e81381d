"""A clock's walk, weighted by the time it spends where qubits are reset."""

import numpy as np
from scipy.linalg import eigh_tridiagonal
from scipy.optimize import brentq

__all__ = ["add_excited", "excitations", "mixing_bound_time", "walk", "walk_rates"]

Spectrum = tuple[np.ndarray, np.ndarray]


def walk_rates(n: int, kappa: int) -> Spectrum:
    """Return eigenvalues and vectors of path Laplacian + (κ/2)|0⟩⟨0| on n ≥ 2 sites."""
    diagonal = np.r_[1 + kappa / 2, np.full(n - 2, 2.0), 1.0]
    rates, vectors = eigh_tridiagonal(diagonal, -np.ones(n - 1))
    return rates, vectors


def walk(spectrum: Spectrum, time: float) -> np.ndarray:
    """Return E[e^{−κa/2}; t ← s], with the time a spent at site 0, (n, n)."""
    rates, vectors = spectrum
    return (vectors * np.exp(-rates * time)) @ vectors.T


def excitations(n_qubits: int) -> np.ndarray:
    """Return the number κ of ones in row and column of each element, (d, d)."""
    ones = np.array([index.bit_count() for index in range(2**n_qubits)])
    return ones[:, None] + ones


def add_excited(sigma: np.ndarray, sign: int) -> np.ndarray:
    """Add (1) or take away (−1) the excited population of each qubit, (n, d, d)."""
    out, d = sigma.copy(), sigma.shape[-1]
    for k in range(d.bit_length() - 1):
        left, right = 2**k, d // 2 ** (k + 1)
        split = out.reshape(-1, left, 2, right, left, 2, right)
        split[:, :, 0, :, :, 0] += sign * split[:, :, 1, :, :, 1]
    return out


def mixing_bound_time(n: int, n_qubits: int, accuracy: float) -> float:
    r"""Return a time after which no start is farther from the steady state.

    From site s the distance is at most that of the walk from the even law, plus q times
    that of one reset qubit, whose parts decay as e^{−a/2} (coherence, of norm 1) and
    e^{−a} (population, of norm 2):

    .. math:: D \le \tfrac12\sum_t |P_{ts} - \tfrac1n|
        + \tfrac q2 \sum_t (E[e^{-a/2}] + 2E[e^{-a}])_{ts}.
    """
    free, coherence, population = (walk_rates(n, kappa) for kappa in range(3))

    def excess(time: float) -> float:
        spread = np.abs(walk(free, time) - 1 / n).sum(axis=0) / 2
        qubit = (walk(coherence, time) + 2 * walk(population, time)).sum(axis=0) / 2
        return float((spread + n_qubits * qubit).max() - accuracy)

    late = 1.0
    while excess(late) > 0:
        late *= 2
    return float(brentq(excess, 0.0, late, xtol=1e-9 * late))
