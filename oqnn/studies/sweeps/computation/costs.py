"""When a point's cost reads, and how it judges: made once for equal settings."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ....environments import ProtectionCost
from ..description.point import PointSettings

__all__ = ["Reading", "reading_of"]


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


def reading_of(point: PointSettings) -> Reading:
    """Return when and how the cost of a point reads."""
    learning, d = point.learning, point.built_system.d
    return _reading(point.protection_cost, d, learning.slices, learning.period)


@lru_cache(maxsize=256)
def _reading(cost: ProtectionCost, d: int, slices: int, period: float) -> Reading:
    weights = cost.slice_weights(slices)
    read = np.flatnonzero(weights)
    return Reading(
        times=period * (read + 1) / slices,
        weights=weights[read],
        overlap=cost.overlap_matrix(d),
    )
