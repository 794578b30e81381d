"""Unitary gates by name, and on chosen qubits of a register."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_integer
from ..._core.qobj import as_operator

if TYPE_CHECKING:
    import qutip

__all__ = ["GATES", "gate_unitary"]

TOLERANCE = 1e-10
GATES = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
    "H": np.array([[1, 1], [1, -1]]) / np.sqrt(2),
    "S": np.diag([1, 1j]),
    "T": np.diag([1, np.exp(0.25j * np.pi)]),
    "CNOT": np.eye(4)[[0, 1, 3, 2]],
    "CZ": np.diag([1, 1, 1, -1]),
    "SWAP": np.eye(4)[[0, 2, 1, 3]],
    "TOFFOLI": np.eye(8)[[0, 1, 2, 3, 4, 5, 7, 6]],
}
for _matrix in GATES.values():
    _matrix.setflags(write=False)


def gate_unitary(
    gate: "str | qutip.Qobj | ArrayLike",
    n_qubits: int,
    qubits: int | Sequence[int] | None = None,
) -> np.ndarray:
    """Return the matrix of a gate on some of n qubits.

    Parameters
    ----------
    gate : str, Qobj, or shape (2**k, 2**k)
        One of ``GATES``, as ``"CNOT"``, or any unitary matrix.
    n_qubits : int
        Number n of qubits of the register; qubit 0 comes first in Kronecker products.
    qubits : int or sequence of int, optional
        The k qubits of the gate, in its order, so controls first. By default all n.

    Returns
    -------
    np.ndarray
        Shape (2**n, 2**n).

    Raises
    ------
    TypeError, ValueError
        If the name is not known, the matrix is not square of a size 2**k, not finite
        or not unitary to 1e-10, or the qubits are not k different ones of the register.

    Examples
    --------
    >>> gate_unitary("CNOT", 2, [1, 0]).argmax(axis=0)  # qubit 1 controls
    array([0, 3, 2, 1])
    """
    check_integer(n_qubits, "n_qubits")
    matrix = _matrix_of(gate)
    chosen = _as_qubits(qubits, n_qubits, len(matrix).bit_length() - 1)
    rest = [q for q in range(n_qubits) if q not in chosen]
    whole = np.kron(matrix, np.eye(2 ** len(rest)))
    # Axis i of the tensor is qubit (chosen + rest)[i]; bring them into order.
    order = np.argsort([*chosen, *rest])
    tensor = whole.reshape((2,) * (2 * n_qubits))
    moved = tensor.transpose([*order, *(order + n_qubits)])
    return np.ascontiguousarray(moved).reshape(2**n_qubits, 2**n_qubits)


def _matrix_of(gate: Any) -> np.ndarray:
    """Look up a name, or check a matrix."""
    if isinstance(gate, str):
        if gate not in GATES:
            raise ValueError(
                f"`gate` must be one of {', '.join(GATES)} or a unitary matrix, but is "
                f"{gate!r}."
            )
        return GATES[gate]
    matrix = as_operator(gate, "gate")
    size = len(matrix) if matrix.ndim else 0
    if matrix.shape != (size, size) or size < 2 or size & (size - 1):
        raise ValueError(
            f"`gate` must have shape (2**k, 2**k), but has shape {matrix.shape}."
        )
    check_finite(matrix, "gate")
    gap = np.abs(matrix @ matrix.conj().T - np.eye(size)).max()
    if gap > TOLERANCE:
        raise ValueError(
            f"`gate` must be unitary, but U U† differs from 1 by {gap:.3g}."
        )
    return matrix


def _as_qubits(
    qubits: int | Sequence[int] | None, n_qubits: int, size: int
) -> list[int]:
    """Return the qubits of a gate of k of them, all by default."""
    if qubits is None:
        qubits = range(n_qubits)
    chosen = list(np.atleast_1d(np.asarray(qubits, dtype=object)))
    for qubit in chosen:
        check_integer(qubit, "qubits", least=0)
    if len(chosen) != size or len(set(chosen)) != size or max(chosen) >= n_qubits:
        raise ValueError(
            f"`qubits` must be {size} different ones of 0 to {n_qubits - 1}, as the "
            f"gate has {size}, but are {', '.join(map(str, chosen))}."
        )
    return [int(qubit) for qubit in chosen]
