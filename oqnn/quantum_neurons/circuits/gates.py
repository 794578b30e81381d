"""Gates of a neuron's circuit: rotations with a parameter, and fixed unitaries."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import final

import numpy as np

from ..._core.checks import check_finite, check_integer

__all__ = ["FIXED", "GENERATORS", "Gate"]

_X = np.array([[0, 1], [1, 0]], dtype=complex)
_Y = np.array([[0, -1j], [1j, 0]])
_Z = np.diag([1.0 + 0j, -1])
_PAULIS = {"x": _X, "y": _Y, "z": _Z}
_ONE = np.diag([0.0 + 0j, 1])  # |1⟩⟨1|

#: G of every rotation exp(−iθG/2), G³ = G; the first qubit controls.
GENERATORS = MappingProxyType(
    {f"r{p}": matrix for p, matrix in _PAULIS.items()}
    | {f"cr{p}": np.kron(_ONE, matrix) for p, matrix in _PAULIS.items()}
    | {f"r{p}{p}": np.kron(matrix, matrix) for p, matrix in _PAULIS.items()}
)

#: Unitaries without a parameter.
FIXED = MappingProxyType(
    _PAULIS
    | {
        "h": (_X + _Z) / np.sqrt(2),
        "s": np.diag([1, 1j]),
        "t": np.diag([1, np.exp(0.25j * np.pi)]),
        "cx": np.eye(4, dtype=complex)[[0, 1, 3, 2]],
        "cz": np.diag([1.0 + 0j, 1, 1, -1]),
        "swap": np.eye(4, dtype=complex)[[0, 2, 1, 3]],
    }
)


@final
@dataclass(frozen=True, eq=False)  # equal by value, see below
class Gate:
    r"""One gate of a circuit.

    Rotations are :math:`e^{-i\theta G/2}` with a Pauli matrix G (``rx``, ``ry``,
    ``rz``), a product of two (``rxx``, ``ryy``, ``rzz``), or a Pauli matrix on the
    second qubit where the first is |1⟩ (``crx``, ``cry``, ``crz``). Gates without a
    parameter are ``x``, ``y``, ``z``, ``h``, ``s``, ``t``, ``cx``, ``cz``, ``swap`` and
    ``unitary``, whose matrix is given.

    Parameters
    ----------
    name : str
        One of the names above.
    qubits : tuple of int
        What it acts on, the control first; the first is the most significant in
        `matrix`.
    parameter : int, optional
        Index of a rotation's angle among the circuit's parameters. Several gates may
        share one.
    matrix : shape (2**k, 2**k), optional
        Of a ``unitary`` on k qubits.

    Raises
    ------
    ValueError
        If the name is unknown, the number of qubits does not fit, a qubit comes twice,
        a rotation lacks its parameter or another gate has one, or `matrix` is not
        unitary.

    Examples
    --------
    >>> Gate("crx", (1, 0), parameter=2).qubits
    (1, 0)
    """

    name: str
    qubits: tuple[int, ...]
    parameter: int | None = None
    matrix: np.ndarray | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.qubits, Iterable):
            raise TypeError(
                f"`qubits` must be a tuple of integers, but is {self.qubits!r}. Try "
                f"({self.qubits},)."
            )
        object.__setattr__(self, "qubits", tuple(self.qubits))
        for qubit in self.qubits:
            check_integer(qubit, "qubits", least=0)
        if len(set(self.qubits)) < len(self.qubits):
            raise ValueError(f"`qubits` must differ, but are {self.qubits}.")
        if self.name not in (*GENERATORS, *FIXED, "unitary"):
            raise ValueError(
                f"`name` must be one of {', '.join([*GENERATORS, *FIXED, 'unitary'])}, "
                f"but is {self.name!r}."
            )
        self._check_parameter()
        self._check_matrix()
        size = 2 ** len(self.qubits)
        if self.fixed_or_generator.shape != (size, size):
            raise ValueError(
                f"`qubits` must be {self.fixed_or_generator.shape[0].bit_length() - 1} "
                f"for {self.name}, but are {self.qubits}."
            )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Gate) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple:
        """What tells gates apart, so that compiled programs are found again."""
        matrix = None if self.matrix is None else self.matrix.tobytes()
        return self.name, self.qubits, self.parameter, matrix

    @property
    def fixed_or_generator(self) -> np.ndarray:
        """Unitary of a gate without a parameter, or G of a rotation."""
        if self.matrix is not None:
            return self.matrix
        return GENERATORS[self.name] if self.is_rotation else FIXED[self.name]

    @property
    def is_rotation(self) -> bool:
        """Whether the gate has an angle."""
        return self.name in GENERATORS

    def matrix_at(self, parameters: np.ndarray) -> np.ndarray:
        """Return the gate's unitary for the circuit's angles (p,), (2**k, 2**k)."""
        G = self.fixed_or_generator
        if self.parameter is None:
            return G
        half = parameters[self.parameter] / 2
        return np.eye(len(G)) + (np.cos(half) - 1) * G @ G - 1j * np.sin(half) * G

    def _check_parameter(self) -> None:
        if self.is_rotation != (self.parameter is not None):
            raise ValueError(
                "`parameter` must be the index of a rotation's angle, and None for "
                f"other gates, but is {self.parameter} for {self.name}."
            )
        if self.parameter is not None:
            check_integer(self.parameter, "parameter", least=0)

    def _check_matrix(self) -> None:
        if (self.name == "unitary") != (self.matrix is not None):
            raise ValueError(
                "`matrix` must be given for `unitary` and for no other gate, but the "
                f"gate is {self.name}."
            )
        if self.matrix is None:
            return
        matrix = np.array(self.matrix, dtype=complex)
        check_finite(matrix, "matrix")
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
            raise ValueError(f"`matrix` must be square, but has shape {matrix.shape}.")
        if len(matrix) < 2 or len(matrix) & (len(matrix) - 1):
            raise ValueError(
                "`matrix` must act on qubits, so that its size is a power of two, but "
                f"its size is {len(matrix)}."
            )
        gap = np.abs(matrix @ matrix.conj().T - np.eye(len(matrix))).max()
        if not gap <= 1e-10:
            raise ValueError(
                f"`matrix` must be unitary, but U U† differs from 1 by {gap:.3g}."
            )
        matrix.flags.writeable = False  # gates are compared and hashed by it
        object.__setattr__(self, "matrix", matrix)
