"""Confidence intervals of a measure over seeds."""

from collections.abc import Sequence
from typing import Any

import xarray as xr

from .estimates import Method, Student
from .pooled import check_axes, estimate
from .samples import Samples, samples_of

__all__ = ["described", "intervals_of", "seed_intervals"]

MEANINGS = {
    "value": "{}",
    "low": "lower limit of {}",
    "high": "upper limit of {}",
    "count": "numbers that the estimate rests on",
    "left_out": "points or pairs left out, since one failed or has no partner",
}


def seed_intervals(
    data: xr.Dataset | xr.DataArray,
    measure: str | None = None,
    *,
    axes: Sequence[str] | None = None,
    unit: str = "seeds",
    method: Method | None = None,
    level: float = 0.95,
) -> xr.Dataset:
    """Estimate a measure and its confidence interval for every material.

    Parameters
    ----------
    data : Dataset or DataArray
        A sweep's dataset along `point`, or its grid.
    measure : str, optional
        Which variable of a Dataset.
    axes : sequence of str, optional
        Parameters to keep, by dotted name; the others are averaged over. All by
        default.
    unit : {"seeds", "coordinates"}, optional
        What the sample is made of. "seeds": one number a seed, its mean over the
        combinations averaged over, where only those count at which no seed failed. It
        answers how far other seeds would give another mean on this grid, however much
        one seed's numbers hang together over it. "coordinates": one number a
        combination, its mean over seeds, as if combinations had been drawn at random.
    method : Student, Bootstrap or Median, optional
        How; Student's interval of the mean by default.
    level : float in (0, 1), optional
        Probability that one interval holds the truth.

    Returns
    -------
    Dataset
        `value`, `low` and `high` in the measure's unit, `count` and `left_out`, over
        (material, *axes, *rest), `rest` being the measure's own dims such as `time`.
        Parameters that run together share the dim of the first. A material that
        nothing is drawn for is exact, its interval a point; limits are NaN where one
        seed of several is all there is, and where a number is infinite.

    Raises
    ------
    TypeError, ValueError
        If the data cannot be arranged, or an argument is not one of those above.

    Examples
    --------
    >>> import numpy as np
    >>> sweep = xr.Dataset(
    ...     {"purity": ("point", [0.5, 0.7, 0.9])},
    ...     coords={
    ...         "material": ("point", ["bare", "learning", "learning"]),
    ...         "seed": ("point", [-1, 0, 1]),
    ...     },
    ... )
    >>> found = seed_intervals(sweep, "purity", level=0.5)
    >>> np.round([found.low, found.value, found.high], 2)
    array([[0.5, 0.7],
           [0.5, 0.8],
           [0.5, 0.9]])
    """
    samples = samples_of(data, measure)
    kept = check_axes(axes, samples.axes)
    method = Student() if method is None else method
    found = intervals_of(samples, kept, unit=unit, method=method, level=level)
    return described(found, samples, level=level, unit=unit, method=method)


def intervals_of(
    samples: Samples, axes: tuple[str, ...], *, unit: str, method: Method, level: float
) -> xr.Dataset:
    """Return the estimates of all materials, over (material, *axes, *rest)."""
    parts = [
        estimate(samples.of(name), axes, unit=unit, method=method, level=level)
        for name in samples.materials
    ]
    return xr.concat(parts, samples.values.material, join="exact")


def described(
    found: xr.Dataset, samples: Samples, *, what: str = "{}", **attrs: Any
) -> xr.Dataset:
    """Say what estimates are of, in which unit, and how they came about.

    Parameters
    ----------
    found : Dataset
        `value`, `low`, `high`, `count` and `left_out`, and perhaps more.
    samples : Samples
        Whose measure it is.
    what : str
        What is estimated, with ``{}`` for the measure's own name.
    **attrs
        How; objects are kept as their text.
    """
    own = samples.values.attrs
    name = what.format(own.get("long_name", samples.name))
    for key, meaning in MEANINGS.items():
        units = own.get("units", "") if key in ("value", "low", "high") else ""
        found[key].attrs = {"long_name": meaning.format(name), "units": units}
    how = {
        k: v if isinstance(v, int | float | str) else str(v) for k, v in attrs.items()
    }
    return found.assign_attrs(measure=samples.name, **how)
