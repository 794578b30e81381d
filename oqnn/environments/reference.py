"""The reference environment: a qubit whose noise field hops with a classical register.

Each level i of the register holds a static field along n_i. The register hops, with
back-action on the qubit, and every level adds the same local damping and dephasing. A
network steers the qubit through a bounded field and the register through its rate.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._core.bases import pauli_basis
from .._core.checks import (
    check_between,
    check_finite,
    check_hermitian,
    check_shapes,
)
from .._core.qobj import as_operator
from ..dynamics import ControlledGenerator, RegisterGenerator

__all__ = ["TETRAHEDRON", "ReferenceEnvironment"]

TETRAHEDRON = ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))


@dataclass(frozen=True, kw_only=True)
class ReferenceEnvironment:
    r"""Parameters of the reference environment; times in units of 1/ξ at ξ = 1.

    With controls :math:`y_1 … y_4 ∈ [-1, 1]`,

    .. math::
        H^i = \tfrac{\xi}{2}\, n_i·\sigma + \tfrac{h}{2}\, y_{1..3}·\sigma, \qquad
        R^{ij} = \sqrt{\tfrac{\kappa(1 + b y_4)}{n - 1}}\,
        (1 + \varepsilon (n_i - n_j)·\sigma),

    and in every level damping :math:`\sqrt{\gamma_1}|1⟩⟨0|` and dephasing
    :math:`\sqrt{\gamma_\phi/2}\,\sigma_z`. The generator is affine in the controls.

    Parameters
    ----------
    directions : sequence of n vectors
        Field directions, one a level; normalised here. n = 1 has no hopping.
    xi : float, angular frequency
        Strength of the field.
    kappa : float, rate
        Hopping out of a level at y₄ = 0.
    epsilon : float
        Back-action of a hop on the qubit.
    b : float in [0, 1]
        How far y₄ changes the hopping.
    gamma_1, gamma_phi : float, rates
        Local damping from |0⟩ to |1⟩, and local dephasing.
    h : float, angular frequency
        Control field at |y| = 1.

    Raises
    ------
    ValueError
        If a constant is not finite, a rate is negative, `b` leaves [0, 1], or a
        direction is no vector of three numbers with a length.
    """

    directions: tuple[tuple[float, float, float], ...] = TETRAHEDRON
    xi: float = 1.0
    kappa: float = 0.2
    epsilon: float = 0.1
    b: float = 0.5
    gamma_1: float = 0.004
    gamma_phi: float = 0.004
    h: float = 8.0

    def __post_init__(self) -> None:
        directions = np.asarray(self.directions, dtype=float)
        check_shapes(directions=(directions, "n 3"))
        check_finite(directions, "directions")
        if not (np.linalg.norm(directions, axis=1) > 0).all():
            raise ValueError("`directions` must hold vectors of nonzero length.")
        check_between(self.b, "b", 0, 1)
        for name in ("xi", "epsilon", "h"):
            if not np.isfinite(getattr(self, name)):
                raise ValueError(
                    f"`{name}` must be finite, but is {getattr(self, name)}."
                )
        for name in ("kappa", "gamma_1", "gamma_phi"):
            if not 0 <= getattr(self, name) < np.inf:
                raise ValueError(
                    f"`{name}` must be finite and not negative, but is "
                    f"{getattr(self, name)}."
                )

    d = 2
    n_controls = 4
    control_names = ("x", "y", "z", "hopping")
    ancilla = None

    @property
    def n_levels(self) -> int:
        """Number n of register levels."""
        return len(self.directions)

    @property
    def register_law(self) -> np.ndarray:
        """The uniform law in which the register starts, shape (n,)."""
        return np.full(self.n_levels, 1 / self.n_levels)

    def generator(self, H: Any = None) -> ControlledGenerator:
        """Return L₀ + Σ y_k L_k for a qubit with its own Hamiltonian H.

        Parameters
        ----------
        H : Qobj or shape (2, 2), angular frequency, optional
            Hermitian, the same in every level; zero by default.
        """
        n = np.asarray(self.directions, dtype=float)
        n = n / np.linalg.norm(n, axis=1, keepdims=True)
        sigma = pauli_basis(1)[1:]
        fields = self.xi / 2 * np.tensordot(n, sigma, axes=1)
        if H is not None:
            H = as_operator(H, "H")
            check_shapes(H=(H, "2 2"))
            check_hermitian(H, "H")
            fields = fields + H
        local = (
            np.sqrt(self.gamma_1) * np.array([[0, 0], [1, 0]]),
            (np.sqrt(self.gamma_phi / 2) * sigma[2]),
        )
        jumps = self._hops(n, self.kappa)
        jumps |= {(i, i): list(local) for i in range(self.n_levels)}
        none = np.zeros_like(fields)
        steering = [RegisterGenerator(none + self.h / 2 * s) for s in sigma]
        hopping = RegisterGenerator(none, self._hops(n, self.kappa * self.b))
        return ControlledGenerator(
            RegisterGenerator(fields, jumps), [*steering, hopping]
        )

    def frame_generator(self) -> ControlledGenerator:
        """Return the rotation by the control fields alone, on a single block."""
        none = np.zeros((1, 2, 2))
        steering = [
            RegisterGenerator(none + self.h / 2 * s) for s in pauli_basis(1)[1:]
        ]
        return ControlledGenerator(
            RegisterGenerator(none), [*steering, RegisterGenerator(none)]
        )

    def _hops(self, n: np.ndarray, rate: float) -> dict[tuple[int, int], list]:
        """Return R^{ij} from level j to i for a total hopping rate out of a level."""
        if self.n_levels == 1:
            return {}
        sigma = pauli_basis(1)[1:]
        amplitude = np.sqrt(rate / (self.n_levels - 1))
        return {
            (i, j): [
                amplitude
                * (np.eye(2) + self.epsilon * np.tensordot(n[i] - n[j], sigma, axes=1))
            ]
            for i in range(self.n_levels)
            for j in range(self.n_levels)
            if i != j
        }
