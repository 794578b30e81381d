"""Correlated projection superoperators."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_hermitian, check_shapes
from .frozen import frozen_copy

__all__ = ["Projection"]


class Projection:
    r"""Projection of states of S ⊗ E onto blocks of the system.

    .. math:: \mathcal P\rho = \sum_i \mathrm{tr}_E\{(1 \otimes A_i)\rho\} \otimes B_i

    The relevant state is the stack of blocks :math:`\rho_i = \mathrm{tr}_E\{A_i\rho\}`,
    and the system's state is :math:`\sum_i \mathrm{tr}(B_i)\,\rho_i`.

    Parameters
    ----------
    A, B : shape (n, e, e)
        Hermitian operators of the environment.

    References
    ----------
    .. [1] H.-P. Breuer, Phys. Rev. A 75, 022103 (2007).
    """

    def __init__(self, A: Any, B: Any) -> None:
        self.A = frozen_copy(A, complex)
        self.B = frozen_copy(B, complex)
        check_shapes(A=(self.A, "n e e"), B=(self.B, "n e e"))
        check_hermitian(self.A, "A")
        check_hermitian(self.B, "B")
        self.n, self.e = self.A.shape[:2]
        self.weights = np.trace(self.B, axis1=1, axis2=2).real  # (n,)

    def blocks(self, rho: ArrayLike) -> np.ndarray:
        """Return ρ_i = tr_E{(1 ⊗ A_i) ρ}, shape (..., d e, d e) → (..., n, d, d)."""
        rho = np.asarray(rho, dtype=complex)
        check_finite(rho, "rho")
        d = rho.shape[-1] // self.e
        split = rho.reshape(*rho.shape[:-2], d, self.e, d, self.e)
        return np.einsum("nab,...ibja->...nij", self.A, split, optimize=True)

    def lift(self, blocks: ArrayLike) -> np.ndarray:
        """Return Σ ρ_i ⊗ B_i, shape (..., n, d, d) → (..., d e, d e)."""
        blocks = np.asarray(blocks, dtype=complex)
        d = blocks.shape[-1]
        out = np.einsum("...nij,nab->...iajb", blocks, self.B, optimize=True)
        return out.reshape(*blocks.shape[:-3], d * self.e, d * self.e)

    def apply(self, rho: ArrayLike) -> np.ndarray:
        """Return P ρ, shape (..., d e, d e)."""
        return self.lift(self.blocks(rho))

    @classmethod
    def product(cls, rho_E: ArrayLike) -> "Projection":
        """Return Pρ = tr_E ρ ⊗ ρ_E: one block."""
        rho_E = np.asarray(rho_E, dtype=complex)
        return cls(np.eye(len(rho_E))[None], rho_E[None])
