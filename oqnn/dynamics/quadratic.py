"""Jumps with coefficients in time: channels linear and quadratic in them."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_integer, check_shapes
from .._core.qobj import as_operator, is_qobj
from .combined import Channel, CombinedGenerator
from .register import RegisterGenerator

__all__ = ["jump_channels", "jump_controls"]


def jump_channels(
    operators: Any, *, n: int = 1, pair: tuple[int, int] = (0, 0)
) -> list[Channel]:
    r"""Return the channels of one jump :math:`\sum_k f_k(t) B_k`.

    Its Lindblad generator is a quadratic form in the coefficients,

    .. math:: D\Bigl[\sum_k f_k B_k\Bigr] = \sum_k |f_k|^2 D_k
        + \sum_{j<k} \bigl(\mathrm{Re}\, f_j f_k^*\; D_{jk}
        + \mathrm{Im}\, f_j f_k^*\; D'_{jk}\bigr),

    with :math:`D_k = D[B_k]`, :math:`D_{jk} = D[B_j + B_k] - D_j - D_k` and
    :math:`D'_{jk} = D[iB_j + B_k] - D_j - D_k`. For :math:`A + f(t)B` the operators are
    A, B and the coefficients 1, f: the first channel belongs into the drift, the others
    go with |f|², Re f and −Im f.

    Parameters
    ----------
    operators : shape (k, d, d), 1/√time, or a list of Qobj
        :math:`B_k`.
    n : int, optional
        Number of register levels.
    pair : (i, j), optional
        The jump takes block j to block i.

    Returns
    -------
    list of generators
        k², in the order of `jump_controls`: all D_k, then D_jk, then D'_jk for the
        pairs (0, 1), (0, 2), …, (1, 2), …

    Raises
    ------
    ValueError
        If the operators are not square, or `pair` names no pair of levels.

    Examples
    --------
    Emission whose amplitude is 1 + f(t).

    >>> import numpy as np
    >>> from oqnn.dynamics.controlled import ControlledGenerator
    >>> sigma_minus = np.array([[0, 0], [1, 0]])
    >>> first, *others = jump_channels([sigma_minus, sigma_minus])
    >>> generator = ControlledGenerator(first, others)
    >>> controls = jump_controls([1.0, 0.5])[1:]
    >>> generator.apply(np.diag([1.0, 0.0])[None], controls)[0].real
    array([[-2.25,  0.  ],
           [ 0.  ,  2.25]])
    """
    if isinstance(operators, Sequence) and any(map(is_qobj, operators)):
        operators = [as_operator(B, "operators") for B in operators]
    B = as_operator(operators, "operators")
    check_shapes(operators=(B, "k d d"))
    check_finite(B, "operators")
    check_integer(n, "n")

    H = np.zeros((n, *B.shape[1:]))
    squares: list[Channel] = [RegisterGenerator(H, {pair: b}) for b in B]
    real: list[Channel] = []
    imaginary: list[Channel] = []
    for j, k in combinations(range(len(B)), 2):
        for factor, channels in ((1, real), (1j, imaginary)):
            whole = RegisterGenerator(H, {pair: factor * B[j] + B[k]})
            parts = [whole, squares[j], squares[k]]
            channels.append(CombinedGenerator([1, -1, -1], parts))
    return [*squares, *real, *imaginary]


def jump_controls(coefficients: ArrayLike) -> np.ndarray:
    """Return the controls of `jump_channels` for coefficients f of shape (..., k).

    Real, shape (..., k²): |f_k|², then Re f_j f_k*, then Im f_j f_k* for j < k.
    """
    f = np.asarray(coefficients, dtype=complex)
    j, k = np.triu_indices(f.shape[-1], 1)
    products = f[..., j] * f[..., k].conj()
    return np.concatenate([np.abs(f) ** 2, products.real, products.imag], axis=-1)
