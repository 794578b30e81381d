"""A trajectory of states as spins carried it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .._core.checks import check_finite, check_integer, check_shapes
from ._inputs import as_times
from .spikes import draw_raster
from .style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SMALL,
    THICK,
    THIN,
    VERMILION,
    WIDE,
    dress,
    entitle,
    new_figure,
)

__all__ = ["carried_trajectory"]

COLOURS = [BLUE, ORANGE, GREEN, PURPLE]
CURVES = (
    "margin",
    "least_squared_distance",
    "sampling_floor",
    "squared_distance",
    "squared_distance_error",
    "fidelity",
    "fidelity_error",
    "raw_fidelity",
    "raw_fidelity_error",
)
ROUNDING = 1e-9  # below which a margin or a least distance counts as zero


def carried_trajectory(
    carried: Mapping[str, Any],
    *,
    steps: int = 80,
    time_label: str = "time $t$",
) -> Figure:
    """Draw what spins carried of a trajectory, beside what they could carry.

    Parameters
    ----------
    carried : mapping of str to dataset or mapping
        For each way of carrying the same states ``to_xarray()`` of what `oqnn.carry`
        returns: ``time``, ``margin``, ``squared_distance`` and its ``_error``,
        ``least_squared_distance``, ``sampling_floor``, ``fidelity`` and
        ``raw_fidelity`` with their ``_error``, ``raster`` and ``spin``. At most four.
    steps : int, optional
        How many steps of the raster to draw.
    time_label : str, optional
        Text under the time axes.

    Returns
    -------
    Figure
        Axes of the margin, of squared distances, of fidelities (raw open, of the
        nearest state full) and of the raster of the last way at the last time.

    Raises
    ------
    TypeError
        If `carried` is no mapping of mappings.
    ValueError
        If it is empty or has more than four ways, times do not increase or differ, or
        an array has another shape or is not finite.
    """
    check_integer(steps, "steps")
    if not isinstance(carried, Mapping) or hasattr(carried, "data_vars"):
        raise TypeError(
            "`carried` must map ways of carrying to datasets, but is a "
            f"{type(carried).__name__}. Give it as {{'network': dataset}}."
        )
    if not 1 <= len(carried) <= len(COLOURS):
        raise ValueError(
            f"`carried` must hold one to {len(COLOURS)} ways, but holds {len(carried)}."
        )
    ways = {name: _as_curves(entry, name) for name, entry in carried.items()}
    first, last = next(iter(ways.values())), list(carried.values())[-1]
    times = first["time"]
    for name, curves in ways.items():
        if not np.array_equal(curves["time"], times):
            raise ValueError(
                f"`carried` must have the same times in all, not {name!r}."
            )

    figure = new_figure(WIDE, 4.6)
    (margin, distance), (fidelity, raster) = figure.subplots(2, 2)
    _draw_margin(margin, first)
    _draw_distances(distance, ways, first)
    _draw_fidelities(fidelity, ways)
    for axes in (margin, distance, fidelity):
        axes.set_xlabel(time_label, fontsize=SMALL + 1)
    spins = [str(name) for name in np.asarray(last["spin"])]
    draw_raster(raster, np.asarray(last["raster"])[-1][:steps].astype(bool), spins, 1.0)
    raster.set_xlabel("step", fontsize=SMALL + 1)
    raster.set_ylabel("")
    entitle(raster, f"spins, by {list(ways)[-1]}, at the last time")
    return figure


def _as_curves(entry: Any, name: str) -> dict[str, np.ndarray]:
    """Return the checked curves of one way of carrying."""
    try:
        times = as_times(entry["time"])
        curves = {key: np.asarray(entry[key], dtype=float) for key in CURVES}
    except (TypeError, KeyError, IndexError) as error:
        raise TypeError(
            f"`carried[{name!r}]` must be a dataset of `carry`, but lacks {error}."
        ) from error
    for key, curve in curves.items():
        check_shapes(time=(times, "t"), **{f"{name}: {key}": (curve, "t")})
        check_finite(curve, f"{name}: {key}")
    return {"time": times, **curves}


def _draw_margin(axes: Axes, curves: Mapping[str, np.ndarray]) -> None:
    """Draw the margin, and the region that no spins reach in grey."""
    times, margin = curves["time"], curves["margin"]
    axes.plot(times, margin, "-o", color=BLACK, lw=THICK, ms=3)
    axes.axhline(0, color=BLACK, lw=THIN)
    low, high = min(margin.min(), 0), max(margin.max(), 0)
    room = 0.08 * (high - low + 0.1)
    axes.set_ylim(low - room, high + room)
    if low < -ROUNDING:
        axes.axhspan(low - room, 0, color="0.92", lw=0, zorder=0)
        axes.text(
            0.98,
            0.05,
            "no classical spins",
            transform=axes.transAxes,
            ha="right",
            fontsize=SMALL,
            color=GREY,
        )
    dress(axes, y="realizability margin")


def _draw_distances(
    axes: Axes,
    ways: Mapping[str, Mapping[str, np.ndarray]],
    first: Mapping[str, np.ndarray],
) -> None:
    """Draw squared distances, what no spins fall below, and the noise of sampling."""
    times, least = first["time"], first["least_squared_distance"]
    bound = np.where(least > ROUNDING, least, np.nan)
    axes.plot(times, bound, color=VERMILION, lw=THICK, label="least of all spins")
    axes.plot(
        times,
        first["sampling_floor"],
        ":",
        color=GREY,
        lw=THICK,
        label="sampling noise",
    )
    for colour, (name, curves) in zip(COLOURS, ways.items(), strict=False):
        axes.errorbar(
            times,
            curves["squared_distance"],
            curves["squared_distance_error"],
            fmt="o",
            ms=3,
            lw=THIN,
            color=colour,
            label=f"by {name}",
        )
    axes.set_yscale("log")
    axes.set_ylim(bottom=0.3 * min(first["sampling_floor"].min(), 1.0) or None)
    dress(axes, y=r"$\|\hat\rho - \rho\|_F^2$")
    axes.legend(fontsize=SMALL, frameon=False)


def _draw_fidelities(axes: Axes, ways: Mapping[str, Mapping[str, np.ndarray]]) -> None:
    """Draw fidelities of nearest states full, and of the matrices as they are open."""
    for colour, (name, curves) in zip(COLOURS, ways.items(), strict=False):
        for key, face, size, label in (
            ("raw_fidelity", "white", 6, "raw"),
            ("fidelity", colour, 3, "nearest state"),
        ):
            axes.errorbar(
                curves["time"],
                curves[key],
                curves[f"{key}_error"],
                fmt="o",
                ms=size,
                lw=THIN,
                mfc=face,
                mew=0.7,
                color=colour,
                label=f"by {name}, {label}",
            )
    axes.axhline(1, color=BLACK, lw=THIN)
    dress(axes, y="squared fidelity")
    axes.legend(fontsize=SMALL, frameon=False)
