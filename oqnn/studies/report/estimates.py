"""Estimates over the seeds of many cells at once."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Estimates", "mean_over_seeds", "median_over_seeds"]


class Estimates(NamedTuple):
    """Values of cells with the limits of their spread, and how many seeds gave them.

    `value`, `low` and `high` are of shape (cell,) or (cell, time), `seeds` of (cell,).
    Where no seed gave a number they are NaN.
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    seeds: np.ndarray


def mean_over_seeds(
    values: ArrayLike, cells: ArrayLike, size: int, *, level: float = 0.95
) -> Estimates:
    r"""Return the mean of every cell and Student's interval :math:`m ± t s/\sqrt n`.

    Parameters
    ----------
    values : shape (p,) or (p, time)
        One row a point; points with no number at all are left out.
    cells : shape (p,)
        To which cell each point belongs.
    size : int
        Number of cells.
    level : float in (0, 1), optional
        Probability that an interval holds the true mean.

    Returns
    -------
    Estimates
        A single seed is its own interval; one that is not finite has none.
    """
    from scipy.stats import t

    values, cells = _given(values, cells)
    count = np.bincount(cells, minlength=size)
    n = _beside(count, values)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = _sums(values, cells, size) / n
        squares = _sums((values - mean[cells]) ** 2, cells, size)
        error = np.sqrt(squares / (n - 1) / n)
        quantile = np.where(n > 1, t.ppf((1 + level) / 2, np.maximum(n - 1, 1)), np.nan)
        alone = np.where(np.isfinite(mean), 0, np.nan)
        half = np.where(n == 1, alone, quantile * error)
        return Estimates(mean, mean - half, mean + half, count)


def median_over_seeds(values: ArrayLike, cells: ArrayLike, size: int) -> Estimates:
    """Return the median of every cell with its least and greatest number.

    Parameters and result are those of `mean_over_seeds`; infinite numbers are sorted
    as any others.
    """
    values, cells = _given(values, cells)
    shape = (size, *values.shape[1:])
    middle, low, high = (np.full(shape, np.nan) for _ in range(3))
    for cell in np.unique(cells):
        rows = np.sort(values[cells == cell], axis=0)
        n = len(rows)
        one, other = rows[(n - 1) // 2], rows[n // 2]
        middle[cell] = np.where(one == other, one, one / 2 + other / 2)
        low[cell], high[cell] = rows[0], rows[-1]
    return Estimates(middle, low, high, np.bincount(cells, minlength=size))


def _given(values: ArrayLike, cells: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Leave out points without numbers."""
    array, where = np.asarray(values, dtype=float), np.asarray(cells, dtype=int)
    there = ~np.isnan(array).all(axis=tuple(range(1, array.ndim)))
    return array[there], where[there]


def _sums(values: np.ndarray, cells: np.ndarray, size: int) -> np.ndarray:
    sums = np.zeros((size, *values.shape[1:]))
    np.add.at(sums, cells, values)
    return sums


def _beside(count: np.ndarray, values: np.ndarray) -> np.ndarray:
    return count.reshape(-1, *[1] * (values.ndim - 1))
