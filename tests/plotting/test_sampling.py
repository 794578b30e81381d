"""The picture of a sampled law: its three axes hold the numbers they were given."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from oqnn.plotting import sampled_law

RNG = np.random.default_rng(71)
TARGET = RNG.dirichlet(np.ones(8))
RUNS = RNG.dirichlet(np.ones(8), size=5)
LOSSES = np.exp(-np.arange(6) * np.array([[0.3], [0.5], [0.2]])) + 0.01
ACTIVE = np.array([[0, 1, 1, 0, 0, 1], [1, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 0]]).T


def drawn(**options):
    arguments = {"active": ACTIVE, "target": TARGET, "runs": RUNS, "losses": LOSSES}
    return sampled_law(**(arguments | options))


def test_states_are_bars_with_marks_where_they_begin():
    figure = drawn(dt_ms=0.5)
    assert isinstance(figure, Figure)
    axes = figure.axes[0]
    bars, marks = axes.collections[0::2], axes.collections[1::2]
    edges = [
        [(p.vertices[:, 0].min(), p.vertices[:, 0].max()) for p in b.get_paths()]
        for b in bars
    ]
    assert edges == [[(0.5, 1.5), (2.5, 3.0)], [(0.0, 0.5), (2.0, 3.0)], []]
    begins = [[s[0, 0] for s in m.get_segments()] for m in marks]
    assert begins == [[0.5, 2.5], [0.0, 2.0], []]
    assert axes.get_xlabel() == "time (ms)"
    low, high = axes.get_ylim()
    assert low > high  # the first neuron on top
    assert drawn(steps=2).axes[0].get_xlim() == (0, 2)


def test_bars_are_the_law_and_reach_from_least_to_greatest():
    axes = next(a for a in drawn().axes if a.get_ylabel() == "probability")
    sampled, target = ([bar.get_height() for bar in c] for c in axes.containers[:2])
    np.testing.assert_allclose(sampled, RUNS.mean(axis=0), rtol=1e-12)
    np.testing.assert_array_equal(target, TARGET)
    (reach,) = axes.containers[2].lines[2]
    segments = np.array(reach.get_segments())
    np.testing.assert_allclose(segments[:, 0, 1], RUNS.min(axis=0), atol=1e-12)
    np.testing.assert_allclose(segments[:, 1, 1], RUNS.max(axis=0), atol=1e-12)
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert names == ["000", "001", "010", "011", "100", "101", "110", "111"]


def test_curve_is_the_mean_in_a_band_of_one_deviation():
    axes = next(a for a in drawn(floor=0.02).axes if a.get_xlabel() == "epoch")
    assert axes.get_yscale() == "log"
    curve, floor = axes.lines
    np.testing.assert_allclose(curve.get_ydata(), LOSSES.mean(axis=0), rtol=1e-12)
    assert list(floor.get_ydata()) == [0.02, 0.02]
    (band,) = axes.collections
    top = LOSSES.mean(axis=0) + LOSSES.std(axis=0, ddof=1)
    assert band.get_paths()[0].vertices[:, 1].max() == pytest.approx(top.max())
    single = next(a for a in drawn(losses=LOSSES[0]).axes if a.get_xlabel() == "epoch")
    assert len(single.lines) == 1
    assert not single.collections


def test_many_states_are_numbered():
    axes = drawn(
        active=np.zeros((4, 6)),
        target=np.full(64, 1 / 64),
        runs=np.full((2, 64), 1 / 64),
    ).axes
    law = next(a for a in axes if a.get_ylabel() == "probability")
    assert len(law.get_xticks()) < 32


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"active": ACTIVE[0]},
            r"`active` must have shape \(T, n\), but has shape \(3",
        ),
        ({"active": ACTIVE + 1}, "`active` must hold zeros and ones"),
        ({"target": TARGET[:4]}, r"`target` must have shape \(8,\), a probability for"),
        ({"target": 2 * TARGET}, "`target` must sum to 1, but sums to 2"),
        (
            {"runs": RUNS[0]},
            r"`runs` must have shape \(runs, 8\), but has shape \(8,\)",
        ),
        ({"runs": -RUNS}, r"`runs\[0\]` must hold probabilities"),
        ({"losses": LOSSES - 0.3}, "`losses` must be positive for a logarithmic axis"),
        ({"losses": [[[1.0]]]}, r"`losses` must have shape \(epochs,\) or"),
        ({"losses": [1.0, np.nan]}, r"`losses` must be finite"),
        ({"floor": 0.0}, "`floor` must be positive"),
        ({"dt_ms": -1.0}, "`dt_ms` must be positive"),
        ({"steps": 0}, "`steps` must be at least 1"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        drawn(**options)
