"""What the limits of a neuromorphic chip cost: weights, updates, repeated runs."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from .._core.checks import check_finite, check_shapes
from .style import (
    BLACK,
    ELEMENTS,
    GREY,
    MEASURED,
    SMALL,
    THICK,
    WIDE,
    Dashes,
    dress,
    entitle,
    new_figure,
)

__all__ = ["hidden_layer_sizes", "limits_of_a_chip"]

DIVERGENCE = r"$D_\mathrm{KL}$"
ROUNDING = 1e-12  # of an infidelity that is zero
FRACTIONS: list[Dashes] = ["-", "--", ":", "-."]
SHAPES = {
    "study": {
        "n": "n",
        "n_hidden": "n_hidden",
        "energy_error": "n_hidden n iteration",
        "infidelity": "n_hidden n iteration",
    },
    "occupancy": {"level": "level", "count": "level"},
    "resolution": {
        "step": "step",
        "divergence": "step repetition",
        "exact": "step repetition",
        "floor": "",
    },
    "updates": {
        "fraction": "fraction",
        "n_samples": "sample",
        "divergence": "fraction repetition sample",
        "exact": "fraction repetition",
        "floor": "sample",
    },
    "stability": {
        "n_samples": "sample",
        "own_end": "run sample",
        "average": "run sample",
        "average_floor": "sample",
    },
}


def hidden_layer_sizes(study: Any) -> Figure:
    r"""Draw errors of ground states over the number of spins, a curve a hidden layer.

    Points are medians over the last iterations, bars reach from the 15 to the 85 %
    quantile, as in [1]_, Fig. 5A-B.

    Parameters
    ----------
    study : mapping or Dataset
        ``n`` of shape (s,), ``n_hidden`` of shape (k,), ``energy_error``, |E - E0|/n,
        and ``infidelity``, both of shape (k, s, iterations) and not negative but for
        rounding. Zeros have no place on the logarithmic axes.

    Returns
    -------
    Figure
        Two axes.

    Raises
    ------
    ValueError
        If an array is missing, has another shape, is not finite or is negative.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).
    """
    data = _arrays(study, "study", "study")
    for name in ("energy_error", "infidelity"):
        if data[name].min() < -ROUNDING:
            raise ValueError(
                f"`study.{name}` must not be negative, but its least entry is "
                f"{data[name].min():.3g}."
            )

    figure = new_figure(WIDE, 2.4)
    for axes, name, label in zip(
        figure.subplots(1, 2),
        ("energy_error", "infidelity"),
        ("$|E - E_0|/N$", r"$1 - |\langle\psi|\psi_0\rangle|$"),
        strict=True,
    ):
        axes.set_yscale("log", nonpositive="mask")
        for k, hidden in enumerate(data["n_hidden"]):
            colour = ELEMENTS[k % len(ELEMENTS)]
            _bars(axes, data["n"], data[name][k], colour, label=f"{hidden:g} hidden")
        axes.set_xticks(data["n"])
        dress(axes, x="number of spins $N$", y=label)
        axes.legend(fontsize=SMALL, frameon=False)
    return figure


def limits_of_a_chip(
    occupancy: Any,
    resolution: Mapping[str, Any],
    updates: Mapping[str, Any],
    stability: Mapping[str, Any],
) -> Figure:
    r"""Draw four measurements of a chip's limits, for one sampler or several.

    Points are medians over repetitions, bars reach from the 15 to the 85 % quantile.
    Panels as in [1]_, Fig. 5C-F: how often each level of the weights occurs; the
    divergence that coarser weights make, with that of the exact laws as crosses; that
    of a network with some weights changed by one level, along a run, with that of the
    exact laws at the right edge; that of the first samples of a run from its end
    (open) and from the mean of all runs (filled). Dotted lines are what independent
    samples of equal laws give.

    Parameters
    ----------
    occupancy : mapping or Dataset
        ``level`` and ``count``, shape (levels,).
    resolution : {sampler: mapping or Dataset}
        ``step`` of shape (s,), ``divergence`` and ``exact`` of shape (s, repetitions),
        ``floor``, one number.
    updates : {sampler: mapping or Dataset}
        ``n_samples`` of shape (t,), ``fraction`` of shape (f,), ``divergence`` of
        shape (f, repetitions, t), ``exact`` of shape (f, repetitions) and ``floor`` of
        shape (t,).
    stability : {sampler: mapping or Dataset}
        ``n_samples`` and ``average_floor`` of shape (t,), ``own_end`` and ``average``
        of shape (runs, t).

    Returns
    -------
    Figure
        Four axes.

    Raises
    ------
    TypeError, ValueError
        If an array is missing, has another shape or is not finite, or no sampler is
        given.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).
    """
    levels = _arrays(occupancy, "occupancy", "occupancy")
    studies = [
        _of_samplers(study, name)
        for study, name in (
            (resolution, "resolution"),
            (updates, "updates"),
            (stability, "stability"),
        )
    ]
    names = list(dict.fromkeys(name for study in studies for name in study))
    colours = {name: ELEMENTS[i % len(ELEMENTS)] for i, name in enumerate(names)}

    figure = new_figure(WIDE, 4.6)
    axes = figure.subplots(2, 2).ravel()
    _draw_occupancy(axes[0], levels)
    for panel, draw, study in zip(
        axes[1:],
        (_draw_resolution, _draw_updates, _draw_stability),
        studies,
        strict=True,
    ):
        draw(panel, study, colours)
        dress(panel, y=DIVERGENCE)
        # long enough to tell dashes beside a marker
        panel.legend(fontsize=SMALL, frameon=False, handlelength=3)
    return figure


def _of_samplers(study: Any, name: str) -> dict[str, dict[str, np.ndarray]]:
    """Return {sampler: {name: array}}, checked."""
    if hasattr(study, "data_vars") or not isinstance(study, Mapping):
        raise TypeError(
            f"`{name}` must map samplers to arrays, but is a {type(study).__name__}. "
            "Write {'LIF': ...}."
        )
    if not study:
        raise ValueError(f"`{name}` must hold at least one sampler, but is empty.")
    return {
        str(sampler): _arrays(data, name, f"{name}[{sampler!r}]")
        for sampler, data in study.items()
    }


def _arrays(data: Any, kind: str, name: str) -> dict[str, np.ndarray]:
    """Return the arrays of one study, their shapes checked against each other."""
    shapes = SHAPES[kind]
    missing = [key for key in shapes if key not in data]
    if missing:
        raise ValueError(
            f"`{name}` must hold {', '.join(shapes)}, but lacks {missing}."
        )
    arrays = {key: np.asarray(data[key], dtype=float) for key in shapes}
    check_shapes(**{key: (arrays[key], shapes[key]) for key in shapes})
    for key, values in arrays.items():
        check_finite(values, f"{name}.{key}")
    return arrays


def _draw_occupancy(axes: Axes, data: Mapping[str, np.ndarray]) -> None:
    """Draw a bar a level."""
    level, count = data["level"], data["count"]
    axes.bar(level, count / count.sum(), width=1.0, color=MEASURED)
    for edge in (level.min(), level.max()):
        axes.axvline(edge, color=GREY, linewidth=0.8, linestyle="--")
    dress(axes, x="level of a weight", y="share of weights")
    entitle(axes, "occupancy of the range")


def _draw_resolution(
    axes: Axes, study: Mapping[str, dict[str, np.ndarray]], colours: Mapping[str, str]
) -> None:
    """Draw divergences over the step of the weights, and those of the exact laws."""
    for sampler, data in study.items():
        axes.loglog()
        _bars(axes, data["step"], data["divergence"], colours[sampler], label=sampler)
        exact = np.median(data["exact"], axis=1)
        held = exact > 0  # a log axis has no zero; at step 1 nothing is rounded
        axes.plot(data["step"][held], exact[held], "x", color=BLACK, markersize=4)
        axes.axhline(float(data["floor"]), color=BLACK, linestyle=":", linewidth=1.0)
    axes.set_xticks(data["step"], [f"{step:g}" for step in data["step"]])
    axes.xaxis.set_minor_locator(NullLocator())
    dress(axes, x=r"step of the weights $\Delta w$")
    entitle(axes, "coarser weights (crosses: exact laws)")


def _draw_updates(
    axes: Axes, study: Mapping[str, dict[str, np.ndarray]], colours: Mapping[str, str]
) -> None:
    """Draw divergences along the run of a changed network."""
    for sampler, data in study.items():
        axes.loglog()
        for f, fraction in enumerate(data["fraction"]):
            _bars(
                axes,
                data["n_samples"],
                data["divergence"][f].T,
                colours[sampler],
                label=f"{sampler}, {100 * fraction:.3g} % changed",
                dashes=FRACTIONS[f % len(FRACTIONS)],
            )
            end = data["n_samples"][-1]
            axes.plot(end, np.median(data["exact"][f]), "x", color=BLACK, markersize=4)
        axes.plot(data["n_samples"], data["floor"], ":", color=BLACK, linewidth=1.0)
    dress(axes, x="samples")
    entitle(axes, "one level up or down (crosses: exact laws)")


def _draw_stability(
    axes: Axes, study: Mapping[str, dict[str, np.ndarray]], colours: Mapping[str, str]
) -> None:
    """Draw divergences along a run from its own end and from the mean of all runs."""
    for sampler, data in study.items():
        axes.loglog()
        colour, points = colours[sampler], data["n_samples"]
        _bars(axes, points, data["average"].T, colour, label=f"{sampler}, mean of runs")
        _bars(
            axes,
            points[:-1],  # at the end the distance from it is zero
            data["own_end"].T[:-1],
            colour,
            label=f"{sampler}, own end",
            dashes="--",
            filled=False,
        )
        axes.plot(points, data["average_floor"], ":", color=BLACK, linewidth=1.0)
    dress(axes, x="samples")
    entitle(axes, "repeated runs")


def _bars(
    axes: Axes,
    x: np.ndarray,
    values: np.ndarray,  # (x, repetitions)
    colour: str,
    *,
    label: str,
    dashes: Dashes = "-",
    filled: bool = True,
) -> None:
    """Draw medians, and bars from the 15 to the 85 % quantile."""
    low, middle, high = np.quantile(values, [0.15, 0.5, 0.85], axis=1)
    axes.errorbar(
        x,
        middle,
        yerr=np.maximum([middle - low, high - middle], 0),  # rounding of equal values
        color=colour,
        linestyle=dashes,
        linewidth=THICK,
        marker="o",
        markersize=3.5,
        markerfacecolor=colour if filled else "white",
        elinewidth=0.8,
        label=label,
    )
