"""Averages over parameters, seed by seed, before anything is estimated."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import xarray as xr

from ..._core.checks import check_choice
from .estimates import Method
from .samples import Samples

__all__ = ["check_axes", "estimate", "in_common"]

UNITS = ("seeds", "coordinates")


class Pooled(NamedTuple):
    """Samples of shape (cells, *rest, n), those that count, and points left out."""

    values: np.ndarray
    valid: np.ndarray
    left_out: np.ndarray  # shape (cells, *rest)


def check_axes(axes: Sequence[str] | None, known: Sequence[str]) -> tuple[str, ...]:
    """Return the parameters that are kept, by default all, in the order of the grid."""
    if axes is None:
        return tuple(known)
    if isinstance(axes, str):
        raise TypeError(f"`axes` must be a list of names, but is the text {axes!r}.")
    for name in axes:
        if name not in known:
            raise ValueError(
                f"`axes` must name swept parameters, of {', '.join(known) or 'none'}, "
                f"but names {name!r}."
            )
    return tuple(name for name in known if name in axes)


def estimate(
    samples: Samples,
    axes: tuple[str, ...],
    *,
    unit: str,
    method: Method,
    level: float,
) -> xr.Dataset:
    """Estimate one material, or one difference, at every combination of `axes`.

    Parameters
    ----------
    samples : Samples
        Of one material.
    axes : tuple of str
        Parameters that are kept; the others are averaged over.
    unit : {"seeds", "coordinates"}
        What the sample is made of. "seeds": one number a seed, its mean over
        combinations at which no seed failed. "coordinates": one number a combination
        of the parameters that are averaged over, its mean over seeds.
    method : Method
    level : float

    Returns
    -------
    Dataset
        `value`, `low`, `high`, `count` and `left_out` over (*axes, *rest).
    """
    check_choice(unit, "unit", UNITS)
    over = [name for name in samples.axes if name not in axes]
    if unit == "coordinates" and not over:
        raise ValueError(
            "`unit` must be 'seeds' where every parameter is kept, but is "
            "'coordinates'. Name fewer axes."
        )
    dims = [*axes, *samples.rest, *over, "seed"]
    one = samples.values.squeeze("material", drop=True).transpose(*dims)
    valid = samples.valid.squeeze("material", drop=True).transpose(*dims)
    asked = samples.asked.squeeze("material", drop=True)
    asked = asked.broadcast_like(valid).transpose(*dims)
    kept = one.shape[: len(axes) + len(samples.rest)]
    shape = (*kept, -1, one.sizes["seed"])
    arrays = [a.values.reshape(shape) for a in (one, valid, asked)]
    pooled = (_by_seed if unit == "seeds" else _by_coordinates)(*arrays)
    exact = unit == "seeds" and samples.exact(str(samples.values.material.item()))
    found = method.along(pooled.values, pooled.valid, exact=exact, level=level)
    names = one.dims[: len(kept)]
    coords = {
        k: c for k, c in one.coords.items() if c.dims and set(c.dims) <= set(names)
    }
    parts = {**vars(found), "left_out": pooled.left_out}
    return xr.Dataset({k: (names, v) for k, v in parts.items()}, coords)


def in_common(samples: Samples, axes: tuple[str, ...], *, unit: str) -> Samples:
    """Leave out what would make averages of materials rest on other combinations.

    Parameters
    ----------
    samples : Samples
        Of all materials.
    axes : tuple of str
        Parameters that are kept. Where one is averaged over, a combination counts only
        if every material has its numbers there; a material without any number at some
        kept coordinates is not waited for.
    unit : {"seeds", "coordinates"}
        As of `estimate`.
    """
    over = [name for name in samples.axes if name not in axes]
    fine = samples.valid if unit == "seeds" else samples.valid.any("seed")
    there = fine | ~fine.any(over)
    waited = [d for d in ("material", "seed") if d in there.dims]
    valid = samples.valid & there.all(waited)
    return replace(samples, valid=valid.transpose(*samples.valid.dims))


def _by_seed(values: np.ndarray, valid: np.ndarray, asked: np.ndarray) -> Pooled:
    """Average each seed over combinations at which no seed is missing.

    All arrays have the shape (..., combinations, seeds). A seed that has no number
    anywhere is missing as a whole, and costs no combination.
    """
    present = np.asarray(valid.any(axis=-2))  # (..., seeds)
    whole = (valid | ~present[..., None, :]).all(axis=-1)
    complete = np.asarray(whole & valid.any(axis=-1))  # (..., combinations)
    used = complete[..., None] & valid
    left_out = (asked & ~used).sum(axis=(-2, -1))
    return Pooled(_means(values, used, -2), np.asarray(used.any(axis=-2)), left_out)


def _by_coordinates(values: np.ndarray, valid: np.ndarray, asked: np.ndarray) -> Pooled:
    """Average each combination over its seeds."""
    left_out = (asked & ~valid).sum(axis=(-2, -1))
    return Pooled(_means(values, valid, -1), np.asarray(valid.any(axis=-1)), left_out)


def _means(values: np.ndarray, valid: np.ndarray, axis: int) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        total = np.where(valid, values, 0.0).sum(axis=axis)
        return total / valid.sum(axis=axis)
