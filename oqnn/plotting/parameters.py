"""A measure against one parameter, or over two, for several materials."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator
from numpy.typing import ArrayLike

from .._core.checks import check_increasing, check_shapes
from ._bands import Band, as_seeds, draw_band, edges_of
from ._inputs import as_materials
from .style import (
    MEDIUM,
    NARROW,
    SMALL,
    dress,
    entitle,
    legend_columns,
    line_style,
    mark_decades,
    material_colours,
    new_figure,
    wrapped,
)

__all__ = ["measure_against_parameter", "measure_over_parameters"]

MOST_TICKS = 8
APART = 0.07  # of an axis, least distance of two numbers along it
EVEN = 0.05  # how far ratios may differ where an axis is logarithmic
MANY_DECADES = 20.0  # greatest over least value from which colours are logarithmic
LEVELS = "viridis"  # told apart with any colour vision, and in grey


def measure_against_parameter(
    x: ArrayLike,
    values: Any,
    *,
    band: Band = "range",
    x_label: str = "",
    value_label: str = "",
    log_values: bool = False,
) -> Figure:
    """Draw a measure against a parameter, a line a material, with bands over seeds.

    Lines are medians over seeds. The axis is logarithmic where the parameter grows by
    equal factors. NaN leaves a gap; an infinite median is a triangle at the top.

    Parameters
    ----------
    x : shape (a,)
        Strictly increasing.
    values : mapping of material to array of shape (a,) or (seeds, a)
        The measure.
    band : {"range", "quartiles"}, optional
        From the least to the greatest seed, or the middle half of them.
    x_label, value_label : str, optional
        Of the axes.
    log_values : bool, optional
        Whether the measure has a logarithmic axis; it must then be positive.

    Returns
    -------
    Figure
        One axes.

    Raises
    ------
    TypeError
        If `values` has no materials.
    ValueError
        If shapes disagree, x does not increase, no value is finite, or one is not
        positive on a logarithmic axis.
    """
    x = np.asarray(x, dtype=float)
    check_shapes(x=(x, "a"))
    check_increasing(x, "x")
    lines = {
        name: as_seeds(entry, f"values[{name!r}]", len(x))
        for name, entry in as_materials(values, "values").items()
    }
    _check_known(
        np.concatenate([entry.ravel() for entry in lines.values()]), log_values
    )

    width = 1.35 * NARROW
    figure = new_figure(width, 2.7)
    axes = figure.subplots()
    colours = material_colours(lines)
    for name, entry in lines.items():
        dashes = line_style(name)
        colour = colours[name]
        draw_band(axes, x, entry, band, colour=colour, dashes=dashes, label=name)
        _mark_infinite(axes, x, edges_of(entry, band)[0], colour)
    dress(axes, x=wrapped(x_label, width), y=wrapped(value_label, 2.7))
    if log_values:
        axes.set_yscale("log")
        mark_decades(axes.yaxis)
    _name_values(axes, x)
    figure.legend(
        loc="outside upper center",
        ncols=legend_columns(list(lines), width),
        fontsize=SMALL,
        frameon=False,
        handlelength=2.8,
    )
    return figure


def measure_over_parameters(
    x: ArrayLike,
    y: ArrayLike,
    values: Mapping[str, ArrayLike],
    *,
    x_label: str = "",
    y_label: str = "",
    value_label: str = "",
) -> Figure:
    """Draw a measure over two parameters, a map a material, with one scale of colours.

    Cells are equally wide. Colours are logarithmic where the values are positive and
    spread over more than a factor of 20; what is infinite is white. Points that were
    not computed stay grey.

    Parameters
    ----------
    x : shape (a,)
        First parameter, strictly increasing.
    y : shape (b,)
        Second parameter, strictly increasing, from the bottom.
    values : mapping of material to array of shape (a, b)
        NaN where a point was not computed.
    x_label, y_label, value_label : str, optional
        Of the axes and of the colours.

    Returns
    -------
    Figure
        An axes a material and one with the colours.

    Raises
    ------
    TypeError
        If `values` has no materials.
    ValueError
        If shapes disagree, x or y do not increase, or no value is finite.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    check_shapes(x=(x, "a"), y=(y, "b"))
    check_increasing(x, "x")
    check_increasing(y, "y")
    maps = {
        name: np.asarray(entry, dtype=float)
        for name, entry in as_materials(values, "values").items()
    }
    for name, entry in maps.items():
        check_shapes(x=(x, "a"), y=(y, "b"), **{f"values[{name!r}]": (entry, "a b")})
    known = _check_known(np.concatenate([entry.ravel() for entry in maps.values()]))

    columns = min(4, len(maps))
    rows = -(-len(maps) // columns)
    height = float(np.clip(1.75 * len(y) / len(x), 1.6, 2.2))
    width = max(NARROW, 0.9 + 1.6 * columns)
    figure = new_figure(width, 0.5 + (height + 0.25) * rows)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    scale = _scale_of(known)
    infinite = any(np.isposinf(entry).any() for entry in maps.values())
    colours = colormaps[LEVELS].with_extremes(over="white")
    for axes, (name, entry) in zip(grid.flat, maps.items(), strict=False):
        above = np.abs(known).max() * 2 + 1  # infinite values would not be drawn
        shown = np.where(np.isposinf(entry), above, entry).T
        image = axes.imshow(
            shown, origin="lower", cmap=colours, norm=scale, aspect="auto"
        )
        axes.set_facecolor("0.85")
        entitle(axes, name)
        dress(axes, grid=False)
        name_cells(axes, x, y)
    for axes in grid.flat[len(maps) :]:
        axes.set_visible(False)
    for axes in grid.flat[len(maps) - columns : len(maps)]:  # lowest of their columns
        axes.tick_params(labelbottom=True)
    bar = figure.colorbar(
        image, ax=grid, fraction=0.05, pad=0.02, extend="max" if infinite else "neither"
    )
    bar.set_label(value_label, fontsize=MEDIUM)
    bar.ax.tick_params(labelsize=SMALL, width=0.6, length=2.5, which="both")
    if isinstance(scale, LogNorm):
        mark_decades(bar.ax.yaxis)
    figure.supxlabel(wrapped(x_label, width), fontsize=MEDIUM)
    figure.supylabel(y_label, fontsize=MEDIUM)
    return figure


def grows_by_factors(x: np.ndarray) -> bool:
    """Tell whether positive numbers grow by equal factors rather than equal steps."""
    if len(x) < 3 or x[0] <= 0:
        return False
    factors, steps = np.log(x[1:] / x[:-1]), np.diff(x)
    return np.ptp(factors) <= EVEN * factors.max() < np.ptp(steps) / steps.max()


def _name_values(axes: Axes, x: np.ndarray) -> None:
    """Write the values of a parameter along its axis, those that keep clear."""
    by_factors = grows_by_factors(x)
    if by_factors:
        axes.set_xscale("log")
        mark_decades(axes.xaxis)
    if len(x) > MOST_TICKS:
        return
    at = np.log(x) if by_factors else x
    shown = [0]
    for i in range(1, len(x)):
        if at[i] - at[shown[-1]] >= APART * (at[-1] - at[0]):
            shown.append(i)
    axes.xaxis.set_major_locator(FixedLocator(x[shown].tolist()))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"{value:.3g}" for value in x[shown]])


