"""Laws of spins, correlators, and how well a search for laws does."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_law, check_shapes
from .style import (
    BLACK,
    ELEMENTS,
    GREY,
    MEDIUM,
    SMALL,
    THICK,
    THIN,
    WIDE,
    dress,
    entitle,
    new_figure,
)

__all__ = [
    "correlator_tables",
    "distances_along_a_mixture",
    "law_bars",
    "loss_histograms",
]

AXES_NAMES = ("1", "x", "y", "z")


def law_bars(panels: Mapping[str, Mapping[str, ArrayLike]]) -> Figure:
    """Draw the probabilities of all spin configurations as bars, a row per panel.

    Parameters
    ----------
    panels : mapping of title → mapping of label → shape (8**n,)
        Laws side by side in each panel, numbered as ``CorrelationMap.configurations``.

    Returns
    -------
    Figure
        One axes a panel, on one scale.

    Raises
    ------
    ValueError
        If there is no law, one has another shape, or is not a law.
    """
    rows = {
        title: {label: np.asarray(p, dtype=float) for label, p in laws.items()}
        for title, laws in panels.items()
    }
    given = [(label, p) for laws in rows.values() for label, p in laws.items()]
    if not rows or not all(rows.values()):
        raise ValueError(
            "`panels` must hold at least one law each, but there are "
            f"{[len(laws) for laws in rows.values()]}."
        )
    for label, p in given:
        check_shapes(**{label: (p, str(given[0][1].size))})
        check_law(p, label)

    figure = new_figure(WIDE, 0.4 + 1.5 * len(rows))
    stack = figure.subplots(len(rows), 1, sharex=True, sharey=True, squeeze=False)
    for axes, (title, laws) in zip(stack[:, 0], rows.items(), strict=True):
        _draw_bars(axes, laws)
        entitle(axes, title)
    stack[-1, 0].set_xlabel("configuration of the spins", fontsize=MEDIUM)
    return figure


def correlator_tables(tables: Mapping[str, ArrayLike]) -> Figure:
    """Draw correlators of pairs of qubits as coloured tables with their values.

    Parameters
    ----------
    tables : mapping of title → shape (4, 4)
        χ[μ, ν], rows for the first qubit. χ[0, 0] = 1 is left white.

    Returns
    -------
    Figure
        One axes a table, then a colour scale from −1 to 1 for all.

    Raises
    ------
    ValueError
        If there is no table, or one has another shape or is not finite.
    """
    given = {title: np.asarray(chi, dtype=float) for title, chi in tables.items()}
    if not given:
        raise ValueError("`tables` must hold at least one table, but hold none.")
    for title, chi in given.items():
        check_shapes(**{title: (chi, "4 4")})
        check_finite(chi, title)

    columns = min(len(given), 2)
    rows = -(-len(given) // columns)
    figure = new_figure(2.4 * columns + 0.8, 2.3 * rows)
    grid = figure.subplots(rows, columns, squeeze=False).reshape(-1)
    for axes in grid[len(given) :]:
        axes.remove()
    shown = grid[: len(given)]
    for axes, (title, chi) in zip(shown, given.items(), strict=True):
        image = _draw_table(axes, chi)
        entitle(axes, title)
    bar = figure.colorbar(image, ax=list(shown), shrink=0.8)
    bar.ax.tick_params(labelsize=SMALL, width=THIN, length=2.5)
    bar.outline.set_linewidth(THIN)
    return figure


def loss_histograms(
    losses: Mapping[str, ArrayLike], iterations: Mapping[str, ArrayLike]
) -> Figure:
    """Draw how many states ended at which loss, and after how many iterations.

    Parameters
    ----------
    losses : mapping of route → shape (k,)
        Final losses, positive; on a logarithmic axis.
    iterations : mapping of route → shape (k,)
        Of the routes that iterate.

    Returns
    -------
    Figure
        The axes of the losses and that of the iterations.

    Raises
    ------
    ValueError
        If nothing is given, or a loss is not positive and finite.
    """
    ends = {name: np.asarray(given, dtype=float) for name, given in losses.items()}
    counts = {
        name: np.asarray(given, dtype=float) for name, given in iterations.items()
    }
    if not ends or not counts:
        raise ValueError(
            "`losses` and `iterations` must hold a route, but one is empty."
        )
    for name, end in ends.items():
        check_shapes(losses=(end, "k"))
        if not (end.size and (end > 0).all() and np.isfinite(end).all()):
            raise ValueError(
                f"`losses` must be positive and finite, but {name} is not."
            )
    for count in counts.values():
        check_shapes(iterations=(count, "k"))
        check_finite(count, "iterations")
        if not (count.size and (count >= 0).all()):
            raise ValueError(
                "`iterations` must be some numbers not below 0, but are "
                f"{count.tolist()}."
            )

    figure = new_figure(WIDE, 2.3)
    left, right = figure.subplots(1, 2)
    colours = _colours([*ends, *counts])
    exponents = np.log10(np.concatenate(list(ends.values())))
    bins = np.linspace(np.floor(exponents.min()), np.ceil(exponents.max() + 1e-9), 80)
    for name, end in ends.items():
        left.hist(end, bins=10**bins, color=colours[name], alpha=0.8, label=name)
    left.set_xscale("log")
    most = max(count.max() for count in counts.values())
    for name, count in counts.items():
        bins = np.linspace(0, most, 60)
        right.hist(count, bins=bins, color=colours[name], alpha=0.8, label=name)
    dress(left, x=r"final loss $\|\hat\rho - \rho\|^2$", y="states")
    dress(right, x="iterations", y="states")
    left.legend(fontsize=SMALL, frameon=False)
    right.legend(fontsize=SMALL, frameon=False)
    return figure


def distances_along_a_mixture(
    shares: ArrayLike,
    searched: Mapping[str, ArrayLike],
    exact: Mapping[str, ArrayLike],
    *,
    threshold: tuple[float, float] | None = None,
) -> Figure:
    """Draw what a search reached against what is possible, along a mixture of states.

    Parameters
    ----------
    shares : shape (k,)
        Share of one state in the mixture.
    searched, exact : mapping of label → shape (k,) or (seeds, k)
        The same quantities by the search, drawn as points, and exactly, as lines. Not
        a number where there is none.
    threshold : (float, float), optional
        Mean and standard deviation of the share where exact laws end, as a band.

    Returns
    -------
    Figure
        One axes a quantity.

    Raises
    ------
    ValueError
        If nothing is given, labels differ, or a shape does.
    """
    shares = np.asarray(shares, dtype=float)
    check_shapes(shares=(shares, "k"))
    if not searched or list(searched) != list(exact):
        raise ValueError(
            "`searched` and `exact` must have the same labels, but have "
            f"{list(searched)} and {list(exact)}."
        )
    figure = new_figure(WIDE, 2.3)
    stack = figure.subplots(1, len(searched), squeeze=False)[0]
    for axes, label in zip(stack, searched, strict=True):
        found, best = (
            np.atleast_2d(np.asarray(given[label], dtype=float))
            for given in (searched, exact)
        )
        check_shapes(searched=(found, f"seeds {shares.size}"))
        check_shapes(exact=(best, f"seeds {shares.size}"))
        lines = axes.plot(shares, best.T, color=BLACK, linewidth=0.7 * THICK)
        points = axes.plot(shares, found.T, ".", color=ELEMENTS[1], markersize=3)
        if threshold is not None:
            mean, spread = threshold
            axes.axvspan(mean - spread, mean + spread, color=GREY, alpha=0.25, lw=0)
        dress(axes, x=r"share $p$", y=label)
    handles = [lines[0], points[0]]
    stack[0].legend(handles, ["exact", "search"], fontsize=SMALL, frameon=False)
    return figure


def _draw_bars(axes: Axes, laws: Mapping[str, np.ndarray]) -> None:
    """Draw the laws of one panel."""
    width = 0.84 / max(1, len(laws))
    for k, (label, p) in enumerate(laws.items()):
        at = np.arange(p.size) + (k - (len(laws) - 1) / 2) * width
        axes.bar(at, p, width=width, color=ELEMENTS[k % len(ELEMENTS)], label=label)
    dress(axes, y="probability")
    axes.grid(visible=False, axis="x")
    axes.margins(x=0.01)
    axes.legend(fontsize=SMALL, frameon=False)


def _draw_table(axes: Axes, chi: np.ndarray) -> AxesImage:
    """Draw one table with its numbers."""
    shown = chi.copy()
    shown[0, 0] = np.nan
    image = axes.imshow(shown, cmap="RdBu_r", vmin=-1, vmax=1)
    for (mu, nu), value in np.ndenumerate(shown):
        if np.isfinite(value):
            colour = "white" if abs(value) > 0.6 else BLACK
            axes.text(
                nu,
                mu,
                f"{value.round(2) + 0.0:.2f}".replace("-", "−"),
                ha="center",
                va="center",
                fontsize=SMALL - 1,
                color=colour,
            )
    dress(axes, grid=False, x="second qubit", y="first qubit")
    axes.set_xticks(range(4), AXES_NAMES)
    axes.set_yticks(range(4), AXES_NAMES)
    axes.tick_params(length=0)
    return image


def _colours(names: Sequence[str]) -> dict[str, str]:
    """Return one colour a name."""
    unique = list(dict.fromkeys(names))
    return {name: ELEMENTS[k % len(ELEMENTS)] for k, name in enumerate(unique)}
