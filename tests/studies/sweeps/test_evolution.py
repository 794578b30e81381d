"""Points that evolve together: the same as alone, and as their materials say."""

import numpy as np
import pytest

from oqnn.dynamics import ConstantControls, PiecewiseControls, apply_transfer
from oqnn.environments import Material, NetworkDrive
from oqnn.studies.sweeps.computation import evolution
from oqnn.studies.sweeps.computation.evolution import evolve_points
from oqnn.studies.sweeps.description.settings import SweepSettings

RNG = np.random.default_rng(11)
OWN = "studies.sweeps.own_dynamics"
TIMES = {"start": 0.5, "stop": 3.0, "step": 0.5}
ARRAYS = ("transfer", "states", "readouts", "rotation", "weights", "overlap")


def points_of(times=TIMES, materials=("bare",), **tables):
    settings = SweepSettings(materials=list(materials), times=times, **tables)
    (axis,) = settings.axes
    return [settings.point({axis.names[0]: value}) for value in axis.values[0]]


QUBIT = {
    "system": {"frequency": 0.7, "theta": 1.1, "phi": 0.4},
    "environment": {"h": [2.0, 3.5, 8.0], "kappa": 0.3},
}
SYSTEMS = {
    "qubit": QUBIT,
    "partner of unequal size": {
        "system": {"kind": "pair", "kept": 3, "chi": 0.4, "phi": 1.0, "frequency": 0.3},
        "environment": {"kappa": [0.1, 0.2, 0.5]},
    },
    "qutrit": {
        "system": {"kind": "qutrit", "frequency": 0.4},
        "environment": {"kind": "fields", "epsilon": [0.0, 0.2]},
    },
    "two qubits": {
        "system": {"kind": "qubits", "coupling": [0.2, 0.5], "theta": 0.8},
        "environment": {"kind": "lindblad"},
    },
    "pseudomode": {"environment": {"kind": "lorentzian", "gamma_phi": [0.0, 0.1]}},
    "two sizes of register": {"environment": {"levels": [1, 3, 4]}},
    "H differs": {"system": {"frequency": [0.0, 0.3, 1.0]}},
    "state differs": {"system": {"theta": [0.3, 1.3, 2.9], "phi": 0.2}},
}


def drives_for(points, kind):
    sizes = [point.built_environment.n_controls for point in points]
    if kind == "constant":
        return [ConstantControls(RNG.uniform(-1, 1, k)) for k in sizes]
    if kind == "cycle":
        edges = np.array([0, 0.3, 0.55, 1.3])
        values = [RNG.uniform(-1, 1, (3, k)) for k in sizes]
        return [PiecewiseControls(edges, v, periodic=True) for v in values]
    return [
        NetworkDrive(
            weights=RNG.normal(size=(20, k, k + 1)),
            y0=np.zeros(k),
            tau=0.4,
            period=8.0,
            resolution=8,
        )
        for k in sizes
    ]


def alone(point, drive, times):
    """The same by the material itself: maps, states, readouts, rotation."""
    material = Material(kind="x", environment=point.built_environment, drive=drive)
    asked = point.learning.period * np.array([0.25, 0.5, 0.75, 1.0])
    grid = np.union1d([0.0], np.concatenate([times, asked]))
    maps = material.transfer(grid, H=point.built_system.H, progress=False)
    turns = material.rotation(grid, progress=False)
    seen, read = np.searchsorted(grid, times), np.searchsorted(grid, asked)
    states = apply_transfer(maps[seen], point.built_system.rho0)
    return maps[seen], states, maps[read], turns[seen]


def check(points, drives):
    seen = evolve_points(points, drives)
    assert not any(seen.errors)
    for i, (point, drive) in enumerate(zip(points, drives, strict=True)):
        exact = alone(point, drive, seen.times)
        for name, values in zip(ARRAYS, exact, strict=False):
            np.testing.assert_allclose(getattr(seen, name)[i], values, atol=1e-12)
        single = evolve_points([point], [drive])
        for name in ARRAYS:
            found = getattr(single, name)[0]
            assert np.array_equal(found, getattr(seen, name)[i]), name
    return seen


