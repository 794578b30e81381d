"""Laws of spike trains of single neurons, and of the next spike given the past."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from .._core.checks import check_law, check_shapes
from .style import (
    BLACK,
    ELEMENTS,
    GREY,
    MEDIUM,
    SMALL,
    THICK,
    WIDE,
    dress,
    entitle,
    new_figure,
)

__all__ = ["next_spike_tree", "spike_train_laws"]

MOST_STEPS = 6  # 64 records are as many columns as a page has room for
MOST_LAWS = 3
SAME = 1e-6  # probabilities nearer than this have one mark


def spike_train_laws(laws: Mapping[str, ArrayLike]) -> Figure:
    """Draw laws of all spike trains of one wire side by side.

    Columns are records; below them a filled cell is a spike, the first step on top.

    Parameters
    ----------
    laws : mapping of label → shape (2,)*T or (2**T,)
        At most three laws of the same records, the first step the most significant,
        and T at most 6.

    Returns
    -------
    Figure
        Axes of the probabilities, and of the records.

    Raises
    ------
    ValueError
        If there is no law or more than three, one has another shape, does not sum to
        1, or has more than six steps.
    """
    flat = {label: np.ravel(np.asarray(p, dtype=float)) for label, p in laws.items()}
    if not 1 <= len(flat) <= MOST_LAWS:
        raise ValueError(
            f"`laws` must hold one to {MOST_LAWS} laws, but hold {len(flat)}."
        )
    size = next(iter(flat.values())).size
    steps = size.bit_length() - 1
    if size != 2**steps or not 1 <= steps <= MOST_STEPS:
        raise ValueError(
            f"`laws` must have 2**T entries with T from 1 to {MOST_STEPS}, but have "
            f"{size}."
        )
    for label, p in flat.items():
        check_shapes(**{label: (p, str(size))})
        check_law(p, label)

    figure = new_figure(WIDE, 1.9 + 0.13 * steps)
    above, below = figure.subplots(
        2, 1, sharex=True, height_ratios=[1.5, 0.13 * steps + 0.05]
    )
    width = 0.8 / len(flat)
    for k, (label, p) in enumerate(flat.items()):
        shift = (k - (len(flat) - 1) / 2) * width
        above.bar(
            np.arange(size) + shift, p, width, color=ELEMENTS[k], label=label, zorder=2
        )
    dress(above, y="probability")
    above.tick_params(axis="x", which="both", bottom=False)
    above.legend(fontsize=SMALL, frameon=False, ncols=len(flat))
    _draw_records(below, steps)
    return figure


def next_spike_tree(trees: Mapping[str, Sequence[ArrayLike]]) -> Figure:
    """Draw how the probability of a spike changes as more of the past is told.

    Each branching tells one more spike of the past, the last one first: a full mark is
    a past whose newly told spike was a spike, an open one a past where it was none, and
    a half one both, where it does not matter. The tree of a Markov chain branches once
    and runs level from there.

    Parameters
    ----------
    trees : mapping of label → arrays of shapes (), (2,), (2, 2), …
        Probability of a spike given nothing, given the last spike, given the last two,
        …; the first axis belongs to the last spike, the next to the one before. NaN
        for pasts that do not occur. All trees have the same depth, at least 1.

    Returns
    -------
    Figure
        One axes a tree, on one scale.

    Raises
    ------
    ValueError
        If there is no tree, depths differ or are below 1, an array has another shape,
        or holds anything but probabilities and NaN.
    """
    given = {
        label: [np.asarray(level, dtype=float) for level in levels]
        for label, levels in trees.items()
    }
    depths = {len(levels) - 1 for levels in given.values()}
    if len(depths) != 1 or min(depths) < 1:
        raise ValueError(
            "`trees` must hold trees of one depth, at least 1, but hold depths "
            f"{sorted(depths)}."
        )
    for label, levels in given.items():
        _check_tree(label, levels)

    figure = new_figure(min(WIDE, 0.6 + 2.4 * len(given)), 2.5)
    grid = figure.subplots(1, len(given), sharey=True, squeeze=False)[0]
    for axes, (label, levels), colour in zip(
        grid, given.items(), ELEMENTS * len(given), strict=False
    ):
        _draw_tree(axes, levels, colour)
        dress(axes, x="spikes of the past that are told")
        entitle(axes, label)
    grid[0].set_ylabel("probability of a spike", fontsize=MEDIUM)
    grid[-1].legend(handles=_TREE_MARKS, fontsize=SMALL, frameon=False)
    return figure


def _draw_records(axes: Axes, steps: int) -> None:
    """Draw the spikes of every record as filled cells, the first step on top."""
    records = (np.arange(2**steps) >> np.arange(steps)[::-1, None]) & 1  # (T, 2**T)
    axes.imshow(records, cmap="Greys", vmin=0, vmax=1.3, aspect="auto")
    axes.set_xticks(np.arange(2**steps + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(steps + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=0.8)
    dress(axes, x="record", y="step", grid=False)
    axes.set_xticks([])
    axes.set_yticks(np.arange(steps), [str(t + 1) for t in range(steps)])
    axes.tick_params(which="both", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


_TREE_MARKS = [
    Line2D([], [], color=GREY, marker="o", linewidth=0, markersize=4, label="a spike"),
    Line2D(
        [],
        [],
        color=GREY,
        marker="o",
        linewidth=0,
        markersize=4,
        markerfacecolor="white",
        label="no spike",
    ),
]


def _check_tree(label: str, levels: list[np.ndarray]) -> None:
    """Check shapes and values of a tree."""
    for depth, level in enumerate(levels):
        if level.shape != (2,) * depth:
            raise ValueError(
                f"`{label}` must hold arrays of shapes (), (2,), (2, 2), …, but entry "
                f"{depth} has shape {level.shape}."
            )
        known = level[~np.isnan(level)]
        if known.size and not (known.min() >= -1e-12 and known.max() <= 1 + 1e-12):
            raise ValueError(
                f"`{label}` must hold probabilities, but entry {depth} lies in "
                f"[{known.min():.3g}, {known.max():.3g}]."
            )


def _draw_tree(axes: Axes, levels: list[np.ndarray], colour: str) -> None:
    """Draw branches from every past to its two continuations into the older past."""
    axes.plot([0], [levels[0]], "s", color=BLACK, markersize=4, zorder=3)
    for depth in range(1, len(levels)):
        for past in np.ndindex(levels[depth - 1].shape):
            start, ends = levels[depth - 1][past], levels[depth][past]
            for end in ends:
                axes.plot(
                    [depth - 1, depth],
                    [start, end],
                    color=colour,
                    linewidth=THICK,
                    alpha=0.6,
                    zorder=2,
                )
            same = abs(ends[0] - ends[1]) < SAME
            for end, spike in zip(ends, (False, True), strict=True):
                axes.plot(
                    [depth],
                    [end],
                    "o",
                    color=colour,
                    fillstyle="left" if same else "full",
                    markerfacecolor=colour if same or spike else "white",
                    markerfacecoloralt="white",
                    markersize=4,
                    zorder=3,
                )
    axes.set_xticks(range(len(levels)))
    axes.set_xlim(-0.2, len(levels) - 0.8)
