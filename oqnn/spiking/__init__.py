"""Networks of spiking neurons whose spins carry prescribed moments."""

from .hardware.model import HardwareModel
from .hardware.occupancy import WeightHistogram, weight_histogram
from .hardware.quantisation import Saturation, quantise, saturation
from .hardware.resolution import ResolutionStudy, resolution_study
from .hardware.stability import StabilityStudy, stability_study
from .hardware.updates import PseudoUpdateStudy, pseudo_update_study
from .lif import Response, respond, simulate
from .measurement import Measurement, measure
from .network import LIFNetwork, LIFParameters
from .nir_file import read_nir, write_nir
from .sampling.activation import Calibration
from .sampling.diagnostics import (
    Autocorrelation,
    autocorrelation,
    effective_sample_size,
    visible_frequencies,
)
from .sampling.exact import (
    MachineMoments,
    joint_law,
    log_weights,
    moments,
    visible_law,
)
from .sampling.gibbs import GibbsSampler
from .sampling.lif_calibration import calibrate
from .sampling.lif_sampler import LIFSampler
from .sampling.machine import BoltzmannMachine, from_graph, three_layer, two_layer
from .sampling.neural_sampler import NeuralSampler
from .sampling.physical import PhysicalNetwork, translate
from .sampling.sampler import Chains, Sampler, sample
from .sampling.samples import Samples
from .state_frequencies import (
    StateFrequencies,
    kl_divergence,
    measure_law,
    state_frequencies,
)
from .training.categorical import CategoricalTraining, train_categorical
from .training.initial import init_network, motif_network, pair_loadings
from .training.training import (
    TrainingInfo,
    TrainingResult,
    init,
    step,
    train,
)
from .training.training_file import load_state, save_state

__all__ = [
    "Autocorrelation",
    "BoltzmannMachine",
    "Calibration",
    "CategoricalTraining",
    "Chains",
    "GibbsSampler",
    "HardwareModel",
    "LIFNetwork",
    "LIFParameters",
    "LIFSampler",
    "MachineMoments",
    "Measurement",
    "NeuralSampler",
    "PhysicalNetwork",
    "PseudoUpdateStudy",
    "ResolutionStudy",
    "Response",
    "Sampler",
    "Samples",
    "Saturation",
    "StabilityStudy",
    "StateFrequencies",
    "TrainingInfo",
    "TrainingResult",
    "WeightHistogram",
    "autocorrelation",
    "calibrate",
    "effective_sample_size",
    "from_graph",
    "init",
    "init_network",
    "joint_law",
    "kl_divergence",
    "load_state",
    "log_weights",
    "measure",
    "measure_law",
    "moments",
    "motif_network",
    "pair_loadings",
    "pseudo_update_study",
    "quantise",
    "read_nir",
    "resolution_study",
    "respond",
    "sample",
    "saturation",
    "save_state",
    "simulate",
    "stability_study",
    "state_frequencies",
    "step",
    "three_layer",
    "train",
    "train_categorical",
    "translate",
    "two_layer",
    "visible_frequencies",
    "visible_law",
    "weight_histogram",
    "write_nir",
]
