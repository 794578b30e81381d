"""Gates of a circuit as unitaries on all its qubits."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._core.checks import HERMITIAN_TOLERANCE, check_finite, check_integer
from ..._core.qobj import as_operator, is_qobj
from ..solvers.memory_limit import check_memory

__all__ = ["circuit_unitaries", "reset_jumps"]


def circuit_unitaries(gates: Sequence[Any], n_qubits: int | None) -> np.ndarray:
    """Return the gates as unitaries (T, 2^q, 2^q), the first one first.

    Parameters
    ----------
    gates : sequence of matrices, Qobj, or pairs (matrix, qubits)
        A pair acts on some qubits, counted from 0, in the order of its matrix.
    n_qubits : int, optional
        Number q of qubits; by default that of a gate which is no pair.

    Raises
    ------
    TypeError
        If `gates` is no sequence, or a gate no matrix of numbers.
    ValueError
        If there are no gates, `n_qubits` is needed, a gate does not fit, is not
        unitary, or names no or equal qubits, or the unitaries do not fit in memory.
    """
    if is_qobj(gates) or not isinstance(gates, Sequence | np.ndarray):
        raise TypeError(
            f"`gates` must be a sequence of gates, but is a {type(gates).__name__}."
        )
    if len(gates) == 0:
        raise ValueError("`gates` must hold at least one gate, but is empty.")
    parsed = [_parse(gate, f"gates[{k}]") for k, gate in enumerate(gates)]
    q = _count(parsed, n_qubits)
    check_memory(
        64.0 * len(parsed) * 4**q,
        f"`gates` asks for {len(parsed)} unitaries of {q} qubits, which",
        "Use fewer qubits.",
    )
    return np.array(
        [
            _on_all(U, tuple(range(q)) if qubits is None else qubits, q, f"gates[{k}]")
            for k, (U, qubits) in enumerate(parsed)
        ]
    )


def reset_jumps(initial: Sequence[int]) -> np.ndarray:
    """Return |b⟩⟨1 − b| on each qubit, for its bit b, shape (q, 2^q, 2^q)."""
    jumps = []
    for k, bit in enumerate(initial):
        one = np.eye(2)[:, [bit]] @ np.eye(2)[[1 - bit]]
        rest = np.eye(2 ** (len(initial) - k - 1))
        jumps.append(np.kron(np.kron(np.eye(2**k), one), rest))
    return np.array(jumps)


Gate = tuple[np.ndarray, tuple[int, ...] | None]


def _parse(gate: Any, name: str) -> Gate:
    """Return a unitary and its qubits, None for all of them."""
    qubits = None
    if isinstance(gate, tuple) and len(gate) == 2:
        first, second = gate
        if is_qobj(first) or np.ndim(first) == 2:  # else a matrix written as tuples
            gate = first
            qubits = tuple(np.atleast_1d(np.asarray(second, dtype=object)).tolist())
            for qubit in qubits:
                check_integer(qubit, name, least=0)
    U = as_operator(gate, name)
    size = U.shape[0] if U.ndim == 2 else 0
    if U.shape != (size, size) or size < 2 or size & (size - 1):
        raise ValueError(
            f"`{name}` must be a square matrix of size 2, 4, 8, …, but has shape "
            f"{U.shape}."
        )
    check_finite(U, name)
    gap = np.abs(U @ U.conj().T - np.eye(size)).max()
    if not gap <= HERMITIAN_TOLERANCE:
        raise ValueError(f"`{name}` must be unitary, but is off by {gap:.3g}.")
    return U, qubits


def _count(gates: list[Gate], n_qubits: int | None) -> int:
    """Return the number of qubits."""
    if n_qubits is not None:
        check_integer(n_qubits, "n_qubits")
        return int(n_qubits)
    for U, qubits in gates:
        if qubits is None:
            return len(U).bit_length() - 1
    raise ValueError(
        "`n_qubits` must be given where every gate names its qubits, but is absent."
    )


def _on_all(U: np.ndarray, qubits: tuple[int, ...], q: int, name: str) -> np.ndarray:
    """Return U on some qubits, times the identity on the others, (2^q, 2^q)."""
    fits = len(set(qubits)) == len(qubits) and max(qubits, default=q) < q
    if not fits or len(U) != 2 ** len(qubits):
        raise ValueError(
            f"`{name}` must act on different ones of {q} qubits, as many as its size "
            f"asks for, but has size {len(U)} and qubits {list(qubits)}."
        )
    order = [*qubits, *(k for k in range(q) if k not in qubits)]
    whole = np.kron(U, np.eye(2 ** (q - len(qubits)))).reshape((2,) * (2 * q))
    places = np.argsort(order)  # the axis at which each qubit stands
    return whole.transpose([*places, *(places + q)]).reshape(2**q, 2**q)
