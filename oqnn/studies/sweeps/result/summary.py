"""A sweep as rows of a table, one a material and combination of parameters."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import xarray as xr

from ...table import Column

__all__ = ["summary_columns", "summary_rows"]

DIGITS = 4


def summary_rows(
    nodes: Sequence[xr.Dataset], measures: Sequence[str], names: Sequence[str]
) -> list[dict[str, Any]]:
    """Return rows for `summary_table`.

    Parameters
    ----------
    nodes : sequence of Dataset
        Points, one dataset an array shape.
    measures : sequence of str
        Variables that are shown; what depends on time, at its last time.
    names : sequence of str
        Coordinates that tell rows apart, beside the material.

    Returns
    -------
    list of dict
        Each holds under the name of a measure one number a seed, without points that
        failed; `seeds` counts all points, `failed` those.
    """
    rows = []
    for points in nodes:
        numbers = _numbers(points, measures)
        well = points.error.values == ""
        for label, where in _groups(points, names):
            good = where[well[where]]
            row: dict[str, Any] = {
                "material": label,
                "seeds": len(where),
                "failed": len(where) - len(good),
            }
            for name, values in numbers.items():
                row[name] = values[good] if good.size else np.nan
            rows.append(row)
    return rows


def summary_columns(
    nodes: Sequence[xr.Dataset], measures: Sequence[str]
) -> tuple[Column, ...]:
    """Return the columns of `summary_rows`; failures only where there are some.

    Times have as many digits as tell the times of the sweep apart.
    """
    columns = []
    for name in measures:
        late = any("time" in node[name].dims for node in nodes if name in node)
        title = name.rpartition(":")[2].replace("_", " ")
        title += " at T" * late
        columns.append(Column(key=name, title=title, digits=_digits(nodes, name)))
    if any((node.error.values != "").any() for node in nodes):
        columns.append(Column(key="failed", title="failed", digits=0))
    return tuple(columns)


def _digits(nodes: Sequence[xr.Dataset], name: str) -> int:
    """Return how many decimals a measure is shown with."""
    seen = [node for node in nodes if name in node]
    if not seen or any("time" not in node.coords for node in seen):
        return DIGITS
    if any(node[name].attrs.get("units") != _unit_of_time(node) for node in seen):
        return DIGITS
    times = np.concatenate([node.time.values for node in seen])
    for digits in range(1, DIGITS):
        if np.allclose(times, times.round(digits), rtol=0, atol=1e-9):
            return digits
    return DIGITS


def _unit_of_time(node: xr.Dataset) -> str | None:
    """Return the unit of the times, None where they have none."""
    return node.time.attrs.get("units") or None


def _numbers(points: xr.Dataset, measures: Sequence[str]) -> dict[str, np.ndarray]:
    """Return one number a point of each measure that has one."""
    last = points[[name for name in measures if name in points]]
    if "time" in last.dims:
        last = last.isel(time=-1)
    return {
        str(name): variable.values
        for name, variable in last.data_vars.items()
        if variable.dims == ("point",) and variable.dtype.kind in "iuf"
    }


def _groups(
    points: xr.Dataset, names: Sequence[str]
) -> Iterator[tuple[str, np.ndarray]]:
    """Return what rows are called, and the points that each holds."""
    ends = [name.rpartition(".")[2] for name in names]
    parts = [points.material.values.astype(str).tolist()]
    for name, end in zip(names, ends, strict=True):
        title = end if ends.count(end) == 1 else name
        values = points[name].values.tolist()
        parts.append([f"{title} = {_text(value)}" for value in values])
    groups: dict[tuple[str, ...], list[int]] = {}
    for i, label in enumerate(zip(*parts, strict=True)):
        groups.setdefault(label, []).append(i)
    for label, found in groups.items():
        yield ", ".join(label), np.array(found)


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
