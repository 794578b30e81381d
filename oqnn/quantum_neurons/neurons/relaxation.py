"""The memory of an SQS neuron along time, and how it forgets."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.bases import from_coordinates
from ..._core.checks import check_density_matrix, check_shapes
from ..._core.qobj import as_state
from ..._core.stacking import unvec, vec
from .channels import maps_of, memory_transfer
from .inputs import as_currents
from .patterns import spikes_of

if TYPE_CHECKING:
    from .sqs import SQSNeuron

__all__ = [
    "MemoryEvolution",
    "evolve_memory",
    "memory_spectrum",
    "memory_time",
    "stationary_memory",
]

UNIT = 1e-9  # distance of an eigenvalue from 1, or from 0, that is rounding


@final
@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class MemoryEvolution:
    """The memory of a neuron whose spikes nobody keeps, and how often it spikes."""

    states: np.ndarray  # (T + 1, d, d); before the first step, and after each
    laws: np.ndarray  # (T, 2**N) of the patterns at each step, whatever came before
    spikes: np.ndarray  # (T, N), probability of a spike on each wire


def evolve_memory(
    neuron: "SQSNeuron", currents: ArrayLike, *, start: ArrayLike | None = None
) -> MemoryEvolution:
    """Return the memory along time, averaged over all records, exactly.

    The sum over the 2**(N T) records costs no more than T applications of a map.

    Parameters
    ----------
    neuron : SQSNeuron
    currents : shape (T, N)
    start : Qobj or shape (d, d) or (d,), optional
        State of the memory before the first step; |0…0⟩ unless given.

    Returns
    -------
    MemoryEvolution
        States, and the spikes' marginal laws.

    Raises
    ------
    ValueError
        If shapes disagree, currents are not finite, `start` is no state, or the maps do
        not fit into memory.

    Examples
    --------
    >>> from oqnn.quantum_neurons import SQSNeuron, two_qubit_circuit
    >>> neuron = SQSNeuron(1, 1, two_qubit_circuit(0.9, 0.4, 1.3))
    >>> evolve_memory(neuron, np.full((3, 1), 0.3)).states.shape
    (4, 2, 2)
    """
    z, d = as_currents(currents, neuron.n_io), 2**neuron.n_memory
    check_shapes(currents=(z, f"T {neuron.n_io}"))
    rho = as_state(np.eye(d)[0] if start is None else start, "start")
    check_shapes(start=(rho, f"{d} {d}"))
    check_density_matrix(rho, "start")
    maps = maps_of(neuron)
    states, laws = [vec(rho)], []
    for current in z:
        branches = maps(current) @ states[-1]  # (2**N, d²)
        laws.append(np.trace(unvec(branches, d), axis1=-2, axis2=-1).real)
        states.append(branches.sum(axis=0))
    wires = spikes_of(np.arange(2**neuron.n_io), neuron.n_io)
    return MemoryEvolution(
        states=unvec(np.array(states), d),
        laws=np.array(laws),
        spikes=np.array(laws) @ wires,
    )


def memory_spectrum(neuron: "SQSNeuron", current: ArrayLike) -> np.ndarray:
    """Return the eigenvalues of the memory's channel at a constant current.

    Deviations from a stationary state are multiplied by them at every step.

    Parameters
    ----------
    neuron : SQSNeuron
    current : shape (N,)

    Returns
    -------
    shape (d²,), complex
        By decreasing modulus; the first is 1.
    """
    values = np.linalg.eigvals(memory_transfer(neuron, _one(current, neuron)))
    sizes = np.abs(values).round(9)  # 1 comes before other numbers of modulus 1
    return values[np.lexsort([values.imag, -values.real, -sizes])]


def memory_time(neuron: "SQSNeuron", current: ArrayLike) -> float:
    r"""Return the steps after which the memory has forgotten, at a constant current.

    :math:`-1/\ln|\lambda_2|` of the second largest eigenvalue of the channel, infinite
    where something is kept for ever and zero where one step erases all.

    Parameters
    ----------
    neuron : SQSNeuron
    current : shape (N,)

    Examples
    --------
    >>> from oqnn.quantum_neurons import SQSNeuron, two_qubit_circuit
    >>> memory_time(SQSNeuron(1, 1, two_qubit_circuit(0, 0.4, 1.3)), [0.2])
    inf
    """
    sizes = np.abs(memory_spectrum(neuron, current))[1:]
    if not sizes.size or sizes[0] <= UNIT:
        return 0.0
    return float("inf") if sizes[0] > 1 - UNIT else float(-1 / np.log(sizes[0]))


def stationary_memory(neuron: "SQSNeuron", current: ArrayLike) -> np.ndarray:
    """Return the only stationary state of the memory at a constant current.

    Parameters
    ----------
    neuron : SQSNeuron
    current : shape (N,)

    Returns
    -------
    shape (d, d)

    Raises
    ------
    ValueError
        If there are several.
    """
    transfer = memory_transfer(neuron, _one(current, neuron))
    _, sizes, rows = np.linalg.svd(transfer - np.eye(len(transfer)))
    count = int((sizes <= UNIT).sum())
    if count != 1:
        raise ValueError(
            f"`neuron` must have one stationary memory, but has {count} that are "
            "linearly independent: part of the start is kept for ever. Take "
            "`evolve_memory`."
        )
    rho = from_coordinates(rows[-1])
    return rho / np.trace(rho).real


def _one(current: ArrayLike, neuron: "SQSNeuron") -> np.ndarray:
    """Return the currents of one step, shape (N,)."""
    z = np.asarray(current, dtype=float)
    check_shapes(current=(z, f"{neuron.n_io}"))
    return z
