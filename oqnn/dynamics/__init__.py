"""Generators on register blocks, and what they do to a state."""

from .canonical import CanonicalForm, canonical_form
from .clock.time_register import ReadOut, TimeRegister, time_register
from .combined import CombinedGenerator
from .controlled import ControlledGenerator
from .controls import ConstantControls, Controls, PiecewiseControls, SampledControls
from .evolution import DynamicalMaps, Evolution, apply_transfer
from .evolve import dynamical_maps, evolve
from .lindblad import evolve_lindblad
from .monte_carlo.histories import HistoryEnsemble, evolve_histories
from .monte_carlo.register_histories import RegisterHistories, sample_histories
from .projected.baths import FiniteEnvironment, GaussianBath
from .projected.exact_generator import (
    ExactGenerator,
    exact_generator,
    generator_of_maps,
)
from .projected.memory_kernel import MemoryKernel, memory_kernel
from .projected.nakajima_zwanzig import nakajima_zwanzig
from .projected.projection import Projection
from .projected.singular import singular_times
from .projected.tcl import tcl
from .projected.tcl_generator import TclGenerator, tcl_generator
from .projected.transfer_tensors import (
    kernel_from_tensors,
    propagate_tensors,
    transfer_tensors,
)
from .projected.volterra import solve_volterra, solve_volterra_directly
from .quadratic import jump_channels, jump_controls
from .register import RegisterGenerator
from .smooth import SmoothControls
from .spectrum import gap, spectrum, steady_state
from .superoperators import MatrixGenerator, from_transfer, liouvillian, to_transfer
from .system import System
from .whole.correlated_liouvillian import Liouvillian
from .whole.correlated_start import CorrelatedStart, correlated_start, distance_increase
from .whole.unitary import evolve_unitary, reduced_evolution

__all__ = [
    "CanonicalForm",
    "CombinedGenerator",
    "ConstantControls",
    "ControlledGenerator",
    "Controls",
    "CorrelatedStart",
    "DynamicalMaps",
    "Evolution",
    "ExactGenerator",
    "FiniteEnvironment",
    "GaussianBath",
    "HistoryEnsemble",
    "Liouvillian",
    "MatrixGenerator",
    "MemoryKernel",
    "PiecewiseControls",
    "Projection",
    "ReadOut",
    "RegisterGenerator",
    "RegisterHistories",
    "SampledControls",
    "SmoothControls",
    "System",
    "TclGenerator",
    "TimeRegister",
    "apply_transfer",
    "canonical_form",
    "correlated_start",
    "distance_increase",
    "dynamical_maps",
    "evolve",
    "evolve_histories",
    "evolve_lindblad",
    "evolve_unitary",
    "exact_generator",
    "from_transfer",
    "gap",
    "generator_of_maps",
    "jump_channels",
    "jump_controls",
    "kernel_from_tensors",
    "liouvillian",
    "memory_kernel",
    "nakajima_zwanzig",
    "propagate_tensors",
    "reduced_evolution",
    "sample_histories",
    "singular_times",
    "solve_volterra",
    "solve_volterra_directly",
    "spectrum",
    "steady_state",
    "tcl",
    "tcl_generator",
    "time_register",
    "to_transfer",
    "transfer_tensors",
]
