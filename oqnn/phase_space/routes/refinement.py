"""Times cut at the kicks, and steps refined until a reference stands still."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ..._core.errors import ConvergenceError
from ..potentials.potential import Potential
from ..potentials.pulses import pulses

__all__ = ["Segment", "cut", "march", "refine", "steps_between"]

REFINEMENT = 5 / 3  # no power of two: steps cannot stay in tune with a drive
MOST_REFINEMENTS = 16
FEWEST_STEPS = 16  # over all times, where no step is given


class Segment(NamedTuple):
    """A stretch of time without a kick inside."""

    start: float
    stop: float
    kick: Potential | None  # acts at its stop
    kept: bool  # its stop is one of the times that were asked for


def cut(potential: Potential, times: np.ndarray, x: np.ndarray) -> list[Segment]:
    """Return the stretches between times, cut at the kicks and round pulses on x."""
    quick = pulses(potential, x, float(times[0]), float(times[-1]))
    edges = [edge for pulse in quick for edge in (pulse.start, pulse.stop)]
    segments = []
    for start, stop in zip(times[:-1].tolist(), times[1:].tolist(), strict=True):
        events: list[tuple[float, Potential | None]]
        events = list(potential.kicks(start, stop))
        known = {stop, *(at for at, _ in events)}
        events += [(at, None) for at in edges if start < at < stop and at not in known]
        now = start
        for at, kick in sorted(events, key=lambda event: event[0]):
            segments.append(Segment(now, at, kick, False))
            now = at
        if now < stop:
            segments.append(Segment(now, stop, None, False))
        segments[-1] = segments[-1]._replace(kept=True)
    return segments


def march(
    state: np.ndarray,
    segments: Sequence[Segment],
    counts: np.ndarray,
    cross: Callable[[np.ndarray, Segment, int], np.ndarray],
    kicked: Callable[[np.ndarray, Potential, float], np.ndarray],
) -> np.ndarray:
    """Return the state at all times kept, shape (t, ...).

    `cross` takes it through a segment in so many steps, `kicked` through a kick.
    """
    kept = [state]
    for segment, count in zip(segments, counts, strict=True):
        state = cross(state, segment, count)
        if segment.kick is not None:
            state = kicked(state, segment.kick, segment.stop)
        if segment.kept:
            kept.append(state)
    return np.stack(kept)


def steps_between(segments: Sequence[Segment], counts: np.ndarray) -> np.ndarray:
    """Return the steps since the time before, shape (t,), of n in each segment."""
    whole = np.r_[0, np.cumsum(counts)]
    kept = [0, *(i + 1 for i, segment in enumerate(segments) if segment.kept)]
    return np.diff(whole[kept], prepend=0)


def refine(
    run: Callable[[np.ndarray], np.ndarray],
    distance: Callable[[np.ndarray, np.ndarray], np.ndarray],
    segments: Sequence[Segment],
    *,
    step: float | None,
    order: int,
    tol: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what `run` gives with n steps in each segment, its errors, and n.

    With a given step there is one run and no error (NaN). Else steps are refined until
    two runs agree, and the errors, of shape (t,), are what their difference says of
    the finer one.
    """
    lengths = np.array([segment.stop - segment.start for segment in segments])
    first = step or lengths.sum() / FEWEST_STEPS or 1.0
    # A length of 0.3 in steps of 0.1 is three of them, not four.
    counts = np.maximum(np.ceil(lengths / first * (1 - 1e-12)), 1).astype(int)
    result = run(counts)
    if step is not None:
        return result, np.full(1 + sum(s.kept for s in segments), np.nan), counts
    for _ in range(MOST_REFINEMENTS):
        counts = np.ceil(REFINEMENT * counts).astype(int)
        finer = run(counts)
        errors = distance(finer, result) / (REFINEMENT**order - 1)
        result = finer
        if errors.max() <= tol:  # false of NaN, as steps too long make
            return result, errors, counts
    raise ConvergenceError(
        f"`tol` must be within reach, but with {counts.sum()} steps the error is still "
        f"{errors.max():.3g}, above {tol:.3g}. Try a larger `tol`, a given `step`, or "
        "a shorter time; rounding alone makes 1e-13 and more."
    )