@pytest.mark.parametrize("tables", SYSTEMS.values(), ids=[*SYSTEMS])
def test_constant_drives_move_as_their_materials(tables):
    points = points_of(**tables)
    check(points, drives_for(points, "constant"))


@pytest.mark.parametrize("name", ["qubit", "pseudomode", "two sizes of register"])
@pytest.mark.parametrize("kind", ["cycle", "network"])
def test_driven_points_move_as_their_materials(name, kind):
    points = points_of(**SYSTEMS[name])
    check(points, drives_for(points, kind))


@pytest.mark.parametrize("kind", ["constant", "cycle", "network"])
@pytest.mark.parametrize("values", [[1 / 3], [0.1, 1 / 3, 2 - 1e-10, 2.0, 2 + 1e-10]])
def test_times_are_those_that_were_asked_for(kind, values):
    """Fields of 8 turn a state by a millionth in 1e-7, and times stay as they are."""
    points = points_of(times={"values": values}, **QUBIT)
    check(points, drives_for(points, kind))


def test_readouts_of_unequal_periods_share_a_drive():
    points = points_of(learning={"period": [4.0, 20.0, 2.0], "slices": 40})
    (drive, *_) = drives_for(points, "network")
    check(points, [drive] * 3)


def test_a_point_that_fails_while_it_moves_leaves_the_others_alone():
    """Of one environment nobody knows how the fields turn, and one asks for that."""
    points = points_of(environment={"kind": f"{OWN}:frameless", "kappa": [0.1, 0.3]})
    drives = drives_for(points, "constant")
    seen = evolve_points(points, drives)
    assert seen.errors[0] == ""
    assert "'Frameless' object has no attribute 'frame_generator'" in seen.errors[1]
    apart = evolve_points(points[:1], drives[:1])
    assert np.array_equal(apart.states[0], seen.states[0])
    assert not any(evolve_points(points, drives, needs=["transfer"]).errors)


def test_drives_of_all_kinds_share_a_block():
    points = points_of(**QUBIT)
    kinds = ("constant", "cycle", "network")
    drives = [drives_for(points, kind)[i] for i, kind in enumerate(kinds)]
    check(points, drives)


def test_dephasing_without_a_field_is_exponential():
    """ρ₀₁(t) = ρ₀₁(0) exp(−γ_φ t) under jumps √(γ_φ/2) σ_z."""
    rates = [0.1, 0.4]
    noise = {"kind": "lindblad", "gamma_1": 0.0, "gamma_phi": rates}
    points = points_of(environment=noise, system={"theta": 1.0, "phi": 0.6})
    still = ConstantControls(np.zeros(3))
    seen = evolve_points(points, [still, still])
    start = 0.5 * np.sin(1.0) * np.exp(-0.6j)
    exact = start * np.exp(-np.outer(rates, seen.times))
    np.testing.assert_allclose(seen.states[:, :, 0, 1], exact, atol=1e-14)
    np.testing.assert_allclose(seen.states[:, :, 0, 0].real, np.cos(0.5) ** 2)


def test_the_frame_turns_with_the_control_fields():
    """A field along z alone: in its frame nothing moves but by the noise."""
    noise = {"kind": "lindblad", "gamma_1": 0.0, "gamma_phi": [0.0, 0.2], "h": 3.0}
    points = points_of(environment=noise, system={"theta": 1.0, "phi": 0.6})
    along_z = ConstantControls([0.0, 0.0, 1.0])
    seen = evolve_points(points, [along_z, along_z])
    start = seen.rho0[0]
    np.testing.assert_allclose(seen.frame_states[0], np.array([start] * 6), atol=1e-14)
    decay = np.exp(-0.2 * seen.times)
    found = seen.frame_states[1, :, 0, 1]
    np.testing.assert_allclose(found, start[0, 1] * decay, atol=1e-14)


def test_points_with_one_drive_and_environment_are_moved_once(monkeypatch):
    points = points_of(**SYSTEMS["state differs"])
    counts = []
    moved = evolution.propagate

    def counted(parts, *rest):
        counts.append(len(parts))
        return moved(parts, *rest)

    monkeypatch.setattr(evolution, "propagate", counted)
    drive = ConstantControls(RNG.uniform(-1, 1, 4))
    seen = check(points, [drive] * 3)
    assert set(counts) == {1}
    assert not np.allclose(seen.states[0], seen.states[1])


