"""What the system sits in: plain, engineered and learning materials."""

from .cost import CARDINAL_STATES, ProtectionCost
from .drives import NetworkDrive
from .engineered import XY8_SPACING, engineered_material, xy8_material
from .learning import (
    LearningResult,
    cost_and_gradient,
    learn,
    least_resolution,
    step,
)
from .material import Material, bare_material
from .plain import plain_material
from .reference import TETRAHEDRON, ReferenceEnvironment
from .restarts import restart_laggards
from .rule import LearningRule
from .state import LearningState, init

__all__ = [
    "CARDINAL_STATES",
    "TETRAHEDRON",
    "XY8_SPACING",
    "LearningResult",
    "LearningRule",
    "LearningState",
    "Material",
    "NetworkDrive",
    "ProtectionCost",
    "ReferenceEnvironment",
    "bare_material",
    "cost_and_gradient",
    "engineered_material",
    "init",
    "learn",
    "least_resolution",
    "plain_material",
    "restart_laggards",
    "step",
    "xy8_material",
]
