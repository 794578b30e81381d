"""How long coherence lasts, by a fitted law of decay."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import least_squares

from .._core.checks import check_choice, check_finite, check_increasing, check_shapes
from .._core.errors import ConvergenceError

__all__ = ["DecayFit", "fit_decay"]

EXPONENTS = {"exponential": 1.0, "gaussian": 2.0, "stretched": None}
LEAST_EXPLAINED = 0.5  # share of the variance below which a fit says nothing


@dataclass(frozen=True, kw_only=True, eq=False)
class DecayFit:
    r"""The fitted law :math:`a\,e^{-(t/T)^p}`, t counted from the first time.

    Errors are standard errors; those of fixed exponents are zero.
    """

    model: str
    amplitude: float
    time: float  # T
    exponent: float  # p
    amplitude_error: float
    time_error: float
    exponent_error: float
    residual: float  # root mean square of values − law
    explained: float  # share of the variance of the values, 1 for a perfect fit

    def law(self, elapsed: ArrayLike) -> np.ndarray:
        """Return the fitted law at times counted from the first one."""
        elapsed = np.asarray(elapsed, dtype=float)
        return self.amplitude * np.exp(-((elapsed / self.time) ** self.exponent))


def fit_decay(
    times: ArrayLike,
    values: ArrayLike,
    *,
    model: str = "exponential",
    errors: ArrayLike | None = None,
) -> DecayFit:
    r"""Fit a law of decay :math:`a\,e^{-(t/T)^p}` by least squares.

    p is 1 for `model` "exponential", 2 for "gaussian" and fitted for "stretched". A fit
    that means nothing is refused, not returned: a curve that misses half of the
    variance of the values, or a time whose standard error exceeds it.

    Parameters
    ----------
    times : shape (t,)
        Strictly increasing; t in the law counts from ``times[0]``.
    values : shape (t,)
        Real: coherences, or their sizes.
    model : {"exponential", "gaussian", "stretched"}, optional
        Which law.
    errors : shape (t,), optional
        Standard errors of the values, positive. Without them all values count alike,
        and their error is estimated from the residual.

    Returns
    -------
    DecayFit
        Parameters with standard errors, residual and explained share.

    Raises
    ------
    ValueError
        If shapes disagree, `times` does not increase, there are no more values than
        parameters, the values are all equal or an error is not positive.
    ConvergenceError
        If no fit is found, or the one that is found means nothing.

    Examples
    --------
    >>> times = np.array([0.0, 0.5, 1.0, 2.0, 4.0])
    >>> fit = fit_decay(times, 0.9 * np.exp(-times / 2))
    >>> round(fit.time, 9), round(fit.amplitude, 9), fit.residual < 1e-9
    (2.0, 0.9, True)
    """
    times, values = np.asarray(times, dtype=float), np.asarray(values, dtype=float)
    sigma = None if errors is None else np.asarray(errors, dtype=float)
    check_choice(model, "model", EXPONENTS)
    check_shapes(times=(times, "t"), values=(values, "t"))
    check_increasing(times, "times")
    check_finite(values, "values")
    _check_errors(sigma, len(times))
    exponent = EXPONENTS[model]
    size = 2 if exponent else 3
    if len(times) <= size or np.ptp(values) == 0:
        raise ValueError(
            f"`values` must hold more than {size} numbers, not all equal, for the "
            f"{model} law, but holds {len(values)}"
            f"{'' if np.ptp(values) else ' equal ones'}."
        )

    elapsed = times - times[0]
    found, spread = _least_squares(elapsed, values, sigma, exponent)
    fit = _fit(model, found, spread, elapsed, values)
    _check_meaning(fit)
    return fit


def _curve(parameters: np.ndarray, elapsed: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the law for a, ln T, ln p and its derivatives by them, (t,) and (t, 3)."""
    amplitude, log_time, log_exponent = parameters
    exponent = np.exp(log_exponent)
    with np.errstate(over="ignore", divide="ignore"):
        logs = np.log(elapsed) - log_time
        power = np.exp(exponent * logs)  # (t/T)^p
    shape = np.exp(-power)
    later = elapsed > 0
    # p (t/T)^p e^{-(t/T)^p}, and zero where its first factor overflows or t = 0
    slope = exponent * np.multiply(power, shape, where=shape > 0, out=0 * shape)
    bend = np.multiply(slope, logs, where=later, out=0 * slope)
    by = np.stack([shape, amplitude * slope, -amplitude * bend], axis=-1)
    return amplitude * shape, by


