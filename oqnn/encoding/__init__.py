"""States and spikes: correlation maps, and which states a law of spins can carry."""

from .bell import BellInequality, local_bound
from .correlation import CorrelationMap
from .extended import ExtendedMap
from .law import Law
from .least_change import least_change_correlators, least_change_law, total_variation
from .nearest import NearestRealizable, nearest_realizable
from .parties import Component
from .realize import Realization, realize, realize_correlators, visibility
from .reconstruction import Reconstruction, measure_state, reconstruct

__all__ = [
    "BellInequality",
    "Component",
    "CorrelationMap",
    "ExtendedMap",
    "Law",
    "NearestRealizable",
    "Realization",
    "Reconstruction",
    "least_change_correlators",
    "least_change_law",
    "local_bound",
    "measure_state",
    "nearest_realizable",
    "realize",
    "realize_correlators",
    "reconstruct",
    "total_variation",
    "visibility",
]
