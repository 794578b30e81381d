"""States and spikes: correlation maps, and which states a law of spins can carry."""

from .circuits.circuits import CircuitLaws, run_circuit
from .circuits.gates import GateRealization, realize_gate, realize_gate_by_gradient
from .circuits.unitaries import GATES, gate_unitary
from .maps.classical_wave import law_from_wave, state_from_wave, wave_from_law
from .maps.correlation import CorrelationMap
from .maps.extended import ExtendedMap
from .maps.extended_law import ExtendedLaw
from .maps.law import Law
from .maps.parties import Component
from .maps.real_form import complex_form, real_form
from .maps.threshold_times import StateTimes, times_of_events, times_of_record
from .networks.compiling import CompiledLaw, compile_law
from .networks.compiling_bell import compile_bell_state
from .networks.reconstruction import Reconstruction, measure_state, reconstruct
from .networks.training import train_correlations
from .networks.training_result import CorrelationTraining
from .povm.bell_observable import BellObservable, bell_bounds, bell_observable
from .povm.estimates import StateEstimate
from .povm.learning import learn_state
from .povm.learning_result import LearnedState
from .povm.named_states import bell_state, ghz_state, w_state, werner_state
from .povm.outcome_law import OutcomeLaw
from .povm.povm import Povm
from .povm.witnesses import Witness, ghz_witnesses
from .realizability.bell import BellInequality, greatest_fidelity, local_bound
from .realizability.gradient_route import (
    GradientRealization,
    realize_by_gradient,
    realize_many_by_gradient,
)
from .realizability.least_change import (
    least_change_correlators,
    least_change_law,
    total_variation,
)
from .realizability.nearest import NearestRealizable, nearest_realizable
from .realizability.realize import Realization, realize, realize_correlators, visibility
from .realizability.realize_many import realize_many

__all__ = [
    "GATES",
    "BellInequality",
    "BellObservable",
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
    "LearnedState",
    "NearestRealizable",
    "OutcomeLaw",
    "Povm",
    "Realization",
    "Reconstruction",
    "StateEstimate",
    "StateTimes",
    "Witness",
    "bell_bounds",
    "bell_observable",
    "bell_state",
    "compile_bell_state",
    "compile_law",
    "complex_form",
    "gate_unitary",
    "ghz_state",
    "ghz_witnesses",
    "greatest_fidelity",
    "law_from_wave",
    "learn_state",
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
    "w_state",
    "wave_from_law",
    "werner_state",
]
