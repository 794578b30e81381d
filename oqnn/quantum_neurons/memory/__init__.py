"""What neurons remember: laws of spike trains, and information kept in the memory."""

from .spike_trains import averaged_spike_train_law, spike_train_law

__all__ = ["averaged_spike_train_law", "spike_train_law"]
