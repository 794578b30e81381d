"""A measure against one parameter and over two."""

import numpy as np
import pytest
from matplotlib.colors import LogNorm

from oqnn.plotting import measure_against_parameter, measure_over_parameters
from oqnn.plotting.parameters import grows_by_factors

X = np.array([0.5, 1.0, 4.0])
RNG = np.random.default_rng(61)


def test_lines_are_medians_and_gaps_stay():
    seeds = RNG.uniform(0.1, 0.9, size=(4, 3))
    seeds[1, 0] = np.nan  # one failed seed
    seeds[:, 2] = np.nan  # none finished
    figure = measure_against_parameter(
        X, {"bare": [0.3, 0.2, 0.1], "learning": seeds}, x_label="h", value_label="F"
    )
    axes = figure.axes[0]
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    np.testing.assert_array_equal(lines["bare"], [0.3, 0.2, 0.1])
    wanted = [np.median(seeds[[0, 2, 3], 0]), np.median(seeds[:, 1]), np.nan]
    np.testing.assert_allclose(lines["learning"], wanted, rtol=1e-14)
    assert len(axes.collections) == 1  # the band of the seeds alone
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("h", "F")
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0.5", "1", "4"]


def test_axes_follow_the_values():
    assert grows_by_factors(np.geomspace(0.05, 0.8, 5))
    assert not grows_by_factors(np.linspace(0.05, 0.8, 5))
    assert not grows_by_factors(np.array([0.0, 1.0, 10.0]))
    assert not grows_by_factors(np.array([1.0, 2.0]))
    axes = measure_against_parameter(
        np.geomspace(1, 1e4, 12), {"bare": np.geomspace(1, 2, 12)}, log_values=True
    ).axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    axes = measure_against_parameter(np.arange(12), {"bare": -np.arange(12.0)}).axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "linear")


def test_numbers_along_the_axis_keep_clear():
    """0.05 and 0.06 lie within a hundredth of an axis that ends at 5."""
    axes = measure_against_parameter([0.05, 0.06, 2, 5], {"bare": range(4)}).axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0.05", "2", "5"]


def test_lowest_map_of_each_column_has_numbers_below():
    five = {f"m{k}": RNG.uniform(size=(3, 2)) for k in range(5)}
    figure = measure_over_parameters(X, [1, 2], five)
    figure.draw_without_rendering()
    shown = [
        any(tick.label1.get_visible() for tick in axes.xaxis.get_major_ticks())
        for axes in figure.axes[:5]
    ]
    assert shown == [False, True, True, True, True]


@pytest.mark.parametrize("count", [5, 12])
def test_names_and_labels_stay_within_the_picture(count):
    label = "$h$, at " + ", ".join(f"parameter {k} = 0.123" for k in range(6))
    lines = {f"best_decoupling_{k}": [1, 2, 3] for k in range(count)}
    figure = measure_against_parameter(X, lines, x_label=label)
    figure.draw_without_rendering()
    words = [figure.legends[0], figure.axes[0].xaxis.label]
    for part in words:
        box = part.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y0 >= 0
        assert box.y1 <= figure.bbox.y1


def test_maps_hold_the_values_with_x_to_the_right_and_y_up():
    values = {"plain": RNG.uniform(1, 2, (3, 4)), "mine": RNG.uniform(1, 2, (3, 4))}
    values["mine"][2, 1] = np.nan
    figure = measure_over_parameters(X, [1, 2, 3, 5], values, x_label="h", y_label="k")
    for axes, (name, entry) in zip(figure.axes, values.items(), strict=False):
        (image,) = axes.images
        assert axes.get_title() == name
        np.testing.assert_array_equal(image.get_array().filled(np.nan), entry.T)
        assert image.origin == "lower"
    assert figure.axes[0].images[0].norm is figure.axes[1].images[0].norm
    labels = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert labels == ["1", "2", "3", "5"]
    assert (figure.get_supxlabel(), figure.get_supylabel()) == ("h", "k")


def test_colours_are_logarithmic_over_many_decades_only():
    for values, kind in (
        (np.geomspace(1e-4, 1, 6), True),
        (np.linspace(0.5, 1, 6), False),
        (np.linspace(-1, 1, 6), False),
        (np.full(6, 0.3), False),
    ):
        figure = measure_over_parameters(
            X, [1, 2], {"bare": values.reshape(3, 2)}, value_label="F"
        )
        assert isinstance(figure.axes[0].images[0].norm, LogNorm) == kind


def test_infinite_values_are_marked():
    """Of seeds 1, inf and 2, inf the medians are infinite; of 1, 2, inf it is 2."""
    inf = np.inf
    seeds = [[1.0, inf, 2.0], [2.0, inf, inf], [inf, 3.0, inf]]
    axes = measure_against_parameter(X, {"mine": seeds}).axes[0]
    line, marks = axes.lines
    np.testing.assert_array_equal(line.get_ydata(), [2.0, inf, inf])
    np.testing.assert_array_equal(marks.get_xdata(), X[1:])
    two = measure_against_parameter(X, {"mine": seeds[:2]}).axes[0].lines[0]
    np.testing.assert_array_equal(two.get_ydata(), [1.5, inf, inf])
    figure = measure_over_parameters(X, [1, 2], {"mine": [[1, inf], [2, 3], [4, 5]]})
    (image,) = figure.axes[0].images
    assert image.norm.vmax == 5
    assert tuple(image.cmap(image.norm(image.get_array()))[1, 0]) == (1, 1, 1, 1)


def test_refusals():
    with pytest.raises(ValueError, match=r"`x` must increase strictly"):
        measure_against_parameter([1, 1], {"bare": [1, 2]})
    with pytest.raises(ValueError, match=r"`values\['bare'\]` must have shape \(3,\)"):
        measure_against_parameter(X, {"bare": [1, 2]})
    with pytest.raises(ValueError, match=r"positive for a logarithmic axis.* -1"):
        measure_against_parameter(X, {"bare": [1, -1, 2]}, log_values=True)
    with pytest.raises(ValueError, match=r"a finite number and no -inf, but has 0 of"):
        measure_against_parameter(X, {"bare": [np.nan, np.inf, np.nan]})
    with pytest.raises(ValueError, match=r"must be numbers, inf or NaN"):
        measure_against_parameter(X, {"bare": [1, -np.inf, 2]})
    with pytest.raises(ValueError, match=r"`values\['bare'\]` must have shape"):
        measure_over_parameters(X, [1, 2], {"bare": np.ones((2, 3))})
    with pytest.raises(ValueError, match=r"`values` must hold a finite number"):
        measure_over_parameters(X, [1, 2], {"bare": np.full((3, 2), np.nan)})
