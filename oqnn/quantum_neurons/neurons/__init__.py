"""Models of spiking neurons: quantum, and the classical ones to hold beside them."""

from .model import NeuronKernel, NeuronModel
from .sqs import SQSNeuron

__all__ = ["NeuronKernel", "NeuronModel", "SQSNeuron"]
