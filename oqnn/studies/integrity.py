"""What a disk may do to a study: which blocks are damaged, and what is left of one."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .datasets import damaged_files
from .layout import is_block, list_blocks
from .provenance import SCHEMA_VERSION

__all__ = ["damaged_blocks", "is_remains", "recovered_record"]


def damaged_blocks(root: Path) -> dict[str, list[str]]:
    """Return what is wrong with each damaged block or group below a Zarr folder.

    Reads every file. A block that is missing as a whole is not damaged, but unfinished.
    """
    found: dict[str, list[str]] = {}
    for folder, below, _ in os.walk(root):
        path = Path(folder)
        name = path.relative_to(root).as_posix()
        if is_block(path):
            below.clear()
            found[name] = damaged_files(path)
        elif is_remains(path):
            below.clear()
            found[name] = ["zarr.json is missing or cannot be read"]
        elif (path / "zarr.json").exists() and not _is_group(path):
            found[name] = ["zarr.json cannot be read"]
    return {name: reasons for name, reasons in sorted(found.items()) if reasons}


def is_remains(path: Path) -> bool:
    """Tell whether a folder was a block: it holds arrays, but names itself no more."""
    if is_block(path) or _is_group(path) or not path.is_dir():
        return False
    return any(_is_array(child) for child in path.iterdir())


def recovered_record(folder: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what study.json must have held, as far as the blocks tell; else nothing.

    Parameters
    ----------
    folder : path
        Of the study.
    settings : mapping
        What the study is thought to be of.
    """
    root = folder / "study.zarr"
    for name in list_blocks(root):
        try:
            attributes = json.loads((root / name / "zarr.json").read_bytes())
            origin = json.loads(attributes["attributes"]["provenance"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        same = origin.get("settings") == settings and not damaged_files(root / name)
        if same and origin.get("schema_version") == SCHEMA_VERSION:
            return origin
    return {}


def _is_group(path: Path) -> bool:
    try:
        record = json.loads((path / "zarr.json").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(record, dict) and record.get("node_type") == "group"


def _is_array(path: Path) -> bool:
    if not path.is_dir():
        return False
    try:
        record = json.loads((path / "zarr.json").read_bytes())
        return bool(record["node_type"] == "array")
    except (OSError, ValueError, KeyError, TypeError):
        chunks = (child for child in path.iterdir() if child.name != "zarr.json")
        return any(child.name.split(".")[0] == "c" for child in chunks)
