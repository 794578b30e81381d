"""States and spikes: correlation maps, and which states a law of spins can carry."""

from .bell import BellInequality, local_bound
from .correlation import CorrelationMap
from .law import Law
from .nearest import NearestRealizable, nearest_realizable
from .realize import Realization, realize, realize_correlators, visibility

__all__ = [
    "BellInequality",
    "CorrelationMap",
    "Law",
    "NearestRealizable",
    "Realization",
    "local_bound",
    "nearest_realizable",
    "realize",
    "realize_correlators",
    "visibility",
]
