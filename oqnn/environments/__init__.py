"""What the system sits in: baths, noise, plain, engineered and learning materials."""

from .basins import (
    Basins,
    Plateau,
    epochs_to_reach,
    find_basins,
    find_plateaus,
)
from .channels import field_channel, level_channel, rate_channel
from .conserved import (
    LearningHistory,
    conserved_quantity,
    record,
    sum_over_delays,
)
from .cost import CARDINAL_STATES, ProtectionCost
from .decoupling import SEQUENCES, best_decoupling, decoupling_material
from .diagnosis import Diagnosis, diagnose, register_information
from .drives import NetworkDrive
from .engineered import XY8_SPACING, engineered_material, xy8_material
from .environment import Environment
from .grape import GrapeResult, grape
from .learning import (
    LearningMethod,
    LearningResult,
    cost_and_gradient,
    learn,
    least_resolution,
    step,
)
from .learning_rank import (
    EpochTangent,
    epoch_tangent,
    numerical_rank,
    tangent_exponents,
)
from .local_rule import LocalLearning, ShotGradients
from .material import Drive, Material, bare_material
from .matrix_free import MatrixFree
from .microscopic.bosonic import Bosonic
from .microscopic.damped_jaynes_cummings import DampedJaynesCummings
from .microscopic.disorder import DisorderAverage
from .microscopic.heom import heom
from .microscopic.independent_boson import independent_boson
from .microscopic.ising_star import IsingStar
from .microscopic.oscillators import OscillatorModes
from .microscopic.pseudomode import pseudomode, pseudomode_generator
from .microscopic.spectral_densities import DrudeLorentz, Lorentzian, Ohmic
from .microscopic.spin_star import SpinStar
from .microscopic.telegraph import Telegraph
from .microscopic.two_band import TwoBand
from .model_environments import (
    model_environment,
    pseudomode_environment,
    spin_star_environment,
)
from .noiseless import (
    NoiselessSubsystem,
    noise_free_subspaces,
    noiseless_subsystems,
)
from .noisy_gradients import NoisyGradients
from .online import OnlineLearning
from .plain import plain_material
from .preparations import LearningCost, learning_cost
from .prepared import dark_state_jumps, with_dissipation
from .readout import readout_infidelity
from .reference import TETRAHEDRON, ReferenceEnvironment
from .register_environment import RegisterEnvironment
from .restarts import restart_laggards
from .rule import LearningRule
from .state import LearningState, init
from .system_environments import (
    ladder_controls,
    qubit_controls,
    spin_controls,
    system_environment,
)

__all__ = [
    "CARDINAL_STATES",
    "SEQUENCES",
    "TETRAHEDRON",
    "XY8_SPACING",
    "Basins",
    "Bosonic",
    "DampedJaynesCummings",
    "Diagnosis",
    "DisorderAverage",
    "Drive",
    "DrudeLorentz",
    "Environment",
    "EpochTangent",
    "GrapeResult",
    "IsingStar",
    "LearningCost",
    "LearningHistory",
    "LearningMethod",
    "LearningResult",
    "LearningRule",
    "LearningState",
    "LocalLearning",
    "Lorentzian",
    "Material",
    "MatrixFree",
    "NetworkDrive",
    "NoiselessSubsystem",
    "NoisyGradients",
    "Ohmic",
    "OnlineLearning",
    "OscillatorModes",
    "Plateau",
    "ProtectionCost",
    "ReferenceEnvironment",
    "RegisterEnvironment",
    "ShotGradients",
    "SpinStar",
    "Telegraph",
    "TwoBand",
    "bare_material",
    "best_decoupling",
    "conserved_quantity",
    "cost_and_gradient",
    "dark_state_jumps",
    "decoupling_material",
    "diagnose",
    "engineered_material",
    "epoch_tangent",
    "epochs_to_reach",
    "field_channel",
    "find_basins",
    "find_plateaus",
    "grape",
    "heom",
    "independent_boson",
    "init",
    "ladder_controls",
    "learn",
    "learning_cost",
    "least_resolution",
    "level_channel",
    "model_environment",
    "noise_free_subspaces",
    "noiseless_subsystems",
    "numerical_rank",
    "plain_material",
    "pseudomode",
    "pseudomode_environment",
    "pseudomode_generator",
    "qubit_controls",
    "rate_channel",
    "readout_infidelity",
    "record",
    "register_information",
    "restart_laggards",
    "spin_controls",
    "spin_star_environment",
    "step",
    "sum_over_delays",
    "system_environment",
    "tangent_exponents",
    "with_dissipation",
    "xy8_material",
]
