"""Wigner functions along time: one picture with all times, or one a frame."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from .._core.checks import check_choice, check_finite, check_increasing, check_shapes
from ._inputs import as_materials, as_times
from .phase_space import HEIGHT_LABEL, PHASE_LABEL, draw_wigner
from .style import MEDIUM, SMALL, dress, entitle, new_figure
from .wigner import P_LABEL, X_LABEL, draw_phase_space

__all__ = ["wigner_frames", "wigner_over_time"]

MOST_SHOWN = 6


class Plane(NamedTuple):
    """Where Wigner functions live: angles of the sphere, or x and p."""

    kind: str
    first: np.ndarray
    second: np.ndarray

    def draw(self, axes: Axes, values: np.ndarray, largest: float) -> ScalarMappable:
        """Draw one map."""
        if self.kind == "sphere":
            return draw_wigner(axes, self.first, self.second, values, largest)
        return draw_phase_space(axes, self.first, self.second, values, largest)

    @property
    def labels(self) -> tuple[str, str]:
        """Names of the horizontal and the vertical axis."""
        sphere = self.kind == "sphere"
        return (PHASE_LABEL, HEIGHT_LABEL) if sphere else (X_LABEL, P_LABEL)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of a map in inches."""
        return (1.7, 1.1) if self.kind == "sphere" else (1.35, 1.35)


def wigner_over_time(
    times: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    values: Mapping[str, ArrayLike],
    *,
    plane: str = "sphere",
    label: str = "Wigner function, negative where hatched",
) -> Figure:
    r"""Draw Wigner functions of several materials, a row a material, a column a time.

    One scale of colours for all, symmetric about zero; negative regions are hatched.

    Parameters
    ----------
    times : shape (t,)
        Strictly increasing, at most 6.
    first, second : shape (p,) and (q,)
        Strictly increasing: angles θ and φ for spins, x and p for an oscillator.
    values : mapping of material to array of shape (t, p, q)
        Wigner functions.
    plane : {"sphere", "xp"}, optional
        Whether the axes are angles or x and p.
    label : str, optional
        Under the scale of colours.

    Returns
    -------
    Figure
        Axes row by row, then the scale.

    Raises
    ------
    TypeError
        If `values` has no materials.
    ValueError
        If the shapes disagree, an axis does not increase, a value is not finite, or
        there are more than 6 times.
    """
    times, where, maps = _as_maps(times, first, second, values, plane)
    if len(times) > MOST_SHOWN:
        raise ValueError(
            f"`times` must hold at most {MOST_SHOWN}, but holds {len(times)}. Choose "
            "some of them, or make an animation by `wigner_frames`."
        )
    largest = max(np.abs(entry).max() for entry in maps.values())
    width, height = where.size
    figure = new_figure(0.8 + width * len(times), 0.9 + (height + 0.1) * len(maps))
    grid = figure.subplots(
        len(maps), len(times), sharex=True, sharey=True, squeeze=False
    )
    for row, (name, entry) in zip(grid, maps.items(), strict=True):
        for axes, one in zip(row, entry, strict=True):
            colours = where.draw(axes, one, largest)
            dress(axes, grid=False)
        beside = f"{name}\n{where.labels[1]}" if name else where.labels[1]
        row[0].set_ylabel(beside, fontsize=MEDIUM)
    for axes, time in zip(grid[0], times, strict=True):
        entitle(axes, f"$t = {time:.4g}$")
    for axes in grid[-1]:
        axes.set_xlabel(where.labels[0], fontsize=MEDIUM, labelpad=0)
    _add_scale(figure, colours, grid, label)
    return figure


def wigner_frames(
    times: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    values: Mapping[str, ArrayLike],
    *,
    plane: str = "sphere",
    label: str = "Wigner function, negative where hatched",
) -> Iterator[Figure]:
    """Return one figure a time, materials side by side, for frames or an animation.

    All frames share one scale of colours. They are drawn one by one, when they are
    asked for; the arguments are checked at once.

    Parameters
    ----------
    times : shape (t,)
        Strictly increasing.
    first, second, values, plane, label
        As for `wigner_over_time`.

    Returns
    -------
    iterator of t Figures
        For `save_frames` or `save_animation`.

    Raises
    ------
    TypeError, ValueError
        As `wigner_over_time`, but for any number of times.
    """
    times, where, maps = _as_maps(times, first, second, values, plane)
    return (_frame(times[k], k, where, maps, label) for k in range(len(times)))


def _as_maps(
    times: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    values: Any,
    plane: str,
) -> tuple[np.ndarray, Plane, dict[str, np.ndarray]]:
    times = as_times(times)
    check_choice(plane, "plane", ("sphere", "xp"))
    where = Plane(plane, *(np.asarray(axis, dtype=float) for axis in (first, second)))
    check_shapes(first=(where.first, "p"), second=(where.second, "q"))
    check_increasing(where.first, "first")
    check_increasing(where.second, "second")
    maps = {
        name: np.asarray(entry, dtype=float)
        for name, entry in as_materials(values, "values").items()
    }
    for name, entry in maps.items():
        check_shapes(
            times=(times, "t"),
            first=(where.first, "p"),
            second=(where.second, "q"),
            **{f"values[{name!r}]": (entry, "t p q")},
        )
        check_finite(entry, f"values[{name!r}]")
    return times, where, maps


def _frame(
    time: float, k: int, where: Plane, maps: dict[str, np.ndarray], label: str
) -> Figure:
    largest = max(np.abs(entry).max() for entry in maps.values())
    columns = min(4, len(maps))
    rows = -(-len(maps) // columns)
    width, height = where.size
    figure = new_figure(0.8 + 1.2 * width * columns, 1.1 + 1.3 * height * rows)
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axes, (name, entry) in zip(grid.flat, maps.items(), strict=False):
        colours = where.draw(axes, entry[k], largest)
        dress(axes, grid=False)
        entitle(axes, name)
    for axes in grid.flat[len(maps) :]:
        axes.set_visible(False)
    figure.suptitle(f"$t = {time:.2f}$", fontsize=MEDIUM)
    for axes in grid.flat[: len(maps)]:
        axes.set_xlabel(where.labels[0], fontsize=MEDIUM, labelpad=0)
    for axes in grid[:, 0]:
        axes.set_ylabel(where.labels[1], fontsize=MEDIUM)
    _add_scale(figure, colours, grid, label)
    return figure


def _add_scale(
    figure: Figure, colours: ScalarMappable, grid: np.ndarray, label: str
) -> None:
    bar = figure.colorbar(
        colours, ax=grid, location="bottom", shrink=0.6, aspect=35, pad=0.04
    )
    bar.set_label(label, fontsize=SMALL)
    bar.ax.xaxis.set_major_locator(MaxNLocator(5))
    bar.ax.tick_params(labelsize=SMALL, width=0.6, length=2.5)
