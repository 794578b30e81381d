"""Wigner functions over position and momentum, one map or many on one scale."""

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from .._core.checks import (
    check_finite,
    check_increasing,
    check_integer,
    check_shapes,
)
from .phase_space import HATCH, MAP
from .style import BLACK, MEDIUM, NARROW, SMALL, dress, entitle, new_figure

__all__ = ["wigner_map", "wigner_panels"]

X_LABEL, P_LABEL, W_LABEL = "$x$", "$p$", "$W(x, p)$"
FLOOR = 0.01  # of the greatest |W|: what is above −FLOOR is rounding, and not hatched
FINE = 40_000  # points that need no smoothing, which would take seconds
STRIP = 0.22  # of a map's side
PANEL, TOP, BAR = 1.55, 0.55, 0.8  # inches: a map, labels around a row, the scale


def wigner_map(
    x: ArrayLike,
    p: ArrayLike,
    values: ArrayLike,
    *,
    marginals: bool = False,
    label: str = W_LABEL,
    x_label: str = X_LABEL,
    p_label: str = P_LABEL,
) -> Figure:
    """Draw one Wigner function over position and momentum.

    Colours are symmetric about zero. What is below −1 % of the greatest modulus is
    hatched and outlined, so that it shows in black and white too.

    Parameters
    ----------
    x, p : shape (nx,) and (np,)
        Strictly increasing; need not be even.
    values : shape (nx, np)
        Real, indexed [x, p].
    marginals : bool, optional
        Whether to draw the distributions of x above and of p beside the map.
    label, x_label, p_label : str, optional
        Names of the values and of the axes.

    Returns
    -------
    Figure
        The map and its scale of colours.

    Raises
    ------
    ValueError
        If an axis does not increase, the shapes disagree, or a value is not finite.
    """
    return wigner_panels(
        x,
        p,
        {"": values},
        marginals=marginals,
        label=label,
        x_label=x_label,
        p_label=p_label,
    )


def wigner_panels(
    x: ArrayLike,
    p: ArrayLike,
    panels: Mapping[str, ArrayLike],
    *,
    columns: int | None = None,
    marginals: bool = False,
    label: str = W_LABEL,
    x_label: str = X_LABEL,
    p_label: str = P_LABEL,
) -> Figure:
    """Draw several Wigner functions beside each other, with one scale of colours.

    As `wigner_map`, the greatest modulus being that of all panels.

    Parameters
    ----------
    x, p : shape (nx,) and (np,)
        Strictly increasing, the same for all panels.
    panels : mapping of str to shape (nx, np)
        Title → values, row by row.
    columns : int, optional
        Panels in a row; all of them without it.
    marginals : bool, optional
        Whether to draw the distributions of x above and of p beside every map, the
        same scale for all panels.
    label, x_label, p_label : str, optional
        Names of the values and of the axes.

    Returns
    -------
    Figure
        The maps, then their scale of colours.

    Raises
    ------
    TypeError
        If `columns` is no integer.
    ValueError
        If there are no panels, `columns` is not positive, an axis does not increase,
        the shapes disagree, or a value is not finite.
    """
    x, p = np.asarray(x, dtype=float), np.asarray(p, dtype=float)
    check_shapes(x=(x, "nx"), p=(p, "np"))
    check_increasing(x, "x")
    check_increasing(p, "p")
    if not panels:
        raise ValueError("`panels` must hold at least one map, but is empty.")
    maps = {title: np.asarray(value, dtype=float) for title, value in panels.items()}
    for title, values in maps.items():
        name = title or "values"
        check_shapes(x=(x, "nx"), p=(p, "np"), **{name: (values, "nx np")})
        check_finite(values, name)
    columns = len(maps) if columns is None else columns
    check_integer(columns, "columns")

    rows = math.ceil(len(maps) / columns)
    side = PANEL * (1 + STRIP * marginals)
    width = NARROW if len(maps) == 1 else columns * side + BAR
    height = 2.6 if len(maps) == 1 else rows * (side + TOP)
    figure = new_figure(width, height)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    largest = max(np.abs(values).max() for values in maps.values())
    tops = _greatest_marginals(x, p, maps)
    for axes, (title, values) in zip(grid.flat, maps.items(), strict=False):
        colours = draw_phase_space(axes, x, p, values, largest)
        above = _draw_marginals(axes, x, p, values, tops) if marginals else axes
        if title:
            entitle(above, title)
    for axes in grid.flat[len(maps) :]:
        axes.set_visible(False)
    for n, axes in enumerate(grid.flat[: len(maps)]):
        lowest = n + columns >= len(maps)
        dress(axes, x=x_label if lowest else None, grid=False)
        axes.tick_params(labelbottom=lowest)
        if n % columns == 0:
            axes.set_ylabel(p_label, fontsize=MEDIUM)
    bar = figure.colorbar(colours, ax=grid, fraction=0.05, pad=0.02, aspect=25)
    bar.set_label(label, fontsize=MEDIUM)
    bar.ax.tick_params(labelsize=SMALL, width=0.6, length=2.5)
    return figure


