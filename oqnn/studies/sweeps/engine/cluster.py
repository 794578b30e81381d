"""Workers of a Dask scheduler, on this machine or on many."""

import logging
import pickle
import queue
import time
from typing import Any
from uuid import uuid4

from ...._core.progress import report
from ...provenance import versions
from ..description.settings import SweepSettings
from ..plan import PointBlock, TrainingBlock
from .job import Job, Outcome
from .surroundings import interrupts_held, worker_variables
from .worker import compute_packed, packed, packed_settings

__all__ = ["LOCAL", "ClusterEngine"]

LOCAL = "dask"
CONNECT_S = 5.0
PATIENCE_S = 300.0  # how long a lost scheduler is waited for
MOST_DEAD_AT_BIRTH = 5
ASK_S = 5.0  # how often it is asked for its workers


class ClusterEngine:
    """Workers of a Dask scheduler.

    A scheduler that is lost is looked for again, and what it had is given back. The
    workers of a local cluster are started again by Dask when they die.

    Parameters
    ----------
    settings : SweepSettings
        Of the sweep.
    scheduler : str
        Its address, or "dask" for a cluster on this machine.
    workers : int
        Processes of a local cluster.
    patience : float
        Seconds for which a lost scheduler is looked for.
    progress : bool, optional
        Whether to say that the scheduler was lost.

    Raises
    ------
    ImportError
        If Dask is not installed.
    ConnectionError
        If there is no scheduler at the address.
    """

    def __init__(
        self,
        settings: SweepSettings,
        scheduler: str,
        workers: int,
        *,
        patience: float = PATIENCE_S,
        progress: bool | None = None,
    ) -> None:
        _check_installed()
        self._settings, self._versions = packed_settings(settings), versions()
        self._address, self._patience, self._progress = scheduler, patience, progress
        self._ended: queue.SimpleQueue[tuple[Any, str]] = queue.SimpleQueue()
        self._futures: dict[str, Any] = {}
        self._run, self._submitted = uuid4().hex[:12], 0
        self._there, self._asked = 0, 0.0
        self._workers, self._gone = workers, 0
        self._cluster: Any = None
        self._client: Any = None
        try:
            with interrupts_held():  # its threads and their children are not for Ctrl-C
                if scheduler == LOCAL:
                    self._cluster = _local_cluster()
                self._client = self._connected()
        except BaseException:
            self.close()
            raise
        if self._client is None:
            self.close()
            raise ConnectionError(
                "`scheduler` must be the address of a Dask scheduler that runs, but "
                f"none answers at {scheduler}."
            )

    def accepts(self, task: TrainingBlock | PointBlock) -> bool:
        """Take two blocks a worker: one is computed, and one is on its way."""
        if time.monotonic() - self._asked > ASK_S or not self._there:
            self._ask()
        return len(self._futures) < 2 * self._there

    def submit(self, job: Job) -> None:
        """Send a block to the scheduler, under a key that was never used before."""
        self._submitted += 1
        name = job.task.name
        ended = self._ended
        future = self._client.submit(
            compute_packed,
            self._settings,
            packed(job),
            self._versions,
            key=f"oqnn-{self._run}-{self._submitted}-{name}",
            pure=False,
        )
        self._futures[name] = future
        future.add_done_callback(lambda done: ended.put((done, name)))

    def wait(self, seconds: float) -> list[Outcome]:
        """Return what has ended.

        Raises
        ------
        ConnectionError
            If the scheduler is lost and does not come back.
        StudyMismatch
            If the workers are of other versions.
        """
        found: list[Outcome] = []
        timeout: float | None = seconds
        while True:
            try:
                future, name = self._ended.get(timeout=timeout)
            except queue.Empty:
                return found
            if self._futures.get(name) is future:  # not of a scheduler lost since
                found += self._outcomes(future, name)
            timeout = 0.0

    def close(self) -> None:
        """Give up what is not finished, and end the local cluster."""
        with interrupts_held():
            self._give_up()
            if self._cluster is not None:
                self._cluster.close(timeout=10)
                self._cluster = None

    def _outcomes(self, future: Any, name: str) -> list[Outcome]:
        """Return one outcome, or all that a lost scheduler gives back."""
        from distributed.scheduler import KilledWorker

        if future.status == "cancelled":
            return self._lost()
        try:
            outcome = pickle.loads(future.result())
        except KilledWorker:
            outcome = Outcome(name=name, status="died", message="died")
        except (TimeoutError, OSError, _cancelled()):
            return self._lost()
        del self._futures[name]
        future.release()
        return [outcome]

    def _lost(self) -> list[Outcome]:
        """Look for the scheduler again; all that it had comes back."""
        names = [*self._futures]
        self._futures.clear()
        report("The scheduler was lost: looking for it.", show=self._progress)
        end = time.monotonic() + self._patience
        self._give_up()
        while self._client is None:
            if time.monotonic() > end:
                raise ConnectionError(
                    f"The scheduler at {self._address} was lost and did not come back "
                    f"within {self._patience:g} s. What was finished is kept: run the "
                    "same again once it is there."
                )
            with interrupts_held():
                self._client = self._connected()
        report("The scheduler is back.", show=self._progress)
        return [Outcome(name=name, status="returned") for name in names]

    def _connected(self) -> Any:
        """Return a client, or None where no scheduler answers."""
        from distributed import Client

        place = self._cluster if self._cluster is not None else self._address
        self._there = 0
        try:
            return Client(place, timeout=CONNECT_S, set_as_default=False)
        except (OSError, TimeoutError):
            time.sleep(0.2)
            return None

    def _give_up(self) -> None:
        for future in self._futures.values():
            future.release()
        self._futures.clear()
        if self._client is not None:
            client, self._client = self._client, None
            client.close(timeout=CONNECT_S)

    def _ask(self) -> None:
        """Ask how many workers there are, and start again what is missing here."""
        try:
            found = len(self._client.ncores())
        except (OSError, TimeoutError, _cancelled()):
            if not self._futures:  # else what it had comes back as cancelled
                self._lost()
            return
        if not found and self._there:
            report("No worker is there: waiting for one.", show=self._progress)
        self._there, self._asked = found, time.monotonic()
        if self._cluster is not None:
            self._mend()

    def _mend(self) -> None:
        """Start workers again that died while they started, which Dask leaves so."""
        from distributed import Status

        gone = [
            name
            for name, nanny in list(self._cluster.workers.items())
            if nanny.status in (Status.closed, Status.failed)
        ]
        for name in gone:
            del self._cluster.workers[name]
        self._gone = 0 if self._there else self._gone + len(gone)
        if self._gone >= MOST_DEAD_AT_BIRTH:
            raise RuntimeError(
                f"Workers must start, but {self._gone} died before they began. A "
                "script that asks for workers must do so under "
                '`if __name__ == "__main__":`.'
            )
        with interrupts_held():
            self._cluster.scale(self._workers)


def _local_cluster() -> Any:
    """Start a scheduler on this machine, for workers of one thread each.

    A block whose worker dies comes back at the first death, so that it is counted
    here, where the one that killed it can be told from those that waited behind it.
    """
    import dask
    from distributed import LocalCluster

    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        return LocalCluster(
            n_workers=0,  # one that dies while it starts would end them all
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            env=worker_variables(),
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            silence_logs=logging.CRITICAL,
        )


def _cancelled() -> type[BaseException]:
    """Return what a future raises whose scheduler is lost."""
    from concurrent.futures import CancelledError

    return CancelledError


def _check_installed() -> None:
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "`scheduler` needs Dask, which is not installed. "
            "Run: python -m pip install 'oqnn[cluster]'"
        ) from error
