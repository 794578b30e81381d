"""Blocks of a sweep: together as alone, and failures that stay where they are."""

import numpy as np
import pytest
import xarray as xr

from oqnn.studies.sweeps.computation import compute
from oqnn.studies.sweeps.computation.compute import compute_block
from oqnn.studies.sweeps.computation.measures import MEASURES
from oqnn.studies.sweeps.description.settings import SweepSettings
from oqnn.studies.sweeps.plan import Plan

OWN = "studies.sweeps.own_dynamics"
TIMES = {"stop": 2.0, "step": 0.5}


def blocks_of(**settings):
    """Compute all tasks of a sweep, and return them by name."""
    plan = Plan(SweepSettings(**{"times": TIMES} | settings))
    done: dict[str, xr.Dataset] = {}
    for name, task in plan.tasks.items():
        done[name] = compute_block(plan, name, {n: done[n] for n in task.needs})
    return done


def points_of(done):
    """Return all points, in order."""
    parts = [block for name, block in done.items() if name.startswith("points")]
    return xr.concat(parts, dim="point", join="exact").sortby("point")


WHOLE = {
    "materials": ["bare", "random", "xy8"],
    "system": {"theta": [0.4, 1.3], "phi": 0.7, "frequency": 0.2},
    "environment": {"h": 7.0, "kappa": [0.1, 0.3, 0.6]},
    "training": {"kappa": 0.2},
    "views": {"points": 5, "samples": 50, "times": 3},
}
ASKED = {
    "seeds": 2,
    "measures": [name for name in MEASURES if MEASURES[name].of in ("any", "qubit")],
    "views": ["density_matrix", "wigner", "spins", "povm"],
}


@pytest.fixture(scope="module")
def whole():
    return points_of(blocks_of(**WHOLE, sweep=ASKED))


def test_points_in_blocks_are_points_alone(whole):
    single = points_of(blocks_of(**WHOLE, sweep=ASKED | {"block": 1}))
    assert set(single) == set(whole)
    for name, values in single.data_vars.items():
        assert values.values.tobytes() == whole[name].values.tobytes(), name


def test_every_variable_says_what_it_is(whole):
    for name, variable in whole.variables.items():
        assert variable.attrs["long_name"], name
        assert "units" in variable.attrs, name
    assert whole.time.attrs["units"] == "1/xi"
    assert whole.purity.attrs["better"] == "high"


def test_points_know_where_they_are(whole):
    assert whole.point.values.tolist() == [*range(24)]
    assert set(whole.material.values) == {"bare", "random", "xy8"}
    one = whole.isel(point=1)
    assert (one.material, one.seed, one["environment.kappa"]) == ("random", 0, 0.1)
    assert set(whole.seed.values) == {-1, 0, 1}
    assert len(set(whole.point_seed.values.tolist())) == 24
    assert whole.error.values.tolist() == [""] * 24


def test_long_lists_are_named_as_in_the_grid():
    """Fields of an environment, of which a grid shows a short text."""
    fields = [[[[a, 0], [0, -a]], [[0, a], [a, 0]]] for a in (1 / 3, 1 / 7)]
    own = {"kind": "fields", "fields": {"values": fields}}
    sweep = {"measures": ["purity"]}
    found = points_of(blocks_of(materials=["bare"], environment=own, sweep=sweep))
    plan = Plan(SweepSettings(materials=["bare"], environment=own, sweep=sweep))
    name = "environment.fields"
    assert found[name].values.tolist() == [p.labels[name] for p in plan.points]
    assert len({*found[name].values.tolist()}) == 2


def test_measures_say_what_they_say_of_one_point(whole):
    """The state of a point has the purity, population and law of its dataset."""
    one = whole.isel(point=17)
    states = one.state.values
    at = np.searchsorted(whole.time, whole.view_time)
    purity = np.einsum("tij,tji->t", states, states).real
    np.testing.assert_allclose(one.purity.values[at], purity, atol=1e-14)
    np.testing.assert_allclose(np.trace(states, axis1=1, axis2=2), 1, atol=1e-14)
    np.testing.assert_allclose(one.povm_law.sum("outcome"), 1, atol=1e-14)
    np.testing.assert_array_equal(one.povm_counts.sum("outcome"), 50)


def test_large_systems_evolve_in_goes(monkeypatch, whole):
    monkeypatch.setattr(
        "oqnn.studies.sweeps.computation.compute.NUMBERS_HELD", 3 * 8 * 5 * 20
    )
    again = points_of(blocks_of(**WHOLE, sweep=ASKED))
    for name, values in again.data_vars.items():
        assert values.values.tobytes() == whole[name].values.tobytes(), name


