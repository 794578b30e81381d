"""Arrays for going on inside a block, in one file that lands whole or not at all."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from .layout import StudyDamaged, write_npz, written_aside

__all__ = ["load_arrays", "save_arrays"]


def save_arrays(arrays: Mapping[str, np.ndarray], path: Path, aside: Path) -> None:
    """Save arrays in place of the last ones, written aside first.

    Raises
    ------
    TypeError
        If an array holds Python objects.
    """
    plain = {key: np.asarray(value) for key, value in arrays.items()}
    for key, value in plain.items():
        if value.dtype.hasobject:
            raise TypeError(f"`{key}` must hold numbers, but holds objects.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(aside, path) as file:
        write_npz(file, plain)


def load_arrays(path: Path) -> dict[str, np.ndarray] | None:
    """Return the arrays of a file, or None where there is none.

    Raises
    ------
    StudyDamaged
        If the file is not as it was written.
    """
    if not path.exists():
        return None
    try:
        return _read_npz(path)
    except (ValueError, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
        raise StudyDamaged(
            f"The checkpoint `{path.name}` must be as it was written, but cannot be "
            "read. Repair the study, which starts that block anew.",
            reason="cannot be read",
        ) from error


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    """Undo `write_npz`; ``numpy.load`` leaves damaged files open."""
    arrays = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as member:
                array = np.lib.format.read_array(member, allow_pickle=False)
                arrays[name.removesuffix(".npy")] = array
    return arrays
