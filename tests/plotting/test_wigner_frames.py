"""Wigner functions along time."""

import numpy as np
import pytest

from oqnn.plotting import save_animation, wigner_frames, wigner_over_time

THETA, PHI = np.linspace(0, np.pi, 5), np.linspace(-np.pi, np.pi, 8)
TIMES = [0.0, 0.5, 2.0]
RNG = np.random.default_rng(64)
VALUES = {"bare": RNG.normal(size=(3, 5, 8)), "mine": 3 * RNG.normal(size=(3, 5, 8))}


def mesh_of(axes) -> np.ndarray:
    return np.asarray(axes.collections[0].get_array())


def test_rows_are_materials_and_columns_times_on_one_scale():
    figure = wigner_over_time(TIMES, THETA, PHI, VALUES)
    grid = np.array(figure.axes[:6]).reshape(2, 3)
    for row, entry in zip(grid, VALUES.values(), strict=True):
        for axes, values in zip(row, entry, strict=True):
            np.testing.assert_array_equal(mesh_of(axes), values)
    largest = np.abs(VALUES["mine"]).max()
    scales = {
        (a.collections[0].norm.vmin, a.collections[0].norm.vmax) for a in grid.flat
    }
    assert scales == {(-largest, largest)}
    assert [axes.get_title() for axes in grid[0]] == ["$t = 0$", "$t = 0.5$", "$t = 2$"]
    assert [row[0].get_ylabel().split("\n")[0] for row in grid] == list(VALUES)


def test_maps_over_x_and_p_have_x_to_the_right():
    x, p = np.linspace(-2, 2, 5), np.linspace(-3, 4, 8)
    figure = wigner_over_time(TIMES, x, p, {"bare": VALUES["bare"]}, plane="xp")
    axes = figure.axes[1]
    np.testing.assert_array_equal(mesh_of(axes), VALUES["bare"][1].T)
    assert axes.get_xlim() == (-2, 2)
    assert axes.get_ylim() == (-3, 4)
    assert axes.get_xlabel() == "$x$"


def test_frames_come_one_by_one_and_share_a_scale():
    frames = wigner_frames(TIMES, THETA, PHI, VALUES)
    largest = np.abs(VALUES["mine"]).max()
    for k, figure in enumerate(frames):
        for axes, (name, entry) in zip(figure.axes, VALUES.items(), strict=False):
            np.testing.assert_array_equal(mesh_of(axes), entry[k])
            assert axes.collections[0].norm.vmax == largest
            assert axes.get_title() == name
        assert figure.get_suptitle() == f"$t = {TIMES[k]:.2f}$"
    assert k == 2


def test_frames_make_an_animation(tmp_path):
    frames = wigner_frames(TIMES[:2], THETA, PHI, {"bare": VALUES["bare"][:2]})
    path = save_animation(frames, tmp_path / "wigner.gif", dpi=50)
    assert path.read_bytes()[:6] == b"GIF89a"


def test_refusals():
    with pytest.raises(ValueError, match=r"`plane` must be"):
        wigner_over_time(TIMES, THETA, PHI, VALUES, plane="disc")
    with pytest.raises(ValueError, match=r"`times` must hold at most 6, but holds 7"):
        wigner_over_time(np.arange(7), THETA, PHI, {"bare": np.zeros((7, 5, 8))})
    with pytest.raises(ValueError, match=r"`values\['bare'\]` must have shape"):
        wigner_frames(TIMES, PHI, THETA, VALUES)  # before the first frame is asked for
    with pytest.raises(ValueError, match="finite"):
        wigner_frames(TIMES, THETA, PHI, {"bare": VALUES["bare"] * np.nan})
    with pytest.raises(ValueError, match=r"`second` must increase"):
        wigner_frames(TIMES, THETA, PHI[::-1], VALUES)
