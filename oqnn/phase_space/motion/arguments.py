"""Checks that several propagators share."""

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_increasing, check_positive, check_shapes
from ..._core.errors import ConvergenceError

__all__ = ["check_reached", "check_time_order", "convert_times"]


def convert_times(tlist: ArrayLike, step: float | None, tol: float) -> np.ndarray:
    """Return the times as an array, having checked them, the step and the tolerance."""
    times = np.array(tlist, dtype=float)  # a copy: results keep it
    check_shapes(tlist=(times, "t"))
    check_increasing(times, "tlist")
    if step is not None:
        check_positive(step, "step")
    check_positive(tol, "tol")
    return times


def check_time_order(time_order: int) -> None:
    """Check that an order in time is one of the two there are."""
    if time_order not in (2, 4):
        raise ValueError(f"`time_order` must be 2 or 4, but is {time_order!r}.")


def check_reached(values: np.ndarray, times: np.ndarray, name: str) -> None:
    """Check that what was computed at all times, (t, ...), is finite."""
    finite = np.isfinite(values).reshape(times.size, -1).all(axis=1)
    if not finite.all():
        raise ConvergenceError(
            f"`{name}` is finite up to t = {times[finite.argmin() - 1]:.6g}, but not "
            "after. Is the potential, at all times? Or try a shorter `step`."
        )