def name_cells(axes: Axes, x: np.ndarray, y: np.ndarray) -> None:
    """Write parameters under and beside cells; not all where there are many."""
    for axis, values in ((axes.xaxis, x), (axes.yaxis, y)):
        at = np.arange(len(values))
        if len(values) > MOST_TICKS:
            ticks = MaxNLocator(MOST_TICKS - 2, integer=True).tick_values(0, at[-1])
            at = np.array([int(t) for t in ticks if 0 <= t <= at[-1]])
        axis.set_ticks(at, [f"{values[i]:.3g}" for i in at])


def _mark_infinite(axes: Axes, x: np.ndarray, middle: np.ndarray, colour: str) -> None:
    at = x[np.isposinf(middle)]
    if at.size:
        axes.plot(
            at,
            np.full(at.size, 0.98),
            "^",
            color=colour,
            markersize=4,
            transform=axes.get_xaxis_transform(),
            clip_on=False,
        )


def _check_known(values: np.ndarray, positive: bool = False) -> np.ndarray:
    """Return what is finite."""
    known = values[np.isfinite(values)]
    if known.size == 0 or (values == -np.inf).any():
        raise ValueError(
            "`values` must hold a finite number and no -inf, but has "
            f"{known.size} of {values.size} that are finite."
        )
    if positive and known.min() <= 0:
        raise ValueError(
            "`values` must be positive for a logarithmic axis, but the least is "
            f"{known.min():.3g}."
        )
    return known


def _scale_of(known: np.ndarray) -> Normalize:
    low, high = float(known.min()), float(known.max())
    if low > 0 and high / low > MANY_DECADES:
        return LogNorm(low, high)
    room = 0.0 if high > low else 0.5 * (abs(high) or 1.0)
    return Normalize(low - room, high + room)
