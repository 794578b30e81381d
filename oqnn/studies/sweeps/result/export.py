"""Sweeps as NetCDF and CSV, for programs that do not read Zarr.

NetCDF has no complex numbers: a variable `rho` becomes `rho_re` and `rho_im`, which
`read_netcdf` joins again. CSV holds scalars, one row a point, and time series, one row
a point and time; `notes.txt` beside it says how to read them and what was left out.
"""

import csv
import io
import json
import os
from collections.abc import Hashable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ...layout import disk_errors, sync, written_aside

__all__ = ["folder_for", "read_netcdf", "write_csv", "write_netcdf"]

PART = "complex_part"
PARTS = {"_re": "real", "_im": "imaginary"}
NOTES = """\
{files}

One row a point (…points.csv), or a point and time (…times.csv). `point` is the number
of the point in the sweep, `seed` its member, -1 where its material draws no numbers,
and `point_seed` what the point drew its own numbers from. Names with a dot are swept
parameters. `error` is empty, or says why the point failed; its numbers are then nan.
Complex numbers are two columns, _re and _im. All numbers have the digits that give the
same number back; with pandas:

    pandas.read_csv(name, engine="python", keep_default_na=False, na_values=["nan"])

Left out, since they have other axes (the NetCDF file and the Zarr store hold them):
{left_out}.
"""


def write_netcdf(
    tree: xr.DataTree, trained: Mapping[str, xr.Dataset], path: str | Path
) -> Path:
    """Write a sweep to one NetCDF file, one group an array shape or training.

    Parameters
    ----------
    tree : xarray.DataTree
        One node an array shape.
    trained : mapping str → Dataset
        Trained drives by the name of their block, which is that of their group.
    path : path
        The file; one that exists is replaced, at once and as a whole.

    Raises
    ------
    ImportError
        If h5netcdf is not installed.
    IsADirectoryError
        If the path is that of a folder.
    NoSpaceError
        If the disk is full; a file that was there stays.
    """
    if find_spec("h5netcdf") is None:
        raise ImportError(
            "NetCDF files need the package h5netcdf: pip install h5netcdf."
        )
    path = Path(path)
    if path.is_dir():
        raise IsADirectoryError(
            f"`path` must be a file, but {path} is a folder. Name a file in it, such "
            f"as {path / 'study.nc'}."
        )
    nodes = {"/": xr.Dataset(attrs=tree.attrs)}
    nodes |= {name: node.to_dataset() for name, node in tree.children.items()}
    plain = {name: _split(node) for name, node in {**nodes, **trained}.items()}
    aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with disk_errors(path.parent, f"`{path.name}`"):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            xr.DataTree.from_dict(plain).to_netcdf(aside, engine="h5netcdf")
            sync(aside)
            os.replace(aside, path)
        finally:
            aside.unlink(missing_ok=True)
        sync(path.parent)
    return path


def read_netcdf(path: str | Path) -> xr.DataTree:
    """Read what `write_netcdf` wrote into memory, with complex numbers joined."""
    options: dict[str, Any] = {
        "engine": "h5netcdf",
        "mask_and_scale": False,
        "decode_times": False,
    }
    with xr.open_datatree(path, **options) as opened:
        nodes = {
            node.path: _joined(node.to_dataset().load()) for node in opened.subtree
        }
    return xr.DataTree.from_dict(nodes)


