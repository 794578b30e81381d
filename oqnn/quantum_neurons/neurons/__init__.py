"""Models of spiking neurons: quantum, and the classical ones to hold beside them."""

from .control import ClassicalControl
from .escape_rate import EscapeRateNeuron
from .model import NeuronKernel, NeuronModel
from .noise import Noise
from .qlif import QLIFNeuron
from .sqs import SQSNeuron

__all__ = [
    "ClassicalControl",
    "EscapeRateNeuron",
    "NeuronKernel",
    "NeuronModel",
    "Noise",
    "QLIFNeuron",
    "SQSNeuron",
]
