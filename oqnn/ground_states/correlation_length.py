"""Correlation lengths, by fits to correlations at a few distances."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar

from .._core.checks import (
    check_between,
    check_choice,
    check_finite,
    check_integer,
    check_positive,
    check_shapes,
)
from .._core.errors import ConvergenceError

__all__ = ["CorrelationFit", "fit_correlation_length"]

LENGTHS = np.geomspace(0.05, 1e3, 400)  # looked at first, in sites


@dataclass(frozen=True, kw_only=True)
class CorrelationFit:
    """A fit A f(d/ξ) + B, with standard errors."""

    length: float  # xi, in sites
    length_error: float
    amplitude: float  # A
    amplitude_error: float
    offset: float  # B
    offset_error: float
    deviation: float  # root of the mean squared residual
    ring: int | None  # length of the ring, where f is periodic

    def __call__(self, distances: ArrayLike) -> np.ndarray:
        """Return the fitted curve at some distances, of any shape."""
        d = np.asarray(distances, dtype=float)
        return self.amplitude * _decay(d, self.length, self.ring) + self.offset


def fit_correlation_length(
    distances: ArrayLike,
    correlations: ArrayLike,
    *,
    errors: ArrayLike | None = None,
    form: str = "exponential",
    n: int | None = None,
) -> CorrelationFit:
    r"""Fit :math:`A\,e^{-d/\xi} + B` to correlations [1]_, eq. (14).

    A and B, which stand for the finite size, are linear and are solved for at every ξ;
    the best ξ is then looked for between 0.05 and 1000 sites. On a ring correlations go
    round both ways, which :math:`A \cosh((n/2 - d)/\xi) / \cosh(n/2\xi) + B` says: take
    ``form="ring"``.

    Parameters
    ----------
    distances : shape (k,)
        d, in sites; 0 is usually left out.
    correlations : shape (k,)
        C_zz(d).
    errors : shape (k,), optional
        Standard errors. Without them all distances count the same, and the errors of
        the fit follow from its residuals.
    form : {"exponential", "ring"}
    n : int, optional
        Length of the ring.

    Returns
    -------
    CorrelationFit

    Raises
    ------
    ValueError
        If shapes disagree, values are not finite, errors are not positive, distances
        are negative, longer than the ring or fewer than four (three, where `errors`
        are given), or `n` is given without a ring or a ring without it.
    ConvergenceError
        If no ξ is best, as for correlations that do not decay or fall in a line.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).

    Examples
    --------
    >>> d = np.arange(1, 6)
    >>> fit = fit_correlation_length(d, 0.5 * np.exp(-d / 1.5) + 0.25)
    >>> round(fit.length, 6), round(fit.offset, 6)
    (1.5, 0.25)
    """
    d, values = (np.asarray(a, dtype=float) for a in (distances, correlations))
    sigma = np.ones_like(d) if errors is None else np.asarray(errors, dtype=float)
    _check_fit(d, values, sigma, form, n, least=4 if errors is None else 3)

    length = _best_length(d, values, sigma, n)
    (amplitude,), (offset,), (squares,) = _linear_fit(
        d, values, sigma, np.array([length]), n
    )
    step = 1e-4 * length
    slope = _decay(d, length + step, n) - _decay(d, length - step, n)
    jacobian = np.column_stack(
        [_decay(d, length, n), np.ones_like(d), amplitude * slope / (2 * step)]
    )
    inverse = np.linalg.pinv(jacobian / sigma[:, None])  # (3, k)
    variances = (inverse**2).sum(axis=1)
    if errors is None:
        variances *= squares / (len(d) - 3)
    amplitude_error, offset_error, length_error = np.sqrt(variances)
    return CorrelationFit(
        length=length,
        length_error=float(length_error),
        amplitude=float(amplitude),
        amplitude_error=float(amplitude_error),
        offset=float(offset),
        offset_error=float(offset_error),
        deviation=float(
            np.sqrt(np.mean((amplitude * _decay(d, length, n) + offset - values) ** 2))
        ),
        ring=n,
    )


def _best_length(
    d: np.ndarray, values: np.ndarray, sigma: np.ndarray, n: int | None
) -> float:
    """Length that leaves the least squares, on a grid and then between its points."""

    def misfit(log_length: float) -> float:
        return float(_linear_fit(d, values, sigma, np.exp([log_length]), n)[2][0])

    grid = _linear_fit(d, values, sigma, LENGTHS, n)[2]
    best = int(np.argmin(grid))
    flat = np.ptp(values) <= 1e-12 * np.abs(values).max()
    if flat or best in (0, len(grid) - 1):
        raise ConvergenceError(
            f"No correlation length between {LENGTHS[0]:g} and {LENGTHS[-1]:g} sites "
            "fits best. Do the correlations decay towards a constant?"
        )
    found = minimize_scalar(
        misfit,
        bounds=tuple(np.log(LENGTHS[[best - 1, best + 1]])),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return float(np.exp(found.x))


def _decay(d: np.ndarray, length: ArrayLike, n: int | None) -> np.ndarray:
    """Shape of the decay, 1 at d = 0."""
    length = np.asarray(length)
    if n is None:
        return np.exp(-d / length)
    return (np.exp(-d / length) + np.exp((d - n) / length)) / (1 + np.exp(-n / length))


def _linear_fit(
    d: np.ndarray,
    values: np.ndarray,
    sigma: np.ndarray,
    lengths: np.ndarray,
    n: int | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Best A and B, and the weighted squares left, for some lengths; each (g,)."""
    weights = sigma**-2 / (sigma**-2).sum()
    shapes = _decay(d, lengths[:, None], n)  # (g, k)
    centred = shapes - (shapes @ weights)[:, None]
    spread = (weights * centred**2).sum(axis=1)
    rest = values - weights @ values
    # nothing is left of decays far below the first distance
    slope = (centred * weights) @ rest / np.where(spread > 0, spread, 1.0)
    offset = weights @ values - slope * (shapes @ weights)
    squares = (((rest - slope[:, None] * centred) / sigma) ** 2).sum(axis=1)
    return slope, offset, squares


def _check_fit(
    d: np.ndarray,
    values: np.ndarray,
    sigma: np.ndarray,
    form: str,
    n: int | None,
    least: int,
) -> None:
    """Check the arguments of a fit."""
    check_shapes(distances=(d, "k"), correlations=(values, "k"), errors=(sigma, "k"))
    for name, array in (("distances", d), ("correlations", values), ("errors", sigma)):
        check_finite(array, name)
    for value in sigma:
        check_positive(value, "errors")
    check_choice(form, "form", ("exponential", "ring"))
    if (n is None) != (form == "exponential"):
        raise ValueError(
            "`n` must be given with form='ring' and not otherwise, but is "
            f"{n} with {form!r}."
        )
    if n is not None:
        check_integer(n, "n")
    for distance in d:
        check_between(distance, "distances", 0, np.inf if n is None else n)
    if len(np.unique(d)) < least:
        raise ValueError(
            f"`distances` must hold at least {least} different ones for three "
            f"parameters, but hold {len(np.unique(d))}."
        )
