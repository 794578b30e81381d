"""What one task of a sweep computes: a pure function of settings, name and inputs."""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from ..._core.threads import one_blas_thread
from .evolution import evolve_points
from .materials import drives_of, recipe_of
from .measures import MEASURES
from .plan import Plan, Point, PointBlock, TrainingBlock

__all__ = ["compute_block"]


def compute_block(
    plan: Plan,
    name: str,
    inputs: Mapping[str, xr.Dataset],
    *,
    progress: bool | None = False,
) -> xr.Dataset:
    """Return the dataset of one block.

    Parameters
    ----------
    plan : Plan
        Of the sweep.
    name : str
        Which of its tasks.
    inputs : mapping str → Dataset
        The blocks that the task needs.

    Returns
    -------
    Dataset
        With a variable `error` over `member` or `point`: empty where all went well.
    """
    task = plan.tasks[name]
    with one_blas_thread():
        if isinstance(task, TrainingBlock):
            return _train(plan, task, progress)
        return _measure(plan, task, inputs)


def _train(plan: Plan, task: TrainingBlock, progress: bool | None) -> xr.Dataset:
    point = plan.at(task.coordinates)
    trained = recipe_of(task.material).train(point, task.seeds, progress)
    return trained.assign(error=("member", [""] * len(task.members))).assign_coords(
        member=list(task.members)
    )


def _measure(
    plan: Plan, task: PointBlock, inputs: Mapping[str, xr.Dataset]
) -> xr.Dataset:
    settings = [plan.at(point.coordinates) for point in task.points]
    drives = [
        drives_of(inputs[point.trained], settings[i])[_row(point, inputs)]
        for i, point in enumerate(task.points)
    ]
    seen = evolve_points(settings, drives)
    data = {}
    for name in plan.settings.sweep.measures:
        measure = MEASURES[name]
        values = np.asarray(measure.function(seen), dtype=float)
        attrs = {"long_name": measure.meaning, "units": measure.units}
        data[name] = (("point", "time")[: values.ndim], values, attrs)
    data["error"] = ("point", [""] * len(task.points))
    return xr.Dataset(data, coords={"time": seen.times} | labels_of(task.points))


def _row(point: Point, inputs: Mapping[str, xr.Dataset]) -> int:
    members = inputs[point.trained].member.values.tolist()
    return members.index(point.member)


def labels_of(points: tuple[Point, ...]) -> dict[str, tuple]:
    """Return the coordinates of points by name, all along `point`."""
    labels: dict[str, list] = {
        "point": [point.index for point in points],
        "material": [point.material for point in points],
        "seed": [point.member for point in points],
        "point_seed": [point.seed for point in points],
    }
    for name in points[0].coordinates:
        labels[name] = [point.coordinates[name] for point in points]
    return {name: ("point", np.array(values)) for name, values in labels.items()}
