"""How the materials of a sweep are made."""

import numpy as np
import pytest

from oqnn.dynamics import ConstantControls, PiecewiseControls
from oqnn.environments import (
    LearningRule,
    NetworkDrive,
    ReferenceEnvironment,
    bare_material,
    best_decoupling,
    decoupling_material,
    engineered_material,
    plain_material,
    readout_infidelity,
)
from oqnn.environments.material import Material
from oqnn.studies.sweeps.computation.drives import dataset_of, drives_of
from oqnn.studies.sweeps.computation.materials import MATERIALS, recipe_of
from oqnn.studies.sweeps.description.settings import SweepSettings

OWN = "studies.sweeps.own_dynamics"
RULE = LearningRule(period=4.0, slices=20)
NAMES = ("x", "y", "z", "hopping")
FEW = {
    "learning": {"epochs": 2, "period": 4.0, "slices": 20, "substeps": 12},
    "engineered": {"points": 6, "starts": 1},
    "optimal": {"iterations": 4, "slices": 8, "starts": 2},
    "decoupling": {"sequence": "xy4", "spacing": 0.8},
}


@pytest.fixture(scope="module")
def point():
    settings = SweepSettings(
        environment={"kappa": 0.5, "h": 4.0}, training={"kappa": 0.3}, **FEW
    )
    return settings.point({})


@pytest.fixture(scope="module")
def trained(point):
    return {
        name: recipe.train(point, [3, 8] if recipe.seeded else [3], False)
        for name, recipe in MATERIALS.items()
    }


def drive(point, dataset, member=0):
    return drives_of(dataset, point)[member]


def lost(point, dataset):
    """What a material loses in the environment in which it was trained."""
    environment = point.training_environment
    material = Material(kind="x", environment=environment, drive=drive(point, dataset))
    return readout_infidelity(material, period=point.learning.period)


@pytest.mark.parametrize("name", [*MATERIALS])
def test_every_material_steers_all_controls_within_bounds(point, trained, name):
    dataset = trained[name]
    assert dataset.sizes["member"] == 1 + MATERIALS[name].seeded
    for own in drives_of(dataset, point):
        Material(kind=name, environment=point.built_environment, drive=own)
    for variable in dataset.variables.values():
        assert variable.attrs["long_name"]
        assert "units" in variable.attrs


def test_materials_are_those_of_their_rooms(point, trained):
    environment = ReferenceEnvironment(kappa=0.3, h=4.0)
    exact = {
        "bare": bare_material(environment),
        "plain": plain_material(environment, 3, rule=RULE),
        "engineered": engineered_material(
            environment, points=6, starts=1, seed=3, period=4.0, H=np.zeros((2, 2))
        ),
    }
    for name, material in exact.items():
        found = drive(point, trained[name]).values
        np.testing.assert_allclose(found, material.drive.values, atol=1e-12)
    again = plain_material(environment, 8, rule=RULE).drive.values
    np.testing.assert_allclose(drive(point, trained["plain"], 1).values, again)


@pytest.mark.parametrize(
    ("name", "sequence"),
    [("xy8", "xy8"), ("cpmg", "cpmg"), ("eulerian", "eulerian"), ("decoupling", "xy4")],
)
def test_textbook_cycles_are_slow_between_pulses(point, trained, name, sequence):
    exact = decoupling_material(
        ReferenceEnvironment(h=4.0), sequence, spacing=0.8, rest={"hopping": -1.0}
    ).drive
    found = drive(point, trained[name])
    np.testing.assert_array_equal(found.times, exact.times)
    np.testing.assert_array_equal(found.values, exact.values)
    assert found.periodic


def test_the_best_cycle_is_that_of_its_room(point, trained):
    environment = ReferenceEnvironment(kappa=0.3, h=4.0)
    best, _ = best_decoupling(environment, period=4.0, rest={"hopping": -1.0})
    found = drive(point, trained["best_decoupling"])
    np.testing.assert_array_equal(found.times, best.drive.times)
    np.testing.assert_array_equal(found.values, best.drive.values)


