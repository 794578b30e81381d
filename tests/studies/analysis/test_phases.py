"""Who wins where, and whether it is decided."""

import numpy as np
import pytest
from studies.analysis.fake_sweep import fake_sweep, on_grid

from oqnn.studies.analysis.phases import phase_diagram

H, KAPPA = "environment.h", "training.kappa"
AXES = {H: [0.0, 1.0, 2.0, 3.0], KAPPA: [0.5, 0.1, 1.5]}
MATERIALS = {"bare": [-1], "plain": [0, 1, 2], "learning": [0, 1, 2]}
SPREAD = {0: 0.1, 1: -0.1, 2: 0.0}  # of learning alone


def law(material, seed, h, kappa):
    """learning − plain = h − 1.02, and bare follows plain by κ."""
    if material == "learning":
        return h - 1.02 + SPREAD[seed]
    return -kappa if material == "bare" else 0.0


SWEEP = fake_sweep(law, axes=AXES, materials=MATERIALS)
P = 1 - 0.05 / 3  # of each of three pairs; Student's quantile for two freedoms follows
HALF = P * np.sqrt(2 / (1 - P**2)) * 0.1 / np.sqrt(3)


@pytest.mark.parametrize("data", [SWEEP, on_grid(SWEEP)], ids=["points", "grid"])
def test_the_boundary_and_where_it_is_decided(data):
    """Differences of learning have the standard error 0.1/√3: |h − 1.02| must exceed
    7.649 · 0.0577 = 0.44, so at h = 1 plain only leads.
    """
    found = phase_diagram(data, "purity")
    assert set(found.winner.dims) == {H, KAPPA}
    for h in AXES[H]:
        row = found.sel({H: h})
        assert set(row.winner.values) == {"plain" if h < 1.02 else "learning"}
        assert row.decided.values.tolist() == [h != 1.0] * 3
    at = found.sel({H: 3.0, KAPPA: 0.1})
    assert at.runner_up == "plain"
    limits = [at.margin, at.margin_low, at.margin_high]
    np.testing.assert_allclose(limits, [1.98, 1.98 - HALF, 1.98 + HALF], rtol=1e-9)
    assert found.sel({H: 0.0, KAPPA: 0.1}).runner_up == "bare"
    assert found.sel({H: 0.0, KAPPA: 1.5}).runner_up == "learning"


def test_less_may_be_better():
    found = phase_diagram(SWEEP, "purity", better="low").sel({H: 0.0})
    assert found.winner.sel({KAPPA: 1.5}) == "bare"
    assert found.winner.sel({KAPPA: 0.5}) == "learning"
    assert (found.margin > 0).all()
    assert (found.margin_low <= found.margin).all()
    assert (found.margin <= found.margin_high).all()
    at = found.sel({KAPPA: 1.5})
    np.testing.assert_allclose(at.margin_low, 0.48 - HALF, rtol=1e-9)
    assert at.decided == (HALF < 0.48)


def test_all_combinations_at_once_need_more():
    """Twelve combinations of three pairs; the intervals of means stay as they are."""
    each = phase_diagram(SWEEP, "purity")
    at_once = phase_diagram(SWEEP, "purity", together=True)
    np.testing.assert_allclose(at_once.attrs["pair_level"], 1 - 0.05 / 36)
    assert (at_once.margin_low <= each.margin_low).all()
    assert int(at_once.decided.sum()) < int(each.decided.sum())
    np.testing.assert_array_equal(at_once.low, each.low)


def test_parameters_that_are_averaged_over():
    found = phase_diagram(SWEEP, "purity", axes=[H])
    assert found.winner.dims == (H,)
    np.testing.assert_allclose(found.value.sel(material="bare"), -0.7)


def test_a_winner_over_time():
    """Learning falls behind plain, which is constant, at t = 2."""
    times = np.array([0.0, 1.0, 3.0])
    data = fake_sweep(
        lambda m, s: (2 - times + 0.01 * s) * (m == "learning"),
        materials={"plain": [0, 1, 2], "learning": [0, 1, 2]},
        times=times,
    )
    found = phase_diagram(data, "purity")
    assert found.winner.values.tolist() == ["learning", "learning", "plain"]
    assert found.decided.values.all()


def test_failed_materials_take_no_part_and_are_counted():
    where = [SWEEP[H].values, SWEEP[KAPPA].values, SWEEP.material.values]
    at = (where[0] == 3.0) & (where[1] == 0.5)
    lost = np.flatnonzero(at & (where[2] == "learning")).tolist()
    gone = np.flatnonzero((where[0] == 0.0) & (where[1] == 0.1)).tolist()
    data = fake_sweep(law, axes=AXES, materials=MATERIALS, failed=lost + gone)
    found = phase_diagram(data, "purity")
    one = found.sel({H: 3.0, KAPPA: 0.5})
    assert (one.winner, one.runner_up, one.rivals) == ("plain", "bare", 1)
    assert one.decided
    assert one.left_out.sel(material="learning") == 3
    none = found.sel({H: 0.0, KAPPA: 0.1})
    assert (none.winner, none.runner_up, none.rivals) == ("", "", 0)
    assert not none.decided
    assert np.isnan([none.margin, none.margin_low]).all()


def test_a_lead_by_rounding_or_a_draw_decides_nothing():
    gain = {"bare": 0.0, "xy8": 1e-13, "engineered": 0.0}
    data = fake_sweep(
        lambda material, seed, h: 1.0 + gain[material] + (material == "xy8") * h,
        axes={H: [0.0, 1e-3]},
        materials={name: [-1] for name in gain},
    )
    found = phase_diagram(data, "purity")
    assert found.winner.values.tolist() == ["xy8", "xy8"]
    assert found.decided.values.tolist() == [False, True]
    assert not phase_diagram(data, "purity", least=2e-3).decided.any()


def test_equal_materials_are_seldom_told_apart():
    """Three equal ones, 600 times: at most 5 % of the winners are decided."""
    own = np.random.default_rng(9).normal(size=(3, 8, 600))
    place = {"plain": 0, "learning": 1, "random": 2}
    data = fake_sweep(
        lambda material, seed: own[place[material], seed],
        materials=dict.fromkeys(place, range(8)),
        times=np.arange(600),
    )
    share = float(phase_diagram(data, "purity").decided.mean())
    assert share < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 600)


def test_one_material_wins_over_nobody():
    data = fake_sweep(law, axes=AXES, materials={"plain": [0, 1]})
    found = phase_diagram(data, "purity")
    assert (found.winner == "plain").all()
    assert (found.runner_up == "").all()
    assert not found.decided.any()


def test_meanings_and_units():
    data = SWEEP.assign(purity=SWEEP.purity.assign_attrs(units="1/t"))
    found = phase_diagram(data, "purity")
    assert found.margin.attrs["units"] == "1/t"
    assert found.decided.attrs["units"] == ""
    assert all(v.attrs["long_name"] for v in found.data_vars.values())


def test_refusal_without_a_way():
    with pytest.raises(ValueError, match="`better` must be 'high' or 'low' for `mine`"):
        phase_diagram(SWEEP.rename(purity="mine"), "mine")
