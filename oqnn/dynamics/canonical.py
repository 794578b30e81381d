"""Canonical form of a time-local generator: its Hamiltonian and decay rates."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .._core.bases import hermitian_basis
from .._core.checks import check_finite

__all__ = ["CanonicalForm", "canonical_form"]

TOLERANCE = 1e-9


class CanonicalForm(NamedTuple):
    r"""The unique form with traceless, orthonormal jump operators.

    .. math:: K\rho = -i[H, \rho] + \sum_k \gamma_k \bigl(L_k\rho L_k^\dagger
        - \tfrac12\{L_k^\dagger L_k, \rho\}\bigr)
    """

    hamiltonians: np.ndarray  # (..., d, d), traceless
    rates: np.ndarray  # (..., d² − 1), falling, of either sign
    operators: np.ndarray  # (..., d² − 1, d, d), tr L_j†L_k = δ_jk


def canonical_form(matrices: ArrayLike) -> CanonicalForm:
    r"""Return Hamiltonian, rates and jumps of generators of the system alone.

    Any generator that preserves trace and Hermiticity has this form, and its rates are
    unique. The maps are CP-divisible exactly while no rate is negative. Sums of jumps
    are rates times operators of norm one: √g σ_z has the rate 2g.

    Parameters
    ----------
    matrices : shape (..., d², d²), 1/time
        Real matrices in `hermitian_basis(d)`, such as `TclGenerator.matrices` with one
        block.

    Returns
    -------
    CanonicalForm
        Hamiltonian, rates in falling order, and operators.

    Raises
    ------
    ValueError
        If the shape is not (..., d², d²), an entry is not finite, or a matrix does not
        preserve the trace.

    References
    ----------
    .. [1] M. J. W. Hall, J. D. Cresser, L. Li, E. Andersson, Phys. Rev. A 89, 042120
       (2014), theorem 1.

    Examples
    --------
    >>> import numpy as np
    >>> from oqnn.dynamics import RegisterGenerator
    >>> decay = RegisterGenerator(np.zeros((2, 2)), {(0, 0): 0.5 * np.eye(2, k=1)})
    >>> canonical_form(decay.matrix()).rates.round(12) + 0.0
    array([0.25, 0.  , 0.  ])
    """
    K = np.asarray(matrices, dtype=float)
    d = math.isqrt(K.shape[-1]) if K.ndim >= 2 else 0
    if K.ndim < 2 or K.shape[-2:] != (d * d, d * d) or d == 0:
        raise ValueError(
            f"`matrices` must have shape (..., d², d²), but has shape {K.shape}. "
            "Canonical forms are of one block."
        )
    check_finite(K, "matrices")
    leak = np.abs(K[..., 0, :]).max()
    if not leak <= TOLERANCE * max(1.0, np.abs(K).max()):
        raise ValueError(
            "`matrices` must preserve the trace, so that their first rows are 0, but "
            f"one has an entry of {leak:.3g} there."
        )
    G = hermitian_basis(d)
    # K X = Σ c_ab G_a X G_b with c Hermitian: c_ab = Σ tr(G_a G_i G_b G_j) K_ij
    images = np.einsum("...ij,ikl->...jkl", K, G)  # K G_j
    c = np.einsum("apq,...jqr,brs,jsp->...ab", G, images, G, G, optimize=True)
    rates, vectors = np.linalg.eigh(c[..., 1:, 1:])
    operators = np.einsum("...ak,aij->...kij", vectors, G[1:])
    outer = np.einsum("...a,aij->...ij", c[..., 1:, 0], G[1:]) / math.sqrt(d)
    return CanonicalForm(
        hamiltonians=(outer - outer.conj().mT) * 0.5j,
        rates=rates[..., ::-1],
        operators=operators[..., ::-1, :, :],
    )
