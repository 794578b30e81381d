"""What a study would compute, against what it then does."""

import inspect

import numpy as np
import pytest

from oqnn.environments import ReferenceEnvironment, engineered_material
from oqnn.studies import StudySettings
from oqnn.studies.sweeps.description.settings import SweepSettings
from oqnn.studies.sweeps.forecast.check import check
from oqnn.studies.sweeps.forecast.probes import probe_material
from oqnn.studies.sweeps.forecast.reference_check import as_sweep
from oqnn.studies.sweeps.forecast.trials import spread, work_of
from oqnn.studies.sweeps.plan import Plan
from oqnn.studies.sweeps.run import sweep

SMALL = {
    "materials": ["bare", "plain"],
    "environment": {"h": [2.0, 4.0], "kappa": [0.1, 0.2, 0.3]},
    "training": {"kappa": 0.2},
    "times": {"stop": [1.0, 2.0], "step": 0.5},
    "sweep": {"seeds": 3, "measures": ["purity", "readout_infidelity"], "block": 5},
}


def test_counts_are_those_of_the_plan_without_a_trial():
    settings = SweepSettings(**SMALL)
    found, plan = check(settings, measure=False), Plan(settings)
    assert (found.points, found.trainings) == (48, 2)
    assert found.blocks == len(plan.tasks)
    assert [(m.name, m.trainings, m.points) for m in found.materials] == [
        ("bare", 1, 12),
        ("plain", 1, 36),
    ]
    assert found.axes == (
        ("environment.h", 2, "2, 4"),
        ("environment.kappa", 3, "0.1, 0.2, 0.3"),
        ("times.stop", 2, "1, 2"),
    )
    text = str(found)
    assert "2 materials at 12 combinations of parameters: 48 points in 12" in text
    assert np.isnan(found.seconds)
    assert "About" not in text


def test_arrays_and_disk_are_those_of_the_sweep(tmp_path):
    """Arrays exactly, disk within a third, and nothing is left behind."""
    settings = SweepSettings(**SMALL)
    found = check(settings)
    result = sweep(settings, tmp_path / "sweep", progress=False)
    arrays = {(a.shape, a.name): a for a in found.arrays}
    for shape in result.shapes:
        data = result.points(shape)
        for name in ("purity", "readout_infidelity"):
            assert arrays[shape, name].dims == dict(data[name].sizes)
            assert arrays[shape, name].nbytes == data[name].nbytes
    whole = sum(p.stat().st_blocks * 512 for p in (tmp_path / "sweep").rglob("*"))
    assert 0.67 < found.disk / whole < 1.5
    assert found.seconds > 0
    assert "About" in str(found)


def test_a_trial_of_learning_scales_with_its_epochs():
    learning = {"slices": 8, "substeps": 80, "period": 2.0, "epochs": 50}
    settings = {
        "materials": ["learning"],
        "learning": learning,
        "times": {"stop": 1.0, "step": 0.5},
        "sweep": {"measures": ["purity"]},
    }
    short = probe_material(Plan(SweepSettings(**settings)), "learning")
    settings["learning"] = {**learning, "epochs": 50_000}
    long = probe_material(Plan(SweepSettings(**settings)), "learning")
    assert short.error == long.error == ""
    ratio = long.training_s / short.training_s
    assert 100 < ratio < 10_000  # a thousand, but for a busy core
    curves = 16 * (50_000 - 50)  # cost and infidelity
    assert long.disk - short.disk == pytest.approx(curves, rel=0.2)


def test_drives_are_tried_where_they_steer():
    """Other systems and environments have other controls, in one array shape or two."""
    settings = {
        "materials": ["bare", "plain"],
        "times": {"values": [0.0, 1.0]},
        "learning": {"neurons": 9},
        "sweep": {"measures": ["purity"]},
    }
    sizes = SweepSettings(
        system={"kind": ["qubit", "qubits"]}, environment={"kind": "fields"}, **settings
    )
    found = check(sizes)
    assert [m.error for m in found.materials] == ["", ""]
    assert {a.shape for a in found.arrays} == {"d2t2", "d4t2"}
    assert "d4t2/purity" in str(found)
    kinds = SweepSettings(
        environment={"kind": ["lindblad", "reference", "telegraph"]}, **settings
    )
    assert [m.error for m in check(kinds).materials] == ["", ""]


def test_values_that_run_together_are_all_shown():
    settings = SweepSettings(
        materials=["bare"],
        environment={"h": [2.0, 4.0], "xi": [0.5, 1.0]},
        sweep={"zip": [["environment.h", "environment.xi"]]},
    )
    shown = ("environment.h with environment.xi", 2, "2, 4 with 0.5, 1")
    assert check(settings, measure=False).axes == (shown,)


def test_of_many_shapes_only_some_are_tried():
    settings = SweepSettings(
        materials=["bare"],
        times={"stop": {"from": 1, "to": 40, "count": 40}, "step": 0.5},
        sweep={"measures": ["purity"]},
    )
    probe = probe_material(Plan(settings), "bare")
    assert [*probe.arrays] == ["d2t3", "d2t43", "d2t81"]
    assert "Tried 3 of 40 array shapes" in str(check(settings))


def test_a_search_for_constants_scales_with_points_and_starts():
    """Four hundred points and forty descents of thirty steps, against the trial's."""
    point = SweepSettings(materials=["engineered"]).point({})
    assert work_of(point, "engineered") == 400 + 40 * 30
    assert spread(range(40), 3) == [0, 20, 39]
    assert spread([7], 3) == [7]


def test_a_failing_material_is_named(tmp_path):
    settings = SweepSettings(
        materials=["xy8"],
        environment={"h": 1.0},
        times={"stop": 1.0, "step": 0.5},
        sweep={"measures": ["purity"]},
    )
    found = check(settings)
    assert "spacing" in found.materials[0].error
    assert "xy8 failed when tried" in str(found)


def test_a_comparison_is_counted():
    settings = StudySettings(learning={"seeds": 3}, plain={"seeds": 5})
    found = check(settings, measure=False)
    assert found.points == 1 + 5 + 1 + 1 + 3
    assert found.blocks == 10 + 5 * 5
    states = found.arrays[0]
    assert states.dims == {"member": 11, "time": 401, "row": 4, "col": 4}
    assert states.nbytes == 16 * 11 * 401 * 16
    assert "25 networks of spiking neurons" in str(found)


def test_a_comparison_is_tried_as_a_sweep_of_its_parts():
    settings = StudySettings(
        materials=["bare", "plain"],
        environment={"h": 3.0},
        plain={"seeds": 5},
        spikes={"times": 0},
        times={"values": [0.0, 1.0]},
    )
    one = as_sweep(settings).point({})
    search = inspect.signature(engineered_material).parameters
    for name in ("points", "starts"):
        assert getattr(one.engineered, name) == search[name].default
    exact = ReferenceEnvironment(h=3.0).generator(settings.system.H).matrices()
    found = one.built_environment.generator(one.built_system.H).matrices()
    np.testing.assert_array_equal(found, exact)
    np.testing.assert_allclose(one.built_system.rho0, settings.system.rho0, atol=1e-15)
    assert one.built_system.kept == (2,)
    tried = check(settings)
    assert tried.seconds > 0
    assert "No states are carried by spikes" in str(tried)


def test_other_settings_are_refused():
    with pytest.raises(TypeError, match="must be SweepSettings or StudySettings, but"):
        check({"environment": {}})
