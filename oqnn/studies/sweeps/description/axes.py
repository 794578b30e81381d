"""The axes of a sweep: parameters that take several values, alone or together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...settings_errors import SettingsError
from .ranges import check_once

__all__ = ["Axis", "axes_of", "corners"]

MOST_CORNERS = 32


@dataclass(frozen=True)
class Axis:
    """Parameters that run together, most often one.

    Parameters
    ----------
    names : tuple of str
        Dotted names, such as ``environment.h``.
    values : tuple of tuples
        The values of each name, all of the same length.
    """

    names: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]

    def __len__(self) -> int:
        return len(self.values[0])


def axes_of(
    found: Mapping[str, tuple[Any, ...]], groups: tuple[tuple[str, ...], ...]
) -> tuple[Axis, ...]:
    """Return the axes of parameters in their order, some of which run together.

    Raises
    ------
    SettingsError
        If a group names a parameter that is not swept or that was named before, or
        joins different numbers of values.
    """
    zipped = [name for group in groups for name in group]
    for name in zipped:
        if zipped.count(name) > 1:
            raise SettingsError(
                f"`sweep.zip` must name each parameter once, but {name!r} is named "
                f"{zipped.count(name)} times. What runs together stands in one list.",
                ("sweep", "zip"),
            )
    axes = [_zipped_axis(group, found) for group in groups]
    axes += [Axis((n,), (v,)) for n, v in found.items() if n not in zipped]
    order = [*found]
    return tuple(sorted(axes, key=lambda axis: order.index(axis.names[0])))


def _zipped_axis(group: tuple[str, ...], found: Mapping[str, tuple[Any, ...]]) -> Axis:
    """Return parameters that run together as one axis.

    Raises
    ------
    SettingsError
        If one is not swept, or they have different numbers of values.
    """
    key = ("sweep", "zip")
    for name in group:
        if name not in found:
            known = ", ".join(found) or "none is"
            raise SettingsError(
                f"`sweep.zip` must name parameters that are swept, but {name!r} is "
                f"not. Swept: {known}.",
                key,
            )
    counts = {name: len(found[name]) for name in group}
    if len(set(counts.values())) > 1:
        sizes = ", ".join(f"{name} has {count}" for name, count in counts.items())
        raise SettingsError(
            f"`sweep.zip` must join parameters with equally many values, but {sizes}.",
            key,
        )
    axis = Axis(tuple(group), tuple(found[name] for name in group))
    rows = [list(row) for row in zip(*axis.values, strict=True)]
    check_once(rows, "` and `".join(group), group)
    return axis


def corners(axes: tuple[Axis, ...]) -> list[int]:
    """Return which combinations have every axis at its first or last value."""
    corners = [0]
    for axis in axes:
        ends = sorted({0, len(axis) - 1})
        corners = [c * len(axis) + end for c in corners for end in ends]
    return corners[:MOST_CORNERS]
