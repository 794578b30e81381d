"""What calibration finds: activation functions and the strength of synapses."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import curve_fit
from scipy.special import expit

from ..._core.errors import ConvergenceError

__all__ = ["Calibration", "fit_logistic"]


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class Calibration:
    r"""How LIF neurons answer to their leak potential, and pairs to their synapses.

    A lone neuron's share of time with z = 1 is fitted by [1]_, eq. (2),

    .. math:: p(z = 1) = \frac{1}{1 + e^{-(V - u_0)/\alpha}}.

    Voltages are in units of the standard deviation that the noise gives a free
    membrane. Pairs with equal synapses W both ways should have the logarithmic odds
    ratio :math:`\ln(p_{00} p_{11} / p_{01} p_{10}) = W`; it is measured in
    `pair_log_odds`.

    Attributes
    ----------
    leaks, shares, errors : shape (points,)
        Leak potentials, measured p(z = 1) and its standard errors.
    u0, alpha, u0_error, alpha_error : float
        The fit, by least squares, and its standard errors.
    pair_weights, pair_log_odds, pair_errors : shape (pairs,)
        Abstract weights, the log odds ratios that they give and their standard errors.
    mean_response : float
        Of a membrane to a unit synapse, see `LIFSampler.mean_response`.
    weight_gain : float
        How much stronger synapses are than `mean_response` alone says.
    refractory : float
        Refractory time in steps.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).
    """

    leaks: np.ndarray  # (points,)
    shares: np.ndarray  # (points,)
    errors: np.ndarray  # (points,)
    u0: float
    alpha: float
    u0_error: float
    alpha_error: float
    mean_response: float
    refractory: float
    weight_gain: float
    pair_weights: np.ndarray  # (pairs,)
    pair_log_odds: np.ndarray  # (pairs,)
    pair_errors: np.ndarray  # (pairs,)

    def activation(self, leaks: ArrayLike) -> np.ndarray:
        """Return the fitted p(z = 1) at some leak potentials."""
        return expit((np.asarray(leaks, dtype=float) - self.u0) / self.alpha)

    @property
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

    @property
    def pair_residuals(self) -> np.ndarray:
        """Measured log odds ratios minus weights, shape (pairs,)."""
        return self.pair_log_odds - self.pair_weights


def fit_logistic(
    leaks: np.ndarray, shares: np.ndarray
) -> tuple[float, float, float, float]:
    r"""Fit :math:`1/(1 + e^{-(V - u_0)/\alpha})` by least squares.

    Parameters
    ----------
    leaks : shape (points,)
        Increasing, not checked.
    shares : shape (points,)
        Of time with z = 1.

    Returns
    -------
    float, float, float, float
        u0, alpha and their standard errors.

    Raises
    ------
    ConvergenceError
        If the shares do not rise from below 0.1 to above 0.9.

    Examples
    --------
    >>> leaks = np.linspace(-3, 4, 30)
    >>> u0, alpha, *_ = fit_logistic(leaks, expit((leaks - 0.25) / 0.5))
    >>> round(u0, 6), round(alpha, 6)
    (0.25, 0.5)
    """
    if not (shares[0] < 0.1 and shares[-1] > 0.9):
        raise ConvergenceError(
            "the activation function must rise from below 0.1 to above 0.9 over the "
            f"leaks measured, but goes from {shares[0]:.3g} to {shares[-1]:.3g}. "
            "Is the reset too low, or the refractory time too short for the membrane?"
        )
    middle = float(np.interp(0.5, shares, leaks))
    best, covariance = curve_fit(
        lambda v, u0, alpha: expit((v - u0) / alpha), leaks, shares, (middle, 0.5)
    )
    errors = np.sqrt(np.diag(covariance))
    return float(best[0]), float(best[1]), float(errors[0]), float(errors[1])
