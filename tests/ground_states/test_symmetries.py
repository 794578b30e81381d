"""Symmetry groups: their orders, averages against sums over elements, refusals."""

import tracemalloc

import numpy as np
import pytest

from oqnn.ground_states import (
    PauliHamiltonian,
    SymmetryGroup,
    TransverseIsing,
    check_symmetry,
    exact_ground_state,
    lattice_symmetries,
    reflections,
    translations,
)
from oqnn.spiking.sampling.samples import codes_of, states_of

RECTANGLE = TransverseIsing(6, 1.0, 0.7, lattice="square", shape=(2, 3))
SQUARE = TransverseIsing(9, 1.0, 0.7, lattice="square", shape=(3, 3))
OPEN_SQUARE = TransverseIsing(
    9, 1.0, 0.7, lattice="square", shape=(3, 3), periodic=False
)
ODD = SymmetryGroup(5, [[1, 2, 0, 3, 4], [0, 1, 2, 4, 3]], flip=True)


@pytest.mark.parametrize(
    ("model", "order"),
    [
        (TransverseIsing(7, 1.0, 0.3), 4 * 7),
        (TransverseIsing(7, 1.0, 0.3, periodic=False), 4),
        (TransverseIsing(2, 1.0, 0.3), 4),
        (TransverseIsing(1, 1.0, 0.3), 2),
        (RECTANGLE, 2 * 6 * 2),
        (SQUARE, 2 * 9 * 8),
        (OPEN_SQUARE, 2 * 8),
    ],
)
def test_lattices_have_all_their_symmetries(model, order):
    """Translations times the point group times two; the pair's mirror is its step, and
    of the torus 2 x 3 one mirror is trivial.
    """
    group = lattice_symmetries(model)
    assert group.order == order
    assert lattice_symmetries(model, flip=False).order == order // 2
    check_symmetry(model, group)


@pytest.mark.parametrize(
    "group", [ODD, lattice_symmetries(RECTANGLE), SymmetryGroup(4, flip=False)]
)
def test_averages_are_sums_over_the_elements(group):
    """p̄(v) = Σ_g p(gv) / |G|, element by element; a second average changes nothing."""
    law = np.random.default_rng(2).dirichlet(np.ones(2**group.n))
    states = states_of(np.arange(2**group.n), group.n)
    expected = np.zeros_like(law)
    for permutation in group.permutations:
        for change in (0, 1) if group.flip else (0,):
            expected += law[codes_of(states[:, permutation] ^ change)]

    found = group.average(law)

    np.testing.assert_allclose(found, expected / group.order, rtol=1e-12)
    np.testing.assert_allclose(group.average(found), found, rtol=1e-13)
    assert found.sum() == pytest.approx(1, abs=1e-14)


def test_elements_form_a_group():
    elements = {tuple(p) for p in ODD.permutations}
    assert len(elements) == 6
    for a in ODD.permutations:
        assert tuple(np.argsort(a)) in elements
        for b in ODD.permutations:
            assert tuple(a[b]) in elements


def test_ground_states_are_their_own_averages():
    exact = exact_ground_state(SQUARE)
    group = lattice_symmetries(SQUARE)
    np.testing.assert_allclose(group.average(exact.law), exact.law, atol=1e-13)


def test_a_direction_of_a_permutation_that_is_not_its_inverse():
    """(gv)_i = v_g(i): the cycle [1, 2, 0] takes 100 to 001."""
    group = SymmetryGroup(3, [[1, 2, 0]])
    images = group.images([1, 0, 0])
    assert images.tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert group.permutations.tolist() == [[0, 1, 2], [1, 2, 0], [2, 0, 1]]


def test_images_have_the_averaged_law():
    """All images of a sample have the averaged histogram exactly, random ones within
    five standard errors.
    """
    rng = np.random.default_rng(5)
    states = (rng.random((4, 25_000, 5)) < [0.9, 0.2, 0.5, 0.7, 0.4]).astype(np.uint8)
    law = np.bincount(codes_of(states).ravel(), minlength=32) / 100_000

    images = ODD.images(states[:, :50])
    random = ODD.random_images(states, seed=3)

    few = np.bincount(codes_of(states[:, :50]).ravel(), minlength=32)
    every = np.bincount(codes_of(images).ravel(), minlength=32)
    assert images.shape == (12, 4, 50, 5)
    np.testing.assert_allclose(every / 12, ODD.average(few), rtol=1e-12)
    expected = ODD.average(law)
    found = np.bincount(codes_of(random).ravel(), minlength=32) / 100_000
    errors = np.sqrt(expected / 100_000)
    assert random.shape == states.shape
    assert (np.abs(found - expected) < 5 * errors).all()
    np.testing.assert_array_equal(random, ODD.random_images(states, seed=3))


def test_random_images_of_many_states_take_little_room(monkeypatch):
    """As bytes, not as eight times as many indices; in pieces they are the same."""
    group = lattice_symmetries(TransverseIsing(40, 1.0, 1.0))
    states = np.random.default_rng(1).integers(0, 2, (500, 20, 40), dtype=np.uint8)
    whole = group.random_images(states, seed=2)
    monkeypatch.setattr("oqnn.ground_states.symmetries.MOST_ENTRIES", 2**16)

    tracemalloc.start()
    pieces = group.random_images(states, seed=2)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    np.testing.assert_array_equal(pieces, whole)
    assert most < 3 * states.nbytes


