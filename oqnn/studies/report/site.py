"""The addresses of a served page, and what is at each."""

import json
import re
import tempfile
import threading
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from ..layout import read_settings
from ..sweeps.result.sweep import Sweep
from .data import ReportData
from .downloads import save_settings, save_summary
from .payload import as_json
from .places import Places
from .sweeps import report_of_sweep
from .write import report_data, write_page

__all__ = ["Answer", "Site"]

MEASURES = ("point", "time")  # axes of all that is on the page itself
PLACE = re.compile(r"/place/(0|[1-9][0-9]{0,8})\.json", re.ASCII)
TEXT, JSON = "text/plain; charset=utf-8", "application/json"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".toml": TEXT,
}


class Answer(NamedTuple):
    """What a browser is told: status, media type and content."""

    status: HTTPStatus
    kind: str
    body: bytes


class Site:
    """The page of a study in memory, and the places of its grid on disk.

    Parameters
    ----------
    folder : path
        Of a finished comparison, or of a sweep, finished or not.

    Raises
    ------
    StudyMismatch
        If the folder holds no study.
    StudyDamaged
        If a file is not as it was written.
    ValueError
        If the study is a comparison that is not finished.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._lock = threading.Lock()
        self._read_study()

    def answer(self, address: str) -> Answer:
        """Return what is at an address, the part of a URL from the first slash on.

        Addresses are compared as they come, and none is decoded or made into a path.
        The page is made anew where the study has changed since.
        """
        address = address.partition("?")[0]
        place = PLACE.fullmatch(address)
        try:
            with self._lock:
                if place is not None:
                    return self._place(int(place[1]))
                if address == "/" and self._seen != _marks(self.folder):
                    self._read_study()
                found = self._files.get(address)
        except Exception as error:  # the reader is told, and may try again
            return _trouble(error, as_text=place is None)
        return found or _nothing()

    def _place(self, number: int) -> Answer:
        if self._places is None or number >= len(self._places):
            return _nothing()
        content = as_json(self._places.answer(number))
        return Answer(HTTPStatus.OK, JSON, content.encode())

    def _read_study(self) -> None:
        seen = _marks(self.folder)
        self._places: Places | None = None
        if "sweep" in read_settings(self.folder):
            sweep = Sweep.open(self.folder, within=MEASURES)
            data = report_of_sweep(self.folder, sweep, served=True)
            places = Places(self.folder, sweep)
        else:
            data, places = report_data(self.folder), None
        self._files = _page_files(data, served=places is not None)
        self._places, self._seen = places, seen


def _marks(folder: Path) -> dict[str, int]:
    """Return what changes whenever a block lands or a study is begun anew.

    Those are the times of study.json and of the folders in which blocks lie, which are
    named ``points/<shape>/<material>/<number>``.
    """
    root = folder / "study.zarr"
    paths = [folder / "study.json", *root.glob("*"), *root.glob("*/*")]
    marks = {}
    for path in [*paths, *root.glob("points/*/*")]:
        with suppress(OSError):  # gone since it was listed
            marks[str(path)] = path.stat().st_mtime_ns
    return marks


def _page_files(data: ReportData, *, served: bool) -> dict[str, Answer]:
    """Return all files of a page by address."""
    with tempfile.TemporaryDirectory(prefix="oqnn-") as name:
        root = Path(name)
        saved = [save_settings(root, data), save_summary(root, data)]
        write_page(root, data, downloads=saved, served=served)
        found = {
            f"/{quote(path.relative_to(root).as_posix())}": Answer(
                HTTPStatus.OK,
                KINDS.get(path.suffix, "application/octet-stream"),
                path.read_bytes(),
            )
            for path in root.rglob("*")
            if path.is_file()
        }
    return found | {"/": found["/index.html"]}


def _nothing() -> Answer:
    return Answer(HTTPStatus.NOT_FOUND, TEXT, b"There is nothing at this address.\n")


def _trouble(error: Exception, *, as_text: bool) -> Answer:
    sentence = str(error) or type(error).__name__
    if as_text:
        body = f"The page cannot be made. {sentence}\n".encode()
        return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, TEXT, body)
    body = json.dumps({"error": sentence}).encode()
    return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, JSON, body)
