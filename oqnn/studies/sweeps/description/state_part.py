"""What all kinds of system share: a state by name or numbers, and a Hamiltonian."""

from abc import ABC, abstractmethod
from math import prod
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from ...._core.checks import check_density_matrix, check_hermitian
from ....dynamics import System
from ...settings_errors import PartError
from ...settings_parts import SettingsPart
from .arrays import as_numbers, as_state_numbers

__all__ = ["Angle", "Levels", "State", "StatePart", "or_part_error"]

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
MIXED = {"mixed", "thermal"}  # states that are not pure


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
    kind: str
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
            H = or_part_error(
                "hamiltonian", as_numbers, self.hamiltonian, 2, "a Hermitian matrix"
            )
            check_size("hamiltonian", H, self.d)
            or_part_error("hamiltonian", check_hermitian, H, "it")
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
        rho = or_part_error(
            "state", as_state_numbers, self.state, "a ket or a density matrix"
        )
        check_size("state", rho, self.d * prod(self.partner))
        or_part_error("state", check_density_matrix, rho, "it")

    def _check_used(self, used: set[str], what: str) -> None:
        """Refuse parameters that another state would have used."""
        every = {name for names in self.states.values() for name in names} | {"purity"}
        for name in sorted(self.model_fields_set & every - used):
            raise PartError(
                name,
                f"`it` must be left out here, but is {getattr(self, name)!r}: the "
                f"{what} does not depend on it.",
            )


def check_size(field: str, matrix: np.ndarray, size: int) -> None:
    if matrix.shape != (size, size):
        raise PartError(
            field,
            f"`it` must have shape ({size}, {size}) for this system, but has shape "
            f"{matrix.shape}.",
        )


def or_part_error(field: str, function: Any, *arguments: Any, **named: Any) -> Any:
    """Call a check, and say of which field it speaks."""
    try:
        return function(*arguments, **named)
    except (TypeError, ValueError) as error:
        raise PartError(field, str(error)) from error