@pytest.mark.parametrize("kind", ["constant", "cycle"])
def test_large_points_are_moved_alone(monkeypatch, kind):
    points = points_of(**SYSTEMS["partner of unequal size"])
    drives = drives_for(points, kind)
    whole = evolve_points(points, drives)
    monkeypatch.setattr("oqnn.studies.sweeps.computation.preparation.DENSE_LIMIT", 8)
    large = evolve_points(points, drives)
    for name in ARRAYS:
        found, exact = getattr(large, name), getattr(whole, name)
        np.testing.assert_allclose(found, exact, atol=1e-12)
    states = evolve_points(points, drives, needs=())
    np.testing.assert_allclose(states.states, whole.states, atol=1e-10)
    assert states.transfer.shape[1] == states.readouts.shape[1] == 0


def test_an_ancilla_is_traced_out_of_large_points(monkeypatch):
    points = points_of(**SYSTEMS["pseudomode"])
    drives = drives_for(points, "constant")
    whole = evolve_points(points, drives)
    monkeypatch.setattr("oqnn.studies.sweeps.computation.preparation.DENSE_LIMIT", 8)
    states = evolve_points(points, drives, needs=()).states
    np.testing.assert_allclose(states, whole.states, atol=1e-10)


def test_readouts_are_those_of_the_cost():
    tables = {"cost": {"readouts": [0.1, 1.0], "weights": [1.0, 3.0], "running": 0.5}}
    points = points_of(**QUBIT, **tables)
    seen = evolve_points(points, drives_for(points, "constant"))
    assert seen.readouts.shape[1] == 80
    np.testing.assert_allclose(seen.weights.sum(axis=1), 4.5)
    np.testing.assert_allclose(seen.weights[0, [7, 79]], np.array([1, 3]) + 0.5 / 80)


@pytest.mark.parametrize("kind", ["constant", "cycle"])
def test_a_point_without_a_drive_leaves_the_others_alone(kind):
    points = points_of(**QUBIT)
    drives = drives_for(points, kind)
    whole = evolve_points(points, drives)
    broken = evolve_points(points, [drives[0], "nobody trained it", drives[2]])
    assert broken.errors == ("", "nobody trained it", "")
    for name in ARRAYS:
        for i in (0, 2):
            assert np.array_equal(getattr(broken, name)[i], getattr(whole, name)[i])
    rest = np.broadcast_to(np.eye(2) / 2, (6, 2, 2))
    np.testing.assert_array_equal(broken.states[1], rest)


def test_a_state_that_leaves_all_numbers_marks_its_point():
    growing = {"kind": f"{OWN}:growing", "rate": [-0.2, 1e4, 0.1]}
    points = points_of(environment=growing)
    still = ConstantControls([0.3])
    seen = evolve_points(points, [still] * 3)
    assert [bool(text) for text in seen.errors] == [False, True, False]
    assert "left all numbers" in seen.errors[1]
    apart = evolve_points([points[0], points[2]], [still] * 2)
    assert np.array_equal(apart.states, seen.states[[0, 2]])


def test_a_trace_that_rounding_eats_marks_its_point():
    """Squaring an exponential as often as such a field asks for loses all digits."""
    points = points_of(environment={"xi": [1.0, 1e13, 2.0]}, system={"theta": 1.0})
    still = ConstantControls(np.zeros(4))
    seen = evolve_points(points, [still] * 3)
    assert [bool(text) for text in seen.errors] == [False, True, False]
    assert "rounding has changed the trace by" in seen.errors[1]


def test_a_drive_that_does_not_fit_marks_its_point():
    points = points_of(**QUBIT)
    drives = drives_for(points, "constant")
    seen = evolve_points(points, [drives[0], ConstantControls([0.1]), drives[2]])
    assert "must steer 4 controls" in seen.errors[1]
    assert seen.errors[0] == seen.errors[2] == ""


def test_points_of_different_times_are_refused():
    points = points_of(times={"stop": [2.0, 4.0], "step": 0.5})
    with pytest.raises(ValueError, match="`points` must share their times"):
        evolve_points(points, drives_for(points, "constant"))
