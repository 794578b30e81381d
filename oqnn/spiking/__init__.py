"""Networks of spiking neurons whose spins carry prescribed moments."""

from .initial import init_network, motif_network, pair_loadings
from .lif import Response, respond, simulate
from .measurement import Measurement, measure
from .network import LIFNetwork, LIFParameters
from .nir_file import read_nir, write_nir
from .training import (
    TrainingInfo,
    TrainingResult,
    init,
    load_state,
    save_state,
    step,
    train,
)

__all__ = [
    "LIFNetwork",
    "LIFParameters",
    "Measurement",
    "Response",
    "TrainingInfo",
    "TrainingResult",
    "init",
    "init_network",
    "load_state",
    "measure",
    "motif_network",
    "pair_loadings",
    "read_nir",
    "respond",
    "save_state",
    "simulate",
    "step",
    "train",
    "write_nir",
]
