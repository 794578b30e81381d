"""Microscopic models as environments of a sweep, one settings part a kind."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ....dynamics import System
from ....environments import (
    Bosonic,
    Environment,
    IsingStar,
    SpinStar,
    Telegraph,
    TwoBand,
    model_environment,
    pseudomode_environment,
    spin_star_environment,
)
from ...settings_errors import PartError
from ...settings_parts import Count, Positive
from .environments import NoisyPart, dense

__all__ = [
    "IsingStarPart",
    "LorentzianPart",
    "SpinStarPart",
    "TelegraphPart",
    "TwoBandPart",
]

Polarization = Annotated[float, Field(ge=-1, le=1)]
AXES = {"x": 0, "y": 1, "z": 2}


class QubitModelPart(NoisyPart):
    """A model that is made for a single qubit."""

    def check(self, d: int, natural: str) -> None:
        """Check that the system is a qubit."""
        if d != 2:
            raise PartError(
                "kind",
                "`it` must be another one, since this model is that of a qubit, for a "
                f"system of {d} levels. Try 'fields', 'telegraph' or 'lindblad'.",
            )
        super().check(d, natural)


class TelegraphPart(NoisyPart):
    """Random telegraph noise along an axis; see ``oqnn.environments.Telegraph``.

    Parameters
    ----------
    splitting : float, angular frequency
        a of H^i = ±a J for a spin, ±(a/2) σ for a qubit.
    rate, back_rate : float
        Of leaving the first state, and the second; equal where `back_rate` is 0.
    levels : int
        2 for one telegraph, n for n − 1 of them together.
    axis : {"x", "y", "z"}
    """

    kind: Literal["telegraph"] = "telegraph"
    splitting: float = 1.0
    rate: Positive = 0.2
    back_rate: Annotated[float, Field(ge=0)] = 0.0
    levels: Annotated[int, Field(ge=2, le=16)] = 2
    axis: Literal["x", "y", "z"] = "z"

    def build(self, system: System, natural: str = "spin") -> Environment:
        """Return the environment of a system."""
        operators = self.operators(system.d, natural)
        field = dense(operators.vector[AXES[self.axis]])
        model = Telegraph(
            self.splitting,
            (self.rate, self.back_rate or self.rate),
            self.levels,
            operator=2 * field,
        )
        return self.with_local(
            model_environment(
                model,
                operators.controls,
                self.h,
                level_resolved=self.level_resolved,
            ),
            operators,
        )


class TwoBandPart(QubitModelPart):
    """Two bands of levels; see ``oqnn.environments.TwoBand``.

    Parameters
    ----------
    N1, N2 : int
        Levels of the bands.
    width, strength : float, angular frequency
        δε and λ.
    """

    kind: Literal["two_band"] = "two_band"
    N1: Count = 200
    N2: Count = 150
    width: Positive = 0.5
    strength: Positive = 0.002

    def build(self, system: System, natural: str = "spin") -> Environment:
        """Return the environment of a system."""
        operators = self.operators(system.d, natural)
        model = TwoBand(self.N1, self.N2, width=self.width, coupling=self.strength)
        made = model_environment(
            model, operators.controls, self.h, level_resolved=self.level_resolved
        )
        return self.with_local(made, operators)


class IsingStarPart(QubitModelPart):
    """Spins that never move; see ``oqnn.environments.IsingStar``.

    Parameters
    ----------
    spins : int
        Their number; all couple by `strength` / √spins.
    strength : float, angular frequency
    strengths : list of float
        Or A_k one by one.
    polarization : float
        p of all of them.
    """

    kind: Literal["ising_star"] = "ising_star"
    spins: Annotated[int, Field(ge=1, le=8)] = 3
    strength: float = 1.0
    strengths: Annotated[
        tuple[float, ...],
        Field(strict=False, max_length=8, description="a list of up to 8 numbers"),
    ] = ()
    polarization: Polarization = 0.0

    def check(self, d: int, natural: str) -> None:
        """Check that the system is a qubit, and couplings are given once."""
        super().check(d, natural)
        given = sorted({"spins", "strength"} & self.model_fields_set)
        if self.strengths and given:
            raise PartError(
                given[0], "`it` must be left out where strengths are given, but is not."
            )

    def build(self, system: System, natural: str = "spin") -> Environment:
        """Return the environment of a system."""
        operators = self.operators(system.d, natural)
        even = np.full(self.spins, self.strength / np.sqrt(self.spins))
        couplings = np.array(self.strengths) if self.strengths else even
        model = IsingStar(couplings, polarizations=self.polarization)
        made = model_environment(
            model, operators.controls, self.h, level_resolved=self.level_resolved
        )
        return self.with_local(made, operators)


class SpinStarPart(QubitModelPart):
    """Spins that exchange excitations, exactly; see ``oqnn.environments.SpinStar``.

    Parameters
    ----------
    spins : int
        N; the generator has 4^(N + 1) coordinates.
    strength : float, angular frequency
        2α√N, which keeps the field of the star the same for all N.
    """

    kind: Literal["spin_star"] = "spin_star"
    spins: Annotated[int, Field(ge=1, le=4)] = 2
    strength: float = 1.0

    def check(self, d: int, natural: str) -> None:
        """Check that the system is a qubit and that there is no register."""
        super().check(d, natural)
        _without_register(self)

    def build(self, system: System, natural: str = "spin") -> Environment:
        """Return the environment of a system."""
        operators = self.operators(system.d, natural)
        star = SpinStar(self.spins, self.strength / (2 * np.sqrt(self.spins)))
        made = spin_star_environment(star, operators.controls, self.h)
        return self.with_local(made, operators)


class LorentzianPart(NoisyPart):
    """A Lorentzian bath by its pseudomode; see `pseudomode_environment`.

    Parameters
    ----------
    rate, width, detuning : float, angular frequency
        γ₀, λ and ω₀ of C(t) = ½γ₀λ exp(−λ|t| − iω₀t).
    interaction : {"exchange", "x", "y", "z"}
        S: the raising operator in the rotating wave, or 2J along an axis.
    levels : int
        Number states kept of the mode.
    """

    kind: Literal["lorentzian"] = "lorentzian"
    rate: Positive = 1.0
    width: Positive = 0.5
    detuning: float = 0.0
    interaction: Literal["exchange", "x", "y", "z"] = "exchange"
    levels: Annotated[int, Field(ge=2, le=32)] = 3

    def check(self, d: int, natural: str) -> None:
        """Check that the controls fit and that there is no register."""
        super().check(d, natural)
        _without_register(self)

    def build(self, system: System, natural: str = "spin") -> Environment:
        """Return the environment of a system."""
        operators = self.operators(system.d, natural)
        bath = Bosonic.lorentzian(
            rate=self.rate, width=self.width, frequency=self.detuning
        )
        if self.interaction == "exchange":
            S = sum(dense(L).conj().T for L in operators.lowering)
        else:
            S = 2 * dense(operators.vector[AXES[self.interaction]])
        controls = {name: dense(C) for name, C in operators.controls.items()}
        made = pseudomode_environment(bath, S, controls, self.h, levels=self.levels)
        return self.with_local(made, operators)


def _without_register(part: NoisyPart) -> None:
    if part.level_resolved:
        raise PartError(
            "level_resolved",
            "`it` must be false where the environment has no register, but is true.",
        )
