"""States and spikes: correlation maps, and which states a law of spins can carry."""

from .bell import BellInequality, greatest_fidelity, local_bound
from .circuits import CircuitLaws, run_circuit
from .classical_wave import law_from_wave, state_from_wave, wave_from_law
from .compiling import CompiledLaw, compile_law
from .compiling_bell import compile_bell_state
from .correlation import CorrelationMap
from .extended import ExtendedMap
from .extended_law import ExtendedLaw
from .gates import GateRealization, realize_gate, realize_gate_by_gradient
from .gradient_route import (
    GradientRealization,
    realize_by_gradient,
    realize_many_by_gradient,
)
from .law import Law
from .least_change import least_change_correlators, least_change_law, total_variation
from .nearest import NearestRealizable, nearest_realizable
from .parties import Component
from .real_form import complex_form, real_form
from .realize import Realization, realize, realize_correlators, visibility
from .realize_many import realize_many
from .reconstruction import Reconstruction, measure_state, reconstruct
from .threshold_times import StateTimes, times_of_events, times_of_record
from .training import train_correlations
from .training_result import CorrelationTraining
from .unitaries import GATES, gate_unitary

__all__ = [
    "GATES",
    "BellInequality",
    "CircuitLaws",
    "CompiledLaw",
    "Component",
    "CorrelationMap",
    "CorrelationTraining",
    "ExtendedLaw",
    "ExtendedMap",
    "GateRealization",
    "GradientRealization",
    "Law",
    "NearestRealizable",
    "Realization",
    "Reconstruction",
    "StateTimes",
    "compile_bell_state",
    "compile_law",
    "complex_form",
    "gate_unitary",
    "greatest_fidelity",
    "law_from_wave",
    "least_change_correlators",
    "least_change_law",
    "local_bound",
    "measure_state",
    "nearest_realizable",
    "real_form",
    "realize",
    "realize_by_gradient",
    "realize_correlators",
    "realize_gate",
    "realize_gate_by_gradient",
    "realize_many",
    "realize_many_by_gradient",
    "reconstruct",
    "run_circuit",
    "state_from_wave",
    "times_of_events",
    "times_of_record",
    "total_variation",
    "train_correlations",
    "visibility",
    "wave_from_law",
]
