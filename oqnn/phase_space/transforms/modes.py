"""The Wigner function of one oscillator among other systems."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._core.checks import check_finite, check_integer
from ..._core.qobj import as_operator, is_qobj
from ..grid import PhaseSpaceGrid
from ..wigner_function import WignerFunction
from .fock import wigner_from_fock

__all__ = ["reduced_mode", "wigner_of_mode"]


def wigner_of_mode(
    rho: Any,
    mode: int,
    grid: PhaseSpaceGrid,
    *,
    dims: Sequence[int] | None = None,
    mass: float = 1.0,
    omega: float = 1.0,
) -> WignerFunction:
    r"""Return W of one oscillator of a register, all other parts traced out.

    .. math:: W(x, p) = \frac{1}{h} \int e^{-ipy/\hbar}
              \langle x + y/2|\,\mathrm{Tr}_{\rm rest}\,\rho\,|x - y/2\rangle\, dy

    Its purity below one tells how much the mode is entangled with the rest, if the
    whole is pure. A qubit has no x and p: the Wigner function of spins lives on
    spheres, :func:`oqnn.measures.spin_wigner`.

    Parameters
    ----------
    rho : Qobj, list of Qobj, or shape (D,) or (..., D, D)
        Ket or density matrix of the whole, or a batch; D is the product of `dims`.
    mode : int
        Which part, counted from 0, is the oscillator; its levels are |n⟩.
    grid : PhaseSpaceGrid
        Where W is wanted.
    dims : sequence of int, optional
        Levels of every part, in the order of the Kronecker product. Those of a Qobj are
        its own.
    mass, omega : float, optional
        m and ω of the oscillator.

    Returns
    -------
    WignerFunction
        Values of shape (..., nx, np).

    Raises
    ------
    TypeError
        If `rho` is neither ket nor operator, `mode` no integer, or an array comes
        without `dims`.
    ValueError
        If `dims` does not fit `rho`, `mode` is no part of it, or as
        :func:`~oqnn.phase_space.wigner_from_fock` does.

    References
    ----------
    .. [1] Eq. 1.1.

    Examples
    --------
    A qubit that went with the vacuum or with one quantum, in equal parts:

    >>> both = np.zeros((2, 3))
    >>> both[0, 0] = both[1, 1] = np.sqrt(1 / 2)
    >>> grid = PhaseSpaceGrid.centered(6, 5, (64, 48))
    >>> W = wigner_of_mode(both.ravel(), 1, grid, dims=(2, 3))
    >>> float(W.norm.round(9)), float(W.purity.round(9))
    (1.0, 0.5)
    """
    reduced = reduced_mode(rho, mode, dims=dims)
    return wigner_from_fock(reduced, grid, mass=mass, omega=omega)


def reduced_mode(
    rho: Any, mode: int, *, dims: Sequence[int] | None = None
) -> np.ndarray:
    """Return the density matrix of one part of a register.

    Parameters
    ----------
    rho, mode, dims
        As for :func:`wigner_of_mode`.

    Returns
    -------
    np.ndarray
        Complex, shape (..., d, d), with d the levels of the part.

    Raises
    ------
    TypeError, ValueError
        As :func:`wigner_of_mode` does.

    Examples
    --------
    >>> reduced_mode([0, 0.6, 0.8, 0], 0, dims=(2, 2)).real.round(2)
    array([[0.36, 0.  ],
           [0.  , 0.64]])
    """
    if isinstance(rho, list | tuple) and any(map(is_qobj, rho)):
        return np.stack([reduced_mode(state, mode, dims=dims) for state in rho])
    parts = _parts(rho, dims)
    array = _as_array(rho)
    check_integer(mode, "mode", least=0)
    if mode >= len(parts):
        raise ValueError(
            f"`mode` must be one of the {len(parts)} parts of the register, counted "
            f"from 0, but is {mode}."
        )
    whole = int(np.prod(parts))
    if array.shape[-min(2, array.ndim) :] not in ((whole,), (whole, whole)):
        raise ValueError(
            f"`rho` must be a ket ({whole},) or a matrix (..., {whole}, {whole}), as "
            f"its parts of {', '.join(map(str, parts))} levels ask for, but has shape "
            f"{array.shape}."
        )
    check_finite(array, "rho")

    before, d = int(np.prod(parts[:mode])), parts[mode]
    after = whole // (before * d)
    if array.ndim == 1:
        psi = array.reshape(before, d, after)
        return np.einsum("imj,inj->mn", psi, psi.conj())
    tensor = array.reshape(*array.shape[:-2], before, d, after, before, d, after)
    return np.einsum("...imjinj->...mn", tensor)


def _parts(rho: Any, dims: Sequence[int] | None) -> list[int]:
    """Return the levels of every part, of a Qobj its own."""
    if is_qobj(rho):
        if not (rho.isket or rho.isoper):
            raise TypeError(f"`rho` must be a ket or an operator, but is a {rho.type}.")
        if dims is not None and list(dims) != rho.dims[0]:
            raise ValueError(
                f"`dims` must be those of `rho`, {rho.dims[0]}, but is {list(dims)}. "
                "Leave it out."
            )
        return list(rho.dims[0])
    if dims is None:
        raise TypeError(
            "`dims` must name the levels of every part, as in dims=(2, 30), because "
            "`rho` is an array."
        )
    for d in dims:
        check_integer(d, "dims")
    return list(dims)


def _as_array(rho: Any) -> np.ndarray:
    if is_qobj(rho) and rho.isket:
        return np.asarray(rho.full()[:, 0])
    array = as_operator(rho, "rho")
    column = array.ndim == 2 and array.shape[1] == 1 < array.shape[0]
    return array[:, 0] if column else array
