"""Learning curves and the learned drive."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from oqnn.plotting import drive, learning_curves, material_colours

RNG = np.random.default_rng(52)
COSTS = np.exp(-np.arange(7) * np.array([[0.3], [0.5], [0.2]])) + 0.01


def test_curves_are_drawn_on_a_logarithmic_axis():
    figure = learning_curves(COSTS, {"engineered": 0.15, "floor": 0.02})
    assert isinstance(figure, Figure)
    (axes,) = figure.axes
    assert axes.get_yscale() == "log"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "cost $J$")
    for line, curve in zip(axes.lines[:3], COSTS, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), np.arange(7))
        np.testing.assert_array_equal(line.get_ydata(), curve)
    widths = [line.get_linewidth() for line in axes.lines[:3]]
    assert np.argmax(widths) == 1
    assert axes.lines[1].get_label() == "best seed"


def test_reference_lines_have_levels_names_and_colours():
    (axes,) = learning_curves(COSTS, {"engineered": 0.15, "floor": 0.02}).axes
    engineered, floor = axes.lines[3:]
    assert list(engineered.get_ydata()) == [0.15, 0.15]
    assert list(floor.get_ydata()) == [0.02, 0.02]
    assert engineered.get_color() == material_colours(["engineered"])["engineered"]
    assert {text.get_text() for text in axes.texts} == {"engineered", "floor"}


def test_names_of_close_levels_keep_apart():
    (axes,) = learning_curves(COSTS, {"a": 0.15, "b": 0.151, "c": 0.149}).axes
    heights = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert heights["c"] + 0.05 < heights["a"] < heights["b"] - 0.05


def test_one_seed_and_seeds_that_stopped():
    (axes,) = learning_curves(COSTS[0]).axes
    assert len(axes.lines) == 1
    stopped = COSTS.copy()
    stopped[1, 3:] = np.nan
    stopped[2] = np.nan
    (axes,) = learning_curves(stopped).axes
    assert axes.lines[0].get_label() == "best seed"
    np.testing.assert_array_equal(axes.lines[1].get_ydata(), stopped[1])


def test_drive_shows_activities_and_bounds():
    times, y = np.array([0.0, 1.0, 2.5]), RNG.uniform(-1, 1, size=(3, 4))
    (axes,) = drive(times, y, bounds=(-1.5, 1)).axes
    for line, values in zip(axes.lines[:4], y.T, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), times)
        np.testing.assert_array_equal(line.get_ydata(), values)
    assert [list(line.get_ydata()) for line in axes.lines[4:]] == [[-1.5] * 2, [1] * 2]
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["$y_{1}$", "$y_{2}$", "$y_{3}$", "$y_{4}$"]
    assert axes.get_xlabel() == r"time $t$ (units of $1/\xi$)"


def test_drive_past_its_bounds_stays_in_the_picture():
    (axes,) = drive([0, 1], [[3.0], [-2.0]], labels=["field"]).axes
    assert axes.get_ylim()[0] < -2
    assert axes.get_ylim()[1] > 3


def test_pictures_can_be_written(tmp_path):
    learning_curves(COSTS, {"bare": 0.4}).savefig(tmp_path / "learning.png")
    drive([0, 1, 2], RNG.random((3, 4))).savefig(tmp_path / "drive.png")
    for name in ("learning", "drive"):
        assert (tmp_path / f"{name}.png").stat().st_size > 5000


def test_refusals_of_learning_curves():
    with pytest.raises(ValueError, match=r"`costs` must be positive.*but holds 0"):
        learning_curves([[1.0, 0.0]])
    with pytest.raises(ValueError, match=r"`costs` must be positive.*but holds inf"):
        learning_curves([1.0, np.inf])
    with pytest.raises(ValueError, match=r"reference_lines\['x'\]` must be positive"):
        learning_curves([1.0], {"x": -1})
    with pytest.raises(ValueError, match=r"\(epochs,\) and hold.*shape \(0, 3\)"):
        learning_curves(np.zeros((0, 3)))
    with pytest.raises(ValueError, match=r"and hold a number"):
        learning_curves([np.nan])


def test_refusals_of_drive():
    with pytest.raises(ValueError, match=r"`y` must have shape \(t, k\) with t=2"):
        drive([0, 1], np.zeros((3, 2)))
    with pytest.raises(ValueError, match=r"`y` must be finite"):
        drive([0, 1], [[np.nan], [0]])
    with pytest.raises(ValueError, match=r"`bounds` must be in rising order"):
        drive([0, 1], np.zeros((2, 1)), bounds=(1, -1))
    with pytest.raises(ValueError, match=r"1 to 6 neurons, but holds 7"):
        drive([0, 1], np.zeros((2, 7)))
    with pytest.raises(ValueError, match=r"`labels` must name 2 neurons, but has 1"):
        drive([0, 1], np.zeros((2, 2)), labels=["a"])
