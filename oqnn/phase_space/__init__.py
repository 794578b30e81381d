"""Numeric phase space: Wigner functions on grids, and how they move."""

from .evolution import PhaseSpaceEvolution
from .grid import PhaseSpaceGrid
from .guards import GridWarning
from .open_terms import (
    CaldeiraLeggett,
    Damping,
    Diffusion,
    Friction,
    LinearJump,
    Localisation,
)
from .packets import (
    GaussianPacket,
    cat_state,
    mixture,
    superposition,
    superposition_wavefunction,
)
from .positivity import PositivityWarning, positivity_margin
from .potentials.function import FunctionPotential
from .potentials.pendulum import Pendulum
from .potentials.polynomial import DoubleWell, Polynomial
from .potentials.potential import Potential, as_potential
from .propagate import propagate
from .wigner_function import WignerFunction

__all__ = [
    "CaldeiraLeggett",
    "Damping",
    "Diffusion",
    "DoubleWell",
    "Friction",
    "FunctionPotential",
    "GaussianPacket",
    "GridWarning",
    "LinearJump",
    "Localisation",
    "Pendulum",
    "PhaseSpaceEvolution",
    "PhaseSpaceGrid",
    "Polynomial",
    "PositivityWarning",
    "Potential",
    "WignerFunction",
    "as_potential",
    "cat_state",
    "mixture",
    "positivity_margin",
    "propagate",
    "superposition",
    "superposition_wavefunction",
]
