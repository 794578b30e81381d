"""Blocks of points joined to one dataset, and points spread over a grid."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from ..description.ranges import label_of
from ..description.settings import Axis
from ..plan import Point

__all__ = ["NOT_FINISHED", "join_points", "spread_points"]

NOT_FINISHED = "not finished"


def join_points(blocks: Sequence[xr.Dataset]) -> xr.Dataset:
    """Return blocks of one array shape as one dataset, ordered by `point`.

    Much quicker than ``xarray.concat``, for blocks that differ along `point` alone. A
    block that failed as a whole may lack numbers, which are then NaN.

    Raises
    ------
    ValueError
        If blocks differ in what has no axis `point`.
    """
    order = np.argsort(np.concatenate([block.point.values for block in blocks]))
    models: dict[str, xr.Variable] = {}
    for block in blocks:
        for name, variable in block.variables.items():
            models.setdefault(str(name), variable)
    variables = {
        name: _joined(_parts(blocks, name, model), name, order)
        for name, model in models.items()
    }
    names = dict.fromkeys(str(name) for block in blocks for name in block.coords)
    return xr.Dataset(
        {n: v for n, v in variables.items() if n not in names},
        {n: variables[n] for n in names},
    )


def spread_points(
    dataset: xr.Dataset, points: Sequence[Point], axes: Sequence[Axis]
) -> xr.Dataset:
    """Lay points out over materials, swept parameters and seeds.

    Parameters
    ----------
    dataset : Dataset
        With an axis `point`; may lack points.
    points : sequence of Point
        All that are to be there, finished or not.
    axes : sequence of Axis
        What is swept; parameters that run together share the axis of the first.

    Returns
    -------
    Dataset
        Axes `material`, one a swept parameter, and `seed`, in front of all others;
        −1 among the seeds where a material draws nothing. Numbers are NaN where there
        is no point; `error` is then empty, or "not finished" where one is to come.
        The coordinate `point` holds their numbers, −1 where there is none to be.
    """
    points = sorted(points, key=lambda point: point.index)
    numbers = np.array([point.index for point in points])
    planned, labels, along = _laid_out(points, axes)
    at = planned[:, np.searchsorted(numbers, dataset.point.values)]
    sizes, dims = tuple(map(len, labels.values())), tuple(labels)
    data = {
        str(name): _spread(variable.variable, at, sizes, dims)
        for name, variable in dataset.data_vars.items()
    }
    if "error" in data:
        missing = ~np.isin(numbers, dataset.point.values)
        text = data["error"].values.astype(object)
        text[tuple(planned[:, missing])] = NOT_FINISHED
        data["error"] = data["error"].copy(data=text.astype(np.str_))
    coords: dict[Any, Any] = {
        name: variable
        for name, variable in dataset.coords.variables.items()
        if "point" not in variable.dims
    }
    index = np.full(sizes, -1)
    index[tuple(planned)] = numbers
    coords |= {name: (name, np.array(values)) for name, values in labels.items()}
    coords |= along | {"point": (dims, index)}
    whole = xr.Dataset(data, coords, attrs=dataset.attrs)
    for name in set(whole.coords) & set(dataset.coords):
        whole[name].attrs = dataset[name].attrs
    return whole


def _parts(
    blocks: Sequence[xr.Dataset], name: str, model: xr.Variable
) -> list[xr.Variable]:
    """Return a variable of all blocks, without numbers where a block has none."""
    parts = []
    for block in blocks:
        if name in block.variables:
            parts.append(block.variables[name])
        elif "point" in model.dims:
            kind, nothing = _absent(model.dtype)
            sizes = dict(model.sizes) | {"point": block.sizes["point"]}
            values = np.full(list(sizes.values()), nothing, dtype=kind)
            parts.append(xr.Variable(model.dims, values, model.attrs))
    return parts


def _joined(parts: Sequence[xr.Variable], name: str, order: np.ndarray) -> xr.Variable:
    first = parts[0]
    if "point" not in first.dims:
        for part in parts[1:]:
            if part.dims != first.dims or not _same(part.values, first.values):
                raise ValueError(
                    f"`{name}` must be the same in all blocks, but differs. Were they "
                    "written by one study?"
                )
        return first
    axis = first.dims.index("point")
    values = np.concatenate([part.values for part in parts], axis=axis)
    return xr.Variable(first.dims, values.take(order, axis=axis), first.attrs)


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    nan = one.dtype.kind in "fc" and other.dtype.kind in "fc"
    return one.shape == other.shape and np.array_equal(one, other, equal_nan=nan)


def _laid_out(
    points: Sequence[Point], axes: Sequence[Axis]
) -> tuple[np.ndarray, dict[str, list[Any]], dict[str, Any]]:
    """Return where each point lies along each axis, the labels of the axes, and more.

    Labels that no point has are left out, as where one array shape has only some. The
    last are coordinates of parameters that run along with the first of their axis.
    """
    materials = list(dict.fromkeys(point.material for point in points))
    labels: dict[str, list[Any]] = {"material": materials}
    places = [np.array([materials.index(point.material) for point in points])]
    left = np.array([point.combination for point in points])
    last = []
    for axis in reversed(axes):  # the last one runs fastest
        left, own = np.divmod(left, len(axis))
        last.append(np.unique(own, return_inverse=True))
    along: dict[str, Any] = {}
    for axis, (kept, place) in zip(axes, reversed(last), strict=True):
        places.append(place)
        dim = axis.names[0]
        found = [[label_of(values[i]) for i in kept] for values in axis.values]
        labels[dim] = found[0]
        for name, others in zip(axis.names[1:], found[1:], strict=True):
            along[name] = (dim, np.array(others))
    seeds, place = np.unique([point.member for point in points], return_inverse=True)
    return np.stack([*places, place]), labels | {"seed": seeds.tolist()}, along


def _spread(
    variable: xr.Variable, at: np.ndarray, sizes: tuple[int, ...], dims: tuple[str, ...]
) -> xr.Variable:
    """Put the rows of an array where their points lie, and nothing elsewhere."""
    if "point" not in variable.dims:
        return variable
    rows = variable.transpose("point", ...)
    kind, nothing = _absent(rows.dtype)
    whole = np.full(sizes + rows.shape[1:], nothing, dtype=kind)
    whole[tuple(at)] = rows.values
    return xr.Variable((*dims, *rows.dims[1:]), whole, variable.attrs)


def _absent(kind: np.dtype) -> tuple[np.dtype, Any]:
    """Return what stands for no value, and a type that can hold it."""
    if kind.kind == "U":
        return kind, ""
    if kind.kind == "c":
        return kind, complex(np.nan, np.nan)
    return (kind if kind.kind == "f" else np.dtype(float)), np.nan
