"""Files of data sets in a folder of the user's: found, opened, or asked for."""

import bz2
import gzip
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from .coding import rate_code
from .digit_data import pick
from .spike_data import SpikeData

__all__ = ["as_folder", "coded", "find_file", "read_bytes"]

OPENERS: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open}


def as_folder(folder: str | Path, what: str) -> Path:
    """Return a folder that exists; `what` says which data it should hold and whence."""
    if not isinstance(folder, str | os.PathLike):
        raise TypeError(f"`folder` must be a path, but is {folder!r}.")
    path = Path(folder)
    if not path.is_dir():
        raise FileNotFoundError(f"`folder` must be a folder, but {path} is not. {what}")
    return path


def find_file(folder: Path, names: tuple[str, ...], what: str) -> Path:
    """Return the first of some files that a folder holds."""
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(
        f"`folder` must hold {' or '.join(names)}, but {folder} does not. {what}"
    )


def read_bytes(path: Path) -> bytes:
    """Return what a file holds, unpacked by its ending."""
    opener = OPENERS.get(path.suffix)
    if opener is None:
        return path.read_bytes()
    try:
        with opener(path) as file:
            return file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(
            f"{path} must be a whole {path.suffix} file, but cannot be unpacked "
            f"({error}). Copy it anew."
        ) from error


def coded(
    images: np.ndarray,
    digit_of: np.ndarray,
    *,
    chosen: tuple[int, ...],
    limit: int | None,
    steps: int,
    seed: int,
    gain: float,
    source: Path,
) -> SpikeData:
    """Return images (S, n) of chosen digits as rate-coded spikes, the first `limit`."""
    images, labels = pick(images, digit_of, chosen)
    images, labels = images[:limit], labels[:limit]
    if len(images) == 0:
        raise ValueError(f"{source} must hold digits {chosen}, but has none of them.")
    spikes = rate_code(images, steps, seed=seed, gain=gain)
    names = tuple(str(digit) for digit in chosen)
    return SpikeData(inputs=spikes, labels=labels, classes=names)
