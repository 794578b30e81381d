"""Collective spins of a star, and the integrals of its equation of second order."""

import numpy as np
from scipy.special import gammaln

from ..._core.bases import pauli_basis
from .exchange import ExchangeMap

__all__ = ["collective_map", "phase_integral", "sinc", "total_spin"]


def sinc(x: np.ndarray) -> np.ndarray:
    """Return sin(x)/x, one at zero."""
    return np.sinc(x / np.pi)


def phase_integral(delta: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return ∫₀ᵗ (t − s) e^{iΔs} ds = (1 + iΔt − e^{iΔt})/Δ², without cancellation."""
    x = delta * t
    series = x / 6 * (1 - x**2 / 20 * (1 - x**2 / 42 * (1 - x**2 / 72)))
    large = np.where(np.abs(x) < 0.1, 1.0, x)
    odd = np.where(np.abs(x) < 0.1, series, (large - np.sin(large)) / large**2)
    return t**2 * (sinc(x / 2) ** 2 / 2 + 1j * odd)


def total_spin(N: int) -> np.ndarray:
    """Return J = ½ Σ σ^k of N spins, shape (3, 2^N, 2^N)."""
    J = np.zeros((3, 2**N, 2**N), dtype=complex)
    for k in range(N):
        one = [np.eye(2**k), np.eye(2 ** (N - 1 - k))]
        for axis, sigma in enumerate(pauli_basis(1)[1:]):
            J[axis] += np.kron(np.kron(one[0], sigma), one[1]) / 2
    return J


def collective_map(
    N: int, coupling: float, frequency: float, times: np.ndarray
) -> ExchangeMap:
    r"""Return the exact maps of the blocks of J_z, for evenly mixed levels.

    (e, j, m) and (g, j, m + 1) are a pair of levels with detuning Δ_m, coupled by
    2α√(j(j+1) − m(m+1)). The amplitude to stay in e is, up to a common phase,

    .. math:: a_{jm} = \cos\frac{\Omega t}{2}
        - i\frac{\Delta_m}{\Omega}\sin\frac{\Omega t}{2},
        \qquad \Omega^2 = \Delta_m^2 + 16\alpha^2[j(j+1) - m(m+1)],

    that to stay in g its conjugate, and a_{jm} a_{j,m−1} multiplies the coherence.
    """
    t, n = times[:, None], N + 1
    kept_e, kept_g = np.zeros((2, len(times), n))
    coherence = np.zeros((len(times), n), dtype=complex)
    for k in range(N // 2 + 1):  # j = N/2 − k
        j, levels = N / 2 - k, slice(k, n - k)
        m = np.arange(-j - 1, j + 1)  # of the pairs, with an uncoupled one at each end
        delta = frequency + 2 * coupling * (2 * m + 1)
        exchange = 16 * coupling**2 * np.maximum(j * (j + 1) - m * (m + 1), 0)
        half = np.sqrt(delta**2 + exchange) / 2 * t
        amplitude = np.cos(half) - 1j * delta / 2 * t * sinc(half)  # (t, 2j + 2)
        weight = _share_of_spin(N, k)
        stay = np.abs(amplitude) ** 2
        kept_e[:, levels] += weight * stay[:, 1:]
        kept_g[:, levels] += weight * stay[:, :-1]
        coherence[:, levels] += weight * amplitude[:, 1:] * amplitude[:, :-1]
    return ExchangeMap(kept_e, kept_g, coherence)


def _share_of_spin(N: int, k: int) -> np.ndarray:
    """Return the share of spin j = N/2 − k among the states of each m, |m| ≤ j.

    C(N, k)(N − 2k + 1)/(N − k + 1) over C(N, N/2 + m), by logarithms: (2j + 1,).
    """
    i = np.arange(k, N - k + 1)  # N/2 + m

    def log_binomial(r: np.ndarray | int) -> np.ndarray:
        return -gammaln(np.asarray(r) + 1.0) - gammaln(N - np.asarray(r) + 1.0)

    ratio = np.exp(log_binomial(k) - log_binomial(i))
    return ratio * (N - 2 * k + 1) / (N - k + 1)
