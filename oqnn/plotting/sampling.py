"""Sampled laws of neurons: their states in time, their law, how it was learned."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_integer, check_law, check_positive
from .style import (
    BLACK,
    MEASURED,
    SMALL,
    TARGET,
    THICK,
    WIDE,
    dress,
    entitle,
    new_figure,
)

__all__ = ["sampled_law"]

MOST_NAMES = 32  # more states than this are numbered by the axis alone
BAR = 0.4  # width of one of the two bars of a state


def sampled_law(
    active: ArrayLike,
    target: ArrayLike,
    runs: ArrayLike,
    losses: ArrayLike,
    *,
    dt_ms: float = 1.0,
    steps: int = 200,
    floor: float | None = None,
) -> Figure:
    r"""Draw active states in time, a sampled law beside its target, learning curves.

    Gray bars of the first axes are the times for which a neuron is active, and black
    marks where such a time begins. In the second, bars are means over the runs, error
    bars reach from the least to the greatest. In the third, the line is the mean
    over instances and the band one standard deviation.

    Parameters
    ----------
    active : shape (T, n)
        Zeros and ones, the states of the neurons of one run.
    target : shape (2**n,)
        The prescribed law, states numbered by bits, the first neuron the most
        significant.
    runs : shape (runs, 2**n)
        The law as sampled in each run.
    losses : shape (epochs,) or (instances, epochs)
        Positive, Kullback-Leibler divergences along training.
    dt_ms : float, optional, ms
        Length of a step.
    steps : int, optional
        How many steps to draw, from the first.
    floor : float, optional
        A level of the third axes: what sampling alone gives.

    Returns
    -------
    Figure
        Three axes.

    Raises
    ------
    TypeError, ValueError
        If a shape does not fit, `active` holds anything but zeros and ones, a law is
        none, or a loss or `floor` is not positive.
    """
    active, target, runs = (np.asarray(a, dtype=float) for a in (active, target, runs))
    losses = np.atleast_2d(np.asarray(losses, dtype=float))
    check_positive(dt_ms, "dt_ms")
    check_integer(steps, "steps")
    _check_law_and_states(active, target, runs)
    _check_losses(losses, floor)

    figure = new_figure(WIDE, 3.6)
    shapes = figure.subplot_mosaic("ac;bb", width_ratios=[1.5, 1], height_ratios=[1, 1])
    _draw_states(shapes["a"], active[:steps], dt_ms)
    _draw_law(shapes["b"], target, runs)
    _draw_losses(shapes["c"], losses, floor)
    return figure


def _check_law_and_states(
    active: np.ndarray, target: np.ndarray, runs: np.ndarray
) -> None:
    """Check the states, the law that they should have, and the laws that they had."""
    if active.ndim != 2 or 0 in active.shape:
        raise ValueError(
            f"`active` must have shape (T, n), but has shape {active.shape}."
        )
    if not ((active == 0) | (active == 1)).all():
        raise ValueError("`active` must hold zeros and ones, but holds other values.")
    states = 2 ** active.shape[1]
    if target.shape != (states,):
        raise ValueError(
            f"`target` must have shape ({states},), a probability for each state of "
            f"{active.shape[1]} neurons, but has shape {target.shape}."
        )
    if runs.ndim != 2 or runs.shape[1] != states or not len(runs):
        raise ValueError(
            f"`runs` must have shape (runs, {states}), but has shape {runs.shape}."
        )
    check_law(target, "target")
    for i, law in enumerate(runs):
        check_law(law, f"runs[{i}]")


def _check_losses(losses: np.ndarray, floor: float | None) -> None:
    """Check what a logarithmic axis must hold."""
    if losses.ndim != 2 or not losses.size:
        raise ValueError(
            "`losses` must have shape (epochs,) or (instances, epochs), "
            f"but has shape {losses.shape}."
        )
    check_finite(losses, "losses")
    if not losses.min() > 0:
        raise ValueError(
            "`losses` must be positive for a logarithmic axis, but one is "
            f"{losses.min():.3g}."
        )
    if floor is not None:
        check_positive(floor, "floor")


def _draw_states(axes: Axes, active: np.ndarray, dt_ms: float) -> None:
    """Draw a row of bars a neuron, the first neuron on top."""
    for row, states in enumerate(active.T):
        edges = np.diff(np.concatenate([[0], states, [0]]))
        begins, ends = np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)
        spans = [
            (dt_ms * a, dt_ms * (b - a)) for a, b in zip(begins, ends, strict=True)
        ]
        axes.broken_barh(spans, (row - 0.35, 0.7), facecolor="0.85")
        axes.vlines(begins * dt_ms, row - 0.35, row + 0.35, color=BLACK, linewidth=0.8)
    axes.set_ylim(active.shape[1] - 0.5, -0.5)
    axes.set_xlim(0, len(active) * dt_ms)
    axes.set_yticks(range(active.shape[1]), _subscripts(active.shape[1]))
    dress(axes, x="time (ms)", grid=False)
    entitle(axes, "active states of one run")


def _subscripts(n: int) -> Sequence[str]:
    """Return z₁ … zₙ."""
    return [f"$z_{{{i}}}$" for i in range(1, n + 1)]


def _draw_law(axes: Axes, target: np.ndarray, runs: np.ndarray) -> None:
    """Draw a bar of the target and one of the samples for each state."""
    places, mean = np.arange(len(target)), runs.mean(axis=0)
    reach = np.array([mean - runs.min(axis=0), runs.max(axis=0) - mean]).clip(min=0)
    axes.bar(places - BAR / 2, mean, BAR, color=MEASURED, label="sampled")
    axes.bar(places + BAR / 2, target, BAR, color=TARGET, label="target")
    axes.errorbar(
        places - BAR / 2, mean, yerr=reach, fmt="none", ecolor=BLACK, elinewidth=0.8
    )
    axes.set_xlim(-1, len(target))
    if len(target) <= MOST_NAMES:
        digits = (len(target) - 1).bit_length()
        names = [format(state, f"0{digits}b") for state in places]
        axes.set_xticks(places, names, rotation=90)
    else:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    dress(axes, x="state $z_1 z_2 …$", y="probability")
    axes.legend(fontsize=SMALL, frameon=False)
    entitle(axes, f"means of {len(runs)} runs, their least and greatest")


def _draw_losses(axes: Axes, losses: np.ndarray, floor: float | None) -> None:
    """Draw mean and standard deviation of the instances."""
    epochs, mean = np.arange(losses.shape[1]), losses.mean(axis=0)
    axes.set_yscale("log")
    axes.plot(epochs, mean, color=MEASURED, linewidth=THICK, label="mean")
    if len(losses) > 1:
        spread = losses.std(axis=0, ddof=1)
        low = np.maximum(mean - spread, losses.min(axis=0))  # the axis has no zero
        axes.fill_between(
            epochs, low, mean + spread, color=MEASURED, alpha=0.25, linewidth=0
        )
        entitle(axes, f"{len(losses)} instances")
    if floor is not None:
        axes.axhline(floor, color=BLACK, linestyle=":", linewidth=1.0, label="sampling")
    axes.legend(fontsize=SMALL, frameon=False)
    dress(axes, x="epoch", y=r"$KL(p_s \Vert p)$")
