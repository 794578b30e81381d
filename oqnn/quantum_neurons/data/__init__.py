"""Data for networks of spiking neurons: digits, event streams, files of the user's."""

from .aedat import Events, read_aedat
from .camera import event_camera, event_counts
from .coding import even_code, rate_code
from .digit_data import digits
from .mnist import load_mnist, read_idx
from .mnist_dvs import binned_events, load_mnist_dvs
from .moving import moving_digits
from .spike_data import SpikeData
from .usps import load_usps, read_svm_text

__all__ = [
    "Events",
    "SpikeData",
    "binned_events",
    "digits",
    "even_code",
    "event_camera",
    "event_counts",
    "load_mnist",
    "load_mnist_dvs",
    "load_usps",
    "moving_digits",
    "rate_code",
    "read_aedat",
    "read_idx",
    "read_svm_text",
]
