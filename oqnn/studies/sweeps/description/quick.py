"""A sweep made smaller, to try a description before the nights that it takes."""

from collections.abc import Mapping
from typing import Any

from .kinds import model_of
from .settings import SweepSettings

__all__ = ["quickened", "replaced"]

MOST = {
    "sweep.seeds": 2,
    "learning.epochs": 60,
    "engineered.points": 20,
    "engineered.starts": 2,
    "optimal.iterations": 40,
    "optimal.starts": 1,
}


def replaced(settings: SweepSettings, changes: Mapping[str, Any]) -> SweepSettings:
    """Return settings with some values changed, under dotted names.

    Examples
    --------
    >>> replaced(SweepSettings(), {"learning.epochs": [7, 9]}).axes[0].values
    ((7, 9),)
    """
    if not changes:
        return settings
    values = settings.to_dict()
    for name, value in changes.items():
        *tables, key = name.split(".")
        part = values
        for table in tables:
            part = part.setdefault(table, {})
        part[key] = value
    return SweepSettings.from_dict(values)


def quickened(settings: SweepSettings) -> SweepSettings:
    """Return settings with fewer seeds, epochs and searches, and three values an axis.

    Each axis keeps its first, middle and last values. Where a number that would be made
    smaller is swept itself, its values keep their proportions.

    Examples
    --------
    >>> quick = quickened(SweepSettings(environment={"h": [0.5, 1.0, 2.0, 4.0, 8.0]}))
    >>> quick.axes[0].values, quick.learning["epochs"]
    (((0.5, 2.0, 8.0),), 60)
    """
    changes: dict[str, Any] = {
        name: min(most, _single(settings, name)) for name, most in MOST.items()
    }
    for axis in settings.axes:
        kept = sorted({0, len(axis) // 2, len(axis) - 1})
        for name, values in zip(axis.names, axis.values, strict=True):
            some = [values[k] for k in kept]
            changes[name] = {"values": _smaller(some, MOST.get(name))}
    return replaced(settings, changes)


def _single(settings: SweepSettings, name: str) -> Any:
    """Return a number that is not swept, or its default; a list of it stands aside."""
    table, _, key = name.partition(".")
    if table == "sweep":
        return getattr(settings.sweep, key)
    entry = getattr(settings, table).get(
        key, model_of(table, {}).model_fields[key].default
    )
    return entry if isinstance(entry, int) else MOST[name]


def _smaller(values: list[Any], most: int | None) -> list[Any]:
    """Scale whole numbers down to at most `most`, unless that makes some the same."""
    if most is None or max(values) <= most:
        return values
    scaled = [max(1, round(value * most / max(values))) for value in values]
    return scaled if len(set(scaled)) == len(values) else values
