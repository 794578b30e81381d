"""Paired comparison: what is shared cancels, what has no partner is counted."""

import numpy as np
import pytest
import xarray as xr
from studies.analysis.fake_sweep import fake_sweep, on_grid

from oqnn.studies.analysis.estimates import Bootstrap, Student
from oqnn.studies.analysis.pairs import all_pairs, paired_comparison, shared_level
from oqnn.studies.analysis.samples import samples_of
from oqnn.studies.analysis.seeds import seed_intervals
from oqnn.studies.intervals import mean_interval

H = "environment.h"
AXES = {H: [3.0, 1.0]}
MATERIALS = {"bare": [-1], "plain": [0, 1, 2, 3], "learning": [0, 1, 2, 3, 4]}
RNG = np.random.default_rng(2)
OWN = RNG.normal(size=(6, 2))


def law(material, seed, h):
    """Large numbers of the seed and of h, which both materials share."""
    small = 0.1 * h + 0.02 * OWN[seed, 0] if material == "learning" else 0.0
    return small + h * 100 + 10 * OWN[seed, 1] * (material != "bare")


SWEEP = fake_sweep(law, axes=AXES, materials=MATERIALS)


def compare(data, first, second, **more):
    return paired_comparison(data, "purity", first=first, second=second, **more)


def test_what_pairs_share_cancels():
    found = compare(SWEEP, "learning", "plain")
    for h in AXES[H]:
        exact = mean_interval(0.1 * h + 0.02 * OWN[:4, 0])
        at = found.sel({H: h})
        np.testing.assert_allclose([at.value, at.low, at.high], exact, atol=1e-12)
        assert at["count"] == 4
    apart = seed_intervals(SWEEP, "purity").sel(material=["learning", "plain"])
    assert ((apart.high - apart.low) > 10 * (found.high - found.low)).all()


def test_a_seed_without_partner_is_left_out_and_counted():
    assert compare(SWEEP, "learning", "plain").left_out.values.tolist() == [1, 1]
    failed = fake_sweep(law, axes=AXES, materials=MATERIALS, failed=[2])
    assert (failed.material[2], failed.seed[2]) == ("plain", 1)
    found = compare(failed, "plain", "learning").sel({H: [3.0, 1.0]})
    assert found.left_out.values.tolist() == [2, 1]
    assert found["count"].values.tolist() == [3, 4]


def test_a_material_without_seeds_is_everyones_partner():
    found = compare(SWEEP, "plain", "bare", axes=())
    own = seed_intervals(SWEEP, "purity", axes=()).sel(material="plain")
    for part in ("value", "low", "high"):
        np.testing.assert_allclose(found[part], own[part] - 200.0, rtol=1e-9)
    assert found["count"] == 4


def test_two_materials_without_seeds_differ_exactly():
    data = fake_sweep(
        lambda material, seed, h: h * len(material),
        axes=AXES,
        materials={"bare": [-1], "engineered": [-1]},
    )
    found = compare(data, "bare", "engineered").sel({H: 3.0})
    assert (found.low, found.value, found.high, found.sign) == (-18, -18, -18, -1)


def test_exchange_turns_everything_round():
    for method in (Student(), Bootstrap(resamples=300, seed=4)):
        one = compare(SWEEP, "learning", "plain", method=method)
        other = compare(SWEEP, "plain", "learning", method=method)
        np.testing.assert_allclose(one.value, -other.value, rtol=1e-12)
        np.testing.assert_array_equal(one.sign, -other.sign)
    np.testing.assert_allclose(
        compare(SWEEP, "learning", "plain").low,
        -compare(SWEEP, "plain", "learning").high,
        rtol=1e-12,
    )


def test_intervals_that_hold_together_are_wider():
    """Two of them, each at 1 − 0.1/2."""
    together = compare(SWEEP, "learning", "plain", level=0.9, together=True)
    alone = compare(SWEEP, "learning", "plain", level=0.95)
    np.testing.assert_allclose(together.low, alone.low, rtol=1e-12)
    assert "2 intervals, which all hold with a prob" in together.attrs["note"]
    assert "about 0.1 signs are expected by chance" in alone.attrs["note"]
    one = compare(SWEEP, "learning", "plain", axes=())
    assert one.attrs["note"] == "1 interval at 95 %"
    assert shared_level(0.9, 4) == pytest.approx(0.975)


