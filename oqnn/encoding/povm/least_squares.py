"""Correlators by weighted least squares, where outcomes are more than needed."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse.linalg import LinearOperator, cg

from ..._core.errors import ConvergenceError
from .contractions import apply_factors

__all__ = ["weighted_correlators"]

TOLERANCE = 1e-10
MOST_ITERATIONS = 10_000


def weighted_correlators(
    shares: np.ndarray, weights: np.ndarray, factors: Sequence[np.ndarray]
) -> np.ndarray:
    r"""Return the χ that minimises :math:`\sum_a w_a (f_a - p_a(\chi))^2`.

    With χ[0, …, 0] = 1 and without regard to positivity. Conjugate gradients on the
    normal equations, each product by one small contraction a qubit.

    Parameters
    ----------
    shares, weights : shape (n_outcomes,)
        f and w.
    factors : n arrays of shape (m, 4)
        Bloch coefficients of the elements of each qubit.

    Returns
    -------
    np.ndarray
        Shape (4, …, 4).

    Raises
    ------
    ConvergenceError
        If the equations are not solved.
    """
    shape = tuple(len(B) for B in factors)
    back = [B.T for B in factors]
    w = weights.reshape(shape)
    unit = np.zeros((4,) * len(factors))
    unit[(0,) * len(factors)] = 1.0

    def normal(vector: np.ndarray) -> np.ndarray:
        chi = np.r_[0.0, vector].reshape(unit.shape)
        return apply_factors(w * apply_factors(chi, factors), back).ravel()[1:]

    inverses = [np.linalg.inv(B.T @ B) for B in factors]

    def nearly_solved(vector: np.ndarray) -> np.ndarray:
        chi = np.r_[0.0, vector].reshape(unit.shape)
        return apply_factors(chi, inverses).ravel()[1:]

    rest = shares.reshape(shape) - apply_factors(unit, factors)
    right = apply_factors(w * rest, back).ravel()[1:]
    size = (right.size, right.size)
    found, status = cg(
        LinearOperator(size, normal, dtype=float),
        right,
        rtol=TOLERANCE,
        atol=0.0,
        maxiter=MOST_ITERATIONS,
        M=LinearOperator(size, nearly_solved, dtype=float),
    )
    if status:
        raise ConvergenceError(
            "The normal equations of least squares were not solved to "
            f"{TOLERANCE:.0e} in {MOST_ITERATIONS} iterations. Try the most likely "
            "state."
        )
    return np.r_[1.0, found].reshape(unit.shape)
