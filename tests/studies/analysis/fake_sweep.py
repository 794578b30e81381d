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