@pytest.mark.parametrize("method", [Student(), Bootstrap(resamples=999)])
def test_coverage_of_the_difference(method):
    """400 'times' are trials with 15 pairs, their common part far larger than the
    difference, whose mean is 0.3.
    """
    rng = np.random.default_rng(6)
    shared, own = rng.normal(size=(2, 15, 400))
    data = fake_sweep(
        lambda m, seed: 50 * shared[seed] + (0.3 + own[seed]) * (m == "learning"),
        materials={"plain": range(15), "learning": range(15)},
        times=np.arange(400),
    )
    found = compare(data, "learning", "plain", method=method)
    held = float(((found.low < 0.3) & (found.high > 0.3)).mean())
    assert 0.9 < held < 0.95 + 4 * np.sqrt(0.95 * 0.05 / 400)


def test_two_infinite_times_decide_nothing():
    times = {"plain": [np.inf, 1.0, 2.0], "learning": [np.inf, 5.0, 6.0]}
    data = fake_sweep(
        lambda material, seed: times[material][seed],
        materials={"plain": range(3), "learning": range(3)},
    )
    found = compare(data, "learning", "plain")
    assert np.isnan([found.value, found.low, found.high]).all()
    assert (found.sign, found["count"]) == (0, 3)
    later = fake_sweep(
        lambda material, seed: times[material][seed + (material == "plain")],
        materials={"plain": range(2), "learning": range(2)},
    )
    assert compare(later, "learning", "plain").value == np.inf


def test_what_a_difference_must_exceed():
    found = compare(SWEEP, "learning", "plain")
    assert found.sign.values.tolist() == [1, 1]
    low = found.low.sel({H: 1.0}).item()
    few = compare(SWEEP, "learning", "plain", least=low)
    assert few.sign.sel({H: [1.0, 3.0]}).values.tolist() == [0, 1]
    rounding = fake_sweep(
        lambda material, seed, h: h + 1e-13 * len(material),
        axes=AXES,
        materials={"bare": [-1], "engineered": [-1]},
    )
    assert compare(rounding, "engineered", "bare").sign.values.tolist() == [0, 0]


def test_all_pairs_agree_with_single_ones_on_points_and_grid():
    for data in (SWEEP, on_grid(SWEEP)):
        pairs = all_pairs(
            samples_of(data, "purity"),
            (H,),
            unit="seeds",
            method=Student(),
            level=0.9,
            together=False,
        )
        for first in MATERIALS:
            for second in MATERIALS:
                at = pairs.sel(material=first, rival=second, drop=True)
                if first == second:
                    assert (at.to_array() == 0).all()
                    continue
                one = compare(data, first, second, level=0.9)
                np.testing.assert_allclose(at.low, one.low, rtol=1e-12)
                np.testing.assert_allclose(at.high, one.high, rtol=1e-12)


def test_refusals():
    with pytest.raises(ValueError, match="must be two materials, but both are 'bare'"):
        compare(SWEEP, "bare", "bare")
    with pytest.raises(ValueError, match="`material` must be one of bare, plain"):
        compare(SWEEP, "bare", "random")
    with pytest.raises(ValueError, match="`least` must not be negative, but is -1"):
        compare(SWEEP, "bare", "plain", least=-1)
    apart = fake_sweep(
        lambda material, seed: 1.0, materials={"plain": [0, 1], "learning": [2]}
    )
    with pytest.raises(ValueError, match="must have seeds in common, but have none"):
        compare(apart, "plain", "learning")


def test_the_result_names_what_it_compares():
    found = compare(SWEEP, "learning", "plain")
    assert found.value.attrs["long_name"] == "Tr ρ², learning - plain"
    assert isinstance(found, xr.Dataset)
    assert (found.attrs["first"], found.attrs["second"]) == ("learning", "plain")
