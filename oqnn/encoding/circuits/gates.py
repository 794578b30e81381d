r"""Quantum gates as changes of classical probabilities.

A gate takes ρ(q) to :math:`U \rho U^\dagger`. A classical wave function q follows it by
a matrix M(q) that depends on q, by its choice of a law among those of the next state.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_integer, check_positive
from ..maps.classical_wave import law_from_wave, state_from_wave
from ..maps.correlation import CorrelationMap
from ..maps.law import Law
from ..realizability.gradient_route import descend_correlators
from ..realizability.least_change import least_change_correlators
from ..realizability.realize import realize_correlators
from .unitaries import gate_unitary

if TYPE_CHECKING:
    import qutip

__all__ = ["GateRealization", "realize_gate", "realize_gate_by_gradient"]

MOST_QUBITS = 3  # matrices of 8**n × 8**n


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class GateRealization:
    r"""A matrix M(q) that performs a gate on one classical wave function.

    Parameters
    ----------
    q : shape (8**n,)
        Wave function before the gate.
    matrix : shape (8**n, 8**n)
        M, such that M q is the wave function after the gate.
    losses : shape (k,)
        Loss of eq. (15), :math:`\|U\rho(q)U^\dagger - \rho(Mq)\|_F^2`, the last being
        that of `matrix`.
    """

    q: np.ndarray
    matrix: np.ndarray
    losses: np.ndarray

    @property
    def q_after(self) -> np.ndarray:
        """Wave function after the gate, M q."""
        return self.matrix @ self.q

    @property
    def loss(self) -> float:
        """Squared Frobenius distance between what M does and what the gate does."""
        return float(self.losses[-1])

    @property
    def before(self) -> np.ndarray:
        """Law before the gate, shape (8**n,)."""
        return law_from_wave(self.q)

    @property
    def after(self) -> np.ndarray:
        """Law after the gate, shape (8**n,)."""
        return law_from_wave(self.q_after)

    @property
    def moved(self) -> float:
        """Total variation ½ Σ|p' − p| of the two laws."""
        return float(np.abs(self.after - self.before).sum() / 2)

    @property
    def transport(self) -> np.ndarray:
        r"""Stochastic matrix T with p' = T p that moves as little as the laws allow.

        Column s holds the probabilities of the configurations that follow s: what both
        laws share stays, the rest goes where it lacks. Shape (8**n, 8**n).
        """
        before, after = self.before, self.after
        lacking = np.maximum(after - before, 0.0)
        stays = np.ones_like(before)
        np.divide(after, before, out=stays, where=before > after)
        share = lacking / lacking.sum() if lacking.any() else lacking
        return np.diag(stays) + np.outer(share, 1 - stays)


def realize_gate(
    gate: "str | qutip.Qobj | ArrayLike",
    q: ArrayLike,
    qubits: int | list[int] | None = None,
) -> GateRealization:
    r"""Perform a gate on a classical wave function exactly, by a rotation.

    The law p' after the gate is the one of `least_change_law`. With q' = ±√p' |q|, of
    the signs of q, M is the rotation by the angle
    :math:`\cos\theta = \sum \sqrt{p p'}` in the plane of q and q'.

    Parameters
    ----------
    gate : str, Qobj, or shape (2**k, 2**k)
        A name as ``"CNOT"``, or a unitary matrix.
    q : shape (8**n,)
        Wave function of one to three qubits.
    qubits : int or sequence of int, optional
        The qubits of the gate; see `gate_unitary`.

    Returns
    -------
    GateRealization
        ``matrix`` orthogonal with determinant 1, ``loss`` 0 but for rounding.

    Raises
    ------
    TypeError, ValueError
        If `q` is no wave function of one to three qubits, the gate is not one of
        them, or it takes ρ(q) to what no law realizes. The message then holds the
        inequality that forbids it.
    ConvergenceError
        If the linear programs are not solved.

    Notes
    -----
    M depends on q, so that q ↦ M(q) q is not linear. No one matrix does for all q:
    CNOT takes a product state to :math:`(|00\rangle + e^{i\pi/4}|11\rangle)/\sqrt2`,
    which has no law at all.

    Examples
    --------
    >>> from oqnn.encoding import realize
    >>> q = np.sqrt(realize([0.6, 0.8j]).law.dense())
    >>> found = realize_gate("H", q)
    >>> found.loss < 1e-20
    True
    """
    q, chi = _target(gate, q, qubits)
    found = realize_correlators(chi)
    if found.inequality is not None:
        raise ValueError(
            "`gate` must take the state to one that spins can carry, but that violates "
            f"{found.inequality}. `realize_gate_by_gradient` comes near to it."
        )
    spins = CorrelationMap(chi.ndim).configurations
    before = Law(configurations=spins, probabilities=law_from_wave(q))
    after = least_change_correlators(before, chi).dense()
    matrix = _rotation(q, np.where(q < 0, -1, 1) * np.sqrt(after))
    return GateRealization(q=q, matrix=matrix, losses=_loss(matrix @ q, chi)[None])


