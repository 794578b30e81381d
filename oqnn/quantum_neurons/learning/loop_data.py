"""Data sets as arrays, and their checks."""

from typing import TYPE_CHECKING, Protocol

import numpy as np

from ..networks.network import Network
from .losses import Loss

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = [
    "Samples",
    "as_data",
    "as_inputs",
    "as_samples",
    "check_loss",
    "n_output_wires",
]


class Samples(Protocol):
    """Anything with inputs and labels, such as `SpikeData`."""

    @property
    def inputs(self) -> np.ndarray:
        """Spikes (S, T, n_in)."""
        ...

    @property
    def labels(self) -> np.ndarray:
        """Labels (S,)."""
        ...


def as_inputs(inputs: "ArrayLike", network: Network, name: str) -> np.ndarray:
    """Return spikes (S, T, n_in) as uint8."""
    inputs = np.asarray(inputs)
    if inputs.ndim != 3 or 0 in inputs.shape or inputs.shape[2] != network.n_inputs:
        raise ValueError(
            f"`{name}` must have inputs of shape (S, T, {network.n_inputs}) for S "
            f"samples of T steps and the network's {network.n_inputs} inputs, but they "
            f"have shape {inputs.shape}."
        )
    whole = inputs.dtype.kind in "biu"  # large data by their extremes, without a copy
    found = (inputs.min(), inputs.max()) if whole else np.unique(inputs)
    if not np.isin(found, (0, 1)).all():
        raise ValueError(
            f"`{name}` must have inputs that are spikes 0 or 1, but they hold others."
        )
    return inputs.astype(np.uint8, copy=False)


def as_data(
    data: "Samples | tuple[ArrayLike, ArrayLike]", network: Network, name: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs (S, T, n_in) and labels (S,)."""
    pair = data if isinstance(data, tuple) else _parts(data)
    if len(pair) != 2:
        raise TypeError(
            f"`{name}` must be SpikeData or a pair (inputs, labels), but is "
            f"{type(data).__name__}."
        )
    inputs = as_inputs(pair[0], network, name)
    return inputs, _as_labels(pair[1], inputs, name)


def as_samples(
    inputs: "ArrayLike", labels: "ArrayLike", network: Network
) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs (S, T, n_in) and labels (S,) of two arguments of these names."""
    spikes = as_inputs(inputs, network, "inputs")
    return spikes, _as_labels(labels, spikes, "labels")


def _as_labels(labels: "ArrayLike", inputs: np.ndarray, name: str) -> np.ndarray:
    """Return a number for each sample."""
    labels = np.asarray(labels)
    if labels.shape != inputs.shape[:1] or labels.dtype.kind not in "iuf":
        raise ValueError(
            f"`{name}` must have one label, a number, for each of {len(inputs)} "
            f"samples, but has labels of shape {labels.shape} and type {labels.dtype}."
        )
    return labels


def check_loss(
    loss: Loss, network: Network, inputs: np.ndarray, labels: np.ndarray
) -> None:
    """Check that a loss fits the outputs, the steps and the labels."""
    loss.check(n_output_wires(network), inputs.shape[1], labels)


def n_output_wires(network: Network) -> int:
    """Return the number of wires of all output populations."""
    return sum(network.populations[i].n_wires for i in network.outputs)


def _parts(data: "Samples") -> tuple:
    """Return inputs and labels, or nothing where there are none."""
    if hasattr(data, "inputs") and hasattr(data, "labels"):
        return data.inputs, data.labels
    return ()
