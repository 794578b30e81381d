"""Density matrices of a sweep's points: those that it keeps."""

from collections.abc import Iterator, Mapping

import numpy as np
import xarray as xr

from .data import States

__all__ = ["kept_states", "states_variable"]


def states_variable(dataset: xr.Dataset) -> str | None:
    """Return the name of the variable (point, time, row, col) that holds states."""
    for name, variable in dataset.data_vars.items():
        square = variable.ndim == 4 and len(set(variable.shape[2:])) == 1
        if variable.dtype.kind == "c" and square and variable.dims[0] == "point":
            return str(name)
    return None


def kept_states(
    dataset: xr.Dataset, cells: Mapping[int, int], labels: Mapping[int, str]
) -> Iterator[States]:
    """Return the states of some points of a dataset with the view `density_matrix`.

    Parameters
    ----------
    dataset : Dataset
        With an axis `point`.
    cells, labels : mapping by index of a point
        Which points, to which cell they belong, and their labels.
    """
    name = states_variable(dataset)
    if name is None:
        return
    variable = dataset[name]
    times, levels = _times(variable), _levels(variable)
    for row in np.flatnonzero(np.isin(dataset.point.values, list(cells))):
        point = int(dataset.point.values[row])
        values = variable.values[row]
        if not np.isnan(values).any():
            yield States(
                point=point,
                cell=cells[point],
                label=labels[point],
                times=times,
                states=values,
                levels=levels,
            )


def _times(variable: xr.DataArray) -> np.ndarray:
    """Return the times of the view, by whatever name their axis goes."""
    dim = str(variable.dims[1])
    if dim in variable.coords:
        return variable.coords[dim].values
    return np.arange(variable.shape[1], dtype=float)


def _levels(variable: xr.DataArray) -> tuple[str, ...]:
    dim = str(variable.dims[2])
    if dim in variable.coords:
        return tuple(str(level) for level in variable.coords[dim].values)
    d = variable.shape[2]
    bits = d.bit_length() - 1
    if d > 2 and d == 1 << bits:
        return tuple(f"{level:0{bits}b}" for level in range(d))
    return tuple(str(level) for level in range(d))
