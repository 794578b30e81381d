"""Density-matrix elements against time."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from .._core.checks import check_shapes
from ._inputs import as_materials, as_times
from .style import (
    BLACK,
    ELEMENTS,
    MEDIUM,
    NARROW,
    SMALL,
    THICK,
    THIN,
    TIME_LABEL,
    dress,
    entitle,
    material_colours,
    new_figure,
)

__all__ = ["density_matrix_elements"]

# Dashes upon a full line show both where elements coincide, as those of a Bell pair do.
DASHED = (0, (2.5, 1.5))
LARGEST = 4  # levels: six coherences are as many as one panel can hold


def density_matrix_elements(
    times: ArrayLike,
    states: Any,
    *,
    levels: Sequence[str] | None = None,
    time_label: str = TIME_LABEL,
) -> Figure:
    """Draw the diagonal and off-diagonal elements of states, a column per material.

    Above the populations; below the moduli of the coherences, with their real parts as
    thin solid and their imaginary parts as thin dashed lines. With more than two levels
    the thin lines have a row of their own.

    Parameters
    ----------
    times : shape (t,)
        Strictly increasing.
    states : mapping of str to arrays (t, d, d), or labelled array with axis "material"
        The states of each material, d ≤ 4.
    levels : sequence of d str, optional
        Names of the levels, by default 0, 1, … and for d = 4 the bits 00, 01, 10, 11.
    time_label : str, optional
        Text under the figure.

    Returns
    -------
    Figure
        Rows of axes by kind of element, columns by material.

    Raises
    ------
    TypeError
        If `states` has no materials.
    ValueError
        If the shapes disagree, `times` does not increase, or d > 4.
    """
    times = as_times(times)
    columns = {
        name: np.asarray(entry, dtype=complex)
        for name, entry in as_materials(states, "states").items()
    }
    check_shapes(
        times=(times, "t"),
        **{f"states[{name!r}]": (entry, "t d d") for name, entry in columns.items()},
    )
    d = next(iter(columns.values())).shape[-1]
    levels = _default_levels(d) if levels is None else list(levels)
    _check_levels(d, levels)

    rows = 2 if d == 2 else 3
    width = max(NARROW, 0.9 + 1.5 * len(columns))
    figure = new_figure(width, 0.5 + 1.35 * rows)
    grid = figure.subplots(rows, len(columns), sharex=True, sharey="row", squeeze=False)
    colours = material_colours(columns)
    for axes, (name, entry) in zip(grid.T, columns.items(), strict=True):
        entitle(axes[0], name, colours[name])
        _draw_populations(axes[0], times, entry, levels)
        _draw_moduli(axes[1], times, entry, levels)
        _draw_parts(axes[-1], times, entry, levels)
        for panel in axes:
            dress(panel)
    _finish(figure, grid, time_label)
    return figure


def _default_levels(d: int) -> list[str]:
    return ["00", "01", "10", "11"] if d == 4 else [str(level) for level in range(d)]


def _check_levels(d: int, levels: list[str]) -> None:
    """Check that the matrices are small enough to draw and each level has a name."""
    if not 2 <= d <= LARGEST:
        raise ValueError(
            f"`states` must have 2 to {LARGEST} levels, but has {d}. "
            "Trace out parts of the system, or pick levels, before drawing."
        )
    if len(levels) != d:
        raise ValueError(f"`levels` must name {d} levels, but has {len(levels)} names.")


def _label(levels: list[str], i: int, j: int) -> str:
    """Return ρ_ij with a comma where names of levels are longer than one sign."""
    comma = "," if max(map(len, levels)) > 1 else ""
    return rf"\rho_{{{levels[i]}{comma}{levels[j]}}}"


def _draw_populations(
    axes: Axes, times: np.ndarray, states: np.ndarray, levels: list[str]
) -> None:
    for i in range(len(levels)):
        axes.plot(
            times,
            states[:, i, i].real,
            color=ELEMENTS[i],
            linestyle="-" if 2 * i < len(levels) else DASHED,
            linewidth=THICK,
            label=f"${_label(levels, i, i)}$",
        )


def _draw_moduli(
    axes: Axes, times: np.ndarray, states: np.ndarray, levels: list[str]
) -> None:
    pairs = _pairs(levels)
    for k, (i, j) in enumerate(pairs):
        axes.plot(
            times,
            np.abs(states[:, i, j]),
            color=ELEMENTS[k],
            linestyle="-" if 2 * k < len(pairs) else DASHED,
            linewidth=THICK,
            label=f"$|{_label(levels, i, j)}|$",
        )


def _draw_parts(
    axes: Axes, times: np.ndarray, states: np.ndarray, levels: list[str]
) -> None:
    for colour, (i, j) in zip(ELEMENTS, _pairs(levels), strict=False):
        for part, dashes in ((states[:, i, j].real, "-"), (states[:, i, j].imag, "--")):
            axes.plot(times, part, color=colour, linewidth=THIN, linestyle=dashes)


def _pairs(levels: list[str]) -> list[tuple[int, int]]:
    return list(combinations(range(len(levels)), 2))


def _finish(figure: Figure, grid: np.ndarray, time_label: str) -> None:
    """Label the rows on the left, explain the lines on the right."""
    names = ["populations", "coherences"]
    if len(grid) == 3:
        names = ["populations", "moduli of\ncoherences", "coherences,\nRe and Im"]
    for row, name in zip(grid, names, strict=True):
        dress(row[0], y=name)
    for row in grid[:2]:
        _explain(row[-1], *row[-1].get_legend_handles_labels())
    parts = [
        Line2D([], [], color=BLACK, linewidth=THIN, linestyle=dashes)
        for dashes in ("-", "--")
    ]
    if len(grid) == 3:
        _explain(grid[2, -1], parts, ["Re", "Im"])
    else:
        lines, labels = grid[1, -1].get_legend_handles_labels()
        _explain(grid[1, -1], [*lines, *parts], [*labels, "Re", "Im"])
    grid[0, 0].set_ylim(-0.03, 1.03)
    figure.supxlabel(time_label, fontsize=MEDIUM)


def _explain(axes: Axes, lines: list[Line2D], labels: list[str]) -> None:
    axes.legend(
        lines,
        labels,
        loc="upper left",
        bbox_to_anchor=(1.0, 1.03),
        fontsize=SMALL,
        frameon=False,
        borderaxespad=0.2,
        labelspacing=0.25,
        handlelength=2.2,
    )
