"""What neurons remember: laws of spike trains, and information kept in the memory."""

from .dependence import (
    PastDependence,
    depends_on_older,
    next_spike_law,
    past_dependence,
)
from .horizon import MemoryHorizon, memory_horizon
from .information import MemoryInformation, memory_information, unread_memory
from .spike_trains import averaged_spike_train_law, spike_train_law

__all__ = [
    "MemoryHorizon",
    "MemoryInformation",
    "PastDependence",
    "averaged_spike_train_law",
    "depends_on_older",
    "memory_horizon",
    "memory_information",
    "next_spike_law",
    "past_dependence",
    "spike_train_law",
    "unread_memory",
]
