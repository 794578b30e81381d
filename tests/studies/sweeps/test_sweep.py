"""Sweeps as datasets and grids: every number where its point says it is."""

import json

import numpy as np
import pytest
import xarray as xr
from studies.sweeps import fake_blocks

from oqnn.studies import Store, StudyMismatch, summary_text
from oqnn.studies.layout import StudyDamaged
from oqnn.studies.sweeps.result.joining import join_points
from oqnn.studies.sweeps.result.summary import summary_columns
from oqnn.studies.sweeps.result.sweep import Sweep

LATE = "points/d2t3/plain/00001"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    fake_blocks.fill(folder, fake_blocks.settings(), failed=(2, 7))
    return Sweep.open(folder)


@pytest.fixture(scope="module")
def partial(tmp_path_factory):
    folder = tmp_path_factory.mktemp("partial")
    plan = fake_blocks.fill(folder, fake_blocks.settings())
    leave = [plan.trainings[1].name, plan.blocks[1].name]
    other = tmp_path_factory.mktemp("other")
    fake_blocks.fill(other, fake_blocks.settings(), leave=leave)
    return Sweep.open(other), leave, plan


# Points in a row


def test_every_point_has_its_own_numbers(whole):
    dataset = whole.dataset
    assert dataset.point.values.tolist() == list(range(18))
    for point in whole.plan.points:
        row = dataset.sel(point=point.index)
        assert (row.material, row.seed) == (point.material, point.member)
        assert row.point_seed == point.seed
        for name, value in point.coordinates.items():
            assert row[name] == value
        start = np.nan if point.index in (2, 7) else fake_blocks.number(point)
        np.testing.assert_array_equal(row.fidelity, start - fake_blocks.TIMES)
    assert dataset.fidelity.attrs == {"long_name": "F", "units": ""}
    assert json.loads(dataset.attrs["provenance"])["versions"]["numpy"]
    assert json.loads(dataset.attrs["settings"]) == whole.settings.to_dict()


def test_joined_blocks_are_those_of_xarray(whole):
    """Whatever the order of the blocks."""
    blocks = [fake_blocks.point_block(b.points) for b in whole.plan.blocks]
    joined = join_points(blocks[::-1])
    slow = xr.concat(blocks, dim="point", join="exact").sortby("point")
    xr.testing.assert_identical(joined, slow)


def test_a_block_that_lacks_numbers_has_none_and_harms_no_other(whole):
    """As where a worker died: labels and errors alone."""
    blocks = [fake_blocks.point_block(b.points) for b in whole.plan.blocks]
    bare = blocks[0].drop_dims(["time", "row", "col"]).drop_vars("rank")
    bare["error"] = bare.error.copy(data=["killed"] * bare.sizes["point"])
    joined = join_points([bare, *blocks[1:]])
    there = np.isin(joined.point, blocks[0].point)
    assert np.isnan(joined.fidelity.values[there]).all()
    assert np.isnan(joined.rho.values[there]).all()
    assert (joined.error.values == np.where(there, "killed", "")).all()
    rest = xr.concat(blocks[1:], dim="point", join="exact").sortby("point")
    np.testing.assert_array_equal(joined.rho.values[~there], rest.rho.values)
    np.testing.assert_array_equal(joined.time, fake_blocks.TIMES)


def test_blocks_of_other_times_are_refused(whole):
    one, two, *_ = (fake_blocks.point_block(b.points) for b in whole.plan.blocks)
    with pytest.raises(ValueError, match="`time` must be the same in all blocks"):
        join_points([one, two.assign_coords(time=two.time + 1)])


# Points on a grid


def test_every_point_lies_where_its_coordinates_are(whole):
    grid = whole.grid()
    assert dict(grid.sizes) == {
        "material": 2,
        "environment.h": 3,
        "system.theta": 2,
        "seed": 3,
        "time": 3,
        "row": 2,
        "col": 2,
    }
    front = ("material", "environment.h", "system.theta", "seed")
    dims = [d for d in grid.rho.dims if d in front]
    assert grid.rho.dims == (*dims, "time", "row", "col")
    assert set(dims) == set(front)
    for point in whole.plan.points:
        at = {"material": point.material, "seed": point.member}
        at |= {k: v for k, v in point.coordinates.items() if k in grid.dims}
        spot, row = grid.sel(at), whole.dataset.sel(point=point.index)
        assert spot.point == point.index
        assert spot["environment.kappa"] == point.coordinates["environment.kappa"]
        for name in whole.dataset.data_vars:
            np.testing.assert_array_equal(spot[name], row[name], err_msg=name)


