"""Points done, their rate and the time left."""

import time
from types import TracebackType

from ...._core.progress import ProgressLine, report
from ..plan import PointBlock
from .schedule import Task

__all__ = ["SweepProgress"]


class SweepProgress:
    """A line for each trained block, and a bar over the points that were left.

    Parameters
    ----------
    tasks : list of blocks
        What is left to do.
    show : bool, optional
        As `ProgressLine` takes it.
    """

    def __init__(self, tasks: list[Task], show: bool | None = None) -> None:
        self._show = show
        self._points = sum(_size(task) for task in tasks)
        self._trainings = sum(not _size(task) for task in tasks)
        self._done = self._trained = 0
        self._first: float | None = None
        self._line = ProgressLine("points", self._points, show=show)

    def __enter__(self) -> "SweepProgress":
        self._line.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._line.__exit__(kind, error, trace)

    def landed(self, task: Task, seconds: float, message: str = "") -> None:
        """Count a block that was saved, and say so where it failed or was trained."""
        if message:
            report(f"{task.name:<28}   failed: {message}", show=self._show)
        elif not _size(task):
            report(f"{task.name:<28} {seconds:8.1f} s", show=self._show)
        if not _size(task):
            self._trained += 1
            return
        now = time.monotonic()
        self._first = now - seconds if self._first is None else self._first
        self._done += _size(task)
        self._line.advance(_size(task), text=self._text(now))

    def _text(self, now: float) -> str:
        rate = self._done / max(now - (self._first or now), 1e-3)
        drives = f", {self._trained} of {self._trainings} trainings"
        return f"{rate:.3g} points/s{drives if self._trainings else ''}"


def _size(task: Task) -> int:
    """Return how many points a block holds; 0 for a trained one."""
    return len(task.points) if isinstance(task, PointBlock) else 0
