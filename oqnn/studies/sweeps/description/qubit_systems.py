"""Systems of qubits: one, one with a kept partner, and several."""

from math import prod
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from ...settings_errors import PartError
from ...settings_parts import Index
from .kets import cluster, dicke, energy_of_qubits, spin_coherent, spin_energy
from .state_part import Angle, Levels, State, StatePart

__all__ = ["Pair", "Qubit", "Qubits"]


class Qubit(StatePart):
    """A single qubit.

    Parameters
    ----------
    state : str or numbers
        "bloch", the default, is cos(θ/2)|0⟩ + exp(iφ) sin(θ/2)|1⟩.
    theta, phi : float, radians
        Its angles.
    frequency : float, angular frequency
        ω of H = (ω/2) σ_z.
    """

    states: ClassVar[dict[str, tuple[str, ...]]] = {
        "bloch": ("theta", "phi"),
        "zero": (),
        "one": (),
        "plus": (),
        "minus": (),
        "plus_i": (),
        "minus_i": (),
        "mixed": (),
    }
    kind: Literal["qubit"] = "qubit"
    state: State = "bloch"
    theta: Angle = np.pi / 2
    phi: Angle = 0.0
    frequency: float = 0.0

    @property
    def d(self) -> int:
        """Dimension of the system."""
        return 2

    def energy(self) -> np.ndarray:
        """Return (ω/2) σ_z."""
        return np.diag([0.5, -0.5]) * self.frequency

    def named(self) -> np.ndarray:
        """Return the named state."""
        if self.state == "mixed":
            return np.eye(2, dtype=complex) / 2
        kets = {
            "zero": [1, 0],
            "one": [0, 1],
            "plus": [1, 1] / np.sqrt(2),
            "minus": [1, -1] / np.sqrt(2),
            "plus_i": [1, 1j] / np.sqrt(2),
            "minus_i": [1, -1j] / np.sqrt(2),
        }
        if self.state in kets:
            return np.array(kets[str(self.state)], dtype=complex)
        return spin_coherent(2, self.theta, self.phi)


class Pair(StatePart):
    """A system and a kept partner of any size; the system is exposed.

    Parameters
    ----------
    state : str or numbers
        "schmidt", the default, is cos(χ)|00⟩ + exp(iφ) sin(χ)|11⟩; "maximal" is
        Σ|ii⟩/√m with m the lesser size.
    chi, phi : float, radians
        Its angles.
    levels : int
        d of the system, a spin (d − 1)/2.
    kept : int, or list of int
        Dimensions of the partner.
    frequency : float, angular frequency
        ω of H = ω J_z, for a qubit (ω/2) σ_z.
    """

    states: ClassVar[dict[str, tuple[str, ...]]] = {
        "schmidt": ("chi", "phi"),
        "maximal": (),
        "mixed": (),
    }
    kind: Literal["pair"] = "pair"
    state: State = "schmidt"
    chi: Angle = np.pi / 4
    phi: Angle = 0.0
    levels: Levels = 2
    kept: Levels | Annotated[tuple[Levels, ...], Field(strict=False, min_length=1)] = (
        Field(default=2, description="an integer of at least 2, or a list of them")
    )
    frequency: float = 0.0

    @property
    def d(self) -> int:
        """Dimension of the system."""
        return self.levels

    @property
    def partner(self) -> tuple[int, ...]:
        """Dimensions of the kept partner."""
        return (self.kept,) if isinstance(self.kept, int) else self.kept

    def energy(self) -> np.ndarray:
        """Return ω J_z."""
        return spin_energy(self.levels, self.frequency, 0.0)

    def named(self) -> np.ndarray:
        """Return the named state."""
        k = prod(self.partner)
        if self.state == "mixed":
            return np.eye(self.d * k, dtype=complex) / (self.d * k)
        ket = np.zeros((self.d, k), dtype=complex)
        if self.state == "maximal":
            np.fill_diagonal(ket, 1 / np.sqrt(min(self.d, k)))
        else:
            ket[0, 0] = np.cos(self.chi)
            ket[1, 1] = np.exp(1j * self.phi) * np.sin(self.chi)
        return ket.reshape(-1)


class Qubits(StatePart):
    """Several qubits, all exposed.

    Parameters
    ----------
    count : int
        Their number N.
    state : str or numbers
        "product", the default, has every qubit at (θ, φ) of its Bloch sphere; "ghz" is
        (|0…0⟩ + exp(iφ)|1…1⟩)/√2; "dicke" is symmetric with so many `excitations`, and
        "w" has one; "cluster" is the linear cluster state.
    frequency : float, angular frequency
        ω of every (ω/2) σ_z.
    coupling, exchange : float, angular frequency
        Of σ_zσ_z/2 and (σ_xσ_x + σ_yσ_y)/2 between coupled qubits.
    geometry : {"chain", "ring", "all"}
        Which qubits are coupled.
    """

    states: ClassVar[dict[str, tuple[str, ...]]] = {
        "product": ("theta", "phi"),
        "ghz": ("phi",),
        "dicke": ("excitations",),
        "w": (),
        "cluster": (),
        "mixed": (),
    }
    controls: ClassVar[str] = "qubits"
    kind: Literal["qubits"] = "qubits"
    count: Annotated[int, Field(ge=2, le=8)] = 2
    state: State = "product"
    theta: Angle = np.pi / 2
    phi: Angle = 0.0
    excitations: Index = 1
    frequency: float = 0.0
    coupling: float = 0.0
    exchange: float = 0.0
    geometry: Literal["chain", "ring", "all"] = "chain"

    @property
    def d(self) -> int:
        """Dimension of the system."""
        return 2**self.count

    def energy(self) -> np.ndarray:
        """Return the sum over qubits and coupled pairs."""
        return energy_of_qubits(
            self.count, self.frequency, self.coupling, self.exchange, self.geometry
        )

    def named(self) -> np.ndarray:
        """Return the named state."""
        if self.state == "mixed":
            return np.eye(self.d, dtype=complex) / self.d
        if self.state == "cluster":
            return cluster(self.count)
        if self.state in ("w", "dicke"):
            return dicke(self.count, 1 if self.state == "w" else self.excitations)
        ket = np.ones(1, dtype=complex)
        if self.state == "ghz":
            ket = np.zeros(self.d, dtype=complex)
            ket[[0, -1]] = 1, np.exp(1j * self.phi)
            return ket / np.sqrt(2)
        for _ in range(self.count):
            ket = np.kron(ket, spin_coherent(2, self.theta, self.phi))
        return ket

    @model_validator(mode="after")
    def _check_excitations(self) -> Self:
        if self.excitations > self.count:
            raise PartError(
                "excitations",
                f"`it` must be at most `it.count`, {self.count}, but is "
                f"{self.excitations}.",
            )
        return self
