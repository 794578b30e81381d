"""The evolution of many points at once."""

from collections.abc import Sequence

import numpy as np

from ...dynamics import apply_transfer
from ...environments import Drive, Material, ProtectionCost
from .point import PointSettings
from .trajectories import Trajectories

__all__ = ["evolve_points"]

SAME = 9  # decimals at which two times are one


def evolve_points(
    points: Sequence[PointSettings], drives: Sequence[Drive]
) -> Trajectories:
    """Return maps and states of points of one shape under their drives."""
    times = points[0].times.grid()
    rows = [
        _one(point, drive, times) for point, drive in zip(points, drives, strict=True)
    ]
    transfer, readouts, rotation = (np.array(part) for part in zip(*rows, strict=True))
    rho0 = np.array([point.built_system.rho0 for point in points])
    pairs = zip(transfer, rho0, strict=True)
    return Trajectories(
        times=times,
        transfer=transfer,
        rho0=rho0,
        states=np.array([apply_transfer(maps, rho) for maps, rho in pairs]),
        kept=points[0].built_system.kept,
        readouts=readouts,
        rotation=rotation,
    )


def _one(
    point: PointSettings, drive: Drive, times: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    readouts = np.asarray(ProtectionCost.readouts) * point.learning.period
    grid = np.unique(np.round(np.concatenate([[0.0], times, readouts]), SAME))
    material = Material(kind="point", environment=point.built_environment, drive=drive)
    maps = material.transfer(grid, H=point.built_system.H, progress=False)
    rotation = material.rotation(grid, progress=False)
    seen = np.searchsorted(grid, np.round(times, SAME))
    asked = np.searchsorted(grid, np.round(readouts, SAME))
    return maps[seen], maps[asked], rotation[seen]
