"""Weights of a learning material over its cycle."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_positive, check_shapes
from .style import (
    BLACK,
    MATERIALS,
    MEDIUM,
    SMALL,
    THICK,
    THIN,
    dress,
    new_figure,
)

__all__ = ["weights_over_cycle"]

MOST = 9  # neurons, and inputs of each of them: a table of panels that still reads
COLOUR = MATERIALS["learning"][0]
MANY = 40  # slices: more steps than that are drawn finer
PANEL = 1.05  # inches


def weights_over_cycle(
    weights: ArrayLike,
    *,
    period: float = 1.0,
    initial: ArrayLike | None = None,
    time_label: str = r"$\tau$",
) -> Figure:
    r"""Draw weights W(τ) over one cycle, a row a neuron and a column an input.

    Weights are constant within a slice. All panels share one scale. The last input is
    the bias: with k neurons there are k + 1 inputs.

    Parameters
    ----------
    weights : shape (slices, k, inputs) or (seeds, slices, k, inputs)
        The first seed is drawn thick. At most 9 neurons and inputs.
    period : float, optional
        Length T of the cycle, time.
    initial : shape (slices, k, inputs), optional
        Weights before learning, as thin black lines.
    time_label : str, optional
        Text under the figure.

    Returns
    -------
    Figure
        k rows of axes.

    Raises
    ------
    ValueError
        If the shapes disagree, a weight is not finite, the period is not positive, or
        there are too many neurons.
    """
    weights = np.asarray(weights, dtype=float)
    weights = weights[None] if weights.ndim == 3 else weights
    check_shapes(weights=(weights, "seeds slices k inputs"))
    check_finite(weights, "weights")
    check_positive(period, "period")
    _, slices, k, inputs = weights.shape
    if weights.size == 0 or max(k, inputs) > MOST:
        raise ValueError(
            f"`weights` must have 1 to {MOST} neurons and inputs, but has {k} and "
            f"{inputs}. Draw some of them."
        )
    lines = [(member, COLOUR, THIN) for member in weights[:0:-1]]
    if initial is not None:
        initial = np.asarray(initial, dtype=float)
        check_shapes(initial=(initial, f"{slices} {k} {inputs}"))
        check_finite(initial, "initial")
        lines.append((initial, BLACK, THIN))
    lines.append((weights[0], COLOUR, THICK if slices <= MANY else 0.6 * THICK))

    figure = new_figure(0.7 + PANEL * inputs, 0.5 + 0.8 * PANEL * k)
    grid = figure.subplots(k, inputs, sharex=True, sharey=True, squeeze=False)
    edges = np.linspace(0, period, slices + 1)
    for (i, j), axes in np.ndenumerate(grid):
        for member, colour, width in lines:
            axes.stairs(
                member[:, i, j],
                edges,
                baseline=None,
                color=colour,
                lw=width,
                alpha=0.5 if width == THIN and colour == COLOUR else 1.0,
            )
        axes.axhline(0, color="0.7", linewidth=0.5, zorder=0)
        dress(axes)
        axes.set_xlim(0, period)
        _name(axes, _weight_name(i, j, inputs > k and j == inputs - 1))
    _set_scale(grid, np.stack([member for member, _, _ in lines]))
    if initial is not None:
        _explain(figure)
    figure.supxlabel(time_label, fontsize=MEDIUM)
    figure.supylabel("weights", fontsize=MEDIUM)
    return figure


def _weight_name(i: int, j: int, bias: bool) -> str:
    return f"$b_{{{i + 1}}}$" if bias else f"$W_{{{i + 1}{j + 1}}}$"


def _name(axes: Axes, name: str) -> None:
    axes.text(
        0.96,
        0.97,
        name,
        transform=axes.transAxes,
        ha="right",
        va="top",
        fontsize=SMALL,
    )


def _set_scale(grid: np.ndarray, weights: np.ndarray) -> None:
    """Leave room for the names above all lines."""
    low, high = min(weights.min(), 0.0), max(weights.max(), 0.0)
    room = (high - low) or 1.0
    grid[0, 0].set_ylim(low - 0.06 * room, high + 0.3 * room)


def _explain(figure: Figure) -> None:
    lines = [
        Line2D([], [], color=COLOUR, lw=THICK),
        Line2D([], [], color=BLACK, lw=THIN),
    ]
    figure.legend(
        lines,
        ["learned", "before learning"],
        loc="outside upper center",
        ncols=2,
        fontsize=SMALL,
        frameon=False,
    )
