"""How far back a neuron remembers its input."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_integer, check_law, check_shapes
from .dependence import conditional_information
from .spike_trains import check_size, law_kernel_of, spike_train_law

if TYPE_CHECKING:
    from ..neurons.model import NeuronModel

__all__ = ["MemoryHorizon", "memory_horizon"]


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class MemoryHorizon:
    """Information of the last spikes about inputs in nats, by how long ago they came.

    What was read of the spikes before makes the difference: a quantum memory may hold
    nothing about its input where nobody reads the spikes, and much where they are read.
    """

    lags: np.ndarray  # (T,) 0 … T − 1, steps between input and spikes
    unread: np.ndarray  # (T,), I(s_T; x_{T-k} | x_{T-k+1}, …, x_T)
    given_last_spike: np.ndarray  # (T,), the same given s_{T-1} too
    given_record: np.ndarray  # (T,), the same given s_1, …, s_{T-1} too


def memory_horizon(
    neuron: "NeuronModel",
    levels: ArrayLike,
    steps: int,
    *,
    probabilities: ArrayLike | None = None,
) -> MemoryHorizon:
    r"""Return what the spikes at step T tell about the input k steps before.

    Every step's input is drawn on its own from a few levels of current. Given all later
    inputs, and the spikes unread,

    .. math:: I_k = I(s_T; x_{T-k} \mid x_{T-k+1}, \dots, x_T), \qquad
              \sum_k I_k = I(s_T; x_1, \dots, x_T),

    and again given the spikes just before, or all earlier ones. These two show what the
    memory carries beyond the spikes: zero at all lags above 0 for a chain in which the
    last spike is all that is remembered.

    Parameters
    ----------
    neuron : NeuronModel
        Any model whose law given the record is exact.
    levels : shape (L, N)
        Currents that each value of the input stands for, as [[0], [1]] of a spike.
    steps : int
        T.
    probabilities : shape (L,), optional
        Of the levels, equal ones unless given.

    Returns
    -------
    MemoryHorizon
        Exact: all inputs and records, (L 2^N)^T of them.

    Raises
    ------
    TypeError
        If `neuron` is no model of a neuron or `steps` no integer.
    ValueError
        If `levels` or `probabilities` have wrong shapes, are not finite or do not sum
        to 1, `steps` is below 1, or the records take more than 4 GiB.

    Examples
    --------
    >>> from oqnn.quantum_neurons import SQSNeuron, two_qubit_circuit
    >>> neuron = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, 0.4, 1.3))
    >>> found = memory_horizon(neuron, [[0.0], [0.5]], 3)
    >>> found.lags
    array([0, 1, 2])
    """
    kernel = law_kernel_of(neuron)
    check_integer(steps, "steps")
    z = np.asarray(levels, dtype=float)
    check_shapes(levels=(z, f"L {neuron.n_io}"))
    check_finite(z, "levels")
    if len(z) == 0:
        raise ValueError("`levels` must hold a current, but are empty.")
    q = np.full(len(z), 1 / len(z)) if probabilities is None else probabilities
    q = np.asarray(q, dtype=float)
    check_shapes(levels=(z, f"L {neuron.n_io}"), probabilities=(q, "L"))
    check_law(q, "probabilities")
    L, S = len(z), 2**neuron.n_io
    check_size(kernel, neuron.parameters, L**steps, steps)

    symbols = np.indices((L,) * steps).reshape(steps, -1).T  # (L**T, T)
    law = spike_train_law(neuron, z[symbols]).reshape(L**steps, -1, S)
    law = np.maximum(law, 0)  # below zero by rounding alone, where there is noise
    joint = q[symbols].prod(axis=1)[:, None, None] * law  # inputs, s_{<T}, s_T
    last = joint.reshape(L**steps, -1, min(S, joint.shape[1]), S).sum(axis=1)
    return MemoryHorizon(
        lags=np.arange(steps),
        unread=np.array([_about(joint.sum(1), L, k) for k in range(steps)]),
        given_last_spike=np.array([_about(last, L, k) for k in range(steps)]),
        given_record=np.array([_about(joint, L, k) for k in range(steps)]),
    )


def _about(joint: np.ndarray, L: int, lag: int) -> float:
    """Return the information about one input, of a joint law (L**T, ..., S)."""
    S = joint.shape[-1]
    split = joint.reshape(-1, L, L**lag * joint[0].size // S, S)
    return conditional_information(split.sum(axis=0))
