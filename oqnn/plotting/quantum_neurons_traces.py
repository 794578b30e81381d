"""What a memory qubit does along a record, and rasters of networks of neurons."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_shapes
from .style import (
    BLACK,
    ELEMENTS,
    GREY,
    SMALL,
    THICK,
    THIN,
    WIDE,
    dress,
    entitle,
    new_figure,
)

__all__ = ["memory_trajectory", "network_raster"]

CLOSE = 0.15  # marks of the disc nearer than this share a number


def memory_trajectory(
    bloch: ArrayLike, spikes: ArrayLike, *, plane: tuple[str, str] = ("y", "z")
) -> Figure:
    """Draw the Bloch vector of a memory qubit along a record of spikes.

    Parameters
    ----------
    bloch : shape (T + 1, 3)
        x, y, z before the first step and after every one.
    spikes : shape (T,)
        Zeros and ones.
    plane : pair of "x", "y", "z", optional
        Which components the disc on the left shows; those of the two-qubit neuron's
        memory are y and z.

    Returns
    -------
    Figure
        Axes of the disc, and of the components and the length against the step.

    Raises
    ------
    ValueError
        If shapes disagree, a vector is longer than 1 or not finite, spikes are not 0
        or 1, or `plane` does not name two components.
    """
    bloch, spikes = np.asarray(bloch, dtype=float), np.asarray(spikes)
    check_shapes(spikes=(spikes, "T"))
    check_shapes(bloch=(bloch, f"{len(spikes) + 1} 3"))
    check_finite(bloch, "bloch")
    lengths = np.linalg.norm(bloch, axis=1)
    if lengths.max() > 1 + 1e-9:
        raise ValueError(
            f"`bloch` must lie in the unit ball, but one length is {lengths.max():.6g}."
        )
    _check_spikes(spikes, "spikes")
    if len(set(plane)) != 2 or not set(plane) <= set("xyz"):
        raise ValueError(f"`plane` must name two of x, y, z, but is {plane}.")

    figure = new_figure(WIDE, 2.5)
    disc, times = figure.subplots(1, 2, width_ratios=[1, 1.7])
    _draw_disc(disc, bloch[:, ["xyz".index(name) for name in plane]], spikes, plane)
    steps = np.arange(len(bloch))
    for k, name in enumerate("xyz"):
        times.plot(
            steps,
            bloch[:, k],
            marker="o",
            markersize=2.5,
            linewidth=THICK,
            color=ELEMENTS[k],
            label=f"${name}$",
        )
    times.plot(steps, lengths, ":", color=BLACK, linewidth=THICK, label="length")
    fired = np.flatnonzero(spikes) + 1
    times.plot(
        fired, np.full(fired.size, 1.16), "|", color=BLACK, markersize=6, label="spike"
    )
    dress(times, x="step", y="Bloch vector")
    times.set_ylim(-1.1, 1.25)
    times.legend(
        fontsize=SMALL, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5)
    )
    return figure


def network_raster(
    inputs: ArrayLike,
    populations: Mapping[str, ArrayLike],
    *,
    input_name: str = "input",
) -> Figure:
    """Draw the spikes of a network's inputs and of its populations, one above another.

    Parameters
    ----------
    inputs : shape (T, n_inputs)
        Zeros and ones.
    populations : mapping of name → shape (T, wires)
        Zeros and ones, from the inputs to the outputs.
    input_name : str, optional
        Title of the first axes.

    Returns
    -------
    Figure
        One axes for the inputs, then one a population.

    Raises
    ------
    ValueError
        If there is no population, numbers of steps differ, an array is empty, or holds
        anything but zeros and ones.
    """
    trains = {input_name: np.asarray(inputs)}
    trains |= {str(name): np.asarray(spikes) for name, spikes in populations.items()}
    if len(trains) < 2:
        raise ValueError(
            "`populations` must hold at least one population under another name than "
            f"{input_name!r}."
        )
    steps = len(np.atleast_1d(trains[input_name]))
    for name, spikes in trains.items():
        check_shapes(**{name: (spikes, f"{steps} wires")})
        _check_spikes(spikes, name)

    heights = [0.35 + min(1.6, 0.08 * spikes.shape[1]) for spikes in trains.values()]
    figure = new_figure(WIDE, 0.4 + sum(heights))
    grid = figure.subplots(
        len(trains), 1, sharex=True, squeeze=False, height_ratios=heights
    )
    for axes, (name, spikes), height in zip(
        grid[:, 0], trains.items(), heights, strict=True
    ):
        _draw_spikes(axes, spikes, height)
        entitle(axes, f"{name}: {spikes.mean():.3f} spikes a wire and step")
    dress(grid[-1, 0], x="step", grid=False)
    return figure


def _draw_disc(
    axes: Axes, path: np.ndarray, spikes: np.ndarray, plane: tuple[str, str]
) -> None:
    """Draw a path in the unit disc, a full mark after a spike."""
    turn = np.linspace(0, 2 * np.pi, 181)
    axes.plot(np.cos(turn), np.sin(turn), color=GREY, linewidth=THIN)
    axes.plot(*path.T, color=GREY, linewidth=THIN, zorder=2)
    axes.plot(*path[0], "s", color=BLACK, markersize=4.5, zorder=3)
    for (x, y), spike in zip(path[1:], spikes, strict=True):
        face = ELEMENTS[0] if spike else "white"
        axes.plot(
            x,
            y,
            "o",
            color=ELEMENTS[0],
            markerfacecolor=face,
            markersize=4.5,
            zorder=3,
        )
    _number(axes, path)
    dress(axes, x=f"${plane[0]}$", y=f"${plane[1]}$", grid=False)
    axes.set_aspect("equal")
    axes.set_xlim(-1.28, 1.28)
    axes.set_ylim(-1.28, 1.28)
    axes.set_xticks([-1, 0, 1])
    axes.set_yticks([-1, 0, 1])


def _number(axes: Axes, path: np.ndarray) -> None:
    """Write the step outside of each mark, those of close marks in one list."""
    places: list[tuple[np.ndarray, list[int]]] = []
    for step, point in enumerate(path):
        near = [s for place, s in places if np.linalg.norm(place - point) < CLOSE]
        if near:
            near[0].append(step)
        else:
            places.append((point, [step]))
    for point, steps in places:
        length = np.linalg.norm(point)
        outward = point / length if length > 0.05 else np.array([0.7, 0.7])
        x, y = point + 0.12 * outward
        axes.text(
            x,
            y,
            ",".join(map(str, steps)),
            fontsize=SMALL - 1,
            horizontalalignment=_side(x, "left", "right"),
            verticalalignment=_side(y, "bottom", "top"),
        )


def _side(coordinate: float, positive: str, negative: str) -> Any:
    """Return which side of a text faces a mark inside of it."""
    if abs(coordinate) < 0.3:
        return "center"
    return positive if coordinate > 0 else negative


def _check_spikes(spikes: np.ndarray, name: str) -> None:
    """Check that an array holds zeros and ones, and something."""
    if spikes.size == 0 or not np.isin(spikes, (0, 1)).all():
        raise ValueError(
            f"`{name}` must hold zeros and ones, but has shape {spikes.shape} and "
            f"holds {np.unique(spikes)[:4]}."
        )


def _draw_spikes(axes: Axes, spikes: np.ndarray, height: float) -> None:
    """Draw a mark a spike, the first wire on top."""
    steps, wires = spikes.shape
    t, wire = np.nonzero(spikes)
    size = min(6.0, 50 * height / wires)
    axes.plot(t, wire, "|", color=BLACK, markersize=size, markeredgewidth=0.9)
    dress(axes, y="wire", grid=False)
    axes.set_xlim(-0.5, steps - 0.5)
    axes.set_ylim(wires - 0.4, -0.6)
