"""Which states a law of spins can carry: the law, or the inequality that forbids it.

A law of the 3n spins has the correlators of a state exactly when these lie in the
Bell polytope of n parties with three settings each (Fine's theorem), which one linear
program decides.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import OptimizeResult, linprog

from .._core.checks import check_density_matrix
from .._core.errors import ConvergenceError
from .._core.qobj import as_state
from .bell import BellInequality, bell_inequality
from .correlation import CorrelationMap, as_correlators
from .law import Law

if TYPE_CHECKING:
    import qutip

__all__ = ["Realization", "realize", "realize_correlators", "visibility"]

MOST_QUBITS = 4
ACCURACY = 1e-9  # of correlators and visibility, checked on every answer
SOLVER_TOLERANCE = 1e-10  # the tightest that HiGHS takes


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Realization:
    """The law of spins that realizes a state, or the inequality that forbids it.

    Parameters
    ----------
    law : Law or None
        A law whose correlators are those of the state, on 4**n configurations at
        most.
    inequality : BellInequality or None
        Where there is no law, an inequality that every law obeys and the state
        violates.
    visibility : float
        Greatest v in [0, 1] for which v ρ + (1 − v) 1/2ⁿ can be realized: 1 exactly
        where there is a law.
    """

    law: Law | None
    inequality: BellInequality | None
    visibility: float

    @property
    def realizable(self) -> bool:
        """Whether there is a law."""
        return self.law is not None

    def __str__(self) -> str:
        if self.law is not None:
            size = len(self.law.probabilities)
            return f"realizable, by a law on {size} configurations\n{self.law}"
        return f"not realizable, visibility {self.visibility:.9f}\n{self.inequality}"


def realize(rho: "qutip.Qobj | ArrayLike") -> Realization:
    r"""Find the law of 3n spins that realizes a state, or why there is none.

    Solves the linear program

    .. math:: \max v \quad \text{subject to} \quad
              A p = \chi\bigl(v\rho + (1 - v) 2^{-n}\bigr),
              \quad p \ge 0, \quad 0 \le v \le 1,

    whose primal solution at v = 1 is the law, and whose dual solution otherwise is a
    Bell inequality [1]_ [2]_. Neither answer rests on the solver's tolerance: the law
    is solved for again on its support and compared with χ; the bound of the inequality
    is found by looking at every configuration.

    Parameters
    ----------
    rho : Qobj, ket of shape (2**n,), or shape (2**n, 2**n)
        State of one to four qubits. Four take seconds, fewer milliseconds.

    Returns
    -------
    Realization
        ``law`` or ``inequality``, and ``visibility``. The visibility does not exceed
        1; without that bound it would be infinite for the maximally mixed state.

    Raises
    ------
    TypeError, ValueError
        If `rho` is not a state, not one of qubits, or one of more than four.
    ConvergenceError
        If the program is not solved, or its solution fails the checks.

    References
    ----------
    .. [1] Fine, Phys. Rev. Lett. 48, 291 (1982).
    .. [2] Kaszlikowski, Gnaciński, Żukowski, Miklaszewski and Zeilinger, Phys. Rev.
       Lett. 85, 4418 (2000), for the linear program. The claim of Pehle and
       Wetterich, Phys. Rev. E 106, 045311 (2022), sec. IV, that for two qubits every
       state has a law, does not hold: see the example.

    Examples
    --------
    >>> found = realize([1, 0, 0, np.exp(0.25j * np.pi)] / np.sqrt(2))
    >>> print(found)
    not realizable, visibility 0.707106781
    ⟨XX⟩ + ⟨XY⟩ + ⟨YX⟩ − ⟨YY⟩ ≤ 2, but the state has 2.828427
    >>> realize([1, 0, 0, 1] / np.sqrt(2)).realizable
    True
    """
    matrix = as_qubit_state(rho, "rho", MOST_QUBITS)
    n_qubits = len(matrix).bit_length() - 1
    return realize_correlators(CorrelationMap(n_qubits).chi_from_state(matrix))


def realize_correlators(chi: ArrayLike) -> Realization:
    """Do what `realize` does for correlators, which need not be those of a state.

    Parameters
    ----------
    chi : shape (4, …, 4)
        One to four axes, with χ[0, …, 0] = 1.

    Raises
    ------
    ValueError
        If `chi` has another shape, is not finite, or has χ[0, …, 0] ≠ 1.
    ConvergenceError
        As `realize`.
    """
    n_qubits = np.ndim(chi)
    if not 1 <= n_qubits <= MOST_QUBITS:
        raise ValueError(
            f"`chi` must have one to {MOST_QUBITS} axes, but has {n_qubits}."
        )
    chi = as_correlators(chi, n_qubits)
    answer = _solve(chi)
    return _law_of(answer, chi) or _refusal_of(answer, chi)


def visibility(rho: "qutip.Qobj | ArrayLike") -> float:
    """Return the greatest v ≤ 1 for which v ρ + (1 − v) 1/2ⁿ can be realized.

    Parameters, limits and errors are those of `realize`.

    Examples
    --------
    >>> visibility([1, 0, 0, 1] / np.sqrt(2))
    1.0
    """
    return realize(rho).visibility


def as_qubit_state(rho: "qutip.Qobj | ArrayLike", name: str, most: int) -> np.ndarray:
    """Convert and check a state of one to `most` qubits."""
    matrix = as_state(rho, name)
    size = matrix.shape[0] if matrix.ndim else 0
    if matrix.shape != (size, size) or size < 2 or size & (size - 1):
        raise ValueError(
            f"`{name}` must have shape (2**n, 2**n), one state of n qubits, "
            f"but has shape {matrix.shape}."
        )
    n_qubits = size.bit_length() - 1
    if n_qubits > most:
        raise ValueError(
            f"`{name}` must have at most {most} qubits, but has {n_qubits}: there "
            f"would be 8**{n_qubits} = {8**n_qubits} configurations of the spins."
        )
    check_density_matrix(matrix, name)
    return matrix


def _solve(chi: np.ndarray) -> OptimizeResult:
    """Solve the linear program in the unknowns (p, v)."""
    signs = CorrelationMap(chi.ndim).signs
    noise = np.zeros(len(signs))
    noise[0] = 1.0  # χ of the maximally mixed state
    answer = linprog(
        np.r_[np.zeros(signs.shape[1]), -1.0],
        A_eq=np.column_stack([signs, noise - chi.reshape(-1)]),
        b_eq=noise,
        bounds=[(0, None)] * signs.shape[1] + [(0, 1)],
        method="highs-ds",
        options={
            "primal_feasibility_tolerance": SOLVER_TOLERANCE,
            "dual_feasibility_tolerance": SOLVER_TOLERANCE,
        },
    )
    if not answer.success:
        raise ConvergenceError(
            f"The linear program of realizability was not solved: {answer.message}"
        )
    return answer


def _law_of(answer: OptimizeResult, chi: np.ndarray) -> Realization | None:
    """Return the law at v = 1 if it has the correlators, solved for on its support."""
    p, v = answer.x[:-1], answer.x[-1]
    if v < 1 - 1e3 * ACCURACY:
        return None
    support = np.flatnonzero(p > SOLVER_TOLERANCE)
    columns = CorrelationMap(chi.ndim).signs[:, support]
    weights = np.linalg.lstsq(columns, chi.reshape(-1))[0]
    if np.abs(columns @ weights - chi.reshape(-1)).max() > ACCURACY:
        return None
    if weights.min() < 0:
        raise ConvergenceError(
            "The law that the linear program found has a probability of "
            f"{weights.min():.3g} on its support. The state lies on the edge of what "
            "can be realized; mix it with a little white noise."
        )
    spins = CorrelationMap(chi.ndim).configurations[support]
    law = Law(configurations=spins, probabilities=weights)
    return Realization(law=law, inequality=None, visibility=1.0)


def _refusal_of(answer: OptimizeResult, chi: np.ndarray) -> Realization:
    """Return the inequality of the dual solution, after checking what it proves."""
    coefficients = np.array(answer.eqlin.marginals).reshape(chi.shape)
    coefficients[(0,) * chi.ndim] = 0.0
    inequality = bell_inequality(coefficients, chi)
    gap = abs(inequality.visibility - answer.x[-1])
    if not (inequality.violation > 0 and gap <= ACCURACY):
        raise ConvergenceError(
            "The linear program and the inequality it found must agree on the "
            f"visibility, but {answer.x[-1]:.12g} and {inequality.visibility:.12g} "
            "do not."
        )
    return Realization(
        law=None, inequality=inequality, visibility=inequality.visibility
    )
