"""Run a sweep: what its folder does not hold yet, and nothing else."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ..._core.checks import check_integer
from ..._core.interrupts import check_interrupt
from ..store import Store
from .description.settings import SweepSettings
from .engine.cluster import LOCAL, ClusterEngine
from .engine.failed import failed_block
from .engine.job import Engine, Outcome
from .engine.pool import PoolEngine
from .engine.progress import SweepProgress
from .engine.schedule import MOST_DEATHS, Schedule
from .engine.serial import SerialEngine
from .plan import Plan
from .result.sweep import Sweep

__all__ = ["check_arguments", "sweep"]

PATIENCE_S = 1.0  # between two looks at what was lost


def sweep(
    settings: SweepSettings,
    out: str | Path | None = None,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    retry_failed: bool = False,
    replace: bool = False,
    progress: bool | None = None,
) -> Sweep:
    """Compute all blocks of a sweep, going on where its folder ends.

    The numbers depend on the settings alone, never on who computes them or in which
    order. A point that fails is marked with its error and stops nothing else; so are
    the points of a block whose worker has died three times.

    Parameters
    ----------
    settings : SweepSettings
        The description.
    out : path, optional
        Folder to keep the sweep in. A folder that holds part of the same sweep is
        gone on with. By default nothing is kept on disk.
    workers : int
        Processes that compute; with 1 this one does. A script that asks for more must
        do so under ``if __name__ == "__main__":``.
    scheduler : str, optional
        "dask" for a Dask cluster on this machine with so many workers, or the address
        of a Dask scheduler, such as "tcp://host:8786", whose workers all compute.
    retry_failed : bool
        Whether blocks in which points failed are done again.
    replace : bool
        Whether a folder that holds another study is to be emptied first.
    progress : bool, optional
        Show (True) or hide (False) the points done, their rate and the time left; by
        default they are shown on a terminal after two seconds.

    Returns
    -------
    Sweep
        All points, with `error` telling of those that failed.

    Raises
    ------
    TypeError
        If `settings` are of another kind.
    ValueError
        If `workers` or `scheduler` cannot be.
    StudyMismatch
        If `out` holds another study or one of other versions, or the workers are of
        other versions.
    StudyBusy
        If another run holds the folder.
    NoSpaceError
        If the disk is full; finished blocks stay.
    ConnectionError
        If there is no such scheduler, or it was lost for good; finished blocks stay.
    """
    check_arguments(settings, workers, scheduler)
    plan = Plan(settings)
    with _folder(out) as folder:
        with Store(folder, settings.to_dict(), replace=replace) as store:
            schedule = Schedule(plan, store, retry_failed=retry_failed)
            if schedule:
                with closing(_engine(plan, workers, scheduler, progress)) as engine:
                    _drive(schedule, store, engine, progress)
        return Sweep.open(folder)


def _drive(
    schedule: Schedule, store: Store, engine: Engine, progress: bool | None
) -> None:
    """Hand blocks out and save what comes back, until none is left."""
    with SweepProgress([*schedule.tasks.values()], progress) as shown:
        while schedule:
            check_interrupt()
            while (task := schedule.next()) is not None and engine.accepts(task):
                engine.submit(schedule.hand_out(task))
            for outcome in engine.wait(PATIENCE_S):
                _land(outcome, schedule, store, shown)


def _land(
    outcome: Outcome, schedule: Schedule, store: Store, shown: SweepProgress
) -> None:
    """Save a block that is done or has failed for good, or give it back."""
    name, message = outcome.name, outcome.message
    task, dataset = schedule.tasks[name], outcome.dataset
    if outcome.status in ("died", "returned"):
        store.log(outcome.status, block=name, message=message)
        if schedule.give_back(name, died=outcome.status == "died"):
            return
        message = (
            f"The worker that computed its block died {MOST_DEATHS} times. Often the "
            "memory does not suffice: try a smaller sweep.block or fewer workers."
        )
    if dataset is None:
        store.log("failed", block=name, message=message, trace=outcome.trace)
        dataset = failed_block(task, message)
    save = store.replace_block if store.has(name) else store.write
    save(name, dataset)
    store.log("block", block=name, seconds=outcome.seconds)
    schedule.finish(name)
    shown.landed(task, outcome.seconds, message)


def _engine(
    plan: Plan, workers: int, scheduler: str | None, progress: bool | None
) -> Engine:
    if scheduler is not None:
        return ClusterEngine(plan.settings, scheduler, workers, progress=progress)
    if workers > 1:
        return PoolEngine(plan.settings, workers)
    return SerialEngine(plan, progress)


def check_arguments(
    settings: SweepSettings, workers: int, scheduler: str | None
) -> None:
    """Check what `sweep` is given, before anything is written; raises as it does."""
    if not isinstance(settings, SweepSettings):
        raise TypeError(
            f"`settings` must be SweepSettings, but is a {type(settings).__name__}. "
            "Make them with SweepSettings.from_dict or SweepSettings.from_toml."
        )
    check_integer(workers, "workers", least=1)
    if scheduler is not None and scheduler != LOCAL and "://" not in scheduler:
        raise ValueError(
            f'`scheduler` must be "{LOCAL}" or an address such as '
            f'"tcp://host:8786", but is {scheduler!r}.'
        )


@contextmanager
def _folder(out: str | Path | None) -> Iterator[Path]:
    if out is not None:
        yield Path(out)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "sweep"