def realize_gate_by_gradient(
    gate: "str | qutip.Qobj | ArrayLike",
    q: ArrayLike,
    qubits: int | list[int] | None = None,
    *,
    learning_rate: float = 0.3,
    max_iterations: int = 10_000,
    stop_below: float = 1e-10,
) -> GateRealization:
    r"""Search a matrix M(q) for a gate by gradient descent, starting at M = 1.

    Minimises :math:`l_U(M) = \|U\rho(q)U^\dagger - \rho(Mq)\|_F^2`, eq. (15) of [1]_.
    Its gradient is :math:`\partial l/\partial M = (\partial l/\partial q') q^T` with
    q' = Mq, so that descent on M with the step η is descent on q'/|q| with the same
    step, and :math:`M = 1 + (q' - q)q^T/|q|^2` all along. The 8ⁿ × 8ⁿ matrix itself
    need not be stepped.

    What is zero in q stays zero, as p = q² has no slope there. Laws on few
    configurations, as of `realize`, are poor starts.

    Parameters
    ----------
    gate, q, qubits
        See `realize_gate`.
    learning_rate : float, optional
        Step η of M; the paper does not give one.
    max_iterations : int, optional
        Iterations made at most.
    stop_below : float, optional
        The loss at which the search ends.

    Returns
    -------
    GateRealization
        With the ``losses`` before the first iteration and after each. Where no law
        exists after the gate they end above zero, which is no error.

    Raises
    ------
    TypeError, ValueError
        As `realize_gate`, but for what spins cannot carry; or if a number is not
        positive.
    ConvergenceError
        If the loss is no longer finite.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022), sec. IV.
    """
    q, chi = _target(gate, q, qubits)
    check_positive(learning_rate, "learning_rate")
    check_positive(stop_below, "stop_below")
    check_integer(max_iterations, "max_iterations", least=0)
    size = q @ q
    (found,) = descend_correlators(
        q[None] / np.sqrt(size),
        chi.reshape(1, -1),
        "descent",
        (float(learning_rate), float(stop_below), max_iterations),
    )
    shift = np.outer(found.q * np.sqrt(size) - q, q) / size
    return GateRealization(q=q, matrix=np.eye(len(q)) + shift, losses=found.losses)


def _target(
    gate: "str | qutip.Qobj | ArrayLike",
    q: ArrayLike,
    qubits: int | list[int] | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Check the arguments; return q and the correlators after the gate."""
    state = state_from_wave(q)
    q = np.array(q, dtype=float)
    if q.ndim != 1:
        raise ValueError(f"`q` must have shape (8**n,), but has shape {q.shape}.")
    n_qubits = len(state).bit_length() - 1
    if n_qubits > MOST_QUBITS:
        raise ValueError(
            f"`q` must be of at most {MOST_QUBITS} qubits, but is of {n_qubits}. Its "
            f"matrix would have {q.size}² entries."
        )
    U = gate_unitary(gate, n_qubits, qubits)
    return q, CorrelationMap(n_qubits).chi_from_state(U @ state @ U.conj().T)


def _loss(q: np.ndarray, chi: np.ndarray) -> np.ndarray:
    """Return the loss of a wave function against correlators, of shape ()."""
    gap = CorrelationMap(chi.ndim).chi_from_law(law_from_wave(q)) - chi
    return np.sum(gap**2) / 2**chi.ndim


def _rotation(q: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Return the rotation in the plane of two vectors that takes q along the second."""
    a, b = q / np.linalg.norm(q), direction / np.linalg.norm(direction)
    cosine = a @ b
    normal = b - cosine * a
    sine = np.linalg.norm(normal)
    if sine == 0:
        return np.eye(len(q))
    normal /= sine
    turned = (cosine - 1) * (np.outer(a, a) + np.outer(normal, normal))
    return np.eye(len(q)) + turned + sine * (np.outer(normal, a) - np.outer(a, normal))
