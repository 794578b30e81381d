"""Numeric phase space: Wigner functions on grids, and how they move."""

from .evolution import PhaseSpaceEvolution
from .grid import PhaseSpaceGrid
from .guards import GridWarning
from .packets import (
    GaussianPacket,
    cat_state,
    mixture,
    superposition,
    superposition_wavefunction,
)
from .potentials.function import FunctionPotential
from .potentials.pendulum import Pendulum
from .potentials.polynomial import DoubleWell, Polynomial
from .potentials.potential import Potential, as_potential
from .propagate import propagate
from .wigner_function import WignerFunction

__all__ = [
    "DoubleWell",
    "FunctionPotential",
    "GaussianPacket",
    "GridWarning",
    "Pendulum",
    "PhaseSpaceEvolution",
    "PhaseSpaceGrid",
    "Polynomial",
    "Potential",
    "WignerFunction",
    "as_potential",
    "cat_state",
    "mixture",
    "propagate",
    "superposition",
    "superposition_wavefunction",
]
