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
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self, get_args, get_origin

import tomli_w
from pydantic import Field, ValidationError, field_validator

from ..provenance import canonical_json
from ..settings_errors import SettingsError, explain, line_of
from ..settings_parts import Index, SettingsPart
from .parts import SweepPart
from .point import TABLES, PointSettings, model_of
from .ranges import is_swept, swept_values

__all__ = ["Axis", "SweepSettings"]

Table = Annotated[dict[str, Any], Field(default_factory=dict)]


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
        _ = self.axes, self.point({})

    @field_validator(*TABLES, mode="after")
    @classmethod
    def _as_plain_values(cls, table: dict[str, Any]) -> dict[str, Any]:
        return json.loads(canonical_json(table))

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read the description from a file.

        Raises
        ------
        SettingsError
            If a setting is wrong or the text is no TOML, with the line where known.
        """
        text = Path(path).read_text(encoding="utf-8")
        try:
            return cls(**tomllib.loads(text))
        except SettingsError as error:
            line = line_of(text, error.key)
            where = f"{Path(path).name}, line {line}" if line else Path(path).name
            raise SettingsError(f"{where}: {error}", error.key) from None

    def to_toml(self) -> str:
        """Return the description as the text of a file that reads back the same."""
        return tomli_w.dumps(self.to_dict())

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Undo `to_dict`."""
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Return all settings as JSON can hold them; equal settings give equal ones."""
        return json.loads(canonical_json(self.model_dump(mode="json")))

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """What is swept, in the order of the tables; zipped parameters are one axis."""
        found = {
            f"{table}.{key}": swept_values(entry, f"{table}.{key}")
            for table in TABLES
            for key, entry in getattr(self, table).items()
            if self._is_swept(table, key, entry)
        }
        axes = []
        groups = [*self.sweep.zip]
        zipped = {name for group in groups for name in group}
        for group in groups:
            axes.append(Axis(group, tuple(found[name] for name in group)))
        axes += [Axis((n,), (v,)) for n, v in found.items() if n not in zipped]
        order = [*found]
        return tuple(sorted(axes, key=lambda axis: order.index(axis.names[0])))

    def point(self, coordinates: Mapping[str, Any]) -> PointSettings:
        """Return the settings of one point; by default each axis at its first value."""
        first = {
            n: v[0] for a in self.axes for n, v in zip(a.names, a.values, strict=True)
        }
        tables = {name: dict(getattr(self, name)) for name in TABLES}
        for name, value in (first | dict(coordinates)).items():
            table, _, key = name.partition(".")
            tables[table][key] = value
        return PointSettings.from_tables(tables)

    def _is_swept(self, table: str, key: str, entry: Any) -> bool:
        kind_of = self.environment if table == "training" else getattr(self, table)
        kind = kind_of.get("kind")
        one = (
            kind
            if isinstance(kind, str)
            else (swept_values(kind, "kind")[0] if kind else None)
        )
        fields = model_of(table, {"kind": one} if one else {}).model_fields
        takes_list = key in fields and _takes_list(fields[key].annotation)
        return is_swept(entry, takes_list=takes_list)


def _takes_list(annotation: Any) -> bool:
    """Tell whether a field's single value may be a list."""
    if get_origin(annotation) is tuple:
        return True
    return any(_takes_list(part) for part in get_args(annotation))
