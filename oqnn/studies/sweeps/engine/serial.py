"""Blocks one after the other in this process."""

import time

from ..computation.compute import compute_block
from ..plan import Plan, PointBlock, TrainingBlock
from .job import Job, Outcome, raised

__all__ = ["SerialEngine"]


class SerialEngine:
    """Computes a block when it is waited for.

    Parameters
    ----------
    plan : Plan
        Of the sweep.
    progress : bool, optional
        Whether trainings show their own progress.
    """

    def __init__(self, plan: Plan, progress: bool | None = False) -> None:
        self._plan = plan
        self._progress = progress
        self._job: Job | None = None

    def accepts(self, task: TrainingBlock | PointBlock) -> bool:
        """Take one block at a time."""
        return self._job is None

    def submit(self, job: Job) -> None:
        """Keep the block until it is waited for."""
        self._job = job

    def wait(self, seconds: float) -> list[Outcome]:
        """Compute the block, however long that takes."""
        if self._job is None:
            return []
        job, self._job = self._job, None
        return [self._outcome(job)]

    def close(self) -> None:
        """Forget the block."""
        self._job = None

    def _outcome(self, job: Job) -> Outcome:
        name, start = job.task.name, time.monotonic()
        show = self._progress if isinstance(job.task, TrainingBlock) else False
        try:
            dataset = compute_block(self._plan, name, job.inputs, progress=show)
        except (Exception, SystemExit) as error:  # users' functions may call exit()
            return raised(name, error, time.monotonic() - start)
        seconds = time.monotonic() - start
        return Outcome(name=name, status="done", dataset=dataset, seconds=seconds)
