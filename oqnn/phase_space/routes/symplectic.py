"""Symplectic steps of classical points and of their tangents."""

import numpy as np

from ..potentials.potential import Potential
from .refinement import Segment, march

__all__ = ["ORDER", "cross", "kicked", "travel"]

# Omelyan, Mryglod and Folk, Comput. Phys. Commun. 146, 188 (2002), eq. (20): x and p
# move in turn, x first and last.
XI, LAMBDA, CHI = 0.1786178958448091, -0.2123418310626054, -0.06626458266981849
DRIFTS = (XI, CHI, 1 - 2 * (CHI + XI), CHI, XI)
KICKS = (0.5 - LAMBDA, LAMBDA, LAMBDA, 0.5 - LAMBDA)
ORDER = 4


def travel(
    potential: Potential,
    points: np.ndarray,
    segments: list[Segment],
    counts: np.ndarray,
    mass: float,
) -> np.ndarray:
    """Return points (x, p) or (x, p, M) of shape (2 or 6, ...) at all times kept.

    Points that run off to infinity end as what is not finite.
    """

    def through(points: np.ndarray, segment: Segment, count: int) -> np.ndarray:
        return cross(potential, points, segment.start, segment.stop, count, mass)

    def hit(points: np.ndarray, kick: Potential, t: float) -> np.ndarray:
        return kicked(kick, points, t, 1.0)

    with np.errstate(over="ignore", invalid="ignore"):
        return march(points, segments, counts, through, hit)


def cross(
    potential: Potential,
    points: np.ndarray,
    start: float,
    stop: float,
    count: int,
    mass: float,
) -> np.ndarray:
    """Return points after `count` equal steps, backwards in time if stop < start."""
    dt = (stop - start) / count
    for n in range(count):
        now = start + n * dt
        for drift, kick in zip(DRIFTS, KICKS, strict=False):
            points = _drifted(points, drift * dt / mass)
            now += drift * dt
            points = kicked(potential, points, now, kick * dt)
        points = _drifted(points, DRIFTS[-1] * dt / mass)
    return points


def kicked(
    potential: Potential, points: np.ndarray, t: float, duration: float
) -> np.ndarray:
    """Return points with the force of a potential in p, at fixed x."""
    x, moved = points[0], points.copy()
    moved[1] -= duration * potential.derivative(x, 1, t)
    if len(points) > 2:
        moved[4:6] -= duration * potential.derivative(x, 2, t) * points[2:4]
    return moved


def _drifted(points: np.ndarray, time: float) -> np.ndarray:
    """Return points with x moved by p, at fixed p."""
    moved = points.copy()
    moved[0] += time * points[1]
    moved[2:4] += time * points[4:6]
    return moved
