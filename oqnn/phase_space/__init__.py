"""Numeric phase space: Wigner functions on grids, and how they move."""

from .grid import PhaseSpaceGrid
from .potentials.function import FunctionPotential
from .potentials.pendulum import Pendulum
from .potentials.polynomial import DoubleWell, Polynomial
from .potentials.potential import Potential, as_potential
from .wigner_function import WignerFunction

__all__ = [
    "DoubleWell",
    "FunctionPotential",
    "Pendulum",
    "PhaseSpaceGrid",
    "Polynomial",
    "Potential",
    "WignerFunction",
    "as_potential",
]
