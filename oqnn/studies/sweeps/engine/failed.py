"""Blocks whose computation never returned: every point says why."""

import xarray as xr

from ..compute import labels_of
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
        errors = ("member", [message] * len(task.members))
        return xr.Dataset({"error": errors}, coords={"member": list(task.members)})
    errors = ("point", [message] * len(task.points))
    return xr.Dataset({"error": errors}, coords=labels_of(task.points))
