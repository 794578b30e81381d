"""What a study's folder may hold, and how files land in it whole or not at all."""

import errno
import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from .provenance import MUST_AGREE, SCHEMA_VERSION, fingerprint

__all__ = [
    "NoSpaceError",
    "StudyDamaged",
    "StudyMismatch",
    "check_folder",
    "check_name",
    "check_same_settings",
    "check_same_versions",
    "disk_errors",
    "is_block",
    "list_blocks",
    "read_record",
    "read_settings",
    "sync",
    "write_npz",
    "written_aside",
]

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
OWN_NAMES = {".lock", ".lock.pid", ".partial"}
REPAIRED = {"study.zarr", "checkpoints", "log.jsonl"}  # what study.json may lack
NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENOENT} | {
    errno.EEXIST,  # a file is where a folder of the study was, or the other way round
    errno.EISDIR,
}


class StudyMismatch(ValueError):
    """The folder holds something else than this study."""


class StudyDamaged(ValueError):
    """Files are not as they were written.

    Parameters
    ----------
    message : str
        A whole sentence.
    reason : str, optional
        Which file is how, as a phrase.
    """

    def __init__(self, message: str, *, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class NoSpaceError(OSError):
    """The disk is full; whatever was finished is untouched."""


def read_settings(folder: str | Path) -> dict[str, Any]:
    """Return the settings of the study in a folder.

    Raises
    ------
    StudyMismatch
        If there is none, or another version of oqnn's schema wrote it.
    """
    return read_record(folder)["settings"]


def read_record(folder: str | Path) -> dict[str, Any]:
    """Return what study.json says: schema, settings, and with what it was begun.

    Raises
    ------
    StudyMismatch
        If there is none, or another version of oqnn's schema wrote it.
    StudyDamaged
        If its settings have changed since.
    """
    path = Path(folder) / "study.json"
    unreadable = (
        f"`{folder}` must hold a study, but has no study.json that can be read."
        + (" Repair it." if path.exists() else "")
    )
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        schema, settings = record["schema_version"], record["settings"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StudyMismatch(unreadable) from error
    _check_schema(schema, folder)
    if not all(isinstance(m, dict) for m in (settings, record.get("versions", {}))):
        raise StudyMismatch(unreadable)
    if record.get("fingerprint") not in (None, _fingerprint_of(settings)):
        raise StudyDamaged(
            f"`{path}` must be as it was written, but has changed. Repair the study.",
            reason="study.json has changed",
        )
    return record


def _check_schema(schema: Any, folder: str | Path) -> None:
    if schema == SCHEMA_VERSION:
        return
    newer = isinstance(schema, int) and schema > SCHEMA_VERSION
    remedy = (
        "A newer oqnn wrote it: update yours" if newer else "Use the oqnn that wrote it"
    )
    raise StudyMismatch(
        f"`{folder}` must hold a study of schema version {SCHEMA_VERSION}, but its "
        f"version is {schema}. {remedy}."
    )


def _fingerprint_of(settings: Mapping[str, Any]) -> str:
    try:
        return fingerprint(settings)
    except ValueError:  # NaN, which no settings hold
        return ""


def check_name(name: str) -> None:
    """Check the name of a block or checkpoint, which is also a path below the study."""
    if not NAME.fullmatch(name):
        raise ValueError(
            "`name` must be made of letters, digits, '_', '-' and '.', with '/' "
            f"between parts, but is {name!r}."
        )


def check_folder(folder: Path, *, repair: bool = False) -> None:
    """Refuse a file, and a folder that holds other things than a study."""
    if folder.exists() and not folder.is_dir():
        raise StudyMismatch(f"`{folder}` must be a folder, but is a file.")
    if not folder.is_dir() or (folder / "study.json").exists():
        return
    own = OWN_NAMES | (REPAIRED if repair else set())
    other = sorted(p.name for p in folder.iterdir() if p.name not in own)
    if other:
        raise StudyMismatch(
            f"`{folder}` must be empty or hold a study, but holds {other[0]!r}"
            f"{' and more' if other[1:] else ''}. Choose another folder."
        )


def check_same_settings(
    new: Mapping[str, Any], old: Mapping[str, Any], folder: Path
) -> None:
    """Refuse a study with other settings, naming up to three that differ."""
    if fingerprint(new) == fingerprint(old):
        return
    ours, theirs = _flat(new), _flat(old)
    differing = [
        f"`{key}` is {_short(theirs, key)} there and {_short(ours, key)} here"
        for key in dict.fromkeys([*ours, *theirs])
        if _short(ours, key, 10**6) != _short(theirs, key, 10**6)
    ]
    more = f", and {len(differing) - 3} more differ" if differing[3:] else ""
    raise StudyMismatch(
        f"`{folder}` holds a study with other settings: {', '.join(differing[:3])}"
        f"{more}. Choose another folder or the same settings, or replace the study."
    )


def check_same_versions(
    new: Mapping[str, str], old: Mapping[str, str], folder: Path
) -> None:
    """Refuse to mix numbers of other versions into a study, naming those that differ.

    The commit of oqnn may differ: who changes the code while a study runs finds the
    commit of each block in its provenance.
    """
    differing = [
        f"{name} is {old.get(name, 'unknown')} there and {new[name]} here"
        for name in MUST_AGREE
        if new[name] != old.get(name)
    ]
    if differing:
        raise StudyMismatch(
            f"`{folder}` holds an unfinished study of other versions: "
            f"{', '.join(differing)}. Finish it with those, choose another folder, "
            "or replace the study."
        )


def is_block(path: Path) -> bool:
    """Tell a finished block from a group above blocks: only blocks name themselves."""
    try:
        record = json.loads((path / "zarr.json").read_text(encoding="utf-8"))
        return "block" in record["attributes"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


def list_blocks(root: Path) -> list[str]:
    """Return the names of all finished blocks below a Zarr folder, sorted."""
    found = []
    for folder, below, _ in os.walk(root):
        if is_block(Path(folder)):
            found.append(Path(folder).relative_to(root).as_posix())
            below.clear()
    return sorted(found)


@contextmanager
def disk_errors(folder: Path, what: str) -> Iterator[None]:
    """Say in one sentence why the disk refused to save something."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise NoSpaceError(
                f"{what} could not be saved, since no space is left for {folder}. "
                "Whatever was finished is kept: free some space and run the same again."
            ) from error
        if error.errno in NO_RIGHT:
            raise PermissionError(
                f"{what} could not be saved, since {folder} cannot be written "
                f"({error.strerror}). Choose another folder."
            ) from error
        raise


@contextmanager
def written_aside(aside: Path, path: Path) -> Iterator[IO[bytes]]:
    """Open a file that replaces `path` when the block ends, and only if it does."""
    try:
        with open(aside, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync(path.parent)


def write_npz(file: IO[bytes], arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays as npz under any names; ``numpy.savez`` reserves some."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def sync(path: Path) -> None:
    """Make the kernel put a file or the names in a folder on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flat(settings: Any, prefix: str = "") -> dict[str, Any]:
    """Return nested settings under dotted names."""
    if not isinstance(settings, Mapping) or not settings:
        return {prefix: settings}
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        flat |= _flat(value, f"{prefix}.{key}" if prefix else str(key))
    return flat


def _short(settings: Mapping[str, Any], key: str, length: int = 60) -> str:
    text = json.dumps(settings[key]) if key in settings else "absent"
    return text if len(text) <= length else f"{text[: length - 3]}..."
