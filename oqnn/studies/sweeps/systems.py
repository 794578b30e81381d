"""What a sweep puts into the materials, one settings part a kind of system."""

from typing import Annotated, Any, Literal, Protocol

import numpy as np
from pydantic import Field

from ...dynamics import System
from ..settings_parts import SettingsPart

__all__ = ["SYSTEMS", "SystemPart"]

Angle = Annotated[float, Field(ge=-100, le=100)]


class SystemPart(Protocol):
    """Settings of one kind of system."""

    def build(self) -> System:
        """Return the system with its initial state."""

    def model_dump(self) -> dict[str, Any]:
        """Return all settings."""


class Qubit(SettingsPart):
    """A single qubit in a pure state on the Bloch sphere.

    Parameters
    ----------
    theta, phi : float, radians
        Of the initial state cos(θ/2)|0⟩ + exp(iφ) sin(θ/2)|1⟩.
    frequency : float, angular frequency
        ω of H = (ω/2) σ_z.
    """

    kind: Literal["qubit"] = "qubit"
    theta: Angle = np.pi / 2
    phi: Angle = 0.0
    frequency: float = 0.0

    def build(self) -> System:
        """Return the system with its initial state."""
        ket = [
            np.cos(self.theta / 2),
            np.exp(1j * self.phi) * np.sin(self.theta / 2),
        ]
        return System(np.diag([0.5, -0.5]) * self.frequency, np.array(ket))


class Pair(SettingsPart):
    """A qubit and a kept qubit, cos(χ)|00⟩ + sin(χ)|11⟩; the first is exposed."""

    kind: Literal["pair"] = "pair"
    chi: Angle = np.pi / 4
    frequency: float = 0.0

    def build(self) -> System:
        """Return the system with its initial state."""
        ket = np.array([np.cos(self.chi), 0, 0, np.sin(self.chi)])
        return System(np.diag([0.5, -0.5]) * self.frequency, ket, kept=2)


SYSTEMS: dict[str, type[SettingsPart]] = {"qubit": Qubit, "pair": Pair}
