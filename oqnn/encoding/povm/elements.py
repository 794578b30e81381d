"""The elements of one qubit's measurement: known sets, checks, the dual."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..._core.bases import PAULI
from ..._core.checks import check_hermitian
from .contractions import pauli_coefficients

__all__ = [
    "PAULI4",
    "PAULI6",
    "TETRAHEDRON",
    "as_sequence",
    "canonical_dual",
    "check_elements",
    "elements_from_bloch",
]

TOLERANCE = 1e-10
RANK_TOLERANCE = 1e-8

# Each row is (t, v) of an element M = t + v·σ.
TETRAHEDRON = (
    np.array(
        [
            [3, 0, 0, 3],
            [3, 2 * math.sqrt(2), 0, -1],
            [3, -math.sqrt(2), math.sqrt(6), -1],
            [3, -math.sqrt(2), -math.sqrt(6), -1],
        ]
    )
    / 12
)
PAULI6 = (
    np.array(
        [
            [1, 0, 0, 1],
            [1, 0, 0, -1],
            [1, 1, 0, 0],
            [1, -1, 0, 0],
            [1, 0, 1, 0],
            [1, 0, -1, 0],
        ]
    )
    / 6
)
PAULI4 = np.vstack([PAULI6[::2], PAULI6[1::2].sum(axis=0)])


def elements_from_bloch(rows: np.ndarray) -> np.ndarray:
    """Return t + v·σ for each row (t, v), shape (m, 2, 2)."""
    return np.einsum("am,mij->aij", rows, PAULI)


def canonical_dual(B: np.ndarray) -> np.ndarray:
    r"""Return the left inverse D of Bloch coefficients B, shape (4, m).

    The operators :math:`Q_a = \tfrac12 \sum_\mu D_{\mu a} \tau_\mu` are
    :math:`S^{-1} M_a / \mathrm{Tr} M_a` with
    :math:`S = \sum_b |M_b)(M_b| / \mathrm{Tr} M_b` [1]_, of trace one. For four
    elements no others exist, :math:`Q_a = \sum_b (T^{-1})_{ab} M_b` with
    :math:`T_{ab} = \mathrm{Tr} M_a M_b`. For more of equal traces, as Pauli-6, that
    formula holds with the pseudo-inverse of T.

    References
    ----------
    .. [1] Scott, J. Phys. A 39, 13507 (2006), sec. 3.
    """
    weighted = B / B[:, :1]  # every element has a trace: zeros were refused
    return np.linalg.solve(B.T @ weighted, weighted.T)


def as_sequence(value: Any, name: str) -> list[Any]:
    """Return the parts of a sequence of matrices."""
    if not isinstance(value, Iterable):
        raise TypeError(
            f"`{name}` must be a sequence of matrices, but is a {type(value).__name__}."
        )
    return list(value)


def check_elements(elements: np.ndarray, name: str) -> None:
    """Check that matrices are an informationally complete measurement of a qubit."""
    if elements.ndim != 3 or elements.shape[1:] != (2, 2):
        raise ValueError(
            f"`{name}` must have shape (m, 2, 2), the elements of one qubit, "
            f"but has shape {elements.shape}."
        )
    check_hermitian(elements, name)
    least = np.linalg.eigvalsh(elements)[:, 0]
    if not least.min() >= -TOLERANCE:
        raise ValueError(
            f"`{name}` must be positive, but element {least.argmin()} has the "
            f"eigenvalue {least.min():.3g}."
        )
    gap = np.abs(elements.sum(axis=0) - np.eye(2)).max()
    if not gap <= TOLERANCE:
        raise ValueError(
            f"`{name}` must sum to the identity, but the sum differs from it by "
            f"{gap:.3g}."
        )
    traces = np.trace(elements, axis1=1, axis2=2).real
    if not traces.min() > TOLERANCE:
        raise ValueError(
            f"`{name}` must have no element zero, but element {traces.argmin()} is. "
            "Leave out the outcome that never comes."
        )
    coefficients = pauli_coefficients(elements, 1)
    rank = np.linalg.matrix_rank(coefficients, rtol=RANK_TOLERANCE)
    if rank < 4:
        raise ValueError(
            f"`{name}` must be informationally complete, four independent elements, "
            f"but have rank {rank}: different states would have the same law."
        )
