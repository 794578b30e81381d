"""Stochastic quantum spiking neurons: circuits, networks, local learning."""

from .circuits.aer import (
    CountedSpikeTrains,
    spike_train_law_on_aer,
)
from .circuits.circuit import (
    Circuit,
    two_qubit_circuit,
)
from .circuits.gates import Gate
from .circuits.layers import hardware_efficient_circuit
from .circuits.qasm import (
    to_qasm3,
    to_qasm3_with_inputs,
)
from .data.camera import event_camera
from .data.coding import rate_code
from .data.digit_data import digits
from .data.mnist import load_mnist
from .data.mnist_dvs import load_mnist_dvs
from .data.moving import moving_digits
from .data.spike_data import SpikeData
from .data.usps import load_usps
from .gradients.likelihood import (
    LikelihoodGradient,
    WeightGradient,
    log_likelihood_gradient,
    weight_gradient,
)
from .gradients.parameter_shift import (
    ShiftEstimate,
    ShiftGradient,
    estimate_shift_gradient,
    parameter_shift_gradient,
)
from .learning.backprop import (
    ScoreFunction,
    StraightThrough,
    train_backprop,
)
from .learning.evaluation import (
    Accuracy,
    accuracy,
    predict,
)
from .learning.exact import (
    ExactLoss,
    exact_loss,
)
from .learning.learned import LearnedNetwork
from .learning.local import (
    LocalRule,
    train_local,
)
from .learning.loop import train_network
from .learning.losses import (
    SpikeCountLoss,
    SpikeLoss,
    TargetTrainLoss,
)
from .learning.statistics import (
    EstimatorStatistics,
    estimator_statistics,
)
from .memory.dependence import (
    PastDependence,
    depends_on_older,
    next_spike_law,
    past_dependence,
)
from .memory.horizon import (
    MemoryHorizon,
    memory_horizon,
)
from .memory.information import (
    MemoryInformation,
    memory_information,
    unread_memory,
)
from .memory.spike_trains import (
    averaged_spike_train_law,
    spike_train_law,
)
from .networks.connection import (
    Connection,
    Population,
)
from .networks.events import (
    Activity,
    activity,
)
from .networks.graph import network_from_graph
from .networks.law import record_law
from .networks.layered import layered_network
from .networks.network import Network
from .networks.random_network import random_network
from .networks.record import NetworkRecord
from .networks.wiring import wire_mask
from .neurons.channels import (
    memory_channel,
    memory_transfer,
)
from .neurons.control import ClassicalControl
from .neurons.escape_rate import EscapeRateNeuron
from .neurons.model import (
    NeuronKernel,
    NeuronModel,
)
from .neurons.noise import Noise
from .neurons.qlif import QLIFNeuron
from .neurons.relaxation import (
    MemoryEvolution,
    evolve_memory,
    memory_spectrum,
    memory_time,
    stationary_memory,
)
from .neurons.sqs import SQSNeuron

__all__ = [
    "Accuracy",
    "Activity",
    "Circuit",
    "ClassicalControl",
    "Connection",
    "CountedSpikeTrains",
    "EscapeRateNeuron",
    "EstimatorStatistics",
    "ExactLoss",
    "Gate",
    "LearnedNetwork",
    "LikelihoodGradient",
    "LocalRule",
    "MemoryEvolution",
    "MemoryHorizon",
    "MemoryInformation",
    "Network",
    "NetworkRecord",
    "NeuronKernel",
    "NeuronModel",
    "Noise",
    "PastDependence",
    "Population",
    "QLIFNeuron",
    "SQSNeuron",
    "ScoreFunction",
    "ShiftEstimate",
    "ShiftGradient",
    "SpikeCountLoss",
    "SpikeData",
    "SpikeLoss",
    "StraightThrough",
    "TargetTrainLoss",
    "WeightGradient",
    "accuracy",
    "activity",
    "averaged_spike_train_law",
    "depends_on_older",
    "digits",
    "estimate_shift_gradient",
    "estimator_statistics",
    "event_camera",
    "evolve_memory",
    "exact_loss",
    "hardware_efficient_circuit",
    "layered_network",
    "load_mnist",
    "load_mnist_dvs",
    "load_usps",
    "log_likelihood_gradient",
    "memory_channel",
    "memory_horizon",
    "memory_information",
    "memory_spectrum",
    "memory_time",
    "memory_transfer",
    "moving_digits",
    "network_from_graph",
    "next_spike_law",
    "parameter_shift_gradient",
    "past_dependence",
    "predict",
    "random_network",
    "rate_code",
    "record_law",
    "spike_train_law",
    "spike_train_law_on_aer",
    "stationary_memory",
    "to_qasm3",
    "to_qasm3_with_inputs",
    "train_backprop",
    "train_local",
    "train_network",
    "two_qubit_circuit",
    "unread_memory",
    "weight_gradient",
    "wire_mask",
]
