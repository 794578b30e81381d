"""The side of the workers: jobs in, blocks out.

Whatever passes between processes is bytes, so that a broken message is noticed here
and a worker that dies in the middle of one is seen as dead.
"""

import os
import pickle
import queue
import signal
import threading
import time
from functools import lru_cache
from multiprocessing.connection import Connection

import xarray as xr

from ...layout import StudyMismatch
from ...provenance import MUST_AGREE, versions
from ..computation.compute import compute_block
from ..description.settings import SweepSettings
from ..plan import Plan
from .job import Job, Outcome, raised

__all__ = ["compute_packed", "packed", "packed_settings", "serve"]

READY = b"ready"
_alone = threading.Lock()


def packed(value: object) -> bytes:
    """Return anything as bytes."""
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def packed_settings(settings: SweepSettings) -> bytes:
    """Return settings as bytes, without the points that they keep: those are many."""
    fields = {name: getattr(settings, name) for name in SweepSettings.model_fields}
    return packed(SweepSettings.model_construct(**fields))


def serve(connection: Connection, settings: bytes) -> None:
    """Compute the jobs that come through a connection until it closes.

    A thread of its own reads, so that the parent never waits for a worker that waits
    for the parent. When the parent has gone, so does the worker, in mid-computation.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(connection, jobs), daemon=True).start()
    plan_of(settings)
    connection.send_bytes(READY)
    while True:
        connection.send_bytes(packed(_outcome(settings, jobs.get())))


def compute_packed(settings: bytes, job: bytes, expected: dict[str, str]) -> bytes:
    """Return the packed outcome of a packed job, on a machine of whatever versions.

    Raises
    ------
    StudyMismatch
        If packages that compute the numbers are of other versions than expected.
    """
    found = versions()
    other = [
        f"{name} is {found[name]} there and {expected[name]} here"
        for name in MUST_AGREE
        if found[name] != expected[name]
    ]
    if other:
        raise StudyMismatch(
            "The workers must have the same versions as the run that they work for, "
            f"but {', '.join(other)}. Install the same on all machines."
        )
    with _alone:  # workers with several threads share BLAS and its limit
        return packed(_outcome(settings, job))


@lru_cache(maxsize=2)
def plan_of(settings: bytes) -> Plan:
    """Return the plan of packed settings, empty: tasks come with jobs.

    Points are made when a task asks for them, since a worker sees only some.
    """
    plan = Plan(pickle.loads(settings))
    plan.__dict__ |= {"tasks": {}, "_points": {}}
    return plan


def _outcome(settings: bytes, packed_job: bytes) -> Outcome:
    job: Job = pickle.loads(packed_job)
    name, start = job.task.name, time.monotonic()
    try:
        dataset = _computed(settings, job)
    except (Exception, SystemExit) as error:  # users' functions may call exit()
        return raised(name, error, time.monotonic() - start)
    seconds = time.monotonic() - start
    return Outcome(name=name, status="done", dataset=dataset, seconds=seconds)


def _computed(settings: bytes, job: Job) -> xr.Dataset:
    plan, name = plan_of(settings), job.task.name
    plan.tasks[name] = job.task
    try:
        return compute_block(plan, name, job.inputs, progress=False)
    finally:
        del plan.tasks[name]


def _read(connection: Connection, jobs: "queue.SimpleQueue[bytes]") -> None:
    try:
        while True:
            jobs.put(connection.recv_bytes())
    except (EOFError, OSError):
        os._exit(0)  # the parent closed the connection or is no more
