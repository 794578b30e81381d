"""Stochastic quantum spiking neurons: circuits, networks, local learning."""

from .circuits import Circuit, Gate, two_qubit_circuit
from .neurons import NeuronKernel, NeuronModel, SQSNeuron

__all__ = [
    "Circuit",
    "Gate",
    "NeuronKernel",
    "NeuronModel",
    "SQSNeuron",
    "two_qubit_circuit",
]
