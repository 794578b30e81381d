"""What a page shows, whatever study it comes from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from .estimates import Estimates

__all__ = [
    "Cell",
    "Failure",
    "GridAxis",
    "Heading",
    "Measured",
    "Plot",
    "ReportData",
    "States",
    "Table",
    "Trace",
]


class Cell(NamedTuple):
    """One entry of a table.

    Parameters
    ----------
    text : str
        What is read.
    value : float or str, optional
        What is sorted by; by default the text.
    note : str
        Uncertainty, in smaller letters.
    """

    text: str
    value: float | str | None = None
    note: str = ""


class Heading(NamedTuple):
    """The head of a column."""

    title: str
    numeric: bool = False
    meaning: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under headings."""

    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""


@dataclass(frozen=True, kw_only=True)
class GridAxis:
    """One axis of the grid: its names joined, and a text for each value.

    `numbers` are the values of the first name where they are numbers, to draw against.
    """

    name: str
    labels: tuple[str, ...]
    numbers: tuple[float, ...] | None = None

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """A measure of every cell, a cell being a material at one place of the grid.

    Parameters
    ----------
    name, meaning, units, better : str
        As in the measure; `better` is "high", "low" or "".
    estimates : Estimates
        Shape (cell,), or (cell, time) for one over time. The material runs fastest.
    spread : str
        What value and limits are, in words.
    even : bool
        Whether the limits lie evenly about the value, to be written with ±.
    times : shape (t,), optional
        The time axis of the latter.
    shown : tuple of int, optional
        Cells to which the rows of the estimates belong; by default all in order.
    """

    name: str
    meaning: str
    estimates: Estimates
    units: str = ""
    better: str = ""
    spread: str = ""
    even: bool = False
    times: np.ndarray | None = None
    shown: tuple[int, ...] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class States:
    """Density matrices against time, of one point and frame.

    Parameters
    ----------
    point : int
        Index of the point.
    cell : int
        Its material and place in the grid.
    label : str
        What tells it from others of its cell: seed, frame.
    times : shape (t,)
    states : shape (t, d, d)
    levels : tuple of d str
    """

    point: int
    cell: int
    label: str
    times: np.ndarray
    states: np.ndarray
    levels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Trace:
    """One line of a plot."""

    name: str
    x: np.ndarray
    y: np.ndarray
    material: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Plot:
    """A plot of fixed lines."""

    key: str
    title: str
    text: str
    x_label: str
    y_label: str
    traces: tuple[Trace, ...]
    log: bool = False


class Tables(Protocol):
    """What writes the numbers of a study in forms that others read."""

    def to_netcdf(self, path: str | Path) -> Path:
        """Write everything to one NetCDF file."""

    def to_csv(self, folder: str | Path) -> list[Path]:
        """Write real numbers to files of a new folder."""


class Failure(NamedTuple):
    """A point without numbers, and why."""

    point: str
    error: str


@dataclass(frozen=True, kw_only=True, eq=False)
class ReportData:
    """Everything on the page.

    Parameters
    ----------
    title, lead : str
        Heading, and a sentence on what was computed.
    status : str
        Whether the study is finished, with counts.
    finished : bool
    materials : tuple of str
    measures : tuple of Measured
    summary, parameters, provenance : Table
    method : tuple of str
        Paragraphs.
    settings_toml : str
        The description of the study, as a file.
    time_label : str
        Of all axes of time.
    axes : tuple of GridAxis
        Of the grid, empty for a single comparison.
    states : tuple of States
        Those that the page holds.
    plots : tuple of Plot
    failures : tuple of Failure
    left_out : tuple of str
        A sentence for everything that the page does not hold.
    points : mapping of int to (cell, label)
        Points whose numbers a server can give, by index.
    drawings : mapping of str to callable () -> Figure
        Figures to save beside the page.
    tables : Tables, optional
        What writes all numbers as CSV and NetCDF.
    """

    title: str
    lead: str
    status: str
    finished: bool
    materials: tuple[str, ...]
    measures: tuple[Measured, ...]
    summary: Table
    parameters: Table
    provenance: Table
    method: tuple[str, ...]
    settings_toml: str
    time_label: str = "time t"
    axes: tuple[GridAxis, ...] = ()
    states: tuple[States, ...] = ()
    plots: tuple[Plot, ...] = ()
    failures: tuple[Failure, ...] = ()
    left_out: tuple[str, ...] = ()
    points: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    drawings: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    tables: Tables | None = None

    @property
    def cells(self) -> int:
        """Materials times places of the grid."""
        places = np.prod([len(axis) for axis in self.axes], dtype=int)
        return int(places) * len(self.materials)
