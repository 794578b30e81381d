"""Numeric phase space: Wigner functions on grids, and how they move."""

from .grid import PhaseSpaceGrid
from .wigner_function import WignerFunction

__all__ = ["PhaseSpaceGrid", "WignerFunction"]
