"""The files beside a page: data, figures and settings."""

import csv
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from ...plotting import save_figure
from .data import Measured, ReportData

__all__ = [
    "Download",
    "FigureFiles",
    "save_figures",
    "save_settings",
    "save_summary",
    "save_tables",
]

FORMATS = ("png", "pdf", "svg")


class Download(NamedTuple):
    """A file to download: path below the page, what it holds, and its size in words."""

    path: str
    meaning: str
    size: str


class FigureFiles(NamedTuple):
    """A figure in all formats, with its title and what is seen on it."""

    title: str
    alt: str
    png: str
    pdf: str
    svg: str


def download(root: Path, path: str, meaning: str) -> Download:
    """Return a file below `root` as a download."""
    return Download(path, meaning, _size((root / path).stat().st_size))


def save_settings(root: Path, data: ReportData) -> Download:
    """Write the description of the study."""
    (root / "study.toml").write_text(data.settings_toml, encoding="utf-8")
    return download(root, "study.toml", "the settings, to run the study again")


def save_summary(root: Path, data: ReportData) -> Download:
    """Write the measures without times of all cells, with their limits."""
    scalars = [measured for measured in data.measures if measured.times is None]
    axes = [axis.name for axis in data.axes]
    with open(root / "summary.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        heads = [f"{m.name}{part}" for m in scalars for part in ("", " low", " high")]
        writer.writerow(["material", *axes, "seeds", *heads])
        for cell in range(data.cells):
            place, material = divmod(cell, len(data.materials))
            counts = [int(measured.estimates.seeds[cell]) for measured in scalars]
            writer.writerow(
                [
                    data.materials[material],
                    *_labels(data, place),
                    max(counts, default=0),
                    *(x for measured in scalars for x in _limits(measured, cell)),
                ]
            )
    return download(root, "summary.csv", "measures of every cell with their intervals")


def save_tables(root: Path, data: ReportData) -> list[Download]:
    """Write all numbers as NetCDF, where h5netcdf is installed, and as CSV."""
    if data.tables is None:
        return []
    saved = []
    if find_spec("h5netcdf") is not None:
        data.tables.to_netcdf(root / "study.nc")
        saved.append(download(root, "study.nc", "all numbers and labels, as NetCDF"))
    for path in data.tables.to_csv(root / "tables"):
        name = path.relative_to(root).as_posix()
        saved.append(download(root, name, f"{path.stem.replace('_', ' ')}, as CSV"))
    return saved


def save_figures(
    root: Path, drawings: Mapping[str, Callable[[], Any]]
) -> list[FigureFiles]:
    """Draw and save all figures below ``figures/``, as PNG, PDF and SVG."""
    folder = root / "figures"
    if drawings:
        folder.mkdir()
    found = []
    for name, draw in drawings.items():
        stem = "".join(c if c.isalnum() or c in "_-" else "-" for c in name)
        figure = draw()
        for kind in FORMATS:
            save_figure(figure, folder / f"{stem}.{kind}")
        title = name.replace("_", " ").capitalize()
        paths = [f"figures/{stem}.{kind}" for kind in FORMATS]
        found.append(FigureFiles(title, _alt(title, figure), *paths))
    return found


def _alt(title: str, figure: Any) -> str:
    """Say what a figure shows by the texts on it."""
    panels = []
    for axes in figure.axes:
        parts = [axes.get_title(), axes.get_ylabel(), axes.get_xlabel()]
        text = ", ".join(_words(part) for part in parts if part)
        if text:
            panels.append(text)
    panels = list(dict.fromkeys(panels))[:8]
    return f"{title}. Panels: {'; '.join(panels)}." if panels else f"{title}."


def _words(text: str) -> str:
    return " ".join(text.replace("$", "").replace("\\", "").split())


def _labels(data: ReportData, place: int) -> list[str]:
    labels = []
    for axis in reversed(data.axes):
        place, i = divmod(place, len(axis))
        labels.append(axis.labels[i])
    return labels[::-1]


def _limits(measured: Measured, cell: int) -> list[float]:
    return [float(part[cell]) for part in measured.estimates[:3]]


def _size(count: int) -> str:
    if count < 1000:
        return f"{count} bytes"
    if count < 1_000_000:
        return f"{count / 1000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB"
