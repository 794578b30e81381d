"""The first time at which something happens, on a grid."""

import math

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_increasing, check_shapes

__all__ = ["decay_time"]


def decay_time(
    times: ArrayLike, values: ArrayLike, level: float = 1 / math.e
) -> np.ndarray:
    """Return the first grid time at which values lie below a level.

    Nothing is interpolated, and a later return above the level is not looked at.

    Parameters
    ----------
    times : shape (t,)
        Strictly increasing.
    values : shape (..., t)
        Real.
    level : float, optional
        1/e by default.

    Returns
    -------
    np.ndarray
        Shape (...), in the unit of `times`; infinite where no value on the grid lies
        below the level.

    Raises
    ------
    ValueError
        If `times` does not increase, the last axis of `values` has another length, or
        an entry is not finite.

    Examples
    --------
    >>> float(decay_time([0, 1, 2, 3], [1.0, 0.6, 0.3, 0.5]))
    2.0
    """
    times, values = np.asarray(times, dtype=float), np.asarray(values, dtype=float)
    level = float(level)
    check_finite(values, "values")
    check_finite(np.asarray(level), "level")
    return first_time(times, values < level, "values")


def check_values(times: np.ndarray, values: np.ndarray) -> None:
    """Check that values are finite, with one for each time in their last axis."""
    check_finite(values, "values")
    if values.ndim == 0 or values.shape[-1] != len(times):
        raise ValueError(
            f"`values` must have one entry for each of the {len(times)} times, but has "
            f"shape {values.shape}."
        )


def first_time(times: np.ndarray, happened: np.ndarray, name: str) -> np.ndarray:
    """Return the first of `times` where `happened` (..., t) is true, else infinity."""
    check_shapes(times=(times, "t"))
    check_increasing(times, "times")
    if happened.ndim == 0 or happened.shape[-1] != len(times):
        raise ValueError(
            f"`{name}` must have one entry for each of the {len(times)} times, but has "
            f"{happened.shape[-1] if happened.ndim else 'no time axis'}."
        )
    return np.where(happened.any(axis=-1), times[happened.argmax(axis=-1)], np.inf)[()]
