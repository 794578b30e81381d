"""Values of one parameter: a scalar, a list, or a range of numbers.

In TOML a range is ``{ from = 0.1, to = 10, count = 7, spacing = "log" }`` or
``{ from = 0, to = 1, step = 0.1 }``, and ``{ values = [...] }`` names the values of a
parameter whose single value is a list itself.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from ...provenance import canonical_json
from ...settings_errors import SettingsError

__all__ = ["check_once", "comparable", "is_swept", "label_of", "swept_values"]

RANGE_KEYS = {"from", "to", "count", "step", "spacing"}
MOST_VALUES = 100_000
WHOLE = 1e-9  # relative, up to which a number is taken for an integer
ROUNDING = 1e-15  # relative, what spacing numbers evenly may cost
LARGEST = 1e300  # number in a range
LONGEST_LABEL = 40
EXAMPLE = "{ from = 0.1, to = 10, count = 5 }"


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
        return "values" in entry or bool({"from", "to"} & set(entry))
    if not isinstance(entry, list | tuple):
        return False
    texts = bool(entry) and all(isinstance(value, str) for value in entry)
    return texts or not takes_list


def swept_values(entry: Any, name: str, *, once: bool = True) -> tuple[Any, ...]:
    """Return the values of a swept parameter, in order.

    Parameters
    ----------
    entry : list, range or ``{ values = [...] }``
        What was written.
    name : str
        Dotted name of the parameter.
    once : bool, optional
        Whether to refuse a value that comes twice.

    Raises
    ------
    SettingsError
        If there is no value, one comes twice, or a range does not add up.
    """
    if not isinstance(entry, Mapping):
        values = tuple(entry)
    elif "values" in entry:
        values = _listed(entry, name)
    else:
        values = _range(entry, name)
    if not values:
        _refuse(name, f"`{name}` must have at least one value, but has none.")
    if once:
        check_once(values, name, (name,))
    return values


def check_once(values: Sequence[Any], shown: str, names: Sequence[str]) -> None:
    """Refuse values of which one comes twice.

    Raises
    ------
    SettingsError
        If one does.
    """
    seen: dict[str, int] = {}
    for i, value in enumerate(values):
        key = canonical_json(comparable(value))
        if key in seen:
            _refuse(
                names[0],
                f"`{shown}` must name each value once, but {value!r:.60} is its value "
                f"{seen[key] + 1} and {i + 1}.",
            )
        seen[key] = i


def comparable(value: Any) -> Any:
    """Return a value as it compares: 2 and 2.0 are one number, true is none.

    Examples
    --------
    >>> comparable({"h": [2, 0.5, True]})
    {'h': [2.0, 0.5, True]}
    """
    if isinstance(value, Mapping):
        return {key: comparable(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [comparable(entry) for entry in value]
    return float(value) + 0.0 if type(value) in (int, float) else value


def label_of(value: Any) -> bool | int | float | str:
    """Return a value as a coordinate: itself, or for arrays a text that tells it.

    Examples
    --------
    >>> label_of(0.5), label_of([0, 1])
    (0.5, '[0,1]')
    """
    if isinstance(value, bool | int | float | str):
        return value
    text = canonical_json(value)
    if len(text) <= LONGEST_LABEL:
        return text
    return f"array {hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _refuse(name: str, message: str) -> NoReturn:
    raise SettingsError(message, name.split("."))


def _listed(entry: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    if set(entry) != {"values"} or not isinstance(entry["values"], list | tuple):
        _refuse(
            name,
            f"`{name}` must be a list as {{ values = [...] }} and nothing else, but "
            f"has {', '.join(map(str, entry))}.",
        )
    return tuple(entry["values"])


def _range(entry: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    """Return equally or logarithmically spaced numbers, integers where all are."""
    if (
        not {"from", "to"} <= set(entry) <= RANGE_KEYS
        or ("count" in entry) == ("step" in entry)
        or ("step" in entry and "spacing" in entry)
    ):
        _refuse(
            name,
            f"`{name}` must be a range of from, to, and either step or count and "
            f"perhaps spacing, as in {EXAMPLE}, but has "
            f"{', '.join(map(str, entry))}.",
        )
    for key in ("from", "to", "step"):
        value = entry.get(key, 0)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and LARGEST < abs(value) < np.inf:
            _refuse(name, f"`{name}.{key}` must be at most {LARGEST:g} in size.")
        if not number or not abs(value) <= LARGEST:
            _refuse(name, f"`{name}.{key}` must be a number, but is {value!r}.")
    if "step" in entry:
        return _steps(entry["from"], entry["to"], entry["step"], name)
    return _counted(entry, name)


def _counted(entry: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    first, last, count = entry["from"], entry["to"], entry["count"]
    spacing = entry.get("spacing", "linear")
    if spacing not in ("linear", "log"):
        _refuse(
            name,
            f"`{name}.spacing` must be 'linear' or 'log', but is {spacing!r}.",
        )
    if type(count) is not int or not 1 <= count <= MOST_VALUES:
        _refuse(
            name,
            f"`{name}.count` must be an integer from 1 to {MOST_VALUES}, but is "
            f"{count!r}.",
        )
    if count == 1 and first != last:
        _refuse(
            name, f"`{name}.count` must be at least 2 to go from {first} to {last}."
        )
    if spacing == "log" and not (first > 0 and last > 0):
        _refuse(
            name,
            f"`{name}` must run between positive numbers for a logarithmic range, "
            f"but runs from {first} to {last}.",
        )
    spaced = np.geomspace if spacing == "log" else np.linspace
    numbers = spaced(float(first), float(last), count)
    return _as_written(numbers, first, last)


def _steps(first: Any, last: Any, step: Any, name: str) -> tuple[Any, ...]:
    count = (last - first) / step if step else np.inf
    if not 0 <= count < MOST_VALUES or abs(count - round(count)) > WHOLE * (1 + count):
        _refuse(
            name,
            f"`{name}` must go from `from` to `to` in whole steps, fewer than "
            f"{MOST_VALUES}, but (to - from) / step = {count:.6g}.",
        )
    numbers = np.linspace(float(first), float(last), round(count) + 1)
    return _as_written(numbers, first, last)


def _as_written(numbers: np.ndarray, first: Any, last: Any) -> tuple[Any, ...]:
    """Return numbers as one would write them: 3 between integers, 0.3 for 3 × 0.1."""
    near = np.round(numbers)
    written = isinstance(first, int) and isinstance(last, int)
    if written and (np.abs(numbers - near) <= WHOLE * np.maximum(1, near)).all():
        return tuple(int(number) for number in near)
    short = [float(f"{number:.12g}") for number in numbers]
    pairs = zip(short, numbers.tolist(), strict=True)
    inner = [a if abs(a - b) <= ROUNDING * abs(b) else b for a, b in pairs]
    inner[0], inner[-1] = float(first), float(last)
    return tuple(inner)
