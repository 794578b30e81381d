"""Everything that the numbers of one point depend on, besides material and seed."""

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from ...dynamics import System
from ...environments import Environment
from ..provenance import canonical_json
from ..settings_errors import SettingsError, explain
from ..settings_parts import TimeSettings
from .environments import ENVIRONMENTS, EnvironmentPart
from .parts import (
    DecouplingPart,
    EngineeredPart,
    LearningPart,
    OptimalPart,
    ViewPart,
)
from .systems import SYSTEMS, SystemPart

__all__ = ["TABLES", "PointSettings", "model_of", "named_function"]

PARTS: dict[str, type[BaseModel]] = {
    "times": TimeSettings,
    "learning": LearningPart,
    "engineered": EngineeredPart,
    "decoupling": DecouplingPart,
    "optimal": OptimalPart,
    "views": ViewPart,
}
KINDS: dict[str, Mapping[str, type[BaseModel]]] = {
    "system": SYSTEMS,
    "environment": ENVIRONMENTS,
    "training": ENVIRONMENTS,
}
DEFAULT_KIND = {"system": "qubit", "environment": "reference"}
TABLES = (*KINDS, *PARTS)
"""Tables whose entries may be swept."""


def model_of(table: str, entries: Mapping[str, Any]) -> type[BaseModel]:
    """Return the model of a table, chosen by its kind where it has one.

    Raises
    ------
    SettingsError
        If there is no such kind.
    """
    if table in PARTS:
        return PARTS[table]
    kinds = KINDS[table]
    kind = entries.get("kind", DEFAULT_KIND.get(table, "reference"))
    if isinstance(kind, str) and kind in kinds:
        return kinds[kind]
    raise SettingsError(
        f"`{table}.kind` must be one of {', '.join(kinds)}, but is {kind!r}.",
        (table, "kind"),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class PointSettings:
    """The settings of one point, each part validated.

    `training` is the environment for which a drive is found: the same as
    `environment` but for what the table ``[training]`` says.
    """

    system: SystemPart
    environment: EnvironmentPart
    training: EnvironmentPart
    times: TimeSettings
    learning: LearningPart
    engineered: EngineeredPart
    decoupling: DecouplingPart
    optimal: OptimalPart
    views: ViewPart

    @classmethod
    def from_tables(cls, tables: Mapping[str, Mapping[str, Any]]) -> "PointSettings":
        """Validate tables whose entries are single values.

        Raises
        ------
        SettingsError
            If an entry is unknown, of a wrong type or out of range.
        """
        whole = {name: dict(tables.get(name, {})) for name in TABLES}
        whole["training"] = whole["environment"] | whole["training"]
        texts = {name: canonical_json(whole[name]) for name in TABLES}
        return cls(**{name: _validated(name, text) for name, text in texts.items()})

    @cached_property
    def built_system(self) -> System:
        """The system."""
        return self.system.build()

    @cached_property
    def built_environment(self) -> Environment:
        """The environment in which the system evolves."""
        return self.environment.build(self.built_system)

    @cached_property
    def training_environment(self) -> Environment:
        """The environment in which materials are trained."""
        return self.training.build(self.built_system)

    @property
    def shape(self) -> str:
        """Name of the array shape, which points of one block share."""
        system = self.built_system
        kept = "".join(f"x{k}" for k in system.kept)
        return f"d{system.d}{kept}t{len(self.times.grid())}"


def named_function(name: str) -> Any:
    """Return what ``module:function`` names.

    Raises
    ------
    SettingsError
        If the module or the function does not exist.
    """
    module, _, function = name.partition(":")
    try:
        return getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(
            f"`{name}` must name a function as module:function that can be imported, "
            f"but cannot: {error}."
        ) from error


@lru_cache(maxsize=4096)
def _validated(table: str, text: str) -> Any:
    """Validate each distinct table once: points of a grid share most of theirs."""
    entries = json.loads(text)
    model = model_of(table, entries)
    try:
        return model(**entries)
    except ValidationError as error:
        raise explain(error, model, table=table) from None
