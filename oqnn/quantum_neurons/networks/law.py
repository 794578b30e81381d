"""The law of a tiny network: the probability of every joint record."""

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_shapes
from ..neurons.inputs import rounding_of
from .network import Network
from .record import as_inputs

__all__ = ["record_law"]

MOST_RECORDS = 2**18


def record_law(network: Network, inputs: ArrayLike) -> np.ndarray:
    r"""Return the probabilities of all joint records of a network, exactly.

    Every record is put together and its factors multiplied, :math:`2^{WT}` of them
    for W wires and T steps. Records that contain a spike without probability get zero.

    Parameters
    ----------
    network : Network
    inputs : shape (T, n_inputs)
        Spikes 0 or 1.

    Returns
    -------
    shape (2**W, ..., 2**W)
        One axis a step. An index is a joint pattern: populations, neurons and wires in
        order, the first the most significant bit, as `NetworkRecord.joint_patterns`.
        Sums to 1.

    Raises
    ------
    ValueError
        If there are more than 2**18 records, or `inputs` have another shape.

    Examples
    --------
    >>> from oqnn.quantum_neurons import SQSNeuron, layered_network, two_qubit_circuit
    >>> neuron = SQSNeuron(1, 1, two_qubit_circuit(0.9, 0.4, 1.3))
    >>> law = record_law(layered_network([2, 2, 1], neuron), [[1, 0], [1, 1]])
    >>> law.shape, round(float(law.sum()), 12)
    ((8, 8), 1.0)
    """
    x = as_inputs(inputs, network.n_inputs)
    check_shapes(inputs=(x, "T n"))
    wires, steps = sum(p.n_wires for p in network.populations), len(x)
    if 2 ** (wires * steps) > MOST_RECORDS:
        raise ValueError(
            f"`inputs` must have few enough steps for {MOST_RECORDS} joint records, "
            f"but {steps} steps of {wires} wires have 2^{wires * steps}. Draw records "
            "instead."
        )
    from .records_jax import probabilities

    joint = np.indices((2**wires,) * steps).reshape(steps, -1)  # (T, records)
    taken = probabilities(
        network.wiring,
        network.weights,
        network.neurons,
        np.broadcast_to(x[:, None], (*joint.shape, x.shape[-1])),
        _patterns(network, joint),
    )
    law = np.ones(joint.shape[1])
    for population, p in zip(network.populations, taken, strict=True):
        # NaN follows the first zero
        possible = (p > rounding_of(population.model)).all(axis=(0, 2))
        law *= np.where(possible, p.prod(axis=(0, 2)), 0)
    return law.reshape((2**wires,) * steps)


def _patterns(network: Network, joint: np.ndarray) -> list[np.ndarray]:
    """Take joint patterns apart into those of neurons, (T, records, n) each."""
    found, below = [], sum(p.n_wires for p in network.populations)
    for population in network.populations:
        n_io = population.model.n_io
        shifts = below - n_io * np.arange(1, population.size + 1)
        found.append((joint[..., None] >> shifts) & (2**n_io - 1))
        below -= population.n_wires
    return found
