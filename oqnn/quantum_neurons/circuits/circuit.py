"""Parameterised circuits on the qubits of one neuron."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_integer, check_shapes
from .gates import Gate

__all__ = ["Circuit", "two_qubit_circuit"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class Circuit:
    r"""Gates in the order in which they act, and the angles of their rotations.

    :math:`V(\theta) = U_G \cdots U_2 U_1`. Qubit 0 is the most significant one of a
    basis state's index.

    Parameters
    ----------
    n_qubits : int
    gates : sequence of Gate
    parameters : shape (p,), rad
        θ; every index below p is used by some gate.

    Raises
    ------
    ValueError
        If a gate acts on a qubit that is not there, `parameters` has another length
        than the gates need, or an angle is not finite.

    Examples
    --------
    >>> circuit = Circuit(
    ...     n_qubits=2,
    ...     gates=[Gate("ry", (0,), parameter=0), Gate("cx", (0, 1))],
    ...     parameters=[np.pi / 2],
    ... )
    >>> (np.abs(circuit.unitary()[:, 0]) ** 2).round(3)
    array([0.5, 0. , 0. , 0.5])
    """

    n_qubits: int
    gates: Sequence[Gate]
    parameters: np.ndarray  # (p,)

    def __post_init__(self) -> None:
        check_integer(self.n_qubits, "n_qubits")
        object.__setattr__(self, "gates", tuple(self.gates))
        for gate in self.gates:
            if not isinstance(gate, Gate):
                raise TypeError(f"`gates` must hold Gate objects, but holds {gate!r}.")
            if max(gate.qubits) >= self.n_qubits:
                raise ValueError(
                    f"`gates` must act on qubits below {self.n_qubits}, but "
                    f"{gate.name} acts on {gate.qubits}."
                )
        parameters = np.array(self.parameters, dtype=float)
        check_shapes(parameters=(parameters, "p"))
        check_finite(parameters, "parameters")
        used = {gate.parameter for gate in self.gates if gate.is_rotation}
        if used != set(range(len(parameters))):
            raise ValueError(
                f"`parameters` must hold the angles {sorted(used)} that the gates "  # type: ignore[type-var]
                f"name, but holds {len(parameters)}."
            )
        parameters.flags.writeable = False
        object.__setattr__(self, "parameters", parameters)

    @property
    def n_parameters(self) -> int:
        """Number of angles."""
        return len(self.parameters)

    def with_parameters(self, parameters: ArrayLike) -> "Circuit":
        """Return the same gates with other angles, shape (p,)."""
        parameters = np.asarray(parameters, dtype=float)
        check_shapes(parameters=(parameters, f"{self.n_parameters}"))
        return replace(self, parameters=parameters)

    def unitary(self) -> np.ndarray:
        """Matrix V(θ), shape (2**n_qubits, 2**n_qubits)."""
        n = self.n_qubits
        V = np.eye(2**n, dtype=complex).reshape(*(2,) * n, -1)
        for gate in self.gates:
            k = len(gate.qubits)
            matrix = gate.matrix_at(self.parameters).reshape((2,) * (2 * k))
            V = np.tensordot(matrix, V, axes=(range(k, 2 * k), gate.qubits))
            V = np.moveaxis(V, range(k), gate.qubits)
        return V.reshape(2**n, 2**n)


def two_qubit_circuit(theta_mem: float, theta_in: float, theta_ent: float) -> Circuit:
    r"""Return the circuit of a neuron with one input-output and one memory qubit.

    .. math:: V = R_X^{\rm io}(\theta_{\rm in})\, R_X^{\rm mem}(\theta_{\rm mem})\,
              CR_X^{{\rm mem} \to {\rm io}}(\theta_{\rm ent})

    with the input-output qubit first [1]_, sec. 7.2 of our equations.

    Parameters
    ----------
    theta_mem, theta_in, theta_ent : float, rad
        Angles of the memory, of the input-output qubit and of the controlled rotation.

    References
    ----------
    .. [1] Chen, Rajendran and Simeone, *Stochastic quantum spiking neural networks
           with quantum memory and local learning* (2025).

    Examples
    --------
    >>> two_qubit_circuit(0.3, 0.5, 1.1).parameters
    array([0.3, 0.5, 1.1])
    """
    return Circuit(
        n_qubits=2,
        gates=[
            Gate("crx", (1, 0), parameter=2),
            Gate("rx", (1,), parameter=0),
            Gate("rx", (0,), parameter=1),
        ],
        parameters=np.array([theta_mem, theta_in, theta_ent], dtype=float),
    )
