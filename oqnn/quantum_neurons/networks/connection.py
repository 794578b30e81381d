"""Populations of neurons, and the wires between them."""

from dataclasses import dataclass
from typing import final

import numpy as np

from ..._core.checks import check_integer
from ..neurons.model import NeuronModel
from .wiring import INPUTS

__all__ = ["Connection", "Population", "read_only"]


@final
@dataclass(frozen=True)
class Population:
    """Neurons of one kind that do not feed each other without delay.

    Parameters
    ----------
    model : NeuronModel
        Such as an `SQSNeuron`; its own parameters do not count, a network holds those
        of every neuron.
    size : int
        Number of neurons.
    """

    model: NeuronModel
    size: int

    def __post_init__(self) -> None:
        check_integer(self.size, "size")
        if not hasattr(self.model, "kernel"):
            raise TypeError(
                f"`model` must be a model of a neuron, but is {self.model!r}."
            )

    @property
    def n_wires(self) -> int:
        """Input-output wires of all its neurons."""
        return self.size * self.model.n_io


@final
@dataclass(frozen=True, eq=False)  # eq on arrays is ambiguous
class Connection:
    """Which wires of a population feed which of another, or of its own.

    Parameters
    ----------
    source : int
        Index of a population, or -1 for the inputs.
    target : int
        Index of a population.
    delay : int
        0: the target sees the spikes of this step; 1: those of the step before, none
        at the first.
    mask : shape (n_t * N_t, n_s * N_s), bool
        Where weights may differ from zero. Wire w of neuron i is row or column
        i * N + w; see `wire_mask`.
    """

    source: int
    target: int
    delay: int
    mask: np.ndarray

    def __post_init__(self) -> None:
        check_integer(self.source, "source", least=INPUTS)
        check_integer(self.target, "target", least=0)
        check_integer(self.delay, "delay", least=0)
        if self.delay > 1:
            raise ValueError(f"`delay` must be 0 or 1, but is {self.delay}.")
        mask = np.asarray(self.mask)
        if mask.ndim != 2 or mask.dtype != bool:
            raise ValueError(
                "`mask` must hold True or False in two axes, but has shape "
                f"{mask.shape} and type {mask.dtype}. `wire_mask` makes one."
            )
        object.__setattr__(self, "mask", read_only(mask))


def read_only(array: np.ndarray) -> np.ndarray:
    """Return a copy that cannot be written to."""
    array = array.copy()
    array.flags.writeable = False
    return array
