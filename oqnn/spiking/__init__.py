"""Networks of spiking neurons whose spins carry prescribed moments."""

from .lif import Response, respond, simulate
from .measurement import Measurement, measure
from .network import LIFNetwork, LIFParameters
from .nir_file import read_nir, write_nir
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
    "CategoricalTraining",
    "LIFNetwork",
    "LIFParameters",
    "Measurement",
    "Response",
    "StateFrequencies",
    "TrainingInfo",
    "TrainingResult",
    "init",
    "init_network",
    "kl_divergence",
    "load_state",
    "measure",
    "measure_law",
    "motif_network",
    "pair_loadings",
    "read_nir",
    "respond",
    "save_state",
    "simulate",
    "state_frequencies",
    "step",
    "train",
    "train_categorical",
    "write_nir",
]
