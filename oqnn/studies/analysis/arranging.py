"""Points of a sweep, or their grid, as one array over all coordinates."""

from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

__all__ = ["Arranged", "errors_of", "from_grid", "from_points"]

LARGEST = 100_000_000  # numbers in one array; more is no grid


class Arranged(NamedTuple):
    """A measure over (material, *axes, seed, *rest), and where there is a point."""

    values: xr.DataArray
    asked: xr.DataArray
    axes: tuple[str, ...]


def errors_of(data: xr.Dataset) -> xr.DataArray:
    """Return why points failed; empty where a grid has no point."""
    error = data["error"]
    texts = [e if isinstance(e, str) else "" for e in error.values.ravel().tolist()]
    return error.copy(data=np.array(texts, dtype=str).reshape(error.shape))


def from_points(data: xr.Dataset, name: str) -> Arranged:
    """Spread points over the grid of their coordinates.

    Raises
    ------
    ValueError
        If a coordinate is missing or unknown somewhere, two points are the same, or the
        points are no grid.
    """
    array = data[name].transpose("point", ...)
    for label in ("material", "seed"):
        if label not in data.coords or data[label].dims != ("point",):
            raise ValueError(f"`data` must have a coordinate `{label}` along `point`.")
    columns = {str(n): _column(c, str(n)) for n, c in data.coords.items() if _swept(c)}
    axes = _axes(columns)
    names = ["material", *(axis[0] for axis in axes), "seed"]
    rows = {n: columns[n] if n in columns else data[n].values.tolist() for n in names}
    labels = {n: _ordered(column) for n, column in rows.items()}
    where = _places(labels, rows)
    numbers = array.values.astype(float)
    if "error" in data:
        fine = errors_of(data).values == ""
        numbers[~fine] = np.nan
    sizes = tuple(map(len, labels.values()))
    values = np.full(sizes + array.shape[1:], np.nan)
    asked = np.zeros(sizes, dtype=bool)
    values[where], asked[where] = numbers, True
    coords: dict[str, Any] = {n: (n, np.array(v)) for n, v in labels.items()}
    coords |= _followers(axes, columns, labels)
    coords |= {str(d): array[d] for d in array.dims[1:] if d in array.coords}
    return Arranged(
        xr.DataArray(
            values, coords, [*names, *array.dims[1:]], name=name, attrs=array.attrs
        ),
        xr.DataArray(asked, {n: coords[n] for n in names}, names),
        tuple(names[1:-1]),
    )


def _followers(
    axes: Sequence[tuple[str, ...]],
    columns: Mapping[str, list[Any]],
    labels: Mapping[str, list[Any]],
) -> dict[str, Any]:
    """Return the values of parameters that run along with the first of an axis."""
    found = {}
    for leader, *others in axes:
        for other in others:
            own = dict(zip(columns[leader], columns[other], strict=True))
            found[other] = (leader, np.array([own[value] for value in labels[leader]]))
    return found


def from_grid(data: xr.Dataset, name: str) -> Arranged:
    """Take a grid, with its dims in order and numbers ascending.

    Raises
    ------
    ValueError
        If it has no coordinate `material` or `seed`.
    """
    for label in ("material", "seed"):
        if label not in data.coords:
            raise ValueError(
                f"`data` must run over `point`, or over a grid with `{label}`, but has "
                f"the dims {', '.join(map(str, data.dims)) or 'none'}."
            )
        if label not in data.dims:
            data = data.expand_dims(label)
    axes = tuple(str(d) for d in data[name].dims if "." in str(d))
    along = ["material", *axes, "seed"]
    for axis in axes:
        if data[axis].dtype.kind in "iuf":
            data = data.sortby(axis)
    values = data[name].astype(float).transpose(*along, ...)
    if "error" in data:
        fine = errors_of(data) == ""
        asked = data[name].notnull().any(_rest(values)) | ~fine
        values = values.where(fine)
    else:
        asked = values.notnull().any(_rest(values))
    if "point" in data.coords:  # numbers of points, -1 where there is none
        asked = data.point >= 0
    values.attrs = dict(data[name].attrs)
    values = values.reset_coords(
        [c for c in values.coords if c not in values.dims and "." not in str(c)],
        drop=True,
    )
    cells = values.isel(dict.fromkeys(_rest(values), 0), drop=True)
    asked = asked.broadcast_like(cells).transpose(*along)
    return Arranged(values, asked.drop_vars("point", errors="ignore"), axes)


def _rest(values: xr.DataArray) -> list[Hashable]:
    """Return the dims that are no coordinates of points."""
    known = ("material", "seed")
    return [d for d in values.dims if d not in known and "." not in str(d)]


def _swept(coordinate: xr.DataArray) -> bool:
    return coordinate.dims == ("point",) and "." in str(coordinate.name)


def _column(coordinate: xr.DataArray, name: str) -> list[Any]:
    """Return the values of a parameter, which must be known at every point."""
    values = coordinate.values.tolist()
    if any(value is None or value != value for value in values):
        raise ValueError(
            f"`{name}` must be known at every point, but is not at some. Analyse "
            "points of one shape at a time."
        )
    return [tuple(v) if isinstance(v, list) else v for v in values]


def _ordered(column: Sequence[Any]) -> list[Any]:
    """Return distinct values: numbers ascending, others as they come."""
    values = list(dict.fromkeys(column))
    numbers = all(isinstance(v, int | float) for v in values)
    return sorted(values) if numbers else values


def _axes(columns: dict[str, list[Any]]) -> list[tuple[str, ...]]:
    """Group parameters that run together; the axis that changes slowest comes first."""

    def changes(name: str) -> int:
        column = columns[name]
        return sum(a != b for a, b in pairwise(column))

    axes: list[tuple[str, ...]] = []
    for name in sorted(columns, key=lambda n: (changes(n), n)):
        own = set(columns[name])
        for i, axis in enumerate(axes):
            theirs = set(columns[axis[0]])
            pairs = set(zip(columns[axis[0]], columns[name], strict=True))
            if len(pairs) == len(own) == len(theirs) > 1:
                axes[i] = (*axis, name)
                break
        else:
            axes.append((name,))
    return axes


def _places(
    labels: dict[str, list[Any]], rows: dict[str, list[Any]]
) -> tuple[np.ndarray, ...]:
    """Return the index of every point along each dim of the grid."""
    size = int(np.prod([len(v) for v in labels.values()], dtype=float))
    if size > LARGEST:
        raise ValueError(
            f"`data` must be a grid, but its {len(rows['material'])} points have "
            f"{size:.3g} combinations of coordinates. Select fewer parameters."
        )
    where = []
    for name, values in labels.items():
        place = {value: i for i, value in enumerate(values)}
        where.append(np.array([place[value] for value in rows[name]], dtype=int))
    flat = np.ravel_multi_index(where, [len(v) for v in labels.values()])
    _, first, counts = np.unique(flat, return_index=True, return_counts=True)
    if (counts > 1).any():
        i = first[counts.argmax()]
        here = ", ".join(f"{n} = {rows[n][i]}" for n in labels)
        raise ValueError(f"`data` must hold each point once, but holds {here} twice.")
    return tuple(where)
