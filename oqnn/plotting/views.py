"""One evolution in three views: density matrix, Wigner function, classical spins."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_shapes
from ._inputs import as_materials, as_times
from .phase_space import HEIGHT_LABEL, MAP, PHASE_LABEL, draw_wigner
from .style import (
    BLACK,
    MEDIUM,
    NARROW,
    SMALL,
    THICK,
    TIME_LABEL,
    dress,
    entitle,
    line_style,
    material_colours,
    new_figure,
)

__all__ = ["margins_over_time", "three_views"]

BAND, FORBIDDEN = 0.2, "0.92"
MARGIN_LABEL = "margin of\nclassical spins"
MOST_SHOWN = 4


class View(NamedTuple):
    """What is drawn of one material."""

    states: np.ndarray  # (t, d, d)
    wigner: np.ndarray  # (t, p, q)
    margin: np.ndarray  # (seeds, t)


def three_views(
    times: ArrayLike,
    theta: ArrayLike,
    phi: ArrayLike,
    materials: Mapping[str, Mapping[str, Any]],
    *,
    shown: Sequence[int],
    time_label: str = TIME_LABEL,
) -> Figure:
    """Draw density matrix, Wigner function and margin side by side, a row a material.

    Moduli of the density matrix and maps of the spin Wigner function at some times,
    with one scale for all rows, and the margin of classical spins over all times, with
    a dot at those shown and a band over the seeds. Below zero, on grey, no law of spins
    carries the pair.

    Parameters
    ----------
    times : shape (t,)
        Strictly increasing.
    theta, phi : shape (p,) and (q,), radians
        Angles of the Wigner functions.
    materials : mapping of str to mappings
        Each with ``states`` (t, d, d), ``wigner`` (t, p, q), and ``margin`` (t,) or
        (seeds, t), the first seed being that of the other two and drawn as the line.
    shown : sequence of 1 to 4 int
        Which of the times get matrices and maps.
    time_label : str, optional
        Text under the margins.

    Returns
    -------
    Figure
        Axes row by row: matrices, maps, margin; then the two scales of colour.

    Raises
    ------
    TypeError
        If `materials` is no mapping.
    ValueError
        If shapes disagree, an entry is not finite, or `shown` holds no index of
        `times` or more than four.
    """
    times = as_times(times)
    theta, phi = np.asarray(theta, dtype=float), np.asarray(phi, dtype=float)
    rows = {
        name: _as_view(entry, name, times, theta, phi)
        for name, entry in as_materials(materials, "materials").items()
    }
    shown = _as_shown(shown, len(times))

    n = len(shown)
    figure = new_figure(2.3 + 1.75 * n, 0.9 + 0.95 * len(rows))
    grid = figure.subplots(
        len(rows),
        2 * n + 1,
        squeeze=False,
        gridspec_kw={"width_ratios": [0.9] * n + [1.0] * n + [2.2]},
    )
    top = max(np.abs(view.states[shown]).max() for view in rows.values())
    largest = max(np.abs(view.wigner[shown]).max() for view in rows.values())
    colours = material_colours(rows)
    for axes, (name, view) in zip(grid, rows.items(), strict=True):
        matrices, maps, curve = axes[:n], axes[n : 2 * n], axes[-1]
        for panel, k in zip(matrices, shown, strict=True):
            _draw_matrix(panel, view.states[k], top)
        for panel, k in zip(maps, shown, strict=True):
            draw_wigner(panel, theta, phi, view.wigner[k], largest)
            dress(panel, grid=False)
        for panel in maps[1:]:
            panel.set_yticklabels([])
        matrices[0].set_ylabel(name, fontsize=MEDIUM, color=colours[name])
        maps[0].set_ylabel(HEIGHT_LABEL, fontsize=SMALL, labelpad=0)
        line = view.margin[0]  # of the member whose matrices are shown
        _draw_margin(curve, times, view.margin, line, name, colours[name])
        curve.plot(times[shown], line[shown], "o", color=colours[name], ms=3.5)
    _finish(grid, times[shown], time_label)
    _scales(figure, grid, n, top, largest)
    return figure


def margins_over_time(
    times: ArrayLike,
    margins: Any,
    *,
    marks: Mapping[str, float] | None = None,
    mark_label: str = "entanglement lost (median)",
    time_label: str = TIME_LABEL,
) -> Figure:
    """Draw from when on classical spins can carry a pair, a line a material.

    On grey, below zero, a Bell inequality forbids it. Where there are several seeds,
    the line is their median and the band reaches from the least to the greatest.

    Parameters
    ----------
    times : shape (t,)
        Strictly increasing.
    margins : mapping of str to arrays (t,) or (seeds, t)
        Margin in each material; see `oqnn.studies.views`.
    marks : mapping of str to float, optional
        A time of each material, marked on the zero line by a triangle; one beyond the
        last time is left out.
    mark_label : str, optional
        What the triangles mean.
    time_label : str, optional
        Text under the time axis.

    Returns
    -------
    Figure
        One axes.

    Raises
    ------
    TypeError
        If `margins` has no materials.
    ValueError
        If the shapes disagree, an entry is not finite, or `times` does not increase.
    """
    times = as_times(times)
    curves = {
        name: _as_seeds(entry, f"margins[{name!r}]", len(times))
        for name, entry in as_materials(margins, "margins").items()
    }
    figure = new_figure(1.5 * NARROW, 2.7)
    axes = figure.subplots()
    colours = material_colours(curves)
    for name, curve in curves.items():
        median = np.median(curve, axis=0)
        _draw_margin(axes, times, curve, median, name, colours[name])
        mark = (marks or {}).get(name, np.inf)
        if mark <= times[-1]:
            axes.plot(mark, 0, "v", color=colours[name], ms=5, mec=BLACK, mew=0.5)
    dress(axes, x=time_label, y=MARGIN_LABEL.replace("\n", " "))
    handles, labels = axes.get_legend_handles_labels()
    if marks:
        handles.append(Line2D([], [], ls="", marker="v", ms=5, mfc="0.7", mec=BLACK))
        labels.append(mark_label)
    figure.legend(
        handles,
        labels,
        loc="outside upper center",
        ncols=3,
        fontsize=SMALL,
        frameon=False,
        handlelength=2.8,
    )
    return figure


def _as_view(
    entry: Mapping[str, Any],
    name: str,
    times: np.ndarray,
    theta: np.ndarray,
    phi: np.ndarray,
) -> View:
    view = View(
        states=np.asarray(entry["states"], dtype=complex),
        wigner=np.asarray(entry["wigner"], dtype=float),
        margin=_as_seeds(entry["margin"], f"{name}: margin", len(times)),
    )
    check_shapes(
        times=(times, "t"),
        theta=(theta, "p"),
        phi=(phi, "q"),
        **{
            f"{name}: states": (view.states, "t d d"),
            f"{name}: wigner": (view.wigner, "t p q"),
        },
    )
    check_finite(view.states, f"{name}: states")
    check_finite(view.wigner, f"{name}: wigner")
    return view


def _as_seeds(entry: Any, name: str, t: int) -> np.ndarray:
    values = np.atleast_2d(np.asarray(entry, dtype=float))
    if values.ndim != 2 or values.shape[1] != t or values.size == 0:
        raise ValueError(
            f"`{name}` must have shape ({t},) or (seeds, {t}), but has shape "
            f"{np.shape(entry)}."
        )
    check_finite(values, name)
    return values


def _as_shown(shown: Sequence[int], t: int) -> list[int]:
    indices = [int(k) for k in shown]
    if not 1 <= len(indices) <= MOST_SHOWN or not all(0 <= k < t for k in indices):
        raise ValueError(
            f"`shown` must hold 1 to {MOST_SHOWN} indices of the {t} times, but is "
            f"{indices}."
        )
    return indices


def _draw_matrix(axes: Axes, rho: np.ndarray, top: float) -> None:
    axes.imshow(np.abs(rho), cmap="Greys", vmin=0, vmax=top, aspect="auto")
    d = len(rho)
    axes.set_xticks(np.arange(d + 1) - 0.5, [])
    axes.set_yticks(np.arange(d + 1) - 0.5, [])
    axes.grid(color="0.8", linewidth=0.4)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_linewidth(0.6)


def _draw_margin(
    axes: Axes,
    times: np.ndarray,
    seeds: np.ndarray,
    line: np.ndarray,
    name: str,
    colour: str,
) -> None:
    """Draw a line and the band of the seeds, and once what lies below zero."""
    if not axes.patches:
        axes.axhspan(-10, 0, color=FORBIDDEN, lw=0, zorder=0)
        axes.axhline(0, color=BLACK, linewidth=0.6)
        axes.set_ylim(-0.5, 1.05)
        axes.set_xlim(times[0], times[-1])
    if len(seeds) > 1:
        least, greatest = seeds.min(axis=0), seeds.max(axis=0)
        axes.fill_between(times, least, greatest, color=colour, alpha=BAND, lw=0)
    axes.plot(
        times,
        line,
        color=colour,
        linestyle=line_style(name),
        linewidth=THICK,
        label=name,
    )


def _finish(grid: np.ndarray, shown: np.ndarray, time_label: str) -> None:
    """Name times above the columns and axes below them."""
    n = len(shown)
    for panels in (grid[0, :n], grid[0, n : 2 * n]):
        for panel, time in zip(panels, shown, strict=True):
            entitle(panel, f"$t = {time:g}$")
    for row, axes in enumerate(grid):
        last = row == len(grid) - 1
        dress(axes[-1], x=time_label if last else None, y=MARGIN_LABEL, grid=False)
        axes[-1].yaxis.label.set_fontsize(SMALL)
        for panel in axes[n:]:
            if not last:
                panel.set_xticklabels([])
        for panel in axes[n : 2 * n]:
            if last:
                panel.set_xlabel(PHASE_LABEL, fontsize=SMALL, labelpad=0)


def _scales(
    figure: Figure, grid: np.ndarray, n: int, top: float, largest: float
) -> None:
    """Put one scale of colour under the matrices and one under the maps."""
    grey = ScalarMappable(Normalize(0, top), "Greys")
    signed = ScalarMappable(Normalize(-largest, largest), MAP)
    for colours, axes, label in (
        (grey, grid[:, :n], r"$|\rho_{ij}|$"),
        (signed, grid[:, n : 2 * n], "Wigner function, negative where hatched"),
    ):
        bar = figure.colorbar(
            colours, ax=axes, location="bottom", shrink=0.9, aspect=30, pad=0.03
        )
        bar.ax.xaxis.set_major_locator(MaxNLocator(4))
        bar.set_label(label, fontsize=SMALL)
        bar.ax.tick_params(labelsize=SMALL, width=0.6, length=2.5)
