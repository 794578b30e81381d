"""Sweeps with slow, failing and deadly points, and a launcher of runs to be killed.

``python faults.py`` reads lines ``<folder> <workers>`` and for each forks a process
that runs `SLOW` into the folder. It prints the process id, waits for the process, and
prints how that ended: its exit code, or less 0 the signal that killed it.
"""

import os
import signal
import sys
import time
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from oqnn._core.interrupts import remembered
from oqnn.studies import provenance
from oqnn.studies.sweeps.description.settings import SweepSettings
from oqnn.studies.sweeps.run import sweep

HERE = "studies.sweeps.faults"
ERASED = 200.0  # a dephasing rate that leaves next to nothing of x


def slow(seen):
    """Take 0.1 s a block, and give one number a point."""
    time.sleep(0.1)
    return np.real(seen.states[:, -1, 0, 0])


def deadly(seen):
    """Kill the process that looks at a point whose coherence was erased."""
    if (np.abs(seen.transfer[:, -1, 1, 1]) < 1e-3).any():
        os.kill(os.getpid(), signal.SIGKILL)
    return np.real(seen.states[:, -1, 0, 0])


def broken(seen):
    """Raise at a point whose coherence was erased."""
    if (np.abs(seen.transfer[:, -1, 1, 1]) < 1e-3).any():
        raise ValueError("nothing is left of the coherence")
    return np.real(seen.states[:, -1, 0, 0])


def unwritable(seen):
    """Raise an error whose text is no Unicode, as names of odd files are."""
    raise ValueError("\udc80 and \udcff")


def endless(seen):
    """Raise an error that says too much."""
    raise ValueError("x" * 10_000)


def leaving(seen):
    """Call exit, as scripts do."""
    sys.exit(3)


def described(**changes):
    """Return a sweep of 200 points in 52 blocks whose drives are found once."""
    tables = {
        "materials": ["bare", "plain"],
        "times": {"stop": 1.0, "step": 0.25},
        "environment": {
            "kappa": {"from": 0.1, "to": 1.0, "count": 10, "spacing": "log"},
            "h": [1.0, 2.0, 4.0, 5.0, 8.0],
        },
        "training": {"kappa": 0.2, "h": 4.0},
        "sweep": {"seeds": 3, "block": 4, "measures": ["fidelity", f"{HERE}:slow"]},
    }
    return SweepSettings.from_dict(tables | changes)


def few(measure, *, block=1):
    """Return six points of which the fourth has lost its coherence."""
    return described(
        materials=["bare"],
        environment={"gamma_phi": [0.1, 0.2, 0.3, ERASED, 0.4, 0.5]},
        training={"gamma_phi": 0.1},
        sweep={"block": block, "measures": ["fidelity", f"{HERE}:{measure}"]},
    )


def bytes_of(folder):
    """Return all files of a store by name: arrays, labels, attributes."""
    root = Path(folder) / "study.zarr"
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def run_as_command(folder, workers):
    """Run as the command line does: 130 where it was interrupted."""
    os.setsid()
    try:
        with remembered():
            sweep(described(), folder, workers=workers)
    except KeyboardInterrupt:
        return 130
    return 0


def no_commit():
    """Stand in for the commit in the provenance of blocks."""


def say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main():
    for line in sys.stdin:
        folder, workers = line.split()
        child = os.fork()
        if not child:
            os._exit(run_as_command(folder, int(workers)))
        say(child)
        say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # JAX, not yet in use, warns of forks
    provenance.commit = no_commit
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also in the background
    sweep(few("broken"))  # what is imported late is imported here, once
    say("ready")
    main()
