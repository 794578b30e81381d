"""What a sweep computes: its points, what is trained for them, and the blocks."""

import json
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..._core.seeds import derive_seed
from ..provenance import canonical_json, fingerprint
from .computation.materials import recipe_of
from .description.point import PointSettings
from .description.ranges import comparable, label_of
from .description.settings import SweepSettings

__all__ = ["Plan", "Point", "PointBlock", "TrainingBlock", "steering"]


@dataclass(frozen=True)
class Point:
    """One comparison: a material and a member at some coordinates.

    Parameters
    ----------
    index : int
        Its place in the grid, which orders every table.
    material : str
        Name of the material.
    member : int
        The seed as the user counts it; −1 where nothing is drawn.
    coordinates : mapping
        Swept parameters by dotted name.
    trained : str
        Name of the training block that holds its drive.
    seed : int
        What the point draws its own numbers from: of the study's seed, material,
        member and coordinates, and so of nothing that order or company could change.
    combination : int
        Which of the plan's combinations of coordinates it has.
    """

    index: int
    material: str
    member: int
    coordinates: Mapping[str, Any]
    trained: str
    seed: int
    combination: int = 0

    @property
    def labels(self) -> dict[str, bool | int | float | str]:
        """Coordinates as one value each: arrays become texts that tell them."""
        return {name: label_of(value) for name, value in self.coordinates.items()}


@dataclass(frozen=True)
class TrainingBlock:
    """All members of a material in one training environment.

    Parameters
    ----------
    name : str
        ``trained/<material>/<number>``.
    material : str
    coordinates : mapping
        Of the first point that needs it; any of them gives the same drives.
    members, seeds : tuple of int
        The seeds as the user counts them, and those that are drawn from.
    """

    name: str
    material: str
    coordinates: Mapping[str, Any]
    members: tuple[int, ...]
    seeds: tuple[int, ...]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class PointBlock:
    """Points of one material and one array shape that are computed together.

    Parameters
    ----------
    name : str
        ``points/<shape>/<material>/<number>``.
    points : tuple of Point
    needs : tuple of str
        Training blocks that it reads.
    """

    name: str
    points: tuple[Point, ...]
    needs: tuple[str, ...]


