"""Operator bases: Pauli strings, and an orthonormal Hermitian basis for any size.

In a Hermitian basis every Hermiticity-preserving linear map has a *real* matrix,
half the memory and a quarter of the work of the complex one.
"""

import math
from functools import cache, reduce

import numpy as np
from numpy.typing import ArrayLike

from .checks import check_integer, check_shapes

__all__ = [
    "from_coordinates",
    "hermitian_basis",
    "pauli_basis",
    "pauli_labels",
    "to_coordinates",
]

PAULI = np.array(
    [[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]]
)
PAULI.setflags(write=False)


@cache
def pauli_basis(n_qubits: int) -> np.ndarray:
    """Return all Pauli products of `n_qubits` qubits, shape (4**n, 2**n, 2**n).

    The index counts in base four with the first qubit most significant and the
    order 1, X, Y, Z. Not normalised: Tr τ_a τ_b = 2**n δ_ab. Read-only.
    """
    check_integer(n_qubits, "n_qubits")
    strings = reduce(
        lambda a, b: np.einsum("aij,bkl->abikjl", a, b).reshape(
            len(a) * 4, a.shape[1] * 2, a.shape[2] * 2
        ),
        [PAULI] * n_qubits,
    )
    strings.setflags(write=False)
    return strings


def pauli_labels(n_qubits: int) -> list[str]:
    """Return the names of `pauli_basis`: "II", "IX", … for two qubits."""
    check_integer(n_qubits, "n_qubits")
    labels = [""]
    for _ in range(n_qubits):
        labels = [label + letter for label in labels for letter in "IXYZ"]
    return labels


@cache
def hermitian_basis(d: int) -> np.ndarray:
    """Return an orthonormal basis of Hermitian d × d matrices, shape (d², d, d).

    The first element is 1/√d. For d = 2 the rest are X, Y, Z over √2, otherwise the
    generalised Gell-Mann matrices: for each pair j < k the symmetric and the
    antisymmetric one, then the diagonal ones. Tr B_a B_b = δ_ab. Read-only.
    """
    check_integer(d, "d")
    basis = [np.eye(d, dtype=complex) / np.sqrt(d)]
    for j in range(d):
        for k in range(j + 1, d):
            symmetric = np.zeros((d, d), dtype=complex)
            symmetric[j, k] = symmetric[k, j] = 1 / np.sqrt(2)
            antisymmetric = np.zeros((d, d), dtype=complex)
            antisymmetric[j, k], antisymmetric[k, j] = -1j / np.sqrt(2), 1j / np.sqrt(2)
            basis += [symmetric, antisymmetric]
    for m in range(1, d):
        diagonal = np.r_[np.ones(m), -m, np.zeros(d - m - 1)]
        basis.append(np.diag(diagonal / np.linalg.norm(diagonal)).astype(complex))
    stacked = np.array(basis)
    stacked.setflags(write=False)
    return stacked


def to_coordinates(operators: ArrayLike) -> np.ndarray:
    """Return Tr(B_a X) in `hermitian_basis`, shape (..., d²); complex in general.

    Parameters
    ----------
    operators : shape (..., d, d)
        Any matrices. For Hermitian ones the imaginary parts are rounding.
    """
    operators = np.asarray(operators)
    basis = hermitian_basis(operators.shape[-1])
    return np.einsum("aij,...ji->...a", basis, operators, optimize=True)


def from_coordinates(coordinates: ArrayLike) -> np.ndarray:
    """Return Σ_a c_a B_a, shape (..., d, d): the inverse of `to_coordinates`."""
    coordinates = np.asarray(coordinates)
    d = math.isqrt(coordinates.shape[-1])
    check_shapes(
        coordinates=(coordinates.reshape(-1, coordinates.shape[-1]), f"n {d * d}")
    )
    return np.einsum("...a,aij->...ij", coordinates, hermitian_basis(d), optimize=True)
