"""Parameters as integers: what a digital register of a chip can hold."""

import numpy as np

from ..._core.checks import check_integer

__all__ = ["beyond", "coarsen", "grid_of_step", "hold", "to_levels"]


def to_levels(values: np.ndarray, step: float) -> np.ndarray:
    """Return the nearest multiples of a step as integers, ties to the even one.

    Parameters
    ----------
    values : shape (...)
        Parameters.
    step : float
        The parameter of level 1.

    Returns
    -------
    ndarray, shape (...)
        Whole numbers as float64, which no parameter makes overflow.

    Examples
    --------
    >>> to_levels(np.array([0.24, -0.26, 0.25]), 0.1)
    array([ 2., -3.,  2.])
    """
    return np.rint(values / step) + 0.0  # no negative zero


def beyond(values: np.ndarray, range_: float, largest: int | None) -> int:
    """Count the values that round to levels above the largest; see `hold`."""
    if largest is None:
        return 0
    return int((np.abs(to_levels(values, range_ / largest)) > largest).sum())


def hold(
    values: np.ndarray,
    range_: float,
    largest: int | None,
    *,
    name: str,
    saturates: bool,
) -> np.ndarray:
    """Round parameters to what a register holds: the levels -largest to largest.

    Parameters
    ----------
    values : shape (...)
        Parameters.
    range_ : float
        The parameter of the largest level.
    largest : int, optional
        None for parameters of full precision, which stay as they are.
    name : str
        Of the parameters, for the message.
    saturates : bool
        Whether values beyond the range take the largest level.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    ValueError
        If values lie beyond the range and are not to saturate.
    """
    if largest is None:
        return values
    levels = to_levels(values, range_ / largest)
    n_beyond = beyond(values, range_, largest)
    if n_beyond and not saturates:
        raise ValueError(
            f"`{name}` must lie within ±{range_:.6g}, which the chip can hold, but "
            f"{n_beyond} of {values.size} are larger, the largest "
            f"{np.abs(values).max():.6g}. Widen the range, or let the model saturate."
        )
    return levels.clip(-largest, largest) * (range_ / largest)


def grid_of_step(step: int, largest: int) -> np.ndarray:
    """Return the levels that are left at a coarser resolution, shape (2k + 1,).

    Multiples of `step` up to ``largest + 1``, the outermost of them one level down to
    `largest`, so that ``2 (largest + 1) / step + 1`` levels are left [1]_, Methods F;
    a step of 1 leaves every level.

    Parameters
    ----------
    step : int
        A divisor of ``largest + 1``.
    largest : int
        Of the levels at full resolution, which go from minus this to this.

    Returns
    -------
    ndarray of int64
        In ascending order.

    Raises
    ------
    TypeError
        If `step` is no integer.
    ValueError
        If it does not divide ``largest + 1``.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).

    Examples
    --------
    >>> grid_of_step(16, 63)
    array([-63, -48, -32, -16,   0,  16,  32,  48,  63])
    >>> len(grid_of_step(1, 63))
    127
    """
    check_integer(step, "step")
    if (largest + 1) % step:
        raise ValueError(
            f"`step` must divide {largest + 1}, one more than the largest level, "
            f"but is {step}."
        )
    up = np.unique(np.minimum(np.arange(0, largest + 2, step), largest))
    return np.concatenate([-up[:0:-1], up])


def coarsen(levels: np.ndarray, step: int, largest: int) -> np.ndarray:
    """Round levels to the nearest of `grid_of_step`, ties to the even multiple.

    Parameters
    ----------
    levels : shape (...), of integers
        From minus `largest` to `largest`.
    step, largest : int
        See `grid_of_step`.

    Returns
    -------
    ndarray of int64, shape (...)

    Examples
    --------
    >>> coarsen(np.array([-63, -5, 8, 24, 55, 56]), 16, 63)
    array([-63,   0,   0,  32,  48,  63])
    """
    grid = grid_of_step(step, largest)
    up = grid[grid >= 0]
    middles = (up[1:] + up[:-1]) / 2
    size = np.abs(levels)
    index = np.searchsorted(middles, size)
    tied = np.isin(size, middles) & (index % 2 == 1)
    return (np.sign(levels) * up[index + tied]).astype(np.int64)
