"""One array of one chunk as the two files that Zarr v3 specifies, and back.

Written by hand, since a study has thousands of small arrays and `zarr` takes some ten
milliseconds for each; any reader of Zarr v3 opens them.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numcodecs import VLenUTF8
from numcodecs.zstd import Zstd

__all__ = ["NUMBERS", "chunk_key", "decode", "encode", "json_bytes"]

NUMBERS = frozenset("?bhilqBHILQefdFD")
ZSTD = {"name": "zstd", "configuration": {"level": 0, "checksum": False}}
TEXT = {"name": "vlen-utf8", "configuration": {}}


def encode(variable: xr.Variable, name: str) -> dict[str, bytes]:
    """Return the files of an array: its metadata, and its chunk if it has elements.

    Raises
    ------
    TypeError
        If it holds other things than booleans, integers, floats, complex numbers or
        strings.
    """
    values = variable.values
    text = _is_text(values)
    if not text and values.dtype.char not in NUMBERS:
        raise TypeError(
            f"`{name}` must hold booleans, integers, floats, complex numbers or "
            f"strings, but has dtype {values.dtype}."
        )
    metadata = _metadata(variable, text)
    files = {"zarr.json": json_bytes(metadata)}
    if values.size:
        if text:
            content = VLenUTF8().encode(values.astype(object).ravel())
        else:
            content = values.astype(values.dtype.newbyteorder("<")).tobytes()
        files[chunk_key(metadata)] = bytes(Zstd(level=0).encode(content))
    return files


def decode(metadata: Mapping[str, Any], chunk: bytes | None) -> xr.Variable:
    """Undo `encode`; strings come with NumPy's fixed length, attributes as stored.

    Raises
    ------
    ValueError
        If the chunk does not hold what the metadata say.
    """
    shape = tuple(metadata["shape"])
    names = [codec["name"] for codec in metadata["codecs"]]
    content = b"" if chunk is None else chunk
    if names[-1] == "zstd" and content:
        try:
            content = bytes(Zstd().decode(content))
        except RuntimeError as error:
            raise ValueError(f"its chunk cannot be unpacked ({error})") from error
    if metadata["data_type"] == "string":
        words = VLenUTF8().decode(content).tolist() if content else []
        values = np.array(words, dtype=np.str_)
    else:
        kind = np.dtype(metadata["data_type"])
        values = np.frombuffer(content, kind.newbyteorder("<")).astype(kind)
    if values.size != int(np.prod(shape, dtype=int)):
        raise ValueError(f"its chunk holds {values.size} values for the shape {shape}")
    attributes = dict(metadata["attributes"])
    if attributes.get("dtype") == "bool":  # as xarray stores them
        values = values.astype(bool)
        del attributes["dtype"]
    return xr.Variable(
        metadata.get("dimension_names", ()), values.reshape(shape), attributes
    )


def chunk_key(metadata: Mapping[str, Any]) -> str:
    """Return the path of the only chunk of an array."""
    separator = metadata["chunk_key_encoding"]["configuration"]["separator"]
    return separator.join(["c", *"0" * len(metadata["shape"])])


def json_bytes(content: Any) -> bytes:
    """Return JSON of mappings whose order is that in which they were made."""
    return json.dumps(content, ensure_ascii=False).encode()


def _is_text(values: np.ndarray) -> bool:
    if values.dtype.kind == "O":
        return all(isinstance(value, str) for value in values.flat)
    return values.dtype.kind in "UT"


def _metadata(variable: xr.Variable, text: bool) -> dict[str, Any]:
    kind = np.dtype(variable.dtype)
    endian = {"configuration": {"endian": "little"}} if kind.itemsize > 1 else {}
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": list(variable.shape),
        "data_type": "string" if text else kind.name,
        "chunk_grid": {
            "name": "regular",
            "configuration": {"chunk_shape": [max(1, n) for n in variable.shape]},
        },
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "."}},
        "fill_value": _fill_value(kind, text),
        "codecs": [TEXT if text else {"name": "bytes"} | endian, ZSTD],
        "attributes": variable.attrs,
        "dimension_names": list(variable.dims),
    }


def _fill_value(kind: np.dtype, text: bool) -> Any:
    """Return what a reader shows where the chunk is lost: nothing like a number."""
    if text:
        return ""
    empty = {"f": "NaN", "c": ["NaN", "NaN"], "b": False}
    return empty.get(kind.kind, 0)
