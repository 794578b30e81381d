"""How long a material takes and how large its blocks are, by trying a few."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import xarray as xr

from ..plan import Plan, PointBlock, TrainingBlock, steering
from .trials import PointTrial, TrainingTrial, spread, try_points, try_training

__all__ = ["Probe", "probe_material"]

PROBED = 8  # points that are evolved together to time one
MOST_TRIED = 3  # kinds of training, and array shapes, that are tried


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
        A few points of each array shape that was tried.
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
    """Train a material for a few epochs, evolve a few points, and scale up.

    Where there are many array shapes, or sets of controls, only some of them are tried
    and the others taken to cost as much as the one before.
    """
    trainings = [t for t in plan.trainings if t.material == material]
    kinds = {t.name: steering(plan.at(t.coordinates)) for t in trainings}
    firsts = {kinds[t.name]: t for t in reversed(trainings)}
    shapes = _blocks_by_shape(plan, material)
    names = spread([*shapes], MOST_TRIED)
    needed = {kinds[shapes[name][0].points[0].trained] for name in names}
    order = [*dict.fromkeys(kinds.values())]
    wanted = needed | {*spread(order, MOST_TRIED)}
    trained = {k: try_training(plan, firsts[k]) for k in order if k in wanted}
    tried = {name: _try_some(plan, shapes[name][0], kinds, trained) for name in names}
    trials: list[TrainingTrial | PointTrial] = [*trained.values(), *tried.values()]
    training_s, training_b = _all_trainings(plan, trainings, kinds, trained)
    point_s, point_b = _all_points(shapes, tried)
    return Probe(
        training_s=training_s,
        point_s=point_s,
        start_s=sum(trial.start_s for trial in trials),
        disk=training_b + point_b,
        arrays={name: trial.block for name, trial in tried.items()},
        error=next((trial.error for trial in trials if trial.error), ""),
    )


def _try_some(
    plan: Plan,
    block: PointBlock,
    kinds: Mapping[str, str],
    trained: Mapping[str, TrainingTrial],
) -> PointTrial:
    """Try points of a block that one drive can steer."""
    kind = kinds[block.points[0].trained]
    some = [point for point in block.points if kinds[point.trained] == kind][:PROBED]
    needs = tuple(dict.fromkeys(point.trained for point in some))
    return try_points(
        plan, replace(block, points=tuple(some), needs=needs), trained[kind].block
    )


def _all_trainings(
    plan: Plan,
    trainings: list[TrainingBlock],
    kinds: Mapping[str, str],
    trained: Mapping[str, TrainingTrial],
) -> tuple[float, float]:
    """Return seconds and bytes of all trainings."""
    seconds = nbytes = 0.0
    trial = next(iter(trained.values()))
    for training in trainings:
        trial = trained.get(kinds[training.name], trial)
        point = plan.at(training.coordinates)
        seconds += trial.seconds_of(point, training.material)
        nbytes += trial.bytes_of(point)
    return seconds, nbytes


def _all_points(
    shapes: Mapping[str, list[PointBlock]], tried: Mapping[str, PointTrial]
) -> tuple[float, float]:
    """Return seconds and bytes of all points."""
    seconds = nbytes = 0.0
    trial = next(iter(tried.values()))
    for name, blocks in shapes.items():
        trial = tried.get(name, trial)
        count = sum(len(block.points) for block in blocks)
        seconds += trial.seconds * count + trial.write_s * len(blocks)
        nbytes += trial.overhead_b * len(blocks)
        nbytes += trial.block.nbytes / trial.block.sizes["point"] * count
    return seconds, nbytes


def _blocks_by_shape(plan: Plan, material: str) -> dict[str, list[PointBlock]]:
    found: dict[str, list[PointBlock]] = {}
    for block in plan.blocks:
        if block.points[0].material == material:
            found.setdefault(plan.shape_of(block.points[0]), []).append(block)
    return found
