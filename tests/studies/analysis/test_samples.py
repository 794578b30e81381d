"""A measure arranged by its coordinates: nothing swapped, nothing lost in silence."""

import numpy as np
import pytest
import xarray as xr
from studies.analysis.fake_sweep import fake_sweep, on_grid

from oqnn.studies.analysis.samples import failures, samples_of
from oqnn.studies.sweeps.description.axes import Axis
from oqnn.studies.sweeps.plan import Point
from oqnn.studies.sweeps.result.joining import spread_points

TIMES = [0.0, 0.4, 1.7, 2.0]
AXES = {"environment.h": [4.0, 2.0, 3.0], "system.kind": ["b", "a"]}
MATERIALS = {"bare": [-1], "plain": [3, 1], "learning": [0, 1, 2]}
NUMBER = {"bare": 1, "plain": 2, "learning": 3, "b": 0.1, "a": 0.2}


def law(material, seed, h, kind):
    return NUMBER[material] + 10 * h + NUMBER[kind] + 100 * seed + np.array(TIMES) / 7


FAILED = [2, 9]
SWEEP = fake_sweep(law, axes=AXES, materials=MATERIALS, times=TIMES, failed=FAILED)


@pytest.mark.parametrize("data", [SWEEP, on_grid(SWEEP)], ids=["points", "grid"])
def test_every_number_finds_its_place(data):
    samples = samples_of(data, "purity")
    assert sorted(samples.axes) == ["environment.h", "system.kind"]
    assert samples.rest == ("time",)
    seen = 0
    for i, row in enumerate(rows()):
        material, seed, h, kind = row
        cell = {"material": material, "seed": seed}
        cell |= {"environment.h": h, "system.kind": kind}
        assert bool(samples.asked.sel(cell))
        assert bool(samples.valid.sel(cell).all()) == (i not in FAILED)
        if i not in FAILED:
            np.testing.assert_array_equal(samples.values.sel(cell), law(*row))
        seen += 1
    assert int(samples.asked.sum()) == seen
    assert int(samples.valid.sum()) == (seen - len(FAILED)) * len(TIMES)


def rows():
    return list(
        zip(
            SWEEP.material.values.tolist(),
            SWEEP.seed.values.tolist(),
            SWEEP["environment.h"].values.tolist(),
            SWEEP["system.kind"].values.tolist(),
            strict=True,
        )
    )


def test_order_of_points_changes_nothing():
    mixed = SWEEP.isel(point=np.random.default_rng(1).permutation(SWEEP.sizes["point"]))
    one, other = samples_of(SWEEP, "purity"), samples_of(mixed, "purity")
    for part in ("values", "valid", "asked"):
        a, b = getattr(one, part), getattr(other, part)
        same = b.sel({d: a[d] for d in ("material", "system.kind")})
        xr.testing.assert_identical(a, same.transpose(*a.dims))


def test_materials_know_their_seeds_and_whether_anything_is_drawn():
    samples = samples_of(SWEEP, "purity")
    assert samples.of("plain").values.seed.values.tolist() == [1, 3]
    assert samples.of("bare").values.seed.values.tolist() == [-1]
    assert [samples.exact(m) for m in samples.materials] == [True, False, False]


def test_numbers_without_a_word_of_failure_are_left_out_too():
    data = SWEEP.copy(deep=True)
    data.purity[5, 2] = np.nan
    samples = samples_of(data, "purity")
    assert int(samples.valid.sum()) == int(samples_of(SWEEP, "purity").valid.sum()) - 1
    assert int(samples_of(data.purity).valid.sum()) == int(samples.valid.sum())


def test_a_failed_point_counts_for_nothing_whatever_it_holds():
    data = SWEEP.copy(deep=True)
    data.purity[2] = 7.0
    xr.testing.assert_identical(
        samples_of(data, "purity").values, samples_of(SWEEP, "purity").values
    )


def test_parameters_that_run_together_share_an_axis():
    """The one that comes first by name stands for both; its values are ascending."""
    data = fake_sweep(
        law,
        axes=AXES,
        materials=MATERIALS,
        times=TIMES,
        together={"environment.h training.h": {4.0: 0.1, 2.0: 0.3, 3.0: 0.2}},
    )
    samples = samples_of(data, "purity")
    assert samples.axes == ("environment.h", "system.kind")
    assert samples.values["environment.h"].values.tolist() == [2.0, 3.0, 4.0]
    assert samples.values["training.h"].dims == ("environment.h",)
    assert samples.values["training.h"].values.tolist() == [0.3, 0.2, 0.1]


def test_a_grid_tells_points_to_come_from_seeds_that_do_not_exist():
    """Asked for are 6 × (1 + 2 + 3) points, and one is not finished."""
    grid = on_grid(SWEEP.isel(point=slice(1, None)), whole=SWEEP)
    samples = samples_of(grid, "purity")
    assert int(samples.asked.sum()) == 36
    assert int(samples.valid.all("time").sum()) == 36 - len(FAILED) - 1


