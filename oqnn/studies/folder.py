"""Changes to a study's folder, each whole or not at all.

What is being written, replaced or thrown away lies in ``.partial``, which is emptied
whenever a run begins.
"""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .integrity import recovered_record
from .layout import (
    StudyDamaged,
    StudyMismatch,
    list_blocks,
    read_record,
    sync,
    written_aside,
)
from .provenance import SCHEMA_VERSION, canonical_json

__all__ = [
    "clean",
    "drop",
    "exchange",
    "make_groups",
    "recover",
    "throw_away",
    "write_record",
]

PARTIAL = ".partial"
PARTS = ("study.zarr", "checkpoints", "log.jsonl")


def clean(folder: Path) -> None:
    """Empty ``.partial``, but put a block back that a kill kept from being replaced."""
    partial, root = folder / PARTIAL, folder / "study.zarr"
    for block in list_blocks(partial / "replaced"):
        if not (root / block).exists():
            os.rename(partial / "replaced" / block, root / block)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()


def exchange(folder: Path, block: str, new: Path) -> None:
    """Put a folder in place of a block; whenever it stops, `clean` finds one whole."""
    place, old = folder / "study.zarr" / block, folder / PARTIAL / "replaced" / block
    shutil.rmtree(old, ignore_errors=True)
    old.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.rename(place, old)
        os.rename(new, place)
    except BaseException:
        if not place.exists():
            os.rename(old, place)
        shutil.rmtree(new, ignore_errors=True)
        raise
    sync(place.parent)
    shutil.rmtree(old, ignore_errors=True)


def drop(folder: Path, block: str) -> None:
    """Delete a block."""
    place, aside = folder / "study.zarr" / block, folder / PARTIAL / "dropped"
    os.rename(place, aside)
    sync(place.parent)
    shutil.rmtree(aside)


def throw_away(folder: Path) -> None:
    """Put the blocks, checkpoints and log of another study where `clean` ends them."""
    for name in PARTS:
        if (folder / name).exists():
            os.rename(folder / name, folder / PARTIAL / name)


def recover(folder: Path, settings: Mapping[str, Any]) -> None:
    """Write study.json again if it cannot be read and a whole block says what it held.

    Raises
    ------
    StudyMismatch
        If it is missing, and no block of these settings says what it held.
    """
    try:
        read_record(folder)
    except (StudyMismatch, StudyDamaged) as error:
        if origin := recovered_record(folder, settings):
            write_record(folder, origin)
        elif not (folder / "study.json").exists() and (folder / "study.zarr").exists():
            raise StudyMismatch(
                f"`{folder}` must hold a study that can be repaired, but lacks "
                "study.json, and no whole block is one of these settings. Choose "
                "another folder."
            ) from error


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write study.json."""
    _write_json(folder, folder / "study.json", record)


def make_groups(folder: Path, parent: Path, settings: Mapping[str, Any]) -> None:
    """Make the Zarr groups above a block, down to `parent`."""
    root_attributes = {
        "schema_version": SCHEMA_VERSION,
        "settings": canonical_json(settings),
    }
    for group in [*reversed(parent.parents), parent]:
        path = folder / "study.zarr" / group
        if not (path / "zarr.json").exists():
            path.mkdir(exist_ok=True)
            attributes = root_attributes if group == Path(".") else {}
            _write_json(
                folder,
                path / "zarr.json",
                {"zarr_format": 3, "node_type": "group", "attributes": attributes},
            )


def _write_json(folder: Path, path: Path, content: Mapping[str, Any]) -> None:
    with written_aside(folder / PARTIAL / "text", path) as file:
        file.write(json.dumps(content, indent=1).encode())
