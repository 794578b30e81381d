"""Hermitian matrices of n qubits in Pauli products, turned one qubit at a time."""

from collections.abc import Sequence

import numpy as np

from ..._core.bases import PAULI

__all__ = ["apply_factors", "matrix_from_coefficients", "pauli_coefficients"]


def pauli_coefficients(matrices: np.ndarray, n_qubits: int) -> np.ndarray:
    """Return 2⁻ⁿ Tr A τ_μ, shape (..., 4, …, 4), of matrices A = Σ c_μ τ_μ.

    Real, for Hermitian matrices of shape (..., 2**n, 2**n).
    """
    tensor = matrices
    for q in range(n_qubits):
        rest = 2 ** (n_qubits - q - 1)
        tensor = tensor.reshape(-1, 2, rest, 2, rest)
        tensor = np.einsum("aji,birjs->bars", PAULI / 2, tensor)
    return tensor.real.reshape(*matrices.shape[:-2], *(4,) * n_qubits)


def matrix_from_coefficients(coefficients: np.ndarray, n_qubits: int) -> np.ndarray:
    """Return Σ c_μ τ_μ, shape (..., 2**n, 2**n): undoes `pauli_coefficients`."""
    tensor = coefficients.astype(complex)
    for q in range(n_qubits):
        tensor = tensor.reshape(-1, 4, 2**q, 2**q)  # from the last qubit on
        tensor = np.einsum("aij,bars->birjs", PAULI, tensor)
    batch = coefficients.shape[: coefficients.ndim - n_qubits]
    return tensor.reshape(*batch, *(2**n_qubits,) * 2)


def apply_factors(tensor: np.ndarray, factors: Sequence[np.ndarray]) -> np.ndarray:
    """Apply one matrix to each of the last axes of a tensor, in their order."""
    first = tensor.ndim - len(factors)
    for factor in factors:
        tensor = np.tensordot(tensor, factor, axes=(first, 1))
    return tensor