def write_csv(tree: xr.DataTree, folder: str | Path) -> list[Path]:
    """Write a sweep to a folder of CSV files, two an array shape, and notes on them.

    Files that exist are replaced, each at once and as a whole.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    NotADirectoryError
        If the folder is a file.
    NoSpaceError
        If the disk is full; files that were there stay.
    """
    folder = folder_for(folder)
    texts, left_out = {}, []
    for shape, node in tree.children.items():
        dataset = node.to_dataset()
        columns = {d: _columns(dataset, d) for d in (("point",), ("point", "time"))}
        shown = {str(n) for dims in columns for n in _with_dims(dataset, dims)}
        left_out += sorted(str(n) for n in dataset.data_vars if str(n) not in shown)
        labels = _labels(dataset)
        texts[f"{shape}_points.csv"] = _table(labels | columns["point",])
        if "time" in dataset.dims:
            texts[f"{shape}_times.csv"] = _long(
                labels, dataset.time.values, columns["point", "time"]
            )
    names = ", ".join(dict.fromkeys(left_out)) or "nothing"
    texts["notes.txt"] = NOTES.format(files="\n".join(texts), left_out=names)
    with disk_errors(folder, "The tables"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            with written_aside(folder / f".{name}.partial", folder / name) as file:
                file.write(text.encode())
    return [folder / name for name in texts]


def folder_for(folder: str | Path) -> Path:
    """Return a folder that there is or may be.

    Raises
    ------
    NotADirectoryError
        If it is a file.
    """
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(
            f"`folder` must be a folder, but {folder} is a file. Name another one."
        )
    return folder


def _split(dataset: xr.Dataset) -> xr.Dataset:
    """Return a dataset that NetCDF can hold."""
    variables: dict[Hashable, xr.Variable] = {}
    for name, variable in dataset.variables.items():
        attrs = _attributes(variable.attrs)
        if variable.dtype.kind != "c":
            variables[name] = _plain(variable.dims, variable.values, attrs)
            continue
        halves = {"_re": variable.values.real, "_im": variable.values.imag}
        for end, values in halves.items():
            part = attrs | {PART: PARTS[end]}
            variables[f"{name}{end}"] = _plain(variable.dims, values, part)
    coords = {n: v for n, v in variables.items() if n in dataset.coords}
    data = {n: v for n, v in variables.items() if n not in dataset.coords}
    return xr.Dataset(data, coords, _attributes(dataset.attrs))


def _plain(dims: Any, values: np.ndarray, attrs: dict[str, Any]) -> xr.Variable:
    """Return a variable in which NaN stays a number like others."""
    nothing = {"_FillValue": None} if values.dtype.kind == "f" else {}
    return xr.Variable(dims, values, attrs, encoding=nothing)


def _joined(dataset: xr.Dataset) -> xr.Dataset:
    """Undo `_split`, but for attributes that became text."""
    joined = dataset.drop_encoding()
    for name, variable in dataset.data_vars.items():
        if variable.attrs.get(PART) != PARTS["_re"]:
            continue
        whole = str(name).removesuffix("_re")
        attrs = {k: v for k, v in variable.attrs.items() if k != PART}
        values = np.empty(variable.shape, np.result_type(variable.dtype, np.complex64))
        values.real, values.imag = variable.values, dataset[f"{whole}_im"].values
        joined = joined.drop_vars([name, f"{whole}_im"])
        joined[whole] = (variable.dims, values, attrs)
    texts = {n: v for n, v in joined.variables.items() if v.dtype.kind in "OT"}
    return joined.assign_coords(
        {n: _fixed(v) for n, v in texts.items() if n in joined.coords}
    ).assign({n: _fixed(v) for n, v in texts.items() if n in joined.data_vars})


def _fixed(variable: xr.Variable) -> xr.Variable:
    words = np.array(variable.values.ravel().tolist(), dtype=np.str_)
    return xr.Variable(variable.dims, words.reshape(variable.shape), variable.attrs)


def _attributes(attrs: Mapping[Any, Any]) -> dict[str, Any]:
    """Return attributes as text and numbers; anything else as JSON."""
    simple = (str, int, float, np.ndarray, np.generic)
    return {
        str(key): value if isinstance(value, simple) else json.dumps(value)
        for key, value in attrs.items()
    }


def _with_dims(dataset: xr.Dataset, dims: tuple[str, ...]) -> list[Hashable]:
    return [n for n, v in dataset.data_vars.items() if v.dims == dims]


def _labels(dataset: xr.Dataset) -> dict[str, np.ndarray]:
    """Return the coordinates of points, the plain ones first."""
    first = ["point", "material", "seed", "point_seed"]
    along = [str(n) for n, v in dataset.coords.items() if v.dims == ("point",)]
    names = [n for n in first if n in along] + sorted(set(along) - set(first))
    return {name: dataset[name].values for name in names}


def _columns(dataset: xr.Dataset, dims: tuple[str, ...]) -> dict[str, np.ndarray]:
    columns = {}
    for name in _with_dims(dataset, dims):
        values = dataset[name].values
        if values.dtype.kind == "c":
            columns[f"{name}_re"], columns[f"{name}_im"] = values.real, values.imag
        else:
            columns[str(name)] = values
    return columns


def _long(
    labels: Mapping[str, np.ndarray],
    times: np.ndarray,
    columns: Mapping[str, np.ndarray],
) -> str:
    """Return time series as text, one row a point and time."""
    count = len(next(iter(labels.values())))
    return _table(
        {name: np.repeat(values, len(times)) for name, values in labels.items()}
        | {"time": np.tile(times, count)}
        | {name: values.ravel() for name, values in columns.items()}
    )


def _table(columns: Mapping[str, np.ndarray]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    rows: list[Sequence[Any]] = [values.tolist() for values in columns.values()]
    writer.writerows(zip(*rows, strict=True))
    return stream.getvalue()
