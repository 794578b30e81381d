"""Views of states: density matrices, Wigner functions, spins and outcomes."""

from dataclasses import replace

import numpy as np
import pytest

from oqnn.encoding import Povm
from oqnn.studies.sweeps.computation.trajectories import Trajectories
from oqnn.studies.sweeps.computation.views import (
    VIEWS,
    level_names,
    parts_of,
    view_fits,
    view_times,
)
from oqnn.studies.sweeps.description.settings import SweepSettings

RNG = np.random.default_rng(5)


def random_states(p, t, size):
    A = RNG.normal(size=(p, t, size, size)) + 1j * RNG.normal(size=(p, t, size, size))
    rho = A @ A.conj().mT
    return rho / np.trace(rho, axis1=-2, axis2=-1)[..., None, None]


def at_rest(states, d, kept=()):
    """States that stay as they start, in a frame that does not turn."""
    states = np.repeat(states[:, :1], states.shape[1], axis=1)
    p, t = states.shape[:2]
    maps = np.tile(np.eye(d * d), (p, t, 1, 1))
    return Trajectories(
        times=np.arange(t) * 0.5,
        transfer=maps,
        rho0=states[:, 0],
        states=states,
        kept=kept,
        readouts=maps,
        rotation=maps[..., 1:, 1:],
        overlap=maps[:, 0],
        weights=np.ones((p, t)),
        errors=("",) * p,
    )


def point_of(samples=100, points=9, **tables):
    views = {"samples": samples, "points": points}
    return SweepSettings(materials=["bare"], views=views, **tables).point({})


QUBIT = point_of()
PAIR = point_of(system={"kind": "pair"})
QUTRIT = point_of(system={"kind": "qutrit"}, environment={"kind": "fields"})
QUBITS = point_of(
    system={"kind": "qubits", "count": 3}, environment={"kind": "lindblad"}
)
OSCILLATOR = point_of(
    system={"kind": "oscillator", "levels": 6, "state": "fock"},
    environment={"kind": "lindblad"},
    points=41,
)


@pytest.mark.parametrize(
    ("point", "parts", "names"),
    [
        (QUBIT, [2], ["0", "1"]),
        (PAIR, [2, 2], ["00", "01", "10", "11"]),
        (QUTRIT, [3], ["0", "1", "2"]),
        (QUBITS, [2, 2, 2], ["000", "001", "010", "011", "100", "101", "110", "111"]),
        (OSCILLATOR, [6], [*"012345"]),
    ],
)
def test_levels_are_named_by_their_parts(point, parts, names):
    assert parts_of(point) == parts
    assert level_names(parts) == names


def test_many_levels_are_named_apart():
    assert level_names([11, 2])[-1] == "10,1"


def test_times_of_views_run_from_the_first_to_the_last():
    assert view_times(9, 3).tolist() == [0, 4, 8]
    assert view_times(3, 5).tolist() == [0, 1, 2]
    assert view_times(1, 5).tolist() == [0]


@pytest.mark.parametrize(
    ("name", "fitting"),
    [
        ("density_matrix", [True] * 5),
        ("wigner", [True] * 5),
        ("spins", [True, True, False, False, False]),
        ("povm", [True, True, False, True, False]),
    ],
)
def test_what_a_view_fits(name, fitting):
    points = [QUBIT, PAIR, QUTRIT, QUBITS, OSCILLATOR]
    assert [view_fits(name, point) for point in points] == fitting


def test_the_wigner_function_of_a_qubit():
    """W(n) = (1 + √3 r·n)/2 for a Bloch vector r."""
    states = random_states(3, 1, 2)
    found = VIEWS["wigner"].function(at_rest(states, 2), QUBIT, [0, 1, 2])
    axes, W = found.variables["wigner"]
    assert axes == ("point", "view_time", "theta", "phi")
    theta, phi = np.meshgrid(found.coords["theta"], found.coords["phi"], indexing="ij")
    n = [np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)]
    r = [
        2 * states[..., 0, 1].real,
        -2 * states[..., 0, 1].imag,
        (states[..., 0, 0] - states[..., 1, 1]).real,
    ]
    exact = 0.5 + np.sqrt(3) / 2 * np.einsum("kpt,kab->ptab", r, n)
    np.testing.assert_allclose(W, exact, atol=1e-13)


@pytest.mark.parametrize(
    ("name", "point", "size", "kept"),
    [
        ("wigner", QUBIT, 2, ()),
        ("wigner", PAIR, 4, (2,)),
        ("wigner", QUTRIT, 3, ()),
        ("wigner", OSCILLATOR, 6, ()),
        ("spins", PAIR, 4, (2,)),
        ("povm", QUBIT, 2, ()),
        ("povm", PAIR, 4, (2,)),
    ],
)
@pytest.mark.parametrize("times", [1, 2])
def test_no_view_of_a_point_depends_on_the_others(name, point, size, kept, times):
    states = random_states(37, times, size)
    d = size // int(np.prod(kept, dtype=int))
    whole = VIEWS[name].function(at_rest(states, d, kept), point, range(37))
    for i in range(37):
        own = VIEWS[name].function(at_rest(states[i : i + 1], d, kept), point, [i])
        for variable, (_, array) in own.variables.items():
            found = whole.variables[variable][1][i]
            assert array[0].tobytes() == found.tobytes(), variable


