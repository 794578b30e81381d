"""Points of a sweep for a picture: at one combination, along an axis, over two."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from ...analysis.samples import Samples, samples_of
from ..description.settings import Axis
from .joining import label_of

__all__ = [
    "along_axis",
    "at_last_time",
    "drawn_parameters",
    "fixed_text",
    "middle_of",
    "only_over",
    "points_at",
    "samples_over",
    "seeds_by_material",
    "short_names",
]


def short_names(axes: Sequence[Axis]) -> dict[str, str]:
    """Return each swept parameter's name without its table, where that is clear."""
    names = [name for axis in axes for name in axis.names]
    last = [name.rpartition(".")[2] for name in names]
    return {
        name: own if last.count(own) == 1 else name
        for name, own in zip(names, last, strict=True)
    }


def drawn_parameters(axes: Sequence[Axis]) -> list[str]:
    """Return a parameter of each axis along which something can be drawn.

    It has two numbers or more, all different; of those that run together, the first
    such one.
    """
    names = []
    for axis in axes:
        for name, values in zip(axis.names, axis.values, strict=True):
            numbers = all(map(_is_number, values))
            if numbers and 1 < len(set(values)) == len(values):
                names.append(name)
                break
    return names


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def middle_of(points: xr.Dataset, axes: Sequence[Axis]) -> dict[str, Any]:
    """Return the coordinates nearest the middle of the grid where most materials are.

    Parameters
    ----------
    points : Dataset
        Along `point`; failed ones do not count unless all failed.
    axes : sequence of Axis

    Returns
    -------
    dict
        The label of every swept parameter; empty where nothing is swept.
    """
    well = np.flatnonzero(points.error.values == "")
    if well.size:
        points = points.isel(point=well)
    places = np.empty((len(axes), points.sizes["point"]), dtype=int)
    gap = np.zeros(points.sizes["point"])
    for row, axis in zip(places, axes, strict=True):
        labels = [label_of(value) for value in axis.values[0]]
        place = {label: i for i, label in enumerate(labels)}
        row[:] = [place[label] for label in points[axis.names[0]].values.tolist()]
        gap += np.abs(row - (len(labels) - 1) // 2) / len(labels)
    _, first, which = np.unique(places, axis=1, return_index=True, return_inverse=True)
    pairs = set(zip(which.ravel().tolist(), points.material.values, strict=True))
    materials = np.bincount([combination for combination, _ in pairs])
    best = min(range(len(first)), key=lambda k: (-materials[k], gap[first[k]]))
    chosen = points.isel(point=int(first[best]))
    return {name: chosen[name].item() for axis in axes for name in axis.names}


def points_at(points: xr.Dataset, coordinates: Mapping[str, Any]) -> xr.Dataset:
    """Return the points with all of some coordinates."""
    fitting = np.ones(points.sizes["point"], dtype=bool)
    for name, value in coordinates.items():
        fitting &= points[name].values == value
    return points.isel(point=np.flatnonzero(fitting))


def seeds_by_material(points: xr.Dataset, name: str) -> dict[str, np.ndarray]:
    """Return a variable's numbers by material, points along the first axis.

    Failed points are left out, and so are materials without any other.
    """
    well = points.isel(point=np.flatnonzero(points.error.values == ""))
    values = well[name].transpose("point", ...).values
    materials = well.material.values.astype(str)
    return {kind: values[materials == kind] for kind in dict.fromkeys(materials)}


def at_last_time(points: xr.Dataset, name: str) -> xr.DataArray:
    """Return one number a point: of a measure over time, that at the last one."""
    values = points[name]
    return values.isel(time=-1) if "time" in values.dims else values


def along_axis(
    points: xr.Dataset, name: str, axis: str
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return a parameter's values and a measure by material, (seeds, values).

    Parameters
    ----------
    points : Dataset
        Along `point`, with one value of every other parameter.
    name : str
        A measure, at the last time if it has several.
    axis : str
        Dotted name of the parameter.
    """
    samples = samples_over(points, name, [axis])
    found = {}
    for kind in samples.materials:
        values = samples.of(kind).values.isel(material=0).transpose("seed", axis)
        found[kind] = values.values
    return samples.values[axis].values.astype(float), found


def samples_over(points: xr.Dataset, name: str, axes: Sequence[str]) -> Samples:
    """Return a measure, at the last time, over some parameters alone."""
    return samples_of(only_over(points, name, axes), name)


def only_over(points: xr.Dataset, name: str, axes: Sequence[str]) -> xr.Dataset:
    """Return a measure, at the last time, and errors, with some parameters alone."""
    data = points[["error"]].assign({name: at_last_time(points, name)})
    return data.drop_vars([c for c in data.coords if "." in str(c) and c not in axes])


def fixed_text(
    coordinates: Mapping[str, Any], names: Mapping[str, str], without: Collection[str]
) -> str:
    """Return ", at h = 2, kappa = 0.2" for the parameters that are held fixed.

    Examples
    --------
    >>> fixed_text({"environment.h": 2.0}, {"environment.h": "h"}, [])
    ', at h = 2'
    """
    fixed = [
        f"{names[name]} = {value:.3g}"
        if _is_number(value)
        else f"{names[name]} = {value}"
        for name, value in coordinates.items()
        if name not in without
    ]
    return f", at {', '.join(fixed)}" if fixed else ""
