"""Coherence of states in a basis."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._inputs import as_basis, as_density_matrices, as_states
from .entropies import entropy_of_law

__all__ = ["l1_coherence", "relative_entropy_of_coherence"]


def l1_coherence(states: Any, *, basis: ArrayLike | None = None) -> np.ndarray:
    r"""Return the l1 coherence :math:`\sum_{i \ne j} |\rho_{ij}|`.

    Parameters
    ----------
    states : Qobj, or array of shape (..., d, d)
        Hermitian matrices; a ket |ψ⟩ stands for |ψ⟩⟨ψ|.
    basis : shape (d, d), optional
        Orthonormal kets in columns; the standard basis by default.

    Returns
    -------
    np.ndarray
        Shape (...), from 0 to d − 1.

    Raises
    ------
    ValueError
        If the matrices are not Hermitian or `basis` is not unitary.

    References
    ----------
    .. [1] Baumgratz, Cramer, Plenio, Phys. Rev. Lett. 113, 140401 (2014), eq. (14).

    Examples
    --------
    >>> plus = np.array([1, 1]) / np.sqrt(2)
    >>> round(float(l1_coherence(plus)), 12)
    1.0
    """
    states = _in_basis(as_states(states, "states"), basis)
    sizes = np.abs(states)
    return sizes.sum(axis=(-2, -1)) - np.trace(sizes, axis1=-2, axis2=-1)


def relative_entropy_of_coherence(
    states: Any, *, basis: ArrayLike | None = None
) -> np.ndarray:
    r"""Return S(diag ρ) − S(ρ), the relative entropy to the nearest diagonal state.

    Parameters
    ----------
    states : Qobj, or array of shape (..., d, d)
        States; a ket |ψ⟩ stands for |ψ⟩⟨ψ|. Eigenvalues between −1e-8 and 0 count as
        zero.
    basis : shape (d, d), optional
        Orthonormal kets in columns; the standard basis by default.

    Returns
    -------
    np.ndarray
        Shape (...), in nats, from 0 to ln d.

    Raises
    ------
    ValueError
        If a matrix is no state or `basis` is not unitary.

    References
    ----------
    .. [1] Baumgratz, Cramer, Plenio, Phys. Rev. Lett. 113, 140401 (2014), eq. (8).

    Examples
    --------
    >>> plus = np.array([1, 1]) / np.sqrt(2)
    >>> float(np.exp(relative_entropy_of_coherence(plus)).round(12))
    2.0
    """
    states = _in_basis(as_density_matrices(states, "states"), basis)
    diagonal = np.diagonal(states, axis1=-2, axis2=-1).real
    return entropy_of_law(diagonal) - entropy_of_law(np.linalg.eigvalsh(states))


def _in_basis(states: np.ndarray, basis: ArrayLike | None) -> np.ndarray:
    """Return V†ρV for kets V in columns."""
    if basis is None:
        return states
    kets = as_basis(basis, "basis", states.shape[-1])
    return kets.conj().T @ states @ kets
