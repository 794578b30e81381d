"""The figures of a sweep: which there are, and what each is drawn from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from .... import plotting
from ..computation.measures import measure_of
from . import pictures
from .selection import drawn_parameters, middle_of, points_at, short_names
from .sweep import Sweep

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["sweep_figures", "wigner_animation"]

ONE_POINT = {  # what is drawn of the views at one combination, by what it needs
    "elements": ("frame_state",),
    "bloch": ("frame_state",),
    "wigner": ("wigner",),
    "margin": ("spins_margin",),
    "povm": ("povm_distance",),
    "reconstruction": ("povm_state", "state"),
}
MOST_LEVELS = 6  # of a density matrix that is drawn over time
MOST_CONTROLS = 6
MOST_NEURONS = 8
MOST_WINNERS = 8  # materials that one map tells apart


def sweep_figures(
    sweep: Sweep, shape: str | None = None
) -> "dict[str, Callable[[], Figure]]":
    """Return the figures of a sweep by name, each drawn when it is called.

    Whatever does not run over swept parameters is drawn at one combination of them,
    that nearest the middle of the grid at which most materials are finished; axes say
    which. There are, as far as the sweep holds what they need:

    - ``measures``: all measures over time, with bands over seeds;
    - ``elements``, ``bloch``, ``wigner``, ``margin``, ``povm``, ``reconstruction``:
      the views;
    - ``learning_<material>``, ``weights_<material>``, ``drive_<material>``: learning
      curves, the weights W(τ) of the best learner, and its drive;
    - ``<measure>_against_<parameter>`` for every swept number;
    - ``<measure>_over_<parameter>_<parameter>`` for every pair of them, and
      ``winners_…`` where the measure has a better and a worse.

    Measures over time are taken at the last one there. Failed points are left out, and
    so are pictures in which no number would be finite.

    Parameters
    ----------
    sweep : Sweep
        Finished or not.
    shape : str, optional
        One of ``sweep.shapes``; by default all, with the shape behind each name if
        there are several.

    Returns
    -------
    dict
        Name → function without arguments that returns a matplotlib figure.

    Examples
    --------
    ``sweep_figures(sweep)["measures"]().savefig("measures.pdf")``
    """
    shapes = sweep.shapes if shape is None else (shape,)
    figures: dict[str, Callable[[], Figure]] = {}
    for one in shapes:
        scene = Scene.of(sweep, one)
        end = f"_{one}" if len(shapes) > 1 else ""
        figures |= {f"{name}{end}": draw for name, draw in _drawings(scene)}
    return figures


def wigner_animation(
    sweep: Sweep,
    path: str | Path,
    *,
    shape: str | None = None,
    coordinates: dict[str, Any] | None = None,
    seconds: float = 0.25,
) -> Path:
    """Save the Wigner functions of all materials along time as an animated GIF.

    Parameters
    ----------
    sweep : Sweep
        With the view "wigner"; a frame for each of its times.
    path : str or path
        Ends in .gif.
    shape : str, optional
        One of ``sweep.shapes``, where there are several.
    coordinates : mapping, optional
        Swept parameters by dotted name; by default those of `sweep_figures`.
    seconds : float, optional
        How long a frame stays.

    Raises
    ------
    ValueError
        If the sweep has no view "wigner", or no such points.
    """
    scene = Scene.of(sweep, shape)
    if coordinates is not None:
        scene = scene.at(coordinates)
    if "wigner" not in scene.here:
        raise ValueError(
            "`sweep` must have the view 'wigner' for an animation, but has not. Name "
            "it in sweep.views."
        )
    frames = pictures.frames(
        scene.here, pictures.note(scene.middle, sweep.settings.axes)
    )
    return plotting.save_animation(frames, path, seconds=seconds)


@dataclass(frozen=True)
class Scene:
    """Points of one array shape, and the combination at which views are drawn."""

    sweep: Sweep
    points: xr.Dataset
    middle: dict[str, Any]

    @classmethod
    def of(cls, sweep: Sweep, shape: str | None) -> "Scene":
        """Return the points of a shape, seen from the middle of the grid."""
        points = sweep.points(shape)
        return cls(sweep, points, middle_of(points, sweep.settings.axes))

    def at(self, coordinates: dict[str, Any]) -> "Scene":
        """Return the same points, seen from elsewhere."""
        unknown = [name for name in coordinates if name not in self.middle]
        scene = Scene(self.sweep, self.points, self.middle | coordinates)
        if unknown or not scene.here.sizes["point"]:
            raise ValueError(
                f"`coordinates` must be those of finished points in "
                f"{', '.join(self.middle) or 'nothing'}, but are {coordinates}."
            )
        return scene

    @property
    def here(self) -> xr.Dataset:
        """The points at the combination."""
        return points_at(self.points, self.middle)

    def known(self, name: str) -> bool:
        """Tell whether any point that did not fail has a finite number."""
        values = self.points[name].values
        return bool(np.isfinite(values[self.points.error.values == ""]).any())


def _drawings(scene: Scene) -> "Iterator[tuple[str, Callable[[], Figure]]]":
    names = [n for n in scene.sweep.settings.sweep.measures if n in scene.points]
    names = [name for name in names if scene.known(name)]
    here = scene.here
    note = pictures.note(scene.middle, scene.sweep.settings.axes)
    over_time = [name for name in names if "time" in here[name].dims]
    if (here.error.values == "").any():
        if over_time and here.sizes["time"] > 1:
            yield "measures", partial(pictures.measures, here, over_time, note)
        yield from _views(here, note)
    yield from _trainings(scene)
    yield from _over_parameters(scene, names)


def _views(here: xr.Dataset, note: str) -> "Iterator[tuple[str, Callable[[], Figure]]]":
    for name, needs in ONE_POINT.items():
        if not all(need in here for need in needs):
            continue
        levels = here.sizes.get("row", 2)
        if name == "elements" and levels > MOST_LEVELS:
            continue
        if name == "bloch" and levels != 2:
            continue
        if name == "reconstruction" and levels > 4:
            continue
        yield name, partial(getattr(pictures, name), here, note)


def _trainings(scene: Scene) -> "Iterator[tuple[str, Callable[[], Figure]]]":
    """Draw what learned, as far as its training went well."""
    for material in scene.sweep.settings.materials:
        try:
            trained = scene.sweep.trained(material, **scene.middle)
        except ValueError:  # not finished
            continue
        if "infidelity" not in trained or any(trained.error.values != ""):
            continue
        short = material.rpartition(":")[2]
        settings = scene.sweep.settings.point(_values(scene))
        draw = partial(pictures.learning, trained, scene.here, settings)
        yield f"learning_{short}", draw
        if "weights" in trained:
            if trained.sizes["neuron"] <= MOST_NEURONS:
                yield f"weights_{short}", partial(pictures.weights, trained, settings)
            if settings.training_environment.n_controls <= MOST_CONTROLS:
                yield f"drive_{short}", partial(pictures.drive, trained, settings)


def _values(scene: Scene) -> dict[str, Any]:
    """Return the swept values themselves, not their labels."""
    first = int(scene.here.point.values[0])
    return dict(scene.sweep.plan.points[first].coordinates)


def _over_parameters(
    scene: Scene, names: list[str]
) -> "Iterator[tuple[str, Callable[[], Figure]]]":
    axes = scene.sweep.settings.axes
    short = short_names(axes)
    swept = [
        name
        for name in drawn_parameters(axes)
        if len(np.unique(scene.points[name].values)) > 1  # a shape may have one alone
    ]
    view = pictures.Over(scene.points, scene.middle, axes)
    few = 1 < len(scene.sweep.settings.materials) <= MOST_WINNERS
    for name in names:
        own = name.rpartition(":")[2]
        for axis in swept:
            if view.known(name, axis):
                yield f"{own}_against_{short[axis]}", partial(view.against, name, axis)
        for one, other in combinations(swept, 2):
            end = f"{short[one]}_{short[other]}"
            if view.known(name, one, other):
                yield f"{own}_over_{end}", partial(view.maps, name, one, other)
            if measure_of(name).better and few:
                yield f"winners_{own}_{end}", partial(view.winners, name, one, other)
