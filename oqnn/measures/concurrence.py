"""Concurrence of two qubits."""

from typing import Any

import numpy as np

from ._inputs import as_density_matrices, root_above_rounding

__all__ = ["concurrence"]

FLIP = np.fliplr(np.diag([-1.0, 1.0, 1.0, -1.0]))  # σ_y ⊗ σ_y


def concurrence(states: Any) -> np.ndarray:
    r"""Return the concurrence of states of two qubits.

    .. math:: C = \max(0, \lambda_1 - \lambda_2 - \lambda_3 - \lambda_4)

    where λ falls over the singular values of :math:`A^T(\sigma_y\otimes\sigma_y)A` with
    ρ = AA†. They are the roots of the eigenvalues of ρρ̃ in [1]_, but need no root of a
    small difference, so states of low rank lose no digits.

    Parameters
    ----------
    states : Qobj, or array of shape (..., 4, 4)
        States; a ket |ψ⟩ stands for |ψ⟩⟨ψ|. Eigenvalues between −1e-8 and the rounding
        of floats count as zero.

    Returns
    -------
    np.ndarray
        Shape (...), from 0 for separable states to 1 for a Bell pair.

    Raises
    ------
    ValueError
        If a matrix is no state or no 4 × 4 one.

    References
    ----------
    .. [1] Wootters, Phys. Rev. Lett. 80, 2245 (1998), eq. (10).

    Examples
    --------
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> round(float(concurrence(bell)), 12)
    1.0
    """
    states = as_density_matrices(states, "states")
    if states.shape[-1] != 4:
        raise ValueError(
            "`states` must be states of two qubits, of shape (..., 4, 4), but has "
            f"shape {states.shape}."
        )
    law, kets = np.linalg.eigh(states)
    A = kets * root_above_rounding(law)[..., None, :]
    values = np.linalg.svd(A.mT @ FLIP @ A, compute_uv=False)
    return np.maximum(0, 2 * values[..., 0] - values.sum(axis=-1))
