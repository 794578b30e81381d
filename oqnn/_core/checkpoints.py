"""Checkpoints of long computations: npz files, written whole or not at all."""

import os
from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

__all__ = ["check_checkpoint", "read_npz", "write_npz"]


def write_npz(path: str | Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write named arrays beside a path and move them there when they are complete."""
    path = Path(path)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        np.savez(file, **dict(arrays))  # type: ignore[arg-type]
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def read_npz(path: str | Path) -> dict[str, np.ndarray]:
    """Return the named arrays of a checkpoint that `write_npz` wrote.

    Raises
    ------
    ValueError
        If there is something else.
    """
    try:
        with Path(path).open("rb") as file, np.load(file) as content:
            return dict(content)
    except (TypeError, ValueError, OSError, EOFError, BadZipFile) as error:
        raise ValueError(
            f"`checkpoint` must be a file of a training, but {path} is not. "
            "Move it away, or name another one."
        ) from error


def check_checkpoint(checkpoint: str | Path | None) -> None:
    """Check that a checkpoint, if any, can be written."""
    if checkpoint is None:
        return
    if not isinstance(checkpoint, str | os.PathLike):
        raise TypeError(f"`checkpoint` must be a path, but is {checkpoint!r}.")
    if not Path(checkpoint).parent.is_dir():
        raise ValueError(
            "`checkpoint` must lie in a folder that exists, but is "
            f"{str(checkpoint)!r}. Make the folder first."
        )
