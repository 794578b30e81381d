"""Diagonal and off-diagonal elements in several environments, on one scale."""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .._core.checks import check_finite
from ._bands import Band, draw_band
from ._inputs import as_materials, as_times
from .style import (
    ELEMENTS,
    MEDIUM,
    SMALL,
    TIME_LABEL,
    dress,
    entitle,
    new_figure,
)

__all__ = ["elements_by_environment"]

MOST_LEVELS = len(ELEMENTS)
MOST_PAIRS = 6  # coherences that one panel can hold
ROUNDING = 1e-9  # a coherence below which is none
# Dashed above solid: lines that coincide, as those of a Bell pair do, both show.
DASHES: list[Any] = ["-", (0, (4, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1, 1.5))]
OFF_DIAGONAL: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "modulus": np.abs,
    "real": np.real,
    "imaginary": np.imag,
}
SIGNS = {
    "modulus": "|{}|",
    "real": r"\mathrm{{Re}}\,{}",
    "imaginary": r"\mathrm{{Im}}\,{}",
}


def elements_by_environment(
    times: ArrayLike,
    states: Any,
    *,
    parts: Sequence[str] = ("modulus",),
    levels: Sequence[str] | None = None,
    titles: Sequence[str] | None = None,
    band: Band = "range",
    time_label: str = TIME_LABEL,
) -> Figure:
    r"""Draw diagonal and off-diagonal elements of states, a column an environment.

    All panels share both axes, so that heights compare across environments and between
    populations and coherences. With several seeds a line is the median over them.

    Parameters
    ----------
    times : shape (t,)
        Strictly increasing.
    states : mapping of str to arrays (t, d, d) or (seeds, t, d, d)
        Or a labelled array with an axis "material". At most 6 levels. Of the coherences
        those are drawn that are not zero all the time, at most 6, the largest.
    parts : sequence of {"modulus", "real", "imaginary"}, optional
        Of the coherences, a row each under that of the populations.
    levels : sequence of d str, optional
        Names of the levels, by default 0, 1, … and for d = 4 the bits 00, 01, 10, 11.
    titles : sequence of str, optional
        Above the columns; the names of the environments by default.
    band : {"range", "quartiles"}, optional
        From the least to the greatest seed, or the middle half of them.
    time_label : str, optional
        Text under the figure.

    Returns
    -------
    Figure
        Rows of axes by kind of element, columns by environment.

    Raises
    ------
    TypeError
        If `states` has no environments.
    ValueError
        If the shapes disagree, an entry is not finite, `times` does not increase, there
        are more than 6 levels, or names do not fit.
    """
    times = as_times(times)
    columns = {
        name: _as_members(entry, f"states[{name!r}]", len(times))
        for name, entry in as_materials(states, "states").items()
    }
    d = _levels_of(columns)
    levels = _default_levels(d) if levels is None else list(levels)
    titles = list(columns) if titles is None else list(titles)
    parts = list(parts)
    _check_names(d, levels, len(columns), titles, parts)

    rows = 1 + len(parts)
    figure = new_figure(1.3 + 1.75 * max(len(columns), 2), 0.6 + 1.45 * rows)
    grid = figure.subplots(rows, len(columns), sharex=True, sharey=True, squeeze=False)
    pairs = _largest_pairs(columns, d)
    for axes, title, entry in zip(grid.T, titles, columns.values(), strict=True):
        entitle(axes[0], title)
        _draw_populations(axes[0], times, entry, levels, band)
        for panel, part in zip(axes[1:], parts, strict=True):
            _draw_coherences(panel, times, entry, levels, pairs, part, band)
        for panel in axes:
            dress(panel)
            panel.margins(x=0)
    _finish(figure, grid, parts, time_label)
    return figure


def _as_members(entry: Any, name: str, t: int) -> np.ndarray:
    """Convert to (seeds, t, d, d)."""
    states = np.asarray(entry, dtype=complex)
    states = states[None] if states.ndim == 3 else states
    square = states.ndim == 4 and states.shape[2] == states.shape[3]
    if not square or states.shape[1] != t or states.size == 0:
        raise ValueError(
            f"`{name}` must have shape ({t}, d, d) or (seeds, {t}, d, d), but has "
            f"shape {np.shape(entry)}."
        )
    check_finite(states, name)
    return states


