"""Entanglement of two parties, and the time at which a map destroys all of it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._core.bases import hermitian_basis
from .._core.checks import check_integer
from ._inputs import as_qubit_transfer, as_states, as_transfer
from .first_times import first_time

__all__ = [
    "choi",
    "entanglement_breaking_time",
    "is_entanglement_breaking",
    "negativity",
    "partial_transpose",
]

PPT_TOLERANCE = 1e-9


def partial_transpose(states: Any, dims: Sequence[int]) -> np.ndarray:
    """Transpose the first of two parties.

    Parameters
    ----------
    states : Qobj, or array of shape (..., d, d)
        Hermitian matrices in Kronecker order, first party first; d = d₁ d₂.
    dims : (int, int)
        Sizes d₁, d₂ of the parties. For more than two, group them.

    Returns
    -------
    np.ndarray
        Complex, shape (..., d, d). Transposing the second party instead gives the
        transpose of this, with the same eigenvalues.

    Raises
    ------
    ValueError
        If the matrices are not Hermitian or `dims` does not multiply to d.
    """
    states = as_states(states, "states")
    first, second = _parties(dims, states.shape[-1])
    parts = states.reshape(*states.shape[:-2], first, second, first, second)
    return parts.swapaxes(-4, -2).reshape(states.shape)


def _parties(dims: Sequence[int], d: int) -> tuple[int, int]:
    """Check and return the sizes of two parties that make up d levels."""
    for size in dims:
        check_integer(size, "dims")
    if len(dims) != 2 or dims[0] * dims[1] != d:
        raise ValueError(
            f"`dims` must be two sizes that multiply to {d}, but is {tuple(dims)}."
        )
    return dims[0], dims[1]


def negativity(states: Any, dims: Sequence[int]) -> np.ndarray:
    """Return the negativity: the sum of |λ| over the eigenvalues λ < 0 of ρ^(T₁).

    It is zero for separable states, and only for them where d₁ d₂ ≤ 6; 1/2 for a Bell
    pair.

    Parameters
    ----------
    states : Qobj, or array of shape (..., d, d)
        States in Kronecker order, first party first; d = d₁ d₂.
    dims : (int, int)
        Sizes d₁, d₂ of the parties.

    Returns
    -------
    np.ndarray
        Shape (...).

    Raises
    ------
    ValueError
        If the matrices are not Hermitian or `dims` does not multiply to d.

    References
    ----------
    .. [1] Vidal, Werner, Phys. Rev. A 65, 032314 (2002), eq. (1).

    Examples
    --------
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> round(float(negativity(bell, (2, 2))), 12)
    0.5
    """
    values = np.linalg.eigvalsh(partial_transpose(states, dims))
    return np.maximum(-values, 0).sum(axis=-1)


def choi(transfer: ArrayLike) -> np.ndarray:
    r"""Return the Choi state of a map, with trace one for trace-preserving maps.

    .. math:: J = \frac1d \sum_{ij} |i\rangle\langle j| \otimes
        \Lambda(|i\rangle\langle j|) = (1 \otimes \Lambda)(\Phi^+)

    The untouched copy of the input comes first and the output second: the order of
    ``qutip.to_choi``, whose matrix is d times this one.

    Parameters
    ----------
    transfer : shape (..., d², d²)
        Real matrix T of the map in ``hermitian_basis(d)``.

    Returns
    -------
    np.ndarray
        Complex, shape (..., d², d²); positive exactly if the map is completely
        positive.

    Raises
    ------
    TypeError
        If `transfer` is complex.
    ValueError
        If `transfer` is not (..., d², d²).

    References
    ----------
    .. [1] Choi, Linear Algebra Appl. 10, 285 (1975).
    """
    transfer, d = as_transfer(transfer, "transfer")
    basis = hermitian_basis(d)
    # Λ(|i⟩⟨j|) = Σ_ab B_a T_ab Tr(B_b |i⟩⟨j|), and Tr(B_b |i⟩⟨j|) = (B_b)_ji.
    state = np.einsum("...ab,bji,akl->...ikjl", transfer, basis, basis, optimize=True)
    return state.reshape(transfer.shape) / d


def is_entanglement_breaking(transfer: ArrayLike) -> np.ndarray:
    """Tell whether a qubit map leaves no entanglement with any partner.

    True where the least eigenvalue of the partially transposed Choi state is at least
    −1e-9. For a qubit that is exact up to this tolerance; for larger systems a positive
    partial transpose proves nothing, so they are refused.

    Parameters
    ----------
    transfer : shape (..., 4, 4)
        Real matrix of a completely positive, trace-preserving map in
        ``hermitian_basis(2)``; complete positivity is not checked.

    Returns
    -------
    np.ndarray
        Boolean, shape (...).

    Raises
    ------
    TypeError
        If `transfer` is complex.
    ValueError
        If `transfer` is no map of one qubit that preserves the trace.

    References
    ----------
    .. [1] Horodecki, Shor, Ruskai, Rev. Math. Phys. 15, 629 (2003), theorem 4.
    .. [2] Horodecki, Horodecki, Horodecki, Phys. Lett. A 223, 1 (1996).

    Examples
    --------
    >>> bool(is_entanglement_breaking(np.diag([1.0, 0.0, 0.0, 1.0])))
    True
    """
    transfer = as_qubit_transfer(transfer, "transfer")
    transposed = partial_transpose(choi(transfer), (2, 2))
    return np.linalg.eigvalsh(transposed)[..., 0] >= -PPT_TOLERANCE


def entanglement_breaking_time(times: ArrayLike, transfer: ArrayLike) -> np.ndarray:
    """Return the first grid time at which a qubit map is entanglement breaking.

    Parameters
    ----------
    times : shape (t,)
        Strictly increasing.
    transfer : shape (..., t, 4, 4)
        Real matrices of the maps from the start to each time, in
        ``hermitian_basis(2)``.

    Returns
    -------
    np.ndarray
        Shape (...), in the unit of `times`; infinite where no map on the grid is
        entanglement breaking. Nothing is interpolated.

    Raises
    ------
    TypeError
        If `transfer` is complex.
    ValueError
        If `times` does not increase, the numbers of times differ, or `transfer` is no
        map of one qubit that preserves the trace.
    """
    times = np.asarray(times, dtype=float)
    return first_time(times, is_entanglement_breaking(transfer), "transfer")
