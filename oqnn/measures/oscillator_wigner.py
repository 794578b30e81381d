"""The Wigner function of an oscillator state in the Fock basis, by QuTiP."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_positive, check_shapes
from ._inputs import as_states

__all__ = ["oscillator_wigner"]


def oscillator_wigner(
    rho: Any, x: ArrayLike, p: ArrayLike, *, hbar: float = 1.0
) -> np.ndarray:
    r"""Return W(x, p) of one oscillator state, with [x, p] = iħ.

    Positions are in units of √(mass · angular frequency)⁻¹ and momenta in units of
    √(mass · angular frequency), so that the vacuum is the round Gaussian
    :math:`e^{-(x^2 + p^2)/\hbar}/(\pi\hbar)` and :math:`\int W\,dx\,dp = 1`.

    Parameters
    ----------
    rho : Qobj, ket of shape (d,), or shape (d, d)
        In the Fock basis, cut off at d levels: what was cut off is not noticed here.
    x, p : shape (nx,) and (np,)
        Where W is wanted.
    hbar : float, optional
        ħ.

    Returns
    -------
    np.ndarray
        Shape (nx, np), indexed [x, p].

    Raises
    ------
    ValueError
        If `rho` is not one Hermitian matrix, an axis is no finite vector, or `hbar` is
        not positive.

    Examples
    --------
    >>> W = oscillator_wigner([0, 1], [0.0, 1.0], [0.0])
    >>> (np.pi * W[:, 0]).round(6)  # one quantum: −1 at the origin
    array([-1.      ,  0.367879])
    """
    import qutip

    matrix = as_states(rho, "rho")
    x, p = np.asarray(x, dtype=float), np.asarray(p, dtype=float)
    check_shapes(rho=(matrix, "d d"), x=(x, "nx"), p=(p, "np"))
    check_finite(x, "x")
    check_finite(p, "p")
    check_positive(hbar, "hbar")
    # QuTiP has ħ = 2/g² and the index [p, x].
    values = qutip.wigner(qutip.Qobj(matrix), x, p, g=np.sqrt(2 / hbar))
    return np.asarray(values).T
