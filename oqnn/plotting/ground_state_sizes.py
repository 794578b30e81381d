"""How far ground states found by sampling are from exact ones, over their size."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator
from numpy.typing import ArrayLike

from ._searches import Arrays, arrays_of, marker, named_arrays, shades_of
from .style import BLACK, ELEMENTS, SMALL, THIN, WIDE, dress, entitle, new_figure

__all__ = ["ground_states_over_sizes"]

SPINS = "number of spins $N$"
ENERGY = r"$\Delta E/(NJ)$"
INFIDELITY = r"$1 - |\langle\psi|\psi_0\rangle|$"
QUANTILES = {"n": "n", "energy_error": "3 n", "infidelity": "3 n"}
LARGE_CURVE = {"iteration": "t", "energy_error": "t"}
CURVE = LARGE_CURVE | {"infidelity": "t"}
FLOOR = {"n": "n", "infidelity": "n"}
CHIP = FLOOR | {"energy_error": "n"}
LINEAR = 1e-4  # energies below which the axis of large systems is linear
LARGE = {"n": "n", "energy_error": "n", "error": "n"}


def ground_states_over_sizes(
    found: Mapping[str, Mapping[str, ArrayLike]],
    curves: Mapping[str, Mapping[str, ArrayLike]],
    large: Mapping[str, ArrayLike],
    large_curves: Mapping[str, Mapping[str, ArrayLike]],
    *,
    floor: Mapping[str, ArrayLike] | None = None,
    chip: Mapping[str, ArrayLike] | None = None,
    title: str | None = None,
) -> Figure:
    r"""Draw how far found states are from ground states, over the number of spins.

    Upper row: ΔE/N, energies *per spin* above the exact one, and 1 − |⟨ψ|ψ₀⟩| with
    medians and 15 and 85 % points, as [1]_, Fig. 4A-B, whose printed energies are
    those of all spins; then ΔE/N of large systems, whose estimates may lie below the
    exact energy, on an axis that is linear below 10⁻⁴. Lower row: the same along the
    search, the last one linear below 10⁻³.

    Parameters
    ----------
    found : {way of searching: mapping}
        ``n`` of shape (k,), ``energy_error`` (per spin) and ``infidelity`` of shape
        (3, k): the 15, 50 and 85 % points, positive.
    curves : {name: mapping}
        ``iteration``, ``energy_error`` and ``infidelity`` of shape (t,), in the order
        of their shades.
    large : mapping
        ``n``, ``energy_error`` and its standard error ``error``, shape (k,).
    large_curves : {name: mapping}
        ``iteration`` and ``energy_error`` of shape (t,).
    floor : mapping, optional
        ``n`` and ``infidelity`` of shape (s,): what sampling alone leaves.
    chip : mapping, optional
        ``n``, ``energy_error`` and ``infidelity`` of shape (c,), as black crosses.
    title : str, optional
        Of the panels of `curves`: whose they are.

    Returns
    -------
    Figure
        Six axes.

    Raises
    ------
    ValueError
        If an array is missing, has another shape or is not finite, nothing was
        found, or points of `found` are not positive or fall.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).
    """
    searches = named_arrays(found, QUANTILES, "found")
    along = named_arrays(curves, CURVE, "curves")
    ends = arrays_of(large, LARGE, "large")
    large_along = named_arrays(large_curves, LARGE_CURVE, "large_curves")
    least = None if floor is None else arrays_of(floor, FLOOR, "floor")
    marks = None if chip is None else arrays_of(chip, CHIP, "chip")
    for label, data in searches.items():
        _check_quantiles(data, label)

    figure = new_figure(WIDE, 4.6)
    (energy, infidelity, of_large), below = figure.subplots(2, 3)
    for axes, name in ((energy, "energy_error"), (infidelity, "infidelity")):
        _draw_quantiles(axes, searches, name)
        if marks is not None:
            axes.plot(marks["n"], marks[name], "x", color=BLACK, ms=5, label="chip")
    if least is not None:
        infidelity.plot(
            least["n"], least["infidelity"], ":", color=BLACK, lw=1.0, label="sampling"
        )
    infidelity.sharex(energy)
    for axes in (energy, infidelity):
        _whole_decades(axes)
    _draw_large(of_large, ends)
    below[0].set_yscale("log")
    below[1].set_yscale("log")
    below[2].set_yscale("symlog", linthresh=10 * LINEAR)  # noisier
    _draw_curves(below[0], along, "energy_error")
    _draw_curves(below[1], along, "infidelity")
    _draw_curves(below[2], large_along, "energy_error")
    for row, x in (((energy, infidelity, of_large), SPINS), (below, "iteration")):
        for axes, y in zip(row, (ENERGY, INFIDELITY, ENERGY), strict=True):
            dress(axes, x=x, y=y)
    _explain(figure, title)
    return figure


def _check_quantiles(data: Arrays, label: str) -> None:
    """Check what a logarithmic axis and bars must hold."""
    for name in ("energy_error", "infidelity"):
        if not (data[name].min() > 0 and (np.diff(data[name], axis=0) >= 0).all()):
            raise ValueError(
                f"`found[{label!r}].{name}` must hold positive 15, 50 and 85 % points "
                f"in this order, but is {data[name].tolist()}."
            )


def _draw_quantiles(axes: Axes, searches: Mapping[str, Arrays], name: str) -> None:
    """Draw medians over the number of spins, with bars from 15 to 85 %."""
    axes.set_yscale("log")
    for k, (label, data) in enumerate(searches.items()):
        low, middle, high = data[name]
        axes.errorbar(
            data["n"],
            middle,
            yerr=[middle - low, high - middle],
            elinewidth=0.8,
            linewidth=1.0,
            label=label,
            **marker(k, ELEMENTS[k % len(ELEMENTS)]) | {"linestyle": "-"},
        )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _draw_large(axes: Axes, data: Arrays) -> None:
    """Draw errors of the energy of large systems, with standard errors."""
    axes.set_xscale("log")
    axes.set_yscale("symlog", linthresh=LINEAR)  # estimates may lie below zero
    axes.axhline(0, color=BLACK, linewidth=THIN)
    shades = shades_of(len(data["n"]))
    for n, value, error, shade in zip(
        data["n"], data["energy_error"], data["error"], shades, strict=True
    ):
        axes.errorbar(n, value, yerr=error, elinewidth=0.8, **marker(0, shade))
    top = (data["energy_error"] + data["error"]).max()
    axes.set_ylim(top=10 ** np.ceil(np.log10(max(top, LINEAR))))
    axes.set_xticks(data["n"], [f"{n:g}" for n in data["n"]])
    axes.xaxis.set_minor_locator(NullLocator())


def _whole_decades(axes: Axes) -> None:
    """Let a logarithmic axis begin and end at powers of ten."""
    low, high = np.log10(axes.get_ylim())
    axes.set_ylim(10 ** np.floor(low), 10 ** np.ceil(high))


def _draw_curves(axes: Axes, several: Mapping[str, Arrays], name: str) -> None:
    """Draw values along searches."""
    for (label, data), shade in zip(
        several.items(), shades_of(len(several)), strict=True
    ):
        axes.plot(
            data["iteration"], data[name], color=shade, linewidth=0.9, label=label
        )


def _explain(figure: Figure, title: str | None) -> None:
    """Set the legends: of all ways above the panels, of the curves in them."""
    axes = figure.axes
    entitle(axes[2], "large systems")
    handles, labels = axes[1].get_legend_handles_labels()
    first = sorted(range(len(labels)), key=lambda i: labels[i] in ("chip", "sampling"))
    figure.legend(
        [handles[i] for i in first],
        [labels[i] for i in first],
        loc="outside upper center",
        ncols=min(len(labels), 4),
        fontsize=SMALL,
        frameon=False,
    )
    for panel, columns in ((axes[3], 2), (axes[5], 1)):
        panel.legend(
            ncols=columns,
            columnspacing=1.0,
            handlelength=1.2,
            fontsize=SMALL,
            frameon=False,
        )
    if title is not None:
        entitle(axes[3], title)
        entitle(axes[4], title)
