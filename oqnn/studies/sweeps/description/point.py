"""Everything that the numbers of one point depend on, besides material and seed."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from ....dynamics import System
from ....environments import Environment, ProtectionCost
from ...provenance import canonical_json, fingerprint
from ...settings_errors import PartError, SettingsError, explain, named
from ...settings_parts import TimeSettings
from .arrays import plain
from .custom import CustomSystem, named_function
from .environments import EnvironmentPart
from .kinds import DEFAULT_KIND, TABLES, model_of
from .parts import (
    DecouplingPart,
    EngineeredPart,
    LearningPart,
    OptimalPart,
    SolverPart,
    ViewPart,
)
from .systems import StatePart
from .targets import CostPart

__all__ = ["TABLES", "PointSettings", "model_of", "named_function"]

MOST_TABLES = 65_536  # validated ones that are kept
MOST_BUILT = 512  # systems, and environments
READOUTS = len(CostPart().readouts)


@dataclass(frozen=True, kw_only=True, eq=False)
class PointSettings:
    """The settings of one point, each part validated.

    `training` is the environment for which a drive is found: the same as
    `environment` but for what the table ``[training]`` says. `texts` holds every part
    as canonical JSON, defaults included: equal texts are equal parts.
    """

    system: StatePart | CustomSystem
    environment: EnvironmentPart
    training: EnvironmentPart
    times: TimeSettings
    cost: CostPart
    learning: LearningPart
    engineered: EngineeredPart
    decoupling: DecouplingPart
    optimal: OptimalPart
    solver: SolverPart
    views: ViewPart
    texts: Mapping[str, str]

    @classmethod
    def from_tables(cls, tables: Mapping[str, Mapping[str, Any]]) -> "PointSettings":
        """Validate tables whose entries are single values.

        Raises
        ------
        SettingsError
            If an entry is unknown, of a wrong type or out of range.
        """
        whole = {name: dict(tables.get(name, {})) for name in TABLES}
        whole["training"] = trained_in(whole["environment"], whole["training"])
        return cls.from_texts({name: canonical_json(whole[name]) for name in TABLES})

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> "PointSettings":
        """Validate tables that are given as canonical JSON; equal ones only once."""
        parts = {name: validated(name, texts[name]) for name in TABLES}
        return cls(
            **{name: part for name, (part, _) in parts.items()},
            texts={name: text for name, (_, text) in parts.items()},
        )

    @cached_property
    def built_system(self) -> System:
        """The system; the same object for equal settings."""
        return _system(self._part("system"))

    @cached_property
    def built_environment(self) -> Environment:
        """The environment in which the system evolves; shared between points."""
        return self._environment("environment")

    @cached_property
    def training_environment(self) -> Environment:
        """The environment in which materials are trained; shared between points."""
        return self._environment("training")

    @cached_property
    def protection_cost(self) -> ProtectionCost:
        """The cost by which materials are found and readouts judged."""
        learning = self.learning
        return _cost(
            self._part("cost"),
            self._part("system"),
            learning.cost_controls,
            learning.cost_weights,
        )

    @cached_property
    def dims(self) -> tuple[int, ...]:
        """Dimensions of the system and of the partner's parts."""
        return _dims(self._part("system"))

    @property
    def hamiltonian_text(self) -> str:
        """H of the system alone, as a text by which two are compared."""
        return _hamiltonian(self._part("system"))

    @cached_property
    def shape(self) -> str:
        """Name of the array shape: levels, partner, times, and unusual readouts."""
        d, *kept = self.dims
        readouts = self.cost.count(self.learning.slices)
        return "".join(
            [
                f"d{d}",
                *(f"x{k}" for k in kept),
                f"t{_count(self._part('times'))}",
                f"r{readouts}" if readouts != READOUTS else "",
            ]
        )

    @property
    def likeness(self) -> tuple[str, ...]:
        """What points of one block share beside their shape: times, views, kind."""
        return (self.texts["times"], self.texts["views"], self.system.kind)

    def check(self) -> None:
        """Check that the parts fit each other, as far as that is cheap.

        Raises
        ------
        SettingsError
            If environment or cost do not fit the system.
        """
        d = speaking_of("system", lambda: self.dims)[0]
        natural = self.system.controls
        speaking_of("environment", self.environment.check, d, natural)
        speaking_of("training", self.training.check, d, natural)
        _check_cost(self._part("cost"), self._part("system"))

    def build(self) -> None:
        """Build system and environments, to see that they can be.

        Raises
        ------
        SettingsError
            If one cannot.
        """
        self.check()
        speaking_of("system", lambda: self.built_system)
        speaking_of("environment", lambda: self.built_environment)
        speaking_of("training", lambda: self.training_environment)

    def _part(self, table: str) -> "_Part":
        return _Part(self.texts[table], getattr(self, table))

    def _environment(self, table: str) -> Environment:
        part = self._part(table)
        own = ":" in part.settings.kind  # a user's may look at the whole system
        system = self._part("system") if own else None
        return _environment(part, system, self.dims[0], self.system.controls)


