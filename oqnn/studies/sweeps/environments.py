"""Where a sweep puts its systems, one settings part a kind of environment."""

from typing import Any, Literal, Protocol

from ...dynamics import System
from ...environments import TETRAHEDRON, Environment, ReferenceEnvironment
from ..settings_parts import EnvironmentSettings, SettingsPart

__all__ = ["ENVIRONMENTS", "EnvironmentPart"]


class EnvironmentPart(Protocol):
    """Settings of one kind of environment."""

    def build(self, system: System) -> Environment:
        """Return the environment of a system."""

    def model_dump(self) -> dict[str, Any]:
        """Return all settings."""


class Reference(EnvironmentSettings):
    """The reference environment of a qubit."""

    kind: Literal["reference"] = "reference"

    def build(self, system: System) -> Environment:
        """Return the environment of a system.

        Raises
        ------
        ValueError
            If the system is no qubit.
        """
        if system.d != 2:
            raise ValueError(
                "`environment.kind` must be another than 'reference', which is that "
                f"of a qubit, for a system of {system.d} levels."
            )
        values = self.model_dump(exclude={"kind"})
        return ReferenceEnvironment(
            directions=TETRAHEDRON[: values.pop("levels")], **values
        )


ENVIRONMENTS: dict[str, type[SettingsPart]] = {"reference": Reference}
