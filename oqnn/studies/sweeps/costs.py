"""What a point protects, and what its cost reads: made once for equal settings."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...environments import ProtectionCost
from .point import PointSettings

__all__ = ["Reading", "cost_of", "reading_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """When a cost reads, and how it judges.

    Parameters
    ----------
    times, weights : shape (r,)
    overlap : shape (d², d²)
        As `ProtectionCost.overlap_matrix`.
    """

    times: np.ndarray
    weights: np.ndarray
    overlap: np.ndarray


def cost_of(point: PointSettings) -> ProtectionCost:
    """Return the cost by which materials are found and readouts judged."""
    return point.protection_cost


def reading_of(point: PointSettings) -> Reading:
    """Return when and how the cost of a point reads."""
    learning = point.learning
    d = point.built_system.d
    return _reading(cost_of(point), d, learning.slices, learning.period)


@lru_cache(maxsize=256)
def _reading(cost: ProtectionCost, d: int, slices: int, period: float) -> Reading:
    weights = cost.slice_weights(slices)
    read = np.flatnonzero(weights)
    return Reading(
        times=period * (read + 1) / slices,
        weights=weights[read],
        overlap=cost.overlap_matrix(d),
    )
