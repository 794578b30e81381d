"""Stochastic quantum spiking neurons: circuits, networks, local learning."""

from .circuits import (
    Circuit,
    CountedSpikeTrains,
    Gate,
    hardware_efficient_circuit,
    spike_train_law_on_aer,
    to_qasm3,
    to_qasm3_with_inputs,
    two_qubit_circuit,
)
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
from .neurons import (
    ClassicalControl,
    EscapeRateNeuron,
    NeuronKernel,
    NeuronModel,
    QLIFNeuron,
    SQSNeuron,
)

__all__ = [
    "Circuit",
    "ClassicalControl",
    "CountedSpikeTrains",
    "EscapeRateNeuron",
    "Gate",
    "NeuronKernel",
    "NeuronModel",
    "QLIFNeuron",
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
    "spike_train_law_on_aer",
    "to_qasm3",
    "to_qasm3_with_inputs",
    "two_qubit_circuit",
]
