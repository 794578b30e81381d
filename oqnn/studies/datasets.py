"""Labelled datasets to Zarr folders and back, bit for bit.

Complex numbers are stored as such and strings with variable length, both of which
Zarr v3 specifies, so that nothing is split, lost or warned about. The folder's own
attributes hold the SHA-256 of every file, and every reading compares them: what was
changed, cut short or lost is never taken for a number.
"""

import errno
import hashlib
import json
import shutil
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from .layout import StudyDamaged, sync
from .zarr_arrays import chunk_key, decode, encode, json_bytes

__all__ = ["damaged_files", "read_dataset", "write_dataset"]

DIGESTS = "sha256"
OWN = "zarr.json"  # its digest is of all it holds but that digest
SYNCS = 8  # at once, which the disk answers together


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
    ValueError
        If a variable's name cannot be that of a folder, or a coordinate's has spaces.
    OSError
        If the disk refuses, ``FileExistsError`` included.
    """
    _check_names(dataset)
    files = _files(dataset)
    folder.mkdir()
    try:
        for name in dataset.variables:
            (folder / str(name)).mkdir()
        for path, content in files.items():
            (folder / path).write_bytes(content)
        written = [*files, *map(str, dataset.variables), "."]
        with ThreadPoolExecutor(SYNCS) as pool:
            list(pool.map(_sync_all, [folder] * SYNCS, _shares(written)))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def read_dataset(folder: Path, *, within: Collection[str] | None = None) -> xr.Dataset:
    """Read a dataset that `write_dataset` wrote into memory.

    Data variables come in alphabetical order, strings as NumPy's fixed-length ones.

    Parameters
    ----------
    folder : path
    within : collection of str, optional
        Names of axes; arrays along any other are left out unread. All by default.

    Raises
    ------
    StudyDamaged
        If a file is missing, or not as it was written.
    """
    attributes, digests = _attributes(folder)
    variables: dict[str, xr.Variable] = {}
    for name in _array_names(folder, digests):
        content = _read(folder, f"{name}/zarr.json", digests)
        try:
            metadata = json.loads(content)
            axes = metadata.get("dimension_names", ())
            if within is not None and not set(axes) <= set(within):
                continue
            size = int(np.prod(metadata["shape"], dtype=int))
            path = f"{name}/{chunk_key(metadata)}"
            chunk = _read(folder, path, digests) if size else None
            variables[name] = decode(metadata, chunk)
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, StudyDamaged):
                raise
            raise _damaged(folder, f"{name} cannot be read: {error}") from error
    coords = {n: v for n, v in variables.items() if v.dims == (n,)}
    listed = [attributes, *(v.attrs for v in variables.values())]
    for attrs in listed:
        for name in attrs.pop("coordinates", "").split():
            if name in variables:
                coords[name] = variables[name]
    data = {n: v for n, v in sorted(variables.items()) if n not in coords}
    return xr.Dataset(data, coords, attributes)


def damaged_files(folder: Path) -> list[str]:
    """Return what is wrong with the files of a dataset, one phrase each.

    Empty where all are as they were written, or no digests were.
    """
    try:
        _, digests = _attributes(folder)
    except StudyDamaged as error:
        return [error.reason]
    found = []
    for path in digests:
        try:
            _read(folder, path, digests)
        except StudyDamaged as error:
            found.append(error.reason)
    if not digests:
        try:
            read_dataset(folder)
        except StudyDamaged as error:
            found.append(error.reason)
    return found


def _shares(paths: list[str]) -> list[list[str]]:
    return [paths[k::SYNCS] for k in range(SYNCS)]


def _sync_all(folder: Path, paths: list[str]) -> None:
    for path in paths:
        sync(folder / path)


def _files(dataset: xr.Dataset) -> dict[str, bytes]:
    """Return the files of a dataset by path, in order."""
    owners = {"the dataset": dataset.attrs} | {
        f"`{name}`": variable.attrs for name, variable in dataset.variables.items()
    }
    plain = {owner: _plain(attrs, owner) for owner, attrs in owners.items()}
    files = {}
    held: set[str] = set()
    for name, variable in dataset.variables.items():
        attrs = plain[f"`{name}`"]
        if name in dataset.data_vars:
            along = _coordinates(dataset, variable.dims)
            held |= set(along)
            attrs |= {"coordinates": " ".join(along)} if along else {}
        stored = xr.Variable(variable.dims, variable.values, attrs, fastpath=True)
        for path, content in encode(stored, str(name)).items():
            files[f"{name}/{path}"] = content
    attributes = plain["the dataset"]
    rest = [n for n in _coordinates(dataset, tuple(dataset.dims)) if n not in held]
    attributes |= {"coordinates": " ".join(rest)} if rest else {}
    digests = {path: _digest(content) for path, content in files.items()}
    group = {
        "zarr_format": 3,
        "node_type": "group",
        "attributes": attributes | {DIGESTS: digests},
    }
    digests[OWN] = _digest(_canonical(group))
    return files | {"zarr.json": json_bytes(group)}


def _check_names(dataset: xr.Dataset) -> None:
    for name in map(str, dataset.variables):
        spaced = name in dataset.coords and name.split() != [name]
        if spaced or "/" in name or name in ("", ".", "..", "zarr.json"):
            raise ValueError(
                "`dataset` must give variables names that folders can have, and "
                f"coordinates names without spaces, but has one {name!r}."
            )


def _coordinates(dataset: xr.Dataset, dims: Iterable[Any]) -> list[str]:
    """Return the coordinates that lie along some axes and are none themselves."""
    return sorted(
        str(name)
        for name, variable in dataset.coords.variables.items()
        if variable.dims != (name,) and set(variable.dims) <= set(dims)
    )


def _attributes(folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the attributes of a dataset, and the digests of its files."""
    try:
        record = json.loads((folder / "zarr.json").read_bytes())
        digests = record["attributes"].get(DIGESTS, {})
        own = digests.pop(OWN, None)
        changed = bool(digests) and own != _digest(_canonical(record))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(folder, "zarr.json cannot be read") from error
    if changed:
        raise _damaged(folder, "zarr.json has changed")
    attributes = {k: v for k, v in record["attributes"].items() if k != DIGESTS}
    return attributes, digests


def _array_names(folder: Path, digests: Mapping[str, str]) -> list[str]:
    if digests:
        ends = "/zarr.json"
        return [path.removesuffix(ends) for path in digests if path.endswith(ends)]
    return sorted(path.parent.name for path in folder.glob("*/zarr.json"))


def _read(folder: Path, path: str, digests: Mapping[str, str]) -> bytes:
    try:
        content = (folder / path).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise _damaged(folder, f"{path} is missing") from None
    except IsADirectoryError:
        raise _damaged(folder, f"{path} is no file") from None
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        raise _damaged(folder, f"{path} cannot be read from the disk") from error
    if digests and digests.get(path) != _digest(content):
        raise _damaged(folder, f"{path} has changed")
    return content


def _damaged(folder: Path, reason: str) -> StudyDamaged:
    return StudyDamaged(
        f"`{folder}` must be as it was written, but {reason}.", reason=reason
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _canonical(record: Mapping[str, Any]) -> bytes:
    plain = json.loads(json.dumps(record))  # keys as JSON has them, to be sorted
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()


def _plain(attrs: Mapping[Any, Any], owner: str) -> dict[str, Any]:
    """Return attributes as JSON holds them."""
    plain = {}
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
        plain[str(key)] = value
    return plain
