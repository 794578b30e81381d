"""A study on disk: finished blocks, checkpoints and a log in one folder.

The folder holds ``study.json`` (schema version, settings and their fingerprint, and
the versions and commit with which it was begun), ``study.zarr`` with one group a block,
``checkpoints/`` for resuming inside a block, ``log.jsonl`` for what differs from run to
run, such as times, and ``.lock``. A block is written aside and renamed into place last,
so it is there whole or not at all, and holds the digests of its files, so that damage
is found whenever it is read.

A finished study opens under any versions. An unfinished one goes on only with those of
oqnn and of the packages that compute its numbers; the commit of each block is in its
provenance, and may change.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import xarray as xr

from .._core.interrupts import check_interrupt
from .checkpoints import load_arrays, save_arrays
from .datasets import write_dataset
from .folder import (
    clean,
    drop,
    exchange,
    make_groups,
    recover,
    throw_away,
    write_record,
)
from .integrity import damaged_blocks, is_remains
from .journal import append_line, read_lines
from .layout import (
    NoSpaceError,
    StudyDamaged,
    StudyMismatch,
    check_folder,
    check_name,
    check_same_settings,
    check_same_versions,
    disk_errors,
    is_block,
    read_record,
    read_settings,
    sync,
)
from .lock import FolderLock, StudyBusy
from .provenance import (
    SCHEMA_VERSION,
    canonical_json,
    commit,
    fingerprint,
    provenance,
    versions,
)
from .reading import finished_blocks, open_tree, read_block, read_blocks

__all__ = [
    "NoSpaceError",
    "Store",
    "StudyBusy",
    "StudyDamaged",
    "StudyMismatch",
    "open_tree",
    "read_blocks",
    "read_settings",
]


class Store:
    """The folder of one study, held by one run at a time.

    Parameters
    ----------
    folder : path
        Made if need be; otherwise empty or a study with the same settings.
    settings : mapping
        What the numbers depend on, as JSON can hold it, without paths.
    replace : bool, optional
        Throw a study of other settings, schema or versions away and begin anew. The
        same study is gone on with all the same, and what is no study is still refused.
    repair : bool, optional
        Write study.json again if it cannot be read and a whole block says what it
        held. The method `repair` does the rest.

    Raises
    ------
    StudyMismatch
        If the folder holds other settings, another schema, or no study at all; from
        every method that writes, if it was begun with other versions.
    StudyDamaged
        If study.json has changed; from methods that read, if their files have.
    StudyBusy
        If another run holds the folder.
    NoSpaceError
        If the disk is full; also from every method that writes.
    PermissionError
        If the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> with Store(folder, {"seed": 1}) as store:
    ...     _ = store.finish("plain/000", lambda: xr.Dataset({"cost": ("seed", [0.5])}))
    ...     store.blocks()
    ['plain/000']
    """

    def __init__(
        self,
        folder: str | Path,
        settings: Mapping[str, Any],
        *,
        replace: bool = False,
        repair: bool = False,
    ) -> None:
        self.folder = Path(folder)
        self.settings = json.loads(canonical_json(settings))
        with self._errors("The study"):
            check_folder(self.folder, repair=repair)
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = FolderLock(self.folder / ".lock")
            try:
                self._lay_out(replace, repair)
            except BaseException:
                self._lock.release()
                raise

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the folder for other runs."""
        self._lock.release()

    @property
    def path(self) -> Path:
        """The Zarr folder of all finished blocks."""
        return self.folder / "study.zarr"

    def has(self, block: str) -> bool:
        """Tell whether a block is finished."""
        check_name(block)
        return is_block(self.path / block)

    def blocks(self) -> list[str]:
        """Return the names of all finished blocks, sorted.

        Raises
        ------
        StudyDamaged
            If a folder was a block, but cannot be read as one.
        """
        return finished_blocks(self.path)

    def read(self, block: str) -> xr.Dataset:
        """Return a finished block, with its provenance among the attributes.

        Raises
        ------
        KeyError
            If the block is not finished.
        StudyDamaged
            If a file of it is not as it was written.
        """
        check_name(block)
        return read_block(self.path, block)

    def damaged(self) -> dict[str, list[str]]:
        """Return what is wrong with damaged blocks and checkpoints, by name.

        Reads every file. A block that is missing as a whole is unfinished, not
        damaged.
        """
        found = damaged_blocks(self.path)
        folder = self.folder / "checkpoints"
        for path in sorted(folder.rglob("*.npz")):
            try:
                load_arrays(path)
            except StudyDamaged as error:
                name = path.relative_to(self.folder).with_suffix("").as_posix()
                found[name] = [error.reason]
        return found

    def repair(self) -> list[str]:
        """Delete what is damaged, so that it is computed again, and return its names.

        Raises
        ------
        StudyMismatch
            If something is damaged, but these versions would not make the same again.
        """
        found = self.damaged()
        if found:
            self._check_versions()
        for name, reasons in found.items():
            place = self.path / name
            if name.startswith("checkpoints/"):
                (self.folder / f"{name}.npz").unlink()
            elif is_block(place) or is_remains(place):
                drop(self.folder, name)
            else:
                (place / "zarr.json").unlink(missing_ok=True)
                make_groups(self.folder, Path(name), self.settings)
            self.log("repaired", block=name, reasons=reasons)
        return list(found)

    def write(self, block: str, dataset: xr.Dataset) -> None:
        """Save a finished block, whole or not at all.

        Adds the attributes ``block``, ``schema_version`` and ``provenance``.

        Raises
        ------
        ValueError
            If the block is finished already, or lies within another or holds one.
        TypeError
            If the dataset holds what cannot be stored.
        NoSpaceError
            If the disk is full.
        """
        self._check_free(block)
        self._check_versions()
        with self._errors(f"The block `{block}`"):
            aside = self._written(block, dataset)
            try:
                make_groups(self.folder, Path(block).parent, self.settings)
                os.rename(aside, self.path / block)
            except BaseException:
                shutil.rmtree(aside, ignore_errors=True)
                raise
            sync((self.path / block).parent)

    def replace_block(self, block: str, dataset: xr.Dataset) -> None:
        """Save a block in place of a finished one.

        Whenever it stops, the old block or the new one is there, whole; after a kill
        the old one may come back only when the folder is opened to write again.

        Raises
        ------
        KeyError
            If the block is not finished.
        TypeError
            If the dataset holds what cannot be stored.
        NoSpaceError
            If the disk is full; the old block stays.
        """
        if not self.has(block):
            raise KeyError(f"block {block!r} is not finished")
        self._check_versions()
        with self._errors(f"The block `{block}`"):
            exchange(self.folder, block, self._written(block, dataset))

    def finish(self, block: str, compute: Callable[[], xr.Dataset]) -> xr.Dataset:
        """Return a block, computing and saving it first if it is not finished.

        What is returned has always been read from disk, so that later steps see the
        same numbers in a run that was interrupted. The seconds go to the log.

        Raises
        ------
        StudyMismatch
            If it is not finished, and other versions made the blocks that are.
        KeyboardInterrupt
            If an interrupt came while it was computed, and was lost.
        """
        check_interrupt()
        if not self.has(block):
            self._check_versions()
            start = time.monotonic()
            self.write(block, compute())
            self.log("block", block=block, seconds=time.monotonic() - start)
            check_interrupt()
        return self.read(block)

    def tree(self) -> xr.DataTree:
        """Return all finished blocks as one tree in memory, settings at its root."""
        return open_tree(self.folder)

    def checkpoint_path(self, name: str) -> Path:
        """Return where a checkpoint is kept."""
        check_name(name)
        return self.folder / "checkpoints" / f"{name}.npz"

    def save_checkpoint(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Save arrays for going on inside a block; replaces the last ones at once.

        Raises
        ------
        TypeError
            If an array holds Python objects.
        NoSpaceError
            If the disk is full; the last checkpoint stays.
        """
        self._check_versions()
        with self._errors(f"The checkpoint `{name}`"):
            save_arrays(arrays, self.checkpoint_path(name), self._aside("checkpoint"))

    def load_checkpoint(self, name: str) -> dict[str, np.ndarray] | None:
        """Return the arrays of a checkpoint, or None where there is none.

        Raises
        ------
        StudyDamaged
            If it is not as it was written.
        """
        return load_arrays(self.checkpoint_path(name))

    def drop_checkpoint(self, name: str) -> None:
        """Delete a checkpoint; nothing happens where there is none."""
        self.checkpoint_path(name).unlink(missing_ok=True)

    def log(self, event: str, **details: Any) -> None:
        """Append a line to the log: what happened, when, and anything about it."""
        with self._errors("The log"):
            append_line(self._log_path, event, details)

    def read_log(self) -> list[dict[str, Any]]:
        """Return the lines of the log, without any that a kill cut short."""
        return read_lines(self._log_path)

    @property
    def _log_path(self) -> Path:
        return self.folder / "log.jsonl"

    def _lay_out(self, replace: bool, repair: bool) -> None:
        """Check the folder again, now that it is locked, and make what is missing."""
        check_folder(self.folder, repair=repair)
        clean(self.folder)
        if repair:
            recover(self.folder, self.settings)
        exists = (self.folder / "study.json").exists()
        if exists and not (replace and not self._is_same()):
            found = read_record(self.folder)
            check_same_settings(self.settings, found["settings"], self.folder)
            self._begun_with = found.get("versions", {})
        else:
            self._begin()
        make_groups(self.folder, Path("."), self.settings)

    def _begin(self) -> None:
        """Write study.json, with what there is of another study out of the way."""
        throw_away(self.folder)
        self._begun_with = versions()
        content = {
            "schema_version": SCHEMA_VERSION,
            "fingerprint": fingerprint(self.settings),
            "settings": self.settings,
            "versions": self._begun_with,
            "commit": commit(),
        }
        write_record(self.folder, content)
        clean(self.folder)

    def _is_same(self) -> bool:
        """Tell whether the folder holds this study, in these versions."""
        try:
            found = read_record(self.folder)
            check_same_settings(self.settings, found["settings"], self.folder)
            check_same_versions(versions(), found.get("versions", {}), self.folder)
        except (StudyMismatch, StudyDamaged):
            return False
        return True

    def _written(self, block: str, dataset: xr.Dataset) -> Path:
        """Write a block, with where it comes from, aside."""
        stamp = {
            "block": block,
            "schema_version": SCHEMA_VERSION,
            "provenance": canonical_json(provenance(self.settings)),
        }
        aside = self._aside("block")
        shutil.rmtree(aside, ignore_errors=True)
        write_dataset(dataset.assign_attrs(stamp), aside)
        return aside

    def _check_versions(self) -> None:
        check_same_versions(versions(), self._begun_with, self.folder)

    def _aside(self, name: str) -> Path:
        return self.folder / ".partial" / name

    def _errors(self, what: str) -> AbstractContextManager[None]:
        return disk_errors(self.folder, what)

    def _check_free(self, block: str) -> None:
        if self.has(block):
            raise ValueError(f"`block` must be unfinished, but {block!r} is finished.")
        above = any(is_block(self.path / parent) for parent in Path(block).parents)
        place = self.path / block
        if is_remains(place):
            read_block(self.path, block)  # says how it is damaged
        if above or (place.exists() and any(place.iterdir())):
            raise ValueError(
                "`block` must not lie within another block or hold one, but "
                f"{block!r} does."
            )