def test_nothing_stands_where_a_material_has_no_such_seed(whole):
    grid = whole.grid()
    assert grid.seed.values.tolist() == [-1, 3, 4]
    for material, seed in (("plain", -1), ("bare", 3), ("bare", 4)):
        spot = grid.sel(material=material, seed=seed)
        assert np.isnan(spot.fidelity).all()
        assert np.isnan(spot.rho.real).all()
        assert np.isnan(spot["rank"]).all()
        assert (spot.error == "").all()
        assert (spot.point == -1).all()
    assert int((grid.point >= 0).sum()) == 18


def test_values_keep_their_order_and_what_runs_along(whole):
    grid = whole.grid()
    assert grid["environment.h"].values.tolist() == [2.0, 0.5, 4.0]
    assert grid["environment.kappa"].dims == ("environment.h",)
    assert grid["environment.kappa"].values.tolist() == [0.1, 0.7, 0.2]
    assert grid["system.theta"].values.tolist() == [0.3, 0.1]
    assert grid.material.values.tolist() == ["plain", "bare"]
    assert grid.fidelity.attrs == {"long_name": "F", "units": ""}
    assert grid.time.attrs == {"units": "1/xi"}


def test_points_that_are_to_come_say_so(partial):
    sweep, leave, plan = partial
    waiting = [point.index for point in plan.tasks[leave[1]].points]
    grid = sweep.grid()
    spots = grid.point.values[(grid.error == "not finished").values]
    assert sorted(spots) == waiting
    assert np.isnan(grid.fidelity.values[np.isin(grid.point, waiting)]).all()


def test_a_sweep_without_axes_has_a_grid(tmp_path):
    plain = fake_blocks.settings(
        environment={}, system={"kind": "qubit"}, sweep={"seeds": 2}
    )
    fake_blocks.fill(tmp_path, plain)
    grid = Sweep.open(tmp_path).grid()
    assert dict(grid.sizes)["seed"] == 3
    assert grid.fidelity.dims == ("material", "seed", "time")


def test_array_shapes_are_kept_apart(tmp_path):
    described = fake_blocks.settings(
        system={"kind": ["qubit", "pair"]},
        materials=["bare"],
        environment={"h": [2.0, 0.5]},
        sweep={"measures": ["fidelity"]},
    )
    fake_blocks.fill(tmp_path, described)
    sweep = Sweep.open(tmp_path)
    assert len(sweep.shapes) == 2
    for shape, kind in zip(sweep.shapes, ("qubit", "pair"), strict=True):
        grid = sweep.grid(shape)
        assert grid["system.kind"].values.tolist() == [kind]
        assert grid["environment.h"].values.tolist() == [2.0, 0.5]
    with pytest.raises(ValueError, match=rf"be one of {', '.join(sweep.shapes)}"):
        sweep.dataset  # noqa: B018
    with pytest.raises(ValueError, match="is 'other'"):
        sweep.points("other")


# What is there and what is not


def test_what_is_missing_is_named_in_order(partial, whole):
    sweep, leave, _ = partial
    assert list(sweep.missing) == leave
    assert not sweep.is_finished
    assert whole.is_finished


def test_an_empty_sweep_opens(tmp_path):
    described = fake_blocks.settings()
    plan = fake_blocks.fill(
        tmp_path, described, leave=fake_blocks.Plan(described).tasks
    )
    sweep = Sweep.open(tmp_path)
    assert list(sweep.missing) == list(plan.tasks)
    assert sweep.failed == ()
    assert sweep.summary() == []
    with pytest.raises(ValueError, match="must have finished points, but has none"):
        sweep.dataset  # noqa: B018


def test_failures_are_told_with_their_coordinates(whole):
    first, second = whole.failed
    point = whole.plan.points[7]
    assert first.point == 2
    assert second.error == "ValueError: no, `x` is 1"
    assert (second.material, second.seed) == (point.material, point.member)
    assert second.coordinates == dict(point.coordinates)


def test_a_comparison_is_no_sweep(tmp_path):
    with Store(tmp_path, {"seed": 1}):
        pass
    with pytest.raises(StudyMismatch, match=r"a single comparison\. Open it with"):
        Sweep.open(tmp_path)