def draw_phase_space(
    axes: Axes, x: np.ndarray, p: np.ndarray, values: np.ndarray, largest: float
) -> ScalarMappable:
    """Draw one map; return what its colours mean."""
    largest = largest or 1.0  # a function that is zero everywhere has no scale
    scale = Normalize(-largest, largest)
    shading: Literal["gouraud", "nearest"]
    shading = "gouraud" if values.size < FINE else "nearest"
    axes.pcolormesh(
        x, p, values.T, norm=scale, cmap=MAP, shading=shading, rasterized=True
    )
    zero = -FLOOR * largest
    if values.min() < zero:
        below = axes.contourf(
            x, p, values.T, levels=[2 * values.min(), zero], colors="none"
        )
        below.set(hatch=HATCH, edgecolor="0.35", linewidth=0)
        axes.contour(
            x, p, values.T, levels=[zero], colors=BLACK, linewidths=0.4
        ).set_linestyle("-")
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(p[0], p[-1])
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    return ScalarMappable(scale, MAP)


def _draw_marginals(
    axes: Axes,
    x: np.ndarray,
    p: np.ndarray,
    values: np.ndarray,
    tops: tuple[float, float],
) -> Axes:
    """Draw the distributions of x above and of p beside a map; return the upper one."""
    above = axes.inset_axes((0, 1.03, 1, STRIP), sharex=axes)
    beside = axes.inset_axes((1.03, 0, STRIP, 1), sharey=axes)
    of_x, of_p = _marginals(x, p, values)
    above.fill_between(x, of_x, color="0.85", lw=0)
    above.plot(x, of_x, color=BLACK, lw=0.8)
    beside.fill_betweenx(p, of_p, color="0.85", lw=0)
    beside.plot(of_p, p, color=BLACK, lw=0.8)
    above.set_ylim(0, 1.05 * tops[0])
    beside.set_xlim(0, 1.05 * tops[1])
    for strip in (above, beside):
        strip.tick_params(length=0, labelbottom=False, labelleft=False)
        strip.set_frame_on(False)
        strip.grid(False)
    return above


def _greatest_marginals(
    x: np.ndarray, p: np.ndarray, maps: Mapping[str, np.ndarray]
) -> tuple[float, float]:
    found = [_marginals(x, p, values) for values in maps.values()]
    of_x, of_p = (max(map(np.max, side)) for side in zip(*found, strict=True))
    return max(of_x, 0.0) or 1.0, max(of_p, 0.0) or 1.0


def _marginals(
    x: np.ndarray, p: np.ndarray, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return ∫W dp and ∫W dx."""
    return np.trapezoid(values, p, axis=1), np.trapezoid(values, x, axis=0)
