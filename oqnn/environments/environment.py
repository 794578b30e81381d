"""What materials, costs and learning need to know of an environment."""

from typing import Any, Protocol

import numpy as np

from .._core.bases import hermitian_basis, to_coordinates
from ..dynamics import ControlledGenerator

__all__ = ["Environment", "lift_matrix", "reduce_matrix"]


class Environment(Protocol):
    """A register with noise, and channels whose controls lie in [−1, 1].

    Blocks are matrices of the system, or of system ⊗ ancilla where the environment
    has a quantum part of its own.
    """

    @property
    def d(self) -> int:
        """Dimension of the system."""

    @property
    def n_controls(self) -> int:
        """Number of controls."""

    @property
    def control_names(self) -> tuple[str, ...]:
        """Names of the controls, for figures and tables."""

    @property
    def register_law(self) -> np.ndarray:
        """Law in which the register starts, shape (n,)."""

    @property
    def ancilla(self) -> np.ndarray | None:
        """State in which the quantum part of the environment starts, shape (a, a)."""

    def generator(self, H: Any = None) -> ControlledGenerator:
        """Return L₀ + Σ y_k L_k for a system with its own Hamiltonian H."""

    def frame_generator(self) -> ControlledGenerator:
        """Return the rotation of the system by the control fields alone."""


def lift_matrix(environment: Environment) -> np.ndarray:
    """Return the map from a state's coordinates to those of the blocks, (m, d²)."""
    d, ancilla = environment.d, environment.ancilla
    start = np.eye(d * d)
    if ancilla is not None:
        start = to_coordinates([np.kron(B, ancilla) for B in hermitian_basis(d)]).real.T
    return np.kron(environment.register_law[:, None], start)


def reduce_matrix(environment: Environment) -> np.ndarray:
    """Return the map from the blocks' coordinates to the state's, shape (d², m)."""
    d, ancilla = environment.d, environment.ancilla
    end = np.eye(d * d)
    if ancilla is not None:
        one = np.eye(len(ancilla))
        end = to_coordinates([np.kron(B, one) for B in hermitian_basis(d)]).real
    return np.kron(np.ones((1, len(environment.register_law))), end)
