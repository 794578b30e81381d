"""How networks learned entangled states: epochs, samples, hidden neurons, graphs."""

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from numpy.typing import ArrayLike

from .._core.checks import check_integer, check_positive
from ._points import STAR, Series, as_points, as_series, bars, looks_of, mark, name_them
from .style import BLACK, GREY, SMALL, THICK, THIN, WIDE, dress, entitle, new_figure

__all__ = ["fidelities_of_graphs", "learning_performance"]

GENUINE = 1 / np.sqrt(2)  # root fidelity with a GHZ state
OTHERS = STAR + "Xph"
DOTTED: dict[str, Any] = {"color": BLACK, "linestyle": ":", "linewidth": 1.0}
DIVERGENCE = r"$D_\mathrm{KL}(p^*\,\|\,p)$"


def learning_performance(
    training: Mapping[str, Mapping[str, ArrayLike]],
    samples: Mapping[str, Mapping[str, ArrayLike]],
    sizes: Mapping[str, Mapping[str, ArrayLike]],
    *,
    n_outcomes: int = 16,
    window: int = 9,
    marks: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
) -> Figure:
    r"""Draw how a state is learned, the samples that takes, and fidelities by size.

    As in [1]_, Fig. 3. Root fidelities are of the physical states nearest to what
    was sampled while they are learned. Against the number of hidden neurons they are
    both of raw states, by linear inversion (filled), which exceed one by chance, and of
    physical ones (open). Above 1/√2 a GHZ state has genuine entanglement of all its
    qubits. A dotted line is (K − 1)/2n, the mean divergence of n independent samples of
    a law of K outcomes.

    Parameters
    ----------
    training : mapping of label → arrays of shape (epochs,)
        ``epoch``, ``root_fidelity`` and ``divergence``, faint, under running means.
    samples : mapping of label → {"samples", "divergence", "sd"}, each of shape (k,)
        Divergence of so many samples of a trained network.
    sizes : mapping of label → arrays of shape (k,)
        ``hidden``, ``raw``, ``raw_sd``, ``physical`` and ``physical_sd``, root
        fidelities. Bars are left out where ``sd`` is not a number.
    n_outcomes : int
        K.
    window : int
        Points of a running mean, an odd number; fewer near the ends.
    marks : mapping of name → mapping of label → (hidden, raw root fidelity), optional
        What others found, a marker a name, in the colour of the label in `sizes`.

    Returns
    -------
    Figure
        Four axes: 1 − fidelity and divergence by epoch, divergence by samples, and
        fidelities by hidden neurons.

    Raises
    ------
    TypeError, ValueError
        If a part is no mapping of labels to those arrays, their lengths differ, a
        number other than ``sd`` is not finite, or `window` is even.

    References
    ----------
    .. [1] Czischek et al., SciPost Phys. 12, 039 (2022).
    """
    curves = as_series(training, "training", "epoch root_fidelity divergence")
    counts = as_series(samples, "samples", "samples divergence sd")
    by_size = as_series(sizes, "sizes", "hidden raw raw_sd physical physical_sd")
    check_integer(n_outcomes, "n_outcomes", least=2)
    check_integer(window, "window")
    if window % 2 == 0:
        raise ValueError(f"`window` must be odd, but is {window}.")
    others = {
        name: as_points(points, f"marks[{name!r}]", 2)
        for name, points in (marks or {}).items()
    }

    figure = new_figure(WIDE, 4.8)
    axes = figure.subplots(2, 2).ravel()
    _draw_training(axes[0], axes[1], curves, window)
    _draw_samples(axes[2], counts, n_outcomes)
    _draw_sizes(axes[3], by_size, others)
    return figure


def fidelities_of_graphs(
    panels: Mapping[str, Mapping[str, Mapping[str, ArrayLike]]],
    *,
    floor: float | None = None,
    published: tuple[float, float, float] | None = None,
) -> Figure:
    r"""Draw fidelities and divergences of graphs by the number of hidden neurons.

    As in [1]_, Fig. 4, a column a comparison. Root fidelities are of raw states, by
    linear inversion, and exceed one by chance.

    Parameters
    ----------
    panels : mapping of title → mapping of label → arrays of shape (k,)
        ``hidden``, ``raw``, ``raw_sd``, ``divergence`` and ``divergence_sd``. A label
        has one colour throughout.
    floor : float, optional
        Mean divergence of as many independent samples of the target, a dotted line.
    published : (float, float, float), optional
        Hidden neurons, raw root fidelity and divergence of others, a star.

    Returns
    -------
    Figure
        Two rows: fidelities, and divergences on a logarithmic axis.

    Raises
    ------
    TypeError, ValueError
        If there is no panel, a part is no mapping of labels to those arrays, their
        lengths differ, a number other than ``sd`` is not finite, or `floor` is not
        positive.

    References
    ----------
    .. [1] Czischek et al., SciPost Phys. 12, 039 (2022).
    """
    keys = "hidden raw raw_sd divergence divergence_sd"
    if not isinstance(panels, Mapping) or not panels:
        raise ValueError("`panels` must hold at least one panel, but holds none.")
    checked = {title: as_series(panel, title, keys) for title, panel in panels.items()}
    other = None
    if published is not None:
        other = as_points({"": published}, "published", 3)[""]
    if floor is not None:
        check_positive(floor, "floor")
    looks = looks_of(label for panel in checked.values() for label in panel)

    figure = new_figure(WIDE, 4.4)
    grid = figure.subplots(2, len(checked), sharex=True, sharey="row", squeeze=False)
    for column, (title, panel) in zip(grid.T, checked.items(), strict=True):
        for label, data in panel.items():
            for axes, key in zip(column, ("raw", "divergence"), strict=True):
                given = data["hidden"], data[key], data[f"{key}_sd"]
                bars(axes, *given, looks[label], label=label)
        if other is not None:
            for axes, value in zip(column, other[1:], strict=True):
                mark(axes, other[0], value, (BLACK, STAR), label="published chip")
        if floor is not None:
            column[1].axhline(floor, **DOTTED, label="independent samples")
        column[0].axhline(1, color=BLACK, linewidth=THIN)
        entitle(column[0], title)
        dress(column[0])
        dress(column[1], x="hidden neurons $M$ of the first layer")
        _whole_decades(column[1])
        name_them(column[1], "upper right")
    dress(grid[0, 0], y="root fidelity, raw (linear inversion)")
    dress(grid[1, 0], y=DIVERGENCE)
    return figure


