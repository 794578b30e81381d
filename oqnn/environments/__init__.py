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
from .drives import NetworkDrive
from .engineered import XY8_SPACING, engineered_material, xy8_material
from .environment import Environment
from .learning import (
    LearningMethod,
    LearningResult,
    cost_and_gradient,
    learn,
    least_resolution,
    step,
)
from .local_rule import LocalLearning, ShotGradients
from .material import Material, bare_material
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
from .noisy_gradients import NoisyGradients
from .online import OnlineLearning
from .plain import plain_material
from .preparations import LearningCost, learning_cost
from .reference import TETRAHEDRON, ReferenceEnvironment
from .register_environment import RegisterEnvironment
from .restarts import restart_laggards
from .rule import LearningRule
from .state import LearningState, init

__all__ = [
    "CARDINAL_STATES",
    "TETRAHEDRON",
    "XY8_SPACING",
    "Basins",
    "Bosonic",
    "DampedJaynesCummings",
    "DisorderAverage",
    "DrudeLorentz",
    "Environment",
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
    "conserved_quantity",
    "cost_and_gradient",
    "engineered_material",
    "epochs_to_reach",
    "field_channel",
    "find_basins",
    "find_plateaus",
    "heom",
    "independent_boson",
    "init",
    "learn",
    "learning_cost",
    "least_resolution",
    "level_channel",
    "plain_material",
    "pseudomode",
    "pseudomode_generator",
    "rate_channel",
    "record",
    "restart_laggards",
    "step",
    "sum_over_delays",
    "xy8_material",
]
