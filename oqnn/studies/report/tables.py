"""Tables of a page: estimates as text, settings and provenance as rows."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .data import Cell, Heading, Measured, Table

__all__ = [
    "estimate_cell",
    "estimates_table",
    "number_text",
    "parameters_table",
    "provenance_table",
]

MISSING = "–"
NAME, VALUE = Heading("name"), Heading("value")
LONGEST = 400  # characters of one setting


def number_text(value: float, digits: int = 4) -> str:
    """Return a number to so many significant digits, a dash where there is none."""
    if np.isnan(value):
        return MISSING
    if np.isinf(value):
        return "beyond" if value > 0 else "−∞"
    return f"{value:.{digits}g}".replace("-", "−")


def estimate_cell(measured: Measured, cell: int) -> Cell:
    """Return the value of a cell with its uncertainty, for a measure without times.

    Value and limits are shown to two digits of half the interval.
    """
    value, low, high = (float(part[cell]) for part in measured.estimates[:3])
    sort = None if np.isnan(value) else value
    if not (np.isfinite([value, low, high]).all() and high > low):
        spread = low < high
        note = f"{number_text(low)} to {number_text(high)}" if spread else ""
        return Cell(number_text(value), sort, note)
    digits = max(0, 1 - int(np.floor(np.log10((high - low) / 2))))
    if measured.even:
        return Cell(
            _fixed(value, digits), sort, f"± {_fixed((high - low) / 2, digits)}"
        )
    return Cell(
        _fixed(value, digits),
        sort,
        f"{_fixed(low, digits)} to {_fixed(high, digits)}",
    )


def estimates_table(
    rows: Sequence[tuple[int, Sequence[Cell]]],
    labels: Sequence[Heading],
    measures: Sequence[Measured],
    caption: str,
) -> Table:
    """Lay out labelled cells against measures without times.

    Parameters
    ----------
    rows : sequence of (cell, labels)
    labels : sequence of Heading
        One a label.
    measures : sequence of Measured
    caption : str
    """
    heads = [
        Heading(
            m.name.replace("_", " ") + (f" ({m.units})" if m.units else ""),
            True,
            m.meaning,
        )
        for m in measures
    ]
    return Table(
        headings=(*labels, *heads),
        rows=tuple(
            (*names, *(estimate_cell(m, cell) for m in measures))
            for cell, names in rows
        ),
        caption=caption,
    )


def parameters_table(settings: Mapping[str, Any]) -> Table:
    """Return settings under dotted names, one a row."""
    rows = [
        (Cell(name), Cell(_short(value))) for name, value in _flat(settings).items()
    ]
    return Table(headings=(NAME, VALUE), rows=tuple(rows))


def provenance_table(record: Mapping[str, Any]) -> Table:
    """Return what `study.json` says about versions, commit and fingerprint."""
    rows = [(Cell("schema version"), Cell(str(record["schema_version"])))]
    for name in ("fingerprint", "commit"):
        rows.append((Cell(name), Cell(str(record.get(name) or "unknown"))))
    for package, version in record.get("versions", {}).items():
        rows.append((Cell(package), Cell(str(version))))
    return Table(headings=(NAME, VALUE), rows=tuple(rows))


def _fixed(value: float, digits: int) -> str:
    return f"{value:.{min(digits, 9)}f}".replace("-", "−")


def _flat(settings: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(settings, Mapping) or _is_range(settings):
        return {prefix: settings}
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        flat |= _flat(value, f"{prefix}.{key}" if prefix else str(key))
    return flat


def _is_range(entry: Mapping[str, Any]) -> bool:
    return "values" in entry or {"from", "to"} <= entry.keys()


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
