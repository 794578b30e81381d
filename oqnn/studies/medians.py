"""Confidence intervals of medians, without a word about the distribution."""

import numpy as np
from numpy.typing import ArrayLike

from .intervals import Interval

__all__ = ["median_interval"]


def median_interval(sample: ArrayLike, *, level: float = 0.95) -> Interval:
    """Return the median of a sample and the interval between two of its numbers.

    The k-th least and k-th greatest number hold the true median with probability
    1 − 2 P(B < k), B binomial of n trials of 1/2; k is the largest that keeps the
    level. Right for skewed and two-peaked samples, and with infinite times in them.

    Parameters
    ----------
    sample : shape (n,)
        Independent numbers, perhaps infinite. A single one is taken for exact, as that
        of a material which no seed was drawn for, and is its own interval.
    level : float in (0, 1), optional
        Least probability that the interval holds the true median.

    Returns
    -------
    Interval
        With limits that are no numbers where so few numbers settle nothing: five or
        fewer at 95 %.

    Raises
    ------
    ValueError
        If the sample is empty, no vector, or holds NaN, or the level is no
        probability.

    Examples
    --------
    >>> median_interval([3.0, 1.0, 2.0, 9.0, 4.0, np.inf])
    Interval(value=3.5, low=1.0, high=inf)
    """
    from scipy.stats import binom

    values = np.sort(np.asarray(sample, dtype=float))
    if values.ndim != 1 or values.size == 0 or np.isnan(values).any():
        raise ValueError(
            "`sample` must be a vector of one or more numbers, but is "
            f"{np.asarray(sample).tolist()!r:.60}."
        )
    if not 0 < level < 1:
        raise ValueError(f"`level` must lie between 0 and 1, but is {level}.")
    n = len(values)
    middle = values[(n - 1) // 2], values[n // 2]
    median = float(middle[0] if middle[0] == middle[1] else sum(middle) / 2)
    if n == 1:
        return Interval(median, median, median)
    k = int((1 - 2 * binom.cdf(np.arange(n // 2 + 1), n, 0.5) >= level).sum())
    if k == 0:
        return Interval(median, np.nan, np.nan)
    return Interval(median, float(values[k - 1]), float(values[n - k]))
