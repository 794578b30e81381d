"""What a sweep puts into the materials, one settings part a kind of system.

Each kind has states by name, with parameters, or takes numbers: a ket, a density
matrix, or a ``.npy`` file of either.
"""

from abc import ABC, abstractmethod
from math import prod
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from ..._core.checks import check_density_matrix, check_hermitian
from ...dynamics import System
from ..settings_errors import PartError
from ..settings_parts import Count, Index, NotNegative, SettingsPart
from .arrays import as_numbers, as_state_numbers
from .kets import (
    cluster,
    coherent,
    dicke,
    energy_of_qubits,
    fits,
    number_energies,
    spin_coherent,
    spin_energy,
    squeezed,
    thermal,
)

__all__ = ["SYSTEMS", "StatePart"]

Angle = Annotated[float, Field(ge=-100, le=100)]
Numbers = Annotated[
    tuple[Any, ...], Field(strict=False, description="rows of numbers, or a .npy file")
]
State = Annotated[
    str | Annotated[tuple[Any, ...], Field(strict=False)],
    Field(description="the name of a state, or a ket or density matrix"),
]
Levels = Annotated[int, Field(ge=2, le=64)]
ENOUGH = 1e-12  # of a purity below the least


class StatePart(SettingsPart, ABC):
    """What the kinds of system share: a state, its purity, and a Hamiltonian.

    Parameters
    ----------
    state : str or numbers
        A name among `states`, or a ket or density matrix of system ⊗ partner.
    purity : float
        Tr ρ² of a named state, which is mixed with the identity: 1 is pure.
    hamiltonian : rows of numbers
        Hermitian, added to what the other parameters give.
    """

    states: ClassVar[dict[str, tuple[str, ...]]]  # names, and what each depends on
    controls: ClassVar[str] = "spin"  # the fields that are natural for it
    state: State
    purity: Annotated[float, Field(gt=0, le=1)] = 1.0
    hamiltonian: Numbers = ()

    @property
    @abstractmethod
    def d(self) -> int:
        """Dimension of the system."""

    @property
    def partner(self) -> tuple[int, ...]:
        """Dimensions of a kept partner; () without one."""
        return ()

    @abstractmethod
    def energy(self) -> np.ndarray:
        """Return the Hamiltonian without `hamiltonian`, shape (d, d)."""

    @abstractmethod
    def named(self) -> np.ndarray:
        """Return the named state: a ket, or a matrix where it is mixed by itself."""

    def build(self) -> System:
        """Return the system with its initial state."""
        return System(self.hamiltonian_matrix(), self.rho0(), kept=self.partner or None)

    def hamiltonian_matrix(self) -> np.ndarray:
        """Return H of the system alone, complex, shape (d, d)."""
        H = self.energy().astype(complex)
        if self.hamiltonian:
            H = H + as_numbers(self.hamiltonian, 2, "a Hermitian matrix")
        return H

    def rho0(self) -> np.ndarray:
        """Return the initial state, shape (D, D) with D = d k."""
        if not isinstance(self.state, str):
            return as_state_numbers(self.state, "a ket or a density matrix")
        state = self.named()
        rho = state if state.ndim == 2 else np.outer(state, state.conj())
        if self.purity == 1:
            return rho
        size = len(rho)
        share = np.sqrt(max(0.0, (self.purity * size - 1) / (size - 1)))
        return share * rho + (1 - share) * np.eye(size) / size

    @model_validator(mode="after")
    def _check(self) -> Self:
        if isinstance(self.state, str):
            self._check_name(self.state)
        else:
            self._check_numbers()
        if self.hamiltonian:
            H = _or_part_error(
                "hamiltonian", as_numbers, self.hamiltonian, 2, "a Hermitian matrix"
            )
            _check_size("hamiltonian", H, self.d)
            _or_part_error("hamiltonian", check_hermitian, H, "it")
        return self

    def _check_name(self, state: str) -> None:
        if state not in self.states:
            known = ", ".join(map(repr, self.states))
            raise PartError(
                "state",
                f"`it` must be one of {known}, numbers or a .npy file, but is "
                f"{state!r}.",
            )
        self._check_used({*self.states[state], "purity"}, f"state {state!r}")
        least = 1 / (self.d * prod(self.partner))
        if self.purity < least * (1 - ENOUGH):
            raise PartError(
                "purity",
                f"`it` must be at least {least:.6g}, that of the mixed state of this "
                f"system, but is {self.purity}.",
            )
        if self.purity < 1 and state in MIXED:
            raise PartError(
                "purity",
                f"`it` must be left out with the state {state!r}, which is mixed by "
                f"itself, but is {self.purity}.",
            )

    def _check_numbers(self) -> None:
        self._check_used(set(), "state of numbers")
        rho = _or_part_error(
            "state", as_state_numbers, self.state, "a ket or a density matrix"
        )
        _check_size("state", rho, self.d * prod(self.partner))
        _or_part_error("state", check_density_matrix, rho, "it")

    def _check_used(self, used: set[str], what: str) -> None:
        """Refuse parameters that another state would have used."""
        every = {name for names in self.states.values() for name in names} | {"purity"}
        for name in sorted(self.model_fields_set & every - used):
            raise PartError(
                name,
                f"`it` must be left out here, but is {getattr(self, name)!r}: the "
                f"{what} does not depend on it.",
            )


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

    states = {
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

    states = {"schmidt": ("chi", "phi"), "maximal": (), "mixed": ()}
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

    states = {
        "product": ("theta", "phi"),
        "ghz": ("phi",),
        "dicke": ("excitations",),
        "w": (),
        "cluster": (),
        "mixed": (),
    }
    controls = "qubits"
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

    states = {
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

    states = Spin.states
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

    states = {
        "coherent": ("alpha", "alpha_phase"),
        "fock": ("quanta",),
        "cat": ("alpha", "alpha_phase", "parity"),
        "squeezed": ("alpha", "alpha_phase", "squeezing", "phi"),
        "thermal": ("occupation",),
    }
    controls = "ladder"
    kind: Literal["oscillator"] = "oscillator"
    levels: Levels = 20
    state: State = "coherent"
    alpha: NotNegative = 1.0
    alpha_phase: Angle = 0.0
    parity: Angle = 0.0
    squeezing: Annotated[float, Field(ge=0, le=3)] = 0.5
    phi: Angle = 0.0
    quanta: Index = 1
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
        if not np.abs(self._untruncated()).max() > ENOUGH:
            raise PartError(
                "parity", "`it` must leave a state, but α and −α cancel at alpha = 0."
            )
        return self


MIXED = {"mixed", "thermal"}  # states that are not pure
SYSTEMS: dict[str, type[StatePart]] = {
    "qubit": Qubit,
    "pair": Pair,
    "qubits": Qubits,
    "qutrit": Qutrit,
    "spin": Spin,
    "oscillator": Oscillator,
}


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


def _check_size(field: str, matrix: np.ndarray, size: int) -> None:
    if matrix.shape != (size, size):
        raise PartError(
            field,
            f"`it` must have shape ({size}, {size}) for this system, but has shape "
            f"{matrix.shape}.",
        )


def _or_part_error(field: str, function: Any, *arguments: Any) -> Any:
    """Call a check, and say of which field it speaks."""
    try:
        return function(*arguments)
    except (TypeError, ValueError) as error:
        raise PartError(field, str(error)) from error
