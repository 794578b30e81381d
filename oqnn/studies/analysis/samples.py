"""One measure of a sweep as an array over materials, parameters and seeds."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import xarray as xr

__all__ = ["Samples", "failures", "samples_of"]

EXACT = -1  # label of the member of a material that nothing is drawn for
LARGEST = 100_000_000  # numbers in one array; more is no grid


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples:
    """Numbers of one measure, with those that are left out marked.

    Parameters
    ----------
    name : str
        Of the measure.
    values : DataArray, dims (material, *axes, seed, *rest)
        NaN where nothing is known. `rest` holds `time` and any other dims.
    valid : DataArray of bool, dims of `values`
        Where there is a number; it may be infinite.
    asked : DataArray of bool, dims (material, *axes, seed)
        Where there is a point, failed or not.
    axes : tuple of str
        Parameters by dotted name; of those that run together, the first.
    """

    name: str
    values: xr.DataArray
    valid: xr.DataArray
    asked: xr.DataArray
    axes: tuple[str, ...]

    @property
    def materials(self) -> list[str]:
        """Names of the materials, in the order of the points."""
        return [str(name) for name in self.values.material.values]

    @property
    def rest(self) -> tuple[str, ...]:
        """Dims of the measure itself, most often none or ``("time",)``."""
        return tuple(str(d) for d in self.values.dims[len(self.axes) + 2 :])

    def exact(self, material: str) -> bool:
        """Tell whether nothing is drawn for a material, so that one number says all."""
        there = self.asked.sel(material=material)
        return bool(not there.sel(seed=there.seed != EXACT).any())

    def of(self, material: str) -> "Samples":
        """Return the samples of one material, with the seeds that it has.

        Raises
        ------
        ValueError
            If there is no such material.
        """
        if material not in self.materials:
            raise ValueError(
                f"`material` must be one of {', '.join(self.materials)}, but is "
                f"{material!r}."
            )
        there = self.asked.sel(material=[material])
        held = there.any([d for d in there.dims if d != "seed"])
        pick = {"material": [material], "seed": held.seed[held.values]}
        return Samples(
            name=self.name,
            values=self.values.sel(pick),
            valid=self.valid.sel(pick),
            asked=self.asked.sel(pick),
            axes=self.axes,
        )


def samples_of(data: xr.Dataset | xr.DataArray, measure: str | None = None) -> Samples:
    """Arrange a measure of a sweep by material, parameters and seed.

    Parameters
    ----------
    data : Dataset or DataArray
        Along `point`, with coordinates `material`, `seed` and one for each parameter
        under its dotted name; or on a grid of them, where a selected one may be a
        scalar. Points whose variable `error` is not empty are left out, and so is
        NaN. On a grid a point is one whose coordinate `point` is not negative; without
        that, one with a number or an error.
    measure : str, optional
        Which variable of a Dataset.

    Returns
    -------
    Samples

    Raises
    ------
    TypeError
        If `data` is neither, or the measure is not of real numbers.
    ValueError
        If there is no such measure, a coordinate is missing or unknown (NaN)
        somewhere, two points are the same, or the points are no grid.
    """
    if isinstance(data, xr.DataArray):
        name = str(data.name or "values")
        data = data.to_dataset(name=name)
    elif isinstance(data, xr.Dataset):
        name = _checked_name(data, measure)
    else:
        raise TypeError(
            f"`data` must be a Dataset or a DataArray, but is a {type(data).__name__}."
        )
    if data[name].dtype.kind not in "biuf":
        raise TypeError(
            f"`{name}` must hold real numbers, but holds {data[name].dtype}. Take its "
            "real part, its modulus or another measure."
        )
    grid = _from_points(data, name) if "point" in data.dims else _from_grid(data, name)
    _check_seeds(grid)
    return grid


def failures(data: xr.Dataset) -> dict[str, int]:
    """Return why points failed, and how many for each reason, most frequent first.

    Parameters
    ----------
    data : Dataset
        With a variable `error`, empty where a point went well.

    Examples
    --------
    >>> failures(xr.Dataset({"error": ("point", ["", "too large", "too large"])}))
    {'too large': 2}
    """
    reasons, counts = np.unique(_errors(data).values, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return {str(reasons[i]): int(counts[i]) for i in order if reasons[i]}


def _checked_name(data: xr.Dataset, measure: str | None) -> str:
    known = [str(name) for name in data.data_vars if name != "error"]
    if measure not in known:
        raise ValueError(
            f"`measure` must be one of {', '.join(known)}, but is {measure!r}."
        )
    return str(measure)


def _errors(data: xr.Dataset) -> xr.DataArray:
    """Return why points failed; empty where a grid has no point."""
    error = data["error"]
    texts = [e if isinstance(e, str) else "" for e in error.values.ravel().tolist()]
    return error.copy(data=np.array(texts, dtype=str).reshape(error.shape))


def _from_points(data: xr.Dataset, name: str) -> Samples:
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
        fine = _errors(data).values == ""
        numbers[~fine] = np.nan
    sizes = tuple(map(len, labels.values()))
    values = np.full(sizes + array.shape[1:], np.nan)
    asked = np.zeros(sizes, dtype=bool)
    values[where], asked[where] = numbers, True
    coords = {n: (n, np.array(v)) for n, v in labels.items()}
    coords |= _followers(axes, columns, labels)
    coords |= {d: array[d] for d in array.dims[1:] if d in array.coords}
    return _samples(
        name,
        xr.DataArray(values, coords, [*names, *array.dims[1:]], attrs=array.attrs),
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


def _from_grid(data: xr.Dataset, name: str) -> Samples:
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
    values = data[name].astype(float).transpose(*along, ...)
    if "error" in data:
        fine = _errors(data) == ""
        asked = data[name].notnull().any(_rest(values)) | ~fine
        values = values.where(fine)
    else:
        asked = values.notnull().any(_rest(values))
    if "point" in data.coords:  # numbers of points, -1 where there is none
        asked = data.point >= 0
    values.attrs = dict(data[name].attrs)
    return _samples(name, values, asked.transpose(*along), axes)


def _rest(values: xr.DataArray) -> list[Hashable]:
    """Return the dims that are no coordinates of points."""
    known = ("material", "seed")
    return [d for d in values.dims if d not in known and "." not in str(d)]


def _samples(
    name: str, values: xr.DataArray, asked: xr.DataArray, axes: tuple[str, ...]
) -> Samples:
    values = values.reset_coords(
        [c for c in values.coords if c not in values.dims and "." not in str(c)],
        drop=True,
    )
    return Samples(
        name=name, values=values, valid=values.notnull(), asked=asked, axes=axes
    )


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


def _check_seeds(samples: Samples) -> None:
    """Refuse a material with members that are drawn and one that is not."""
    for name in samples.materials:
        seeds = samples.of(name).values.seed.values
        if EXACT in seeds and len(seeds) > 1:
            raise ValueError(
                f"`seed` must be {EXACT} for all points of a material or for none, but "
                f"{name!r} has the seeds {', '.join(map(str, seeds))}."
            )
