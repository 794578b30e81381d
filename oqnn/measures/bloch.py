"""Qubit maps on the Bloch ball: r → M r + c."""

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_finite
from ._inputs import as_qubit_transfer

__all__ = ["antipodal_coherence", "bloch_map", "least_bloch_singular_value"]

ROTATION_TOLERANCE = 1e-6


def bloch_map(transfer: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return the matrix M and the shift c of a qubit map r → M r + c.

    Parameters
    ----------
    transfer : shape (..., 4, 4)
        Real matrix of a trace-preserving map in ``hermitian_basis(2)``.

    Returns
    -------
    matrix : np.ndarray
        M, shape (..., 3, 3).
    shift : np.ndarray
        c, shape (..., 3): where the map takes the centre of the ball.

    Raises
    ------
    TypeError
        If `transfer` is complex.
    ValueError
        If `transfer` is no map of one qubit that preserves the trace.
    """
    transfer = as_qubit_transfer(transfer, "transfer")
    return transfer[..., 1:, 1:], transfer[..., 1:, 0]


def least_bloch_singular_value(transfer: ArrayLike) -> np.ndarray:
    """Return the least singular value of M: how well the worst axis survives.

    Independent of the frame, as any rotation before or after the map leaves it alone.

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
    >>> float(least_bloch_singular_value(np.diag([1.0, 0.5, -0.2, 0.4])))
    0.2
    """
    matrix, _ = bloch_map(transfer)
    return np.linalg.svd(matrix, compute_uv=False)[..., -1]


def antipodal_coherence(transfer: ArrayLike, rotation: ArrayLike) -> np.ndarray:
    r"""Return the coherence left between antipodal pairs, in the control frame.

    .. math:: \tfrac12 \sum_{v = x, y} |(N v)_{xy}|, \qquad N = R^T M,

    the length in the xy plane of half the difference between the images of +v and −v,
    averaged over v = x and v = y. The shift c drops out, and R takes away the turning
    by the control fields, which |ρ₀₁| alone would mistake for loss or gain.

    Parameters
    ----------
    transfer : shape (..., 4, 4)
        Real matrix of a trace-preserving map in ``hermitian_basis(2)``.
    rotation : shape (..., 3, 3)
        R, the Bloch rotation by the control fields alone; the identity for the lab
        frame. Leading axes broadcast with those of `transfer`.

    Returns
    -------
    np.ndarray
        Shape (...), 1 for an undisturbed qubit.

    Raises
    ------
    TypeError
        If `transfer` is complex.
    ValueError
        If `transfer` is no map of one qubit that preserves the trace, or `rotation` is
        no rotation or does not broadcast.

    Examples
    --------
    >>> float(antipodal_coherence(np.diag([1.0, 0.5, 0.3, 0.9]), np.eye(3)))
    0.4
    """
    matrix, _ = bloch_map(transfer)
    rotation = np.asarray(rotation, dtype=float)
    _check_rotation(rotation, matrix)

    frame = rotation.mT @ matrix  # N
    return np.linalg.norm(frame[..., :2, :2], axis=-2).sum(axis=-1) / 2


def _check_rotation(rotation: np.ndarray, matrix: np.ndarray) -> None:
    """Check that matrices are rotations that broadcast with the Bloch matrices."""
    try:
        fits = rotation.shape[-2:] == (3, 3)
        np.broadcast_shapes(rotation.shape[:-2], matrix.shape[:-2])
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            "`rotation` must have shape (..., 3, 3) with leading axes that broadcast "
            f"with {matrix.shape[:-2]}, but has shape {rotation.shape}."
        )
    check_finite(rotation, "rotation")
    gap = np.abs(rotation.mT @ rotation - np.eye(3)).max()
    if gap > ROTATION_TOLERANCE or np.linalg.det(rotation).min() < 0:
        raise ValueError(
            f"`rotation` must hold rotations, but RᵀR is off by {gap:.3g} and the "
            f"least determinant is {np.linalg.det(rotation).min():.3g}."
        )
