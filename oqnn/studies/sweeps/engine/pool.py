"""A pool of worker processes on this machine, any of which may die."""

import pickle
import signal
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from ..description.settings import SweepSettings
from ..plan import PointBlock, TrainingBlock
from .job import Job, Outcome
from .surroundings import interrupts_held, one_thread_each
from .worker import READY, packed, packed_settings, serve

__all__ = ["PoolEngine"]

MOST_DEAD_AT_BIRTH = 5
GRACE_S = 2.0


@dataclass(eq=False)
class Worker:
    """One process, the parent's end of its connection, and what it is to compute.

    The first of `tasks` is computed; a second one lies ready, so that the worker need
    not wait while its parent writes.
    """

    process: BaseProcess
    connection: Connection
    tasks: deque[TrainingBlock | PointBlock] = field(default_factory=deque)
    ready: bool = False

    def accepts(self, task: TrainingBlock | PointBlock) -> bool:
        """Tell whether a block would be the first, or the second behind points."""
        if not self.ready:
            return False
        if not self.tasks:
            return True
        both = [*self.tasks, task]
        return len(both) == 2 and all(isinstance(t, PointBlock) for t in both)


class PoolEngine:
    """Worker processes, each started afresh and started again when it dies.

    Parameters
    ----------
    settings : SweepSettings
        Of the sweep.
    workers : int
        How many processes.
    """

    def __init__(self, settings: SweepSettings, workers: int) -> None:
        self._settings = packed_settings(settings)
        self._workers: list[Worker] = []
        self._dead_at_birth = 0
        try:
            for _ in range(workers):
                self._workers.append(self._start())
        except BaseException:
            self.close()
            raise

    def accepts(self, task: TrainingBlock | PointBlock) -> bool:
        """Tell whether a worker is free, or computes points and has none behind."""
        return any(worker.accepts(task) for worker in self._workers)

    def submit(self, job: Job) -> None:
        """Give a block to the worker with the fewest."""
        able = [w for w in self._workers if w.accepts(job.task)]
        worker = min(able, key=lambda w: len(w.tasks))
        worker.tasks.append(job.task)
        with suppress(OSError):  # it has died: the next wait finds out
            worker.connection.send_bytes(packed(job))

    def wait(self, seconds: float) -> list[Outcome]:
        """Return what has ended; workers that died are started again.

        Raises
        ------
        RuntimeError
            If workers die again and again before they begin.
        """
        places: dict[object, Worker] = {}
        for worker in self._workers:
            places |= {worker.connection: worker, worker.process.sentinel: worker}
        awake = wait(list(places), timeout=seconds)  # type: ignore[arg-type]
        found = []
        for worker in dict.fromkeys(places[place] for place in awake):
            found += self._heard(worker)
        return found

    def close(self) -> None:
        """End all processes."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.connection.close()
            worker.process.terminate()
        for worker in workers:
            worker.process.join(GRACE_S)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.process.close()

    def _heard(self, worker: Worker) -> list[Outcome]:
        """Read all that a worker has sent, and bury it if it is dead."""
        found = []
        alive = worker.process.is_alive()  # asked first: what it sent counts
        try:
            while worker.connection.poll():
                message = worker.connection.recv_bytes()
                if message == READY:
                    worker.ready, self._dead_at_birth = True, 0
                else:
                    found.append(pickle.loads(message))
                    worker.tasks.popleft()
        except (EOFError, OSError):
            alive = False
        return found if alive else found + self._replaced(worker)

    def _replaced(self, worker: Worker) -> list[Outcome]:
        """Start another worker in the place of a dead one; its tasks come back."""
        place = self._workers.index(worker)
        del self._workers[place]
        worker.connection.close()
        worker.process.join(GRACE_S)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        end = _end(worker.process.exitcode)
        worker.process.close()
        if not worker.ready:
            self._dead_at_birth += 1
        if self._dead_at_birth >= MOST_DEAD_AT_BIRTH:
            raise RuntimeError(
                "Workers must start, but the last "
                f"{self._dead_at_birth} {end} before they began. A script that asks "
                'for workers must do so under `if __name__ == "__main__":`.'
            )
        self._workers.insert(place, self._start())
        return [
            Outcome(name=task.name, status="returned" if i else "died", message=end)
            for i, task in enumerate(worker.tasks)
        ]

    def _start(self) -> Worker:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=serve, args=(theirs, self._settings), daemon=True
        )
        with interrupts_held(), one_thread_each():
            process.start()
        theirs.close()
        return Worker(process, ours)


def _end(exitcode: int | None) -> str:
    """Say how a process ended."""
    if exitcode is not None and exitcode < 0:
        try:
            return f"died of {signal.Signals(-exitcode).name}"
        except ValueError:
            return f"died of signal {-exitcode}"
    return f"ended with exit code {exitcode}"