def _least_squares(
    elapsed: np.ndarray,
    values: np.ndarray,
    sigma: np.ndarray | None,
    exponent: float | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return a, ln T, ln p and their standard errors."""
    size = 2 if exponent else 3
    weights = np.ones(len(values)) if sigma is None else 1 / sigma
    below = np.flatnonzero(np.abs(values) < abs(values[0]) / math.e)
    scale = elapsed[below[0]] if below.size and below[0] else elapsed[-1]
    start = np.array([values[0], math.log(scale), math.log(exponent or 1)])

    def whole(x: np.ndarray) -> np.ndarray:
        return np.r_[x, start[size:]]

    def missed(x: np.ndarray) -> np.ndarray:
        return weights * (_curve(whole(x), elapsed)[0] - values)

    def slopes(x: np.ndarray) -> np.ndarray:
        return weights[:, None] * _curve(whole(x), elapsed)[1][:, :size]

    found = least_squares(missed, start[:size], slopes, method="lm", x_scale="jac")
    jacobian = slopes(found.x)
    lengths = np.linalg.norm(jacobian, axis=0)
    lengths = np.where(lengths > 0, lengths, 1)
    curvature = (jacobian / lengths).T @ (jacobian / lengths)
    if found.status < 1 or not np.linalg.cond(curvature) < 1 / np.finfo(float).eps:
        raise ConvergenceError(
            "No law of decay fits the values: least squares did not find a minimum. Do "
            "they decay at all?"
        )
    covariance = np.linalg.inv(curvature) / np.outer(lengths, lengths)
    if sigma is None:
        covariance *= 2 * found.cost / (len(values) - size)
    spread = np.sqrt(np.diag(covariance))
    return whole(found.x), np.r_[spread, np.zeros(3 - size)]


def _fit(
    model: str,
    found: np.ndarray,
    spread: np.ndarray,
    elapsed: np.ndarray,
    values: np.ndarray,
) -> DecayFit:
    """Gather a fit; T and p were fitted by their logarithms."""
    missed = values - _curve(found, elapsed)[0]
    time, exponent = np.exp(found[1:])
    return DecayFit(
        model=model,
        amplitude=float(found[0]),
        time=float(time),
        exponent=float(exponent),
        amplitude_error=float(spread[0]),
        time_error=float(time * spread[1]),
        exponent_error=float(exponent * spread[2]),
        residual=float(np.sqrt(np.mean(missed**2))),
        explained=float(1 - np.mean(missed**2) / np.var(values)),
    )


def _check_meaning(fit: DecayFit) -> None:
    """Refuse a fit that says nothing about the values."""
    if not fit.explained >= LEAST_EXPLAINED:
        raise ConvergenceError(
            f"The {fit.model} law explains only {fit.explained:.0%} of the variance of "
            "the values. They may revive, or hardly decay; use coherence_time."
        )
    errors = (fit.time_error / fit.time, fit.exponent_error / fit.exponent)
    if not max(errors) < 1:
        raise ConvergenceError(
            f"The values do not determine the {fit.model} law: T = {fit.time:.3g} ± "
            f"{fit.time_error:.3g}, p = {fit.exponent:.3g} ± {fit.exponent_error:.3g}. "
            "Follow the decay for longer."
        )


def _check_errors(errors: np.ndarray | None, count: int) -> None:
    """Check that standard errors are positive, with one for each value."""
    if errors is None:
        return
    check_shapes(errors=(errors, f"{count}"))
    check_finite(errors, "errors")
    if not errors.min() > 0:
        raise ValueError(
            f"`errors` must be positive, but the least is {errors.min():.6g}."
        )
