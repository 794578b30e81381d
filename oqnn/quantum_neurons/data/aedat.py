"""Recordings of event cameras: AEDAT 2.0 files of a 128 × 128 sensor."""

from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from .folders import read_bytes

__all__ = ["Events", "read_aedat"]

SIDE = 128
HEADER = b"#!AER-DAT"
EXTERNAL = 0x8000  # not from a pixel


@final
@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class Events:
    """Events of a camera of 128 × 128 pixels, in the order of their times."""

    times_us: np.ndarray  # (n,), from the first event on
    rows: np.ndarray  # (n,), 0 at the top
    columns: np.ndarray  # (n,), 0 at the left
    on: np.ndarray  # (n,), bool: brighter


def read_aedat(path: str | Path) -> Events:
    """Return the events of an AEDAT 2.0 file of a DVS128 camera.

    Lines that begin with '#', then 8 bytes an event: address and time in µs, big-endian
    32-bit integers. Bit 0 of an address is 0 for ON, bits 1 to 7 count columns from the
    right, bits 8 to 14 rows from the bottom, as the jAER program that writes such files
    reads them; bit 15 marks events that come from no pixel, which are left out.

    Raises
    ------
    ValueError
        If the first line names another version, bytes are missing, an address needs
        more than 16 bits, times fall, or no events are left.
    """
    path = Path(path)
    words = split_header(read_bytes(path), path)
    address, times = words[:, 0].astype(np.int64), words[:, 1].astype(np.int64)
    if address.size and address.max() > 0xFFFF:
        raise ValueError(
            f"{path} must hold addresses of a DVS128 camera, of 16 bits, but has "
            f"{address.max():#x}. Is it of another camera, or of another version?"
        )
    pixel = (address & EXTERNAL) == 0
    address, times = address[pixel], times[pixel]
    if address.size == 0:
        raise ValueError(f"{path} must hold events of pixels, but has none.")
    falls = np.flatnonzero(np.diff(times) < 0)
    if falls.size:
        raise ValueError(
            f"{path} must hold times that never fall, but event {falls[0] + 1} comes "
            f"{times[falls[0]] - times[falls[0] + 1]} µs before the one in front of it."
        )
    return Events(
        times_us=times - times[0],
        rows=SIDE - 1 - ((address >> 8) & 0x7F),
        columns=SIDE - 1 - ((address >> 1) & 0x7F),
        on=(address & 1) == 0,
    )


def split_header(content: bytes, path: Path) -> np.ndarray:
    """Return the 32-bit words (n, 2) behind the header lines."""
    if not content.startswith(HEADER):
        raise ValueError(
            f"{path} must begin with #!AER-DAT2.0, but begins with {content[:12]!r}."
        )
    version = content[len(HEADER) :].split(b"\n", 1)[0].strip()
    if version != b"2.0":
        raise ValueError(
            f"{path} must be of version 2.0, but is of {version.decode('latin1')!r}. "
            "Save it as AEDAT 2.0."
        )
    start = 0
    while content[start : start + 1] == b"#":
        end = content.find(b"\n", start)
        start = len(content) if end < 0 else end + 1
    if (len(content) - start) % 8:
        raise ValueError(
            f"{path} must hold 8 bytes an event, but {(len(content) - start) % 8} are "
            "left over. Copy it anew."
        )
    return np.frombuffer(content, dtype=">u4", offset=start).reshape(-1, 2)