def test_an_array_on_a_grid_knows_its_points_by_their_numbers():
    """Failed points have no number and, alone, no error."""
    samples = samples_of(on_grid(SWEEP).purity)
    assert int(samples.asked.sum()) == 36
    assert int(samples.valid.all("time").sum()) == 36 - len(FAILED)


def test_the_grid_of_a_sweep_says_what_its_points_say():
    """Laid out as a sweep lays it out, one point failed and one not finished."""
    names = ("environment.h", "system.kind")
    points = [
        Point(
            index=i,
            material=material,
            member=seed,
            coordinates=dict(zip(names, values, strict=True)),
            trained="",
            seed=0,
            combination=i // 6,
        )
        for i, (material, seed, *values) in enumerate(rows())
    ]
    axes = [Axis((name,), (tuple(AXES[name]),)) for name in names]
    part = SWEEP.isel(point=slice(1, None))
    grid = samples_of(spread_points(part, points, axes), "purity")
    alone = samples_of(part, "purity")
    xr.testing.assert_identical(
        grid.values.sel({"system.kind": alone.values["system.kind"]}),
        alone.values.sel(material=grid.values.material),
    )
    assert int(grid.asked.sum()) == int(alone.asked.sum()) + 1 == len(points)


def test_a_selected_coordinate_may_be_a_scalar():
    grid = on_grid(SWEEP).sel(material="plain", seed=1, time=1.7)
    samples = samples_of(grid, "purity")
    assert samples.materials == ["plain"]
    assert samples.rest == ()
    np.testing.assert_array_equal(
        samples.values.sel({"environment.h": 3.0, "system.kind": "a"}).squeeze(),
        law("plain", 1, 3.0, "a")[2],
    )


def test_reasons_are_counted():
    data = SWEEP.copy(deep=True)
    data["error"][0] = "no drive"
    assert failures(data) == {"too large": 2, "no drive": 1}
    assert failures(on_grid(data)) == failures(data)


class TestRefusals:
    def test_of_kinds(self):
        with pytest.raises(TypeError, match="`data` must be a Dataset or a DataArray"):
            samples_of([1.0])
        with pytest.raises(TypeError, match="`purity` must hold real numbers"):
            samples_of(SWEEP.assign(purity=SWEEP.purity * 1j), "purity")

    def test_of_names(self):
        with pytest.raises(ValueError, match="must be one of purity, but is 'error'"):
            samples_of(SWEEP, "error")
        with pytest.raises(ValueError, match="`material` must be one of bare, pl"):
            samples_of(SWEEP, "purity").of("random")

    @pytest.mark.parametrize("along", ["points", "grid"])
    def test_of_no_points(self, along):
        none = SWEEP.isel(point=[])
        none = none if along == "points" else on_grid(SWEEP).isel(material=[])
        with pytest.raises(ValueError, match="must hold at least one point, but `pur"):
            samples_of(none, "purity")

    @pytest.mark.parametrize("label", ["material", "seed"])
    def test_of_missing_coordinates(self, label):
        with pytest.raises(ValueError, match=f"a coordinate `{label}` along `point`"):
            samples_of(SWEEP.drop_vars(label), "purity")
        with pytest.raises(ValueError, match=f"or over a grid with `{label}`"):
            samples_of(on_grid(SWEEP).isel({label: 0}).drop_vars(label), "purity")

    def test_of_points_that_come_twice(self):
        twice = xr.concat([SWEEP, SWEEP.isel(point=[4])], "point")
        with pytest.raises(ValueError, match="each point once, but holds material = "):
            samples_of(twice, "purity")

    def test_of_unknown_coordinates(self):
        h = SWEEP["environment.h"].copy()
        h[3] = np.nan
        with pytest.raises(ValueError, match=r"`environment.h` must be known at every"):
            samples_of(SWEEP.assign_coords({"environment.h": h}), "purity")

    def test_of_mixed_seeds(self):
        seed = SWEEP.seed.copy()
        seed[SWEEP.material.values.tolist().index("plain")] = -1
        with pytest.raises(ValueError, match="must be -1 for all points of a material"):
            samples_of(SWEEP.assign_coords(seed=seed), "purity")

    def test_of_points_that_are_no_grid(self):
        scattered = SWEEP.drop_vars(["environment.h", "system.kind"])
        for k in range(6):
            column = np.arange(36) * (k + 2) % (37 - k) // 2.0
            scattered[f"environment.{k}"] = "point", column
        scattered = scattered.set_coords([f"environment.{k}" for k in range(6)])
        with pytest.raises(ValueError, match="must be a grid, but its 36 points have"):
            samples_of(scattered, "purity")
