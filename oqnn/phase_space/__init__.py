"""Numeric phase space: Wigner functions on grids, and how they move."""

from .evolution import PhaseSpaceEvolution
from .grid import PhaseSpaceGrid
from .guards import GridWarning
from .potentials.function import FunctionPotential
from .potentials.pendulum import Pendulum
from .potentials.polynomial import DoubleWell, Polynomial
from .potentials.potential import Potential, as_potential
from .propagate import propagate
from .wigner_function import WignerFunction

__all__ = [
    "DoubleWell",
    "FunctionPotential",
    "GridWarning",
    "Pendulum",
    "PhaseSpaceEvolution",
    "PhaseSpaceGrid",
    "Polynomial",
    "Potential",
    "WignerFunction",
    "as_potential",
    "propagate",
]
