"""Fidelities of states and of maps."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._core.bases import hermitian_basis, to_coordinates
from .._core.checks import check_density_matrix, check_shapes
from .._core.qobj import as_operator
from ._inputs import (
    as_states,
    as_trace_one,
    as_transfer,
    check_same_size,
    check_unitary,
    root_above_rounding,
)
from .bloch import bloch_map

__all__ = ["average_fidelity", "best_unitary_fidelity", "fidelity", "root_fidelity"]


def fidelity(rho: Any, sigma: Any) -> np.ndarray:
    r"""Return the squared fidelity of states.

    .. math:: F = \left(\mathrm{Tr}\sqrt{\sqrt\rho\,\sigma\sqrt\rho}\right)^2

    It is ⟨ψ|σ|ψ⟩ for a pure ρ = |ψ⟩⟨ψ|. QuTiP's ``fidelity`` is `root_fidelity`.

    Parameters
    ----------
    rho : Qobj, or array of shape (..., d, d)
        States; a ket |ψ⟩ stands for |ψ⟩⟨ψ|.
    sigma : Qobj, or array of shape (..., d, d)
        Hermitian matrices of trace one. An estimate with negative eigenvalues is
        accepted: negative eigenvalues of √ρσ√ρ then count as zero, and the number
        means little unless `least_eigenvalue` and the fidelity of `nearest_state` stand
        beside it.

    Returns
    -------
    np.ndarray
        Shape (...), leading axes broadcast.

    Raises
    ------
    ValueError
        If `rho` holds no states, `sigma` is not Hermitian with trace one, or the sizes
        differ.

    References
    ----------
    .. [1] Jozsa, J. Mod. Opt. 41, 2315 (1994).

    Examples
    --------
    >>> round(float(fidelity([1, 0], [[0.75, 0.2], [0.2, 0.25]])), 12)
    0.75
    """
    return root_fidelity(rho, sigma) ** 2


def root_fidelity(rho: Any, sigma: Any) -> np.ndarray:
    r"""Return :math:`\mathrm{Tr}\sqrt{\sqrt\rho\sigma\sqrt\rho}`, |⟨ψ|φ⟩| for kets.

    Parameters, errors and the case of negative eigenvalues are those of `fidelity`,
    its square.

    Parameters
    ----------
    rho : Qobj, or array of shape (..., d, d)
        States.
    sigma : Qobj, or array of shape (..., d, d)
        Hermitian matrices of trace one.

    Returns
    -------
    np.ndarray
        Shape (...), leading axes broadcast.

    Raises
    ------
    ValueError
        If `rho` holds no states, `sigma` is not Hermitian with trace one, or the sizes
        differ.
    """
    rho, sigma = as_states(rho, "rho"), as_trace_one(sigma, "sigma")
    check_density_matrix(rho, "rho")
    check_same_size(rho, sigma)

    values, vectors = np.linalg.eigh(rho)
    root = (vectors * root_above_rounding(values)[..., None, :]) @ vectors.conj().mT
    return root_above_rounding(np.linalg.eigvalsh(root @ sigma @ root)).sum(axis=-1)


def average_fidelity(transfer: ArrayLike, target: Any = None) -> np.ndarray:
    r"""Return the fidelity of a map with a unitary, averaged over all pure states.

    .. math:: \int d\psi\, \langle\psi|U^\dagger\Lambda(|\psi\rangle\langle\psi|)U
        |\psi\rangle = \frac{\mathrm{Tr}\,\Lambda(1) + \mathrm{Tr}\,T_U^T T}{d(d+1)}.

    For a qubit and U = 1 it is 1/2 + tr M/6, also the average over the six states
    ±x, ±y, ±z.

    Parameters
    ----------
    transfer : shape (..., d², d²)
        Real matrix T of the map in ``hermitian_basis(d)``.
    target : Qobj, or array of shape (d, d), optional
        Unitary U; the identity by default.

    Returns
    -------
    np.ndarray
        Shape (...).

    Raises
    ------
    TypeError
        If `transfer` is complex.
    ValueError
        If the shapes disagree or `target` is not unitary.

    References
    ----------
    .. [1] Nielsen, Phys. Lett. A 303, 249 (2002), eq. (17).

    Examples
    --------
    >>> float(average_fidelity(np.diag([1.0, 0.5, 0.5, 0.5])))
    0.75
    """
    transfer, d = as_transfer(transfer, "transfer")
    unitary = np.eye(d) if target is None else as_operator(target, "target")
    check_shapes(target=(unitary, f"{d} {d}"))
    check_unitary(unitary, "target")

    rotated = unitary @ hermitian_basis(d) @ unitary.conj().T  # U B_b U†
    overlap = np.einsum("ba,...ab->...", to_coordinates(rotated).real, transfer)
    return (d * transfer[..., 0, 0] + overlap) / (d * (d + 1))


def best_unitary_fidelity(transfer: ArrayLike) -> np.ndarray:
    r"""Return the average fidelity of a qubit map with the unitary nearest to it.

    .. math:: \max_U F = \tfrac12 + \tfrac16\,[s_1 + s_2 + \mathrm{sgn}(\det M)\,s_3]

    with the singular values s₁ ≥ s₂ ≥ s₃ of the Bloch matrix M: what a unitary after
    the map can reach.

    Parameters
    ----------
    transfer : shape (..., 4, 4)
        Real matrix of a trace-preserving map in ``hermitian_basis(2)``.

    Returns
    -------
    np.ndarray
        Shape (...).

    Raises
    ------
    TypeError
        If `transfer` is complex.
    ValueError
        If `transfer` is no map of one qubit that preserves the trace.

    Examples
    --------
    >>> float(best_unitary_fidelity(np.diag([1.0, 1.0, -1.0, -1.0])))
    1.0
    """
    matrix, _ = bloch_map(transfer)
    values = np.linalg.svd(matrix, compute_uv=False)
    sign = np.sign(np.linalg.det(matrix))
    return 0.5 + (values[..., 0] + values[..., 1] + sign * values[..., 2]) / 6
