"""Cost against epoch."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import ArrayLike

from .style import (
    BLACK,
    MATERIALS,
    NARROW,
    SMALL,
    THICK,
    THIN,
    dress,
    entitle,
    line_style,
    material_colours,
    new_figure,
)

__all__ = ["learning_curves"]

NAME_HEIGHT = 0.06  # of a name at the right edge, in axes


def learning_curves(
    costs: ArrayLike,
    reference_lines: Mapping[str, float] | None = None,
    *,
    cost_label: str = "cost $J$",
) -> Figure:
    """Draw the cost of each seed against the epoch, on a logarithmic axis.

    The seed that reaches the least cost is drawn thick. NaN marks epochs that a seed
    did not run.

    Parameters
    ----------
    costs : shape (seeds, epochs) or (epochs,)
        Positive.
    reference_lines : mapping of str to float, optional
        Levels to compare with, such as the cost of other materials; a material's name
        gives its line that material's colour.
    cost_label : str, optional
        Text beside the axis.

    Returns
    -------
    Figure
        One axes: a line per seed, then one per reference.

    Raises
    ------
    ValueError
        If the shape is another one or a value is not positive.
    """
    costs = np.asarray(costs, dtype=float)
    references = {
        str(name): float(level) for name, level in (reference_lines or {}).items()
    }
    if costs.ndim not in (1, 2) or costs.size == 0 or np.isnan(costs).all():
        raise ValueError(
            "`costs` must have shape (seeds, epochs) or (epochs,) and hold a number, "
            f"but has shape {costs.shape}."
        )
    _check_positive(costs, "costs")
    for name, level in references.items():
        _check_positive(np.array(level), f"reference_lines[{name!r}]")

    figure = new_figure(NARROW, 2.5)
    axes = figure.subplots()
    axes.set_yscale("log")
    _draw_seeds(axes, np.atleast_2d(costs))
    _draw_references(axes, references)
    dress(axes, x="epoch", y=cost_label)
    if costs.ndim == 2 and len(costs) > 1:
        entitle(axes, f"{len(costs)} seeds, the best one thick")
    _mark_decades(axes)
    axes.set_xlim(0, max(1, costs.shape[-1] - 1))
    return figure


def _mark_decades(axes: Axes) -> None:
    """Write 0.1, 0.2, 0.5 rather than powers of ten."""
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(which="minor", width=0.4, length=1.5)


def _check_positive(values: np.ndarray, name: str) -> None:
    """Check that a logarithmic axis can hold the values."""
    bad = values[~(np.isnan(values) | ((values > 0) & np.isfinite(values)))]
    if bad.size:
        raise ValueError(
            f"`{name}` must be positive for a logarithmic axis, but holds "
            f"{bad.flat[0]:.3g}."
        )


def _draw_seeds(axes: Axes, costs: np.ndarray) -> None:
    """Draw the seeds thin and the best one thick above them."""
    colour = MATERIALS["learning"][0]
    best = int(np.nanargmin(np.where(np.isnan(costs), np.inf, costs).min(axis=1)))
    for seed, curve in enumerate(costs):
        axes.plot(
            np.arange(len(curve)),
            curve,
            color=colour,
            linewidth=THICK if seed == best else THIN,
            alpha=1.0 if seed == best else 0.5,
            zorder=3 if seed == best else 2,
            label="best seed" if seed == best else f"seed {seed}",
        )


def _draw_references(axes: Axes, references: dict[str, float]) -> None:
    """Draw the levels and name them at the right edge."""
    colours = material_colours(references)
    for name, level in references.items():
        colour = colours[name] if name in MATERIALS else BLACK
        axes.axhline(
            level, color=colour, linestyle=line_style(name), linewidth=1.0, label=name
        )
    for name, height in _name_heights(axes, references).items():
        axes.text(
            1.02,
            height,
            name,
            transform=axes.transAxes,
            fontsize=SMALL,
            color=colours[name] if name in MATERIALS else BLACK,
            verticalalignment="center",
        )


def _name_heights(axes: Axes, references: dict[str, float]) -> dict[str, float]:
    """Return heights on the axes, moved up where names would overlap."""
    low, high = np.log(axes.get_ylim())
    axes.set_ylim(axes.get_ylim())  # the names stay beside their lines
    heights: dict[str, float] = {}
    floor = -np.inf
    for name, level in sorted(references.items(), key=lambda item: item[1]):
        heights[name] = max(float((np.log(level) - low) / (high - low)), floor)
        floor = heights[name] + NAME_HEIGHT
    return heights
