"""Three views side by side, margins, maps of the sphere, and elements with bands."""

import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from oqnn.plotting import (
    elements_over_seeds,
    margins_over_time,
    spin_wigner_map,
    three_views,
)

RNG = np.random.default_rng(90)
TIMES = np.array([0.0, 0.5, 2.0, 3.0])
THETA, PHI = np.linspace(0, np.pi, 5), np.linspace(-np.pi, np.pi, 7)
WIGNER = np.cos(THETA)[:, None] + 0.3 * np.sin(PHI)


def view(d=4, seeds=3):
    return {
        "states": RNG.random((4, d, d)),
        "wigner": RNG.normal(size=(4, 5, 7)),
        "margin": RNG.normal(size=(seeds, 4)),
    }


VIEWS = {"plain": view(), "learning": view(), "mine": view()}
SEEDS = RNG.random((5, 4, 2, 2)) + 1j * RNG.random((5, 4, 2, 2))


@pytest.fixture(scope="module")
def figure():
    return three_views(TIMES, THETA, PHI, VIEWS, shown=[0, 2])


def test_a_row_of_matrices_maps_and_margin_for_each_material(figure):
    assert isinstance(figure, Figure)
    panels = np.array(figure.axes[:15], dtype=object).reshape(3, 5)
    assert len(figure.axes) == 15 + 2  # and two scales of colour
    for axes, (name, entry) in zip(panels, VIEWS.items(), strict=True):
        for panel, k in zip(axes[:2], (0, 2), strict=True):
            drawn = panel.images[0].get_array()
            np.testing.assert_allclose(drawn, np.abs(entry["states"][k]))
        for panel, k in zip(axes[2:4], (0, 2), strict=True):
            mesh = next(c for c in panel.collections if isinstance(c, QuadMesh))
            np.testing.assert_array_equal(mesh.get_array(), entry["wigner"][k])
        curve = next(line for line in axes[4].lines if line.get_label() == name)
        np.testing.assert_array_equal(curve.get_ydata(), entry["margin"][0])
        assert axes[0].get_ylabel() == name
    titles = [panel.get_title() for panel in panels[0]]
    assert titles == ["$t = 0$", "$t = 2$", "$t = 0$", "$t = 2$", ""]
    assert panels[-1, -1].get_xlabel() == r"time $t$ (units of $1/\xi$)"


def test_all_rows_share_their_scales(figure):
    panels = np.array(figure.axes[:15], dtype=object).reshape(3, 5)
    limits = {panel.images[0].get_clim() for panel in panels[:, :2].flat}
    top = max(np.abs(v["states"][[0, 2]]).max() for v in VIEWS.values())
    assert limits == {(0, top)}
    meshes = [
        next(c for c in panel.collections if isinstance(c, QuadMesh))
        for panel in panels[:, 2:4].flat
    ]
    (low, high), *others = {mesh.get_clim() for mesh in meshes}
    assert not others
    assert low == -high
    heights = {panel.get_ylim() for panel in panels[:, 4]}
    assert len(heights) == 1


def test_negative_regions_of_a_map_are_hatched():
    axes, bar = spin_wigner_map(THETA, PHI, WIGNER).axes
    (mesh,) = (c for c in axes.collections if isinstance(c, QuadMesh))
    np.testing.assert_array_equal(mesh.get_array(), WIGNER)
    x, y = np.moveaxis(mesh.get_coordinates(), -1, 0)
    np.testing.assert_allclose(x[0], PHI)
    np.testing.assert_allclose(y[:, 0], np.cos(THETA))
    hatched = [c for c in axes.collections if c.get_hatch()]
    assert len(hatched) == 1
    assert bar.get_ylabel() == r"$W(\theta, \varphi)$"
    plain, _ = spin_wigner_map(THETA, PHI, WIGNER + 5).axes
    assert not any(c.get_hatch() for c in plain.collections)


def test_margins_with_bands_and_marks():
    margins = {"xy8": RNG.normal(size=4), "learning": RNG.normal(size=(3, 4))}
    marks = {"xy8": 1.5, "learning": 70.0}
    figure = margins_over_time(TIMES, margins, marks=marks)
    (axes,) = figure.axes
    lines = {line.get_label(): line for line in axes.lines}
    median = np.median(margins["learning"], axis=0)
    np.testing.assert_allclose(lines["learning"].get_ydata(), median)
    np.testing.assert_allclose(lines["xy8"].get_ydata(), margins["xy8"])
    triangles = [line for line in axes.lines if line.get_marker() == "v"]
    assert [float(line.get_xdata()[0]) for line in triangles] == [1.5]
    assert len(axes.collections) == 1  # one band
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["xy8", "learning", "entanglement lost (median)"]


def test_elements_share_axes_and_have_bands():
    figure = elements_over_seeds(
        TIMES, {"plain": SEEDS, "engineered": SEEDS[0]}, titles=["Fig. 1", "none"]
    )
    upper, lower = np.array(figure.axes, dtype=object).reshape(2, 2)
    assert [axes.get_title() for axes in upper] == ["Fig. 1", "none"]
    assert upper[0].get_ylim() == upper[1].get_ylim()
    assert lower[0].get_shared_x_axes().joined(lower[0], upper[1])
    assert [len(axes.collections) for axes in upper] == [2, 0]
    first, second = upper[0].lines
    np.testing.assert_allclose(
        second.get_ydata(), np.median(SEEDS[:, :, 1, 1].real, axis=0)
    )
    assert first.get_linestyle() != second.get_linestyle()
    (coherence,) = lower[1].lines
    np.testing.assert_allclose(coherence.get_ydata(), np.abs(SEEDS[0, :, 0, 1]))
    (band,) = lower[0].collections
    corners = band.get_paths()[0].vertices
    heights = corners[corners[:, 0] == 2.0, 1]
    expected = np.abs(SEEDS[:, 2, 0, 1])
    assert (heights.min(), heights.max()) == (expected.min(), expected.max())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: three_views(TIMES, THETA, PHI, VIEWS, shown=[4]), "`shown` must hold"),
        (lambda: three_views(TIMES, PHI, PHI, VIEWS, shown=[0]), r"\(t, p, q\)"),
        (
            lambda: three_views(
                TIMES, THETA, PHI, {"a": view() | {"margin": [1.0]}}, shown=[0]
            ),
            r"`a: margin` must have shape \(4,\)",
        ),
        (lambda: margins_over_time(TIMES, {"a": [0, 1, np.nan, 2]}), "must be finite"),
        (lambda: spin_wigner_map(THETA, PHI, WIGNER.T), "`wigner` must have shape"),
        (lambda: spin_wigner_map(THETA[::-1], PHI, WIGNER), "`theta` must increase"),
        (lambda: elements_over_seeds(TIMES, {"a": SEEDS[..., 0]}), r"\(4, 2, 2\) or"),
        (
            lambda: elements_over_seeds(TIMES, {"a": SEEDS}, titles=[]),
            "`titles` must name 1 columns, but has 0",
        ),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
