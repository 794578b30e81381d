"""Blocks of points joined to one dataset, and points spread over a grid."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from ..provenance import canonical_json
from .plan import Point
from .settings import Axis

__all__ = ["NOT_FINISHED", "join_points", "label_of", "spread_points"]

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
    keys = _keys(points, axes)
    labels = {dim: tuple(dict.fromkeys(values)) for dim, values in keys.items()}
    labels["seed"] = tuple(sorted(labels["seed"]))
    places = {
        dim: dict(zip(found, range(len(found)), strict=True))
        for dim, found in labels.items()
    }
    planned = np.array(
        [[places[dim][key] for key in values] for dim, values in keys.items()]
    )  # (axis, point)
    numbers = np.array([point.index for point in points])
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
    coords |= _axis_coords(points, axes, labels) | {"point": (dims, index)}
    return xr.Dataset(data, coords, attrs=dataset.attrs)


def label_of(value: Any) -> Any:
    """Return a swept value as a label: numbers and texts as they are, others as text.

    Examples
    --------
    >>> label_of(0.5), label_of([1, 2])
    (0.5, '[1,2]')
    """
    if isinstance(value, bool | int | float | str):
        return value
    return canonical_json(value)


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


def _keys(points: Sequence[Point], axes: Sequence[Axis]) -> dict[str, list[Any]]:
    """Return where each point lies along each axis, by a label that can be hashed."""
    keys: dict[str, list[Any]] = {"material": [point.material for point in points]}
    for axis in axes:
        name = axis.names[0]
        keys[name] = [label_of(point.coordinates[name]) for point in points]
    return keys | {"seed": [point.member for point in points]}


def _axis_coords(
    points: Sequence[Point], axes: Sequence[Axis], labels: Mapping[str, Sequence[Any]]
) -> dict[str, Any]:
    """Return the labels of the axes, with those of parameters that run along."""
    coords: dict[str, Any] = {
        "material": ("material", np.array(labels["material"])),
        "seed": ("seed", np.array(labels["seed"])),
    }
    for axis in axes:
        dim = axis.names[0]
        seen = {label_of(point.coordinates[dim]): point for point in points}
        for name in axis.names:
            values = [label_of(seen[at].coordinates[name]) for at in labels[dim]]
            coords[name] = (dim, np.array(values))
    return coords


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
