"""Where a sweep puts its systems, one settings part a kind of environment.

Every kind but the reference has control fields of its own choice: x, y and z of a
spin, of each of several qubits, or the quadratures and the detuning of an oscillator.
"""

from typing import Annotated, Any, Literal, Protocol, Self

import numpy as np
from pydantic import Field, model_validator

from ...._core.checks import check_hermitian, check_shapes
from ....dynamics import RegisterGenerator, System
from ....environments import (
    TETRAHEDRON,
    Environment,
    ReferenceEnvironment,
    RegisterEnvironment,
    system_environment,
)
from ...settings_errors import PartError
from ...settings_parts import EnvironmentSettings, NotNegative, Positive, SettingsPart
from .arrays import as_numbers
from .fields import Operators, operators_of
from .state_part import or_part_error

__all__ = [
    "EnvironmentPart",
    "Fields",
    "LindbladPart",
    "NoisyPart",
    "Reference",
    "dense",
]

Numbers = Annotated[
    tuple[Any, ...], Field(strict=False, description="rows of numbers, or a .npy file")
]
Vector = Annotated[tuple[float, float, float], Field(strict=False)]


class EnvironmentPart(Protocol):
    """Settings of one kind of environment."""

    def check(self, d: int, natural: str) -> None:
        """Check what is cheap to check for a system of d levels.

        `natural` is the kind of controls of the system.
        """

    def build(self, system: System, natural: str = "spin") -> Environment:
        """Return the environment of a system."""

    @property
    def kind(self) -> str:
        """Name of the kind."""

    def model_dump(self) -> dict[str, Any]:
        """Return all settings."""


class Reference(EnvironmentSettings):
    """The reference environment of a qubit."""

    kind: Literal["reference"] = "reference"

    def check(self, d: int, natural: str = "spin") -> None:
        """Check that the system is a qubit."""
        if d != 2:
            raise PartError(
                "kind",
                "`it` must be another than 'reference', which is that of a qubit, for "
                f"a system of {d} levels. Try 'fields'.",
            )

    def build(self, system: System, natural: str = "spin") -> Environment:
        """Return the environment of a system."""
        self.check(system.d)
        values = self.model_dump(exclude={"kind"})
        return ReferenceEnvironment(
            directions=TETRAHEDRON[: values.pop("levels")], **values
        )


class NoisyPart(SettingsPart):
    """Controls and local noise, which all kinds but the reference share.

    Parameters
    ----------
    controls : {"auto", "spin", "qubits", "ladder"}
        Which fields steer the system; "auto" those that are natural for it.
    h : float, angular frequency
        Control field at |y| = 1.
    coupling : bool
        For qubits: controls σ_zσ_z/4 of every pair as well.
    anharmonicity : float
        For a ladder: α of the detuning a†a + (α/2) a†a†aa.
    level_resolved : bool
        Whether each register level has controls of its own.
    gamma_1, n_thermal : float
        Rate of local damping, and occupation of the bath into which it goes.
    gamma_phi : float, rate
        Local dephasing, by √(γ/2) σ_z for a qubit.
    """

    controls: Literal["auto", "spin", "qubits", "ladder"] = "auto"
    h: Positive = 8.0
    coupling: bool = False
    anharmonicity: float = 0.0
    level_resolved: bool = False
    gamma_1: NotNegative = 0.004
    n_thermal: NotNegative = 0.0
    gamma_phi: NotNegative = 0.004

    def check(self, d: int, natural: str) -> None:
        """Check that the controls fit a system of d levels."""
        chosen = self._chosen(natural)
        if chosen == "qubits" and d & (d - 1):
            raise PartError(
                "controls",
                f"`it` must be 'spin' or 'ladder' for a system of {d} levels, which is "
                "no number of qubits, but is 'qubits'.",
            )
        for name, kind in (("coupling", "qubits"), ("anharmonicity", "ladder")):
            if getattr(self, name) and chosen != kind:
                raise PartError(
                    name,
                    f"`it` must be left out with {chosen} controls, but is "
                    f"{getattr(self, name)!r}: it belongs to {kind} controls.",
                )

    def operators(self, d: int, natural: str) -> Operators:
        """Return fields, damping and dephasing for a system of d levels."""
        self.check(d, natural)
        return operators_of(
            self._chosen(natural),
            d,
            anharmonicity=self.anharmonicity,
            coupling=self.coupling,
        )

    def local(self, operators: Operators) -> list[Any]:
        """Return the jumps of damping and dephasing, √rate included."""
        down = np.sqrt(self.gamma_1 * (1 + self.n_thermal))
        up = np.sqrt(self.gamma_1 * self.n_thermal)
        jumps = [(down, L) for L in operators.lowering]
        jumps += [(up, L.conj().T) for L in operators.lowering]
        jumps += [(np.sqrt(2 * self.gamma_phi), L) for L in operators.dephasing]
        return [amplitude * L for amplitude, L in jumps if amplitude]

    def with_local(
        self, environment: RegisterEnvironment, operators: Operators
    ) -> RegisterEnvironment:
        """Return an environment with the local jumps in every level."""
        local = self.local(operators)
        if not local:
            return environment
        noise, ancilla = environment.noise, environment.ancilla
        if ancilla is not None:
            local = [np.kron(dense(L), np.eye(len(ancilla))) for L in local]
        jumps = {pair: list(found) for pair, found in noise.jumps.items()}
        for i in range(noise.n):
            jumps[i, i] = [*jumps.get((i, i), []), *local]
        return RegisterEnvironment(
            RegisterGenerator(list(noise.hamiltonians), jumps),
            environment.channels,
            environment.bounds,
            register_law=environment.register_law,
            ancilla=ancilla,
        )

    def _chosen(self, natural: str) -> str:
        return natural if self.controls == "auto" else self.controls


