"""Blocks whose computation never returned: every point says why."""

import xarray as xr

from ..computation.compute import labels_of
from ..plan import PointBlock, TrainingBlock

__all__ = ["failed_block"]


def failed_block(task: TrainingBlock | PointBlock, message: str) -> xr.Dataset:
    """Return a block in which all members or points have failed.

    It holds labels and `error` alone; its numbers read as NaN beside those of others.

    Parameters
    ----------
    task : TrainingBlock or PointBlock
        The block.
    message : str
        Why, in one sentence.
    """
    if isinstance(task, TrainingBlock):
        dim, size, labels = "member", len(task.members), _members(task)
        meaning = "why the training failed; empty where it did not"
    else:
        dim, size, labels = "point", len(task.points), labels_of(task.points)
        meaning = "why the point failed; empty where it did not"
    why = {"long_name": meaning, "units": ""}
    return xr.Dataset({"error": (dim, [message] * size, why)}, coords=labels)


def _members(task: TrainingBlock) -> dict[str, tuple]:
    meaning = {"long_name": "member, as the user counts seeds", "units": ""}
    return {"member": ("member", list(task.members), meaning)}
