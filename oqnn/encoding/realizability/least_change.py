"""The law of a next state that differs least from the law of the last one.

A state that can be realized has many laws. Along a circuit or a trajectory one wants
those that move little probability from step to step.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import OptimizeResult, linprog

from ..._core.errors import ConvergenceError
from ..maps.correlation import CorrelationMap, as_correlators
from ..maps.law import Law
from ..maps.real_arrays import as_real
from .qubit_state import as_qubit_state
from .realize import realize_correlators

if TYPE_CHECKING:
    import qutip

__all__ = ["least_change_correlators", "least_change_law", "total_variation"]

MOST_QUBITS = 4
ACCURACY = 1e-9  # of correlators, checked on every answer
SOLVER_TOLERANCE = 1e-10  # the tightest that HiGHS takes


def least_change_law(law: Law, rho: "qutip.Qobj | ArrayLike") -> Law:
    r"""Find the law of a state that is nearest in total variation to a given law.

    Solves the linear program

    .. math:: \min \tfrac12 \sum_s |p'(s) - p(s)| \quad \text{subject to} \quad
              A p' = \chi(\rho), \quad p' \ge 0.

    The optimum is that share of the time in which the spins must do something else than
    before. It need not be reached by one law only.

    Parameters
    ----------
    law : Law
        p, of any other state of as many qubits.
    rho : Qobj, ket of shape (2**n,), or shape (2**n, 2**n)
        A realizable state of one to four qubits.

    Returns
    -------
    Law
        p', on at most 4**n configurations more than p.

    Raises
    ------
    TypeError, ValueError
        If `law` is no Law, `rho` is not a state of as many qubits, or no law realizes
        it. The message then holds the Bell inequality that forbids it.
    ConvergenceError
        If the program is not solved to 1e-9.

    Examples
    --------
    A law of |0⟩ has Z = +1 and no bias in X and Y. Half of it moves to Z = −1.

    >>> from oqnn.encoding import realize
    >>> law = realize([1, 0]).law
    >>> round(total_variation(law, least_change_law(law, [[0.5, 0], [0, 0.5]])), 9)
    0.5
    """
    matrix = as_qubit_state(rho, "rho", MOST_QUBITS)
    n_qubits = len(matrix).bit_length() - 1
    _check_law_of(law, n_qubits)
    chi = CorrelationMap(n_qubits).chi_from_state(matrix)
    return _least_change(law, chi, "rho")


def least_change_correlators(law: Law, chi: ArrayLike) -> Law:
    """Do what `least_change_law` does for correlators, of a state or not.

    Parameters
    ----------
    law : Law
        p, of as many qubits.
    chi : shape (4, …, 4)
        Realizable, with χ[0, …, 0] = 1.

    Raises
    ------
    TypeError, ValueError
        If `law` is no Law, `chi` has another number of axes or more than four, another
        shape, is not finite or not 1 at index zero, or no law has these correlators.
    ConvergenceError
        As `least_change_law`.
    """
    chi = as_real(chi, "chi")
    n_qubits = chi.ndim
    _check_law_of(law, n_qubits)
    if n_qubits > MOST_QUBITS:
        raise ValueError(
            f"`chi` must have one to {MOST_QUBITS} axes, but has {n_qubits}."
        )
    return _least_change(law, as_correlators(chi, n_qubits), "chi")


def total_variation(law: Law, other: Law) -> float:
    """Return ½ Σ |p'(s) − p(s)|, the share of the time in which two laws differ.

    Raises
    ------
    TypeError, ValueError
        If there are not two laws, or they have different numbers of spins.
    """
    _check_is_law(law, "law")
    _check_is_law(other, "other")
    if law.n_qubits != other.n_qubits:
        raise ValueError(
            f"`other` must be a law of {3 * law.n_qubits} spins as `law` is, but has "
            f"{3 * other.n_qubits}."
        )
    return float(np.abs(law.dense() - other.dense()).sum() / 2)


def _check_is_law(value: object, name: str) -> None:
    """Check a type."""
    if not isinstance(value, Law):
        raise TypeError(f"`{name}` must be a Law, but is a {type(value).__name__}.")


def _check_law_of(law: Law, n_qubits: int) -> None:
    """Check that a value is a law of n qubits."""
    _check_is_law(law, "law")
    if law.n_qubits != n_qubits:
        raise ValueError(
            f"`law` must be one of {3 * n_qubits} spins, three a qubit of the state, "
            f"but has {3 * law.n_qubits}."
        )


def _least_change(law: Law, chi: np.ndarray, name: str) -> Law:
    """Find the law, or raise and say why there is none."""
    p, flat = law.dense(), chi.reshape(-1)
    answer = _solve(p, flat)
    if answer.status == 2:  # infeasible
        raise _unrealizable(chi, name)
    if not answer.success:
        raise ConvergenceError(
            f"The linear program of least change was not solved: {answer.message}"
        )
    removed = np.zeros_like(p)
    removed[p > 0] = answer.x[len(p) :]
    return _settled_law(p + answer.x[: len(p)] - removed, flat)


def _solve(p: np.ndarray, chi: np.ndarray) -> OptimizeResult:
    """Solve for what is added anywhere, and removed where there is something."""
    signs = CorrelationMap(len(p).bit_length() // 3).signs
    support = p > 0
    bounds = [(0, None)] * len(p) + [(0, most) for most in p[support]]
    return linprog(
        np.ones(len(bounds)),
        A_eq=np.hstack([signs, -signs[:, support]]),
        b_eq=chi - signs @ p,
        bounds=bounds,
        method="highs-ds",
        options={
            "primal_feasibility_tolerance": SOLVER_TOLERANCE,
            "dual_feasibility_tolerance": SOLVER_TOLERANCE,
        },
    )


def _settled_law(p: np.ndarray, chi: np.ndarray) -> Law:
    """Correct a law of the solver's tolerance on its support, to rounding."""
    correlation_map = CorrelationMap(len(p).bit_length() // 3)
    signs = correlation_map.signs
    support = np.flatnonzero(p > SOLVER_TOLERANCE)
    while True:
        columns, weights = signs[:, support], p[support]
        weights = weights + np.linalg.lstsq(columns, chi - columns @ weights)[0]
        if weights.min() >= 0:
            break
        support = support[weights > 0]
    gap = np.abs(columns @ weights - chi).max()
    if gap > ACCURACY:
        raise ConvergenceError(
            f"The law that changes least must have the correlators of the state, but "
            f"misses one by {gap:.3g}. The state lies on the edge of what can be "
            "realized; mix it with a little white noise."
        )
    spins = correlation_map.configurations[support]
    return Law(configurations=spins, probabilities=weights)


def _unrealizable(chi: np.ndarray, name: str) -> Exception:
    """Return what to raise where the program has no solution."""
    inequality = realize_correlators(chi).inequality
    if inequality is None:
        return ConvergenceError(
            "The linear program of least change found no law, but there is one. The "
            "state lies on the edge of what can be realized; mix it with a little "
            "white noise."
        )
    return ValueError(
        f"`{name}` must be realizable, but violates {inequality}. "
        "`nearest_realizable` gives the nearest matrix that has a law."
    )
