"""What the system sits in: baths, noise, plain, engineered and learning materials."""

from .bosonic import Bosonic
from .cost import CARDINAL_STATES, ProtectionCost
from .damped_jaynes_cummings import DampedJaynesCummings
from .disorder import DisorderAverage
from .drives import NetworkDrive
from .engineered import XY8_SPACING, engineered_material, xy8_material
from .heom import heom
from .independent_boson import independent_boson
from .ising_star import IsingStar
from .learning import (
    LearningResult,
    cost_and_gradient,
    learn,
    least_resolution,
    step,
)
from .material import Material, bare_material
from .oscillators import OscillatorModes
from .plain import plain_material
from .pseudomode import pseudomode, pseudomode_generator
from .reference import TETRAHEDRON, ReferenceEnvironment
from .restarts import restart_laggards
from .rule import LearningRule
from .spectral_densities import DrudeLorentz, Lorentzian, Ohmic
from .spin_star import SpinStar
from .state import LearningState, init
from .telegraph import Telegraph
from .two_band import TwoBand

__all__ = [
    "CARDINAL_STATES",
    "TETRAHEDRON",
    "XY8_SPACING",
    "Bosonic",
    "DampedJaynesCummings",
    "DisorderAverage",
    "DrudeLorentz",
    "IsingStar",
    "LearningResult",
    "LearningRule",
    "LearningState",
    "Lorentzian",
    "Material",
    "NetworkDrive",
    "Ohmic",
    "OscillatorModes",
    "ProtectionCost",
    "ReferenceEnvironment",
    "SpinStar",
    "Telegraph",
    "TwoBand",
    "bare_material",
    "cost_and_gradient",
    "engineered_material",
    "heom",
    "independent_boson",
    "init",
    "learn",
    "least_resolution",
    "plain_material",
    "pseudomode",
    "pseudomode_generator",
    "restart_laggards",
    "step",
    "xy8_material",
]
