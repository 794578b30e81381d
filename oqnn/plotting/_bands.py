"""Lines over seeds with the bands around them."""

from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes

from .._core.checks import check_choice
from .style import THICK

Band = Literal["range", "quartiles"]
OPACITY = 0.22
FEW = 20  # values that are shown as points


def as_seeds(value: Any, name: str, length: int) -> np.ndarray:
    """Return (seeds, length), from that or (length,), of numbers, +inf and NaN."""
    values = np.atleast_2d(np.asarray(value, dtype=float))
    if values.ndim != 2 or values.shape[1] != length or values.size == 0:
        raise ValueError(
            f"`{name}` must have shape ({length},) or (seeds, {length}), but has shape "
            f"{np.shape(value)}."
        )
    if (values == -np.inf).any():
        raise ValueError(f"`{name}` must be numbers, inf or NaN, but holds -inf.")
    return values


def edges_of(values: np.ndarray, band: Band) -> tuple[np.ndarray, np.ndarray, Any]:
    """Return the median over the first axis and the edges of the band around it.

    Seeds that are NaN are left out; where all are, so is the result. Infinite ones
    count as greater than all others.
    """
    check_choice(band, "band", ("range", "quartiles"))
    levels = (0.0, 0.5, 1.0) if band == "range" else (0.25, 0.5, 0.75)
    found = np.full((3, *values.shape[1:]), np.nan)
    some = ~np.isnan(values).all(axis=0)
    if some.any():
        known = values[:, some]
        least = np.nanquantile(known, levels, axis=0, method="lower")
        most = np.nanquantile(known, levels, axis=0, method="higher")
        with np.errstate(invalid="ignore"):  # inf - inf and 0 inf, not used below
            between = np.nanquantile(known, levels, axis=0)
        exact = (least == most) | (most == np.inf)
        found[:, some] = np.where(exact, most, between)
    low, middle, high = found
    return middle, low, high


def draw_band(
    axes: Axes,
    x: np.ndarray,
    values: np.ndarray,
    band: Band,
    *,
    colour: str,
    dashes: Any,
    label: str,
    width: float = THICK,
) -> None:
    """Draw the median of (seeds, x) and its band; few values get points."""
    middle, low, high = edges_of(values, band)
    if len(values) > 1:
        axes.fill_between(x, low, high, color=colour, alpha=OPACITY, lw=0)
    axes.plot(
        x,
        middle,
        color=colour,
        linestyle=dashes,
        linewidth=width,
        marker="o" if len(x) <= FEW else "",
        markersize=2.5,
        label=label,
    )