def test_large_generators_are_made_for_few_points_at_a_time(monkeypatch):
    """Four matrices of 144 × 144 for each of six pseudomodes, copied twice."""
    held = []
    moved = compute.evolve_points

    def counted(points, *rest, **more):
        held.append(len(points))
        return moved(points, *rest, **more)

    settings = {
        "materials": ["bare"],
        "environment": {
            "kind": "lorentzian",
            "levels": 6,
            "gamma_phi": [0.0, 0.1, 0.2, 0.3, 0.4, 0.5],
        },
        "sweep": {"measures": ["purity"]},
    }
    whole = points_of(blocks_of(**settings))
    monkeypatch.setattr(compute, "evolve_points", counted)
    monkeypatch.setattr(compute, "NUMBERS_HELD", 12 * 144**2 * 3)
    again = points_of(blocks_of(**settings))
    assert held == [2, 2, 2]
    assert again.purity.values.tobytes() == whole.purity.values.tobytes()


CHOOSY = {"kind": f"{OWN}:choosy", "kappa": [0.1, 0.2, 0.3, 0.4]}


def test_a_point_whose_environment_fails_is_marked_alone():
    asked = {"measures": ["purity", "fidelity", "readout_infidelity"]}
    common = {"materials": ["bare"], "training": {"kappa": 0.7}, "sweep": asked}
    fine = points_of(blocks_of(environment=CHOOSY, **common))
    broken = points_of(blocks_of(environment=CHOOSY | {"forbidden": 0.3}, **common))
    errors = broken.error.values.tolist()
    assert [bool(text) for text in errors] == [False, False, True, False]
    assert "no environment at 0.3" in errors[2]
    good = [0, 1, 3]
    for name in asked["measures"]:
        assert np.isnan(broken[name].values[2]).all()
        found = broken[name].values[good]
        assert found.tobytes() == fine[name].values[good].tobytes()


def test_a_measure_that_refuses_a_point_marks_it_alone():
    """Off-diagonal elements fade as exp(−γ_φ t), from sin(1)/2 = 0.42 below 0.2."""
    common = {
        "materials": ["bare"],
        "system": {"phi": 1.0},
        "environment": {"kind": "lindblad", "gamma_phi": [0.01, 0.5, 0.1]},
    }
    names = ["purity", f"{OWN}:survival", f"{OWN}:touchy"]
    fine = points_of(blocks_of(**common, sweep={"measures": names[:2]}))
    broken = points_of(blocks_of(**common, sweep={"measures": names}))
    failed = np.array([bool(text) for text in broken.error.values])
    assert failed.tolist() == [False, True, False]
    assert (
        "own_dynamics:touchy: ValueError: too little is left" in broken.error.values[1]
    )
    for name in names:
        assert np.isnan(broken[name].values[failed]).all()
        assert not np.isnan(broken[name].values[~failed]).any()
    for name in names[:2]:
        good = broken[name].values[~failed]
        assert good.tobytes() == fine[name].values[~failed].tobytes()


def test_a_measure_of_a_wrong_shape_marks_all_points():
    name = f"{OWN}:wrong_shape"
    settings = {"materials": ["bare"], "sweep": {"measures": ["purity", name]}}
    (one,) = points_of(blocks_of(**settings)).error.values
    assert "must give real numbers of shape (1,) or (1, 5)" in one


def test_measures_that_mean_nothing_for_a_system_are_left_out():
    done = blocks_of(
        materials=["bare"],
        system={"kind": ["qubit", "qutrit"]},
        environment={"kind": "fields"},
        sweep={"measures": ["purity", "coherence"], "views": ["povm"]},
        views={"samples": 0},
    )
    assert {*done["points/d2t5/bare/00000"]} == {
        "purity",
        "coherence",
        "povm_law",
        "error",
    }
    assert {*done["points/d3t5/bare/00000"]} == {"purity", "error"}


def test_a_training_that_fails_marks_its_points():
    """XY8 pulses of length π/h do not fit between others at a weak field."""
    settings = {
        "materials": ["bare", "xy8"],
        "environment": {"h": [2.0, 8.0]},
        "sweep": {"measures": ["purity", "average_fidelity"]},
    }
    done = blocks_of(**settings)
    trained = done["trained/xy8/00000"]
    assert [*trained.data_vars] == ["error"]
    assert trained.member.values.tolist() == [-1]
    found = points_of(done)
    failed = np.array([bool(text) for text in found.error.values])
    assert failed.tolist() == [False, True, False, False]
    text = str(found.error.values[1])
    assert text.startswith("no drive, since its training failed: ValueError: `spacing`")
    assert np.isnan(found.purity.values[failed]).all()
    assert not np.isnan(found.purity.values[~failed]).any()


def test_where_all_fail_the_arrays_keep_their_shapes():
    settings = {
        "materials": ["xy8"],
        "environment": {"h": [2.0, 3.0]},
        "sweep": {
            "measures": ["purity", "coherence_time"],
            "views": ["density_matrix"],
        },
    }
    found = points_of(blocks_of(**settings))
    assert found.purity.shape == (2, 5)
    assert found.coherence_time.shape == (2,)
    assert found.state.shape == (2, 5, 2, 2)
    assert np.isnan(found.purity).all()
    assert np.isnan(found.state).all()


def test_an_interrupt_is_no_failure(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(
        "oqnn.studies.sweeps.computation.evolution.propagate", interrupted
    )
    with pytest.raises(KeyboardInterrupt):
        blocks_of(materials=["bare"])
