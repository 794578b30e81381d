"""Times at which a dynamical map cannot be inverted."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_increasing, check_shapes

__all__ = ["singular_between", "singular_times"]

GOLDEN = (math.sqrt(5) - 1) / 2
SECTIONS = 80  # 0.618⁸⁰ is below rounding
ZERO = 1e-7  # of the least singular value at its minimum, over that beside it


def singular_times(
    maps: Callable[[np.ndarray], ArrayLike], tlist: ArrayLike
) -> np.ndarray:
    """Return the times at which maps are singular, and no time-local generator exists.

    Golden sections about every minimum of the least singular value on `tlist`; a zero
    is what falls by 10⁷ from the neighbouring times. Simple zeros are found to
    rounding, double ones (a population c² where the amplitude c changes sign) to about
    10⁻⁸. Two zeros between neighbours of `tlist` may be missed, and so may those of
    maps that have almost lost a direction, with a singular value below 10⁻⁹ of the
    largest all around.

    Parameters
    ----------
    maps : callable
        Takes times (s,) and returns real or complex matrices (s, m, m).
    tlist : shape (t,)
        Strictly increasing times, dense enough to see every minimum.

    Returns
    -------
    np.ndarray
        Increasing times, shape (k,).

    Raises
    ------
    ValueError
        If `tlist` does not increase, or the matrices have another shape or are not
        finite.

    Examples
    --------
    >>> import numpy as np
    >>> def rabi(times):
    ...     return np.cos(times)[:, None, None] * np.eye(2)
    >>> (singular_times(rabi, np.linspace(0, 5, 11)) / np.pi).round(12)
    array([0.5, 1.5])
    """
    times = np.asarray(tlist, dtype=float)
    check_shapes(tlist=(times, "t"))
    check_increasing(times, "tlist")

    def least(at: np.ndarray) -> np.ndarray:
        matrices = np.asarray(maps(at))
        if matrices.ndim != 3 or len({len(at), len(matrices)}) > 1:
            raise ValueError(
                f"`maps` must return shape ({len(at)}, m, m) for {len(at)} times, but "
                f"returns shape {matrices.shape}."
            )
        check_shapes(maps=(matrices, "s m m"))
        check_finite(matrices, "maps")
        return np.linalg.svd(matrices, compute_uv=False)[:, -1]

    return singular_between(least, times, least(times))


def singular_between(
    least: Callable[[np.ndarray], np.ndarray], times: np.ndarray, heights: np.ndarray
) -> np.ndarray:
    """Return zeros of the least singular value, a function of times (s,) → (s,).

    `heights` are its values at `times`.
    """
    padded = np.concatenate([[np.inf], heights, [np.inf]])
    # one side is strict, or a zero in the middle between two times would count twice
    low = np.flatnonzero((heights < padded[:-2]) & (heights <= padded[2:]))
    before, after = np.maximum(low - 1, 0), np.minimum(low + 1, len(times) - 1)
    if len(times) == 1 or len(low) == 0:
        return np.empty(0)
    found = _minima(least, times[before], times[after])
    beside = np.maximum(heights[before], heights[after])
    return found[least(found) < ZERO * beside]


def _minima(
    function: Callable[[np.ndarray], np.ndarray], low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Return the places of minima by golden sections of all the brackets at once."""
    for _ in range(SECTIONS):
        width = GOLDEN * (high - low)
        left, right = high - width, low + width
        values = function(np.concatenate([left, right])).reshape(2, -1)
        falls = values[0] < values[1]
        low, high = np.where(falls, low, left), np.where(falls, right, high)
    return (low + high) / 2
