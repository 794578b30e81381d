"""Circuits of neurons, their gates, and their exchange with other software."""

from .aer import CountedSpikeTrains, spike_train_law_on_aer
from .circuit import Circuit, two_qubit_circuit
from .gates import Gate
from .layers import hardware_efficient_circuit
from .qasm import to_qasm3, to_qasm3_with_inputs

__all__ = [
    "Circuit",
    "CountedSpikeTrains",
    "Gate",
    "hardware_efficient_circuit",
    "spike_train_law_on_aer",
    "to_qasm3",
    "to_qasm3_with_inputs",
    "two_qubit_circuit",
]
