"""Circuits of neurons, their gates, and their exchange with other software."""

from .circuit import Circuit, two_qubit_circuit
from .gates import Gate
from .layers import hardware_efficient_circuit

__all__ = ["Circuit", "Gate", "hardware_efficient_circuit", "two_qubit_circuit"]
