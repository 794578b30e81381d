"""Complex matrices as real ones of twice the size."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite
from ..._core.qobj import as_operator

if TYPE_CHECKING:
    import qutip

__all__ = ["complex_form", "real_form"]

TOLERANCE = 1e-10


def real_form(matrix: "qutip.Qobj | ArrayLike") -> np.ndarray:
    r"""Write complex matrices C as real ones of twice the size.

    .. math:: A = 1_2 \otimes C_R + I_2 \otimes C_I
              = \begin{pmatrix} C_R & -C_I \\ C_I & C_R \end{pmatrix}.

    The map is real-linear, keeps products and inverses, and takes adjoints to
    transposes; so density matrices become symmetric, unitaries orthogonal, and every
    eigenvalue of a Hermitian matrix appears twice, with the trace doubled [1]_.

    Parameters
    ----------
    matrix : Qobj operator, or shape (..., d, e)
        Complex matrices, not necessarily square.

    Returns
    -------
    np.ndarray
        Real, shape (..., 2d, 2e).

    Raises
    ------
    TypeError, ValueError
        If `matrix` is not numeric, not finite, or has less than two axes.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022), eq. (5).

    Examples
    --------
    >>> real_form([[1, 2j], [-2j, 3]]).astype(int)
    array([[ 1,  0,  0, -2],
           [ 0,  3,  2,  0],
           [ 0,  2,  1,  0],
           [-2,  0,  0,  3]])
    """
    matrices = as_operator(matrix, "matrix")
    if matrices.ndim < 2:
        raise ValueError(
            f"`matrix` must have shape (..., d, e), but has shape {matrices.shape}."
        )
    check_finite(matrices, "matrix")
    real, imaginary = matrices.real, matrices.imag
    upper = np.concatenate([real, -imaginary], axis=-1)
    lower = np.concatenate([imaginary, real], axis=-1)
    return np.concatenate([upper, lower], axis=-2)


def complex_form(matrix: ArrayLike) -> np.ndarray:
    """Return the complex matrices of real ones: the inverse of `real_form`.

    Parameters
    ----------
    matrix : shape (..., 2d, 2e)
        Real, of the form (C_R, −C_I; C_I, C_R).

    Returns
    -------
    np.ndarray
        Complex, shape (..., d, e).

    Raises
    ------
    TypeError, ValueError
        If `matrix` is not real, has an odd size, is not finite, or is not of that form
        up to rounding.

    Examples
    --------
    >>> complex_form([[1, -2], [2, 1]])
    array([[1.+2.j]])
    """
    real = np.asarray(matrix)
    if real.dtype.kind not in "iuf":
        raise TypeError(
            f"`matrix` must be real, but has type {real.dtype}. See `real_form`."
        )
    if real.ndim < 2 or real.shape[-1] % 2 or real.shape[-2] % 2:
        raise ValueError(
            f"`matrix` must have shape (..., 2d, 2e), but has shape {real.shape}."
        )
    real = real.astype(float)  # bytes would wrap around
    check_finite(real, "matrix")
    d, e = real.shape[-2] // 2, real.shape[-1] // 2
    upper, lower = real[..., :d, :], real[..., d:, :]
    expected = np.concatenate([lower[..., e:], -lower[..., :e]], axis=-1)
    gap = np.abs(upper - expected).max(initial=0.0)
    if not gap <= TOLERANCE * max(1.0, np.abs(real).max(initial=0.0)):
        raise ValueError(
            "`matrix` must be of the form (C_R, −C_I; C_I, C_R), but its blocks differ "
            f"from that by {gap:.3g}."
        )
    return upper[..., :e] + 1j * lower[..., :e]
