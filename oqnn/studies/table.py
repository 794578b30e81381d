"""The summary of a study as a table, with its spread over seeds."""

import io
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = ["COLUMNS", "Column", "Estimate", "summary_table", "summary_text"]

MISSING = "–"
WIDE = 10_000  # characters that no table needs


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
    last : float, optional
        Infinite times are shown as later than this one.
    unit : float
        Numbers are shown in units of this; say so in the title or above the table.
    """

    key: str
    title: str
    digits: int = 3
    last: float | None = None
    unit: float = 1.0


COLUMNS = (
    Column(key="readout_infidelity", title="mean readout infidelity"),
    Column(key="final_fidelity", title="fidelity at T"),
    Column(key="breaking_time", title="entanglement broken at", digits=1, last=160),
    Column(key="coherence_time", title="coherence below 1/e at", digits=1, last=160),
)


def summary_table(
    rows: Sequence[Mapping[str, Any]],
    *,
    columns: Sequence[Column] = COLUMNS,
    last_time: float | None = None,
    width: int = 100,
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
        Infinite times are shown as later than this one where the column names none; as
        infinite where neither does.
    width : int, optional
        Characters to fit, by breaking titles and then by putting errors below their
        numbers. A table that needs more is wider: no number is ever cut.

    Returns
    -------
    rich.table.Table
        To print with ``crop=False``; `summary_text` gives it as text.

    Raises
    ------
    ValueError
        If a row names no material, or an entry is neither of the above.
    """
    _check_rows(rows)
    measure = Console(file=io.StringIO(), width=WIDE).measure
    for lines, between in ((1, " "), (2, " "), (3, " "), (3, "\n")):
        table = _table(rows, columns, last_time, lines, between)
        table.width = measure(table).maximum
        if table.width <= width:
            break
    table.caption, table.caption_justify = _caption(rows), "left"
    return table


def summary_text(
    rows: Sequence[Mapping[str, Any]],
    *,
    columns: Sequence[Column] = COLUMNS,
    last_time: float | None = None,
    width: int = 100,
) -> str:
    """Return `summary_table` as plain text, at its width.

    Examples
    --------
    >>> print(summary_text([{"material": "bare", "final_fidelity": 0.558}], width=40))
    material  fidelity at T
    ───────────────────────
    bare              0.558
    """
    stream = io.StringIO()
    console = Console(
        file=stream, width=width, force_terminal=False, color_system=None, emoji=False
    )
    table = summary_table(rows, columns=columns, last_time=last_time, width=width)
    console.print(table, markup=False, highlight=False, crop=False)
    lines = [line.rstrip() for line in stream.getvalue().splitlines()]
    return "\n".join(line for line in lines if line)


def _table(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[Column],
    last_time: float | None,
    lines: int,
    between: str,
) -> Table:
    """Lay out with titles of so many lines, and that between numbers and errors."""
    table = Table(
        box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False, show_edge=False
    )
    table.add_column("material", no_wrap=True)
    counts = [k for k in ("seeds", "epochs") if any(k in row for row in rows)]
    shown = [c for c in columns if any(c.key in row for row in rows)]
    for name in counts:
        table.add_column(name, justify="right", no_wrap=True)
    for column in shown:
        title = _broken(column.title, lines)
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        numbers = [str(row.get(name, MISSING)) for name in counts]
        entries = [_cell(row.get(c.key), c, last_time, between) for c in shown]
        label = Text(str(row["material"]))  # [so] written names are no markup
        table.add_row(label, *numbers, *entries)
    return table


def _broken(title: str, lines: int) -> str:
    """Break a title into at most so many lines, as short as they can be."""
    for width in range(max(map(len, title.split())), len(title)):
        parts = textwrap.wrap(title, width, break_long_words=False)
        if len(parts) <= lines:
            return "\n".join(parts)
    return title


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


def _cell(value: Any, column: Column, last_time: float | None, between: str) -> str:
    last = last_time if column.last is None else column.last

    def number(x: float) -> str:
        if np.isnan(x):
            return MISSING
        if np.isinf(x) and (last is None or x < 0):
            return "∞" if x > 0 else "−∞"
        if np.isinf(x):
            return f">{last:g}"
        return f"{x / column.unit:.{column.digits}f}"

    if value is None:
        return MISSING
    if isinstance(value, Estimate):
        return f"{number(value.value)}{between}± {number(value.error)}"
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
