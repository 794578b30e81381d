"""What an epoch should do to a state: gates by name, and what is protected."""

from itertools import pairwise
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from ...._core.checks import check_shapes
from ....dynamics import System
from ....environments import ProtectionCost
from ...settings_errors import PartError
from ...settings_parts import NotNegative, SettingsPart
from .arrays import as_numbers

__all__ = ["GATES", "CostPart"]

Fractions = Annotated[
    tuple[Annotated[float, Field(gt=0, le=1)], ...],
    Field(
        strict=False, min_length=1, description="a list of fractions above 0, up to 1"
    ),
]
Weights = Annotated[
    tuple[NotNegative, ...], Field(strict=False, description="a list of numbers")
]
Columns = Annotated[
    tuple[Any, ...], Field(strict=False, description="rows of numbers, or a .npy file")
]
Gate = Annotated[
    str | Annotated[tuple[Any, ...], Field(strict=False)],
    Field(description="the name of a gate, or a unitary matrix"),
]
S2 = 1 / np.sqrt(2)
GATES: dict[str, np.ndarray] = {
    "x": np.array([[0, 1], [1, 0]], dtype=complex),
    "y": np.array([[0, -1j], [1j, 0]]),
    "z": np.diag([1, -1]).astype(complex),
    "hadamard": np.array([[S2, S2], [S2, -S2]], dtype=complex),
    "s": np.diag([1, 1j]),
    "t": np.diag([1, np.exp(0.25j * np.pi)]),
    "sqrt_x": np.array([[0.5 + 0.5j, 0.5 - 0.5j], [0.5 - 0.5j, 0.5 + 0.5j]]),
    "cnot": np.eye(4, dtype=complex)[[0, 1, 3, 2]],
    "cz": np.diag([1, 1, 1, -1]).astype(complex),
    "swap": np.eye(4, dtype=complex)[[0, 2, 1, 3]],
}
"""Gates of one and two qubits by name; "identity", "fourier" and "shift" fit any d."""
ANY_SIZE = ("identity", "fourier", "shift")


class CostPart(SettingsPart):
    """What materials learn to do, and when it is read.

    How much control energy and weights cost is part of ``[learning]``.

    Parameters
    ----------
    readouts : list of float
        Times as fractions of an epoch's period; each at the end of a slice.
    weights : list of float
        Of the readouts; equal by default.
    running : float
        Weight of a mean over the ends of all slices, beside the readouts.
    target : str or rows of numbers
        What an epoch should do to the system: "identity", "fourier" (of d levels),
        "shift" (|i⟩ → |i + 1⟩), the name of a gate of one or two qubits, or a unitary.
    protect : {"all", "initial", "subspace"}
        All pure states of the system, and so what it shares with a partner; only the
        initial state; or pure states in a `subspace`.
    levels : list of int
        Basis states that span the subspace.
    subspace : rows of numbers
        Or its orthonormal columns, shape (d, k).
    """

    readouts: Fractions = (0.25, 0.5, 0.75, 1.0)
    weights: Weights = ()
    running: NotNegative = 0.0
    target: Gate = "identity"
    protect: Literal["all", "initial", "subspace"] = "all"
    levels: Annotated[
        tuple[Annotated[int, Field(ge=0)], ...],
        Field(strict=False, description="a list of levels, counted from 0"),
    ] = ()
    subspace: Columns = ()

    def build(
        self, system: System, *, controls: float, network: float
    ) -> ProtectionCost:
        """Return the cost for a system, with c_y and c_W.

        Raises
        ------
        PartError
            If target or subspace do not fit the system.
        """
        d = system.d
        return ProtectionCost(
            readouts=self.readouts,
            weights=self.weights or None,
            running=self.running,
            states=system.rho0[None] if self.protect == "initial" else None,
            subspace=self._columns(d),
            target=self._unitary(d),
            controls=controls,
            network=network,
        )

    def count(self, slices: int) -> int:
        """Return how often an epoch of so many slices is read."""
        if self.running:
            return slices
        return sum(q > 0 for q in self.weights) or len(self.readouts)

    @field_validator("readouts")
    @classmethod
    def _check_readouts(cls, readouts: tuple[float, ...]) -> tuple[float, ...]:
        if any(b <= a for a, b in pairwise(readouts)):
            raise ValueError(f"`it` must increase, but is {list(readouts)}.")
        return readouts

    @field_validator("target")
    @classmethod
    def _check_target(cls, target: Any) -> Any:
        if isinstance(target, str):
            if target not in GATES and target not in ANY_SIZE:
                known = ", ".join(map(repr, [*ANY_SIZE, *GATES]))
                raise ValueError(
                    f"`it` must be one of {known}, a unitary matrix or a .npy file, "
                    f"but is {target!r}."
                )
            return target
        U = as_numbers(target, 2, "a unitary matrix")
        if U.shape[0] != U.shape[1] or not np.allclose(
            U @ U.conj().T, np.eye(len(U)), atol=1e-10
        ):
            raise ValueError("`it` must be a unitary matrix, but U U† is not 1.")
        return target

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.weights and len(self.weights) != len(self.readouts):
            raise PartError(
                "weights",
                f"`it` must hold one number for each of the {len(self.readouts)} "
                f"readouts, but holds {len(self.weights)}.",
            )
        if self.weights and not sum(self.weights) + self.running > 0:
            raise PartError("weights", "`it` must not be all zero, but is.")
        given = [name for name in ("levels", "subspace") if getattr(self, name)]
        if len(given) != (self.protect == "subspace"):
            raise PartError(
                given[-1] if given else "protect",
                "`it` must go together: protect = 'subspace' and one of levels and "
                f"subspace, but protect is {self.protect!r} and there is "
                f"{' and '.join(given) or 'neither'}.",
            )
        return self

    def _unitary(self, d: int) -> np.ndarray | None:
        if not isinstance(self.target, str):
            U = as_numbers(self.target, 2, "a unitary matrix")
        elif self.target == "identity":
            return None
        elif self.target == "shift":
            U = np.roll(np.eye(d, dtype=complex), 1, axis=0)
        elif self.target == "fourier":
            i = np.arange(d)
            U = np.exp(2j * np.pi * np.outer(i, i) / d) / np.sqrt(d)
        else:
            U = GATES[self.target]
        if len(U) != d:
            raise PartError(
                "target",
                f"`it` must have the size of the system, {d}, but {self.target!r:.40} "
                f"has {len(U)}.",
            )
        return U

    def _columns(self, d: int) -> np.ndarray | None:
        if self.levels:
            if max(self.levels) >= d or len(set(self.levels)) < len(self.levels):
                raise PartError(
                    "levels",
                    f"`it` must name different levels below {d}, but is "
                    f"{list(self.levels)}.",
                )
            return np.eye(d, dtype=complex)[:, list(self.levels)]
        if not self.subspace:
            return None
        try:
            V = as_numbers(self.subspace, 2, "a matrix of orthonormal columns")
            check_shapes(it=(V, f"{d} k"))
            return ProtectionCost(subspace=V).subspace
        except ValueError as error:
            message = str(error).replace("`subspace`", "`it`")
            raise PartError("subspace", message) from error
