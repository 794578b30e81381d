"""Entropies of states, in nats.

Eigenvalues between −1e-8 and zero are taken for rounding and count as zero; a more
negative one is refused, since its logarithm would make a wrong number.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import entr

from ._inputs import as_density_matrices, check_same_size
from .parties import as_dims, partial_trace
from .states import purity

__all__ = [
    "linear_entropy",
    "mutual_information",
    "relative_entropy",
    "von_neumann_entropy",
]

OUTSIDE_TOLERANCE = 1e-12  # weight of ρ where σ vanishes that is taken for rounding


def von_neumann_entropy(states: Any) -> np.ndarray:
    """Return the entropy −Tr ρ ln ρ, from 0 for pure states to ln d.

    Parameters
    ----------
    states : Qobj, or array of shape (..., d, d)
        States; a ket |ψ⟩ stands for |ψ⟩⟨ψ|. Eigenvalues between −1e-8 and 0 count as
        zero.

    Returns
    -------
    np.ndarray
        Shape (...), in nats.

    Raises
    ------
    ValueError
        If a matrix is not Hermitian, has another trace than one or an eigenvalue
        below −1e-8.

    Examples
    --------
    >>> float(np.exp(von_neumann_entropy([[0.5, 0.0], [0.0, 0.5]])).round(12))
    2.0
    """
    states = as_density_matrices(states, "states")
    return entropy_of_law(np.linalg.eigvalsh(states))


def entropy_of_law(values: np.ndarray) -> np.ndarray:
    """Return −Σ λ ln λ over the last axis; checked before, rounding counts as zero."""
    return entr(np.maximum(values, 0)).sum(axis=-1)


def linear_entropy(states: Any) -> np.ndarray:
    """Return 1 − Tr ρ², from 0 for pure states to 1 − 1/d.

    Parameters
    ----------
    states : Qobj, or array of shape (..., d, d)
        Hermitian matrices; a ket |ψ⟩ stands for |ψ⟩⟨ψ|.

    Returns
    -------
    np.ndarray
        Shape (...).

    Raises
    ------
    ValueError
        If the matrices are not square, not finite or not Hermitian.

    Examples
    --------
    >>> float(linear_entropy([[0.5, 0.0], [0.0, 0.5]]))
    0.5
    """
    return 1 - purity(states)


def relative_entropy(rho: Any, sigma: Any) -> np.ndarray:
    r"""Return the relative entropy :math:`\mathrm{Tr}\,\rho(\ln\rho - \ln\sigma)`.

    It is infinite where ρ has weight on the kernel of σ. Eigenvalues of σ up to d times
    the precision of floats belong to the kernel, and a weight up to 1e-12 there counts
    as none.

    Parameters
    ----------
    rho, sigma : Qobj, or arrays of shape (..., d, d)
        States; leading axes broadcast.

    Returns
    -------
    np.ndarray
        Shape (...), in nats, not negative up to rounding.

    Raises
    ------
    ValueError
        If one holds no states or the sizes differ.

    Examples
    --------
    >>> one, half = [1, 0], [[0.5, 0.0], [0.0, 0.5]]
    >>> float(np.exp(relative_entropy(one, half)).round(12))
    2.0
    >>> float(relative_entropy(half, one))
    inf
    """
    rho = as_density_matrices(rho, "rho")
    sigma = as_density_matrices(sigma, "sigma")
    check_same_size(rho, sigma)

    law, basis = np.linalg.eigh(sigma)
    weights = np.einsum("...ki,...kl,...li->...i", basis.conj(), rho, basis).real
    inside = law > law.shape[-1] * np.finfo(float).eps
    logs = np.log(np.where(inside, law, 1))
    outside = np.where(inside, 0, weights).sum(axis=-1) > OUTSIDE_TOLERANCE
    found = -(weights * logs).sum(axis=-1) - entropy_of_law(np.linalg.eigvalsh(rho))
    return np.where(outside, np.inf, found)[()]


def mutual_information(states: Any, dims: Sequence[int]) -> np.ndarray:
    """Return the mutual information S(A) + S(B) − S(AB) of two parties.

    Parameters
    ----------
    states : Qobj, or array of shape (..., d, d)
        States in Kronecker order, A first; d = d₁ d₂.
    dims : (int, int)
        Sizes d₁, d₂ of the parties. For more than two, group them or use
        `partial_trace` first.

    Returns
    -------
    np.ndarray
        Shape (...), in nats: 0 for products, 2 ln 2 for a Bell pair.

    Raises
    ------
    ValueError
        If `states` holds no states or `dims` are not two sizes that multiply to d.

    Examples
    --------
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> float(np.exp(mutual_information(bell, (2, 2))).round(12))
    4.0
    """
    states = as_density_matrices(states, "states")
    dims = as_dims(dims, states.shape[-1])
    if len(dims) != 2:
        raise ValueError(
            f"`dims` must be the sizes of two parties, but is {dims}. Group subsystems "
            "that belong together."
        )
    first = von_neumann_entropy(partial_trace(states, dims, keep=0))
    second = von_neumann_entropy(partial_trace(states, dims, keep=1))
    return first + second - von_neumann_entropy(states)
