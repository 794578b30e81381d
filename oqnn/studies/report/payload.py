"""What a page holds, as JSON for its scripts."""

import json
from typing import Any

import numpy as np

from ...plotting import material_colours
from ...plotting.style import line_style
from .data import GridAxis, Measured, Plot, ReportData, States

__all__ = ["as_json", "measured_entry", "numbers", "payload", "states_entry"]

DASHES = {":": "dot", "--": "dash", "-.": "dashdot", "-": "solid"}
DIGITS, DECIMALS = 5, 4  # of measures, and of matrix elements


def payload(data: ReportData, *, served: bool = False) -> dict[str, Any]:
    """Return the data of the plots, shortened to the digits that can be seen.

    Parameters
    ----------
    data : ReportData
    served : bool
        Whether a server can give what the page does not hold.
    """
    colours = material_colours(data.materials)
    return {
        "materials": [
            {
                "name": name,
                "colour": colours[name],
                "dash": DASHES.get(str(line_style(name)), "longdashdot"),
            }
            for name in data.materials
        ],
        "axes": [_axis(axis) for axis in data.axes],
        "measures": [measured_entry(measured) for measured in data.measures],
        "states": [states_entry(states) for states in data.states],
        "plots": [_plot(plot) for plot in data.plots],
        "timeLabel": data.time_label,
        "served": served,
    }


def as_json(value: Any) -> str:
    """Return JSON that can stand inside a script element of a page."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def numbers(values: np.ndarray, digits: int = DIGITS) -> list[Any]:
    """Return nested lists of numbers to so many digits; None where there is none."""
    flat = [
        float(f"{x:.{digits}g}") if np.isfinite(x) else None
        for x in np.asarray(values, dtype=float).ravel().tolist()
    ]
    return _nested(flat, np.shape(values))


def with_infinite(values: np.ndarray, digits: int = DIGITS) -> list[Any]:
    """Return nested lists as `numbers`, the infinite ones as "inf" and "-inf"."""
    array = np.asarray(values, dtype=float)
    signs = {np.inf: "inf", -np.inf: "-inf"}
    flat = [
        signs.get(x, known)
        for x, known in zip(
            array.ravel().tolist(), numbers(array.ravel(), digits), strict=True
        )
    ]
    return _nested(flat, np.shape(values))


def states_entry(states: States) -> dict[str, Any]:
    """Return the states of one point: real and imaginary parts, time by time."""
    d = len(states.levels)
    flat = np.round(np.asarray(states.states).reshape(-1, d * d), DECIMALS) + 0.0
    return {
        "point": states.point,
        "cell": states.cell,
        "label": states.label,
        "levels": list(states.levels),
        "times": numbers(states.times),
        "re": flat.real.tolist(),
        "im": flat.imag.tolist(),
    }


def _nested(flat: list[Any], shape: tuple[int, ...]) -> list[Any]:
    for size in reversed(shape[1:]):
        if not size:
            return [[] for _ in range(shape[0])]
        flat = [flat[i : i + size] for i in range(0, len(flat), size)]
    return flat


def _axis(axis: GridAxis) -> dict[str, Any]:
    return {
        "name": axis.name,
        "labels": list(axis.labels),
        "numbers": None if axis.numbers is None else list(axis.numbers),
    }


def measured_entry(measured: Measured) -> dict[str, Any]:
    """Return the estimates of a measure, cell by cell."""
    value, low, high, count = measured.estimates
    spread = {} if _same(value, low, high) else {"low": low, "high": high}
    return {
        "name": measured.name,
        "meaning": measured.meaning,
        "units": measured.units,
        "better": measured.better,
        "spread": measured.spread,
        "times": None if measured.times is None else numbers(measured.times),
        "shown": None if measured.shown is None else list(measured.shown),
        "count": count.tolist(),
        "value": with_infinite(value),
        **{name: with_infinite(part) for name, part in spread.items()},
    }


def _same(value: np.ndarray, low: np.ndarray, high: np.ndarray) -> bool:
    return np.array_equal(value, low, equal_nan=True) and np.array_equal(
        value, high, equal_nan=True
    )


def _plot(plot: Plot) -> dict[str, Any]:
    return {
        "key": plot.key,
        "xLabel": plot.x_label,
        "yLabel": plot.y_label,
        "log": plot.log,
        "traces": [
            {
                "name": trace.name,
                "material": trace.material,
                "x": numbers(trace.x),
                "y": numbers(trace.y),
            }
            for trace in plot.traces
        ],
    }
