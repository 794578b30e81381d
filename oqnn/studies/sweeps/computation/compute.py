"""What one task of a sweep computes: a pure function of settings, name and inputs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from ...._core.threads import one_blas_thread
from ....environments import Drive
from ..description.point import PointSettings
from ..plan import Plan, Point, PointBlock, TrainingBlock
from .evolution import evolve_points
from .looks import Variable, joined, look_at, looks_of
from .materials import drives_of, recipe_of
from .preparation import because, numbers_held
from .training import trained_members
from .views import view_times

__all__ = ["compute_block", "labels_of"]

TIME_UNITS = "1/xi"
NUMBERS_HELD = 2**24  # in maps and states of the points that evolve together
MEANINGS = {
    "point": "place in the grid",
    "material": "name of the material",
    "seed": "member, as the user counts seeds; -1 where nothing is drawn",
    "point_seed": "what the point draws its own numbers from",
}


def compute_block(
    plan: Plan,
    name: str,
    inputs: Mapping[str, xr.Dataset],
    *,
    progress: bool | None = False,
) -> xr.Dataset:
    """Return the dataset of one block.

    A point, or a training, that fails says why in `error`, and its numbers are NaN;
    the others are the same, bit by bit, as if it had not.

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
    try:
        point = plan.at(task.coordinates)
        trained, errors = trained_members(
            recipe_of(task.material), point, task.seeds, progress
        )
    except Exception as failure:
        trained, errors = xr.Dataset(), [because(failure)] * len(task.members)
    why = {"long_name": "why the training failed; empty where it did not", "units": ""}
    number = {"long_name": "member, as the user counts seeds", "units": ""}
    return trained.assign(error=("member", errors, why)).assign_coords(
        member=("member", list(task.members), number)
    )


def _measure(
    plan: Plan, task: PointBlock, inputs: Mapping[str, xr.Dataset]
) -> xr.Dataset:
    settings = [plan.at(point.coordinates) for point in task.points]
    drives = _drives(task.points, settings, inputs)
    times = settings[0].times.grid()
    looks = looks_of(plan, settings[0])
    needs = {need for look in looks for need in look.needs}
    chunk = max(1, NUMBERS_HELD // max(numbers_held(point) for point in settings))
    parts = []
    for first in range(0, len(settings), chunk):
        some = slice(first, first + chunk)
        seen = evolve_points(settings[some], drives[some], needs=needs)
        seeds = [point.seed for point in task.points[some]]
        parts.append(look_at(seen, seeds, looks))
    errors, data, coords = joined(parts, looks, len(times))
    why = {"long_name": "why the point failed; empty where it did not", "units": ""}
    data["error"] = (("point",), np.array(errors, dtype=str), why)
    clock = {"time": times}
    if any("view_time" in axes for axes, *_ in data.values()):
        chosen = view_times(len(times), settings[0].views.times)
        clock["view_time"] = times[chosen]
    for name, values in clock.items():
        coords[name] = ((name,), values, {"long_name": "time", "units": TIME_UNITS})
    return xr.Dataset(data, coords=coords | labels_of(task.points))


def _drives(
    points: Sequence[Point],
    settings: Sequence[PointSettings],
    inputs: Mapping[str, xr.Dataset],
) -> list[Drive | str]:
    """Return the drive of each point, or why there is none; one object a member."""
    made: dict[tuple[str, str], dict[int, Drive | str]] = {}
    drives = []
    for point, own in zip(points, settings, strict=True):
        key = (point.trained, own.texts["solver"])
        if key not in made:
            trained = inputs[point.trained]
            made[key] = dict(
                zip(trained.member.values.tolist(), _drawn(trained, own), strict=True)
            )
        drives.append(made[key][point.member])
    return drives


def _drawn(trained: xr.Dataset, own: PointSettings) -> list[Drive | str]:
    drawn: list[Drive | str] = [
        f"no drive, since its training failed: {text}" for text in trained.error.values
    ]
    good = np.flatnonzero(trained.error.values == "")
    if good.size:
        try:
            drives: list[Drive | str] = [*drives_of(trained.isel(member=good), own)]
        except ValueError as error:
            drives = [f"no drive: {because(error)}"] * good.size
        for i, drive in zip(good.tolist(), drives, strict=True):
            drawn[i] = drive
    return drawn


def labels_of(points: Sequence[Point]) -> dict[str, Variable]:
    """Return the coordinates of points by name, all along `point`."""
    labels: dict[str, list[Any]] = {
        "point": [point.index for point in points],
        "material": [point.material for point in points],
        "seed": [point.member for point in points],
        "point_seed": [point.seed for point in points],
    }
    own = [point.labels for point in points]
    labels |= {name: [one[name] for one in own] for name in own[0]}
    return {
        name: (
            ("point",),
            np.array(values),
            {"long_name": MEANINGS.get(name, name), "units": ""},
        )
        for name, values in labels.items()
    }
