"""Intervals over seeds: closed forms, what is averaged, what is left out."""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import t
from studies.analysis.fake_sweep import fake_sweep, on_grid

from oqnn.studies.analysis.estimates import Bootstrap, Median
from oqnn.studies.analysis.seeds import seed_intervals

H, KAPPA = "environment.h", "environment.kappa"
AXES = {H: [2.0, 5.0], KAPPA: [0.1, 0.4, 0.3]}
TIMES = [0.0, 0.5, 1.5, 1.6]
MATERIALS = {"bare": [-1], "plain": [0, 1], "learning": [2, 3, 5]}
RNG = np.random.default_rng(8)
NOISE = {s: RNG.normal(size=4) for s in range(-1, 6)}


def law(material, seed, h, kappa):
    return len(material) + h**2 * kappa + h * NOISE[seed]


SWEEP = fake_sweep(law, axes=AXES, materials=MATERIALS, times=TIMES)


def test_limits_of_two_seeds_in_closed_form():
    """One degree of freedom: Student's quantile is tan(πp/2), the standard error of
    (a, b) is |a − b|/2.
    """
    found = seed_intervals(SWEEP, "purity", level=0.8).sel(material="plain")
    for h in AXES[H]:
        for kappa in AXES[KAPPA]:
            a, b = law("plain", 0, h, kappa), law("plain", 1, h, kappa)
            half = np.tan(0.4 * np.pi) * np.abs(a - b) / 2
            at = found.sel({H: h, KAPPA: kappa})
            np.testing.assert_allclose(at.value, (a + b) / 2, rtol=1e-12)
            np.testing.assert_allclose(at.low, (a + b) / 2 - half, rtol=1e-9)
            np.testing.assert_allclose(at.high, (a + b) / 2 + half, rtol=1e-9)
            assert (at["count"] == 2).all()


def test_averages_over_parameters_are_taken_seed_by_seed():
    """Noise that a seed carries over the grid does not average out: the sample is
    c + h̄ noise, of as many numbers as there are seeds.
    """
    found = seed_intervals(SWEEP, "purity", axes=[KAPPA]).sel(material="learning")
    noise = np.array([NOISE[s] for s in (2, 3, 5)])
    for kappa in AXES[KAPPA]:
        sample = 8 + kappa * (4 + 25) / 2 + 3.5 * noise
        error = sample.std(axis=0, ddof=1) / np.sqrt(3)
        low, high = t.interval(0.95, 2, sample.mean(axis=0), error)
        at = found.sel({KAPPA: kappa})
        np.testing.assert_allclose(at.low, low, rtol=1e-12)
        np.testing.assert_allclose(at.high, high, rtol=1e-12)


def test_combinations_as_the_sample():
    found = seed_intervals(SWEEP, "purity", axes=(), unit="coordinates")
    own = SWEEP.purity.isel(point=SWEEP.material.values == "learning")
    cells = own.values.reshape(2, 3, 3, 4).mean(axis=2).reshape(6, 4)
    low, high = t.interval(0.95, 5, cells.mean(axis=0), cells.std(0, ddof=1) / 6**0.5)
    at = found.sel(material="learning")
    np.testing.assert_allclose(at.low, low, rtol=1e-12)
    np.testing.assert_allclose(at.high, high, rtol=1e-12)
    assert (found["count"] == 6).all()
    assert found.attrs["unit"] == "coordinates"
    assert (found.low < found.high).all()  # of the bare material too


def test_one_combination_tells_nothing_of_others():
    data = fake_sweep(law, axes={H: [2.0], KAPPA: [0.1]}, materials=MATERIALS)
    found = seed_intervals(data.isel(time=0), "purity", axes=(), unit="coordinates")
    assert found["count"].values.tolist() == [1, 1, 1]
    assert np.isnan(found.low).all()


def test_a_material_without_seeds_is_exact():
    found = seed_intervals(SWEEP, "purity").sel(material="bare")
    xr.testing.assert_equal(found.low, found.value)
    xr.testing.assert_equal(found.high, found.value)


