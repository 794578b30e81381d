"""Wigner functions of states in the Fock basis of an oscillator."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.fft import next_fast_len

from ..._core.checks import check_finite, check_hermitian, check_integer
from ..._core.qobj import as_operator, is_qobj
from ..._core.threads import one_blas_thread
from ..grid import PhaseSpaceGrid
from ..wigner_function import WignerFunction
from .fock_lattice import fock_lattice, fock_radius
from .hermite import oscillator_length

__all__ = ["fock_grid", "fock_wigner_at", "wigner_from_fock"]

INNER = 1.12  # length of an axis, over that without its outer twentieths
CHUNK = 2**21  # numbers in an intermediate matrix of scattered points


def wigner_from_fock(
    rho: Any, grid: PhaseSpaceGrid, *, mass: float = 1.0, omega: float = 1.0
) -> WignerFunction:
    r"""Return W of states given by amplitudes or matrix elements of |n⟩.

    The eigenstates of :math:`\hat p^2/2m + m\omega^2\hat x^2/2`, with
    :math:`\hat a = (m\omega\hat x + i\hat p)/\sqrt{2\hbar m\omega}`, give ρ(x, x′), and
    this W [1]_ by a sum that is exact but for rounding: errors stay near 1e-15 of 2/h
    to a thousand levels, at any window and on uneven axes. Values below that, far out,
    are rounding; beyond √(2N) and a few more oscillator lengths in p they are zero.
    Time and memory go as O(N²(N + nx)) and O(N²) a state.

    Nothing is normalised, and what a cut-off has lost before cannot be seen here:
    `norm` is Tr ρ if the grid holds the state (`fock_grid` always does).

    Parameters
    ----------
    rho : shape (N,), (N, N) or (..., N, N), qutip.Qobj, or list of qutip.Qobj
        Ket, density matrix (any Hermitian operator), or a batch. For other operators
        there is `weyl_transform`.
    grid : PhaseSpaceGrid
        Where, and with which ħ.
    mass, omega : float, optional
        m and ω of the oscillator that the levels belong to.

    Returns
    -------
    WignerFunction
        With values of shape (..., nx, np).

    Raises
    ------
    TypeError
        If `rho` is neither ket nor operator, or `grid` no PhaseSpaceGrid.
    ValueError
        If `rho` is of several modes, not finite, not square or not Hermitian, or a
        parameter is not positive.

    References
    ----------
    .. [1] Eq. 1.1.

    Examples
    --------
    >>> grid = PhaseSpaceGrid.centered(6, 6, (64, 48), hbar=0.5)
    >>> W = wigner_from_fock([0, 0, 1], grid, mass=2.0)  # two quanta
    >>> float(W.norm.round(9)), (W.mean.round(9) + 0).tolist()
    (1.0, [0.0, 0.0])
    """
    states, batch = _as_states(rho)
    if not isinstance(grid, PhaseSpaceGrid):
        raise TypeError(
            f"`grid` must be a PhaseSpaceGrid, but is a {type(grid).__name__}. "
            "PhaseSpaceGrid(x, p, hbar) makes one, fock_grid(levels) another."
        )
    length = oscillator_length(mass, omega, grid.hbar)

    values = np.empty((len(states), *grid.shape))
    with one_blas_thread():
        lattice = fock_lattice(states[0].shape[-1])
        centres = lattice.centres(grid.x / length)  # (nx, ξ)
        kernel = lattice.kernel(grid.p * length / grid.hbar) / grid.hbar  # (s, np)
        for W, state in zip(values, states, strict=True):
            W[:] = np.linalg.multi_dot([centres, lattice.chords(state), kernel])
    return WignerFunction(values.reshape(*batch, *grid.shape), grid)


def fock_wigner_at(
    rho: Any,
    x: ArrayLike,
    p: ArrayLike,
    *,
    hbar: float = 1.0,
    mass: float = 1.0,
    omega: float = 1.0,
) -> np.ndarray:
    r"""Return W(x, p) at scattered points, as `wigner_from_fock` does on grids.

    Costs some 16 N² multiplications a point: on a grid use the other.

    Parameters
    ----------
    rho : shape (N,), (N, N) or (..., N, N), qutip.Qobj, or list of qutip.Qobj
        As in `wigner_from_fock`.
    x, p : any shapes that broadcast, length and momentum
        The points.
    hbar : float, optional
        ħ.
    mass, omega : float, optional
        m and ω.

    Returns
    -------
    np.ndarray
        The shape of the batch, then that of the points.

    Raises
    ------
    TypeError, ValueError
        As `wigner_from_fock`, and if the points are not finite or do not broadcast.

    Examples
    --------
    >>> (np.pi * fock_wigner_at([0, 1], [0.0, 1.0], 0.0)).round(6)
    array([-1.      ,  0.367879])
    """
    states, batch = _as_states(rho)
    x, p = np.asarray(x, dtype=float), np.asarray(p, dtype=float)
    check_finite(x, "x")
    check_finite(p, "p")
    try:
        x, p = np.broadcast_arrays(x, p)
    except ValueError:
        raise ValueError(
            "`x` and `p` must broadcast to the shape of the points, but have shapes "
            f"{x.shape} and {p.shape}. Axes go in as x[:, None] and p."
        ) from None
    length = oscillator_length(mass, omega, hbar)

    xi, pi = x.ravel() / length, p.ravel() * length / hbar
    values = np.empty((len(states), x.size))
    with one_blas_thread():
        lattice = fock_lattice(states[0].shape[-1])
        step = 1 + CHUNK // (2 * lattice.half + 1)
        for W, state in zip(values, states, strict=True):
            chords = lattice.chords(state)
            for part in (slice(k, k + step) for k in range(0, x.size, step)):
                rows = lattice.centres(xi[part]) @ chords
                W[part] = np.einsum("ks,sk->k", rows, lattice.kernel(pi[part])) / hbar
    return values.reshape((*batch, *x.shape))


def fock_grid(
    levels: int, *, hbar: float = 1.0, mass: float = 1.0, omega: float = 1.0
) -> PhaseSpaceGrid:
    r"""Return an even grid that holds every state of so many levels, to rounding.

    Its reach grows as √N in both directions and its numbers of points as N: norm,
    purity, overlaps and the way back to |n⟩ are exact on it. The outer twentieths of
    its axes, where `edge_mass` looks, stay empty.

    Parameters
    ----------
    levels : int
        N, counting the ground state.
    hbar : float, optional
        ħ.
    mass, omega : float, optional
        m and ω.

    Raises
    ------
    TypeError
        If `levels` is no integer.
    ValueError
        If `levels` is below one, or a parameter is not positive.

    Examples
    --------
    >>> grid = fock_grid(20, hbar=0.1)
    >>> grid.shape, float(grid.x[0].round(2))
    ((160, 160), -3.87)
    """
    check_integer(levels, "levels")
    length = oscillator_length(mass, omega, hbar)
    radius = fock_radius(levels)
    spacing = np.pi / (2 * radius)  # as Nyquist asks
    count = next_fast_len(2 * int(np.ceil(INNER * radius / spacing)), real=True)
    reach = spacing * count / 2
    return PhaseSpaceGrid.centered(
        reach * length, reach * hbar / length, (count, count), hbar=hbar
    )


def _as_states(rho: Any) -> tuple[list[np.ndarray], tuple[int, ...]]:
    """Convert to kets (N,) and Hermitian matrices (N, N), and the batch's shape."""
    if isinstance(rho, list | tuple) and any(map(is_qobj, rho)):
        states = [_as_array(state) for state in rho]
        batch: tuple[int, ...] = (len(states),)
    else:
        array = _as_array(rho)
        batch = array.shape[:-2]
        core = array.shape[len(batch) :]
        states = list(array.reshape(math.prod(batch), *core))
    sizes = {size for state in states for size in state.shape}
    if len(sizes) != 1 or 0 in sizes:
        shapes = sorted({state.shape for state in states})
        raise ValueError(
            "`rho` must hold kets (N,) or matrices (N, N) of one size, but their "
            f"shapes are {', '.join(map(str, shapes)) or 'none'}. "
            "Kets come one by one, or as a list of qutip.Qobj."
        )
    for state in states:
        check_finite(state, "rho")
        if state.ndim == 2:
            check_hermitian(state, "rho")
    return states, batch


def _as_array(rho: Any) -> np.ndarray:
    """Convert one Qobj, or numbers."""
    if is_qobj(rho):
        if sum(size > 1 for size in np.ravel(rho.dims[0])) > 1:
            raise ValueError(
                f"`rho` must be of one mode, but has the dims {rho.dims}. "
                "rho.ptrace(k) is the reduced state of mode k."
            )
        if rho.isket:
            return np.asarray(rho.full()[:, 0])
    array = as_operator(rho, "rho")
    if array.ndim == 0:
        raise ValueError(f"`rho` must be a ket or a matrix, but is the number {rho}.")
    column = array.ndim == 2 and array.shape[1] == 1 < array.shape[0]
    return array[:, 0] if column else array