def test_optimal_control_gains_from_its_start(point, trained):
    from oqnn._core.seeds import derive_seed

    values = np.random.default_rng(derive_seed(3, "start", 0)).uniform(-1, 1, (8, 4))
    edges = np.linspace(0, point.learning.period, 9)
    start = dataset_of([PiecewiseControls(edges, values, periodic=True)], NAMES)
    assert lost(point, trained["optimal"]) < lost(point, start) - 0.01
    assert lost(point, trained["optimal"]) < lost(point, trained["engineered"]) - 1e-3


def test_random_controls_come_from_their_seed(point, trained):
    found = trained["random"].controls.values
    exact = [np.random.default_rng(seed).uniform(-1, 1, 4) for seed in (3, 8)]
    np.testing.assert_array_equal(found, exact)


def test_a_network_learns_on(point, trained):
    dataset = trained["learning"]
    assert dataset.cost.shape == (2, 2)
    assert not np.array_equal(dataset.weights[0], dataset.weights[1])
    own = drive(point, dataset, 1)
    np.testing.assert_array_equal(own.weights, dataset.weights.values[1])
    assert (own.tau, own.period, own.resolution) == (0.1, 4.0, 32)


def test_the_solver_says_how_finely_networks_are_followed(trained):
    fine = SweepSettings(solver={"resolution": 48}, **FEW).point({})
    assert drive(fine, trained["learning"]).resolution == 48


def test_the_table_of_learning_leaves_a_users_network_alone():
    recipe = recipe_of(f"{OWN}:woven")
    coarse, fine = (SweepSettings(learning={"substeps": n}).point({}) for n in (32, 64))
    trained = recipe.train(coarse, [3], False)
    assert drive(coarse, trained).resolution == drive(fine, trained).resolution == 40


def networks(scale, tau=0.3):
    weights = scale * np.arange(24).reshape(2, 3, 4) / 24
    return NetworkDrive(
        weights=weights, y0=np.zeros(3), tau=tau, period=2.0, resolution=36
    )


def cycles(scale, length=1.0):
    edges = np.array([0, 0.3, length])
    return PiecewiseControls(edges, scale * np.ones((2, 3)), periodic=True)


NETWORK = ("weights", "y0", "tau", "period", "resolution")


@pytest.mark.parametrize("make", [networks, cycles])
def test_drives_become_datasets_and_back(point, make):
    drives = [make(0.2), make(0.5)]
    found = drives_of(dataset_of(drives, "abc"), point)
    for own, back in zip(drives, found, strict=True):
        for name in (*NETWORK, "times", "values"):
            if hasattr(own, name):
                np.testing.assert_array_equal(getattr(back, name), getattr(own, name))


def test_drives_of_different_kinds_are_refused(point):
    still = ConstantControls([0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match="`drives` must all be of one kind"):
        dataset_of([still, cycles(0.1)], "abc")
    with pytest.raises(ValueError, match="must be cycles with equal edges"):
        dataset_of([cycles(0.1), cycles(0.1, 1.5)], "abc")
    with pytest.raises(ValueError, match="must have equal tau, period and res"):
        dataset_of([networks(0.1), networks(0.1, 0.2)], "abc")
    nothing = dataset_of([still], "abc").drop_vars("controls")
    with pytest.raises(ValueError, match="`trained` must hold weights or controls"):
        drives_of(nothing, point)


def test_a_users_material_takes_what_it_asks_for(point):
    still = recipe_of(f"{OWN}:still")
    assert not still.seeded
    assert still.tables == ()
    dataset = still.train(point, [1], False)
    np.testing.assert_allclose(dataset.controls, [np.linspace(-0.5, 0.5, 4)])
    kicked = recipe_of(f"{OWN}:kicked")
    assert kicked.seeded
    assert kicked.tables == ("learning", "cost")
    dataset = kicked.train(point, [1, 2], False)
    np.testing.assert_array_equal(dataset.edges, [0, 1.0, 4.0])
    exact = np.random.default_rng(2).uniform(-1, 1, (2, 4))
    np.testing.assert_array_equal(dataset.controls[1], exact)


def test_unknown_materials_are_refused(point):
    with pytest.raises(
        ValueError, match=r"`materials` must be names among bare, .*'q'"
    ):
        recipe_of("q")
    with pytest.raises(ValueError, match=r"must take arguments among .* everything"):
        recipe_of(f"{OWN}:greedy")
    with pytest.raises(ValueError, match=r"must lie in \[-1, 1\]"):
        recipe_of(f"{OWN}:too_strong").train(point, [1], False)
