"""Which of several materials does best, over two parameters."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import ArrayLike

from .._core.checks import check_increasing, check_shapes
from .style import BLACK, NARROW, SMALL, dress, new_figure

__all__ = ["phase_diagram"]

HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "----")


def phase_diagram(
    x: ArrayLike,
    y: ArrayLike,
    values: Mapping[str, ArrayLike],
    *,
    undecided: ArrayLike | None = None,
    x_label: str = "",
    y_label: str = "",
    value_label: str = "readout infidelity",
) -> Figure:
    """Draw which material has the least value at each point of a grid.

    Grey levels and numbers show the least value; patterns, and the legend, whose it is.
    Thick lines part the regions. A question mark says that the winner is not sure. All
    of it is readable without colour. Points that were not computed stay blank.

    Parameters
    ----------
    x : shape (a,)
        First parameter, strictly increasing; cells are equally wide.
    y : shape (b,)
        Second parameter, strictly increasing, from the bottom.
    values : mapping of material to array of shape (a, b)
        Positive; NaN where a point was not computed.
    undecided : shape (a, b), optional
        Bool: the winner's lead is within the uncertainty.
    x_label, y_label, value_label : str, optional
        Of the axes and of the grey scale.

    Returns
    -------
    Figure
        One axes with the grid and one with the grey scale.

    Raises
    ------
    ValueError
        If shapes disagree, x or y do not increase, there are more than six materials or
        none, or no value is a positive number.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    check_shapes(x=(x, "a"), y=(y, "b"))
    check_increasing(x, "x")
    check_increasing(y, "y")
    if not 1 <= len(values) <= len(HATCHES):
        raise ValueError(
            f"`values` must hold 1 to {len(HATCHES)} materials, but holds "
            f"{len(values)}."
        )
    table = {name: np.asarray(v, dtype=float) for name, v in values.items()}
    shape = f"{len(x)} {len(y)}"
    check_shapes(**{f"values[{name!r}]": (v, shape) for name, v in table.items()})
    doubt = np.zeros((len(x), len(y)), dtype=bool)
    if undecided is not None:
        doubt = np.asarray(undecided, dtype=bool)
        check_shapes(undecided=(doubt, shape))
    stack = np.array(list(table.values()))  # (m, a, b)
    known = stack[~np.isnan(stack)]
    if known.size == 0 or not (known > 0).all() or not np.isfinite(known).all():
        raise ValueError("`values` must be positive numbers or NaN, and not all NaN.")

    complete = ~np.isnan(stack).any(axis=0)
    winner = np.where(complete, stack.argmin(axis=0), -1)
    least = np.where(complete, stack.min(axis=0), np.nan)
    figure = new_figure(NARROW, 3.1)
    axes = figure.subplots()
    _draw_cells(figure, axes, least, winner, value_label)
    _write_values(axes, least, doubt)
    _draw_borders(axes, winner)
    _draw_legend(axes, list(table), winner)
    dress(axes, x=x_label, y=y_label, grid=False)
    axes.set_xticks(np.arange(len(x)), [f"{value:.3g}" for value in x])
    axes.set_yticks(np.arange(len(y)), [f"{value:.3g}" for value in y])
    return figure


def _draw_cells(
    figure: Figure, axes: Axes, least: np.ndarray, winner: np.ndarray, label: str
) -> None:
    """Fill cells by value, and hatch them by winner."""
    scale = LogNorm(np.nanmin(least) * 0.999, np.nanmax(least) * 1.001)
    image = axes.imshow(least.T, origin="lower", cmap="Greys", norm=scale, alpha=0.55)
    bar = figure.colorbar(image, ax=axes, shrink=0.8)
    bar.set_label(label, fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL, which="both")
    bar.ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    bar.ax.yaxis.set_minor_formatter(NullFormatter())
    for (i, j), k in np.ndenumerate(winner):
        if k > 0:
            axes.add_patch(_cell(i, j, HATCHES[k]))


def _cell(i: float, j: float, hatch: str) -> Rectangle:
    return Rectangle(
        (i - 0.5, j - 0.5), 1, 1, fill=False, hatch=hatch, linewidth=0, edgecolor="0.1"
    )


def _write_values(axes: Axes, least: np.ndarray, doubt: np.ndarray) -> None:
    """Write each least value, with a question mark where the winner is not sure."""
    for (i, j), value in np.ndenumerate(least):
        if np.isnan(value):
            continue
        axes.text(
            i,
            j,
            f"{value:.3f}".removeprefix("0") + ("?" if doubt[i, j] else ""),
            fontsize=SMALL,
            ha="center",
            va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )


def _draw_borders(axes: Axes, winner: np.ndarray) -> None:
    """Draw thick lines between known cells of different winners."""
    known = winner >= 0
    right = known[1:] & known[:-1] & (winner[1:] != winner[:-1])
    above = known[:, 1:] & known[:, :-1] & (winner[:, 1:] != winner[:, :-1])
    lines = [([i + 0.5] * 2, [j - 0.5, j + 0.5]) for i, j in np.argwhere(right)]
    lines += [([i - 0.5, i + 0.5], [j + 0.5] * 2) for i, j in np.argwhere(above)]
    for ends in lines:
        axes.plot(*ends, color=BLACK, linewidth=2.5, solid_capstyle="round")


def _draw_legend(axes: Axes, names: list[str], winner: np.ndarray) -> None:
    """Name the patterns of the materials that win somewhere, above the grid."""
    shown = [k for k in range(len(names)) if (winner == k).any()]
    patches = [
        Rectangle((0, 0), 1, 1, facecolor="0.9", edgecolor="0.1", hatch=HATCHES[k])
        for k in shown
    ]
    axes.legend(
        patches,
        [names[k] for k in shown],
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=2,
        fontsize=SMALL,
        frameon=False,
    )
