"""Checks of potentials and of the orders of their derivatives."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_integer

__all__ = ["check_order", "check_potential", "check_values"]


def check_order(order: int) -> None:
    """Check the order of a derivative: the potential itself is called, not derived."""
    check_integer(order, "order", least=1)


def check_values(values: ArrayLike, shape: tuple[int, ...], name: str) -> np.ndarray:
    """Return what a function of x gave, as real numbers of the shape of x.

    A single number, as a constant function returns it, stands for all points.
    """
    array = np.asarray(values)
    if np.iscomplexobj(array):
        raise TypeError(
            f"`{name}` must be real, but returns complex values. Losses are "
            "channels, not imaginary parts of a potential."
        )
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"`{name}` must return numbers, but returns {type(values).__name__} "
            f"of {array.dtype}."
        )
    if array.dtype.kind == "f" and array.dtype.itemsize < 8:
        raise ValueError(
            f"`{name}` must be computed in double precision, but returns {array.dtype}."
        )
    if array.shape not in (shape, ()):
        raise ValueError(
            f"`{name}` must return an array of the shape of x, {shape}, but returns "
            f"shape {array.shape}. It is called on whole arrays: sum over other "
            "indices inside."
        )
    return np.broadcast_to(array.astype(float), shape)


def check_potential(
    potential: Callable[..., ArrayLike],
    x: ArrayLike,
    t: float = 0.0,
    name: str = "potential",
) -> None:
    """Check that a potential is real and finite where it will be used.

    Parameters
    ----------
    potential : callable (x, t) → array
        Checked by one call.
    x : shape (...), length
        Points in use: the whole range of x ± ħθ/2, which is wider than the grid.
    t : float, optional
        Time of the call.
    name : str, optional
        The argument that holds it, for the message.

    Raises
    ------
    TypeError
        If it returns complex values or no numbers.
    ValueError
        If it returns another shape than that of x, NaN or infinity.
    """
    points = np.asarray(x, dtype=float)
    check_finite(points, "x")
    with np.errstate(all="ignore"):  # what overflows is reported below
        values = check_values(potential(points, t), points.shape, name)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        first = tuple(bad[0])
        raise ValueError(
            f"`{name}` must be finite wherever it is used, x from {points.min():.6g} "
            f"to {points.max():.6g}, but is {values[first]} at x = "
            f"{points[first]:.6g}, t = {t:.6g}. Points x ± ħθ/2 lie outside the "
            "grid: continue U smoothly there, or take fewer points of p, which "
            "narrows θ."
        )
