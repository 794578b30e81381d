"""Short trials of a material: a training of few epochs, a block of few points."""

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import xarray as xr

from ...store import Store
from ..computation.compute import compute_block
from ..description.point import PointSettings
from ..plan import Plan, PointBlock, TrainingBlock

__all__ = ["PointTrial", "TrainingTrial", "spread", "try_points", "try_training"]

PATIENCE_S = 5.0  # after which nothing is repeated to leave out what is compiled
DESCENT = 30  # evaluations of a search for constants
SHORT: dict[str, Any] = {
    "learning.epochs": 2,
    "learning.restart_every": 0,
    "engineered.points": 8,
    "engineered.starts": 2,
    "optimal.iterations": 8,
    "optimal.starts": 1,
}
Entry = TypeVar("Entry")


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingTrial:
    """What a short training took, to be scaled to whole ones.

    Parameters
    ----------
    block : Dataset
        What was trained.
    seconds, start_s, write_s : float
        Of the training, until its kernels were compiled, and to write its block.
    work : float
        Of the short training, in the units of `work_of`.
    fixed_b, epoch_b : float
        Bytes of its block, and of every epoch.
    error : str
        Why it failed; empty where it did not.
    """

    block: xr.Dataset
    seconds: float
    start_s: float
    write_s: float
    work: float
    fixed_b: float
    epoch_b: float
    error: str

    def seconds_of(self, point: PointSettings, material: str) -> float:
        """Return the seconds of a whole training."""
        return self.seconds * work_of(point, material) / self.work + self.write_s

    def bytes_of(self, point: PointSettings) -> float:
        """Return the bytes of a whole training, whose curves grow with its epochs."""
        return self.fixed_b + self.epoch_b * point.learning.epochs


@dataclass(frozen=True, kw_only=True, eq=False)
class PointTrial:
    """What a few points of a block took.

    Parameters
    ----------
    block : Dataset
        The points.
    seconds : float
        Of one point.
    start_s, write_s : float
        Until its kernels were compiled, and to write its block.
    overhead_b : float
        Bytes of a block beside the numbers in it.
    error : str
        Why a point failed; empty where none did.
    """

    block: xr.Dataset
    seconds: float
    start_s: float
    write_s: float
    overhead_b: float
    error: str


def try_training(plan: Plan, training: TrainingBlock) -> TrainingTrial:
    """Train shortly."""
    point = plan.at(training.coordinates)
    shorter = {
        name: min(value, getattr(getattr(point, table), key))
        for name, value in SHORT.items()
        for table, _, key in [name.partition(".")]
    }
    short = replace(training, coordinates={**training.coordinates, **shorter})
    block, first, second = _timed(plan, short, {})
    whole_b, write_s = _written(plan, training.name, block)
    epochs = block.sizes.get("epoch", 0)
    growing = [name for name, v in block.variables.items() if "epoch" in v.dims]
    epoch_b = sum(block[name].nbytes for name in growing) / max(1, epochs)
    return TrainingTrial(
        block=block,
        seconds=second,
        start_s=first - second,
        work=work_of(plan.at(short.coordinates), training.material),
        write_s=write_s,
        fixed_b=whole_b - epoch_b * epochs,
        epoch_b=epoch_b,
        error=max([str(text) for text in block.error.values], default=""),
    )


def try_points(plan: Plan, block: PointBlock, trained: xr.Dataset) -> PointTrial:
    """Evolve a few points with one drive."""
    seen, first, second = _timed(plan, block, dict.fromkeys(block.needs, trained))
    whole_b, write_s = _written(plan, block.name, seen)
    return PointTrial(
        block=seen,
        seconds=second / len(block.points),
        start_s=first - second,
        write_s=write_s,
        overhead_b=max(0.0, whole_b - seen.nbytes),
        error=max(str(text) for text in seen.error.values),
    )


def work_of(point: PointSettings, material: str) -> float:
    """Return what the time of a training is proportional to, roughly."""
    constants = point.engineered.points + DESCENT * point.engineered.starts
    if material == "learning":
        return point.learning.epochs
    if material == "engineered":
        return constants
    if material == "optimal":
        optimal = point.optimal
        slices = optimal.slices / len(point.cost.readouts)
        return constants + slices * (1 + optimal.starts) * optimal.iterations
    return 1.0


def spread(entries: Sequence[Entry], most: int) -> list[Entry]:
    """Return some entries evenly, the first and the last among them.

    Examples
    --------
    >>> spread("abcdefg", 3)
    ['a', 'd', 'g']
    """
    last, count = len(entries) - 1, min(most, len(entries))
    return [entries[round(k * last / max(1, count - 1))] for k in range(count)]


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


def _written(plan: Plan, name: str, dataset: xr.Dataset) -> tuple[float, float]:
    """Return bytes that a block adds to a folder, in whole disk blocks, and seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "probe"
        with Store(path, plan.settings.to_dict()) as store:
            before = _size(path)
            start = time.perf_counter()
            store.write(name, dataset)
            seconds = time.perf_counter() - start
            return _size(path) - before, seconds


def _size(folder: Path) -> float:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*"))
