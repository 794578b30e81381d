"""Tables of settings as JSON can hold them, with the numbers of the files they name."""

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from ...provenance import canonical_json
from ...settings_errors import SettingsError
from .arrays import plain, with_arrays_read
from .kinds import TABLES

__all__ = ["plain_table", "with_files"]


def plain_table(name: str, table: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a table as JSON holds it, sorted; arrays become lists.

    Raises
    ------
    SettingsError
        If an entry is of a kind that no setting has, or a number is not finite.
    """
    entries = {}
    for key, entry in table.items():
        try:
            value = with_arrays_read(plain(entry))
            _check_plain(value)
        except ValueError as error:
            raise _of_entry(error, name, str(key)) from None
        entries[str(key)] = value
    return json.loads(canonical_json(entries))


def with_files(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return tables with the numbers of the files that they name."""
    whole = dict(values)
    for table in TABLES:
        entries = whole.get(table)
        for key, entry in entries.items() if isinstance(entries, Mapping) else ():
            try:
                read = with_arrays_read(entry, folder)
            except ValueError as error:
                raise _of_entry(error, table, key) from error
            whole[table] = {**whole[table], key: read}
    return whole


def _of_entry(error: ValueError, table: str, key: str) -> SettingsError:
    text = str(error).replace("`it`", f"`{table}.{key}`")
    return SettingsError(text, (table, key))


def _check_plain(value: Any) -> None:
    if isinstance(value, Mapping):
        value = [*value.values()]
    if isinstance(value, list | tuple):
        for entry in value:
            _check_plain(entry)
    elif isinstance(value, int | float):
        try:
            finite = isfinite(value)
        except OverflowError:
            finite = False
        if not finite:
            raise ValueError(f"`it` must hold finite numbers, but holds {value!r:.40}.")
    elif not (value is None or isinstance(value, str)):
        raise ValueError(
            "`it` must hold numbers, texts, true or false, or lists of them, but holds "
            f"{str(value)!r:.60}, a {type(value).__name__}."
        )
