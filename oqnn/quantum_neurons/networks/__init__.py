"""Networks of spiking neurons: graphs with delays, records, laws, activity."""

from .layered import layered_network
from .network import Connection, Network, Population
from .wiring import Wiring, wire_mask

__all__ = [
    "Connection",
    "Network",
    "Population",
    "Wiring",
    "layered_network",
    "wire_mask",
]
