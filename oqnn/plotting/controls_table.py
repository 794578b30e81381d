"""Dots with intervals: learning beside its rivals, one line each."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from .._core.checks import check_shapes
from .style import BLACK, MATERIALS, SMALL, WIDE, dress, new_figure

__all__ = ["dots_and_intervals"]

ROW, GAP, MARGIN = 0.16, 1.4, 0.5  # inches, rows, inches


def dots_and_intervals(
    rows: Sequence[tuple[str, str, float, float, float]],
    *,
    label: str,
    log: bool = False,
    lines: Sequence[float] = (),
) -> Figure:
    """Draw estimates with their intervals, one below the other, in groups.

    Parameters
    ----------
    rows : sequence of (group, name, value, low, high)
        Rows of a group follow each other; its title stands above its first row. A
        value without an interval has ``low = high = value``; limits that are no
        numbers are left out.
    label : str
        Text under the axis.
    log : bool, optional
        Whether the axis is logarithmic. Where a lower limit is not positive, its line
        then reaches the edge.
    lines : sequence of float, optional
        Levels to draw through all rows.

    Returns
    -------
    Figure
        One axes, with one row a material.

    Raises
    ------
    ValueError
        If there is no row, a value is not finite, limits do not hold it between them,
        or an axis that is logarithmic is to show a value that is not positive.
    """
    numbers = np.array([row[2:] for row in rows], dtype=float)
    check_shapes(rows=(numbers, "n 3"))
    _check_rows(numbers, log)

    groups = [row[0] for row in rows]
    starts = [k for k, name in enumerate(groups) if k == 0 or groups[k - 1] != name]
    heights = np.arange(len(rows)) + GAP * np.searchsorted(
        starts, range(len(rows)), "right"
    )
    figure = new_figure(WIDE, ROW * (heights[-1] + GAP) + MARGIN)
    axes = figure.subplots()
    edge = None
    if log:
        axes.set_xscale("log")
        known = numbers[(numbers > 0) & np.isfinite(numbers)]
        edge = known.min() / 1.5
        axes.set_xlim(edge, known.max() * 1.2)
    for level in lines:
        axes.axvline(level, color="0.7", linewidth=0.8, zorder=1)
    for row, height, (value, low, high) in zip(rows, heights, numbers, strict=True):
        _draw(axes, row[1], height, value, low, high, edge)
    _name(axes, rows, heights, starts)
    dress(axes, x=label)
    if log:
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
    return figure


def _draw(
    axes: Axes,
    name: str,
    height: float,
    value: float,
    low: float,
    high: float,
    edge: float | None,
) -> None:
    """Draw one row; a lower limit beyond the edge of the picture stops there."""
    colour = MATERIALS[name][0] if name in MATERIALS else BLACK
    if high > low:
        ends = [max(low, edge) if edge is not None else low, high]
        axes.plot(ends, [height] * 2, color=colour, linewidth=1.2, zorder=2)
    axes.plot([value], [height], "o", color=colour, markersize=3.5, zorder=3)


def _name(
    axes: Axes,
    rows: Sequence[tuple[str, str, float, float, float]],
    heights: np.ndarray,
    starts: Sequence[int],
) -> None:
    """Write materials beside the axis, and groups above them."""
    axes.set_yticks(heights, [row[1] for row in rows])
    axes.set_ylim(heights[-1] + 0.7, heights[0] - 1.7)
    for k in starts:
        axes.text(
            -0.01,
            heights[k] - 1,
            rows[k][0],
            transform=axes.get_yaxis_transform(),
            fontsize=SMALL,
            fontweight="bold",
            horizontalalignment="right",
            verticalalignment="center",
        )


def _check_rows(numbers: np.ndarray, log: bool) -> None:
    value, low, high = numbers.T
    if not np.isfinite(value).all():
        raise ValueError(
            "`rows` must hold finite values, but one is "
            f"{value[~np.isfinite(value)][0]}."
        )
    outside = (low > value) | (high < value)
    if outside.any():
        k = int(np.argmax(outside))
        raise ValueError(
            f"`rows` must hold limits on both sides of their values, but row {k} holds "
            f"{value[k]:.6g} and [{low[k]:.6g}, {high[k]:.6g}]."
        )
    if log and value.min() <= 0:
        raise ValueError(
            "`rows` must hold positive values on a logarithmic axis, but one is "
            f"{value.min():.6g}."
        )
