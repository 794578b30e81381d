"""Linear maps of operators as matrices, and any such matrix as a generator."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from .._core.bases import from_coordinates, hermitian_basis, to_coordinates
from .._core.checks import check_finite, check_hermitian, check_integer, check_shapes
from .._core.qobj import as_operator, is_qobj
from .._core.stacking import vec
from .frozen import frozen_copy

__all__ = ["MatrixGenerator", "from_transfer", "liouvillian", "to_transfer"]

REAL_TOLERANCE = 1e-10


def liouvillian(H: Any, c_ops: Sequence[Any] = ()) -> np.ndarray:
    r"""Return the Lindblad generator as a column-stacked matrix.

    .. math:: \mathcal L = -i\,1 \otimes H + i H^T \otimes 1 + \sum_k \bigl[
        L_k^* \otimes L_k - \tfrac12\, 1 \otimes L_k^\dagger L_k
        - \tfrac12 (L_k^\dagger L_k)^T \otimes 1 \bigr]

    Parameters
    ----------
    H : Qobj or shape (*batch, d, d), angular frequency
        Hamiltonian, Hermitian.
    c_ops : sequence of Qobj or shape (*batch, d, d), optional
        Jumps L_k; rates enter as square roots. Batch axes broadcast.

    Returns
    -------
    np.ndarray
        Complex, shape (*batch, d², d²).

    Raises
    ------
    ValueError
        If `H` is not Hermitian, or sizes disagree.

    Examples
    --------
    >>> import numpy as np
    >>> decay = liouvillian(np.zeros((2, 2)), [np.array([[0, 0], [1, 0]])])
    >>> decay.real
    array([[-1. ,  0. ,  0. ,  0. ],
           [ 0. , -0.5,  0. ,  0. ],
           [ 0. ,  0. , -0.5,  0. ],
           [ 1. ,  0. ,  0. ,  0. ]])
    """
    H = as_operator(H, "H")
    jumps = [as_operator(L, f"c_ops[{k}]") for k, L in enumerate(c_ops)]
    check_shapes(H=(H.reshape(-1, *H.shape[-2:]), "batch d d"))
    check_hermitian(H, "H")
    d = H.shape[-1]
    for k, L in enumerate(jumps):
        name = f"c_ops[{k}]"
        check_shapes(**{name: (L.reshape(-1, *L.shape[-2:]), f"batch {d} {d}")})
        check_finite(L, name)

    unit = np.eye(d)
    out = -1j * _kron(unit, H) + 1j * _kron(H.mT, unit)
    for L in jumps:
        LL = L.conj().mT @ L
        out = out + _kron(L.conj(), L) - (_kron(unit, LL) + _kron(LL.mT, unit)) / 2
    return out


def to_transfer(superoperator: Any) -> np.ndarray:
    """Turn column-stacked maps into real matrices in `hermitian_basis(d)`.

    Parameters
    ----------
    superoperator : Qobj or shape (*batch, d², d²)
        Maps that take Hermitian operators to Hermitian ones, column-stacked.

    Returns
    -------
    np.ndarray
        Real, shape (*batch, d², d²).

    Raises
    ------
    ValueError
        If the size is no square, an entry is not finite, or Hermiticity is not kept.

    Examples
    --------
    >>> import numpy as np
    >>> sigma_z = np.diag([1, -1])
    >>> np.diag(to_transfer(np.kron(sigma_z, sigma_z)))
    array([ 1., -1., -1.,  1.])
    """
    S = _as_superoperator(superoperator, "superoperator")
    basis = _stacked_basis(math.isqrt(S.shape[-1]))  # (d², a)
    moved = basis.conj().T @ S @ basis
    gap = np.abs(moved.imag).max()
    if not gap <= REAL_TOLERANCE * max(1.0, np.abs(S).max()):
        raise ValueError(
            "`superoperator` must take Hermitian operators to Hermitian ones, but "
            f"in a Hermitian basis its matrix has an imaginary part of {gap:.3g}. "
            "Is it column-stacked?"
        )
    return np.ascontiguousarray(moved.real)


def from_transfer(transfer: ArrayLike) -> np.ndarray:
    """Return column-stacked complex maps (*batch, d², d²): undo `to_transfer`."""
    T = _as_superoperator(transfer, "transfer")
    basis = _stacked_basis(math.isqrt(T.shape[-1]))
    return basis @ T @ basis.conj().T


class MatrixGenerator:
    r"""Any linear map of register blocks that keeps Hermiticity, as a generator.

    Neither positivity nor trace is asked for: negative rates, channels that are not of
    Lindblad form and generators that were measured or inverted all fit.

    Parameters
    ----------
    matrix : shape (n d², n d²), 1/time
        Real matrix in the Hermitian basis, levels first. `to_transfer` gives it for
        a column-stacked map.
    n : int, optional
        Number of register blocks.

    Raises
    ------
    TypeError
        If the matrix is complex, or `n` is no integer.
    ValueError
        If the size is not n times a square, or an entry is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> shrink = MatrixGenerator(np.diag([0.0, -1.0, -1.0, -1.0]))
    >>> shrink.apply(np.array([[[1.0, 0.0], [0.0, 0.0]]]))[0].real
    array([[-0.5,  0. ],
           [ 0. ,  0.5]])
    """

    n_controls = 0

    def __init__(self, matrix: ArrayLike, n: int = 1) -> None:
        check_integer(n, "n")
        if np.iscomplexobj(matrix):
            raise TypeError(
                "`matrix` must be real, but is complex. For a column-stacked map pass "
                "to_transfer(map)."
            )
        values = frozen_copy(matrix)
        check_shapes(matrix=(values, "m m"))
        check_finite(values, "matrix")
        d = math.isqrt(len(values) // n)
        if n * d * d != len(values) or d == 0:
            raise ValueError(
                f"`matrix` must have size n d² with n = {n}, but has size "
                f"{len(values)}."
            )
        self.n, self.d = int(n), d
        self._matrix = values

    @property
    def dimension(self) -> int:
        """Number n d² of real coordinates of the blocks."""
        return len(self._matrix)

    def apply(self, blocks: ArrayLike, u: ArrayLike | None = None) -> np.ndarray:
        """Return dρ/dt for blocks of shape (..., n, d, d)."""
        return self._moved(self.matrix(u), blocks)

    def adjoint(self, blocks: ArrayLike, u: ArrayLike | None = None) -> np.ndarray:
        """Return the Heisenberg-picture generator applied to (..., n, d, d) blocks."""
        return self._moved(self.matrix(u).T, blocks)

    def matrix(self, u: ArrayLike | None = None) -> np.ndarray:
        """Return the real matrix of shape (n d², n d²), read-only."""
        if u is not None:
            raise ValueError(
                "`u` must be absent for a generator without controls. "
                "Use ControlledGenerator for one with controls."
            )
        return self._matrix

    def sparse_matrix(self, u: ArrayLike | None = None) -> sp.csr_array:
        """Return `matrix` as a SciPy sparse array."""
        return sp.csr_array(self.matrix(u))

    def _moved(self, matrix: np.ndarray, blocks: ArrayLike) -> np.ndarray:
        rho = np.asarray(blocks, dtype=complex)
        if rho.shape[-3:] != (self.n, self.d, self.d):
            raise ValueError(
                f"`blocks` must have shape (..., {self.n}, {self.d}, {self.d}), "
                f"but has shape {rho.shape}."
            )
        x = to_coordinates(rho)  # (..., n, d²)
        out = x.reshape(*x.shape[:-2], -1) @ matrix.T
        return from_coordinates(out.reshape(x.shape))


def _as_superoperator(value: Any, name: str) -> np.ndarray:
    """Return maps as an array (*batch, d², d²)."""
    if is_qobj(value) and value.issuper:
        value = value.full()
    S = as_operator(value, name)
    size = S.shape[-1] if S.ndim > 1 else 0
    if size == 0 or S.shape[-2] != size or math.isqrt(size) ** 2 != size:
        raise ValueError(
            f"`{name}` must have shape (..., d², d²), but has shape {S.shape}."
        )
    check_finite(S, name)
    return S


def _stacked_basis(d: int) -> np.ndarray:
    """The Hermitian basis as columns, shape (d², d²); unitary."""
    return vec(hermitian_basis(d)).T


def _kron(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Kronecker product of matrices in the last two axes; batch axes broadcast."""
    product = A[..., :, None, :, None] * B[..., None, :, None, :]
    a, b, c, e = product.shape[-4:]
    return product.reshape(*product.shape[:-4], a * b, c * e)
