"""What the memory of a neuron knows about its input, and how pure it is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import rel_entr

from ...measures import purity, von_neumann_entropy
from ..neurons.sqs import SQSNeuron
from .spike_trains import as_ensemble, check_size, rounding_of

if TYPE_CHECKING:
    from ..neurons.model import NeuronKernel

__all__ = ["MemoryInformation", "memory_information", "unread_memory"]


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class MemoryInformation:
    """Information about the input after every step, in nats, and purities.

    Nothing exceeds the entropy of the input. Those who keep the spikes and can measure
    the memory know at most `spikes` + `read`, those who lost the spikes `unread`.
    """

    spikes: np.ndarray  # (T,), of input and spikes so far
    read: np.ndarray  # (T,), Holevo's χ of the memory for a known record, averaged
    unread: np.ndarray  # (T,), χ of the memory where the record is not known
    purity_read: np.ndarray  # (T,), of the memory given input and record, averaged
    purity_unread: np.ndarray  # (T,), of the memory given the input, averaged
    purity_mixed: np.ndarray  # (T,), of the memory given neither


def memory_information(
    neuron: SQSNeuron, currents: ArrayLike, probabilities: ArrayLike | None = None
) -> MemoryInformation:
    r"""Return what the quantum memory and the spikes know about a random input.

    An input :math:`x` of probability q(x) gives a record r and leaves the memory in
    :math:`\rho_{xr}`. Holevo's quantity bounds what any measurement of the memory tells
    about the input,

    .. math:: \chi = S\Bigl(\sum_x q_x \rho_x\Bigr) - \sum_x q_x S(\rho_x),

    of states :math:`\rho_x = \sum_r p(r|x)\rho_{xr}` where nobody read the spikes, and
    of :math:`\rho_{xr}` with :math:`q(x|r)` where the record is known, averaged over
    records.

    Parameters
    ----------
    neuron : SQSNeuron
        With noise or without.
    currents : shape (X, T, N)
        Input sequences.
    probabilities : shape (X,), optional
        q, equal ones unless given.

    Returns
    -------
    MemoryInformation
        After each of the T steps. Exact: all 2^{NT} records are summed, but those of
        probabilities below 1e-28, or 1e-14 with noise, which are rounding.

    Raises
    ------
    TypeError
        If `neuron` is no SQSNeuron.
    ValueError
        If the arguments have wrong shapes, `currents` are not finite, `probabilities`
        do not sum to 1, or all records take more than 4 GiB.

    Examples
    --------
    The memory takes over the input: two pure states with overlap cos(π z/2).

    >>> from oqnn.quantum_neurons import Circuit, Gate, SQSNeuron
    >>> swap = Circuit(n_qubits=2, gates=[Gate("swap", (0, 1))], parameters=[])
    >>> neuron = SQSNeuron(1, 1, circuit=swap)
    >>> found = memory_information(neuron, [[[0.0]], [[0.4]]])
    >>> found.unread.round(4), found.spikes
    (array([0.3151]), array([0.]))
    """
    kernel = quantum_kernel(neuron)
    z, q = as_ensemble(currents, probabilities, neuron.n_io)
    # the states of records, mixed over inputs, are matrices and four times there
    kept = 6 + 4 * 2**neuron.n_memory / len(z)
    check_size(kernel, neuron.parameters, len(z), z.shape[1], kept=kept)
    from .branches_jax import branch_states

    least = rounding_of(neuron)
    columns = [
        _after_step(q, np.where(given > least, given, 0), state)
        for given, state in branch_states(kernel, neuron.parameters, z)
    ]
    names = MemoryInformation.__dataclass_fields__
    return MemoryInformation(
        **dict(zip(names, np.array(columns).T.copy(), strict=True))
    )


def unread_memory(neuron: SQSNeuron, currents: ArrayLike) -> np.ndarray:
    """Return the memory's states after every step where nobody read the spikes.

    Parameters
    ----------
    neuron : SQSNeuron
        Of a memory with d levels, with noise or without.
    currents : shape (X, T, N)
        Input sequences.

    Returns
    -------
    shape (X, T, d, d)
        Density matrices; the first memory qubit is the most significant.

    Raises
    ------
    TypeError, ValueError
        As `memory_information`.
    """
    kernel = quantum_kernel(neuron)
    z, _ = as_ensemble(currents, None, neuron.n_io)
    check_size(kernel, neuron.parameters, len(z), z.shape[1], kept=6)
    from .branches_jax import branch_states

    least = rounding_of(neuron)
    states = [
        mixed(np.where(p > least, p, 0), state, "xij")
        for p, state in branch_states(kernel, neuron.parameters, z)
    ]
    return np.stack(states, axis=1)


def quantum_kernel(neuron: SQSNeuron) -> "NeuronKernel":
    """Return a kernel whose state is the memory, a ket (X, R, d) or ρ (X, R, d, d)."""
    if not isinstance(neuron, SQSNeuron):
        raise TypeError(
            f"`neuron` must be an SQSNeuron, but is {neuron!r}. Take the law of its "
            "spikes."
        )
    if neuron.noise is not None:
        return neuron.kernel
    from ..neurons.sqs_jax import StateVectorKernel

    # others compute the same law faster, from a state that is not written as amplitudes
    return StateVectorKernel(neuron.n_io, neuron.n_memory, tuple(neuron.circuit.gates))


def mixed(weights: np.ndarray, states: np.ndarray, axes: str) -> np.ndarray:
    """Return sums of weights (X, R) times states, kept axes "xij", "rij" or "ij"."""
    # states after a record without probability are not numbers
    states = np.where(
        weights.reshape(*weights.shape, *(1,) * (states.ndim - 2)) > 0, states, 0
    )
    if states.ndim == 3:
        weighted = weights[..., None] * states
        return np.einsum(f"xri,xrj->{axes}", weighted, states.conj(), optimize=True)
    return np.einsum(f"xr,xrij->{axes}", weights, states, optimize=True)


def _after_step(q: np.ndarray, given: np.ndarray, states: np.ndarray) -> list[float]:
    """Return the fields of MemoryInformation for records (X, R) and their states."""
    joint = q[:, None] * given
    records, inputs = joint.sum(axis=0), mixed(given, states, "xij")
    unread = _holevo(q, inputs)
    known = records > 0
    by_record = mixed(joint, states, "rij")[known] / records[known, None, None]
    likely = joint > 0
    # pure states have no entropy: those of kets come out as rounding otherwise
    own = (
        0.0 if states.ndim == 3 else joint[likely] @ von_neumann_entropy(states[likely])
    )
    pure = 1.0 if states.ndim == 3 else joint[likely] @ purity(states[likely])
    return [
        float(rel_entr(joint, q[:, None] * records).sum()),
        float(records[known] @ von_neumann_entropy(by_record)) - own,
        unread,
        pure,
        float(q @ purity(inputs)),
        float(purity(np.tensordot(q, inputs, axes=1))),
    ]


def _holevo(q: np.ndarray, states: np.ndarray) -> float:
    """Return S(Σ q ρ) − Σ q S(ρ)."""
    whole = von_neumann_entropy(np.tensordot(q, states, axes=1))
    return float(whole - q @ von_neumann_entropy(states))
