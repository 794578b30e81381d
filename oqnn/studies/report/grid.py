"""Where the points of a sweep lie: axes, places and cells."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from ..sweeps.description.settings import Axis
from ..sweeps.plan import Plan, Point
from .data import GridAxis

__all__ = ["Grid"]


@dataclass(frozen=True, eq=False)
class Grid:
    """The places of a plan and the cells, one a place and material.

    Places run as the plan's combinations do, the last axis fastest; a cell is
    ``place × materials + material``.
    """

    plan: Plan

    @cached_property
    def axes(self) -> tuple[GridAxis, ...]:
        """The axes, with a text for every value."""
        return tuple(_axis(axis) for axis in self.plan.settings.axes)

    @property
    def materials(self) -> tuple[str, ...]:
        """Names of the materials, in order."""
        return tuple(self.plan.settings.materials)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Number of values of each axis."""
        return tuple(len(axis) for axis in self.axes)

    @property
    def places(self) -> int:
        """Number of combinations of the swept parameters."""
        return int(np.prod(self.shape, dtype=int))

    @property
    def cells(self) -> int:
        """Places times materials."""
        return self.places * len(self.materials)

    @cached_property
    def of_points(self) -> np.ndarray:
        """The cell of every point of the plan, by its index."""
        order = {name: i for i, name in enumerate(self.materials)}
        cells = [
            point.combination * len(order) + order[point.material]
            for point in self.plan.points
        ]
        return np.array(cells, dtype=int)

    def cells_of(self, dataset: xr.Dataset) -> np.ndarray:
        """Return the cell of every point of a dataset."""
        return self.of_points[dataset.point.values]

    def coordinates(self, place: int) -> tuple[str, ...]:
        """Return the text of a place on every axis."""
        at = np.unravel_index(place, self.shape) if self.shape else ()
        return tuple(axis.labels[i] for axis, i in zip(self.axes, at, strict=True))

    def label(self, point: Point) -> str:
        """Return what tells a point from all others, as text."""
        place = int(self.of_points[point.index]) // len(self.materials)
        pairs = zip(self.axes, self.coordinates(place), strict=True)
        parts = [point.material, *(f"{axis.name} = {text}" for axis, text in pairs)]
        if point.member >= 0:
            parts.append(f"seed {point.member}")
        return ", ".join(parts)

    def member(self, index: int) -> str:
        """Return what tells a point from others of its cell, as text."""
        member = self.plan.points[index].member
        return f"seed {member}" if member >= 0 else "no seed"

    def spread_places(self, most: int) -> list[int]:
        """Return at most so many places, evenly over the grid, the first included."""
        if most >= self.places:
            return list(range(self.places))
        chosen = np.linspace(0, self.places - 1, max(most, 1)).round().astype(int)
        return np.unique(chosen).tolist()


def _axis(axis: Axis) -> GridAxis:
    labels = [
        ", ".join(_text(value) for value in values)
        for values in zip(*axis.values, strict=True)
    ]
    first = axis.values[0]
    plain = all(isinstance(v, int | float) and not isinstance(v, bool) for v in first)
    return GridAxis(
        name=", ".join(axis.names),
        labels=tuple(labels),
        numbers=tuple(float(v) for v in first) if plain else None,
    )


def _text(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