class Fields(NoisyPart):
    """A system of any size in fields that hop.

    With its defaults and a qubit the reference environment.

    Parameters
    ----------
    levels : int
        Register levels, with the first so many of the tetrahedral directions.
    directions : list of vectors
        Or a direction for each level; normalised.
    fields : list of matrices
        Or the field of each level itself, Hermitian, times ξ.
    xi : float, angular frequency
        Strength of the field.
    kappa : float, rate
        Hopping out of a level.
    rates : rows of numbers
        Or k_ij from level j to level i, times κ.
    epsilon : float
        Back-action of a hop on the system, 1 + 2ε(n_i − n_j)·J.
    b : float in [0, 1]
        How far a control changes the hopping; 0 for no such control.
    """

    kind: Literal["fields"] = "fields"
    levels: Annotated[int, Field(ge=1, le=4)] = 4
    directions: Annotated[
        tuple[Vector, ...], Field(strict=False, description="a list of vectors")
    ] = ()
    fields: Numbers = ()
    xi: NotNegative = 1.0
    kappa: NotNegative = 0.2
    rates: Numbers = ()
    epsilon: NotNegative = 0.1
    b: Annotated[float, Field(ge=0, le=1)] = 0.5

    def check(self, d: int, natural: str) -> None:
        """Check that controls and fields fit a system of d levels."""
        super().check(d, natural)
        if self.fields:
            given = _given("fields", self.fields, 3)
            or_part_error("fields", check_shapes, it=(given, f"n {d} {d}"))

    def build(self, system: System, natural: str = "spin") -> Environment:
        """Return the environment of a system."""
        operators = self.operators(system.d, natural)
        n = self._normalised()
        if self.fields:
            fields = list(self.xi * _given("fields", self.fields, 3))
        else:
            fields = [self.xi * _along(v, operators) for v in n]
        hops = self.kappa > 0 and len(fields) > 1
        return system_environment(
            fields,
            operators.controls,
            self.h,
            hopping=self._rates(len(fields)) if hops else 0.0,
            back_action=self._back_action(n, operators) if hops else None,
            local=self.local(operators),
            hopping_control=self.b if hops else 0.0,
            level_resolved=self.level_resolved,
        )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.fields and (self.directions or "levels" in self.model_fields_set):
            raise PartError(
                "fields", "`it` must stand without levels and directions, but does not."
            )
        if self.directions and "levels" in self.model_fields_set:
            raise PartError(
                "levels", "`it` must be left out with directions, but is not."
            )
        if self.directions and not np.linalg.norm(self.directions, axis=1).all():
            raise PartError("directions", "`it` must hold vectors of nonzero length.")
        if self.fields:
            F = _given("fields", self.fields, 3)
            or_part_error("fields", check_shapes, it=(F, "n d d"))
            or_part_error("fields", check_hermitian, F, "it")
        if self.fields and self.epsilon and "epsilon" in self.model_fields_set:
            raise PartError(
                "epsilon",
                "`it` must be left out with fields, which have no directions, but is "
                f"{self.epsilon}.",
            )
        self._check_rates()
        return self

    def _check_rates(self) -> None:
        n = len(self.fields or self.directions) or self.levels
        if not self.rates:
            return
        k = _given("rates", self.rates, 2)
        or_part_error("rates", check_shapes, it=(k, f"{n} {n}"))
        if k.imag.any() or k.real.min() < 0 or np.diag(k).any() or not k.any():
            raise PartError(
                "rates",
                "`it` must hold rates that are not negative, zero on the diagonal, and "
                "not all zero, but does not.",
            )

    def _normalised(self) -> np.ndarray:
        n = np.array(self.directions or TETRAHEDRON[: self.levels], dtype=float)
        return n / np.linalg.norm(n, axis=1, keepdims=True)

    def _rates(self, n: int) -> Any:
        if not self.rates:
            return self.kappa
        return self.kappa * _given("rates", self.rates, 2).real

    def _back_action(self, n: np.ndarray, operators: Operators) -> Any:
        if self.fields or not self.epsilon:
            return None
        kicks = np.array([dense(_along(v, operators)) for v in n])  # (n, d, d)
        return 2 * self.epsilon * (kicks[:, None] - kicks[None, :])


class LindbladPart(NoisyPart):
    """Constant jumps and no register.

    Parameters
    ----------
    jumps : list of matrices
        Operators (d, d), √rate included, beside damping and dephasing.
    """

    kind: Literal["lindblad"] = "lindblad"
    jumps: Numbers = ()

    def check(self, d: int, natural: str) -> None:
        """Check that controls and jumps fit a system of d levels."""
        super().check(d, natural)
        if self.jumps:
            given = _given("jumps", self.jumps, 3)
            or_part_error("jumps", check_shapes, it=(given, f"n {d} {d}"))

    def build(self, system: System, natural: str = "spin") -> Environment:
        """Return the environment of a system."""
        operators = self.operators(system.d, natural)
        own = [*_given("jumps", self.jumps, 3)] if self.jumps else []
        return system_environment(
            [0 * operators.vector[2]],
            operators.controls,
            self.h,
            local=[*self.local(operators), *own],
        )


def _along(vector: np.ndarray, operators: Operators) -> Any:
    x, y, z = operators.vector
    return vector[0] * x + vector[1] * y + vector[2] * z


def dense(operator: Any) -> np.ndarray:
    """Return an operator as an array, which may be a sparse one."""
    return operator if isinstance(operator, np.ndarray) else operator.toarray()


def _given(field: str, value: Any, ndim: int) -> np.ndarray:
    what = "a list of matrices" if ndim == 3 else "a matrix of numbers"
    return or_part_error(field, as_numbers, value, ndim, what)
