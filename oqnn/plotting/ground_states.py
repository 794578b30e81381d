"""Observables of ground states found by sampling, over the field."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .._core.checks import check_increasing
from ._searches import Arrays, arrays_of, marker, named_arrays, shades_of
from .style import BLACK, GREY, SMALL, THICK, THIN, WIDE, dress, new_figure

__all__ = ["ground_states_over_fields"]

FIELD = "field $h/J$"
LAWS = {"h": "h", "magnetisation_law": "h m"}
EXACT = LAWS | {"sigma_x": "h", "length": "h", "correlations": "h d"}
FOUND = EXACT | {"sigma_x_sd": "h", "length_sd": "h", "fits": "h 3"}
MAY_LACK = ("length", "length_sd", "fits")  # where no length fits: not a number


def ground_states_over_fields(
    exact: Mapping[str, ArrayLike],
    found: Mapping[str, Mapping[str, ArrayLike]],
    *,
    broken: Mapping[str, Mapping[str, ArrayLike]] | None = None,
    of_correlations: Sequence[float] = (0.1, 0.5, 0.9, 5.0),
    of_laws: Sequence[float] = (0.1, 1.0, 5.0),
) -> Figure:
    r"""Draw observables of Ising rings over the transverse field, as [1]_, Fig. 3.

    Panels: ⟨σx⟩; correlations C_zz(d) with fits :math:`A e^{-d/\xi} + B` (dotted) and
    exact values (crosses); ξ; the law of the magnetisation m, half of the spins up
    minus spins down. Each field has one colour in all panels and each way of searching
    one marker, filled for the first alone; lines are exact. A probability of zero has
    no place on the logarithmic axis.

    Parameters
    ----------
    exact : mapping
        On a grid of fields ``h``, shape (t,), that holds the fields of the panels:
        ``sigma_x`` and ``length`` of shape (t,), ``correlations`` of shape (t, d) for
        distances 1 to d, ``magnetisation_law`` of shape (t, n + 1).
    found : {way of searching: mapping}
        The same over its own ``h``, shape (k,), with ``sigma_x_sd`` and ``length_sd``
        of shape (k,), and ``fits`` of shape (k, 3), columns A, ξ and B. Lengths and
        fits, the exact ones too, are NaN where there is none.
    broken : {name: mapping}, optional
        ``h`` and ``magnetisation_law`` of states that may break the symmetry, as thin
        broken lines.
    of_correlations, of_laws : sequence of float
        Fields of the second and of the last panel, where they were searched.

    Returns
    -------
    Figure
        Four axes.

    Raises
    ------
    ValueError
        If an array is missing, has another shape or is not finite, nothing was found,
        or the exact grid lacks a field of a panel.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).
    """
    lines = arrays_of(exact, EXACT, "exact", may_lack=MAY_LACK)
    check_increasing(lines["h"], "exact.h")
    searches = named_arrays(found, _sized(FOUND, lines), "found", may_lack=MAY_LACK)
    halves = named_arrays(broken, _sized(LAWS, lines), "broken") if broken else {}
    fields = sorted({h for data in searches.values() for h in data["h"].tolist()})
    lacking = sorted({*of_correlations, *of_laws} & {*fields} - {*lines["h"].tolist()})
    if lacking:
        raise ValueError(
            f"`exact.h` must hold the fields of the panels, but lacks {lacking}."
        )
    shades = dict(zip(fields, shades_of(len(fields)), strict=True))

    figure = new_figure(WIDE, 4.8)
    panels = figure.subplots(2, 2).ravel()
    _draw_over_field(panels[0], lines, searches, shades, "sigma_x")
    _draw_correlations(panels[1], lines, searches, shades, of_correlations)
    _draw_over_field(panels[2], lines, searches, shades, "length")
    _draw_magnetisation(panels[3], lines, searches, halves, shades, of_laws)
    dress(panels[0], x=FIELD, y=r"$\langle\sigma_x\rangle$")
    dress(panels[1], x="distance $d$", y="$C_{zz}(d)$")
    dress(panels[2], x=FIELD, y=r"correlation length $\xi$")
    dress(panels[3], x="magnetisation $m$", y="$p(m)$")
    panels[0].legend(fontsize=SMALL, frameon=False)
    return figure


def _sized(shapes: Mapping[str, str], lines: Arrays) -> dict[str, str]:
    """Return shapes with the distances and magnetisations of the exact arrays."""
    d, m = (str(lines[k].shape[1]) for k in ("correlations", "magnetisation_law"))
    return {k: spec.replace("d", d).replace("m", m) for k, spec in shapes.items()}


def _draw_over_field(
    axes: Axes,
    exact: Arrays,
    searches: Mapping[str, Arrays],
    shades: Mapping[float, Any],
    name: str,
) -> None:
    """Draw a quantity over the field, with one standard deviation."""
    axes.set_xscale("log")
    axes.plot(exact["h"], exact[name], color=GREY, linewidth=THICK, label="exact")
    for k, (label, data) in enumerate(searches.items()):
        axes.plot([], [], **marker(k, BLACK), label=label)
        for h, value, sd in zip(data["h"], data[name], data[f"{name}_sd"], strict=True):
            axes.errorbar(h, value, yerr=sd, elinewidth=0.8, **marker(k, shades[h]))


def _draw_correlations(
    axes: Axes,
    exact: Arrays,
    searches: Mapping[str, Arrays],
    shades: Mapping[float, Any],
    fields: Sequence[float],
) -> None:
    """Draw correlations over the distance, their fits, and the exact ones."""
    distances = np.arange(1, exact["correlations"].shape[1] + 1)
    between = np.linspace(1, distances[-1], 100)
    for h in (h for h in fields if h in shades):
        for k, data in enumerate(searches.values()):
            for i in np.flatnonzero(data["h"] == h):
                axes.plot(distances, data["correlations"][i], **marker(k, shades[h]))
                if k == 0:
                    amplitude, length, offset = data["fits"][i]
                    fit = amplitude * np.exp(-between / length) + offset
                    axes.plot(between, fit, ":", color=shades[h], linewidth=1.0)
        true = exact["correlations"][exact["h"] == h][0]
        axes.plot(distances, true, "x", color=BLACK, markersize=4, zorder=3)
        axes.plot([], [], "o", color=shades[h], markersize=4, label=f"$h/J = {h:g}$")
    axes.set_xticks(distances)
    axes.legend(fontsize=SMALL, frameon=False)


def _draw_magnetisation(
    axes: Axes,
    exact: Arrays,
    searches: Mapping[str, Arrays],
    halves: Mapping[str, Arrays],
    shades: Mapping[float, Any],
    fields: Sequence[float],
) -> None:
    """Draw laws of the magnetisation on a logarithmic axis."""
    n = exact["magnetisation_law"].shape[1] - 1
    m = np.arange(n + 1) - n / 2
    axes.set_yscale("log", nonpositive="mask")
    for h in (h for h in fields if h in shades):
        true = exact["magnetisation_law"][exact["h"] == h][0]
        label = f"$h/J = {h:g}$"
        axes.plot(m, true, color=shades[h], linewidth=THICK, alpha=0.6, label=label)
        for k, data in enumerate(searches.values()):
            for law in data["magnetisation_law"][data["h"] == h]:
                axes.plot(m, law, **marker(k, shades[h]))
    for name, dashes in zip(halves, cycle(("--", ":", "-."))):
        data = halves[name]
        for h, law in zip(data["h"], data["magnetisation_law"], strict=True):
            colour = shades.get(h, GREY)
            axes.plot(m, law, dashes, color=colour, linewidth=THIN, label=name)
    axes.set_xticks(m[::2])
    axes.legend(fontsize=SMALL, frameon=False)
