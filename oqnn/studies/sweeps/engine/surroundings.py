"""What worker processes are born with: one thread each, and no ear for Ctrl-C."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["interrupts_held", "one_thread_each", "worker_variables"]

ONE = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NPROC",  # XLA's; its flag xla_cpu_multi_thread_eigen would change the numbers
)


def worker_variables() -> dict[str, str]:
    """Return the environment variables that hold a worker to one thread.

    Workers that share an accelerator must not each reserve most of its memory.
    """
    return dict.fromkeys(ONE, "1") | {"XLA_PYTHON_CLIENT_PREALLOCATE": "false"}


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Give the variables to processes that start within the block.

    The libraries read them when they are loaded: in this process nothing changes.
    """
    before = {name: os.environ.get(name) for name in worker_variables()}
    os.environ.update(worker_variables())
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back from this thread, and keep it from what starts in the block.

    Threads and processes inherit what is held back, so that Ctrl-C in a terminal
    reaches the parent alone, even while a worker still loads. It is never lost, but
    comes at once where other threads of the parent may take it.
    """
    if not hasattr(signal, "pthread_sigmask"):  # no POSIX
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
