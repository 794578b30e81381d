"""Who wins where on grids of any size."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from oqnn.plotting import material_colours, winners_over_parameters

X, Y = [1.0, 4.0, 16.0], [0.2, 5.0]
NAMES = ["engineered", "learning", "mine"]
WINNER = np.array([[0, 0], [1, 1], [1, -1]])


def test_cells_borders_and_legend_say_who_wins():
    decided = [[True, False], [True, True], [False, True]]
    figure = winners_over_parameters(
        X, Y, WINNER, NAMES, decided=decided, x_label="h", value_label="infidelity"
    )
    axes = figure.axes[0]
    cells = axes.images[0].get_array()
    assert cells.shape == (2, 3, 3)
    full, pale = cells[0, 0], cells[1, 0]  # rows are y
    colour = np.array(to_rgb(material_colours(NAMES)["engineered"]))
    assert np.abs(full - colour).max() < np.abs(pale - colour).max()
    np.testing.assert_allclose(np.cross(1 - full, 1 - colour), 0, atol=1e-12)
    np.testing.assert_allclose(np.cross(1 - pale, 1 - colour), 0, atol=1e-12)
    np.testing.assert_array_equal(cells[0, 1], cells[1, 1])
    (hatched,) = [patch for patch in axes.patches if patch.get_hatch()]
    corners = hatched.get_path().vertices.reshape(3, 5, 2).min(axis=1)
    np.testing.assert_array_equal(corners, [[0.5, -0.5], [0.5, 0.5], [1.5, -0.5]])
    borders = [s.tolist() for lines in axes.collections for s in lines.get_segments()]
    assert borders == [[[0.5, -0.5], [0.5, 0.5]], [[0.5, 0.5], [0.5, 1.5]]]
    legend = figure.legends[0]
    assert [text.get_text() for text in legend.get_texts()] == [
        "engineered",
        "engineered leads",
        "learning",
        "learning leads",
        "no winner",
    ]
    assert legend.get_title().get_text() == "infidelity"


def test_legend_stays_within_the_picture():
    names = ["engineered", "best_decoupling", "learning"]
    label = "greatest entanglement breaking time ($1/\\xi$), at $\\theta$ = 0.3"
    figure = winners_over_parameters(
        X, Y, WINNER, names, decided=WINNER < 0, value_label=label
    )
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.x1


def test_border_between_rows_is_horizontal():
    axes = winners_over_parameters([1, 2], [1, 2], [[0, 1], [0, 0]], NAMES).axes[0]
    borders = [s.tolist() for lines in axes.collections for s in lines.get_segments()]
    assert borders == [[[0.5, 0.5], [0.5, 1.5]], [[-0.5, 0.5], [0.5, 0.5]]]


def test_large_grid_writes_some_of_its_parameters():
    winner = np.zeros((60, 40), dtype=int)
    axes = winners_over_parameters(np.arange(60), np.arange(40), winner, NAMES).axes[0]
    labels = [tick.get_text() for tick in axes.get_xticklabels()]
    assert 3 <= len(labels) <= 9
    assert labels == [f"{tick:g}" for tick in axes.get_xticks()]


def test_refusals():
    with pytest.raises(ValueError, match=r"`winner` must have shape \(a, b\)"):
        winners_over_parameters(X, Y, WINNER.T, NAMES)
    with pytest.raises(ValueError, match=r"must hold −1 to 0, but holds -1 to 1"):
        winners_over_parameters(X, Y, WINNER, ["mine"])
    with pytest.raises(ValueError, match=r"`winner` must hold integers"):
        winners_over_parameters(X, Y, WINNER * 1.0, NAMES)
    with pytest.raises(ValueError, match=r"1 to 8 materials, but holds 0"):
        winners_over_parameters(X, Y, WINNER, [])
    with pytest.raises(ValueError, match=r"`decided` must have shape"):
        winners_over_parameters(X, Y, WINNER, NAMES, decided=[[True]])
