"""Pauli strings on neurons' states: against QuTiP, and by single matrix elements."""

import numpy as np
import pytest
import qutip

from oqnn.ground_states import (
    PauliHamiltonian,
    amplitudes_from_ket,
    ket_from_amplitudes,
)
from oqnn.spiking.sampling.samples import codes_of, states_of

LETTERS = {
    "I": qutip.qeye(2),
    "X": qutip.sigmax(),
    "Y": qutip.sigmay(),
    "Z": qutip.sigmaz(),
}


def random_hamiltonian(n, terms, seed):
    rng = np.random.default_rng(seed)
    strings = ["".join(rng.choice(list("IXYZ"), size=n)) for _ in range(terms)]
    return PauliHamiltonian(strings, rng.normal(size=terms))


def by_qutip(hamiltonian):
    """The obvious sum of tensor products, in QuTiP's order."""
    return sum(
        value * qutip.tensor([LETTERS[letter] for letter in string])
        for string, value in hamiltonian.terms.items()
    )


@pytest.mark.parametrize(("n", "terms"), [(1, 3), (2, 6), (3, 9), (5, 30)])
def test_matrices_are_those_of_qutip(n, terms):
    """Asymmetric random strings, Y included: QuTiP's matrix, and ours reversed."""
    hamiltonian = random_hamiltonian(n, terms, seed=n)
    expected = by_qutip(hamiltonian)

    found = hamiltonian.to_qobj()

    assert found.dims == expected.dims
    np.testing.assert_allclose(found.full(), expected.full(), rtol=0, atol=1e-14)
    np.testing.assert_allclose(
        hamiltonian.to_sparse().toarray(),
        expected.full()[::-1, ::-1],
        rtol=0,
        atol=1e-14,
    )


def test_an_active_neuron_is_spin_up():
    """On |up, down, down>, H = 2 Z0 + 3 Z1 Z2 + 5 X0 + 7 Y1 is 2 + 3; the first spin
    flips with 5, and <u d d|Y1|u u d> = i, so that the second does with 7i.
    """
    hamiltonian = PauliHamiltonian({"ZII": 2.0, "IZZ": 3.0, "XII": 5.0, "IYI": 7.0})
    state = np.array([1, 0, 0])

    connected, elements = hamiltonian.connected(state)

    assert hamiltonian.diagonal(state) == 5.0
    assert dict(zip(map(bytes, connected), elements, strict=True)) == {
        bytes([0, 0, 0]): 5.0,
        bytes([1, 1, 0]): 7.0j,
    }


def test_amplitudes_and_kets_agree_on_energies():
    """⟨ψ|H|ψ⟩ of a complex state, by QuTiP and in the order of codes."""
    hamiltonian = random_hamiltonian(4, 25, seed=7)
    rng = np.random.default_rng(1)
    psi = rng.normal(size=16) + 1j * rng.normal(size=16)
    ket = ket_from_amplitudes(psi)

    energy = psi.conj() @ hamiltonian.to_sparse() @ psi

    assert energy == pytest.approx(qutip.expect(by_qutip(hamiltonian), ket), abs=1e-12)
    np.testing.assert_array_equal(amplitudes_from_ket(ket), psi)
    up_down = qutip.tensor(qutip.basis(2, 0), qutip.basis(2, 1))
    assert np.argmax(amplitudes_from_ket(up_down)) == codes_of(np.array([1, 0]))


def test_states_of_any_shape_have_the_elements_of_the_matrix():
    hamiltonian = random_hamiltonian(5, 12, seed=11)
    matrix = hamiltonian.to_sparse().toarray()
    states = np.random.default_rng(0).integers(0, 2, size=(3, 2, 5))

    connected, elements = hamiltonian.connected(states)

    rows = codes_of(states)
    np.testing.assert_allclose(hamiltonian.diagonal(states), matrix[rows, rows].real)
    np.testing.assert_allclose(
        elements, matrix[rows[..., None], codes_of(connected)], atol=1e-15
    )
    assert connected.shape == (3, 2, len(hamiltonian.groups), 5)
    row = np.delete(matrix[rows[0, 0]], [rows[0, 0], *codes_of(connected[0, 0])])
    assert not row.any()


