"""How long trainings and points take and how large they are, by trying a few."""

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import xarray as xr

from ...store import Store
from ..computation.compute import compute_block
from ..description.point import PointSettings
from ..plan import Plan, PointBlock, TrainingBlock

__all__ = ["Probe", "probe_material"]

PROBED = 8  # points that are evolved together to time one
PATIENCE_S = 5.0  # after which nothing is repeated to leave out what is compiled
SHORT: dict[str, Any] = {
    "learning.epochs": 2,
    "learning.restart_every": 0,
    "engineered.points": 4,
    "engineered.starts": 1,
    "optimal.iterations": 2,
    "optimal.starts": 1,
}


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What a material costs.

    Parameters
    ----------
    training_s, point_s : float
        Seconds of all its trainings together, and of all its points.
    start_s : float
        Seconds until its kernels are compiled, once a process.
    disk : float
        Bytes of all its blocks.
    arrays : mapping str → Dataset
        A few points of each array shape.
    error : str
        Why a training or a point failed; empty where none did.
    """

    training_s: float
    point_s: float
    start_s: float
    disk: float
    arrays: Mapping[str, xr.Dataset]
    error: str


def probe_material(plan: Plan, material: str) -> Probe:
    """Train a material for a few epochs, evolve a few points, and scale up."""
    trainings = [t for t in plan.trainings if t.material == material]
    shortened = replace(
        trainings[0],
        coordinates={**trainings[0].coordinates, **_shorter(plan, trainings[0])},
    )
    trained, first_s, training_s = _timed(plan, shortened, {})
    start_s = first_s - training_s
    error = max([str(text) for text in trained.error.values], default="")
    own = _work(plan.at(shortened.coordinates), material)
    work = sum(_work(plan.at(t.coordinates), material) for t in trainings) / own
    epochs = sum(plan.at(t.coordinates).learning.epochs for t in trainings)
    disk = _disk_of_trainings(plan, shortened, trained, len(trainings), epochs)

    arrays: dict[str, xr.Dataset] = {}
    point_s = 0.0
    for shape, blocks in _blocks_by_shape(plan, material).items():
        some = blocks[0].points[:PROBED]
        needs = dict.fromkeys(point.trained for point in some)
        block = replace(blocks[0], points=some, needs=tuple(needs))
        seen, first_s, second_s = _timed(plan, block, dict.fromkeys(needs, trained))
        start_s += first_s - second_s
        count = sum(len(b.points) for b in blocks)
        point_s += second_s / len(some) * count
        overhead = max(0.0, _written(plan, block.name, seen) - seen.nbytes)
        disk += overhead * len(blocks) + seen.nbytes / len(some) * count
        arrays[shape] = seen
        error = error or max(str(text) for text in seen.error.values)
    return Probe(
        training_s=training_s * work,
        point_s=point_s,
        start_s=start_s,
        disk=disk,
        arrays=arrays,
        error=error,
    )


def _shorter(plan: Plan, training: TrainingBlock) -> dict[str, Any]:
    """Return settings of a short training, none longer than it is."""
    point = plan.at(training.coordinates)
    return {
        name: min(value, getattr(getattr(point, table), key))
        for name, value in SHORT.items()
        for table, _, key in [name.partition(".")]
    }


def _work(point: PointSettings, material: str) -> float:
    """Return what the time of a training is proportional to, roughly."""
    if material == "learning":
        return point.learning.epochs
    if material == "engineered":
        return point.engineered.starts
    if material == "optimal":
        return point.optimal.starts * point.optimal.iterations
    return 1.0


def _blocks_by_shape(plan: Plan, material: str) -> dict[str, list[PointBlock]]:
    found: dict[str, list[PointBlock]] = {}
    for block in plan.blocks:
        if block.points[0].material == material:
            found.setdefault(plan.shape_of(block.points[0]), []).append(block)
    return found


def _timed(
    plan: Plan, task: TrainingBlock | PointBlock, inputs: Mapping[str, xr.Dataset]
) -> tuple[xr.Dataset, float, float]:
    """Return a block, and the seconds it took at first and again, once compiled."""
    part = plan.with_tasks({task.name: task})
    start = time.perf_counter()
    block = compute_block(part, task.name, inputs)
    first = time.perf_counter() - start
    if first > PATIENCE_S and not isinstance(task, TrainingBlock):
        return block, first, first
    start = time.perf_counter()
    compute_block(part, task.name, inputs)
    return block, first, min(first, time.perf_counter() - start)


def _disk_of_trainings(
    plan: Plan, block: TrainingBlock, trained: xr.Dataset, count: int, epochs: int
) -> float:
    """Return the bytes of all trainings, whose curves grow with their epochs."""
    per_epoch = trained.drop_dims(
        [dim for dim in trained.dims if dim != "member" and dim != "epoch"]
    )
    growing = per_epoch.drop_vars(
        [name for name in per_epoch.variables if "epoch" not in per_epoch[name].dims]
    ).nbytes / max(1, trained.sizes.get("epoch", 1))
    fixed = _written(plan, block.name, trained) - growing * trained.sizes.get(
        "epoch", 0
    )
    return fixed * count + growing * epochs


def _written(plan: Plan, name: str, dataset: xr.Dataset) -> float:
    """Return how much a block adds to a folder, whole disk blocks counted."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "probe"
        with Store(path, plan.settings.to_dict()) as store:
            before = _size(path)
            store.write(name, dataset)
            return _size(path) - before


def _size(folder: Path) -> float:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*"))
