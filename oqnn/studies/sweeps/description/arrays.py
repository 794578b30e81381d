"""Numbers, vectors and matrices as settings hold them: plain lists, no path."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...._core.qobj import is_qobj

__all__ = ["as_numbers", "as_state_numbers", "plain", "with_arrays_read"]

PAIRS = "; complex numbers are pairs [re, im], and then all are"


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it.

    Arrays and Qobj become lists; complex numbers become pairs [re, im], and a complex
    vector a column of them, so that it cannot be taken for a real matrix.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if is_qobj(value):
        value = value.full()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, range):
        return [*value]
    if isinstance(value, list | tuple):
        parts = [plain(entry) for entry in value]
        return plain(np.array(value)) if _holds_complex(value) else parts
    if not isinstance(value, np.ndarray | np.generic | complex):
        return value
    array = np.asarray(value)
    if not np.iscomplexobj(array):
        return array.tolist()
    if array.ndim == 1:
        array = array[:, None]
    return np.stack([array.real, array.imag], axis=-1).tolist()


def as_numbers(value: Any, ndim: int, wanted: str) -> np.ndarray:
    """Return nested lists of numbers, or of pairs [re, im], as a complex array.

    Raises
    ------
    ValueError
        If they are no array of so many axes, speaking of `it`.
    """
    array = _floats(value, wanted)
    if array.ndim == ndim + 1 and array.shape[-1] == 2:
        return array[..., 0] + 1j * array[..., 1]
    if array.ndim != ndim:
        raise ValueError(f"`it` must be {wanted}{PAIRS}, but has shape {array.shape}.")
    return array.astype(complex)


def as_state_numbers(value: Any, wanted: str) -> np.ndarray:
    """Return a ket or a density matrix as a density matrix; nothing is normalised.

    Raises
    ------
    ValueError
        If the value is neither, speaking of `it`.
    """
    array = _floats(value, wanted)
    if array.ndim == 1:
        ket = array.astype(complex)
    elif array.ndim == 2 and array.shape[1] == 2 != array.shape[0]:
        ket = array[:, 0] + 1j * array[:, 1]
    else:
        matrix = as_numbers(value, 2, wanted)
        if matrix.shape[1] != 1:
            return matrix
        ket = matrix[:, 0]
    return np.outer(ket, ket.conj())


def with_arrays_read(value: Any, folder: Path | None = None) -> Any:
    """Replace names of ``.npy`` files by the numbers in them, relative to a folder.

    A list of names becomes ``{ values = [...] }``, since its parts are lists then.

    Raises
    ------
    ValueError
        If there is no such file, or no array of numbers in it, speaking of `it`.
    """
    if isinstance(value, Mapping):
        return {
            key: [with_arrays_read(one, folder) for one in entry]
            if key == "values" and isinstance(entry, list | tuple)
            else with_arrays_read(entry, folder)
            for key, entry in value.items()
        }
    if isinstance(value, list | tuple):
        read = [with_arrays_read(entry, folder) for entry in value]
        named = all(isinstance(entry, str) for entry in value)
        return {"values": read} if named and read != [*value] else read
    if isinstance(value, str) and value.endswith(".npy"):
        return plain(_read(Path(value) if folder is None else folder / value))
    return value


def _read(path: Path) -> np.ndarray:
    try:
        array = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise ValueError(
            f"`it` must name a .npy file, but {path} does not exist."
        ) from None
    except (OSError, ValueError, EOFError) as error:
        raise ValueError(
            f"`it` must name a .npy file, but {path} holds no array of numbers."
        ) from error
    if not (isinstance(array, np.ndarray) and array.dtype.kind in "iufc"):
        raise ValueError(
            f"`it` must name a .npy file, but {path} holds no array of numbers."
        )
    return array


def _floats(value: Any, wanted: str) -> np.ndarray:
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        shown = repr(value)
        shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
        raise ValueError(f"`it` must be {wanted}{PAIRS}, but is {shown}.") from None
    if not np.isfinite(array).all():
        raise ValueError(f"`it` must be {wanted}, but holds a number not finite.")
    return array


def _holds_complex(value: Sequence[Any]) -> bool:
    return any(
        isinstance(entry, complex)
        or (isinstance(entry, list | tuple) and _holds_complex(entry))
        for entry in value
    )
