"""Environments as the projection-operator equations see them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..._core.checks import check_hermitian, check_shapes
from ..._core.qobj import as_operator, is_qobj
from ..frozen import frozen_copy
from .projection import Projection

__all__ = ["FiniteEnvironment", "GaussianBath"]


@dataclass(frozen=True, eq=False)
class FiniteEnvironment:
    """A finite environment E, its coupling to the system, and a projection.

    The free part of the total Hamiltonian is H ⊗ 1 + 1 ⊗ H_E, expansions are in H_int.

    Parameters
    ----------
    H_E : Qobj or shape (e, e), angular frequency
        Hamiltonian of the environment.
    H_int : Qobj or shape (d e, d e), angular frequency
        Coupling, on S ⊗ E in this order.
    projection : Projection
        Onto the relevant part; `Projection.product` for the textbook one.

    Raises
    ------
    TypeError
        If `projection` is no Projection.
    ValueError
        If a Hamiltonian is not Hermitian, or the sizes disagree.

    Examples
    --------
    >>> import numpy as np
    >>> spin = Projection.product(np.eye(2) / 2)
    >>> bath = FiniteEnvironment(np.diag([1.0, -1.0]), np.ones((6, 6)), spin)
    >>> bath.d, bath.total(np.zeros((3, 3))).shape
    (3, (6, 6))
    """

    H_E: np.ndarray
    H_int: np.ndarray
    projection: Projection

    def __post_init__(self) -> None:
        if not isinstance(self.projection, Projection):
            raise TypeError(
                "`projection` must be a Projection, but is a "
                f"{type(self.projection).__name__}. Try Projection.product(rho_E)."
            )
        H_E = frozen_copy(as_operator(self.H_E, "H_E"), complex)
        H_int = frozen_copy(as_operator(self.H_int, "H_int"), complex)
        check_shapes(H_E=(H_E, f"{self.projection.e} {self.projection.e}"))
        check_shapes(H_int=(H_int, "D D"))
        check_hermitian(H_E, "H_E")
        check_hermitian(H_int, "H_int")
        if len(H_int) % len(H_E) or len(H_int) == 0:
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

    def total(self, H: np.ndarray) -> np.ndarray:
        """Return H ⊗ 1 + 1 ⊗ H_E + H_int, (d e, d e)."""
        return self.free(H) + self.H_int


@dataclass(frozen=True, eq=False)
class GaussianBath:
    """A stationary Gaussian bath, known by its two-time correlation functions.

    Parameters
    ----------
    couplings : Qobj or shape (k, d, d) or (d, d), dimensionless
        Hermitian system operators S_k of H_int = Σ S_k ⊗ B_k, tr(B_k ρ_E) = 0. A list
        may hold Qobj.
    correlation : callable
        Takes times (t,) ≥ 0 and returns C_kl(t) = ⟨B_k(t) B_l(0)⟩, shape (t, k, k), or
        (t,) for one coupling. For earlier times C(−t) = C(t)†. At t = 0 the limit from
        above: sums that are cut off, such as those over Matsubara frequencies for Drude
        and Lorentz, jump there.

    Raises
    ------
    ValueError
        If a coupling is not Hermitian, the correlations have another shape or are not
        finite, or if C(0) has a Hermitian part that is not positive, or an
        anti-Hermitian one −iΛ with Λ of both signs.

    Examples
    --------
    >>> import numpy as np
    >>> sigma_x = np.array([[0, 1], [1, 0]])
    >>> bath = GaussianBath(sigma_x, lambda t: 0.2 * np.exp(-(3 + 1j) * t))
    >>> bath.correlations(np.array([0.0])).real
    array([[[0.2]]])
    """

    couplings: np.ndarray
    correlation: Callable[[np.ndarray], np.ndarray]

    def __post_init__(self) -> None:
        couplings = self.couplings
        if isinstance(couplings, list | tuple) and any(map(is_qobj, couplings)):
            couplings = [as_operator(op, "couplings") for op in couplings]
        couplings = frozen_copy(as_operator(couplings, "couplings"), complex)
        if couplings.ndim == 2:
            couplings = frozen_copy(couplings[None], complex)
        check_shapes(couplings=(couplings, "k d d"))
        if couplings.size == 0:
            raise ValueError(
                "`couplings` must hold at least one operator, but has shape "
                f"{couplings.shape}."
            )
        check_hermitian(couplings, "couplings")
        object.__setattr__(self, "couplings", couplings)
        self._check_start()

    @property
    def d(self) -> int:
        """Size of the system."""
        return self.couplings.shape[-1]

    def _check_start(self) -> None:
        """Check the mean of C(0+) and C(0−) = C(0+)†, and the jump between them.

        The mean is the integral of the spectrum, so it is positive. A spectrum that
        falls as 1/ω makes C jump by −2iΛ, where Λ has the sign of the spectrum's odd
        part: positive if the bath mostly takes energy, negative if it gives.
        """
        start = self.correlations(np.zeros(1))[0]
        scale = 1e-6 * np.abs(start).max()
        adjoint = start.conj().T
        least = np.linalg.eigvalsh((start + adjoint) / 2).min()
        if not least >= -scale:
            raise ValueError(
                "`correlation` must have a positive Hermitian part at t = 0, but its "
                f"least eigenvalue there is {least:.3g}. A sum over Matsubara "
                "frequencies may need more terms."
            )
        jumps = np.linalg.eigvalsh((adjoint - start) / 2j)
        if jumps.min() < -scale and jumps.max() > scale:
            raise ValueError(
                "`correlation` must be Hermitian at t = 0, C_kl(0) = C_lk(0)*, or jump "
                "there by −2iΛ with Λ of one sign, but Λ has eigenvalues from "
                f"{jumps.min():.3g} to {jumps.max():.3g}. Is an index exchanged?"
            )

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
