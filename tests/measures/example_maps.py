"""Maps with known properties, for the tests of the measures."""

import numpy as np

from oqnn._core.bases import hermitian_basis

SIGMA = np.sqrt(2) * hermitian_basis(2)[1:]


def random_unitary(rng, d: int) -> np.ndarray:
    return np.linalg.qr(rng.normal(size=(d, d)) + 1j * rng.normal(size=(d, d)))[0]


def random_kraus(rng, count: int, d: int) -> np.ndarray:
    """Kraus operators of a trace-preserving map, cut from an isometry."""
    raw = rng.normal(size=(count * d, d)) + 1j * rng.normal(size=(count * d, d))
    return np.linalg.qr(raw)[0].reshape(count, d, d)


def transfer_of(kraus: np.ndarray) -> np.ndarray:
    """Real matrix Tr B_a Λ(B_b) of a map given by Kraus operators (k, d, d)."""
    basis = hermitian_basis(kraus.shape[-1])
    images = np.einsum("kij,bjl,kml->bim", kraus, basis, kraus.conj())
    return np.einsum("aij,bji->ab", basis, images).real


def matrix_of(generator, d: int) -> np.ndarray:
    """Real matrix of a linear function on Hermitian matrices."""
    basis = hermitian_basis(d)
    images = np.array([generator(b) for b in basis])
    return np.einsum("aij,bji->ab", basis, images).real


def dissipator(L: np.ndarray, rho: np.ndarray) -> np.ndarray:
    square = L.conj().T @ L
    return L @ rho @ L.conj().T - (square @ rho + rho @ square) / 2


def qubit_maps(xy: np.ndarray, z: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """r → (xy·r_x, xy·r_y, z·r_z + shift) at every time."""
    maps = np.zeros((len(xy), 4, 4))
    maps[:, 0, 0] = 1
    maps[:, 1, 1] = maps[:, 2, 2] = xy
    maps[:, 3, 3], maps[:, 3, 0] = z, shift
    return maps


def dephasing(coherence: np.ndarray) -> np.ndarray:
    return qubit_maps(coherence, np.ones_like(coherence), np.zeros_like(coherence))


def eternal(times: np.ndarray) -> np.ndarray:
    """Σ γ_k D[σ_k] with rates (1, 1, −tanh t)/2, which are never all positive."""
    xy = (1 + np.exp(-2 * times)) / 2
    return qubit_maps(xy, np.exp(-2 * times), np.zeros_like(times))


def jaynes_cummings(times: np.ndarray, width: float, rate: float) -> np.ndarray:
    """c₁ = e^{−λt/2}[cos(st/2) + (λ/s) sin(st/2)], s² = 2γ₀λ − λ²; |0⟩ decays."""
    s = np.sqrt(2 * rate * width - width**2)
    c = np.exp(-width * times / 2)
    c = c * (np.cos(s * times / 2) + width / s * np.sin(s * times / 2))
    return qubit_maps(c, c**2, c**2 - 1)
