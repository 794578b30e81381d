"""Confidence intervals of many samples at once, with numbers left out."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..._core.checks import check_integer
from ..medians import median_interval

__all__ = ["Bootstrap", "Estimates", "Median", "Method", "Student"]

CHUNK = 4_000_000  # resampled numbers held at once
TAIL = 5  # resamples beyond a limit, below which it is not resolved


@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimates, limits of their intervals and sizes of samples, all of one shape."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    count: np.ndarray


class Method(Protocol):
    """A way to estimate a centre and its confidence interval."""

    def along(
        self, values: np.ndarray, valid: np.ndarray, *, exact: bool, level: float
    ) -> Estimates:
        """Estimate along the last axis.

        Parameters
        ----------
        values : shape (..., n)
            Independent numbers, perhaps infinite.
        valid : shape (..., n)
            Which of them count.
        exact : bool
            Whether a single number is its own interval; otherwise its limits are NaN.
        level : float in (0, 1)
            Probability that one interval holds the truth.

        Returns
        -------
        Estimates
            Of shape (...).
        """
        ...


@dataclass(frozen=True)
class Student:
    """Mean and Student's interval: see `oqnn.studies.mean_interval`."""

    def along(
        self, values: np.ndarray, valid: np.ndarray, *, exact: bool, level: float
    ) -> Estimates:
        """Estimate along the last axis; see `Method`."""
        from scipy.special import stdtrit

        _check_level(level)
        mean, count = _mean(values, valid)
        with np.errstate(invalid="ignore", divide="ignore"):
            rest = np.where(valid, values - mean[..., None], 0.0)
            error = np.sqrt((rest**2).sum(axis=-1) / (count - 1) / count)
            half = stdtrit(count - 1.0, (1 + level) / 2) * error
        half = np.where(error == 0, 0.0, half)
        return _limits(mean, mean - half, mean + half, count, exact)


@dataclass(frozen=True)
class Bootstrap:
    """Mean and bootstrap interval (BCa): see `oqnn.studies.bootstrap_interval`.

    All samples of one size share their resamples, so a band over time is smooth. With
    ten numbers or fewer the intervals tend to be too narrow.

    Parameters
    ----------
    resamples, seed : int
        Number of resamples, and their seed.

    References
    ----------
    .. [1] Efron, J. Am. Stat. Assoc. 82, 171 (1987).
    """

    resamples: int = 9999
    seed: int = 0

    def __post_init__(self) -> None:
        check_integer(self.resamples, "resamples")
        check_integer(self.seed, "seed", least=0)

    def along(
        self, values: np.ndarray, valid: np.ndarray, *, exact: bool, level: float
    ) -> Estimates:
        """Estimate along the last axis; see `Method`."""
        _check_level(level)
        self._check_tail(level)
        mean, count = _mean(values, valid)
        low, high = mean.copy(), mean.copy()  # right where all numbers are the same
        least = np.where(valid, values, np.inf).min(axis=-1, initial=np.inf)
        most = np.where(valid, values, -np.inf).max(axis=-1, initial=-np.inf)
        finite = np.isfinite(np.where(valid, values, 0.0)).all(axis=-1)
        low[~finite] = high[~finite] = np.nan
        front = np.argsort(~valid, axis=-1, kind="stable")  # valid ones first, in order
        for size in np.unique(count[count > 1]):
            cells = (count == size) & finite & (least < most)
            sample = np.take_along_axis(values[cells], front[cells], axis=-1)[:, :size]
            low[cells], high[cells] = self._bca(sample, level)
        return _limits(mean, low, high, count, exact)

    def _bca(self, sample: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the limits for samples of shape (c, n)."""
        from scipy.stats import bootstrap

        low, high = np.empty((2, len(sample)))
        step = max(1, CHUNK // (self.resamples * sample.shape[1]))
        for first in range(0, len(sample), step):
            part = slice(first, first + step)
            limits = bootstrap(
                (sample[part],),
                np.mean,
                axis=-1,
                confidence_level=level,
                n_resamples=self.resamples,
                rng=np.random.default_rng(self.seed),
            ).confidence_interval
            low[part], high[part] = limits.low, limits.high
        return low, high

    def _check_tail(self, level: float) -> None:
        needed = int(np.ceil(2 * TAIL / (1 - level)))
        if self.resamples < needed:
            raise ValueError(
                f"`resamples` must be at least {needed} for intervals at "
                f"{100 * level:.6g} %, but is {self.resamples}. Take more, or "
                "Student()."
            )


@dataclass(frozen=True)
class Median:
    """Median and the interval between two of the numbers, which may be infinite.

    Its limits are NaN where so few numbers settle nothing: five or fewer at 95 %.
    """

    def along(
        self, values: np.ndarray, valid: np.ndarray, *, exact: bool, level: float
    ) -> Estimates:
        """Estimate along the last axis; see `Method`."""
        _check_level(level)
        count = valid.sum(axis=-1)
        known = np.sort(np.where(valid, values, np.nan), axis=-1)  # NaN comes last
        value, low, high = (np.full(count.shape, np.nan) for _ in range(3))
        unknown = (np.isnan(values) & valid).any(axis=-1)  # a difference of infinities
        for size in np.unique(count[count > 0]):
            cells = (count == size) & ~unknown
            sample = known[cells]
            ranks = median_interval(np.arange(size), level=level)
            lower, upper = sample[:, (size - 1) // 2], sample[:, size // 2]
            same = lower == upper
            value[cells] = np.where(same, lower, lower / 2 + upper / 2)
            if np.isfinite(ranks.low):
                low[cells] = sample[:, int(ranks.low)]
                high[cells] = sample[:, int(ranks.high)]
        return _limits(value, low, high, count, exact)


def _mean(values: np.ndarray, valid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    count = valid.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(valid, values, 0.0).sum(axis=-1) / count
    return np.asarray(mean), np.asarray(count)


def _limits(
    value: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    count: np.ndarray,
    exact: bool,
) -> Estimates:
    """Give a single number no interval, or that of an exact one."""
    one = np.where(exact, value, np.nan)
    single, none = count == 1, count == 0
    return Estimates(
        np.where(none, np.nan, value),
        np.where(none, np.nan, np.where(single, one, low)),
        np.where(none, np.nan, np.where(single, one, high)),
        count,
    )


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"`level` must lie between 0 and 1, but is {level}.")
