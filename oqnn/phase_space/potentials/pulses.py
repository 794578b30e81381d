"""When a potential changes quickly, so that no step passes over it unseen."""

from typing import NamedTuple

import numpy as np

from .driven import without_force
from .potential import Potential

__all__ = ["CELLS", "Pulse", "pulses"]

CELLS = 2048  # into which the time is cut for a look at U
MARGIN = 2  # cells on both sides, where a pulse has its feet
ROUGH = 1e-2  # bend of U in a cell, of all of its change, that smooth steps would miss
PROBES = np.array([0.07, 0.31, 0.5, 0.58, 0.83, 0.97])  # of the range of x


class Pulse(NamedTuple):
    """A stretch of time in which a potential changes within a few cells."""

    start: float
    stop: float
    step: float  # to begin with


def pulses(
    potential: Potential, x: np.ndarray, start: float, stop: float
) -> list[Pulse]:
    """Return the stretches of quick change, in order; none of a constant potential.

    U is looked at 2049 times at six points. Pulses of more than two cells are found,
    shorter ones by chance. Forces of `Driven` are known and not looked for.
    """
    still, _ = without_force(potential)
    if not still.depends_on_time or not start < stop:
        return []
    points = x.min() + PROBES * np.ptp(x)
    times = np.linspace(start, stop, CELLS + 1)
    with np.errstate(all="ignore"):  # what is not finite is told where it is used
        values = np.array([still(points, t) for t in times.tolist()])
        bends = np.abs(np.diff(values, n=2, axis=0)).max(axis=1)
        quick = np.flatnonzero(bends > ROUGH * np.ptp(values, axis=0).max()) + 1
    if not quick.size:
        return []
    ends = np.flatnonzero(np.diff(quick) > 2 * MARGIN)
    first = np.maximum(quick[np.r_[0, ends + 1]] - MARGIN, 0)
    last = np.minimum(quick[np.r_[ends, quick.size - 1]] + MARGIN, CELLS)
    cell = (stop - start) / CELLS
    return [
        Pulse(float(times[i]), float(times[j]), MARGIN * cell)
        for i, j in zip(first, last, strict=True)
    ]
