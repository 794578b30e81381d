"""Labelled datasets to Zarr folders and back, bit for bit.

Complex numbers are stored as such and strings with variable length, both of which
Zarr v3 specifies, so that nothing is split, lost or warned about.
"""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import xarray as xr
import zarr

from .layout import sync

__all__ = ["read_dataset", "write_dataset"]

NUMBERS = frozenset("?bhilqBHILQefdFD")


def write_dataset(dataset: xr.Dataset, folder: Path) -> None:
    """Write a dataset to a new Zarr v3 folder, one chunk an array, and sync it.

    Parameters
    ----------
    dataset : xarray.Dataset
        Variables of booleans, integers, floats, complex numbers or strings;
        attributes that JSON can hold.
    folder : path
        Must not exist. A write that fails leaves nothing behind.

    Raises
    ------
    TypeError
        If a variable or attribute is of another kind.
    OSError
        If the disk refuses, ``FileExistsError`` included.
    """
    plain = dataset.assign(
        {name: _storable(v, str(name)) for name, v in dataset.data_vars.items()}
    ).assign_coords(
        {name: _storable(v, str(name)) for name, v in dataset.coords.items()}
    )
    for owner, attrs in [
        ("the dataset", dataset.attrs),
        *((f"`{name}`", v.attrs) for name, v in dataset.variables.items()),
    ]:
        _check_attributes(attrs, owner)
    encoding = {
        name: {"_FillValue": None} | ({"chunks": v.shape} if v.size and v.ndim else {})
        for name, v in plain.variables.items()
    }
    folder.mkdir()
    try:
        # Chunks equal to the fill value are left out by default: -0.0 would read as 0.
        with zarr.config.set({"array.write_empty_chunks": True}):
            plain.to_zarr(
                folder, mode="w", consolidated=False, zarr_format=3, encoding=encoding
            )
        for root, _, files in os.walk(folder):
            for name in [*files, "."]:
                sync(Path(root) / name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def read_dataset(folder: Path) -> xr.Dataset:
    """Read a dataset that `write_dataset` wrote into memory.

    Data variables come in alphabetical order, strings as NumPy's fixed-length ones.
    """
    with xr.open_zarr(
        folder,
        consolidated=False,
        chunks=None,
        mask_and_scale=False,
        decode_times=False,
    ) as opened:
        loaded = opened.load().drop_encoding()
    loaded = loaded.assign_coords(
        {n: _fixed_length(v) for n, v in loaded.coords.items() if _is_text(v)}
    ).assign({n: _fixed_length(v) for n, v in loaded.data_vars.items() if _is_text(v)})
    return loaded[sorted(loaded.data_vars, key=str)]


def _is_text(variable: xr.DataArray) -> bool:
    return variable.dtype.kind in "TO"


def _fixed_length(variable: xr.DataArray) -> xr.DataArray:
    text = np.array(variable.values.ravel().tolist(), dtype=np.str_)
    return _with_values(variable, text.reshape(variable.shape))


def _with_values(variable: xr.DataArray, values: np.ndarray) -> xr.DataArray:
    """Replace the values and keep dims and attributes, but no coordinates."""
    return xr.DataArray(values, dims=variable.dims, attrs=variable.attrs)


def _storable(variable: xr.DataArray, name: str) -> xr.DataArray:
    """Give strings a variable length and numbers the machine's byte order."""
    values = variable.values
    kind = values.dtype.kind
    if kind in "UT" or (kind == "O" and all(isinstance(v, str) for v in values.flat)):
        return _with_values(variable, values.astype(np.dtypes.StringDType()))
    if values.dtype.char not in NUMBERS:
        raise TypeError(
            f"`{name}` must hold booleans, integers, floats, complex numbers or "
            f"strings, but has dtype {values.dtype}."
        )
    return _with_values(variable, values.astype(values.dtype.newbyteorder("=")))


def _check_attributes(attrs: dict, owner: str) -> None:
    for key, value in attrs.items():
        if isinstance(value, np.generic | np.ndarray):
            value = value.tolist()
        try:
            json.dumps(value)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"The attribute `{key}` of {owner} must be something that JSON can "
                f"hold, but is a {type(value).__name__}."
            ) from error
