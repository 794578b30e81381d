"""Models of spiking neurons: quantum, and the classical ones to hold beside them."""

from .channels import memory_channel, memory_transfer
from .control import ClassicalControl
from .escape_rate import EscapeRateNeuron
from .model import NeuronKernel, NeuronModel
from .noise import Noise
from .qlif import QLIFNeuron
from .relaxation import (
    MemoryEvolution,
    evolve_memory,
    memory_spectrum,
    memory_time,
    stationary_memory,
)
from .sqs import SQSNeuron

__all__ = [
    "ClassicalControl",
    "EscapeRateNeuron",
    "MemoryEvolution",
    "NeuronKernel",
    "NeuronModel",
    "Noise",
    "QLIFNeuron",
    "SQSNeuron",
    "evolve_memory",
    "memory_channel",
    "memory_spectrum",
    "memory_time",
    "memory_transfer",
    "stationary_memory",
]
