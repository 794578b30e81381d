"""How a measure answers to each parameter: slopes and elasticities on the grid."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import xarray as xr

from .estimates import Method, Student
from .pooled import check_axes
from .samples import Samples, samples_of
from .seeds import described, intervals_of

__all__ = ["elasticities", "slopes"]


def slopes(
    data: xr.Dataset | xr.DataArray,
    measure: str | None = None,
    *,
    axes: Sequence[str] | None = None,
    unit: str = "seeds",
    method: Method | None = None,
    level: float = 0.95,
) -> xr.Dataset:
    r"""Estimate the derivative of a measure by each parameter, on the grid.

    Finite differences of second order inside the grid and at its ends, exact for
    parabolas on uneven grids too; of first order where a parameter has two values.
    They are taken seed by seed, so that what a seed adds everywhere cancels.

    Parameters
    ----------
    data : Dataset or DataArray
        A sweep's dataset along `point`, or its grid.
    measure : str, optional
        Which variable of a Dataset.
    axes, unit, method, level : optional
        As of `seed_intervals`: ``axes=()`` averages the slopes over the grid.

    Returns
    -------
    Dataset
        As of `seed_intervals`, with a dim `parameter` in front: those with two or more
        values, all numbers and different. The unit is that of the measure over the
        parameter's. Where parameters run together, the first stands for them.
        `left_out` counts points whose difference reaches over a failed one too.

    Raises
    ------
    TypeError, ValueError
        If the data cannot be arranged, or no parameter has two or more numbers.
    """
    samples = samples_of(data, measure)
    kept = check_axes(axes, samples.axes)
    method = Student() if method is None else method
    found = _along_parameters(
        samples, samples.values, kept, False, unit=unit, method=method, level=level
    )
    how = {"unit": unit, "method": method, "level": level}
    return described(found, samples, what="slope of {}", **how)


def elasticities(
    data: xr.Dataset | xr.DataArray,
    measure: str | None = None,
    *,
    axes: Sequence[str] | None = None,
    unit: str = "seeds",
    method: Method | None = None,
    level: float = 0.95,
) -> xr.Dataset:
    r"""Estimate :math:`\partial\ln m/\partial\ln p` of a measure by each parameter.

    By how many per cent the measure changes for one per cent of the parameter: a pure
    number, which compares parameters of different units. Finite differences of the
    logarithms, exact for power laws; else as `slopes`.

    Parameters
    ----------
    data, measure, axes, unit, method, level
        As of `slopes`.

    Returns
    -------
    Dataset
        As of `slopes`, without units; only parameters whose values are all positive.

    Raises
    ------
    TypeError, ValueError
        As of `slopes`, and if a number of the measure is not positive.
    """
    samples = samples_of(data, measure)
    kept = check_axes(axes, samples.axes)
    method = Student() if method is None else method
    low = float(samples.values.min()) if samples.valid.any() else np.nan
    if low <= 0:
        raise ValueError(
            f"`{samples.name}` must be positive for elasticities, but is {low:.6g} "
            "somewhere. Use slopes, or select where it is."
        )
    logs = samples.values.copy(data=np.log(samples.values.values))
    found = _along_parameters(
        samples,
        logs,
        kept,
        True,
        unit=unit,
        method=method,
        level=level,
    )
    how = {"unit": unit, "method": method, "level": level}
    found = described(found, samples, what="elasticity of {}", **how)
    for key in ("value", "low", "high"):
        found[key].attrs["units"] = ""
    return found


def _along_parameters(
    samples: Samples,
    values: xr.DataArray,
    kept: tuple[str, ...],
    logarithmic: bool,
    *,
    unit: str,
    method: Method,
    level: float,
) -> xr.Dataset:
    """Differentiate along each parameter and estimate, over a new dim `parameter`."""
    parts = {}
    for name in samples.axes:
        places = values[name].values
        if not _numbers(places, positive=logarithmic):
            continue
        places = np.log(places) if logarithmic else places.astype(float)
        slope = _gradient(values, name, places)
        there = replace(samples, values=slope, valid=slope.notnull())
        parts[name] = intervals_of(there, kept, unit=unit, method=method, level=level)
    if not parts:
        raise ValueError(
            "`data` must have a parameter with two or more different "
            f"{'positive ' if logarithmic else ''}numbers, but sweeps "
            f"{', '.join(samples.axes) or 'none'}."
        )
    joined = xr.concat(list(parts.values()), "parameter", join="exact")
    return joined.assign_coords(parameter=list(parts))


def _gradient(values: xr.DataArray, name: str, places: np.ndarray) -> xr.DataArray:
    last = values.transpose(..., name)
    order: Literal[1, 2] = 2 if len(places) > 2 else 1
    with np.errstate(invalid="ignore"):  # infinite times have no slope
        slope: Any = np.gradient(last.values, places, axis=-1, edge_order=order)
    slope = last.copy(data=slope).where(last.notnull())
    return slope.transpose(*values.dims)


def _numbers(places: np.ndarray, *, positive: bool) -> bool:
    """Tell whether a parameter has two or more values, all numbers and different."""
    if len(places) < 2 or places.dtype.kind not in "iuf":
        return False
    if len(np.unique(places)) < len(places):
        return False
    return bool((places > 0).all()) if positive else True
