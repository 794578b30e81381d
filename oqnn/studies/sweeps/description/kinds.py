"""Which model reads which table of a sweep's settings, by its kind."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from ...settings_errors import SettingsError
from ...settings_parts import TimeSettings
from .custom import CustomEnvironment, CustomSystem, taken_by
from .environments import Fields, LindbladPart, Reference
from .models import (
    IsingStarPart,
    LorentzianPart,
    SpinStarPart,
    TelegraphPart,
    TwoBandPart,
)
from .parts import (
    DecouplingPart,
    EngineeredPart,
    LearningPart,
    OptimalPart,
    SolverPart,
    ViewPart,
)
from .systems import SYSTEMS
from .targets import CostPart

__all__ = [
    "ENVIRONMENTS",
    "TABLES",
    "kinds_of",
    "known_entries",
    "model_of",
    "takes_list",
]

ENVIRONMENTS: dict[str, type[BaseModel]] = {
    "reference": Reference,
    "fields": Fields,
    "telegraph": TelegraphPart,
    "two_band": TwoBandPart,
    "ising_star": IsingStarPart,
    "spin_star": SpinStarPart,
    "lorentzian": LorentzianPart,
    "lindblad": LindbladPart,
}
PARTS: dict[str, type[BaseModel]] = {
    "times": TimeSettings,
    "cost": CostPart,
    "learning": LearningPart,
    "engineered": EngineeredPart,
    "decoupling": DecouplingPart,
    "optimal": OptimalPart,
    "solver": SolverPart,
    "views": ViewPart,
}
KINDS: dict[str, Mapping[str, type[BaseModel]]] = {
    "system": SYSTEMS,
    "environment": ENVIRONMENTS,
    "training": ENVIRONMENTS,
}
DEFAULT_KIND = {"system": "qubit", "environment": "reference", "training": "reference"}
CUSTOM: dict[str, type[BaseModel]] = {
    "system": CustomSystem,
    "environment": CustomEnvironment,
    "training": CustomEnvironment,
}
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
    kind = entries.get("kind", DEFAULT_KIND[table])
    if isinstance(kind, str) and kind in KINDS[table]:
        return KINDS[table][kind]
    if isinstance(kind, str) and kind.count(":") == 1:
        return CUSTOM[table]
    known = ", ".join(map(repr, KINDS[table]))
    raise SettingsError(
        f"`{table}.kind` must be one of {known}, or module:function, but is {kind!r}.",
        (table, "kind"),
    )


def kinds_of(tables: Mapping[str, Mapping[str, Any]], table: str) -> list[str]:
    """Return the kinds that a table takes in a sweep, one for most."""
    kind = tables[table].get("kind")
    if kind is None and table == "training":
        return kinds_of(tables, "environment")
    if kind is None:
        return [DEFAULT_KIND[table]] if table in KINDS else [""]
    if isinstance(kind, Mapping) and isinstance(kind.get("values"), list):
        kind = kind["values"]
    return list(kind) if isinstance(kind, list | tuple) else [kind]


def known_entries(
    table: str,
    entries: Mapping[str, Any],
    models: list[type[BaseModel]],
    swept: set[str],
) -> dict[str, Any]:
    """Return the entries of a table without those that only its other kinds know.

    What is swept stays, and what no kind knows, so that both are refused.
    """
    own = model_of(table, entries)
    fields = {key for model in models for key in model.model_fields}
    known: set[str] = {*own.model_fields}
    if own is CUSTOM[table]:
        known |= taken_by(str(entries["kind"]), entries)
    return {
        key: value
        for key, value in entries.items()
        if key in known or key not in fields or key in swept
    }


def takes_list(models: list[type[BaseModel]], key: str) -> bool:
    """Tell whether the single value of a field may be a list."""
    fields = [m.model_fields[key] for m in models if key in m.model_fields]
    return any(_is_list(field.annotation) for field in fields)


def _is_list(annotation: Any) -> bool:
    origin = getattr(annotation, "__origin__", None)
    if origin is tuple or annotation is tuple:
        return True
    return any(_is_list(part) for part in getattr(annotation, "__args__", ()))
