r"""Probabilities of a record where one gate at one time is turned by another angle.

With unnormalised memories :math:`m_t = A_t \cdots A_1 |0\rangle` of the record and
effects :math:`E_t = A_{t+1}^\dagger \cdots A_T^\dagger A_T \cdots A_{t+1}` of what
follows, a run that differs at step t alone has the probability
:math:`\langle\tilde m_t| E_t |\tilde m_t\rangle`: no run is repeated as a whole.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import numpy as np

from ..circuits.gates import Gate
from ..neurons.sqs import SQSNeuron
from .shift_rules import TWO_TERMS, rule_of, turned

__all__ = ["ShiftedRuns", "shifted_runs"]

Bound = tuple[np.ndarray, tuple[int, ...]]  # a gate's matrix, and its qubits
Taken = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class ShiftedRuns:
    """Every run that the shift rules of one record ask for."""

    squares: np.ndarray  # (T,) probabilities of the record's first 1, 2, …, T steps
    probabilities: np.ndarray  # (R,) of the record in each shifted run
    weights: np.ndarray  # (R,) of the run in its derivative
    targets: np.ndarray  # (R,) index among the parameters, then the currents (T, N)


def shifted_runs(
    neuron: SQSNeuron, currents: np.ndarray, patterns: np.ndarray
) -> ShiftedRuns:
    """Return the shifted runs of currents (T, N) and a record's patterns (T,)."""
    angles = np.pi * np.maximum(currents, 0)
    gates = [_bound(gate, neuron.parameters) for gate in neuron.circuit.gates]
    memories, effects = _around(neuron, gates, _encoded(angles), patterns)

    def taken(vectors: np.ndarray) -> np.ndarray:
        """Return the record's probabilities (T,) for what is measured at each step."""
        split = vectors.reshape(len(patterns), 2**neuron.n_io, -1)
        chosen = split[np.arange(len(patterns)), patterns]
        return np.einsum("ta,tab,tb->t", chosen.conj(), effects, chosen).real

    runs = _of_gates(neuron, gates, _joint(_encoded(angles), memories[:-1]), taken)
    for wire in range(neuron.n_io):
        steps = np.flatnonzero(currents[:, wire] > 0)
        targets = len(neuron.parameters) + steps * neuron.n_io + wire
        for shift, weight in TWO_TERMS if len(steps) else ():
            other = angles.copy()
            other[:, wire] += shift  # each step is a run of its own
            found = _joint(_encoded(other), memories[:-1])
            chances = taken(_through(gates, neuron.circuit.n_qubits, found))[steps]
            runs += zip(chances, [np.pi * weight] * len(steps), targets, strict=True)
    columns = np.array(runs).reshape(-1, 3).T
    return ShiftedRuns(
        squares=(np.abs(memories[1:]) ** 2).sum(axis=-1),
        probabilities=columns[0],
        weights=columns[1],
        targets=columns[2].astype(int),
    )


def _of_gates(
    neuron: SQSNeuron, gates: list[Bound], vectors: np.ndarray, taken: Taken
) -> list[tuple[float, float, int]]:
    """Return probability, weight and target of every shifted gate at every step."""
    n, runs = neuron.circuit.n_qubits, []
    for place, gate in enumerate(neuron.circuit.gates):
        if gate.parameter is not None:
            for shift, weight in rule_of(gate):
                angle = neuron.parameters[gate.parameter] + shift
                found = _apply((turned(gate, angle), gate.qubits), n, vectors)
                chances = taken(_through(gates[place + 1 :], n, found))
                runs += [(chance, weight, gate.parameter) for chance in chances]
        vectors = _apply(gates[place], n, vectors)
    return runs


def _around(
    neuron: SQSNeuron, gates: list[Bound], starts: np.ndarray, patterns: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return unnormalised memories (T + 1, d), and effects (T, d, d) of later steps."""
    size, d = 2**neuron.circuit.n_qubits, 2**neuron.n_memory
    columns = _through(gates, neuron.circuit.n_qubits, np.eye(size, dtype=complex))
    blocks = columns.T.reshape(-1, d, size // d, d)  # s, a, io, b
    A = np.einsum("takb,tk->tab", blocks[patterns], starts)
    memories, effects = [np.eye(d, dtype=complex)[0]], [np.eye(d, dtype=complex)]
    for one in A:
        memories.append(one @ memories[-1])
    for one in A[:0:-1]:
        effects.append(one.conj().T @ effects[-1] @ one)
    return np.array(memories), np.array(effects[::-1])


def _encoded(angles: np.ndarray) -> np.ndarray:
    """Return ⊗ R_X(angle)|0⟩ of angles (T, N), shape (T, 2**N)."""
    qubits = np.stack([np.cos(angles / 2) + 0j, -1j * np.sin(angles / 2)], axis=-1)
    return reduce(_joint, np.moveaxis(qubits, 1, 0))


def _joint(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return Kronecker products of rows."""
    return (first[:, :, None] * second[:, None]).reshape(len(first), -1)


def _bound(gate: Gate, parameters: np.ndarray) -> Bound:
    """Return a gate's matrix for these angles."""
    if gate.parameter is None:
        return gate.fixed_or_generator, gate.qubits
    return turned(gate, parameters[gate.parameter]), gate.qubits


def _through(gates: list[Bound], n_qubits: int, vectors: np.ndarray) -> np.ndarray:
    """Return vectors (T, 2**n) after all gates."""
    for gate in gates:
        vectors = _apply(gate, n_qubits, vectors)
    return vectors


def _apply(gate: Bound, n_qubits: int, vectors: np.ndarray) -> np.ndarray:
    """Return vectors (T, 2**n) after a gate."""
    matrix, qubits = gate
    axes = [1 + q for q in qubits]
    last = list(range(1 + n_qubits - len(axes), 1 + n_qubits))
    psi = np.moveaxis(vectors.reshape(-1, *(2,) * n_qubits), axes, last)
    after = (psi.reshape(len(psi), -1, len(matrix)) @ matrix.T).reshape(psi.shape)
    return np.moveaxis(after, last, axes).reshape(len(psi), -1)
