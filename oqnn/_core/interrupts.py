"""Ctrl-C that is not lost.

An exception that a signal handler raises vanishes if it lands in a callback of the
garbage collector or of another language. Within `remembered` an interrupt is noted as
well, and long computations ask for it between two steps.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["check_interrupt", "remembered"]

_noted = threading.Event()


@contextmanager
def remembered() -> Iterator[None]:
    """Remember an interrupt until `check_interrupt` or the end of this block.

    Where Ctrl-C does something else than to raise `KeyboardInterrupt`, as under nohup
    or in a thread, nothing changes.

    Raises
    ------
    KeyboardInterrupt
        If one came and was lost.
    """
    before = signal.getsignal(signal.SIGINT)
    here = threading.current_thread() is threading.main_thread()
    if not here or before is not signal.default_int_handler:
        yield
        return
    _noted.clear()
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
        check_interrupt()
    finally:
        signal.signal(signal.SIGINT, before)
        _noted.clear()


def check_interrupt() -> None:
    """Raise the interrupt that was lost, if there is one.

    Raises
    ------
    KeyboardInterrupt
        Once for each that came.
    """
    if _noted.is_set():
        _noted.clear()
        raise KeyboardInterrupt


def _interrupt(number: int, frame: FrameType | None) -> None:
    _noted.set()
    raise KeyboardInterrupt
