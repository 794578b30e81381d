"""Circuits of neurons, their gates, and their exchange with other software."""

from .circuit import Circuit, two_qubit_circuit
from .gates import Gate

__all__ = ["Circuit", "Gate", "two_qubit_circuit"]
