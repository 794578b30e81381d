"""Generators on register blocks, and what they do to a state."""

from .controlled import ControlledGenerator
from .controls import ConstantControls, Controls, PiecewiseControls, SampledControls
from .evolution import DynamicalMaps, Evolution, apply_transfer
from .evolve import dynamical_maps, evolve
from .register import RegisterGenerator
from .smooth import SmoothControls
from .system import System
from .unitary import evolve_unitary, reduced_evolution

__all__ = [
    "ConstantControls",
    "ControlledGenerator",
    "Controls",
    "DynamicalMaps",
    "Evolution",
    "PiecewiseControls",
    "RegisterGenerator",
    "SampledControls",
    "SmoothControls",
    "System",
    "apply_transfer",
    "dynamical_maps",
    "evolve",
    "evolve_unitary",
    "reduced_evolution",
]
