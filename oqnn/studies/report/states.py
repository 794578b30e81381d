"""Density matrices of a sweep's points: those that it keeps."""

from collections.abc import Iterator, Mapping

import numpy as np
import xarray as xr

from .data import States

__all__ = ["FRAMES", "kept_states", "states_size"]

FRAMES = {"frame_state": "frame of the control fields", "state": "laboratory frame"}


def states_size(dataset: xr.Dataset) -> int:
    """Return how many complex numbers the states of a point have, in all frames."""
    return sum(dataset[name][:1].size for name in FRAMES if name in dataset)


def kept_states(
    dataset: xr.Dataset, cells: Mapping[int, int], labels: Mapping[int, str]
) -> Iterator[States]:
    """Yield the states of some points of a dataset, in both frames.

    Parameters
    ----------
    dataset : Dataset
        With an axis `point`; without the view `density_matrix` there are none.
    cells, labels : mapping by index of a point
        Which points, to which cell they belong, and their labels.
    """
    for row in np.flatnonzero(np.isin(dataset.point.values, list(cells))):
        point = int(dataset.point.values[row])
        for name, frame in FRAMES.items():
            if name not in dataset or np.isnan(dataset[name].values[row]).any():
                continue
            yield States(
                point=point,
                cell=cells[point],
                label=f"{labels[point]}, {frame}" if labels[point] else frame,
                times=dataset.view_time.values,
                states=dataset[name].values[row],
                levels=_levels(dataset[name]),
            )


def _levels(variable: xr.DataArray) -> tuple[str, ...]:
    dim = str(variable.dims[2])
    if dim in variable.coords:
        return tuple(str(level) for level in variable.coords[dim].values)
    d = variable.shape[2]
    bits = d.bit_length() - 1
    if d > 2 and d == 1 << bits:
        return tuple(f"{level:0{bits}b}" for level in range(d))
    return tuple(str(level) for level in range(d))
