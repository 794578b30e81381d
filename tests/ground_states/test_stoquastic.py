"""Signs of elements off the diagonal, against the whole matrix."""

import numpy as np
import pytest

from oqnn.ground_states import (
    PauliHamiltonian,
    TransverseIsing,
    check_stoquastic,
    cure_by_sign_flips,
    rotate_by_z,
)
from oqnn.ground_states.sign_polynomials import extremes


def by_matrix(hamiltonian):
    matrix = hamiltonian.to_sparse().toarray()
    off = matrix - np.diag(np.diag(matrix))
    return not (np.abs(off.imag) > 1e-12).any() and not (off.real > 1e-12).any()


def heisenberg(bonds, n, xy=1.0):
    """Sum of XX + YY + ZZ over bonds."""
    terms = {}
    for i, j in bonds:
        for letter, value in (("X", xy), ("Y", xy), ("Z", 1.0)):
            word = "".join(letter if k in (i, j) else "I" for k in range(n))
            terms[word] = value
    return PauliHamiltonian(terms)


@pytest.mark.parametrize(
    ("terms", "stoquastic"),
    [
        ({"XX": -1.0, "YY": -1.0, "ZZ": 3.0}, True),
        ({"XX": 1.0, "YY": 1.0}, False),
        ({"XX": -1.0, "YY": 1.0}, True),
        ({"XX": -1.0, "YY": -1.1}, False),
        ({"XX": -0.3, "YY": -0.1, "ZZ": 0.2}, True),
        ({"YI": 1.0}, False),
        ({"YZ": -1.0, "ZY": 1.0}, False),
        ({"XI": -1.0, "XZ": 1.0}, True),
        ({"XI": -1.0, "XZ": -1.0 - 1e-9}, False),
        ({"XIII": -1.0, "XZII": 0.4, "XIZI": 0.4, "XIIZ": 0.4}, False),
        ({"XIII": -1.2, "XZII": 0.4, "XIZI": 0.4, "XIIZ": -0.4}, True),
        ({"XIII": -0.5, "XZZI": 0.5, "XIZZ": 0.5, "XZIZ": 0.5}, False),
        ({"XIII": -0.5, "XZZI": -0.5, "XIZZ": -0.5, "XZIZ": -0.5}, True),
        ({"XIII": -0.5, "XZZI": 0.5, "XIZZ": -0.5, "XZIZ": 0.5}, True),
    ],
)
def test_decisions_are_those_of_the_matrix(terms, stoquastic):
    hamiltonian = PauliHamiltonian(terms)
    assert hamiltonian.is_stoquastic is stoquastic
    assert by_matrix(hamiltonian) is stoquastic


@pytest.mark.parametrize("seed", range(6))
def test_offending_elements_are_elements_of_the_matrix(seed):
    rng = np.random.default_rng(seed)
    strings = ["".join(rng.choice(list("IXYZ"), size=4)) for _ in range(6)]
    hamiltonian = PauliHamiltonian(strings, rng.normal(size=6))
    with pytest.raises(ValueError, match="must be stoquastic") as caught:
        check_stoquastic(hamiltonian)
    message = str(caught.value).split("but ")[1]
    row, column, value = message[1:5], message[8:12], message.split(" = ")[1]
    element = hamiltonian.to_sparse()[int(row, 2), int(column, 2)]
    assert complex(value.split(". ")[0]) == pytest.approx(element, rel=1e-5)
    assert element.imag != 0 or element.real > 0


def test_extremes_are_those_of_all_signs():
    """Polynomials of six signs, against enumeration; the places give the values."""
    rng = np.random.default_rng(3)
    signs = 1 - 2 * (np.arange(64)[:, None] >> np.arange(6) & 1)
    for terms in (1, 2, 5, 20):
        masks = rng.random((terms, 6)) < 0.4
        coefficients = rng.normal(size=terms)
        values = np.where(masks, signs[:, None], 1).prod(axis=-1) @ coefficients

        found = extremes(masks, coefficients)

        assert found.least == pytest.approx(values.min(), abs=1e-12)
        assert found.greatest == pytest.approx(values.max(), abs=1e-12)
        for at, value in (
            (found.least_at, found.least),
            (found.greatest_at, found.greatest),
        ):
            at_value = np.where(masks, at, 1).prod(axis=-1) @ coefficients
            assert at_value == pytest.approx(value, abs=1e-12)


