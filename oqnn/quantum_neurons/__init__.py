"""Stochastic quantum spiking neurons: circuits, networks, local learning."""

from .circuits import Circuit, Gate, hardware_efficient_circuit, two_qubit_circuit
from .data import (
    SpikeData,
    digits,
    event_camera,
    load_mnist,
    load_mnist_dvs,
    load_usps,
    moving_digits,
    rate_code,
)
from .neurons import NeuronKernel, NeuronModel, SQSNeuron

__all__ = [
    "Circuit",
    "Gate",
    "NeuronKernel",
    "NeuronModel",
    "SQSNeuron",
    "SpikeData",
    "digits",
    "event_camera",
    "hardware_efficient_circuit",
    "load_mnist",
    "load_mnist_dvs",
    "load_usps",
    "moving_digits",
    "rate_code",
    "two_qubit_circuit",
]