def trained_in(
    environment: Mapping[str, Any], training: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the environment of training: the other's, but for what differs.

    Of another kind it stands alone.
    """
    kind = environment.get("kind", DEFAULT_KIND["environment"])
    if training.get("kind", kind) != kind:
        return dict(training)
    return {**environment, **training}


def speaking_of(table: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function, and say of which table its errors speak."""
    try:
        return function(*arguments)
    except SettingsError:
        raise
    except PartError as error:
        key = (table, error.field)
        raise SettingsError(named(error, key), key) from None
    except (TypeError, ValueError, MemoryError) as error:
        raise SettingsError(
            f"`{table}` must describe what can be built, but cannot: {error}", (table,)
        ) from error


@lru_cache(maxsize=MOST_TABLES)
def validated(table: str, text: str) -> tuple[Any, str]:
    """Validate a table, given as canonical JSON, and return it with all defaults.

    Each distinct table is validated once: points of a grid share most of theirs.
    """
    entries = json.loads(text)
    model = model_of(table, entries)
    try:
        part: BaseModel = model(**entries)
    except ValidationError as error:
        raise explain(error, model, table=table) from None
    return part, canonical_json(part.model_dump(mode="json"))


@dataclass(frozen=True)
class _Part:
    """A validated part, compared by its text."""

    text: str
    settings: Any = field(compare=False, repr=False)


@dataclass(frozen=True)
class _Sized:
    """What built-in environments need of a system."""

    d: int


@lru_cache(maxsize=MOST_BUILT)
def _system(system: _Part) -> System:
    return system.settings.build()


@lru_cache(maxsize=MOST_BUILT)
def _environment(
    part: _Part, system: _Part | None, d: int, natural: str
) -> Environment:
    """Build an environment, of any system of d levels where it is not a user's."""
    sized: Any = _Sized(d) if system is None else _system(system)
    return part.settings.build(sized, natural)


@lru_cache(maxsize=MOST_BUILT)
def _cost(cost: _Part, system: _Part, controls: float, network: float) -> Any:
    built = _system(system)
    return cost.settings.build(built, controls=controls, network=network)


@lru_cache(maxsize=MOST_TABLES)
def _dims(system: _Part) -> tuple[int, ...]:
    return (system.settings.d, *system.settings.partner)


@lru_cache(maxsize=MOST_TABLES)
def _hamiltonian(system: _Part) -> str:
    part = system.settings
    if ":" in part.kind:
        return fingerprint({"H": plain(_system(system).H)})
    return fingerprint({"H": plain(part.hamiltonian_matrix())})


@lru_cache(maxsize=MOST_BUILT)
def _count(times: _Part) -> int:
    return len(times.settings.grid())


@lru_cache(maxsize=MOST_TABLES)
def _check_cost(cost: _Part, system: _Part) -> None:
    if cost.settings.model_fields_set & {"target", "protect", "levels", "subspace"}:
        speaking_of("cost", lambda: _cost(cost, system, 0.0, 0.0))