def test_a_damaged_sweep_says_which_block(tmp_path):
    plan = fake_blocks.fill(tmp_path, fake_blocks.settings())
    name = plan.blocks[-1].name
    (tmp_path / "study.zarr" / name / "fidelity" / "c.0.0").unlink()
    with pytest.raises(StudyDamaged, match=rf"`{name}` .* fidelity/c\.0\.0 is missing"):
        Sweep.open(tmp_path)


# Trained drives


@pytest.mark.parametrize("key", ["training.h", "h"])
def test_trained_drives_are_found_by_coordinates(tmp_path, key):
    described = fake_blocks.settings(
        environment={"kappa": [0.1, 0.7]}, training={"h": [1.0, 3.0]}, sweep={}
    )
    plan = fake_blocks.fill(tmp_path, described)
    sweep = Sweep.open(tmp_path)
    for point in plan.points:
        coordinates = {
            key: point.coordinates["training.h"],
            "kappa": point.coordinates["environment.kappa"],
        }
        found = sweep.trained(point.material, **coordinates)
        assert found.attrs["block"] == point.trained


def test_a_drive_that_is_used_everywhere_needs_no_coordinates(tmp_path):
    plan = fake_blocks.fill(
        tmp_path,
        fake_blocks.settings(
            environment={"kappa": [0.1, 0.7]},
            training={"kappa": 0.3},
            system={"kind": "qubit"},
            sweep={},
        ),
    )
    found = Sweep.open(tmp_path).trained("plain")
    assert found.attrs["block"] == plan.trainings[0].name


def test_trained_drives_that_no_one_could_tell_apart_are_refused(tmp_path):
    many = fake_blocks.settings(materials=["engineered", "bare"], training={})
    plan = fake_blocks.fill(tmp_path / "whole", many)
    whole = Sweep.open(tmp_path / "whole")
    with pytest.raises(ValueError, match=r"single out one .*'engineered'.* but 3 fit"):
        whole.trained("engineered")
    with pytest.raises(ValueError, match=r"but 0 fit"):
        whole.trained("engineered", h=9.0)
    with pytest.raises(ValueError, match=r"must name one of .* but names 'x'"):
        whole.trained("engineered", x=9.0)
    leave = [plan.trainings[-1].name]
    fake_blocks.fill(tmp_path / "partial", many, leave=leave)
    lost = next(p for p in plan.points if p.trained == leave[0])
    with pytest.raises(ValueError, match="1 fit, of which 0 are finished"):
        Sweep.open(tmp_path / "partial").trained(lost.material, **lost.coordinates)


# The table


def test_the_summary_has_one_row_a_material_and_combination(whole):
    rows = whole.summary()
    assert len(rows) == 12
    for row in rows:
        points = [p for p in whole.plan.points if row["material"] == label(p)]
        assert row["seeds"] == len(points) == (1 if "bare" in row["material"] else 2)
        good = [p for p in points if p.index not in (2, 7)]
        assert row["failed"] == len(points) - len(good)
        expected = [fake_blocks.number(p) - fake_blocks.TIMES[-1] for p in good]
        np.testing.assert_array_equal(row["fidelity"], expected or np.nan)


def label(point):
    at = point.coordinates
    return (
        f"{point.material}, theta = {at['system.theta']:.4g}, "
        f"h = {at['environment.h']:.4g}, kappa = {at['environment.kappa']:.4g}"
    )


def test_the_summary_prints(whole):
    text = summary_text(whole.summary(), columns=whole.summary_columns, width=120)
    assert "fidelity at T" in text
    assert "readout infidelity" in text
    assert "failed" in text
    assert text.count("h = 0.5") == 4


@pytest.mark.parametrize(
    ("times", "units", "digits"),
    [
        ([0, 0.5, 40], "1/xi", 1),
        ([0, 3, 12], "1/xi", 1),
        ([0, 0.25, 1], "1/xi", 2),
        ([0, 1 / 3, 1], "1/xi", 4),
        ([0, 0.5, 40], "", 4),
    ],
)
def test_times_have_the_digits_of_the_steps(times, units, digits):
    """First times lie on the grid of times, and are told apart by its decimals."""
    node = xr.Dataset(
        {
            "breaking": ("point", [times[1]], {"units": units}),
            "fidelity": (("point", "time"), [times], {"units": ""}),
            "error": ("point", [""]),
        },
        {"time": ("time", np.array(times, dtype=float), {"units": "1/xi"})},
    )
    one, other = summary_columns([node], ["breaking", "fidelity"])
    assert (one.digits, other.digits) == (digits, 4)
