"""Datasets as a sweep leaves them, with numbers of a known law."""

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import numpy as np
import xarray as xr


def fake_sweep(
    law: Callable[..., float | np.ndarray],
    *,
    axes: Mapping[str, Sequence] | None = None,
    materials: Mapping[str, Sequence[int]],
    times: Sequence[float] | None = None,
    measure: str = "purity",
    together: Mapping[str, Mapping] | None = None,
    failed: Sequence[int] = (),
) -> xr.Dataset:
    """Return the dataset of law(material, seed, *values), coordinates shuffled.

    `together` names parameters that follow another: {name: {value: own value}} with
    the first of them as ``"leader follower"``. `failed` are indices of points.
    """
    axes = axes or {}
    rows = [
        (material, seed, *values)
        for values in product(*axes.values())
        for material, seeds in materials.items()
        for seed in seeds
    ]
    values = np.array([law(*row) for row in rows], dtype=float)
    failed = list(failed)
    values[failed] = np.nan
    error = np.array(["" for _ in rows], dtype="<U9")
    error[failed] = "too large"
    columns = list(zip(*rows, strict=True))
    coords = {
        "seed": ("point", np.array(columns[1])),
        **{
            name: ("point", np.array(column))
            for name, column in reversed(list(zip(axes, columns[2:], strict=True)))
        },
        "material": ("point", np.array(columns[0])),
        "point": np.arange(len(rows)),
        "point_seed": ("point", np.arange(len(rows)) + 100),
    }
    for names, own in (together or {}).items():
        leader, follower = names.split()
        column = [own[v] for v in coords[leader][1].tolist()]
        coords[follower] = ("point", np.array(column))
    if times is not None:
        coords["time"] = np.asarray(times, dtype=float)
    dims = ("point", "time")[: values.ndim]
    attrs = {"long_name": "Tr ρ²", "units": ""}
    data = {measure: (dims, values, attrs), "error": ("point", error)}
    return xr.Dataset(data, coords)


def on_grid(data: xr.Dataset, whole: xr.Dataset | None = None) -> xr.Dataset:
    """Lay points out over all combinations of coordinates, as a sweep's grid does.

    `whole` holds all points that are to be there, by default those that are.
    """
    planned = data if whole is None else whole
    names = ["material", *sorted(n for n in data.coords if "." in n), "seed"]
    keys = list(zip(*[planned[n].values.tolist() for n in names], strict=True))
    labels = [list(dict.fromkeys(column)) for column in zip(*keys, strict=True)]
    shape = tuple(map(len, labels))
    measures = [n for n in data.data_vars if n != "error"]
    arrays = {n: np.full(shape + data[n].shape[1:], np.nan) for n in measures}
    error, number = np.full(shape, "", dtype="<U12"), np.full(shape, -1)
    done = data.point.values.tolist()
    for index, key in zip(planned.point.values.tolist(), keys, strict=True):
        place = tuple(v.index(k) for v, k in zip(labels, key, strict=True))
        number[place], error[place] = index, "not finished"
        if index in done:
            row = data.isel(point=done.index(index))
            error[place] = str(row.error.values)
            for n in measures:
                arrays[n][place] = row[n].values
    coords = dict(zip(names, labels, strict=True)) | {"point": (names, number)}
    coords |= {d: data[d] for d in data.dims if d != "point"}
    variables = {
        n: ([*names, *data[n].dims[1:]], arrays[n], data[n].attrs) for n in measures
    }
    return xr.Dataset({**variables, "error": (names, error)}, coords)


def loss(seen: object) -> np.ndarray:
    """A measure as a user may write it."""
    raise NotImplementedError


loss.better = "low"
