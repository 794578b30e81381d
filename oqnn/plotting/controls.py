"""What a material's neurons do over one cycle."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_shapes
from ._inputs import as_times
from .style import (
    ELEMENTS,
    NARROW,
    SMALL,
    THICK,
    TIME_LABEL,
    dress,
    new_figure,
)

__all__ = ["drive"]


def drive(
    times: ArrayLike,
    y: ArrayLike,
    *,
    bounds: tuple[float, float] = (-1.0, 1.0),
    labels: Sequence[str] | None = None,
    time_label: str = TIME_LABEL,
) -> Figure:
    """Draw the controls over one cycle, with their bounds.

    Parameters
    ----------
    times : shape (t,)
        Strictly increasing.
    y : shape (t, k)
        Activities of k ≤ 6 neurons; no unit.
    bounds : (float, float), optional
        What |y| cannot pass, drawn as grey lines; nothing is clipped.
    labels : sequence of k str, optional
        Names of the neurons, y₁, y₂, … by default.
    time_label : str, optional
        Text under the time axis.

    Returns
    -------
    Figure
        One axes: a line per neuron, then the two bounds.

    Raises
    ------
    ValueError
        If the shapes disagree, a value is not finite, the bounds are in the wrong
        order, or there are more than six neurons.
    """
    times, y = as_times(times), np.asarray(y, dtype=float)
    check_shapes(times=(times, "t"), y=(y, "t k"))
    check_finite(y, "y")
    low, high = (float(bound) for bound in bounds)
    if not low < high:
        raise ValueError(f"`bounds` must be in rising order, but are {low}, {high}.")
    k = y.shape[1]
    if not 1 <= k <= len(ELEMENTS):
        raise ValueError(
            f"`y` must hold 1 to {len(ELEMENTS)} neurons, but holds {k}. "
            "Draw some of them."
        )
    labels = [f"$y_{{{i + 1}}}$" for i in range(k)] if labels is None else list(labels)
    if len(labels) != k:
        raise ValueError(f"`labels` must name {k} neurons, but has {len(labels)}.")

    figure = new_figure(NARROW, 2.2)
    axes = figure.subplots()
    dress(axes, x=time_label, y="activity $y$")
    for values, colour, label in zip(y.T, ELEMENTS, labels, strict=False):
        axes.plot(times, values, color=colour, linewidth=THICK, label=label)
    for bound in (low, high):
        axes.axhline(bound, color="0.5", linestyle="--", linewidth=0.8)
    margin = 0.06 * (high - low)
    axes.set_ylim(
        min(low, y.min()) - margin,
        max(high, y.max()) + margin,
    )
    axes.margins(x=0)
    axes.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=k,
        fontsize=SMALL,
        frameon=False,
        handlelength=1.4,
        columnspacing=1.2,
    )
    return figure