def test_orbits_take_the_room_that_refusals_state():
    """32 bytes a state and generator; not much less."""
    group = lattice_symmetries(TransverseIsing(14, 1.0, 1.0))
    tracemalloc.start()
    _ = group.orbits
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0.8 < most / (32 * 3 * 2**14) < 1.1


def test_representatives_are_the_least_of_their_orbits():
    states = states_of(np.arange(32), 5)
    found = codes_of(ODD.representatives(states.reshape(4, 8, 5))).ravel()
    least = codes_of(ODD.images(states)).min(axis=0)
    np.testing.assert_array_equal(found, least)
    assert len(np.unique(found)) == len(np.unique(ODD.orbits))


def test_long_rings():
    """Any rotation, mirror image and flip of 64 spins has the same representative."""
    group = lattice_symmetries(TransverseIsing(64, 1.0, 1.0))
    states = np.random.default_rng(0).integers(0, 2, size=(3, 64), dtype=np.uint8)
    others = 1 - np.roll(states[:, ::-1], 17, axis=1)
    assert group.order == 256
    np.testing.assert_array_equal(
        group.representatives(states), group.representatives(others)
    )


def test_logarithms_of_averages(monkeypatch):
    """In pieces of two states; against the average of the whole law."""
    monkeypatch.setattr("oqnn.ground_states.symmetries.MOST_ENTRIES", 2 * 5 * 12)
    logarithms = np.random.default_rng(1).normal(scale=3, size=32)
    states = states_of(np.arange(32), 5).reshape(4, 8, 5)

    found = ODD.log_average(lambda s: logarithms[codes_of(s)], states)

    expected = np.log(ODD.average(np.exp(logarithms))).reshape(4, 8)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("hamiltonian", "group", "match"),
    [
        (
            PauliHamiltonian({"ZZI": 1.0, "XII": 0.5}),
            SymmetryGroup(3, flip=True),
            None,
        ),
        (
            PauliHamiltonian({"ZZI": 1.0, "YII": 0.5}),
            SymmetryGroup(3, flip=True),
            "the flip turns the sign of 0.5 YII",
        ),
        (
            PauliHamiltonian({"ZZI": 1.0, "IZZ": 1.0}),
            SymmetryGroup(3, [[1, 2, 0]]),
            r"\[1, 2, 0\] takes 1 IZZ to ZZI|\[1, 2, 0\] takes 1 ZZI to ZIZ, whose",
        ),
        (
            PauliHamiltonian({"ZZI": 1.0, "IZZ": 1.1}),
            SymmetryGroup(3, [[2, 1, 0]]),
            "takes 1 ZZI to IZZ, whose coefficient is 1.1",
        ),
        (
            TransverseIsing(4, 1.0, 0.5, periodic=False),
            SymmetryGroup(4, translations(TransverseIsing(4, 1.0, 0.5))),
            "takes -1 ",
        ),
        (TransverseIsing(4, 1.0, 0.5), ODD, "must act on 4 spins .* acts on 5"),
    ],
)
def test_hamiltonians_without_the_symmetry_are_refused(hamiltonian, group, match):
    if match is None:
        check_symmetry(hamiltonian, group)
        return
    with pytest.raises(ValueError, match=match):
        check_symmetry(hamiltonian, group)


def test_refusals(monkeypatch):
    with pytest.raises(TypeError, match="permutations of integers, but are float64"):
        SymmetryGroup(2, [[0.0, 1.0]])
    with pytest.raises(ValueError, match=r"row 1 is \[0, 0, 1\]"):
        SymmetryGroup(3, [[0, 1, 2], [0, 0, 1]])
    with pytest.raises(ValueError, match=r"`generators` must have shape \(g, 3\)"):
        SymmetryGroup(3, [[0, 1]])
    with pytest.raises(ValueError, match=r"`law` must have shape \(32,\)"):
        ODD.average(np.ones(16))
    with pytest.raises(ValueError, match="5 neurons in the last axis"):
        ODD.images(np.zeros(4))
    for act in (
        ODD.images,
        ODD.representatives,
        lambda v: ODD.random_images(v, seed=0),
        lambda v: ODD.log_average(lambda s: s.sum(axis=-1), v),
    ):
        for value in (0.5, 2, -1):
            with pytest.raises(ValueError, match="`states` must hold 0 and 1 alone"):
                act([0, 1, value, 0, 1])
    with pytest.raises(ValueError, match="must be periodic"):
        translations(OPEN_SQUARE)
    assert len(reflections(OPEN_SQUARE)) == 3
    everything = SymmetryGroup(9, [[1, 2, 3, 4, 5, 6, 7, 8, 0], [1, 0, *range(2, 9)]])
    monkeypatch.setattr("oqnn.ground_states.symmetries.MOST_ELEMENTS", 500)
    with pytest.raises(ValueError, match="at most 500 permutations"):
        _ = everything.order
    assert len(np.unique(everything.orbits)) == 10
    with pytest.raises(ValueError, match=r"orbits of 2\^64 states take 5.5e.11 GiB"):
        _ = SymmetryGroup(64, flip=True).orbits
    plane = TransverseIsing(26, 1.0, 1.0, lattice="square", shape=(2, 13))
    with pytest.raises(ValueError, match=r"orbits of 2\^26 states take 10 GiB, more"):
        _ = lattice_symmetries(plane).orbits
