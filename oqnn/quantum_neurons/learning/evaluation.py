"""What trained networks answer: counts of output spikes, accuracy with its error."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_choice, check_integer
from ..._core.seeds import rng_from
from ..networks.network import Network
from .loop_data import Samples, as_data, as_inputs, n_output_wires
from .losses import check_output_labels

__all__ = ["Accuracy", "accuracy", "label_credits", "predict"]

CHUNK = 500  # samples that are drawn at once
TYPES: dict[str, np.dtype] = {
    "single": np.dtype(np.float32),
    "double": np.dtype(np.float64),
}


class Accuracy(NamedTuple):
    """Share of samples whose label wins, and its standard error."""

    value: float
    error: float


def predict(
    network: Network,
    inputs: ArrayLike,
    *,
    repeats: int = 1,
    seed: int = 0,
    precision: str = "single",
) -> np.ndarray:
    """Draw the network's spikes and count those of every output wire.

    Parameters
    ----------
    network : Network
    inputs : shape (S, T, n_in)
        Spikes 0 or 1.
    repeats : int, optional
        Independent draws of every sample.
    seed : int, optional
    precision : {"single", "double"}
        Of all numbers; ``"single"`` moves probabilities by about 1e-7.

    Returns
    -------
    shape (repeats, S, n_out), int
        Outputs by population, neuron, wire.

    Raises
    ------
    ValueError
        If inputs have another shape, or are not 0 or 1.

    Examples
    --------
    >>> from oqnn.quantum_neurons import SQSNeuron, two_qubit_circuit
    >>> from oqnn.quantum_neurons import layered_network
    >>> neuron = SQSNeuron(1, 1, two_qubit_circuit(0.9, 0.4, 1.3))
    >>> network = layered_network([2, 3, 2], neuron, seed=1)
    >>> predict(network, np.ones((4, 5, 2)), repeats=6).shape
    (6, 4, 2)
    """
    inputs = as_inputs(inputs, network, "inputs")
    check_integer(repeats, "repeats")
    check_choice(precision, "precision", tuple(TYPES))
    from .evaluation_jax import count_spikes

    counts = count_spikes(
        network,
        inputs,
        repeats,
        min(CHUNK, repeats * len(inputs)),
        TYPES[precision],
        rng_from(seed, "prediction"),
    )
    return counts.reshape(repeats, len(inputs), -1)


def accuracy(
    network: Network,
    data: "Samples | tuple[ArrayLike, ArrayLike]",
    *,
    repeats: int = 1,
    pooled: bool = False,
    seed: int = 0,
    precision: str = "single",
) -> Accuracy:
    r"""Return how often the label is the output wire that spikes most.

    Where wires tie the label gets an equal share: the expected accuracy of a random
    choice among them. A network that never spikes has 1/C, for C output wires.

    Parameters
    ----------
    network : Network
    data : SpikeData or pair of inputs (S, T, n_in) and labels (S,)
    repeats : int, optional
        Independent draws of every sample.
    pooled : bool, optional
        Whether the counts of all repeats are added before the choice. Otherwise every
        draw decides on its own, and repeats only lower the error.
    seed : int, optional
    precision : {"single", "double"}

    Returns
    -------
    Accuracy
        The mean over samples, and the standard error of that mean: of other samples
        from the same source and other spikes.

    Raises
    ------
    TypeError, ValueError
        If the data do not fit the network, or a label is no output wire.
    """
    inputs, labels = as_data(data, network, "data")
    check_output_labels(labels, n_output_wires(network))
    counts = predict(
        network, inputs, repeats=repeats, seed=seed, precision=precision
    )  # (repeats, S, C)
    if pooled:
        counts = counts.sum(axis=0, keepdims=True)
    share = label_credits(counts, labels).mean(axis=0)  # (S,)
    spread = share.std(ddof=1) if len(share) > 1 else np.nan
    return Accuracy(float(share.mean()), float(spread / np.sqrt(len(share))))


def label_credits(counts: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the chance that the label wins among the wires that spike most.

    Parameters
    ----------
    counts : shape (..., S, C)
    labels : shape (S,)
        Indices of wires, not checked.

    Returns
    -------
    shape (..., S)

    Examples
    --------
    >>> label_credits(np.array([[3, 1], [2, 2]]), np.array([0, 1]))
    array([1. , 0.5])
    """
    best = counts == counts.max(axis=-1, keepdims=True)  # (..., S, C)
    return best[..., np.arange(len(labels)), labels] / best.sum(axis=-1)
