"""Lines of JSON that are only ever added: what happened to a study, and when."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["append_line", "read_lines"]


def append_line(path: Path, event: str, details: Mapping[str, Any]) -> None:
    """Append a line: what happened, when, and anything about it."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    entry = {"event": event, "time": now, **details}
    line = json.dumps(entry, default=str).encode() + b"\n"
    with open(path, "ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read() != b"\n":  # a kill cut the last line short
                line = b"\n" + line
        file.write(line)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return all lines, without any that a kill cut short or a disk has spoilt."""
    if not path.exists():
        return []
    entries = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            entries.append(entry)
    return entries
