"""Confidence intervals of means, of their differences, and of shares."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_integer, check_shapes

__all__ = [
    "Interval",
    "bootstrap_interval",
    "difference_interval",
    "mean_interval",
    "share_interval",
]


class Interval(NamedTuple):
    """An estimate and the limits of its confidence interval."""

    value: float
    low: float
    high: float

    @property
    def sign(self) -> int:
        """−1 or 1 if the whole interval lies on one side of zero, else 0.

        Also 0 where the limits are no numbers: nothing is decided then.
        """
        return int(self.low > 0) - int(self.high < 0)


def mean_interval(sample: ArrayLike, *, level: float = 0.95) -> Interval:
    r"""Return the mean of a sample and Student's interval :math:`m ± t s/\sqrt n`.

    Exact for normal samples; wide, rather than wrong, where one number lies far out.

    Parameters
    ----------
    sample : shape (n,)
        Independent numbers. A single one is taken for exact, as that of a material
        which no seed was drawn for, and is its own interval.
    level : float in (0, 1), optional
        Probability that the interval holds the true mean.

    Returns
    -------
    Interval
        With limits that are no numbers where the sample holds what is not finite, such
        as a time beyond the last one looked at.

    Raises
    ------
    ValueError
        If the sample is empty or no vector, or the level is no probability.

    Examples
    --------
    >>> low, high = mean_interval([1.0, 2.0, 3.0])[1:]
    >>> round(low, 3), round(high, 3)
    (-0.484, 4.484)
    """
    values = _sample(sample, "sample")
    _check_level(level)
    return _student(float(values.mean()), *_error(values), level)


def difference_interval(
    first: ArrayLike, second: ArrayLike, *, level: float = 0.95
) -> Interval:
    """Return mean(first) − mean(second) and Welch's interval of the difference.

    The samples are independent of each other, of any sizes and spreads; a single number
    is taken for exact.

    Parameters
    ----------
    first, second : shape (m,) and (n,)
        The samples.
    level : float in (0, 1), optional
        Probability that the interval holds the true difference.

    Raises
    ------
    ValueError
        If a sample is empty or no vector, or the level is no probability.

    References
    ----------
    .. [1] Welch, Biometrika 34, 28 (1947): the degrees of freedom
       (a + b)² / (a²/(m − 1) + b²/(n − 1)) of squared standard errors a and b.
    """
    one, other = _sample(first, "first"), _sample(second, "second")
    _check_level(level)
    value = _mean_difference(one, other)
    (error, freedom), (error_2, freedom_2) = _error(one), _error(other)
    a, b = error**2, error_2**2
    joint = (a + b) ** 2 / (a**2 / freedom + b**2 / freedom_2) if a + b > 0 else np.inf
    return _student(value, np.sqrt(a + b), joint, level)


def bootstrap_interval(
    sample: ArrayLike, *, level: float = 0.95, resamples: int = 9999, seed: int = 0
) -> Interval:
    """Return the mean of a sample and its bootstrap interval (BCa).

    Follows a skewed sample better than `mean_interval`; with ten numbers or fewer it
    tends to be too narrow.

    Parameters
    ----------
    sample : shape (n,)
        Two or more independent finite numbers, not all equal.
    level : float in (0, 1), optional
        Probability that the interval holds the true mean.
    resamples, seed : int, optional
        Number of resamples, and their seed.

    Raises
    ------
    ValueError
        If the sample is no such one, or the level is no probability.

    References
    ----------
    .. [1] Efron, J. Am. Stat. Assoc. 82, 171 (1987).
    """
    from scipy.stats import bootstrap

    values = _sample(sample, "sample")
    _check_level(level)
    check_integer(resamples, "resamples")
    if not (np.isfinite(values).all() and np.ptp(values) > 0):
        raise ValueError(
            "`sample` must hold two or more finite numbers that differ, but is "
            f"{values[:3].tolist()}. Use mean_interval."
        )
    limits = bootstrap(
        (values,),
        np.mean,
        confidence_level=level,
        n_resamples=resamples,
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Interval(float(values.mean()), float(limits.low), float(limits.high))


def share_interval(count: int, total: int, *, level: float = 0.95) -> Interval:
    """Return count/total and Clopper and Pearson's interval, which is never too narrow.

    Parameters
    ----------
    count, total : int
        How many of how many independent trials came out well.
    level : float in (0, 1), optional
        Least probability that the interval holds the true share.

    Raises
    ------
    TypeError
        If a number is no integer.
    ValueError
        If the count is not between 0 and the total, or the level is no probability.

    Examples
    --------
    >>> low, high = share_interval(16, 16)[1:]
    >>> round(low, 3), high
    (0.794, 1.0)
    """
    from scipy.stats import beta

    check_integer(total, "total")
    check_integer(count, "count", least=0)
    _check_level(level)
    if count > total:
        raise ValueError(f"`count` must be at most {total}, but is {count}.")
    tail = (1 - level) / 2
    low = beta.ppf(tail, count, total - count + 1) if count else 0.0
    high = beta.ppf(1 - tail, count + 1, total - count) if count < total else 1.0
    return Interval(count / total, float(low), float(high))


def _student(value: float, error: float, freedom: float, level: float) -> Interval:
    from scipy.stats import t

    if error == 0:  # also of a single number, whose quantile is none
        return Interval(value, value, value)
    half = float(t.ppf((1 + level) / 2, freedom) * error)
    return Interval(value, value - half, value + half)


def _error(values: np.ndarray) -> tuple[float, float]:
    """Return the standard error of the mean and its degrees of freedom."""
    if not np.isfinite(values).all():
        return np.nan, np.nan
    if len(values) == 1:
        return 0.0, np.inf
    return float(values.std(ddof=1) / np.sqrt(len(values))), len(values) - 1.0


def _mean_difference(one: np.ndarray, other: np.ndarray) -> float:
    a, b = float(one.mean()), float(other.mean())
    return np.nan if np.isinf(a) and np.isinf(b) else a - b


def _sample(value: ArrayLike, name: str) -> np.ndarray:
    values = np.asarray(value, dtype=float)
    check_shapes(**{name: (values, "n")})
    if values.size == 0:
        raise ValueError(f"`{name}` must hold at least one number, but is empty.")
    return values


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"`level` must lie between 0 and 1, but is {level}.")
