"""One sweep of `benchmarks/sweeps.py`, in a process of its own.

Reads one JSON object from standard input: the settings, and what `sweep` is to be
called with; "dask" stands for a cluster that is up before the clock starts. Writes
seconds of the whole call and of computing blocks, points, blocks, and MB of memory at
the peak, of this process and of it with all below it, pages they share counted once.
"""

import json
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from oqnn.studies.sweeps.description.settings import SweepSettings
from oqnn.studies.sweeps.run import sweep

EVERY_S = 0.25


def family(pid: int) -> list[int]:
    """Return a process and all below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += family(int(child))
    return found


def memory_MB(pid: int) -> float:
    """Return the memory of a process, a page shared with n others as 1 / (n + 1)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    (line,) = (text for text in lines if text.startswith("Pss:"))
    return int(line.split()[1]) / 1024


class PeakMemory:
    """Looks at the memory of this process and its children while a block runs."""

    def __init__(self) -> None:
        self.here = self.all = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        import os

        while True:
            sizes = []
            for pid in family(os.getpid()):
                try:
                    sizes.append(memory_MB(pid))
                except (OSError, ValueError):  # it has just ended
                    continue
            self.here, self.all = max(self.here, sizes[0]), max(self.all, sum(sizes))
            if self._over.wait(EVERY_S):
                return


def compute_seconds(folder: Path) -> tuple[float, int]:
    """Return the seconds that blocks of points took together, and their number."""
    lines = (folder / "log.jsonl").read_text().splitlines()
    blocks = [entry for entry in map(json.loads, lines) if entry["event"] == "block"]
    points = [entry["seconds"] for entry in blocks if entry["block"][:6] == "points"]
    return sum(entry["seconds"] for entry in blocks), len(points)


def main() -> None:
    """Run the case."""
    case = json.load(sys.stdin)
    settings = SweepSettings.from_dict(case["settings"])
    options = case["options"]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "sweep"
        if options.get("scheduler") == "dask":
            from dask.distributed import Client, LocalCluster

            cluster = LocalCluster(
                n_workers=options.pop("workers", 1),
                threads_per_worker=1,
                dashboard_address=":0",
            )
            stack.enter_context(cluster)
            with Client(cluster) as client:  # the workers have loaded what they need
                client.run(__import__, "oqnn.studies.sweeps.computation.compute")
            options["scheduler"] = cluster.scheduler_address
        with PeakMemory() as memory:
            start = time.perf_counter()
            found = sweep(settings, folder, progress=False, **options)
            seconds = time.perf_counter() - start
        computing, blocks = compute_seconds(folder)
        sizes = [f.stat().st_size for f in folder.rglob("*") if f.is_file()]
        json.dump(
            {
                "seconds": seconds,
                "computing": computing,
                "blocks": blocks,
                "points": len(found.plan.points),
                "failed": len(found.failed),
                "here_MB": memory.here,
                "all_MB": memory.all,
                "disk_MB": sum(sizes) / 1e6,
            },
            sys.stdout,
        )


if __name__ == "__main__":
    main()
