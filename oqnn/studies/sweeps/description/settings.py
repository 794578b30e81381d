"""The description of a sweep, from TOML or Python.

One table a part, as for a single comparison; a table ``[sweep]`` makes it a sweep, in
which a parameter may be a list or a range::

    materials = ["bare", "engineered", "learning"]

    [environment]
    h = [2.0, 4.0, 8.0]
    kappa = { from = 0.05, to = 0.8, count = 5, spacing = "log" }

    [training]
    kappa = 0.2             # drives are found here, and used at every kappa

    [sweep]
    seeds = 4
"""

import json
from collections.abc import Mapping
from functools import cached_property
from itertools import product
from math import prod
from pathlib import Path
from typing import Annotated, Any, Self

import tomli_w
from pydantic import Field, ValidationError, ValidationInfo, field_validator

from ...provenance import canonical_json
from ...settings_errors import SettingsError, explain, line_of
from ...settings_parts import Index, SettingsPart
from .axes import Axis, axes_of, corners
from .checks import check_looks, check_materials, check_names, check_networks
from .kinds import TABLES, kinds_of, known_entries, model_of, takes_list
from .parts import SweepPart
from .point import PointSettings, trained_in
from .ranges import is_swept, swept_values
from .reading import read_toml
from .tables import plain_table, with_files

__all__ = ["Axis", "SweepSettings"]

MOST_COMBINATIONS = 200_000
Table = Annotated[
    dict[str, Any], Field(default_factory=dict, description="a table of settings")
]


