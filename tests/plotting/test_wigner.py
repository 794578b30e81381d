"""Maps of Wigner functions: what is drawn where, its scale, and what is hatched."""

import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from oqnn.plotting import wigner_map, wigner_panels

X, P = np.linspace(-3, 3, 41), np.r_[-2.0:0:20j, 0.1:2.5:31j]  # p uneven


def cat(x, p, b=1.5, hbar=0.8):
    """Eq. 1.3 with a = 1, moved by 0.2 in p so that nothing is symmetric."""
    x, p = np.asarray(x)[:, None], p - 0.2
    packets = np.exp(-((x - b) ** 2)) + 0.7 * np.exp(-((x + b) ** 2))
    fringes = 2 * np.exp(-(x**2)) * np.cos(2 * b * p / hbar)
    return np.exp(-(p**2) / hbar**2) * (packets + fringes)


VALUES = cat(X, P)


def mesh_of(axes):
    (mesh,) = (c for c in axes.collections if isinstance(c, QuadMesh))
    return mesh


def hatched_in(axes):
    return [c for c in axes.collections if c.get_hatch()]


def test_x_is_horizontal_and_p_vertical():
    figure = wigner_map(X, P, VALUES)
    assert isinstance(figure, Figure)
    axes, bar = figure.axes
    mesh = mesh_of(axes)
    np.testing.assert_array_equal(mesh.get_array(), VALUES.T)
    x, p = np.moveaxis(mesh.get_coordinates(), -1, 0)
    np.testing.assert_array_equal(x[0], X)
    np.testing.assert_array_equal(p[:, 0], P)
    assert axes.get_xlim() == (-3, 3)
    assert axes.get_ylim() == (-2, 2.5)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("$x$", "$p$")
    assert bar.get_ylabel() == "$W(x, p)$"


def test_colours_are_symmetric_about_zero():
    axes, _ = wigner_map(X, P, VALUES).axes
    top = np.abs(VALUES).max()
    assert mesh_of(axes).get_clim() == (-top, top)
    assert VALUES.min() > -top


def test_negative_regions_are_hatched_and_rounding_is_not():
    axes, _ = wigner_map(X, P, VALUES).axes
    (below,) = hatched_in(axes)
    points = np.stack(np.meshgrid(X, P, indexing="ij"), axis=-1).reshape(-1, 2)
    inside = sum(path.contains_points(points) for path in below.get_paths())
    threshold = -0.01 * VALUES.max()
    assert 30 < inside.sum() < 600
    np.testing.assert_array_equal(inside == 1, (threshold > VALUES).ravel())
    noise = np.abs(VALUES) - 1e-9
    assert not hatched_in(wigner_map(X, P, noise).axes[0])


def test_panels_share_one_scale_and_keep_their_order():
    maps = {"cat": VALUES, "minus": -2 * VALUES, "half": VALUES / 2}
    figure = wigner_panels(X, P, maps, columns=2, label="$hW$", p_label="$pa/\\hbar$")
    *panels, empty, bar = figure.axes
    assert [axes.get_title() for axes in panels] == list(maps)
    assert not empty.get_visible()
    for axes, values in zip(panels, maps.values(), strict=True):
        np.testing.assert_array_equal(mesh_of(axes).get_array(), values.T)
    assert {mesh_of(axes).get_clim() for axes in panels} == {
        (-2 * VALUES.max(), 2 * VALUES.max())
    }
    assert [axes.get_ylabel() for axes in panels] == ["$pa/\\hbar$", "", "$pa/\\hbar$"]
    assert [axes.get_xlabel() for axes in panels] == ["", "$x$", "$x$"]
    assert bar.get_ylabel() == "$hW$"


def test_marginals_are_those_of_the_map():
    """A product of exponentials: ∫W dp ∝ e^{−(x−1)²} and ∫W dx ∝ e^{−2p²}."""
    x, p = np.linspace(-5, 6, 221), np.linspace(-4, 4, 201)
    values = np.exp(-((x[:, None] - 1) ** 2) - 2 * p**2) * np.sqrt(2) / np.pi
    figure = wigner_panels(x, p, {"one": values, "two": 2 * values}, marginals=True)
    first, second, _ = figure.axes
    limits = []
    for axes, size in ((first, 1), (second, 2)):
        above, beside = axes.child_axes
        of_x, of_p = above.lines[0].get_ydata(), beside.lines[0].get_xdata()
        exact = size * np.exp(-((x - 1) ** 2)) / np.sqrt(np.pi)
        np.testing.assert_allclose(of_x, exact, rtol=0, atol=1e-9)
        exact = size * np.exp(-2 * p**2) * np.sqrt(2 / np.pi)
        np.testing.assert_allclose(of_p, exact, rtol=0, atol=1e-9)
        limits.append((above.get_ylim(), beside.get_xlim()))
    assert limits[0] == limits[1]
    assert first.child_axes[0].get_title() == "one"


def test_maps_of_many_points_are_drawn_at_once():
    x, p = np.linspace(-3, 3, 260), np.linspace(-2, 2, 240)
    axes, _ = wigner_map(x, p, cat(x, p)).axes
    corners = mesh_of(axes).get_coordinates()  # halfway between the points
    assert corners.shape == (241, 261, 2)
    np.testing.assert_allclose(corners[0, 1:-1, 0], (x[1:] + x[:-1]) / 2, atol=1e-12)


def test_a_function_that_is_zero_is_drawn():
    axes, _ = wigner_map(X, P, np.zeros((X.size, P.size)), marginals=True).axes
    assert mesh_of(axes).get_clim() == (-1, 1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wigner_map(X, P, VALUES.T), ValueError, "`values` must have shape"),
        (lambda: wigner_map(X, P[::-1], VALUES), ValueError, "`p` must increase"),
        (lambda: wigner_map(X, P, VALUES / 0.0), ValueError, "`values` must be fini"),
        (lambda: wigner_panels(X, P, {}), ValueError, "`panels` must hold at least"),
        (
            lambda: wigner_panels(X, P, {"a": VALUES, "b": VALUES[1:]}),
            ValueError,
            "`b` must have shape",
        ),
        (
            lambda: wigner_panels(X, P, {"a": VALUES}, columns=0),
            ValueError,
            "`columns` must be at least 1",
        ),
        (
            lambda: wigner_panels(X, P, {"a": VALUES}, columns=1.5),
            TypeError,
            "`columns` must be an integer",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()
