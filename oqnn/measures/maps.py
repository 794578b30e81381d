"""Maps of a system: complete positivity, positivity, and maps between two times."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._inputs import as_qubit_transfer, as_transfer
from .entanglement import choi

__all__ = [
    "IntermediateMaps",
    "intermediate_maps",
    "is_completely_positive",
    "largest_bloch_image",
    "least_choi_eigenvalue",
]

CP_TOLERANCE = 1e-9
SINGULAR_CONDITION = 1e10


def least_choi_eigenvalue(transfer: ArrayLike) -> np.ndarray:
    """Return the least eigenvalue of the Choi state; below zero the map is not CP.

    Parameters
    ----------
    transfer : shape (..., d², d²)
        Real matrices of maps in ``hermitian_basis(d)``.

    Returns
    -------
    np.ndarray
        Shape (...).

    Raises
    ------
    TypeError
        If `transfer` is complex.
    ValueError
        If `transfer` is not (..., d², d²).

    Examples
    --------
    The transposition is positive but not completely positive:

    >>> round(float(least_choi_eigenvalue(np.diag([1.0, 1, -1, 1]))), 12)
    -0.5
    """
    return np.linalg.eigvalsh(choi(transfer))[..., 0]


def is_completely_positive(transfer: ArrayLike) -> np.ndarray:
    """Tell whether maps are completely positive.

    True where the least eigenvalue of the Choi state is at least −1e-9.

    Parameters
    ----------
    transfer : shape (..., d², d²)
        Real matrices of maps in ``hermitian_basis(d)``.

    Returns
    -------
    np.ndarray
        Boolean, shape (...).

    Raises
    ------
    TypeError
        If `transfer` is complex.
    ValueError
        If `transfer` is not (..., d², d²).

    Examples
    --------
    >>> bool(is_completely_positive(np.diag([1.0, 0.5, 0.5, 0.2])))
    True
    """
    return least_choi_eigenvalue(transfer) >= -CP_TOLERANCE


@dataclass(frozen=True, kw_only=True, eq=False)
class IntermediateMaps:
    """The maps Φ(t_{i+1}) Φ(t_i)⁻¹ between neighbouring times."""

    maps: np.ndarray  # (..., t − 1, d², d²), real; NaN where singular
    singular: np.ndarray  # (..., t − 1), where Φ(t_i) cannot be inverted
    rounding: np.ndarray  # (..., t − 1), error of an entry that rounding may cause


def intermediate_maps(transfer: ArrayLike) -> IntermediateMaps:
    r"""Return the maps :math:`\Phi(t_{i+1}, t_i) = \Phi(t_{i+1})\Phi(t_i)^{-1}`.

    Where the condition number of Φ(t_i) exceeds 1e10 no such map is determined: it is
    reported as singular and holds NaN. Elsewhere `rounding` is d² times the precision
    of floats times the condition number; errors of `transfer` itself are amplified by
    the condition number as well.

    Parameters
    ----------
    transfer : shape (..., t, d², d²)
        Real matrices, in ``hermitian_basis(d)``, of the maps from the start to each of
        at least two times.

    Returns
    -------
    IntermediateMaps
        Maps, and where there are none.

    Raises
    ------
    TypeError
        If `transfer` is complex.
    ValueError
        If `transfer` is not (..., t, d², d²) with t ≥ 2.

    Examples
    --------
    >>> maps = np.array([np.diag([1, f, f, 1]) for f in (1.0, 0.5, 0.4)])
    >>> float(intermediate_maps(maps).maps[1, 1, 1])
    0.8
    """
    transfer, d = as_transfer(transfer, "transfer")
    if transfer.ndim < 3 or transfer.shape[-3] < 2:
        raise ValueError(
            "`transfer` must hold the maps to two times or more, of shape "
            f"(..., t, d², d²), but has shape {transfer.shape}."
        )
    start, end = transfer[..., :-1, :, :], transfer[..., 1:, :, :]
    with np.errstate(divide="ignore"):
        condition = np.linalg.cond(start)
    singular = ~(condition <= SINGULAR_CONDITION)
    bad = singular[..., None, None]
    maps = np.linalg.solve(np.where(bad, np.eye(d * d), start).mT, end.mT).mT
    return IntermediateMaps(
        maps=np.where(bad, np.nan, maps),
        singular=singular,
        rounding=np.where(singular, np.inf, d**2 * np.finfo(float).eps * condition),
    )


def largest_bloch_image(transfer: ArrayLike) -> np.ndarray:
    r"""Return the greatest length max |Mn + c| to which a qubit map takes unit vectors.

    The map is positive exactly if this is at most one. Found from the dual of the
    maximum on the sphere,

    .. math:: \max_{|n|=1} |Mn + c|^2 = |c|^2 + \min_{\mu\ge a_1}
        \Bigl(\mu + \sum_i \frac{b_i^2}{\mu - a_i}\Bigr),

    with the eigenvalues a₁ ≥ a₂ ≥ a₃ of MᵀM and b = Mᵀc in its eigenbasis, by
    bisection of a convex function: exact up to rounding.

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
    >>> float(largest_bloch_image(np.diag([1.0, 0.5, -0.25, 0.125])))
    0.5
    """
    transfer = as_qubit_transfer(transfer, "transfer")
    M, c = transfer[..., 1:, 1:], transfer[..., 1:, 0]
    a, axes = np.linalg.eigh(M.mT @ M)  # ascending
    b = np.einsum("...ji,...kj,...k->...i", axes, M, c)
    low = a[..., -1] + np.abs(b[..., -1])
    high = a[..., -1] + np.linalg.norm(b, axis=-1)
    for _ in range(60):
        middle = (low + high) / 2
        slope = 1 - (_over(b, middle[..., None] - a) ** 2).sum(axis=-1)
        low, high = np.where(slope < 0, middle, low), np.where(slope < 0, high, middle)
    gain = (b * _over(b, high[..., None] - a)).sum(axis=-1)
    return np.sqrt((c**2).sum(axis=-1) + high + gain)


def _over(b: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """Return b/gap, and zero where b is zero."""
    return np.divide(b, gap, out=np.zeros_like(b), where=(b != 0) & (gap > 0))
