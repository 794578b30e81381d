"""Networks of random integer weights, on which the limits of a chip are measured."""

import numpy as np

from ..._core.checks import check_integer
from ..sampling.machine import BoltzmannMachine, two_layer
from .model import HardwareModel

__all__ = ["check_integer_weights", "network_of_levels", "random_levels"]


def check_integer_weights(model: HardwareModel) -> int:
    """Return the largest level of a chip's weights; refused if they are no integers."""
    if model.largest_weight_level is None:
        raise ValueError(
            "`model` must hold integer weights, but its `weight_bits` is None. "
            "Take HardwareModel.six_bit()."
        )
    return model.largest_weight_level


def random_levels(
    n_visible: int, n_hidden: int, largest: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw levels from -largest to largest uniformly, shape (n_visible n_hidden,)."""
    check_integer(n_visible, "n_visible")
    check_integer(n_hidden, "n_hidden")
    return rng.integers(-largest, largest + 1, n_visible * n_hidden)


def network_of_levels(
    levels: np.ndarray, n_visible: int, n_hidden: int, model: HardwareModel
) -> BoltzmannMachine:
    """Return two layers with the weights of some levels, and biases zero.

    A neuron without input is then active half of the time, the middle of its
    activation function.
    """
    machine = two_layer(n_visible, n_hidden)
    weights = levels * (model.weight_range / check_integer_weights(model))
    return machine.with_parameters(weights, np.zeros(machine.n))
