"""Measures against time, with the spread over seeds."""

from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ._inputs import as_materials, as_measures, as_times
from .style import (
    MEDIUM,
    NARROW,
    SMALL,
    THICK,
    TIME_LABEL,
    WIDE,
    dress,
    legend_columns,
    line_style,
    material_colours,
    new_figure,
    wrapped,
)

__all__ = ["measures_over_time"]

LONGEST = 22  # letters beside a panel

FEW = 20  # times that are shown as points


def measures_over_time(
    measures: Any, times: ArrayLike, *, time_label: str = TIME_LABEL
) -> Figure:
    """Draw each measure in a panel of its own, a line per material.

    Where a measure has several seeds, the line is their median and the band reaches
    from the least to the greatest. NaN leaves a gap. Up to 20 times are marked.

    Parameters
    ----------
    measures : mapping of materials to mappings of measures to arrays (t,) or (seeds, t)
        A labelled data set with axes "material" and "time", and a third one for seeds
        if there is one, is taken too. A material may lack a measure.
    times : shape (t,)
        Strictly increasing.
    time_label : str, optional
        Text under the time axes.

    Returns
    -------
    Figure
        One axes per measure, in order of first appearance.

    Raises
    ------
    TypeError
        If `measures` is not made of mappings.
    ValueError
        If an array has another number of times, or there is nothing to draw.
    """
    times = as_times(times)
    materials = {
        name: as_measures(entry, f"measures[{name!r}]")
        for name, entry in as_materials(measures, "measures").items()
    }
    for name, entry in materials.items():
        for measure, values in entry.items():
            _check_trace(values, f"measures[{name!r}][{measure!r}]", len(times))
    panels = list(dict.fromkeys(key for entry in materials.values() for key in entry))
    if not panels:
        raise ValueError("`measures` must hold at least one measure, but has none.")

    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    width = NARROW if columns == 1 else WIDE
    figure = new_figure(width, 0.5 + (1.9 if columns < 3 else 1.7) * rows)
    grid = figure.subplots(rows, columns, squeeze=False)
    colours = material_colours(materials)
    for axes, measure in zip(grid.flat, panels, strict=False):
        dress(
            axes,
            x=wrapped(time_label, width) if columns == 1 else None,
            y=_words(measure),
        )
        for name, entry in materials.items():
            if measure in entry:
                _draw(axes, times, entry[measure], name, colours[name])
    for axes in grid.flat[len(panels) :]:
        axes.remove()
    if columns > 1:  # once, since long labels of neighbours would meet
        figure.supxlabel(wrapped(time_label, width), fontsize=MEDIUM)
    _explain(figure, materials)
    return figure


def _words(measure: str) -> str:
    """Return the name of a measure in words, on lines short enough for a panel."""
    words = measure.replace("_", " ").replace("bloch", "Bloch").replace("choi", "Choi")
    return fill(words, LONGEST)


def _check_trace(values: np.ndarray, name: str, t: int) -> None:
    """Check for one value a time, or several seeds of them."""
    if values.ndim not in (1, 2) or values.shape[-1] != t or values.size == 0:
        raise ValueError(
            f"`{name}` must have shape ({t},) or (seeds, {t}), but has shape "
            f"{values.shape}."
        )


def _draw(
    axes: Axes, times: np.ndarray, values: np.ndarray, name: str, colour: str
) -> None:
    """Draw one line, and the band behind it."""
    seeds = np.atleast_2d(values)
    if len(seeds) > 1:
        axes.fill_between(
            times, seeds.min(axis=0), seeds.max(axis=0), color=colour, alpha=0.2, lw=0
        )
    axes.plot(
        times,
        np.median(seeds, axis=0),
        color=colour,
        linestyle=line_style(name),
        linewidth=THICK,
        marker="o" if len(times) <= FEW else "",
        markersize=2.5,
        label=name,
    )


def _explain(figure: Figure, materials: dict[str, dict[str, np.ndarray]]) -> None:
    """Name every material once, above all panels."""
    lines = {str(line.get_label()): line for axes in figure.axes for line in axes.lines}
    names = [name for name in materials if name in lines]
    figure.legend(
        [lines[name] for name in names],
        names,
        loc="outside upper center",
        ncols=legend_columns(names, figure.get_figwidth()),
        fontsize=SMALL,
        frameon=False,
        handlelength=2.6,
    )
