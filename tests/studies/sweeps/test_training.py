"""Members of a training that fail leave the others as they were."""

import numpy as np
import pytest
import xarray as xr

from oqnn.studies.sweeps.computation.compute import compute_block
from oqnn.studies.sweeps.computation.materials import Recipe, recipe_of
from oqnn.studies.sweeps.computation.training import trained_members
from oqnn.studies.sweeps.description.settings import SweepSettings
from oqnn.studies.sweeps.plan import Plan

OWN = "studies.sweeps.own_dynamics"
POINT = SweepSettings(materials=["bare"]).point({})


def made(**variables):
    """A recipe that gives the same whatever the point."""
    dataset = xr.Dataset(variables)
    return Recipe(train=lambda point, seeds, progress: dataset, seeded=True)


def test_a_member_that_fails_leaves_the_others_alone():
    recipe = recipe_of(f"{OWN}:fussy")
    trained, errors = trained_members(recipe, POINT, [4, 7, 6])
    assert errors == ["", "RuntimeError: odd seeds make nothing", ""]
    fine, _ = trained_members(recipe, POINT, [4, 6])
    found = trained.controls.values
    assert found[[0, 2]].tobytes() == fine.controls.values.tobytes()
    assert np.isnan(found[1]).all()
    assert trained.controls.attrs == fine.controls.attrs
    assert trained.control.values.tolist() == fine.control.values.tolist()


@pytest.mark.parametrize("seeds", [[3], [3, 5]])
def test_where_all_members_fail_the_error_is_theirs(seeds):
    with pytest.raises(RuntimeError, match="odd seeds make nothing"):
        trained_members(recipe_of(f"{OWN}:fussy"), POINT, seeds)


def test_what_members_share_may_fail_for_all():
    def train(point, seeds, progress):
        if len(seeds) > 1:
            raise ValueError("members must have equal edges")
        return xr.Dataset({"controls": (("member", "control"), [[0.1]])})

    with pytest.raises(ValueError, match="members must have equal edges"):
        trained_members(Recipe(train=train, seeded=True), POINT, [1, 2])


def test_a_learner_that_diverges_keeps_its_best_epoch():
    curves = [[0.4, 0.3, 0.2], [0.5, np.nan, np.nan], [np.nan, np.nan, np.nan]]
    recipe = made(cost=(("member", "epoch"), curves), weights=("member", [1.0, 2.0, 3]))
    _, errors = trained_members(recipe, POINT, [1, 2, 3])
    assert errors == ["", "", "FloatingPointError: `cost` is not finite"]


def test_drives_that_are_no_numbers_failed():
    values = [[0.1, 0.2], [0.3, np.inf]]
    recipe = made(controls=(("member", "control"), values), tau=((), 0.1))
    _, errors = trained_members(recipe, POINT, [1, 2])
    assert errors == ["", "FloatingPointError: `controls` is not finite"]


def test_points_of_members_that_failed_say_so():
    plan = Plan(
        SweepSettings(
            materials=[f"{OWN}:fussy"],
            times={"stop": 1.0, "step": 0.5},
            sweep={"seeds": 6, "measures": ["purity"]},
        )
    )
    training, points = plan.tasks
    trained = compute_block(plan, training, {})
    odd = np.array(plan.tasks[training].seeds) % 2 == 1
    assert 0 < odd.sum() < 6
    found = compute_block(plan, points, {training: trained})
    told = [text.startswith("no drive, since its tr") for text in found.error.values]
    assert told == odd.tolist()
    assert (np.isnan(found.purity.values).all(axis=1) == odd).all()
