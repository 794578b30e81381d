"""Named states and Hamiltonians of the systems of a sweep."""

from itertools import combinations
from math import comb, lgamma

import numpy as np

from ...._core.bases import pauli_basis

__all__ = [
    "cluster",
    "coherent",
    "dicke",
    "energy_of_qubits",
    "fits",
    "number_energies",
    "spin_coherent",
    "spin_energy",
    "squeezed",
    "thermal",
]

BEYOND = 96  # number states that are looked at to see whether fewer are enough
LOST = 1e-6  # weight beyond the levels that are kept


def spin_coherent(d: int, theta: float, phi: float) -> np.ndarray:
    r"""Return the spin coherent state along (θ, φ), shape (d,).

    .. math:: \sum_k \sqrt{\binom{d-1}{k}} \cos^{d-1-k}\tfrac\theta2
        \,(e^{i\phi}\sin\tfrac\theta2)^k |k\rangle

    For a qubit the Bloch state cos(θ/2)|0⟩ + exp(iφ) sin(θ/2)|1⟩.
    """
    k = np.arange(d)
    weights = np.sqrt([comb(d - 1, int(i)) for i in k])
    turned = np.exp(1j * phi * k) * np.sin(theta / 2) ** k
    return weights * np.cos(theta / 2) ** (d - 1 - k) * turned


def dicke(count: int, excitations: int) -> np.ndarray:
    """Return the symmetric state of so many qubits in |1⟩, shape (2^N,)."""
    ones = np.array([index.bit_count() for index in range(2**count)])
    return (ones == excitations) / np.sqrt(comb(count, excitations)) + 0j


def cluster(count: int) -> np.ndarray:
    """Return controlled phases between neighbours on |+…+⟩, shape (2^N,)."""
    index = np.arange(2**count)
    pairs = index & (index >> 1)
    signs = np.array([(-1) ** int(pair).bit_count() for pair in pairs])
    return signs / np.sqrt(2**count) + 0j


def energy_of_qubits(
    count: int, frequency: float, coupling: float, exchange: float, geometry: str
) -> np.ndarray:
    r"""Return the Hamiltonian of several qubits, shape (2^N, 2^N).

    .. math:: \tfrac\omega2\sum_q\sigma_z^q + \tfrac12\sum_{qr}\bigl[
        J\sigma_z^q\sigma_z^r + K(\sigma_x^q\sigma_x^r + \sigma_y^q\sigma_y^r)\bigr]
    """
    x, y, z = pauli_basis(1)[1:]
    H = sum(frequency / 2 * _on({q: z}, count) for q in range(count))
    for q, r in _pairs(count, geometry):
        H = H + coupling / 2 * _on({q: z, r: z}, count)
        for s in (x, y):
            H = H + exchange / 2 * _on({q: s, r: s}, count)
    return np.asarray(H)


def spin_energy(d: int, frequency: float, quadratic: float) -> np.ndarray:
    """Return ω J_z + D J_z², the highest level first, shape (d, d)."""
    m = (d - 1) / 2 - np.arange(d)
    return np.diag(frequency * m + quadratic * m**2)


def number_energies(d: int, frequency: float, anharmonicity: float) -> np.ndarray:
    """Return ω a†a + (K/2) a†a†aa on d number states, shape (d, d)."""
    n = np.arange(float(d))
    return np.diag(frequency * n + anharmonicity / 2 * n * (n - 1))


def coherent(alpha: complex, levels: int) -> np.ndarray:
    """Return exp(−|α|²/2) αⁿ/√n!, for `levels` and more."""
    n = np.arange(max(levels, BEYOND))
    moduli = np.exp(-0.5 * abs(alpha) ** 2 - 0.5 * np.array([lgamma(i + 1) for i in n]))
    return moduli * np.power(complex(alpha), n)


def squeezed(alpha: complex, zeta: complex, levels: int) -> np.ndarray:
    r"""Return D(α) S(ζ)|0⟩ in number states, for `levels` and more.

    It is annihilated by :math:`(a - \alpha)\cosh r + e^{i\phi}(a^\dagger -
    \alpha^*)\sinh r`, which gives its amplitudes one after another.
    """
    r, phase = abs(zeta), np.exp(1j * np.angle(zeta))
    c, s = np.cosh(r), phase * np.sinh(r)
    shift = alpha * c + np.conj(alpha) * s
    count = max(levels, 4 * BEYOND)
    ket = np.zeros(count, dtype=complex)
    ket[0] = 1.0
    for n in range(count - 1):
        before = s * np.sqrt(n) * ket[n - 1] if n else 0.0
        ket[n + 1] = (shift * ket[n] - before) / (c * np.sqrt(n + 1))
    return ket / np.linalg.norm(ket)


def thermal(occupation: float, levels: int) -> np.ndarray:
    """Return the thermal state of mean occupation n̄, for `levels` and more."""
    n = np.arange(max(levels, BEYOND))
    return np.diag((occupation / (1 + occupation)) ** n / (1 + occupation)) + 0j


def fits(state: np.ndarray, levels: int) -> int:
    """Return how many levels hold a state but for a millionth, or `levels` if they do.

    The state has more levels than are asked for, a ket or a matrix.
    """
    weights = np.diag(state).real if state.ndim == 2 else np.abs(state) ** 2
    total = weights.sum() if state.ndim == 1 else 1.0
    beyond = total - np.cumsum(weights)  # with n + 1 levels
    enough = np.flatnonzero(beyond <= LOST * total)
    least = int(enough[0]) + 1 if enough.size else len(weights) + 1
    return levels if least <= levels else least


def _pairs(count: int, geometry: str) -> list[tuple[int, int]]:
    if geometry == "all":
        return list(combinations(range(count), 2))
    chain = [(q, q + 1) for q in range(count - 1)]
    return [*chain, (count - 1, 0)] if geometry == "ring" and count > 2 else chain


def _on(operators: dict[int, np.ndarray], count: int) -> np.ndarray:
    """Return a product of operators on some of the qubits, the first one first."""
    product = np.eye(1)
    for q in range(count):
        product = np.kron(product, operators.get(q, np.eye(2)))
    return product
