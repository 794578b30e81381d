"""The realizable matrix nearest to a state: a least-squares law of the spins."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike

from .._core.errors import ConvergenceError
from .correlation import CorrelationMap
from .law import Law
from .realize import as_qubit_state

if TYPE_CHECKING:
    import qutip

__all__ = ["NearestRealizable", "nearest_realizable"]

MOST_QUBITS = 3
TOLERANCE = 1e-13


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class NearestRealizable:
    """The realizable matrix nearest to a state, and the law of spins that has it.

    Parameters
    ----------
    state : shape (2**n, 2**n)
        Hermitian with trace one; where the state itself cannot be realized it may
        have a negative eigenvalue.
    law : Law
        Not the only one in general.
    squared_distance : float
        Squared Frobenius norm of the difference.
    """

    state: np.ndarray
    law: Law
    squared_distance: float


def nearest_realizable(rho: "qutip.Qobj | ArrayLike") -> NearestRealizable:
    r"""Find the realizable matrix nearest to a state in the Frobenius norm.

    Solves :math:`\min_p 2^{-n} \|A p - \chi\|^2` over the laws p, which is the point
    nearest to the origin in a polytope, by Wolfe's method [1]_. The answer is exact to
    rounding: no vertex of the polytope lies nearer to the origin along it.

    Parameters
    ----------
    rho : Qobj, ket of shape (2**n,), or shape (2**n, 2**n)
        State of one to three qubits.

    Returns
    -------
    NearestRealizable
        ``state``, ``law`` and ``squared_distance``.

    Raises
    ------
    TypeError, ValueError
        If `rho` is not a state, not one of qubits, or one of more than three.
    ConvergenceError
        If the search does not end.

    References
    ----------
    .. [1] Wolfe, Math. Program. 11, 128 (1976).

    Examples
    --------
    >>> nearest = nearest_realizable([1, 0, 0, np.exp(0.25j * np.pi)] / np.sqrt(2))
    >>> round(nearest.squared_distance, 6)
    0.042893
    """
    matrix = as_qubit_state(rho, "rho", MOST_QUBITS)
    n_qubits = len(matrix).bit_length() - 1
    correlation_map = CorrelationMap(n_qubits)
    chi = correlation_map.chi_from_state(matrix).reshape(-1)

    support, weights = nearest_point(correlation_map.signs - chi[:, None])
    spins = correlation_map.configurations[support]
    law = Law(configurations=spins, probabilities=weights)
    gap = law.correlators().reshape(-1) - chi
    return NearestRealizable(
        state=correlation_map.state_from_chi(law.correlators()),
        law=law,
        squared_distance=float(gap @ gap) / 2**n_qubits,
    )


def nearest_point(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the convex combination of the columns that is nearest to the origin.

    Returns the columns in it and their weights. `scipy.optimize.nnls` would do, but
    may stop early where many columns tie, as they do here (SciPy issue 25389).
    """
    lengths = np.linalg.norm(points, axis=0)
    support, weights = np.array([lengths.argmin()]), np.ones(1)
    size = float("inf")
    for _ in range(20 * points.shape[1]):
        nearest = points[:, support] @ weights
        heights = nearest @ points
        # Every step comes nearer, until rounding stops it.
        if not TOLERANCE * lengths.max() < np.linalg.norm(nearest) < size:
            break
        size = float(np.linalg.norm(nearest))
        support = np.append(support, heights.argmin())
        weights = np.append(weights, 0.0)
        support, weights = _settle(points, support, weights)
    gap = nearest @ nearest - heights.min()
    if gap > TOLERANCE * lengths.max() ** 2:
        raise ConvergenceError(
            "The search for the nearest realizable matrix stopped early: a "
            f"configuration lies nearer by {gap:.3g}."
        )
    return support, weights


def _settle(
    points: np.ndarray, support: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Drop columns until the affine nearest point has positive weights only."""
    while True:
        # Least squares of (Σ u_c e_c, Σ u_c) = (0, 1) points along the affine answer.
        columns = np.vstack([points[:, support], np.ones(len(support))])
        target = np.r_[np.zeros(len(points)), 1.0]
        affine = np.linalg.lstsq(columns, target)[0]
        affine /= affine.sum()
        falling = affine <= 0
        if not falling.any():
            return support, affine
        steps = weights[falling] / (weights[falling] - affine[falling])
        weights = weights + steps.min() * (affine - weights)
        keep = np.ones(len(support), dtype=bool)
        keep[np.flatnonzero(falling)[steps.argmin()]] = False
        support, weights = support[keep], weights[keep]
