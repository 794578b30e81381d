"""Progress lines that appear by themselves when a computation takes time."""

import sys
import time
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from .interrupts import check_interrupt

__all__ = ["ProgressLine", "report"]

DELAY_S = 2.0


class ProgressLine:
    """A progress bar with a free text, shown after two seconds on a terminal.

    Parameters
    ----------
    label : str
        What is being computed.
    total : int
        Number of steps.
    show : bool, optional
        False silences it, True shows it at once even where the output is no terminal;
        by default it waits two seconds and needs a terminal.
    stream : text stream, optional
        Where to write; standard error by default.

    Examples
    --------
    >>> with ProgressLine("epochs", 3, show=False) as line:
    ...     for epoch in range(3):
    ...         line.advance(text=f"cost {epoch}")
    """

    def __init__(
        self,
        label: str,
        total: int,
        *,
        show: bool | None = None,
        stream: TextIO | None = None,
    ) -> None:
        self._label, self._total, self._show = label, total, show
        self._stream = stream or sys.stderr
        self._console = Console(file=self._stream)
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._done = 0

    def __enter__(self) -> "ProgressLine":
        self._start = time.monotonic()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, steps: int = 1, *, text: str = "") -> None:
        """Count steps as done and replace the text after the bar.

        Raises
        ------
        KeyboardInterrupt
            If an interrupt came that was lost, see `interrupts.remembered`.
        """
        check_interrupt()
        self._done += steps
        if self._bar is None and self._is_due():
            self._open()
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self._done, text=text)

    def _is_due(self) -> bool:
        if self._show is not None:
            return self._show
        waited = time.monotonic() - self._start >= DELAY_S
        return waited and self._stream.isatty()  # rich would trust FORCE_COLOR

    def _open(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[text]}"),
            console=self._console,
            get_time=time.monotonic,
        )
        self._task = self._bar.add_task(self._label, total=self._total, text="")
        self._bar.tasks[0].start_time = self._start  # it opens two seconds late
        self._bar.start()


def report(
    text: str, *, show: bool | None = None, stream: TextIO | None = None
) -> None:
    """Write a line about finished work; by default only on a terminal.

    Parameters
    ----------
    text : str
        The line.
    show : bool, optional
        False silences it, True shows it even where the output is no terminal.
    stream : text stream, optional
        Where to write; standard error by default.
    """
    stream = stream or sys.stderr
    if show or (show is None and stream.isatty()):
        stream.write(f"{text}\n")
        stream.flush()
