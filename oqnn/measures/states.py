"""Numbers of single states: populations, purity, eigenvalues, the nearest state."""

from typing import Any

import numpy as np

from ._inputs import as_states, as_trace_one, check_same_size

__all__ = [
    "least_eigenvalue",
    "nearest_state",
    "populations",
    "purity",
    "squared_distance",
]


def populations(states: Any) -> np.ndarray:
    """Return the diagonal elements ρ_ii of states.

    Parameters
    ----------
    states : Qobj, or array of shape (..., d, d)
        Hermitian matrices; a ket |ψ⟩ stands for |ψ⟩⟨ψ|.

    Returns
    -------
    np.ndarray
        Real, shape (..., d).

    Raises
    ------
    ValueError
        If the matrices are not square, not finite or not Hermitian.

    Examples
    --------
    >>> populations([[0.7, 0.1j], [-0.1j, 0.3]])
    array([0.7, 0.3])
    """
    states = as_states(states, "states")
    return np.diagonal(states, axis1=-2, axis2=-1).real.copy()


def purity(states: Any) -> np.ndarray:
    """Return Tr ρ², from 1/d for the maximally mixed state to 1 for a pure one.

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
    >>> float(purity([[0.5, 0.0], [0.0, 0.5]]))
    0.5
    """
    states = as_states(states, "states")
    return (np.abs(states) ** 2).sum(axis=(-2, -1))


def least_eigenvalue(states: Any) -> np.ndarray:
    """Return the least eigenvalue; below zero the matrix is no state.

    Parameters
    ----------
    states : Qobj, or array of shape (..., d, d)
        Hermitian matrices, positive or not.

    Returns
    -------
    np.ndarray
        Shape (...).

    Raises
    ------
    ValueError
        If the matrices are not square, not finite or not Hermitian.
    """
    states = as_states(states, "states")
    return np.linalg.eigvalsh(states)[..., 0]


def nearest_state(rho: Any) -> np.ndarray:
    """Return the state nearest to an estimate that may have negative eigenvalues.

    The exact minimum of the Frobenius distance over all states [1]_: the eigenvectors
    stay and the eigenvalues are projected on the simplex. A state returns unchanged up
    to rounding.

    Parameters
    ----------
    rho : Qobj, or array of shape (..., d, d)
        Hermitian matrices of trace one.

    Returns
    -------
    np.ndarray
        Complex, shape (..., d, d).

    Raises
    ------
    ValueError
        If the matrices are not square, not Hermitian or have another trace than one.

    References
    ----------
    .. [1] Smolin, Gambetta, Smith, Phys. Rev. Lett. 108, 070502 (2012).

    Examples
    --------
    >>> nearest_state([[1.2, 0.0], [0.0, -0.2]]).real
    array([[1., 0.],
           [0., 0.]])
    """
    rho = as_trace_one(rho, "rho")

    values, vectors = np.linalg.eigh(rho)  # ascending
    d = values.shape[-1]
    falling = values[..., ::-1]
    # What each of the k greatest eigenvalues must give up for them to sum to one.
    excess = (np.cumsum(falling, axis=-1) - 1) / np.arange(1, d + 1)
    kept = (falling > excess).sum(axis=-1, keepdims=True)  # at least one
    shift = np.take_along_axis(excess, kept - 1, axis=-1)
    law = np.maximum(values - shift, 0)
    return (vectors * law[..., None, :]) @ vectors.conj().mT


def squared_distance(rho: Any, sigma: Any) -> np.ndarray:
    """Return the squared Frobenius distance ‖ρ − σ‖² = Σ_ij |ρ_ij − σ_ij|².

    Parameters
    ----------
    rho, sigma : Qobj, or arrays of shape (..., d, d)
        Hermitian matrices; leading axes broadcast.

    Returns
    -------
    np.ndarray
        Shape (...).

    Raises
    ------
    ValueError
        If the matrices are not Hermitian or the sizes differ.

    Examples
    --------
    >>> float(squared_distance([1, 0], [0, 1]))
    2.0
    """
    rho, sigma = as_states(rho, "rho"), as_states(sigma, "sigma")
    check_same_size(rho, sigma)
    return (np.abs(rho - sigma) ** 2).sum(axis=(-2, -1))
