"""Values of one parameter: a scalar, a list, or a range of numbers.

In TOML a range is ``{ from = 0.1, to = 10, count = 7, spacing = "log" }`` or
``{ from = 0, to = 1, step = 0.1 }``, and ``{ values = [...] }`` names the values of a
parameter whose single value is a list itself.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..._core.checks import check_choice, check_integer

__all__ = ["is_swept", "swept_values"]

RANGE_KEYS = {"from", "to", "count", "step", "spacing"}
MOST_VALUES = 100_000


def is_swept(entry: Any, *, takes_list: bool) -> bool:
    """Tell several values of a parameter from a single one.

    Parameters
    ----------
    entry : object
        What was written.
    takes_list : bool
        Whether a single value of this parameter may be a list; then only lists of
        texts and the form ``{ values = [...] }`` are several.
    """
    if isinstance(entry, Mapping):
        return set(entry) == {"values"} or {"from", "to"} <= set(entry)
    if not isinstance(entry, list | tuple):
        return False
    texts = bool(entry) and all(isinstance(value, str) for value in entry)
    return texts or not takes_list


def swept_values(entry: Any, name: str) -> tuple[Any, ...]:
    """Return the values of a swept parameter, in order.

    Raises
    ------
    ValueError
        If there is no value, one comes twice, or a range does not add up.
    """
    values = _range(entry, name) if _is_range(entry) else _listed(entry)
    if not values:
        raise ValueError(f"`{name}` must have at least one value, but has none.")
    for i, value in enumerate(values):
        if value in values[:i]:
            raise ValueError(
                f"`{name}` must name each value once, but {value!r} twice."
            )
    return values


def _is_range(entry: Any) -> bool:
    return isinstance(entry, Mapping) and "from" in entry


def _listed(entry: Any) -> tuple[Any, ...]:
    return tuple(entry["values"] if isinstance(entry, Mapping) else entry)


def _range(entry: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    """Return equally or logarithmically spaced numbers, integers where all are."""
    unknown = set(entry) - RANGE_KEYS
    if unknown or ("count" in entry) == ("step" in entry):
        raise ValueError(
            f"`{name}` must be a range of from, to and either count or step, and "
            f"perhaps spacing, but has {', '.join(entry)}."
        )
    first, last = entry["from"], entry["to"]
    spacing = entry.get("spacing", "linear")
    check_choice(spacing, f"{name}.spacing", ("linear", "log"))
    if "step" in entry:
        return _steps(first, last, entry["step"], name)
    check_integer(entry["count"], f"{name}.count")
    if spacing == "log":
        if not (first > 0 and last > 0):
            raise ValueError(
                f"`{name}` must run between positive numbers for a logarithmic range, "
                f"but runs from {first} to {last}."
            )
        return tuple(np.geomspace(first, last, entry["count"]).tolist())
    numbers = np.linspace(first, last, entry["count"])
    whole = isinstance(first, int) and isinstance(last, int)
    if whole and (numbers == np.round(numbers)).all():
        numbers = numbers.astype(int)
    return tuple(numbers.tolist())


def _steps(first: Any, last: Any, step: Any, name: str) -> tuple[Any, ...]:
    count = (last - first) / step if step else np.inf
    if not 0 <= count <= MOST_VALUES or abs(count - round(count)) > 1e-9 * (1 + count):
        raise ValueError(
            f"`{name}` must go from `from` to `to` in whole steps, but "
            f"(to - from) / step = {count:.6g}."
        )
    return tuple(first + step * i for i in range(round(count) + 1))
