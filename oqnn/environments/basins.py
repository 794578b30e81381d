"""Where learners end: basins, plateaus on the way, and how many do well."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_between, check_integer, check_positive, check_shapes

__all__ = ["Basins", "Plateau", "epochs_to_reach", "find_basins", "find_plateaus"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Basins:
    """Groups of learners by their costs, from the best group on."""

    levels: np.ndarray  # (g,): least cost in each
    sizes: np.ndarray  # (g,): number of learners
    members: tuple[tuple[int, ...], ...]  # learners by position, best first
    good: int  # learners within reach of the best, or of a given level
    total: int  # all learners, those that never had a cost included
    interval: tuple[float, float]  # of the chance that a learner is good

    @property
    def fraction(self) -> float:
        """Part of the learners that do well."""
        return self.good / self.total


class Plateau(NamedTuple):
    """Epochs start … stop − 1 without progress."""

    start: int
    stop: int
    level: float  # least cost up to its end


def find_basins(
    costs: ArrayLike,
    *,
    gap: float = 0.1,
    within: float = 0.2,
    level: float | None = None,
    confidence: float = 0.95,
) -> Basins:
    """Sort learners into basins by the gaps between their least costs.

    Parameters
    ----------
    costs : shape (b,)
        Least cost, or infidelity, of each learner, positive. Infinite or NaN: it never
        had one; such learners are in no basin, but count as failures.
    gap : float, optional
        A basin ends where the next cost is higher by more than this fraction.
    within : float, optional
        Learners are good up to (1 + within) times the least cost. As the best of the
        sample defines what is good, the interval is a little too high for few learners.
    level : float, optional
        Learners are good up to this cost instead: an honest trial each.
    confidence : float, optional
        Of the Clopper-Pearson interval, which holds its level for any chance.

    Returns
    -------
    Basins
        Levels, sizes and members of the basins; how many are good, with an interval.

    Raises
    ------
    ValueError
        If no learner has a cost, a cost is not positive, or a setting is out of range.

    Examples
    --------
    >>> found = find_basins([0.036, 0.089, 0.037, 0.142, 0.038], level=0.05)
    >>> found.sizes, found.members[0]
    (array([3, 1, 1]), (0, 2, 4))
    >>> found.good, [round(end, 3) for end in found.interval]
    (3, [0.147, 0.947])
    """
    from scipy.stats import binomtest

    costs = np.asarray(costs, dtype=float)
    check_shapes(costs=(costs, "b"))
    check_positive(gap, "gap")
    check_positive(within, "within")
    check_between(confidence, "confidence", 0, 1)
    known = np.isfinite(costs)
    if not known.any() or not (costs[known] > 0).all():
        raise ValueError(
            f"`costs` must hold positive numbers, one a learner, but are {costs}."
        )
    best = costs[known].min()
    good = int(
        (costs[known] <= (best * (1 + within) if level is None else level)).sum()
    )
    interval = binomtest(good, costs.size).proportion_ci(confidence, method="exact")

    order = np.argsort(np.where(known, costs, np.inf), kind="stable")[: known.sum()]
    ordered = costs[order]
    ends = np.flatnonzero(ordered[1:] > (1 + gap) * ordered[:-1]) + 1
    groups = np.split(order, ends)
    return Basins(
        levels=np.array([costs[group[0]] for group in groups]),
        sizes=np.array([len(group) for group in groups]),
        members=tuple(tuple(int(i) for i in group) for group in groups),
        good=good,
        total=costs.size,
        interval=(float(interval.low), float(interval.high)),
    )


def find_plateaus(
    costs: ArrayLike, *, window: int = 100, drop: float = 0.02
) -> list[Plateau]:
    """Find where a learner makes no progress.

    The criterion: along a plateau the least cost so far falls by less than the
    fraction `drop` in all, and it lasts at least `window` epochs. Looked for from the
    left, each as long as it can be, none sharing an epoch with another. The end of a
    run that has converged is one as well. What rises and falls above the least cost
    does not matter; the curve ends where costs are no numbers any more.

    Parameters
    ----------
    costs : shape (e,)
        Cost J of every epoch of one learner, positive.
    window : int, optional
        Least length, in epochs.
    drop : float in (0, 1), optional
        Fraction of the cost.

    Returns
    -------
    list of Plateau
        (start, stop, level) in order; empty if progress never stops for so long.

    Raises
    ------
    ValueError
        If the costs are not one row of positive numbers, or a setting is out of range.

    Examples
    --------
    >>> find_plateaus([8, 4, 2, 2, 2, 2, 1, 1, 1], window=3)
    [Plateau(start=2, stop=6, level=2.0), Plateau(start=6, stop=9, level=1.0)]
    """
    costs = np.asarray(costs, dtype=float)
    check_shapes(costs=(costs, "e"))
    check_integer(window, "window", least=2)
    if not 0 < drop < 1:
        raise ValueError(f"`drop` must lie between 0 and 1, but is {drop}.")
    lost = np.flatnonzero(~np.isfinite(costs))
    lived = costs[: lost[0]] if lost.size else costs
    if not (lived > 0).all():
        raise ValueError(
            f"`costs` must be positive, but the least is {lived.min():.6g}."
        )
    least = np.minimum.accumulate(lived)
    found, start = [], 0
    while start + window <= len(least):
        # first epoch by which the cost has fallen; `least` never rises
        fallen = np.searchsorted(-least, -(1 - drop) * least[start], side="right")
        stop = int(fallen)
        if stop - start >= window:
            found.append(Plateau(start, stop, float(least[stop - 1])))
            start = stop
        else:
            start += 1
    return found


def epochs_to_reach(costs: ArrayLike, level: float) -> np.ndarray:
    """Return the first epoch at or below a level, infinite where there is none.

    Parameters
    ----------
    costs : shape (..., e)
        Cost or infidelity of every epoch. NaN is never below.
    level : float
        What is to be reached.

    Returns
    -------
    shape (...)
        Epochs, counted from zero.

    Examples
    --------
    >>> epochs_to_reach([[0.3, 0.1, 0.2], [0.3, 0.3, 0.3]], 0.1)
    array([ 1., inf])
    """
    below = np.asarray(costs, dtype=float) <= level
    if below.ndim == 0 or below.shape[-1] == 0:
        raise ValueError(
            f"`costs` must hold at least one epoch, but has shape {below.shape}."
        )
    return np.where(below.any(axis=-1), below.argmax(axis=-1), np.inf)
