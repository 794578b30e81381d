"""Environments as the projection-operator equations see them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .._core.checks import check_hermitian, check_shapes
from .frozen import frozen_copy
from .projection import Projection

__all__ = ["FiniteEnvironment", "GaussianBath"]


@dataclass(frozen=True, eq=False)
class FiniteEnvironment:
    """A finite environment E, its coupling to the system, and a projection.

    The free part of the total Hamiltonian is H ⊗ 1 + 1 ⊗ H_E, expansions are in H_int.

    Parameters
    ----------
    H_E : shape (e, e), angular frequency
        Hamiltonian of the environment.
    H_int : shape (d e, d e), angular frequency
        Coupling, on S ⊗ E in this order.
    projection : Projection
        Onto the relevant part; `Projection.product` for the textbook one.
    """

    H_E: np.ndarray
    H_int: np.ndarray
    projection: Projection

    def __post_init__(self) -> None:
        H_E, H_int = frozen_copy(self.H_E, complex), frozen_copy(self.H_int, complex)
        check_shapes(H_E=(H_E, f"{self.projection.e} {self.projection.e}"))
        check_shapes(H_int=(H_int, "D D"))
        check_hermitian(H_E, "H_E")
        check_hermitian(H_int, "H_int")
        if len(H_int) % len(H_E):
            raise ValueError(
                f"`H_int` must have a size that is a multiple of {len(H_E)}, the size "
                f"of the environment, but has size {len(H_int)}."
            )
        object.__setattr__(self, "H_E", H_E)
        object.__setattr__(self, "H_int", H_int)

    @property
    def d(self) -> int:
        """Size of the system."""
        return len(self.H_int) // len(self.H_E)

    def free(self, H: np.ndarray) -> np.ndarray:
        """Return H ⊗ 1 + 1 ⊗ H_E for a Hamiltonian of the system, (d e, d e)."""
        check_shapes(H=(H, f"{self.d} {self.d}"))
        return np.kron(H, np.eye(len(self.H_E))) + np.kron(np.eye(self.d), self.H_E)


@dataclass(frozen=True, eq=False)
class GaussianBath:
    """A stationary Gaussian bath, known by its two-time correlation functions.

    Parameters
    ----------
    couplings : shape (k, d, d), dimensionless
        Hermitian system operators S_k of H_int = Σ S_k ⊗ B_k, tr(B_k ρ_E) = 0.
    correlation : callable
        Takes times (t,) ≥ 0 and returns C_kl(t) = ⟨B_k(t) B_l(0)⟩, shape (t, k, k), or
        (t,) for one coupling. For earlier times C(−t) = C(t)†.
    """

    couplings: np.ndarray
    correlation: Callable[[np.ndarray], np.ndarray]

    def __post_init__(self) -> None:
        couplings = frozen_copy(self.couplings, complex)
        if couplings.ndim == 2:
            couplings = frozen_copy(couplings[None], complex)
        check_shapes(couplings=(couplings, "k d d"))
        check_hermitian(couplings, "couplings")
        object.__setattr__(self, "couplings", couplings)

    @property
    def d(self) -> int:
        """Size of the system."""
        return self.couplings.shape[-1]

    def correlations(self, times: np.ndarray) -> np.ndarray:
        """Return C at times (t,) as a checked array (t, k, k)."""
        values = np.asarray(self.correlation(times), dtype=complex)
        k = len(self.couplings)
        if values.shape == times.shape and k == 1:
            values = values[:, None, None]
        if values.shape != (len(times), k, k):
            raise ValueError(
                f"`correlation` must return shape {(len(times), k, k)} for "
                f"{len(times)} times, but returns shape {values.shape}."
            )
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            raise ValueError(
                f"`correlation` must return finite values, but returns "
                f"{values[tuple(bad[0])]} at t = {times[bad[0][0]]:.6g}."
            )
        return values
