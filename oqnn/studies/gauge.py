"""How far any number of qubits is from what classical spins can carry.

`pair_margin` knows all Bell inequalities of two qubits. For more they are too many to
list, and a linear program finds the one that matters.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog

from .._core.errors import ConvergenceError
from ..encoding import CorrelationMap
from ..encoding.maps.correlation import as_correlators
from .realizability import pair_margin

__all__ = ["realizability_margin"]

MOST_QUBITS = 4
SOLVER_TOLERANCE = 1e-10  # the tightest that HiGHS takes


def realizability_margin(chi: ArrayLike) -> float:
    r"""Return how far correlators lie inside what the spins can carry.

    .. math:: m = 1 - \min \sum_s p_s \quad \text{subject to} \quad
              A' p = \chi', \quad p \ge 0,

    where the prime leaves out the row of the identity. By duality the minimum is
    :math:`\max_f c_f·\chi / L_f` over all Bell inequalities
    :math:`c_f·\chi \le L_f`, so this is `pair_margin` for any number of qubits: 1 where
    nothing is known, and 1/(1 − m) is the visibility where m < 0. For one qubit
    m = 1 − max |χ_k|.

    Parameters
    ----------
    chi : shape (4, …, 4)
        One to four axes, with χ[0, …, 0] = 1. Four take seconds.

    Returns
    -------
    float
        Exact for two qubits, else to 1e-9.

    Raises
    ------
    ValueError
        If `chi` has another shape, is not finite, or is not 1 at index zero.
    ConvergenceError
        If the linear program is not solved.

    Examples
    --------
    >>> ghz = np.zeros(8)
    >>> ghz[[0, 7]] = np.sqrt(0.5)
    >>> round(realizability_margin(CorrelationMap(3).chi_from_state(ghz)), 9)
    -1.0
    """
    n_qubits = np.ndim(chi)
    if not 1 <= n_qubits <= MOST_QUBITS:
        raise ValueError(
            f"`chi` must have one to {MOST_QUBITS} axes, but has {n_qubits}."
        )
    chi = as_correlators(chi, n_qubits)
    if n_qubits == 2:
        return float(pair_margin(chi))
    signs = CorrelationMap(n_qubits).signs
    answer = linprog(
        np.ones(signs.shape[1]),
        A_eq=signs[1:],
        b_eq=chi.reshape(-1)[1:],
        method="highs-ds",
        options={
            "primal_feasibility_tolerance": SOLVER_TOLERANCE,
            "dual_feasibility_tolerance": SOLVER_TOLERANCE,
        },
    )
    if not answer.success:
        raise ConvergenceError(
            f"The linear program of the margin was not solved: {answer.message}"
        )
    return 1 - float(np.sum(np.asarray(answer.x)))