def test_the_wigner_function_of_an_oscillator():
    """(1/π) exp(−x² − p²) of the vacuum, and x² + p² more weight at one quantum."""
    states = np.zeros((2, 1, 6, 6), dtype=complex)
    states[0, 0, 0, 0] = states[1, 0, 1, 1] = 1
    found = VIEWS["wigner"].function(at_rest(states, 6), OSCILLATOR, [0, 1])
    axes, W = found.variables["wigner"]
    assert axes == ("point", "view_time", "x", "p")
    square = found.coords["x"][:, None] ** 2 + found.coords["p"] ** 2
    vacuum = np.exp(-square) / np.pi
    np.testing.assert_allclose(W[0, 0], vacuum, atol=1e-12)
    np.testing.assert_allclose(W[1, 0], vacuum * (2 * square - 1), atol=1e-12)
    step = found.coords["x"][1] - found.coords["x"][0]
    np.testing.assert_allclose(W.sum(axis=(-2, -1)) * step**2, 1, atol=1e-6)
    _, volume = found.variables["wigner_negativity"]
    # ∫ max(−W, 0) of one quantum is 2/√e − 1
    np.testing.assert_allclose(volume[:, 0], [0, 2 / np.sqrt(np.e) - 1], atol=2e-3)


@pytest.mark.parametrize("point", [QUBIT, PAIR])
def test_spins_carry_no_hard_pair_and_every_product(point):
    """(|00⟩ + e^{iπ/4}|11⟩)/√2 has the margin 1 − √2, white noise 1."""
    ket = np.array([1, 0, 0, np.exp(0.25j * np.pi)]) / np.sqrt(2)
    size = 2 if point is QUBIT else 4
    states = np.array([[np.eye(size) / size] * 2, [np.eye(size) / size] * 2])
    states = states.astype(complex)
    seen = at_rest(states, 2, () if point is QUBIT else (2,))
    states, maps = seen.states.copy(), seen.transfer.copy()
    if point is PAIR:
        states[0, 0] = np.outer(ket, ket.conj())
    maps[0, 1] = maps[1] = np.diag([1.0, 0, 0, 0])  # all is lost
    seen = replace(seen, states=states, transfer=maps)
    found = VIEWS["spins"].function(seen, point, [0, 1])
    _, margin = found.variables["spins_margin"]
    _, visibility = found.variables["spins_visibility"]
    exact = np.array([[1 - np.sqrt(2), 1], [1, 1]])
    np.testing.assert_allclose(margin, exact, atol=1e-12)
    np.testing.assert_allclose(visibility, [[1 / np.sqrt(2), 1], [1, 1]], atol=1e-12)


def test_outcomes_follow_the_law_and_rebuild_the_state():
    """Mean of many reconstructions and their spread, within five standard errors."""
    states = np.repeat(random_states(1, 1, 4), 400, axis=0)
    point = point_of(samples=50, system={"kind": "pair"})
    seen = at_rest(states, 2, (2,))
    found = VIEWS["povm"].function(seen, point, range(400)).variables
    law, counts = found["povm_law"][1], found["povm_counts"][1]
    exact = Povm.tetrahedral(2).probabilities(states)
    np.testing.assert_allclose(law, exact, atol=1e-14)
    np.testing.assert_array_equal(counts.sum(axis=-1), 50)
    rebuilt, error = found["povm_state"][1][:, 0], found["povm_state_error"][1][0, 0]
    miss = rebuilt - states[:, 0]
    assert (np.abs(miss.mean(axis=0)) <= 5 * error / np.sqrt(400)).all()
    spread = np.sqrt((np.abs(miss) ** 2).mean(axis=0))
    np.testing.assert_allclose(spread, error, rtol=0.2)
    mean = found["povm_distance"][1].mean()
    expected = found["povm_distance_expected"][1][0, 0]
    assert mean == pytest.approx(expected, rel=0.1)
    inverted = Povm.tetrahedral(2).invert(counts[7, 0] / 50)
    np.testing.assert_allclose(rebuilt[7], inverted, atol=1e-13)


def test_what_is_drawn_depends_on_the_points_own_seed_alone():
    states = random_states(3, 2, 2)
    whole = VIEWS["povm"].function(at_rest(states, 2), QUBIT, [5, 6, 7])
    some = VIEWS["povm"].function(at_rest(states[1:], 2), QUBIT, [6, 7])
    drawn, again = (v.variables["povm_counts"][1] for v in (whole, some))
    np.testing.assert_array_equal(drawn[1:], again)
    other = VIEWS["povm"].function(at_rest(states[1:], 2), QUBIT, [6, 8])
    assert not np.array_equal(again[1], other.variables["povm_counts"][1][1])


def test_the_exact_law_alone_draws_nothing():
    states = random_states(1, 2, 2)
    found = VIEWS["povm"].function(at_rest(states, 2), point_of(samples=0), [1])
    assert {*found.variables} == {"povm_law"}


def test_states_are_named_by_their_levels():
    states = random_states(2, 1, 4)
    seen = at_rest(states, 2, (2,))
    found = VIEWS["density_matrix"].function(seen, PAIR, [0, 1])
    np.testing.assert_array_equal(found.variables["state"][1], states)
    assert found.coords["row"] == ["00", "01", "10", "11"]


def test_every_view_says_what_its_variables_are():
    states = random_states(2, 2, 2)
    for name, view in VIEWS.items():
        found = view.function(at_rest(states, 2), QUBIT, [0, 1])
        assert {*found.variables} <= {*view.meanings}, name
