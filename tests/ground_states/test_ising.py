"""Lattices of the transverse-field Ising model."""

import numpy as np
import pytest

from oqnn.ground_states import PauliHamiltonian, TransverseIsing, as_pauli_hamiltonian


def test_bonds_of_chains():
    assert TransverseIsing(4, 1, 1).bonds.tolist() == [[0, 1], [1, 2], [2, 3], [0, 3]]
    assert TransverseIsing(3, 1, 1, periodic=False).bonds.tolist() == [[0, 1], [1, 2]]
    assert TransverseIsing(1, 1, 1).bonds.shape == (0, 2)


def test_two_bonds_join_a_periodic_pair():
    assert TransverseIsing(2, 1.5, 0.5).pauli.terms == {
        "ZZ": -3.0,
        "XI": -0.5,
        "IX": -0.5,
    }
    open_pair = TransverseIsing(2, 1.5, 0.5, periodic=False)
    assert open_pair.pauli.terms["ZZ"] == -1.5
    ladder = TransverseIsing(6, 1.0, 0.5, lattice="square", shape=(2, 3))
    assert ladder.pauli.terms["ZIIZII"] == -2.0


def test_neighbours_on_a_square():
    """Site 4 of a 3 x 4 torus is at (1, 0): below 0, above 8, beside 5 and 7."""
    model = TransverseIsing(12, 1.0, 0.3, lattice="square", shape=(3, 4))

    touching = model.bonds[(model.bonds == 4).any(axis=1)]

    assert sorted(touching[touching != 4].tolist()) == [0, 5, 7, 8]
    assert len(model.bonds) == 24
    open_model = TransverseIsing(
        12, 1.0, 0.3, lattice="square", shape=(3, 4), periodic=False
    )
    assert len(open_model.bonds) == 2 * 4 + 3 * 3


def test_energies_of_product_states():
    """All up has −J per bond; one flip on the torus breaks four bonds."""
    model = TransverseIsing(12, 0.7, 0.3, lattice="square", shape=(3, 4))
    states = np.ones((2, 12))
    states[1, 5] = 0

    np.testing.assert_allclose(
        model.pauli.diagonal(states), [-0.7 * 24, -0.7 * 16], rtol=1e-14
    )
    np.testing.assert_array_equal(model.pauli.elements(states), np.full((2, 12), -0.3))


def test_models_are_made_pauli_strings():
    model = TransverseIsing(3, 1.0, 0.5)
    assert as_pauli_hamiltonian(model) is model.pauli
    assert as_pauli_hamiltonian(model.pauli) is model.pauli
    assert isinstance(model.pauli, PauliHamiltonian)
    assert (model.to_sparse() != model.pauli.to_sparse()).nnz == 0
    assert model.to_qobj() == model.pauli.to_qobj()
    with pytest.raises(TypeError, match="TransverseIsing, but is a ndarray"):
        as_pauli_hamiltonian(np.eye(2))


@pytest.mark.parametrize(
    ("arguments", "options", "error", "match"),
    [
        ((0, 1, 1), {}, ValueError, "`n` must be at least 1"),
        ((2.0, 1, 1), {}, TypeError, "`n` must be an integer"),
        ((2, "1", 1), {}, TypeError, "`J` must be one real number"),
        ((2, 1, 1j), {}, TypeError, "`h` must be one real number"),
        ((2, [1.0], 1), {}, TypeError, "`J` must be one real number"),
        ((2, 1, np.inf), {}, ValueError, "`h` must be finite"),
        ((2, 1, 1), {"lattice": "kagome"}, ValueError, "`lattice` must be one of"),
        ((2, 1, 1), {"shape": (1, 2)}, ValueError, "not for chains"),
        ((2, 1, 1), {"lattice": "square"}, ValueError, "of a square lattice"),
        (
            (6, 1, 1),
            {"lattice": "square", "shape": (6,)},
            ValueError,
            r"must be \(Lx, Ly\), but",
        ),
        (
            (6, 1, 1),
            {"lattice": "square", "shape": (2, 2)},
            ValueError,
            r"n = 6 sites, but \(2, 2\) holds 4",
        ),
    ],
)
def test_bad_models_are_refused(arguments, options, error, match):
    with pytest.raises(error, match=match):
        TransverseIsing(*arguments, **options)
