"""Any unitary as rotations about y and z and controlled X gates."""

from typing import NamedTuple

import numpy as np
from scipy.linalg import cossin, schur

__all__ = ["Step", "steps_of_unitary"]


class Step(NamedTuple):
    """A gate ``ry``, ``rz`` or ``cx`` and the qubits that it acts on."""

    name: str
    angles: tuple[float, ...]
    qubits: tuple[int, ...]


def steps_of_unitary(U: np.ndarray, qubits: tuple[int, ...]) -> list[Step]:
    r"""Return gates whose product is a unitary, up to a common phase.

    The quantum Shannon decomposition [1]_: the cosine-sine decomposition leaves blocks
    on all qubits but the first, and rotations of the first one whose angle the others
    choose. With k qubits there are about :math:`4^k` gates of each kind.

    Parameters
    ----------
    U : shape (2**k, 2**k)
        Unitary, which is not checked.
    qubits : tuple of k int
        The first one is the most significant.

    References
    ----------
    .. [1] Shende, Bullock and Markov, IEEE Trans. CAD 25, 1000 (2006), theorem 13.

    Examples
    --------
    >>> steps_of_unitary(np.array([[0, -1], [1, 0]]), (3,))
    [Step(name='rz', angles=(0.0,), qubits=(3,)),
     Step(name='ry', angles=(3.14...,), qubits=(3,)),
     Step(name='rz', angles=(0.0,), qubits=(3,))]
    """
    if len(qubits) == 1:
        return _one_qubit(U, qubits)
    half = len(U) // 2
    left, angles, right = cossin(U, p=half, q=half, separate=True)
    return [
        *_two_blocks(right[0], right[1], qubits),
        *_chosen_rotation("ry", 2 * angles, qubits[0], qubits[1:]),
        *_two_blocks(left[0], left[1], qubits),
    ]


def _one_qubit(U: np.ndarray, qubits: tuple[int, ...]) -> list[Step]:
    """Return R_Z(φ) R_Y(θ) R_Z(λ), of which λ acts first."""
    U = U / np.sqrt(np.linalg.det(U).astype(complex))
    theta = 2 * np.arctan2(abs(U[1, 0]), abs(U[1, 1]))
    half_sum, half_difference = np.angle(U[1, 1]), np.angle(U[1, 0])
    turns = (
        ("rz", half_sum - half_difference),
        ("ry", theta),
        ("rz", half_sum + half_difference),
    )
    return [Step(name, (float(angle),), qubits) for name, angle in turns]


def _two_blocks(A: np.ndarray, B: np.ndarray, qubits: tuple[int, ...]) -> list[Step]:
    """Return A where the first qubit is |0⟩ and B where it is |1⟩.

    A = V D W and B = V D† W, with D² the eigenvalues of A B†.
    """
    square, V = schur(A @ B.conj().T, output="complex")
    D = np.sqrt(np.diag(square))
    W = D[:, None] * (V.conj().T @ B)
    return [
        *steps_of_unitary(W, qubits[1:]),
        *_chosen_rotation("rz", -2 * np.angle(D), qubits[0], qubits[1:]),
        *steps_of_unitary(V, qubits[1:]),
    ]


def _chosen_rotation(
    name: str, angles: np.ndarray, target: int, controls: tuple[int, ...]
) -> list[Step]:
    """Return a rotation about y or z whose angle the state of other qubits chooses."""
    if not controls:
        return [Step(name, (float(angles[0]),), (target,))]
    zero, one = np.split(angles, 2)
    flip = Step("cx", (), (controls[0], target))
    return [
        *_chosen_rotation(name, (zero + one) / 2, target, controls[1:]),
        flip,  # X R(θ) X = R(−θ)
        *_chosen_rotation(name, (zero - one) / 2, target, controls[1:]),
        flip,
    ]
