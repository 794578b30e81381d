"""Estimates of a state from counts, for given elements of each qubit."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_integer, check_positive
from ..._core.seeds import rng_from
from ..._core.threads import one_blas_thread
from ...measures import nearest_state
from ..maps.real_arrays import as_real
from .contractions import apply_factors, matrix_from_coefficients
from .estimates import StateEstimate
from .least_squares import weighted_correlators
from .maximum_likelihood import Likelihood, most_likely_state

__all__ = ["Tomography", "as_counts"]

FEW_SAMPLES = 10  # an outcome
BOOTSTRAP_TOLERANCE = 1e-7
LIKELIHOOD, LEAST_SQUARES = "maximum likelihood", "least squares"


@dataclass(frozen=True, kw_only=True, eq=False)
class Tomography:
    """What turns counts into states: Bloch coefficients and their left inverses.

    Parameters
    ----------
    factors : n arrays of shape (m, 4)
        Bloch coefficients of the elements of each qubit.
    dual_factors : n arrays of shape (4, m)
        Their left inverses.
    """

    factors: Sequence[np.ndarray]
    dual_factors: Sequence[np.ndarray]

    def maximum_likelihood(
        self, counts: ArrayLike, *, tol: float = 1e-10, most_iterations: int = 10_000
    ) -> StateEstimate:
        """Return the most likely state, with a certificate; see `most_likely_state`.

        Parameters
        ----------
        counts : shape (n_outcomes,)
            How often each outcome came.
        tol : float
            No state's log-likelihood is greater by more than this *per sample*.
        most_iterations : int
            A few hundred are usual.

        Raises
        ------
        TypeError, ValueError
            If `counts` are not whole numbers, one an outcome, or a number is too small.
        ConvergenceError
            If `tol` is not reached.

        Warns
        -----
        UserWarning
            If there are fewer than ten samples an outcome.
        """
        counts = as_counts(counts, self.n_outcomes)
        check_positive(tol, "tol")
        check_integer(most_iterations, "most_iterations")
        return self._most_likely(counts, tol, most_iterations)

    def least_squares(self, counts: ArrayLike) -> StateEstimate:
        """Return the state nearest to the least-squares fit of the shares.

        Of four outcomes a qubit the fit is the linear inversion. Of more it weights
        each outcome by its expected variance. The projection is that of
        `nearest_state`.

        Parameters
        ----------
        counts : shape (n_outcomes,)
            How often each outcome came.

        Raises
        ------
        TypeError, ValueError
            As `maximum_likelihood`, and its warning.
        ConvergenceError
            If the fit of more than four outcomes is not found.
        """
        return self._best_fit(as_counts(counts, self.n_outcomes))

    def bootstrap(
        self, estimate: StateEstimate, *, draws: int = 100, seed: int = 0
    ) -> np.ndarray:
        """Return the estimates that as many samples of the estimated state would give.

        Their spread is the error of whatever is computed from `estimate.state`, as
        far as the estimated state stands for the true one.

        Parameters
        ----------
        estimate : StateEstimate
            Of this measurement.
        draws : int
            How many.
        seed : int
            Of the samples.

        Returns
        -------
        np.ndarray
            States, shape (draws, 2**n, 2**n), by the method of the estimate.

        Raises
        ------
        TypeError, ValueError
            If `estimate` is none of this measurement, or `draws` is too small.
        ConvergenceError
            If one of the estimates is not found.
        """
        check_integer(draws, "draws", least=2)
        self._check_estimate(estimate)
        likelihood = Likelihood(shares=estimate.counts, factors=self.factors)
        p = np.maximum(likelihood.probabilities(estimate.state), 0)  # from −1e-17
        rng = rng_from(seed, "bootstrap")
        drawn = rng.multinomial(estimate.n_samples, p / p.sum(), size=draws)
        if estimate.method == LEAST_SQUARES:
            return np.array([self._best_fit(counts).state for counts in drawn])
        tol, most = BOOTSTRAP_TOLERANCE, 10_000
        found = [self._most_likely(counts, tol, most).state for counts in drawn]
        return np.array(found)

    @property
    def n_outcomes(self) -> int:
        """Number of outcomes of all qubits."""
        return math.prod(len(B) for B in self.factors)

    def _most_likely(
        self, counts: np.ndarray, tol: float, most_iterations: int
    ) -> StateEstimate:
        likelihood = Likelihood(shares=counts / counts.sum(), factors=self.factors)
        with one_blas_thread():
            state, iterations = most_likely_state(
                likelihood, tol=tol, most_iterations=most_iterations
            )
        return self._estimate(counts, state, LIKELIHOOD, iterations)

    def _best_fit(self, counts: np.ndarray) -> StateEstimate:
        shares = counts / counts.sum()
        chi = self._correlators(shares)
        if any(len(B) > 4 for B in self.factors):
            first = nearest_state(self._inverted(chi))
            likelihood = Likelihood(shares=shares, factors=self.factors)
            # half a sample more in each outcome keeps the weights finite
            expected = counts.sum() * likelihood.probabilities(first) + 0.5
            with one_blas_thread():
                chi = weighted_correlators(shares, 1 / expected, self.factors)
        state = nearest_state(self._inverted(chi))
        return self._estimate(counts, state, LEAST_SQUARES, 0)

    def _check_estimate(self, estimate: StateEstimate) -> None:
        """Check that an estimate is of this measurement: that it inverts the shares."""
        if not isinstance(estimate, StateEstimate):
            raise TypeError(
                "`estimate` must be a StateEstimate, but is a "
                f"{type(estimate).__name__}."
            )
        if estimate.counts.size != self.n_outcomes:
            raise ValueError(
                f"`estimate` must be of the {self.n_outcomes} outcomes of this "
                f"measurement, but is of {estimate.counts.size}."
            )
        raw = self._inverted(self._correlators(estimate.counts / estimate.n_samples))
        gap = np.abs(raw - estimate.raw).max()
        if not gap <= 1e-9 * np.abs(raw).max():
            raise ValueError(
                "`estimate` must be of this measurement, but its counts are of other "
                f"elements: inverted by these, they differ from its `raw` by {gap:.3g}."
            )

    def _inverted(self, chi: np.ndarray) -> np.ndarray:
        n = len(self.factors)
        return matrix_from_coefficients(chi / 2**n, n)

    def _correlators(self, shares: np.ndarray) -> np.ndarray:
        tensor = shares.reshape([len(B) for B in self.factors])
        return apply_factors(tensor, self.dual_factors)

    def _estimate(
        self, counts: np.ndarray, state: np.ndarray, method: str, iterations: int
    ) -> StateEstimate:
        n_samples = counts.sum()
        shares = counts / n_samples
        chi = self._correlators(shares)
        squares = apply_factors(
            shares.reshape([len(B) for B in self.factors]),
            [D**2 for D in self.dual_factors],
        )
        likelihood = Likelihood(shares=shares, factors=self.factors)
        p = likelihood.probabilities(state)
        return StateEstimate(
            raw=self._inverted(chi),
            state=state,
            # never below zero but for rounding, where every sample says the same
            chi_errors=np.sqrt(np.maximum(squares - chi**2, 0) / n_samples),
            counts=counts,
            method=method,
            log_likelihood=float(n_samples * likelihood.value(p)),
            gap=likelihood.gap(p),
            iterations=iterations,
        )


def as_counts(counts: ArrayLike, n_outcomes: int) -> np.ndarray:
    """Convert and check counts of outcomes, and warn where they are few."""
    array = as_real(counts, "counts")
    if array.shape != (n_outcomes,):
        raise ValueError(
            f"`counts` must have shape ({n_outcomes},), one for each outcome, "
            f"but has shape {array.shape}."
        )
    wrong = np.flatnonzero(~((array >= 0) & (array == np.round(array))))
    if wrong.size or not np.isfinite(array).all():
        worst = array[wrong[0]] if wrong.size else np.inf
        raise ValueError(
            f"`counts` must be whole numbers not below zero, but hold {worst:.6g}. "
            "Multiply shares by the number of samples."
        )
    total = array.sum()
    if not total > 0:
        raise ValueError("`counts` must hold at least one sample, but are all zero.")
    if total < FEW_SAMPLES * n_outcomes:
        warnings.warn(
            f"{total:.0f} samples are few for {n_outcomes} outcomes: an outcome came "
            f"{total / n_outcomes:.2g} times on average. Errors are large, and "
            "physical estimates are pulled towards mixed states.",
            stacklevel=4,  # the caller of the method of `Povm`
        )
    return array.astype(np.int64)
