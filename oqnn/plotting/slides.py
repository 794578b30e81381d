"""Diagonal and off-diagonal elements of a state, with the spread over seeds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .._core.checks import check_finite
from ._inputs import as_materials, as_times
from .style import (
    BLUE,
    MEDIUM,
    NARROW,
    SMALL,
    THICK,
    TIME_LABEL,
    VERMILION,
    dress,
    entitle,
    new_figure,
)

__all__ = ["elements_over_seeds"]

BAND = 0.25  # opacity
# Solid above dashed: told apart without colours.
POPULATIONS = ((BLUE, "-"), (VERMILION, (0, (4, 1.5))))


def elements_over_seeds(
    times: ArrayLike,
    states: Any,
    *,
    titles: Sequence[str] | None = None,
    time_label: str = TIME_LABEL,
) -> Figure:
    """Draw populations and coherence of a qubit, a column a material, with bands.

    All columns share their axes. Where there are several seeds, a line is the median
    over them and the band reaches from the least to the greatest.

    Parameters
    ----------
    times : shape (t,)
        Strictly increasing.
    states : mapping of str to arrays (t, 2, 2) or (seeds, t, 2, 2)
        States of a qubit in each material.
    titles : sequence of str, optional
        Above the columns; the names of the materials by default.
    time_label : str, optional
        Text under the figure.

    Returns
    -------
    Figure
        Two rows of axes: populations ρ₀₀, ρ₁₁ and coherence |ρ₀₁|.

    Raises
    ------
    TypeError
        If `states` has no materials.
    ValueError
        If the shapes disagree, an entry is not finite, `times` does not increase, or
        there are other numbers of titles than of materials.
    """
    times = as_times(times)
    columns = {
        name: _as_members(entry, f"states[{name!r}]", len(times))
        for name, entry in as_materials(states, "states").items()
    }
    titles = list(columns) if titles is None else list(titles)
    if len(titles) != len(columns):
        raise ValueError(
            f"`titles` must name {len(columns)} columns, but has {len(titles)} names."
        )

    width = max(NARROW, 0.8 + 2.0 * len(columns))
    figure = new_figure(width, 3.6)
    grid = figure.subplots(2, len(columns), sharex=True, sharey="row", squeeze=False)
    for axes, title, entry in zip(grid.T, titles, columns.values(), strict=True):
        entitle(axes[0], title)
        for level, (colour, dashes) in enumerate(POPULATIONS):
            values = entry[:, :, level, level].real
            label = rf"$\rho_{{{level}{level}}}$"
            _draw(axes[0], times, values, colour, dashes, label)
        _draw(axes[1], times, np.abs(entry[:, :, 0, 1]), "0.15", "-", r"$|\rho_{01}|$")
        for panel in axes:
            dress(panel)
            panel.margins(x=0)
    grid[0, 0].set_ylim(-0.03, 1.03)
    grid[1, 0].set_ylim(-0.015, 0.515)
    dress(grid[0, 0], y="populations")
    dress(grid[1, 0], y="coherence")
    for panel in grid[:, -1]:
        panel.legend(loc="upper right", fontsize=SMALL, frameon=False, handlelength=2.6)
    figure.supxlabel(time_label, fontsize=MEDIUM)
    return figure


def _as_members(entry: Any, name: str, t: int) -> np.ndarray:
    """Convert to (seeds, t, 2, 2)."""
    states = np.asarray(entry, dtype=complex)
    states = states[None] if states.ndim == 3 else states
    if states.ndim != 4 or states.shape[1:] != (t, 2, 2) or states.size == 0:
        raise ValueError(
            f"`{name}` must have shape ({t}, 2, 2) or (seeds, {t}, 2, 2), but has "
            f"shape {np.shape(entry)}."
        )
    check_finite(states, name)
    return states


def _draw(
    axes: Axes,
    times: np.ndarray,
    values: np.ndarray,
    colour: str,
    dashes: Any,
    label: str,
) -> None:
    if len(values) > 1:
        least, greatest = values.min(axis=0), values.max(axis=0)
        axes.fill_between(times, least, greatest, color=colour, alpha=BAND, lw=0)
    axes.plot(
        times,
        np.median(values, axis=0),
        color=colour,
        linestyle=dashes,
        linewidth=THICK,
        label=label,
    )
