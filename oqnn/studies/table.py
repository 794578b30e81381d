"""The summary of a study as a table, with its spread over seeds."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

__all__ = ["COLUMNS", "Column", "Estimate", "summary_table", "summary_text"]

MISSING = "–"


class Estimate(NamedTuple):
    """A number with its standard error."""

    value: float
    error: float


@dataclass(frozen=True, kw_only=True)
class Column:
    """One quantity of the table.

    Parameters
    ----------
    key : str
        Where a row holds it.
    title : str
        What it is; the unit if it has one.
    digits : int
        Decimals shown.
    """

    key: str
    title: str
    digits: int = 3


COLUMNS = (
    Column(key="readout_infidelity", title="mean readout infidelity"),
    Column(key="final_fidelity", title="fidelity at T"),
    Column(key="breaking_time", title="entanglement broken at", digits=1),
    Column(key="coherence_time", title="coherence below 1/e at", digits=1),
)


def summary_table(
    rows: Sequence[Mapping[str, Any]],
    *,
    columns: Sequence[Column] = COLUMNS,
    last_time: float | None = None,
) -> Table:
    """Lay out one row a material.

    Parameters
    ----------
    rows : sequence of mappings
        Each holds ``material`` (str), perhaps ``seeds`` and ``epochs`` (int), and under
        the key of any column a number, an `Estimate`, or an array of one number a seed,
        shown as its median above its least and greatest. A column that no row has is
        left out; NaN and None are shown as a dash.
    columns : sequence of Column, optional
        Which quantities, in which order.
    last_time : float, optional
        Infinite times are shown as later than this one.

    Returns
    -------
    rich.table.Table
        To print on a terminal; `summary_text` gives it as text.

    Raises
    ------
    ValueError
        If a row names no material, or an entry is neither of the above.
    """
    _check_rows(rows)
    table = Table(
        box=box.SIMPLE_HEAD,
        caption=_caption(rows),
        caption_justify="left",
        pad_edge=False,
        show_edge=False,
    )
    table.add_column("material", no_wrap=True)
    counts = [k for k in ("seeds", "epochs") if any(k in row for row in rows)]
    shown = [c for c in columns if any(c.key in row for row in rows)]
    for name in counts:
        table.add_column(name, justify="right", no_wrap=True)
    cells = [[_cell(row.get(c.key), c, last_time) for c in shown] for row in rows]
    for k, column in enumerate(shown):
        words = [
            *column.title.split(),
            *(w for row in cells for w in row[k].split("\n")),
        ]
        table.add_column(column.title, justify="right", min_width=max(map(len, words)))
    for row, entries in zip(rows, cells, strict=True):
        numbers = [str(row.get(name, MISSING)) for name in counts]
        table.add_row(str(row["material"]), *numbers, *entries)
    return table


def summary_text(
    rows: Sequence[Mapping[str, Any]],
    *,
    columns: Sequence[Column] = COLUMNS,
    last_time: float | None = None,
    width: int = 100,
) -> str:
    """Return `summary_table` as plain text of a fixed width.

    Examples
    --------
    >>> print(summary_text([{"material": "bare", "final_fidelity": 0.558}], width=40))
    material   fidelity at T
    ────────────────────────
    bare               0.558
    """
    stream = io.StringIO()
    console = Console(
        file=stream, width=width, force_terminal=False, color_system=None, emoji=False
    )
    table = summary_table(rows, columns=columns, last_time=last_time)
    console.print(table, markup=False, highlight=False)
    lines = [line.rstrip() for line in stream.getvalue().splitlines()]
    return "\n".join(line for line in lines if line)


def _check_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    for k, row in enumerate(rows):
        if "material" not in row:
            raise ValueError(
                f"`rows[{k}]` must name its material, but has {', '.join(row)}."
            )


def _caption(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Explain the numbers that are there."""
    values = [value for row in rows for value in row.values()]
    notes = []
    if any(_is_sample(value) for value in values):
        notes.append("Over seeds: the median, and below it the least to the greatest.")
    if any(isinstance(value, Estimate) for value in values):
        notes.append("±: one standard error.")
    return " ".join(notes) or None


def _is_sample(value: Any) -> bool:
    return not isinstance(value, Estimate | str) and np.size(value) > 1


def _cell(value: Any, column: Column, last_time: float | None) -> str:
    def number(x: float) -> str:
        if np.isnan(x):
            return MISSING
        if np.isinf(x):
            return MISSING if last_time is None else f">{last_time:g}"
        return f"{x:.{column.digits}f}"

    if value is None:
        return MISSING
    if isinstance(value, Estimate):
        return f"{number(value.value)} ± {number(value.error)}"
    values = np.asarray(value)
    if values.dtype.kind not in "iuf" or values.ndim > 1 or not values.size:
        raise ValueError(
            f"`{column.key}` must be a number, an Estimate or one number a seed, "
            f"but is {value!r:.60}."
        )
    if values.size == 1:
        return number(float(values.reshape(())))
    spread = f"{number(values.min())}–{number(values.max())}"
    return f"{number(float(np.median(values)))}\n{spread}"
