"""Who wins on a grid of two parameters."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from oqnn.plotting import phase_diagram

X, Y = [1.0, 4.0, 16.0], [0.2, 5.0]
VALUES = {
    "engineered": [[0.1, 0.2], [0.15, 0.3], [0.4, 0.05]],
    "learning": [[0.2, 0.25], [0.05, 0.1], [0.03, np.nan]],
}


def test_numbers_patterns_and_borders_show_the_winner(tmp_path):
    """Cells (0, 0) and (0, 1) are the first's, (1, 0), (1, 1) and (2, 0) the second's;
    (2, 1) was not computed.
    """
    doubt = [[False, True], [False, False], [False, True]]
    figure = phase_diagram(
        X, Y, VALUES, undecided=doubt, x_label="bound", y_label="time"
    )
    assert isinstance(figure, Figure)
    axes = figure.axes[0]
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert written == {
        (0, 0): ".100",
        (0, 1): ".200?",
        (1, 0): ".050",
        (1, 1): ".100",
        (2, 0): ".030",
    }
    hatched = {patch.get_xy() for patch in axes.patches if patch.get_hatch()}
    assert hatched == {(0.5, -0.5), (0.5, 0.5), (1.5, -0.5)}
    borders = {tuple(map(tuple, line.get_xydata())) for line in axes.lines}
    assert borders == {
        ((0.5, -0.5), (0.5, 0.5)),
        ((0.5, 0.5), (0.5, 1.5)),
    }
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["engineered", "learning"]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "4", "16"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["0.2", "5"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("bound", "time")
    figure.savefig(tmp_path / "phase.png")
    assert (tmp_path / "phase.png").stat().st_size > 5000


def test_material_that_never_wins_is_not_named():
    worse = {"bare": np.ones((2, 2))} | {k: v[:2] for k, v in VALUES.items()}
    axes = phase_diagram(X[:2], Y, worse).axes[0]
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["engineered", "learning"]


def test_refusals():
    with pytest.raises(ValueError, match=r"`y` must increase strictly"):
        phase_diagram(X, [5.0, 0.2], VALUES)
    with pytest.raises(
        ValueError, match=r"`values\['learning'\]` must have shape \(3,"
    ):
        phase_diagram(X, Y, VALUES | {"learning": np.ones((2, 3))})
    with pytest.raises(ValueError, match=r"1 to 6 materials, but holds 0"):
        phase_diagram(X, Y, {})
    with pytest.raises(ValueError, match=r"`undecided` must have shape"):
        phase_diagram(X, Y, VALUES, undecided=[True])
    with pytest.raises(ValueError, match=r"positive numbers or NaN"):
        phase_diagram(X, Y, {"learning": -np.ones((3, 2))})
