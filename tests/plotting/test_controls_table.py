"""Dots with intervals, in groups."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from oqnn.plotting import dots_and_intervals, material_colours

ROWS = [
    ("calm", "learning", 0.04, 0.03, 0.05),
    ("calm", "xy8", 0.065, 0.065, 0.065),
    ("calm", "shuffled slices", 0.5, 0.48, 0.52),
    ("loud", "learning", 0.3, -0.1, 0.7),
    ("loud", "engineered", 0.25, np.nan, np.nan),
]


def test_each_row_has_its_dot_and_its_interval():
    (axes,) = dots_and_intervals(ROWS, label="lost", lines=[0.05]).axes
    level, *drawn = axes.lines
    assert list(level.get_xdata()) == [0.05, 0.05]
    dots = [line for line in drawn if line.get_marker() == "o"]
    spans = [line for line in drawn if line.get_marker() != "o"]
    assert [float(dot.get_xdata()[0]) for dot in dots] == [row[2] for row in ROWS]
    assert [list(span.get_xdata()) for span in spans] == [
        [0.03, 0.05],
        [0.48, 0.52],
        [-0.1, 0.7],
    ]
    assert axes.get_xlabel() == "lost"


def test_rows_stand_in_order_with_a_gap_between_groups():
    (axes,) = dots_and_intervals(ROWS, label="lost").axes
    heights = axes.get_yticks()
    assert (np.diff(heights) > 0).all()
    assert np.diff(heights)[2] > np.diff(heights)[0]
    low, high = axes.get_ylim()
    assert low > high  # the first row is on top
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert names == [row[1] for row in ROWS]
    titles = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert titles == {"calm": heights[0] - 1, "loud": heights[3] - 1}


def test_materials_keep_their_colours():
    (axes,) = dots_and_intervals(ROWS, label="lost").axes
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    wanted = material_colours(["learning", "xy8", "engineered"])
    colours = [to_hex(dot.get_color()).upper() for dot in dots]
    assert [colours[0], colours[1], colours[4]] == list(wanted.values())
    assert colours[0] == colours[3]


def test_a_logarithmic_axis_cuts_only_the_line():
    (axes,) = dots_and_intervals(ROWS, label="lost", log=True).axes
    assert axes.get_xscale() == "log"
    last = [line for line in axes.lines if len(line.get_xdata()) == 2][-1]
    assert 0 < last.get_xdata()[0] <= axes.get_xlim()[0]


def test_the_picture_can_be_written(tmp_path):
    dots_and_intervals(ROWS, label="lost", log=True).savefig(tmp_path / "some.png")
    assert (tmp_path / "some.png").stat().st_size > 5000


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            ("a", "b", np.inf, 0.0, 1.0),
            "`rows` must hold finite values, but one is inf",
        ),
        (("a", "b", 2.0, 0.0, 1.0), r"row 0 holds 2 and \[0, 1\]"),
        (("a", "b", 0.0, 0.0, 1.0), "positive values on a logarithmic axis"),
    ],
)
def test_refusals(row, message):
    with pytest.raises(ValueError, match=message):
        dots_and_intervals([row], label="lost", log=True)


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="`rows` must have shape"):
        dots_and_intervals([], label="lost")
