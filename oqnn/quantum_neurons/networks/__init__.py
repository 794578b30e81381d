"""Networks of spiking neurons: graphs with delays, records, laws, activity."""

from .connection import Connection, Population
from .events import Activity, activity
from .graph import network_from_graph
from .law import record_law
from .layered import layered_network
from .network import Network
from .random_network import random_network
from .record import NetworkRecord
from .wiring import Wiring, wire_mask

__all__ = [
    "Activity",
    "Connection",
    "Network",
    "NetworkRecord",
    "Population",
    "Wiring",
    "activity",
    "layered_network",
    "network_from_graph",
    "random_network",
    "record_law",
    "wire_mask",
]