class Plan:
    """The grid of a sweep, fixed by its settings alone.

    Parameters
    ----------
    settings : SweepSettings
        The description.
    """

    def __init__(self, settings: SweepSettings) -> None:
        self.settings = settings

    @property
    def combinations(self) -> list[dict[str, Any]]:
        """Coordinates of the Cartesian product of all axes, last axis fastest."""
        return self.settings.combinations

    @cached_property
    def trainings(self) -> list[TrainingBlock]:
        """Distinct trainings, in the order in which points first need them."""
        return self._laid_out[1]

    @cached_property
    def points(self) -> list[Point]:
        """All points, in order."""
        return self._laid_out[0]

    @cached_property
    def blocks(self) -> list[PointBlock]:
        """All blocks of points, each of one material, array shape and time axis."""
        groups: dict[str, list[Point]] = {}
        for point in self.points:
            group = f"points/{self.shape_of(point)}/{slug(point.material)}"
            groups.setdefault(group, []).append(point)
        size = self.settings.sweep.block
        return [
            _block(f"{name}/{first // size:05d}", group[first : first + size])
            for name, group in groups.items()
            for first in range(0, len(group), size)
        ]

    @cached_property
    def tasks(self) -> dict[str, TrainingBlock | PointBlock]:
        """All blocks by name: trainings first, then points."""
        every: list[TrainingBlock | PointBlock] = [*self.trainings, *self.blocks]
        return {task.name: task for task in every}

    def at(self, coordinates: Mapping[str, Any]) -> PointSettings:
        """Return the settings at some coordinates, made once for each."""
        key = canonical_json(coordinates)
        if key not in self._points:
            self._points[key] = self.settings.point(coordinates)
        return self._points[key]

    def with_tasks(self, tasks: Mapping[str, TrainingBlock | PointBlock]) -> "Plan":
        """Return the plan with other tasks, such as part of a block."""
        other = copy(self)
        other.__dict__["tasks"] = dict(tasks)
        return other

    def shape_of(self, point: Point) -> str:
        """Return the name of a point's array shape.

        Shapes of equal sizes but other times, views or kinds of system are numbered
        in the order of the grid.
        """
        return self._shapes[point.combination]

    @cached_property
    def _points(self) -> dict[str, PointSettings]:
        points = zip(self.combinations, self.settings.points, strict=True)
        return {canonical_json(coordinates): point for coordinates, point in points}

    @cached_property
    def _shapes(self) -> list[str]:
        """Names of the array shapes of all combinations."""
        alike: dict[str, dict[tuple[str, ...], int]] = {}
        names = []
        for point in self.settings.points:
            known = alike.setdefault(point.shape, {})
            number = known.setdefault(point.likeness, len(known))
            names.append(f"{point.shape}-{number + 1}" if number else point.shape)
        return names

    @cached_property
    def _laid_out(self) -> tuple[list[Point], list[TrainingBlock]]:
        points: list[Point] = []
        trainings: dict[str, TrainingBlock] = {}
        counts: dict[str, int] = {}
        for i, coordinates in enumerate(self.combinations):
            text = canonical_json(comparable(coordinates))
            for material in self.settings.materials:
                key = self._training_key(material, self.settings.points[i])
                if key not in trainings:
                    number = counts.get(material, 0)
                    counts[material] = number + 1
                    name = f"trained/{slug(material)}/{number:05d}"
                    trainings[key] = self._training(name, material, coordinates, key)
                training = trainings[key]
                for member in training.members:
                    points.append(
                        Point(
                            index=len(points),
                            combination=i,
                            material=material,
                            member=member,
                            coordinates=coordinates,
                            trained=training.name,
                            seed=self._seed(material, text, member),
                        )
                    )
        return points, [*trainings.values()]

    def _members(self, material: str) -> Iterator[int]:
        if not recipe_of(material).seeded:
            yield -1
            return
        sweep = self.settings.sweep
        yield from range(sweep.first_seed, sweep.first_seed + sweep.seeds)

    def _training_key(self, material: str, point: PointSettings) -> str:
        """Return a text that is the same where the same drive is found.

        A drive depends on the training environment, which the system's natural fields
        are part of, on H of the system alone, and on the tables of its recipe; on the
        state only where it is that which is protected, or where a user's environment
        could look at it. A blind recipe sees no more than which controls there are.
        """
        recipe = recipe_of(material)
        if recipe.blind:
            tables = [point.texts[table] for table in recipe.tables]
            return "\n".join([material, steering(point), *tables])
        own = ":" in point.training.kind
        own = own or ("cost" in recipe.tables and point.cost.protect == "initial")
        system = point.texts["system"] if own else point.hamiltonian_text
        tables = [point.texts[table] for table in recipe.tables]
        around = [point.texts["training"], point.system.controls]
        return "\n".join([material, *around, system, *tables])

    def _training(
        self, name: str, material: str, coordinates: Mapping[str, Any], key: str
    ) -> TrainingBlock:
        members = tuple(self._members(material))
        mark = fingerprint({"training": key})
        return TrainingBlock(
            name=name,
            material=material,
            coordinates=coordinates,
            members=members,
            seeds=tuple(
                derive_seed(self.settings.seed, "training", mark, max(member, 0))
                for member in members
            ),
        )

    def _seed(self, material: str, coordinates: str, member: int) -> int:
        """Return what a point draws from, of nothing that order could change."""
        return derive_seed(
            self.settings.seed, "point", material, coordinates, member + 1
        )


def steering(point: PointSettings) -> str:
    """Return a text that is the same where the controls have the same names.

    Those depend on strengths and rates only by whether they vanish.
    """
    if ":" in point.training.kind:
        return "\n".join([point.texts["training"], point.texts["system"]])
    training = json.loads(point.texts["training"])
    signs = {k: v != 0 if isinstance(v, float) else v for k, v in training.items()}
    return canonical_json([*point.dims, point.system.controls, signs])


def slug(material: str) -> str:
    """Return a material's name as the name of a folder, letters beyond ASCII coded."""
    coded = (c if c.isascii() else f"_{ord(c):x}" for c in material)
    return "".join(coded).replace(":", "-")


def _block(name: str, points: list[Point]) -> PointBlock:
    needs = dict.fromkeys(point.trained for point in points)
    return PointBlock(name=name, points=tuple(points), needs=tuple(needs))
