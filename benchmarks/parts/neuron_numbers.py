"""The same numbers for oqnn and its peer; NumPy alone. See `quantum_neurons.py`."""

from itertools import pairwise
from pathlib import Path

import numpy as np


def some_network(sizes, seed=1):
    """Return weights (n, m) and angles (n, 3) of all layers, in single precision."""
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(n, m)) / np.sqrt(m) for m, n in pairwise(sizes)]
    angles = [rng.uniform(-np.pi, np.pi, (n, 3)) for n in sizes[1:]]
    return [w.astype(np.float32) for w in weights], [
        a.astype(np.float32) for a in angles
    ]


def some_samples(sizes, steps, batch, seed=2):
    """Return spikes (T, B, m), one in five, and labels (B,)."""
    rng = np.random.default_rng(seed)
    spikes = (rng.random((steps, batch, sizes[0])) < 0.2).astype(np.uint8)
    return spikes, rng.integers(0, sizes[-1], batch)


def memory_MB(name: str) -> float:
    """Return what this process holds, "VmRSS", or has held at most, "VmHWM"."""
    # not ru_maxrss: a child starts with the peak of its parent
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if name in line).split()[1]) / 1024


def timed(call, clock, patience: float, most: int) -> dict:
    """Return seconds of the first and of the best later call, and MB.

    "peak_MB" is what the calls held at most above what was there before, compilation
    included; "warm_MB" what later calls held at most above what stays between calls.
    """
    held = memory_MB("VmRSS")
    start = clock()
    call()
    first, peak = clock() - start, memory_MB("VmHWM")
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak
    stays = memory_MB("VmRSS")
    seconds: list[float] = []
    while not seconds or (len(seconds) < most and sum(seconds) < patience):
        start = clock()
        call()
        seconds.append(clock() - start)
    warm = memory_MB("VmHWM")
    return {
        "first": first,
        "warm": min(seconds),
        "peak_MB": max(peak, warm) - held,
        "warm_MB": warm - stays,
    }
