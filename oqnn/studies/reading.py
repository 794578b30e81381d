"""Finished blocks of a study in memory; needs no lock."""

import os
import time
from collections.abc import Collection
from pathlib import Path

import xarray as xr

from .datasets import read_dataset
from .integrity import is_remains
from .layout import StudyDamaged, is_block, read_settings
from .provenance import SCHEMA_VERSION, canonical_json

__all__ = ["finished_blocks", "open_tree", "read_block", "read_blocks"]

MOMENT = 0.05  # seconds, in which a block is replaced many times over


def finished_blocks(root: Path) -> list[str]:
    """Return the names of all finished blocks below a Zarr folder, sorted.

    Raises
    ------
    StudyDamaged
        If a folder was a block, but cannot be read as one.
    """
    found = []
    for folder, below, _ in os.walk(root):
        path = Path(folder)
        name = path.relative_to(root).as_posix()
        if is_block(path):
            found.append(name)
            below.clear()
        elif is_remains(path):
            raise _damaged(root, name, "zarr.json is missing or cannot be read")
    return sorted(found)


def read_block(
    root: Path, block: str, *, within: Collection[str] | None = None
) -> xr.Dataset:
    """Return a finished block, with its provenance among the attributes.

    `within` is that of `read_dataset`.

    Raises
    ------
    KeyError
        If the block is not finished.
    StudyDamaged
        If a file of it is not as it was written.
    """
    if not is_block(root / block):
        if is_remains(root / block):
            raise _damaged(root, block, "zarr.json is missing or cannot be read")
        raise KeyError(f"block {block!r} is not finished")
    try:
        return _read_twice(root / block, within)
    except StudyDamaged as error:
        raise _damaged(root, block, error.reason) from error


def read_blocks(
    folder: str | Path, *, within: Collection[str] | None = None
) -> dict[str, xr.Dataset]:
    """Return the finished blocks of a study by name, sorted.

    Blocks that land while it reads may be missing, but none is partial. `within` is
    that of `read_dataset`.

    Raises
    ------
    StudyMismatch
        If the folder holds no study.
    StudyDamaged
        If a file is not as it was written.
    """
    read_settings(folder)
    root = Path(folder) / "study.zarr"
    blocks = {}
    for name in finished_blocks(root):
        try:
            blocks[name] = read_block(root, name, within=within)
        except KeyError:  # thrown away since it was listed
            continue
    return blocks


def open_tree(folder: str | Path) -> xr.DataTree:
    """Return the finished blocks of a study as one tree.

    Blocks that land while it reads may be missing, but none is partial.

    Raises
    ------
    StudyMismatch
        If the folder holds no study.
    StudyDamaged
        If a file is not as it was written.
    """
    settings = read_settings(folder)
    tree = xr.DataTree.from_dict(read_blocks(folder))
    tree.attrs = {
        "schema_version": SCHEMA_VERSION,
        "settings": canonical_json(settings),
    }
    return tree


def _read_twice(path: Path, within: Collection[str] | None) -> xr.Dataset:
    """Read again what another run may just have replaced, file by file."""
    try:
        return read_dataset(path, within=within)
    except StudyDamaged:
        time.sleep(MOMENT)
        return read_dataset(path, within=within)


def _damaged(root: Path, block: str, reason: str) -> StudyDamaged:
    return StudyDamaged(
        f"The block `{block}` in {root.parent} must be as it was written, but "
        f"{reason}. Repair the study, which computes that block again.",
        reason=reason,
    )