class SweepSettings(SettingsPart):
    """Everything that the numbers of a sweep depend on.

    Parameters
    ----------
    seed : int
        From which, with its coordinates, every point draws its own.
    materials : list of str
        Names of materials, or ``module:function``.
    sweep : SweepPart or mapping
        Seeds, measures, views and blocks.
    system, environment, training, times, learning, ... : mappings
        Tables of a single point, in which lists and ranges are swept.

    Raises
    ------
    SettingsError
        If a setting is unknown, of a wrong type or out of range, at any point.
    """

    seed: Index = 0
    materials: tuple[str, ...] = Field(
        default=("bare", "plain", "engineered", "learning"),
        strict=False,
        description="a list of names",
    )
    sweep: SweepPart = SweepPart()
    system: Table
    environment: Table
    training: Table
    times: Table
    cost: Table
    solver: Table
    learning: Table
    engineered: Table
    decoupling: Table
    optimal: Table
    views: Table

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise explain(error, SweepSettings) from None
        check_names(self.materials, self.sweep)
        self._check_points()

    @field_validator(*TABLES, mode="before")
    @classmethod
    def _as_plain_values(cls, table: Any, info: ValidationInfo) -> Any:
        if not isinstance(table, Mapping):
            return table
        return plain_table(str(info.field_name), table)

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read the description from a file; ``.npy`` files lie beside it.

        Raises
        ------
        SettingsError
            If a setting is wrong or the text is no TOML, with the line where known.
        FileNotFoundError
            If there is no such file.
        """
        path = Path(path)
        text, values = read_toml(path)
        try:
            return cls(**with_files(values, path.parent))
        except SettingsError as error:
            line = line_of(text, error.key, error.index)
            where = f"{path.name}, line {line}" if line else path.name
            raise SettingsError(f"{where}: {error}", error.key) from None

    def to_toml(self) -> str:
        """Return the description as the text of a file that reads back the same."""
        values = self.to_dict()
        return tomli_w.dumps({key: v for key, v in values.items() if v != {}})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Undo `to_dict`."""
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Return all settings as JSON can hold them; equal settings give equal ones."""
        return json.loads(canonical_json(self.model_dump(mode="json")))

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """What is swept; zipped parameters are one axis.

        In the order of the tables, and within one by name: equal settings have equal
        axes, however they were written.
        """
        zipped = {name for group in self.sweep.zip for name in group}
        found = {
            name: swept_values(entry, name, once=name not in zipped)
            for name, entry in self._swept.items()
        }
        return axes_of(found, self.sweep.zip)

    @cached_property
    def combinations(self) -> list[dict[str, Any]]:
        """Coordinates of the Cartesian product of all axes, last axis fastest."""
        rows = [
            [
                dict(zip(axis.names, values, strict=True))
                for values in zip(*axis.values, strict=True)
            ]
            for axis in self.axes
        ]
        return [
            {name: value for row in chosen for name, value in row.items()}
            for chosen in product(*rows)
        ]

    @cached_property
    def points(self) -> list[PointSettings]:
        """Settings of all combinations, in their order."""
        return [self.point(coordinates) for coordinates in self.combinations]

    def point(self, coordinates: Mapping[str, Any]) -> PointSettings:
        """Return the settings of one point; by default each axis at its first value.

        Raises
        ------
        SettingsError
            If an entry is wrong there, with the coordinates where they matter.
        """
        whole = self._first | dict(coordinates)
        for name in whole:
            if name.partition(".")[0] not in TABLES or "." not in name:
                raise SettingsError(
                    "`coordinates` must have dotted names, such as 'environment.h', "
                    f"but one is {name!r}."
                )
        changed = {name.partition(".")[0] for name in whole}
        if {"environment", "training"} & changed:
            changed |= {"environment", "training"}
        texts = dict(self._fixed)
        try:
            for table, entries in self._tables(changed, whole).items():
                texts[table] = canonical_json(entries)
            return PointSettings.from_texts(texts)
        except SettingsError as error:
            raise self._located(error, whole) from None

    @cached_property
    def _first(self) -> dict[str, Any]:
        return {
            n: v[0] for a in self.axes for n, v in zip(a.names, a.values, strict=True)
        }

    @cached_property
    def _fixed(self) -> dict[str, str]:
        """Canonical JSON of all tables, right for those of which nothing is swept."""
        tables = self._tables(TABLES, self._first)
        return {name: canonical_json(tables[name]) for name in TABLES}

    def _tables(
        self, names: Any, coordinates: Mapping[str, Any]
    ) -> dict[str, dict[str, Any]]:
        """Return tables at some coordinates, without what their kind does not know."""
        tables = {name: dict(getattr(self, name)) for name in names}
        for name, value in coordinates.items():
            table, _, key = name.partition(".")
            if table in tables:
                tables[table][key] = value
        if "training" in tables:
            tables["training"] = trained_in(tables["environment"], tables["training"])
        for table in {"system", "environment", "training"} & set(tables):
            models = self._models[table]
            if len(models) > 1:
                swept = {
                    key for key in tables[table] if f"{table}.{key}" in self._swept
                }
                tables[table] = known_entries(table, tables[table], models, swept)
        return tables

    @cached_property
    def _models(self) -> dict[str, list[Any]]:
        """The models that read each table, one for most; more if its kind is swept."""
        tables = {name: getattr(self, name) for name in TABLES}
        return {
            table: [model_of(table, {"kind": k}) for k in kinds_of(tables, table)]
            for table in TABLES
        }

    @cached_property
    def _swept(self) -> dict[str, Any]:
        return {
            f"{table}.{key}": entry
            for table in TABLES
            for key, entry in getattr(self, table).items()
            if is_swept(entry, takes_list=takes_list(self._models[table], key))
        }

    def _check_points(self) -> None:
        """Check all combinations, as far as nothing needs to be computed for it."""
        count = prod(len(axis) for axis in self.axes)
        if count > MOST_COMBINATIONS:
            sizes = " × ".join(str(len(axis)) for axis in self.axes)
            raise SettingsError(
                f"The swept parameters must have at most {MOST_COMBINATIONS} "
                f"combinations, but have {sizes} = {count}. Zip some of them, or make "
                "several sweeps."
            )
        for coordinates, point in zip(self.combinations, self.points, strict=True):
            try:
                point.check()
                check_materials(self.materials, point)
            except SettingsError as error:
                raise self._located(error, coordinates) from None
        check_looks(self.sweep, self.points)
        for i in corners(self.axes):
            try:
                check_networks(self.materials, self.points[i])
            except SettingsError as error:
                raise self._located(error, self.combinations[i]) from None

    def _located(
        self, error: SettingsError, coordinates: Mapping[str, Any]
    ) -> SettingsError:
        """Say at which value of a list, or at which coordinates, a setting is wrong."""
        name = ".".join(error.key[:2])
        if name.startswith("training.") and name not in self._swept:
            own = f"environment.{error.key[1]}"
            name = own if own in self._swept else name
        key = tuple(name.split("."))
        if error.alone and name in self._swept:
            if "must be a known setting" in str(error):
                return SettingsError(str(error), key)
            values = swept_values(self._swept[name], name, once=False)
            if coordinates.get(name) not in values:  # asked for beside the sweep
                return error
            i = values.index(coordinates[name])
            text = f"{error} It is value {i + 1} of {len(values)}."
            return SettingsError(text, key, index=i)
        if error.alone or not coordinates:
            return error
        at = " and ".join(f"{n} = {_short(v)}" for n, v in coordinates.items())
        return SettingsError(f"{error} This is at {at}.", error.key)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
