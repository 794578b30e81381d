"""What an engine is given, what it gives back, and what every engine can do."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import xarray as xr

from ..computation.preparation import because
from ..plan import PointBlock, TrainingBlock

__all__ = ["Engine", "Job", "Outcome", "raised"]


@dataclass(frozen=True)
class Job:
    """One block to compute, with all that it reads.

    Parameters
    ----------
    task : TrainingBlock or PointBlock
        The block.
    inputs : mapping str → Dataset
        The blocks that it needs.
    """

    task: TrainingBlock | PointBlock
    inputs: Mapping[str, xr.Dataset]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How the computation of a block ended.

    Parameters
    ----------
    name : str
        Name of the block.
    status : str
        "done"; "raised" if an error ended it; "died" if its worker did; "returned" if
        it was never finished by no fault of its own.
    dataset : Dataset, optional
        The block, if it is done.
    message : str
        What was raised, or how the worker died, in one line.
    trace : str
        Where it was raised.
    seconds : float
        What the computation took.
    """

    name: str
    status: Literal["done", "raised", "died", "returned"]
    dataset: xr.Dataset | None = None
    message: str = ""
    trace: str = ""
    seconds: float = 0.0


class Engine(Protocol):
    """Computes blocks in some place; held by one thread, closed once."""

    def accepts(self, task: TrainingBlock | PointBlock) -> bool:
        """Tell whether a block would be begun at once, or next after another one."""

    def submit(self, job: Job) -> None:
        """Begin to compute a block, or put it behind the one that is computed."""

    def wait(self, seconds: float) -> list[Outcome]:
        """Return what has ended, waiting for it no longer than so many seconds."""

    def close(self) -> None:
        """Stop all work, finished or not."""


def raised(name: str, error: BaseException, seconds: float = 0.0) -> Outcome:
    """Return the outcome of a block whose computation raised an error."""
    text = because(error)
    if isinstance(error, MemoryError):
        text = f"The memory does not suffice. {text}"
    trace = "".join(traceback.format_exception(error))
    return Outcome(
        name=name, status="raised", message=text, trace=trace, seconds=seconds
    )
