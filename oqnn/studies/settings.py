"""Settings of the comparative study, from TOML or Python; defaults are the reference.

The file has one table a part::

    seed = 0
    materials = ["bare", "learning"]

    [system]
    state = "bell"          # or "state.npy", or rows of numbers

    [learning]
    epochs = 500
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, ValidationError, field_validator, model_validator

from .settings_checks import check_learning, check_spikes, check_xy8
from .settings_errors import SettingsError, explain, line_of
from .settings_parts import (
    EnvironmentSettings,
    Index,
    LearningSettings,
    PlainSettings,
    SettingsPart,
    SpikeSettings,
    SystemSettings,
    TimeSettings,
)

__all__ = [
    "EnvironmentSettings",
    "LearningSettings",
    "PlainSettings",
    "SettingsError",
    "SpikeSettings",
    "StudySettings",
    "SystemSettings",
    "TimeSettings",
]

Material = Literal["bare", "plain", "engineered", "xy8", "learning"]
QUICK = {
    "learning": {"epochs": 300, "seeds": 2},
    "plain": {"seeds": 8},
    "spikes": {"epochs": 300, "times": 3, "measure_steps": 20_000},
}


class StudySettings(SettingsPart):
    """Everything that the numbers of a comparative study depend on.

    Parameters
    ----------
    seed : int
        For whatever draws numbers and has no seed of its own.
    materials : list of str
        Among "bare", "plain", "engineered", "xy8" and "learning".
    system, times, environment, learning, plain, spikes : settings or mappings
        The parts.

    Raises
    ------
    SettingsError
        If a setting is unknown, of a wrong type or out of range.

    Examples
    --------
    >>> settings = StudySettings(learning={"epochs": 50})
    >>> settings.learning.epochs, settings.learning.period
    (50, 8.0)
    >>> StudySettings(learning={"epochs": -3})
    Traceback (most recent call last):
    ...
    oqnn.studies.settings_errors.SettingsError: `learning.epochs` must be an integer
    of at least 1, but is -3.
    """

    seed: Index = 0
    materials: tuple[Material, ...] = Field(
        default=("bare", "plain", "engineered", "xy8", "learning"),
        strict=False,
        description="a list of 'bare', 'plain', 'engineered', 'xy8', 'learning'",
    )
    system: SystemSettings = SystemSettings()
    times: TimeSettings = TimeSettings()
    environment: EnvironmentSettings = EnvironmentSettings()
    learning: LearningSettings = LearningSettings()
    plain: PlainSettings = PlainSettings()
    spikes: SpikeSettings = SpikeSettings()

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise explain(error, StudySettings) from None

    @field_validator("materials", mode="after")
    @classmethod
    def _check_materials(cls, materials: tuple[str, ...]) -> tuple[str, ...]:
        if not materials or len(set(materials)) < len(materials):
            raise ValueError(
                "`it` must name at least one material, and each once, but is "
                f"{list(materials)}."
            )
        return materials

    @model_validator(mode="after")
    def _check_parts_together(self) -> Self:
        """Find what would fail only when its material or network is made."""
        if "xy8" in self.materials:
            check_xy8(self.environment)
        if "learning" in self.materials:
            check_learning(self.learning, self.environment, self.system)
        if self.spikes.times:
            check_spikes(self.spikes, self.system)
        return self

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read settings from a file.

        Raises
        ------
        SettingsError
            If a setting is wrong or the text is no TOML, with the line where known.
        FileNotFoundError
            If there is no such file.
        """
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8")
            values = tomllib.loads(text)
        except FileNotFoundError:
            raise FileNotFoundError(
                f"The settings file {path} does not exist."
            ) from None
        except IsADirectoryError:
            raise SettingsError(
                f"The settings must be a TOML file, but {path} is a folder."
            ) from None
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingsError(f"{path.name} is no valid TOML: {error}.") from error
        system = values.get("system")
        if isinstance(system, dict) and str(system.get("state")).endswith(".npy"):
            values["system"] = {**system, "state": path.parent / system["state"]}
        try:
            return cls(**values)
        except SettingsError as error:
            line = line_of(text, error.key)
            where = f"{path.name}, line {line}" if line else path.name
            raise SettingsError(f"{where}: {error}", error.key) from None

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Undo `to_dict`."""
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Return all settings as JSON can hold them; equal settings give equal ones."""
        values = self.model_dump(mode="python")
        if self.system.state != "bell":
            values["system"]["state"] = _as_pairs(self.system.rho0)
        values["system"]["hamiltonian"] = _as_pairs(self.system.H)
        values["materials"] = list(self.materials)
        if self.times.values is None:
            del values["times"]["values"]
        else:
            values["times"] = {"values": list(self.times.values)}
        return values

    def replaced(self, changes: Mapping[str, Any]) -> Self:
        """Return settings with some values changed, under dotted names.

        Examples
        --------
        >>> StudySettings().replaced({"learning.epochs": 7}).learning.epochs
        7
        """
        values = self.to_dict()
        for name, value in changes.items():
            *tables, key = name.split(".")
            part = values
            for table in tables:
                part = part.setdefault(table, {})
            part[key] = value
        return type(self)(**values)

    @classmethod
    def quick(cls) -> Self:
        """Return the settings of a minute's study."""
        return cls().quickened()

    def quickened(self) -> Self:
        """Return these settings with fewer seeds, epochs and spikes, for a minute."""
        values = self.to_dict()
        smaller = {
            f"{part}.{key}": min(size, values[part][key])
            for part, sizes in QUICK.items()
            for key, size in sizes.items()
        }
        return self.replaced(smaller)


def _as_pairs(matrix: np.ndarray) -> list[list[list[float]]]:
    return [[[x.real, x.imag] for x in row] for row in matrix.tolist()]
