"""How long coherence lasts, by definition."""

import math

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_between, check_increasing, check_shapes
from .first_times import check_values

__all__ = ["coherence_time"]


def coherence_time(
    times: ArrayLike, values: ArrayLike, *, level: float = 1 / math.e
) -> np.ndarray:
    """Return the first time at which values have fallen to a share of the first one.

    The crossing is interpolated linearly between two samples, with an error of second
    order in their distance; a dip between two samples is not seen, and a later return
    above the level is not looked at. `decay_time` is the same on the grid, without
    interpolation, for a level that is not relative.

    Parameters
    ----------
    times : shape (t,)
        Strictly increasing. The coherence time counts from ``times[0]``.
    values : shape (..., t)
        Real, with positive ``values[..., 0]``: coherences, or their sizes.
    level : float, optional
        Share in (0, 1); 1/e by default.

    Returns
    -------
    np.ndarray
        Shape (...), in the unit of `times`; infinite where the values stay above the
        level on the grid.

    Raises
    ------
    ValueError
        If `times` does not increase, the last axis of `values` has another length, an
        entry is not finite, a first value is not positive or `level` is no share.

    Examples
    --------
    >>> float(coherence_time([0.0, 1.0, 3.0], [0.8, 0.6, 0.2], level=0.5))
    2.0
    """
    times, values = np.asarray(times, dtype=float), np.asarray(values, dtype=float)
    check_shapes(times=(times, "t"))
    check_increasing(times, "times")
    check_values(times, values)
    check_between(level, "level", 0, 1)
    first = values[..., :1]
    if not first.min() > 0:
        raise ValueError(
            "`values` must start above zero, but one starts at "
            f"{first.min():.6g}. Is there any coherence in the initial state?"
        )

    above = values - level * first
    low = above <= 0
    last = len(times) - 1
    end = np.clip(low.argmax(axis=-1), min(1, last), last)  # never the start
    before, after = (
        np.take_along_axis(above, (end - k)[..., None], axis=-1)[..., 0] for k in (1, 0)
    )
    found = low.any(axis=-1)
    part = before / np.where(found, before - after, 1)
    reached = times[end - 1] + part * (times[end] - times[end - 1]) - times[0]
    return np.where(found, reached, np.inf)[()]