def _draw_training(left: Axes, right: Axes, curves: Series, window: int) -> None:
    """Draw infidelities and divergences by epoch, and their running means."""
    looks = looks_of(curves)
    for label, data in curves.items():
        colour, _ = looks[label]
        infidelity = 1 - data["root_fidelity"]
        for axes, values in ((left, infidelity), (right, data["divergence"])):
            axes.plot(data["epoch"], values, color=colour, linewidth=THIN, alpha=0.35)
            means = _running_mean(values, window)
            axes.plot(
                data["epoch"], means, color=colour, linewidth=0.8 * THICK, label=label
            )
    for axes in (left, right):
        axes.set_yscale("log", nonpositive="mask")
        axes.yaxis.set_minor_formatter(NullFormatter())
    dress(left, x="epochs", y="1 − root fidelity, physical")
    dress(right, x="epochs", y=DIVERGENCE)
    name_them(right)


def _running_mean(values: np.ndarray, window: int) -> np.ndarray:
    """Return means over windows about each point, narrower near the ends."""
    at = np.arange(values.size)
    half = np.minimum(window // 2, np.minimum(at, at[::-1]))
    sums = np.concatenate([[0], np.cumsum(values)])
    means: np.ndarray = (sums[at + half + 1] - sums[at - half]) / (2 * half + 1)
    return means


def _draw_samples(axes: Axes, counts: Series, n_outcomes: int) -> None:
    """Draw divergences over numbers of samples."""
    axes.loglog()
    looks = looks_of(counts)
    for label, data in counts.items():
        given = data["samples"], data["divergence"], data["sd"]
        bars(axes, *given, looks[label], label=label)
    if counts:
        n = np.concatenate([data["samples"] for data in counts.values()])
        n = np.array([n.min(), n.max()])
        level = (n_outcomes - 1) / (2 * n)
        label = f"independent samples, {n_outcomes - 1}/2$n$"
        axes.plot(n, level, **DOTTED, label=label)
    dress(axes, x="samples $n$", y=DIVERGENCE)
    name_them(axes)


def _draw_sizes(
    axes: Axes, by_size: Series, marks: Mapping[str, Mapping[str, np.ndarray]]
) -> None:
    """Draw raw and physical fidelities by number of hidden neurons."""
    looks = looks_of([*by_size, *(label for of in marks.values() for label in of)])
    for label, data in by_size.items():
        hidden, look = data["hidden"], looks[label]
        physical = data["physical"], data["physical_sd"]
        bars(axes, hidden, data["raw"], data["raw_sd"], look, label=label)
        bars(axes, hidden, *physical, look, linestyle="--", filled=False)
    for (name, points), marker in zip(marks.items(), cycle(OTHERS), strict=False):
        for label, (where, fidelity) in points.items():
            mark(axes, where, fidelity, (looks[label][0], marker))
        if points:
            mark(axes, np.nan, np.nan, (GREY, marker), label=name)
    axes.axhline(1, color=BLACK, linewidth=THIN)
    axes.axhline(GENUINE, color=BLACK, linestyle="--", linewidth=0.8)
    axes.set_ylim(bottom=min(axes.get_ylim()[0], GENUINE - 0.06))
    axes.annotate(
        "genuine entanglement",
        (1, GENUINE),
        (0, 2),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        fontsize=SMALL - 1,
        ha="right",
    )
    dress(axes, x="hidden neurons $M$", y="root fidelity")
    entitle(axes, "filled, marks: raw (linear inversion); open: physical")
    name_them(axes, "lower left", above=GENUINE)


def _whole_decades(axes: Axes) -> None:
    """Let a logarithmic axis end at powers of ten."""
    axes.set_yscale("log")
    axes.yaxis.set_minor_formatter(NullFormatter())
    low, high = np.log10(axes.get_ylim())
    axes.set_ylim(10 ** np.floor(low), 10 ** np.ceil(high))