def test_a_combination_with_a_failed_seed_counts_for_no_seed():
    """Point 4 is learning, seed 3, at h = 2, κ = 0.1; the others go on from 5 of 6
    combinations.
    """
    data = fake_sweep(law, axes=AXES, materials=MATERIALS, times=TIMES, failed=[4])
    assert (data.material[4], data.seed[4]) == ("learning", 3)
    found = seed_intervals(data, "purity", axes=())
    assert found.left_out.sel(material="learning").values.tolist() == [3] * 4
    assert found.left_out.sel(material="plain").values.tolist() == [0] * 4
    rest = [(h, k) for h in AXES[H] for k in AXES[KAPPA] if (h, k) != (2.0, 0.1)]
    exact = np.mean([law("learning", s, *c) for s in (2, 3, 5) for c in rest], axis=0)
    np.testing.assert_allclose(found.value.sel(material="learning"), exact, rtol=1e-12)
    apart = seed_intervals(data, "purity").sel({"material": "learning", H: 2.0})
    assert apart["count"].isel(time=0).values.tolist() == [2, 3, 3]
    assert apart.left_out.isel(time=0).values.tolist() == [1, 0, 0]


def test_a_seed_that_failed_everywhere_costs_no_combination():
    lost = [i for i, s in enumerate(SWEEP.seed.values) if s == 5]
    data = fake_sweep(law, axes=AXES, materials=MATERIALS, times=TIMES, failed=lost)
    found = seed_intervals(data, "purity", axes=()).sel(material="learning")
    assert found["count"].values.tolist() == [2] * 4
    assert found.left_out.values.tolist() == [6] * 4


def test_points_and_grid_say_the_same():
    data = fake_sweep(law, axes=AXES, materials=MATERIALS, times=TIMES, failed=[4, 11])
    one, other = (seed_intervals(d, "purity", axes=[H]) for d in (data, on_grid(data)))
    xr.testing.assert_allclose(one, other, rtol=1e-13)


def test_names_units_and_method_are_kept():
    data = SWEEP.assign(purity=SWEEP.purity.assign_attrs(units="1/t"))
    found = seed_intervals(data, "purity", method=Bootstrap(resamples=300))
    assert found.value.dims == ("material", H, KAPPA, "time")
    assert found.low.attrs == {"long_name": "lower limit of Tr ρ²", "units": "1/t"}
    assert found["count"].attrs["units"] == ""
    assert found.attrs["method"] == "Bootstrap(resamples=300, seed=0)"
    assert (found.attrs["measure"], found.attrs["level"]) == ("purity", 0.95)


@pytest.mark.parametrize("method", [None, Bootstrap(resamples=999), Median()])
def test_coverage_where_seeds_hang_together_over_the_grid(method):
    """Each of 400 'times' is a trial: 12 seeds, each with one number for all six
    combinations. 95 % of the intervals hold the truth, 0.
    """
    trials = 400
    own = np.random.default_rng(4).normal(size=(12, trials))
    data = fake_sweep(
        lambda material, seed, h, kappa: own[seed],
        axes=AXES,
        materials={"learning": range(12)},
        times=np.arange(trials),
    )
    found = seed_intervals(data, "purity", axes=(), method=method)
    held = float(((found.low < 0) & (found.high > 0)).mean())
    error = np.sqrt(0.95 * 0.05 / trials)
    least, most = {  # of 12 numbers: BCa is known to fall short, ranks to exceed
        type(None): (0.95, 0.95),
        Bootstrap: (0.90, 0.95),
        Median: (0.95, 0.97),
    }[type(method)]
    assert least - 4 * error < held < most + 4 * error


def test_refusals():
    with pytest.raises(ValueError, match="`axes` must name swept parameters, of env"):
        seed_intervals(SWEEP, "purity", axes=["time"])
    with pytest.raises(TypeError, match="`axes` must be a list of names, but is the"):
        seed_intervals(SWEEP, "purity", axes=H)
    with pytest.raises(ValueError, match="`unit` must be one of 'seeds', 'coordinates"):
        seed_intervals(SWEEP, "purity", unit="points")
    with pytest.raises(
        ValueError, match="`unit` must be 'seeds' where every parameter"
    ):
        seed_intervals(SWEEP, "purity", unit="coordinates")
