"""What the system sits in: plain, engineered and learning materials."""

from .cost import CARDINAL_STATES, ProtectionCost
from .drives import NetworkDrive
from .engineered import engineered_material, xy8_material
from .learning import (
    LearningResult,
    LearningState,
    cost_and_gradient,
    init,
    learn,
    step,
)
from .material import Material, bare_material
from .plain import plain_material
from .reference import TETRAHEDRON, ReferenceEnvironment
from .rule import LearningRule

__all__ = [
    "CARDINAL_STATES",
    "TETRAHEDRON",
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
    "plain_material",
    "step",
    "xy8_material",
]
