"""Activation functions of sampling LIF neurons, measured and fitted by a logistic."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import curve_fit
from scipy.special import expit

from ..._core.errors import ConvergenceError
from ..._core.seeds import derive_seed

__all__ = ["Calibration", "LoneNeurons", "calibrate", "fit_activation"]


class LoneNeurons(Protocol):
    """What is calibrated: settings, hashable, that can run neurons by themselves."""

    @property
    def mean_response(self) -> float:
        """Membrane's response to a unit synapse, over a refractory time."""
        ...

    @property
    def refractory_steps(self) -> float:
        """Refractory time in steps."""
        ...

    def lone_shares(self, leaks: np.ndarray, reads: int, seed: int) -> np.ndarray:
        """Return how often neurons at these leaks are refractory, (chains, points)."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class Calibration:
    r"""How often a lone neuron is refractory, as a function of its leak potential.

    Fitted by :math:`p(z = 1) = 1/(1 + e^{-(V - u_0)/\alpha})` [1]_, eq. (2). Voltages
    are in units of the standard deviation that the noise gives a free membrane.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).
    """

    leaks: np.ndarray  # (points,)
    shares: np.ndarray  # (points,), of time with z = 1
    errors: np.ndarray  # (points,), standard errors of the shares
    u0: float
    alpha: float
    u0_error: float
    alpha_error: float
    mean_response: float  # of the membrane to a unit synapse, over a refractory time
    refractory: float  # in steps

    def activation(self, leaks: ArrayLike) -> np.ndarray:
        """Return the fitted p(z = 1) at some leak potentials."""
        return expit((np.asarray(leaks, dtype=float) - self.u0) / self.alpha)

    @cached_property
    def residuals(self) -> np.ndarray:
        """Measured minus fitted p(z = 1), shape (points,)."""
        return self.shares - self.activation(self.leaks)

    @property
    def max_residual(self) -> float:
        """Largest distance of the measured curve from the fit."""
        return float(np.abs(self.residuals).max())

    @property
    def rms_residual(self) -> float:
        """Root mean square distance of the measured curve from the fit."""
        return float(np.sqrt((self.residuals**2).mean()))


def fit_activation(
    leaks: np.ndarray,
    shares_by_chain: np.ndarray,
    *,
    mean_response: float,
    refractory: float,
) -> Calibration:
    """Fit a logistic to shares of time with z = 1, by least squares.

    Parameters
    ----------
    leaks : shape (points,)
    shares_by_chain : shape (chains, points)
        Independent estimates, whose scatter gives the errors.
    mean_response, refractory : float
        Kept in the calibration.

    Returns
    -------
    Calibration

    Raises
    ------
    ConvergenceError
        If the shares do not rise from near 0 to near 1, so that no logistic fits.
    """
    shares = shares_by_chain.mean(axis=0)
    errors = shares_by_chain.std(axis=0, ddof=1) / np.sqrt(len(shares_by_chain))
    if not (shares[0] < 0.1 and shares[-1] > 0.9):
        raise ConvergenceError(
            "the activation function must rise from below 0.1 to above 0.9 over the "
            f"leaks measured, but goes from {shares[0]:.3g} to {shares[-1]:.3g}. "
            "Is the reset too low, or the membrane slower than the refractory time?"
        )
    middle = float(np.interp(0.5, shares, leaks))
    (u0, alpha), covariance = curve_fit(
        lambda v, u0, alpha: expit((v - u0) / alpha), leaks, shares, (middle, 0.5)
    )
    u0_error, alpha_error = np.sqrt(np.diag(covariance))
    return Calibration(
        leaks=leaks,
        shares=shares,
        errors=errors,
        u0=float(u0),
        alpha=float(alpha),
        u0_error=float(u0_error),
        alpha_error=float(alpha_error),
        mean_response=mean_response,
        refractory=refractory,
    )


@lru_cache(maxsize=64)
def calibrate(
    sampler: LoneNeurons, *, points: int = 48, reads: int = 2000
) -> Calibration:
    """Measure the activation function of a sampler's neurons and fit a logistic.

    Neurons without synapses between them, one at each of many leak potentials, run in
    all the sampler's chains at once, always from the same seed: the calibration is a
    function of the settings, and is kept for as long as the process lives.

    Parameters
    ----------
    sampler : LIFSampler
        Its hardware model plays no part.
    points : int
        Leak potentials, from -4 to 4 standard deviations of the noise.
    reads : int
        Of each neuron in every chain.

    Returns
    -------
    Calibration

    Raises
    ------
    ConvergenceError
        See `fit_activation`.
    """
    leaks = np.linspace(-4, 4, points)
    shares = sampler.lone_shares(leaks, reads, derive_seed(0, "calibration"))
    return fit_activation(
        leaks,
        shares,
        mean_response=sampler.mean_response,
        refractory=sampler.refractory_steps,
    )
