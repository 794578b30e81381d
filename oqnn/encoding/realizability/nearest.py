"""The realizable matrix nearest to a state: a least-squares law of the spins."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.errors import ConvergenceError
from ..maps.correlation import CorrelationMap
from ..maps.law import Law
from .decide import Carried, decide
from .nearest_means import nearest_means
from .qubit_state import as_qubit_state
from .scenario import Scenario, qubit_scenario
from .sparse_law import thin_law, to_vertex

if TYPE_CHECKING:
    import qutip

__all__ = ["NearestRealizable", "nearest_realizable"]

MOST_QUBITS = 6
LARGEST_GAP = 1e-8
ZERO = 1e-13  # correlators below it are rounding


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
    gap : float
        Proof of the distance: the square of no realizable matrix's is less by more
        than this. It is found by looking at every configuration.
    """

    state: np.ndarray
    law: Law
    squared_distance: float
    gap: float


def nearest_realizable(rho: "qutip.Qobj | ArrayLike") -> NearestRealizable:
    r"""Find the realizable matrix nearest to a state in the Frobenius norm.

    Solves :math:`\min_p 2^{-n} \|A p - \chi\|^2` over the laws p by an interior-point
    method and a last projection to the face it leads to. With x = A p the matrix is the
    nearest one where no configuration a has :math:`(a - x) \cdot (\chi - x) > 0`; what
    is left of that is reported as `gap`.

    Parameters
    ----------
    rho : Qobj, ket of shape (2**n,), or shape (2**n, 2**n)
        State of one to six qubits, in up to twice the time of `realize`.

    Returns
    -------
    NearestRealizable
        ``state``, ``law``, ``squared_distance`` and ``gap``.

    Raises
    ------
    TypeError, ValueError
        If `rho` is not a state, not one of qubits, or one of more than six.
    ConvergenceError
        If the search does not end.

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

    scenario, means = qubit_scenario(n_qubits), chi[1:]
    found = decide(scenario, means)
    if isinstance(found, Carried):
        indices, probabilities = found.indices, found.probabilities
    else:
        indices, probabilities = _nearest_law(scenario, means)
    law = Law(configurations=scenario.spins(indices), probabilities=probabilities)
    nearest = law.correlators().reshape(-1)
    difference = chi - nearest
    heights = scenario.values(difference[1:])
    gap = 2 * max(0.0, heights.max() - difference @ nearest) / 2**n_qubits
    if gap > LARGEST_GAP:
        raise ConvergenceError(
            "The search for the nearest realizable matrix stopped early: the square of "
            f"its distance may be too great by {gap:.3g}."
        )
    return NearestRealizable(
        state=correlation_map.state_from_chi(nearest.reshape((4,) * n_qubits)),
        law=law,
        squared_distance=float(difference @ difference) / 2**n_qubits,
        gap=float(gap),
    )


def _nearest_law(
    scenario: Scenario, means: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return configurations and probabilities of a nearest law."""
    kept = scenario.spanned_by(np.abs(means) > ZERO)
    p, face = nearest_means(scenario.take(kept), means[kept])
    return to_vertex(scenario, *thin_law(scenario, scenario.moments(p), p, face))
