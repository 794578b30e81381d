"""How sparse a network's activity is, and what events save."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .network import Network
from .record import NetworkRecord, as_inputs, as_spikes, time_first
from .wiring import INPUTS

__all__ = ["Activity", "activity"]


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class Activity:
    """Spikes and operations of a network's records, summed over all of them.

    A synaptic operation adds the weight of one spike to one wire's current. Dense
    ones are all weights inside of the masks at every step that a spike may reach, so
    a connection with delay has none at the first step.
    """

    n_records: int
    n_steps: int
    spikes: tuple[np.ndarray, ...]  # (n,): spikes a step of every neuron, a mean
    operations: np.ndarray  # (connections,): one for each weight that a spike meets
    dense_operations: np.ndarray  # (connections,)
    rotations: np.ndarray  # (populations,): encoding rotations done, where z > 0
    rotations_skipped: np.ndarray  # (populations,): those left out, where z <= 0
    silent_steps: np.ndarray  # (populations,): steps of neurons that no spike reaches

    @property
    def spikes_per_step(self) -> np.ndarray:
        """Spikes a neuron and step, a mean over each population, (populations,)."""
        return np.array([spikes.mean() for spikes in self.spikes])

    @property
    def saved(self) -> float:
        """Share of the dense synaptic operations that events save, NaN of none."""
        dense = int(self.dense_operations.sum())
        return 1 - int(self.operations.sum()) / dense if dense else float("nan")


def activity(
    network: Network, inputs: ArrayLike, record: NetworkRecord | Sequence[ArrayLike]
) -> Activity:
    """Count spikes and operations of joint records.

    Parameters
    ----------
    network : Network
    inputs : shape (..., T, n_inputs)
        Spikes 0 or 1.
    record : NetworkRecord, or spikes (..., T, n, N) of every population
        With the leading axes of `inputs`.

    Returns
    -------
    Activity

    Raises
    ------
    ValueError
        If shapes disagree, spikes are not 0 or 1, or there is no connection or no
        record.

    Examples
    --------
    >>> from oqnn.quantum_neurons import SQSNeuron, layered_network, two_qubit_circuit
    >>> neuron = SQSNeuron(1, 1, two_qubit_circuit(0.9, 0.4, 1.3))
    >>> network = layered_network([3, 2], neuron)
    >>> inputs = [[1, 0, 0], [0, 1, 1]]
    >>> found = activity(network, inputs, network.sample(inputs, seed=1))
    >>> found.operations, found.dense_operations, found.saved
    (array([6]), array([12]), 0.5)
    """
    if not network.connections:
        raise ValueError("`network` must have a connection, but has none.")
    x = as_inputs(inputs, network.n_inputs)
    shapes = [(p.size, p.model.n_io) for p in network.populations]
    axes = x.ndim - 2
    if 0 in x.shape[:axes]:
        raise ValueError(f"`inputs` must hold a row, but have shape {x.shape}.")
    spikes = [time_first(s, axes) for s in as_spikes(record, x, shapes)]
    x = time_first(x, axes)  # (T, B, n)
    from .records_jax import currents

    done, dense = _operations(network, x, spikes)
    fixed = network.wiring, network.weights, network.neurons
    masks = [c.mask.astype(float) for c in network.connections]
    turned = [z > 0 for z in currents(*fixed, x, spikes)]
    reached = currents(network.wiring, masks, network.neurons, x, spikes)
    return Activity(
        n_records=x.shape[1],
        n_steps=len(x),
        spikes=tuple(s.sum(axis=-1).mean(axis=(0, 1)) for s in spikes),
        operations=done,
        dense_operations=dense,
        rotations=np.array([z.sum() for z in turned]),
        rotations_skipped=np.array([(~z).sum() for z in turned]),
        silent_steps=np.array([(~(r > 0).any(axis=-1)).sum() for r in reached]),
    )


def _operations(
    network: Network, x: np.ndarray, spikes: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return weights met by spikes, and all weights at all steps, a connection each."""
    done, dense = [], []
    for c in network.connections:
        sent = x if c.source == INPUTS else spikes[c.source]
        sent = sent[: len(x) - c.delay].reshape(-1, c.mask.shape[1])
        done.append(int(sent.sum(axis=0, dtype=int) @ c.mask.sum(axis=0)))
        dense.append(len(sent) * int(c.mask.sum()))
    return np.array(done), np.array(dense)
