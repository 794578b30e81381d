"""Ranks from paired comparisons, shared where nothing is decided."""

import numpy as np
import pytest
from studies.analysis.fake_sweep import fake_sweep, on_grid

from oqnn.studies.analysis.estimates import Student
from oqnn.studies.analysis.pairs import all_pairs, sign
from oqnn.studies.analysis.ranking import direction_of, rank_materials, ranking_text
from oqnn.studies.analysis.samples import samples_of

H = "environment.h"
AXES = {H: [1.0, 2.0, 4.0]}
MATERIALS = {"bare": [-1], "plain": [0, 1, 2], "xy8": [-1], "learning": [0, 1, 2]}
LEVEL = {"bare": 0.0, "plain": 1.0, "xy8": 1.004, "learning": 2.0}
NOISE = np.random.default_rng(3).normal(size=(3, 2)) * 0.02


def law(material, seed, h):
    own = NOISE[seed, int(material == "plain")] if seed >= 0 else 0.0
    return LEVEL[material] + 10 * h + own


SWEEP = fake_sweep(law, axes=AXES, materials=MATERIALS)


@pytest.mark.parametrize("data", [SWEEP, on_grid(SWEEP)], ids=["points", "grid"])
def test_materials_that_are_not_told_apart_share_ranks(data):
    """plain and xy8 differ by less than the seeds of plain do."""
    found = rank_materials(data, "purity")
    assert found.material.values[0] == "learning"
    assert found.material.values[-1] == "bare"
    best = dict(zip(found.material.values, found.best_rank.values, strict=True))
    worst = dict(zip(found.material.values, found.worst_rank.values, strict=True))
    assert best == {"learning": 1, "plain": 2, "xy8": 2, "bare": 4}
    assert worst == {"learning": 1, "plain": 3, "xy8": 3, "bare": 4}
    signs = found.sign
    assert (signs.values == -signs.values.T).all()
    assert (signs.material.values == signs.rival.values).all()
    assert signs.sel(material="learning", rival="bare") == 1


def test_less_may_be_better():
    more = rank_materials(SWEEP, "purity", better="low")
    assert more.material.values[0] == "bare"
    assert more.best_rank.values.tolist() == [1, 2, 2, 4]
    assert more.sign.sel(material="learning", rival="bare") == -1
    assert more.attrs["better"] == "low"


def test_the_table_of_measures_knows_the_way():
    assert direction_of("fidelity", None) == 1
    assert direction_of("readout_infidelity", None) == -1
    assert direction_of("readout_infidelity", "high") == 1
    assert direction_of("studies.analysis.fake_sweep:loss", None) == -1
    assert direction_of("nowhere:loss", "low") == -1


def test_means_are_over_combinations_that_all_materials_have():
    """Without its point at h = 4 plain would seem the worst of all."""
    lost = [
        i
        for i in range(SWEEP.sizes["point"])
        if SWEEP.material[i] == "plain" and SWEEP[H][i] == 4.0
    ]
    data = fake_sweep(law, axes=AXES, materials=MATERIALS, failed=lost)
    found = rank_materials(data, "purity")
    assert found.material.values[-1] == "bare"
    np.testing.assert_allclose(found.value.sel(material="bare"), 15.0)
    left = dict(zip(found.material.values, found.left_out.values, strict=True))
    assert left == {"learning": 3, "plain": 3, "xy8": 1, "bare": 1}


def test_a_material_that_failed_altogether_comes_last_without_rank():
    lost = np.flatnonzero(SWEEP.material.values == "learning").tolist()
    found = rank_materials(
        fake_sweep(law, axes=AXES, materials=MATERIALS, failed=lost), "purity"
    )
    assert found.material.values[-1] == "learning"
    assert np.isnan(found.best_rank.values[-1])
    assert found.worst_rank.values[:3].tolist() == [2, 2, 3]
    assert found.left_out.values.tolist()[-1] == 9


def test_one_seed_of_several_decides_nothing():
    data = fake_sweep(law, axes=AXES, materials={"plain": [0], "learning": [0]})
    found = rank_materials(data, "purity")
    assert found.best_rank.values.tolist() == [1, 1]
    assert found.worst_rank.values.tolist() == [2, 2]


def test_pairs_decided_together_need_more():
    """Six pairs at 0.97, all of them or each."""
    all_of_them = rank_materials(SWEEP, "purity", level=0.97)
    each = rank_materials(SWEEP, "purity", level=0.97, together=False)
    np.testing.assert_allclose(all_of_them.attrs["pair_level"], 0.995)
    assert each.attrs["pair_level"] == 0.97
    np.testing.assert_array_equal(all_of_them.low, each.low)


def test_true_ranks_lie_within_those_stated():
    """500 'times' are studies of four materials, two of them equal. True ranks lie
    outside those stated only if some pair is decided wrongly: at 90 % at most in one
    study of ten.
    """
    own = np.random.default_rng(12).normal(size=(4, 6, 500)) / 2
    truth = np.array([0.0, 0.0, 0.6, 1.2])
    data = fake_sweep(
        lambda material, seed: (
            truth["abcd".index(material)] + own["abcd".index(material), seed]
        ),
        materials=dict.fromkeys("abcd", range(6)),
        times=np.arange(500),
    )
    how = {"unit": "seeds", "method": Student(), "level": 0.9, "together": True}
    pairs = all_pairs(samples_of(data, "purity"), (), **how)
    real = np.sign(truth[:, None] - truth)[..., None]
    found = sign(pairs, 0.0).transpose("material", "rival", "time")
    wrong = ((found != 0) & (found != real)).any(["material", "rival"])
    assert float(wrong.mean()) < 0.1 + 4 * np.sqrt(0.09 / 500)
    assert float((found == real).mean()) > 0.5  # it does decide something


def test_text_shows_ranks_and_points_left_out():
    text = ranking_text(rank_materials(SWEEP, "purity"))
    lines = text.splitlines()
    assert lines[0] == (
        "purity: high is better. Intervals at 95 %, pairs decided at 99.1667 %."
    )
    assert lines[-1].split()[:6] == ["bare", "4", "4", "23.3333", "23.3333", "23.3333"]
    assert "points left out" in text


def test_refusals():
    with pytest.raises(ValueError, match="`better` must be 'high' or 'low' for `mine`"):
        rank_materials(SWEEP.rename(purity="mine"), "mine")
    with pytest.raises(ValueError, match="`better` must be one of 'high', 'low', but"):
        rank_materials(SWEEP, "purity", better="up")
    over_time = fake_sweep(
        lambda material, seed: np.ones(2), materials={"a": [0]}, times=[0.0, 1.0]
    )
    with pytest.raises(
        ValueError, match="must be one number a point, but runs over ti"
    ):
        rank_materials(over_time, "purity")