def test_many_independent_signs_are_decided_apart():
    """-40 + sum of forty Z at one X: the greatest element is 0, without 2**40 signs."""
    strings = ["X" + "I" * 40]
    strings += ["X" + "I" * k + "Z" + "I" * (39 - k) for k in range(40)]
    assert PauliHamiltonian(strings, [-40.0] + [1.0] * 40).is_stoquastic
    hamiltonian = PauliHamiltonian(strings, [-40.0] + [1.0] * 39 + [1.5])
    with pytest.raises(ValueError, match=r"<1{41}\|H\|01{40}> = 0\.5\."):
        check_stoquastic(hamiltonian)


def test_a_chain_of_products_is_decided():
    """-30 + sum of thirty Z Z of neighbours, which can all be +1 at once."""
    strings = ["X" + "I" * 31]
    strings += ["X" + "I" * k + "ZZ" + "I" * (29 - k) for k in range(30)]
    assert PauliHamiltonian(strings, [-30.0] + [1.0] * 30).is_stoquastic
    assert not PauliHamiltonian(strings, [-29.9] + [1.0] * 30).is_stoquastic


def test_what_cannot_be_decided_is_refused():
    """Twenty-six Z and the product of them all, at one X: no part can be split off."""
    strings = ["X" + "I" * k + "Z" + "I" * (25 - k) for k in range(26)]
    hamiltonian = PauliHamiltonian([*strings, "X" + "Z" * 26], np.linspace(-1, 1, 27))
    for decide in (lambda h: h.is_stoquastic, check_stoquastic, cure_by_sign_flips):
        with pytest.raises(ValueError, match="at most 24 of them, but 26"):
            decide(hamiltonian)


@pytest.mark.parametrize(
    ("hamiltonian", "sites"),
    [
        (TransverseIsing(4, 1.0, -0.5, periodic=False).pauli, [0, 1, 2, 3]),
        (heisenberg([(0, 1), (1, 2), (2, 3)], 4), [0, 2]),
        (heisenberg([(0, 3), (3, 1), (1, 4), (4, 2)], 5), [0, 1, 2]),
        (heisenberg([(0, 1)], 2, xy=-1.0), []),
    ],
)
def test_bipartite_signs_are_cured(hamiltonian, sites):
    """Same spectrum, stoquastic; the sites are one side of the lattice."""
    cured, found = cure_by_sign_flips(hamiltonian)

    assert found == sites
    check_stoquastic(cured)
    np.testing.assert_allclose(
        np.linalg.eigvalsh(cured.to_sparse().toarray()),
        np.linalg.eigvalsh(hamiltonian.to_sparse().toarray()),
        atol=1e-12,
    )
    if sites:
        with pytest.raises(ValueError, match=r"Rotate the qubits \[0"):
            check_stoquastic(hamiltonian)


@pytest.mark.parametrize(
    "hamiltonian",
    [
        heisenberg([(0, 1), (1, 2), (0, 2)], 3),
        PauliHamiltonian({"XZ": 1.0}),
        PauliHamiltonian({"YI": 1.0}),
    ],
    ids=["frustrated", "both signs", "complex"],
)
def test_what_no_rotation_cures_is_refused(hamiltonian):
    with pytest.raises(ValueError, match="must become stoquastic"):
        cure_by_sign_flips(hamiltonian)
    with pytest.raises(ValueError, match="No rotation of single qubits"):
        check_stoquastic(hamiltonian)


def test_rotations_off_the_lattice_are_refused():
    with pytest.raises(ValueError, match=r"`sites` must lie in 0 to 1, but are \[2\]"):
        rotate_by_z(PauliHamiltonian({"XX": 1.0}), [2])
    with pytest.raises(TypeError, match=r"`sites` must be an integer, but is 0\.5"):
        rotate_by_z(PauliHamiltonian({"XX": 1.0}), [0.5])