@pytest.mark.parametrize("n", [64, 65, 130])
def test_many_qubits(n):
    """A Z in the first and last place, X Z on neighbours: signs by hand."""
    hamiltonian = PauliHamiltonian(
        ["Z" + "I" * (n - 2) + "Z", "I" * (n - 2) + "XZ"], [2.0, -3.0]
    )
    states = np.zeros((3, n), dtype=np.uint8)
    states[1, 0] = 1
    states[2, -1] = 1

    np.testing.assert_array_equal(hamiltonian.diagonal(states), [2.0, -2.0, -2.0])
    np.testing.assert_array_equal(hamiltonian.elements(states)[:, 0], [3.0, 3.0, -3.0])
    assert hamiltonian.flips.nonzero()[1].tolist() == [n - 2]


def test_constant_elements_take_no_memory():
    hamiltonian = PauliHamiltonian({"XI": -1.0, "IX": -2.0, "XX": 0.5, "ZZ": 1.0})
    elements = hamiltonian.elements(np.zeros((1000, 2)))

    assert hamiltonian.has_constant_elements
    assert elements.strides[0] == 0
    assert sorted(elements[7]) == [-2.0, -1.0, 0.5]
    assert not PauliHamiltonian({"XZ": 1.0}).has_constant_elements


def test_strings_that_occur_twice_add_up():
    hamiltonian = PauliHamiltonian(["ZZ", "XI", "ZZ"], [1.0, 2.0, 0.5])
    assert hamiltonian.terms == {"ZZ": 1.5, "XI": 2.0}


def test_without_off_diagonal_terms():
    hamiltonian = PauliHamiltonian({"ZZ": 1.0, "II": 0.5})
    states = states_of(np.arange(4), 2)

    assert hamiltonian.is_stoquastic
    assert hamiltonian.elements(states).shape == (4, 0)
    np.testing.assert_array_equal(hamiltonian.diagonal(states), [1.5, -0.5, -0.5, 1.5])


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (({"ZZ": 1.0}, [1.0]), TypeError, "left out with a dict"),
        ((["ZZ"],), TypeError, "must be given with a sequence"),
        (("ZZ", [1.0]), TypeError, "Put it into a list"),
        (([3], [1.0]), TypeError, "one is 3"),
        (([], []), ValueError, "at least one string"),
        ((["ZA"], [1.0]), ValueError, "letters I, X, Y, Z, but one is 'ZA'"),
        ((["ZZ", "X"], [1.0, 2.0]), ValueError, "'ZZ' has 2 letters and 'X' has 1"),
        ((["ZZ"], [1j]), ValueError, "not Hermitian"),
        ((["ZZ"], [np.nan]), ValueError, "`coefficients` must be finite"),
        ((["ZZ"], [1.0, 2.0]), ValueError, r"`coefficients` must have shape \(1,\)"),
    ],
)
def test_bad_strings_are_refused(arguments, error, match):
    with pytest.raises(error, match=match):
        PauliHamiltonian(*arguments)


@pytest.mark.parametrize(
    ("states", "match"),
    [
        (np.zeros((4, 3)), r"2 neurons in the last axis, but has shape \(4, 3\)"),
        (np.float64(0), r"has shape \(\)"),
        ([[0, 2]], "0 and 1 alone"),
        ([[1, -1]], "0 and 1 alone"),
    ],
)
def test_bad_states_are_refused(states, match):
    hamiltonian = PauliHamiltonian({"ZZ": 1.0, "XI": 1.0})
    for method in (hamiltonian.diagonal, hamiltonian.elements, hamiltonian.connected):
        with pytest.raises(ValueError, match=match):
            method(states)


def test_matrices_that_do_not_fit_are_refused():
    hamiltonian = PauliHamiltonian(["X" * 30, "Z" * 30], [1.0, 1.0])
    with pytest.raises(ValueError, match="30 qubits would take 64 GiB"):
        hamiltonian.to_sparse()
    with pytest.raises(ValueError, match="of 2000 qubits would take"):
        PauliHamiltonian(["X" * 2000], [1.0]).to_sparse()


@pytest.mark.parametrize("vector", [np.ones(3), np.ones((2, 2)), np.ones(1)])
def test_vectors_that_are_not_of_qubits_are_refused(vector):
    with pytest.raises(ValueError, match=r"`amplitudes` must have shape \(2\*\*n,\)"):
        ket_from_amplitudes(vector)
    with pytest.raises(ValueError, match=r"`ket` must have shape \(2\*\*n,\)"):
        amplitudes_from_ket(vector)
