"""States and spikes: correlation maps, and which states a law of spins can carry."""

from .bell import BellInequality, local_bound
from .correlation import CorrelationMap
from .law import Law
from .nearest import NearestRealizable, nearest_realizable
from .realize import Realization, realize, realize_correlators, visibility
from .reconstruction import Reconstruction, measure_state, reconstruct

__all__ = [
    "BellInequality",
    "CorrelationMap",
    "Law",
    "NearestRealizable",
    "Realization",
    "Reconstruction",
    "local_bound",
    "measure_state",
    "nearest_realizable",
    "realize",
    "realize_correlators",
    "reconstruct",
    "visibility",
]
