"""Stochastic quantum spiking neurons: circuits, networks, local learning."""

from .circuits import Circuit, Gate, hardware_efficient_circuit, two_qubit_circuit
from .neurons import NeuronKernel, NeuronModel, SQSNeuron

__all__ = [
    "Circuit",
    "Gate",
    "NeuronKernel",
    "NeuronModel",
    "SQSNeuron",
    "hardware_efficient_circuit",
    "two_qubit_circuit",
]
