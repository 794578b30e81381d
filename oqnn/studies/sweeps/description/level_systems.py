"""Systems of d levels: a spin, a qutrit, and an oscillator cut off."""

from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from ...settings_errors import PartError
from ...settings_parts import Index, NotNegative
from .kets import (
    coherent,
    fits,
    number_energies,
    spin_coherent,
    spin_energy,
    squeezed,
    thermal,
)
from .state_part import Angle, Levels, State, StatePart

__all__ = ["Oscillator", "Qutrit", "Spin"]

NOTHING = 1e-12  # of the largest amplitude of a state that cancels


class Spin(StatePart):
    """A spin, or any system of d levels.

    Parameters
    ----------
    levels : int
        d = 2j + 1.
    state : str or numbers
        "coherent", the default, points along (θ, φ); "level" is the level of that
        number, the highest of J_z being 0; "even" is Σ|i⟩/√d; "cat" is the sum of
        the coherent states at θ and at π − θ, opposite in φ.
    theta, phi : float, radians
        Its angles.
    level : int
        From zero.
    frequency, quadratic : float, angular frequency
        ω and D of H = ω J_z + D J_z².
    """

    states: ClassVar[dict[str, tuple[str, ...]]] = {
        "coherent": ("theta", "phi"),
        "level": ("level",),
        "even": (),
        "cat": ("theta", "phi"),
        "mixed": (),
    }
    kind: Literal["spin"] = "spin"
    levels: Levels = 3
    state: State = "coherent"
    theta: Angle = np.pi / 2
    phi: Angle = 0.0
    level: Index = 0
    frequency: float = 0.0
    quadratic: float = 0.0

    @property
    def d(self) -> int:
        """Dimension of the system."""
        return self.levels

    def energy(self) -> np.ndarray:
        """Return ω J_z + D J_z²."""
        return spin_energy(self.levels, self.frequency, self.quadratic)

    def named(self) -> np.ndarray:
        """Return the named state."""
        return _state_of_levels(self)

    @model_validator(mode="after")
    def _check_level(self) -> Self:
        return _with_level_below(self, self.levels)


class Qutrit(StatePart):
    """Three levels as a spin one; see `Spin`."""

    states: ClassVar[dict[str, tuple[str, ...]]] = Spin.states
    kind: Literal["qutrit"] = "qutrit"
    state: State = "coherent"
    theta: Angle = np.pi / 2
    phi: Angle = 0.0
    level: Index = 0
    frequency: float = 0.0
    quadratic: float = 0.0

    @property
    def d(self) -> int:
        """Dimension of the system."""
        return 3

    def energy(self) -> np.ndarray:
        """Return ω J_z + D J_z²."""
        return spin_energy(3, self.frequency, self.quadratic)

    def named(self) -> np.ndarray:
        """Return the named state."""
        return _state_of_levels(self)

    @model_validator(mode="after")
    def _check_level(self) -> Self:
        return _with_level_below(self, 3)


class Oscillator(StatePart):
    """An oscillator of so many number states.

    A state that reaches beyond the last of them is refused; what it has there, at
    most a millionth, is left out and the rest normalised.

    Parameters
    ----------
    levels : int
        Number states kept.
    state : str or numbers
        "coherent", the default, is |α⟩; "fock" is |n⟩ of so many `quanta`; "cat" is
        |α⟩ + exp(i `parity`)|−α⟩; "squeezed" is squeezed by r along the angle φ, and
        displaced by α; "thermal" holds n̄ `occupation`.
    alpha, alpha_phase : float, radians
        Modulus and phase of α.
    parity : float, radians
        0 for the even cat and π for the odd one.
    squeezing, phi : float
        r and φ of exp[(ζ* a² − ζ a†²)/2], ζ = r exp(iφ).
    quanta : int
    occupation : float
    frequency, anharmonicity : float, angular frequency
        ω and K of H = ω a†a + (K/2) a†a†aa.
    """

    states: ClassVar[dict[str, tuple[str, ...]]] = {
        "coherent": ("alpha", "alpha_phase"),
        "fock": ("quanta",),
        "cat": ("alpha", "alpha_phase", "parity"),
        "squeezed": ("alpha", "alpha_phase", "squeezing", "phi"),
        "thermal": ("occupation",),
    }
    controls: ClassVar[str] = "ladder"
    kind: Literal["oscillator"] = "oscillator"
    levels: Levels = 20
    state: State = "coherent"
    alpha: Annotated[float, Field(ge=0, le=8)] = 1.0
    alpha_phase: Angle = 0.0
    parity: Angle = 0.0
    squeezing: Annotated[float, Field(ge=0, le=3)] = 0.5
    phi: Angle = 0.0
    quanta: Annotated[int, Field(ge=0, le=63)] = 1
    occupation: NotNegative = 0.2
    frequency: float = 0.0
    anharmonicity: float = 0.0

    @property
    def d(self) -> int:
        """Dimension of the system."""
        return self.levels

    def energy(self) -> np.ndarray:
        """Return ω a†a + (K/2) a†a†aa."""
        return number_energies(self.levels, self.frequency, self.anharmonicity)

    def named(self) -> np.ndarray:
        """Return the named state, truncated and normalised."""
        full = self._untruncated()[: self.levels]
        if full.ndim == 2:
            kept = full[:, : self.levels]
            return kept / np.trace(kept).real
        return full / np.linalg.norm(full)

    def _untruncated(self) -> np.ndarray:
        alpha = self.alpha * np.exp(1j * self.alpha_phase)
        if self.state == "fock":
            return np.eye(max(self.levels, self.quanta + 1), dtype=complex)[self.quanta]
        if self.state == "thermal":
            return thermal(self.occupation, self.levels)
        if self.state == "squeezed":
            zeta = self.squeezing * np.exp(1j * self.phi)
            return squeezed(alpha, zeta, self.levels)
        if self.state == "cat":
            other = np.exp(1j * self.parity) * coherent(-alpha, self.levels)
            return coherent(alpha, self.levels) + other
        return coherent(alpha, self.levels)

    @model_validator(mode="after")
    def _check_levels(self) -> Self:
        if not isinstance(self.state, str):
            return self
        least = fits(self._untruncated(), self.levels)
        if least > self.levels:
            enough = f"{least} levels hold" if least <= 64 else "64 levels do not hold"
            raise PartError(
                "levels",
                f"`it` must hold the state {self.state!r} but for a millionth, but is "
                f"{self.levels}; {enough} it.",
            )
        if not np.abs(self._untruncated()).max() > NOTHING:
            raise PartError(
                "parity", "`it` must leave a state, but α and −α cancel at alpha = 0."
            )
        return self


def _state_of_levels(part: Spin | Qutrit) -> np.ndarray:
    d = part.d
    if part.state == "mixed":
        return np.eye(d, dtype=complex) / d
    if part.state == "level":
        return np.eye(d, dtype=complex)[part.level]
    if part.state == "even":
        return np.full(d, 1 / np.sqrt(d), dtype=complex)
    ket = spin_coherent(d, part.theta, part.phi)
    if part.state == "cat":
        ket = ket + spin_coherent(d, np.pi - part.theta, part.phi + np.pi)
        ket = ket / np.linalg.norm(ket)
    return ket


def _with_level_below(part: Any, levels: int) -> Any:
    if part.level >= levels:
        raise PartError(
            "level",
            f"`it` must be below {levels}, counted from 0, but is {part.level}.",
        )
    return part
