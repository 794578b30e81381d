"""Networks with the weights and biases that a chip can hold."""

from dataclasses import dataclass

from ..sampling.machine import BoltzmannMachine
from .model import HardwareModel
from .rounding import beyond, hold

__all__ = ["Saturation", "quantise", "saturation"]


@dataclass(frozen=True, kw_only=True)
class Saturation:
    """How many parameters of a network lie beyond what a chip can hold."""

    weights: int  # beyond the largest level
    n_weights: int
    biases: int
    n_biases: int

    def __str__(self) -> str:
        return (
            f"beyond the chip's range: {self.weights} of {self.n_weights} weights, "
            f"{self.biases} of {self.n_biases} biases"
        )


def quantise(machine: BoltzmannMachine, model: HardwareModel) -> BoltzmannMachine:
    """Round a network's parameters to those a chip can hold.

    The nearest level, ties to the even one; neither spreads nor drift.

    Parameters
    ----------
    machine : BoltzmannMachine
    model : HardwareModel
        Bits, ranges, and whether parameters beyond the range saturate.

    Returns
    -------
    BoltzmannMachine
        On the same graph; the same object where `model` rounds nothing.

    Raises
    ------
    ValueError
        If parameters lie beyond the range and `model` does not saturate.

    Examples
    --------
    >>> from oqnn.spiking.sampling.machine import two_layer
    >>> model = HardwareModel.six_bit(weight_range=6.3)
    >>> machine = two_layer(1, 2).with_parameters([0.24, -7.0], [0.0, 0.0, 0.0])
    >>> quantise(machine, model).edge_weights.round(12)
    array([ 0.2, -6.3])
    """
    if model.weight_bits is None and model.bias_bits is None:
        return machine
    weights = hold(
        machine.edge_weights,
        model.weight_range,
        model.largest_weight_level,
        name="weights",
        saturates=model.saturates,
    )
    biases = hold(
        machine.biases,
        model.bias_range,
        model.largest_bias_level,
        name="biases",
        saturates=model.saturates,
    )
    return machine.with_parameters(weights, biases)


def saturation(machine: BoltzmannMachine, model: HardwareModel) -> Saturation:
    """Count the parameters that a chip would set to its largest levels instead.

    Parameters
    ----------
    machine : BoltzmannMachine
    model : HardwareModel

    Returns
    -------
    Saturation

    Examples
    --------
    >>> from oqnn.spiking.sampling.machine import two_layer
    >>> machine = two_layer(1, 2).with_parameters([0.24, -7.0], [0.0, 0.0, 0.0])
    >>> print(saturation(machine, HardwareModel.six_bit()))
    beyond the chip's range: 1 of 2 weights, 0 of 3 biases
    """
    weights, biases = machine.edge_weights, machine.biases
    return Saturation(
        weights=beyond(weights, model.weight_range, model.largest_weight_level),
        n_weights=len(weights),
        biases=beyond(biases, model.bias_range, model.largest_bias_level),
        n_biases=len(biases),
    )