def _levels_of(columns: dict[str, np.ndarray]) -> int:
    sizes = {name: entry.shape[-1] for name, entry in columns.items()}
    d = next(iter(sizes.values()))
    if len(set(sizes.values())) > 1 or not 2 <= d <= MOST_LEVELS:
        raise ValueError(
            f"`states` must have one number of levels, 2 to {MOST_LEVELS}, but have "
            f"{sizes}. Trace out parts of the system, or pick levels, before drawing."
        )
    return d


def _default_levels(d: int) -> list[str]:
    return ["00", "01", "10", "11"] if d == 4 else [str(level) for level in range(d)]


def _check_names(
    d: int, levels: list[str], columns: int, titles: list[str], parts: list[str]
) -> None:
    for name, names, count, what in (
        ("levels", levels, d, "levels"),
        ("titles", titles, columns, "columns"),
    ):
        if len(names) != count:
            raise ValueError(
                f"`{name}` must name {count} {what}, but has {len(names)} names."
            )
    strange = [part for part in parts if part not in OFF_DIAGONAL]
    if strange or not parts:
        raise ValueError(
            f"`parts` must name some of {', '.join(OFF_DIAGONAL)}, but is {parts}."
        )


def _largest_pairs(columns: dict[str, np.ndarray], d: int) -> list[tuple[int, int]]:
    """Return the pairs of levels with most coherence, the same for all columns."""
    greatest = {
        (i, j): max(np.abs(entry[..., i, j]).max() for entry in columns.values())
        for i, j in combinations(range(d), 2)
    }
    first, *others = sorted(greatest, key=lambda pair: -greatest[pair])[:MOST_PAIRS]
    return sorted([first, *(pair for pair in others if greatest[pair] > ROUNDING)])


def _name(levels: list[str], i: int, j: int) -> str:
    comma = "," if max(map(len, levels)) > 1 else ""
    return rf"\rho_{{{levels[i]}{comma}{levels[j]}}}"


def _draw_populations(
    axes: Axes, times: np.ndarray, states: np.ndarray, levels: list[str], band: Band
) -> None:
    for i in range(len(levels)):
        draw_band(
            axes,
            times,
            states[..., i, i].real,
            band,
            colour=ELEMENTS[i],
            dashes=DASHES[i % len(DASHES)],
            label=f"${_name(levels, i, i)}$",
        )


def _draw_coherences(
    axes: Axes,
    times: np.ndarray,
    states: np.ndarray,
    levels: list[str],
    pairs: list[tuple[int, int]],
    part: str,
    band: Band,
) -> None:
    for k, (i, j) in enumerate(pairs):
        draw_band(
            axes,
            times,
            OFF_DIAGONAL[part](states[..., i, j]),
            band,
            colour="0.15" if len(pairs) == 1 else ELEMENTS[k],
            dashes=DASHES[k % len(DASHES)],
            label=f"${SIGNS[part].format(_name(levels, i, j))}$",
        )


def _finish(
    figure: Figure, grid: np.ndarray, parts: list[str], time_label: str
) -> None:
    """Name the rows on the left, and the lines on the right."""
    low = min(panel.dataLim.ymin for panel in grid.flat)
    high = max(panel.dataLim.ymax for panel in grid.flat)
    grid[0, 0].set_ylim(min(low, 0.0) - 0.03, max(high, 1.0) + 0.03)
    dress(grid[0, 0], y="populations")
    for axes, part in zip(grid[1:, 0], parts, strict=True):
        dress(axes, y="coherences" if part == "modulus" else f"coherences,\n{part}")
    for panel in grid[:, -1]:
        panel.legend(
            loc="upper left",
            bbox_to_anchor=(1.0, 1.03),
            fontsize=SMALL,
            frameon=False,
            borderaxespad=0.2,
            labelspacing=0.3,
            handlelength=2.4,
        )
    figure.supxlabel(time_label, fontsize=MEDIUM)
