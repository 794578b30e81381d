"""States estimated from counts of outcomes, raw and physical."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike

from ...measures import fidelity, least_eigenvalue, root_fidelity, squared_distance
from ..maps.correlation import CorrelationMap

if TYPE_CHECKING:
    import qutip

__all__ = ["StateEstimate"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class StateEstimate:
    r"""A state estimated from how often each outcome came.

    Parameters
    ----------
    raw : shape (2**n, 2**n)
        Linear inversion of the shares: unbiased, Hermitian with trace one, but maybe
        with negative eigenvalues.
    state : shape (2**n, 2**n)
        The estimate, a state.
    chi_errors : shape (4, …, 4)
        Standard errors of the raw matrix's correlators, for independent samples.
    counts : shape (n_outcomes,)
        How often each outcome came.
    method : {"maximum likelihood", "least squares"}
        What gave `state`.
    log_likelihood : float
        :math:`\sum_a n_a \ln p_a` of `state`; −∞ if it excludes what came.
    gap : float
        By how much the log-likelihood *per sample* of another state could be greater,
        at most: λ_max(R) − 1. For maximum likelihood it is what was asked for or less.
    iterations : int
        Of the optimiser; zero if none was needed.
    """

    raw: np.ndarray
    state: np.ndarray
    chi_errors: np.ndarray
    counts: np.ndarray
    method: str
    log_likelihood: float
    gap: float
    iterations: int

    @property
    def n_qubits(self) -> int:
        """Number n of qubits."""
        return len(self.state).bit_length() - 1

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return int(self.counts.sum())

    @property
    def least_eigenvalue(self) -> float:
        """Least eigenvalue of the raw matrix."""
        return float(least_eigenvalue(self.raw))

    @property
    def chi(self) -> np.ndarray:
        """Correlators of the raw matrix, shape (4, …, 4)."""
        return CorrelationMap(self.n_qubits).chi_from_state(self.raw)

    def fidelity(self, target: "qutip.Qobj | ArrayLike") -> float:
        """Return the squared fidelity of a state with the estimate."""
        return float(fidelity(target, self.state))

    def root_fidelity(self, target: "qutip.Qobj | ArrayLike") -> float:
        """Return the root fidelity of a state with the estimate."""
        return float(root_fidelity(target, self.state))

    def squared_distance(self, target: "qutip.Qobj | ArrayLike") -> float:
        """Return the squared Frobenius distance of a state from the estimate."""
        return float(squared_distance(self.state, target))

    def __str__(self) -> str:
        return (
            f"{self.method}: {self.n_samples} samples of {self.counts.size} outcomes, "
            f"ln L {self.log_likelihood:.6g} (at most {self.gap:.1e} per sample below "
            f"the greatest), raw least eigenvalue {self.least_eigenvalue:.4f}"
        )
