"""Numeric phase space: Wigner functions on grids, and how they move."""

from .corrections import QuantumCorrections, quantum_corrections
from .grid import PhaseSpaceGrid
from .guards import GridWarning
from .motion.evolution import PhaseSpaceEvolution
from .motion.gradients import (
    WignerGradient,
    WignerSensitivities,
    wigner_gradient,
    wigner_sensitivities,
)
from .motion.propagate import propagate
from .potentials.driven import Driven
from .potentials.function import FunctionPotential
from .potentials.kicked import Kicked
from .potentials.network import NetworkPotential
from .potentials.pendulum import Pendulum
from .potentials.polynomial import DoubleWell, Polynomial
from .potentials.potential import Potential, as_potential
from .routes.liouville import propagate_classical
from .routes.schrodinger import WavefunctionEvolution, propagate_wavefunction
from .routes.trajectories import (
    TangentMaps,
    Trajectories,
    classical_trajectories,
    tangent_maps,
)
from .routes.von_neumann import DensityEvolution, propagate_density
from .surroundings.open_terms import (
    CaldeiraLeggett,
    Damping,
    Diffusion,
    Friction,
    LinearJump,
    Localisation,
)
from .surroundings.positivity import PositivityWarning, positivity_margin
from .transforms.density import density_from_wigner, wigner_from_density
from .transforms.fock import fock_grid, fock_wigner_at, wigner_from_fock
from .transforms.fock_inverse import fock_from_wigner
from .transforms.gaussian_packet import GaussianPacket
from .transforms.hermite import oscillator_wavefunctions
from .transforms.kernels import kernel_from_symbol, symbol_from_kernel
from .transforms.modes import wigner_of_mode
from .transforms.packets import (
    cat_state,
    mixture,
    superposition,
    superposition_wavefunction,
)
from .transforms.wavefunctions import wigner_from_wavefunction
from .transforms.weyl import weyl_quantize, weyl_transform
from .wigner_function import WignerFunction

__all__ = [
    "CaldeiraLeggett",
    "Damping",
    "DensityEvolution",
    "Diffusion",
    "DoubleWell",
    "Driven",
    "Friction",
    "FunctionPotential",
    "GaussianPacket",
    "GridWarning",
    "Kicked",
    "LinearJump",
    "Localisation",
    "NetworkPotential",
    "Pendulum",
    "PhaseSpaceEvolution",
    "PhaseSpaceGrid",
    "Polynomial",
    "PositivityWarning",
    "Potential",
    "QuantumCorrections",
    "TangentMaps",
    "Trajectories",
    "WavefunctionEvolution",
    "WignerFunction",
    "WignerGradient",
    "WignerSensitivities",
    "as_potential",
    "cat_state",
    "classical_trajectories",
    "density_from_wigner",
    "fock_from_wigner",
    "fock_grid",
    "fock_wigner_at",
    "kernel_from_symbol",
    "mixture",
    "oscillator_wavefunctions",
    "positivity_margin",
    "propagate",
    "propagate_classical",
    "propagate_density",
    "propagate_wavefunction",
    "quantum_corrections",
    "superposition",
    "superposition_wavefunction",
    "symbol_from_kernel",
    "tangent_maps",
    "weyl_quantize",
    "weyl_transform",
    "wigner_from_density",
    "wigner_from_fock",
    "wigner_from_wavefunction",
    "wigner_gradient",
    "wigner_of_mode",
    "wigner_sensitivities",
]
