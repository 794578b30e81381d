"""Pauli strings and the orthonormal Hermitian basis."""

import numpy as np
import pytest
import qutip

from oqnn._core.bases import (
    from_coordinates,
    hermitian_basis,
    pauli_basis,
    pauli_labels,
    to_coordinates,
)

RNG = np.random.default_rng(10)
LETTERS = {
    "I": qutip.qeye(2),
    "X": qutip.sigmax(),
    "Y": qutip.sigmay(),
    "Z": qutip.sigmaz(),
}


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_hermitian_basis_is_orthonormal_and_starts_with_the_identity(d):
    basis = hermitian_basis(d)
    assert basis.shape == (d * d, d, d)
    np.testing.assert_allclose(basis, basis.conj().mT, atol=1e-16)
    gram = np.einsum("aij,bji->ab", basis, basis)
    np.testing.assert_allclose(gram, np.eye(d * d), atol=1e-15)
    np.testing.assert_allclose(basis[0], np.eye(d) / np.sqrt(d), rtol=1e-15)


def test_qubit_basis_is_that_of_pauli():
    """1, X, Y, Z over √2, with QuTiP's signs."""
    expected = [LETTERS[letter].full() / np.sqrt(2) for letter in "IXYZ"]
    np.testing.assert_allclose(hermitian_basis(2), expected, rtol=1e-15)


def test_qutrit_basis_is_that_of_gell_mann():
    """One of each kind for d = 3: symmetric 0-2, antisymmetric 0-2, λ₈."""
    basis = hermitian_basis(3) * np.sqrt(2)
    np.testing.assert_allclose(basis[3], [[0, 0, 1], [0, 0, 0], [1, 0, 0]], atol=1e-15)
    np.testing.assert_allclose(
        basis[4], [[0, 0, -1j], [0, 0, 0], [1j, 0, 0]], atol=1e-15
    )
    np.testing.assert_allclose(basis[8], np.diag([1, 1, -2]) / np.sqrt(3), atol=1e-15)


@pytest.mark.parametrize("d", [2, 3, 5])
def test_coordinates_go_there_and_back(d):
    matrices = RNG.normal(size=(4, 3, d, d)) + 1j * RNG.normal(size=(4, 3, d, d))
    coordinates = to_coordinates(matrices)
    assert coordinates.shape == (4, 3, d * d)
    np.testing.assert_allclose(from_coordinates(coordinates), matrices, atol=1e-14)
    slow = [np.trace(b @ matrices[1, 2]) for b in hermitian_basis(d)]
    np.testing.assert_allclose(coordinates[1, 2], slow, rtol=1e-13)


def test_hermitian_matrices_have_real_coordinates_of_the_same_length():
    """Σ|c_a|² = Tr X², as the basis is orthonormal."""
    raw = RNG.normal(size=(5, 5)) + 1j * RNG.normal(size=(5, 5))
    matrix = raw + raw.conj().T
    coordinates = to_coordinates(matrix)
    np.testing.assert_allclose(coordinates.imag, 0, atol=1e-14)
    length = np.trace(matrix @ matrix).real
    np.testing.assert_allclose((coordinates.real**2).sum(), length, rtol=1e-13)


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_pauli_strings_follow_their_labels(n_qubits):
    basis, labels = pauli_basis(n_qubits), pauli_labels(n_qubits)
    assert len(basis) == len(labels) == 4**n_qubits
    for string, label in zip(basis, labels, strict=True):
        expected = qutip.tensor([LETTERS[letter] for letter in label]).full()
        np.testing.assert_array_equal(string, expected)


def test_labels_count_with_the_first_qubit_most_significant():
    assert pauli_labels(2)[:5] == ["II", "IX", "IY", "IZ", "XI"]
    assert pauli_labels(2)[6] == "XY"


def test_bases_are_read_only():
    for basis in (hermitian_basis(3), pauli_basis(2)):
        with pytest.raises(ValueError, match="read-only"):
            basis[0, 0, 0] = 1


@pytest.mark.parametrize("function", [hermitian_basis, pauli_basis, pauli_labels])
def test_sizes_that_make_no_sense_are_refused(function):
    with pytest.raises(ValueError, match=r"must be at least 1, but is 0"):
        function(0)
    with pytest.raises(TypeError, match=r"must be an integer, but is 1\.5"):
        function(1.5)


def test_coordinates_of_no_square_size_are_refused():
    with pytest.raises(ValueError, match=r"`coordinates` must have shape \(n, 4\)"):
        from_coordinates(np.zeros((2, 5)))
