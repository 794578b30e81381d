"""Density matrices in the Fock basis, back from Wigner functions."""

import numpy as np

from ..._core.checks import check_integer, check_positive
from ..._core.threads import one_blas_thread
from ..wigner_function import WignerFunction
from .fock_lattice import FockLattice, fock_lattice
from .hermite import oscillator_length

__all__ = ["fock_from_wigner"]


def fock_from_wigner(
    W: WignerFunction,
    levels: int,
    *,
    mass: float = 1.0,
    omega: float = 1.0,
    tol: float = 1e-6,
) -> np.ndarray:
    r"""Return the density matrix between the first `levels` states |n⟩ from its W.

    .. math:: \rho_{mn} = h \iint W\, W_{nm}\,dx\,dp

    with W_nm that of |n⟩⟨m| [1]_, summed over the grid: without error, but for
    rounding, where the grid holds and resolves both. Whatever grid or cut-off lose is
    seen by going back: the distance of the result's W from `W` must stay below `tol`.
    Costs as much as `wigner_from_fock` twice.

    Parameters
    ----------
    W : WignerFunction
        On an even grid. `fock_grid` makes one that is always enough.
    levels : int
        N, counting the ground state.
    mass, omega : float, optional
        m and ω of the oscillator that the levels belong to.
    tol : float, optional
        Largest relative distance, ‖W − W′‖/‖W‖ with ‖W‖² = ∬W². A pure state that
        loses a population ε to the cut-off comes back at a distance of √ε.

    Returns
    -------
    np.ndarray
        Shape (..., N, N), complex and Hermitian. Not normalised: what is lost is
        lost.

    Raises
    ------
    TypeError
        If `W` is no WignerFunction or `levels` no integer.
    ValueError
        If the grid is not even, `levels` is below one, a parameter is not positive, or
        the density matrix does not give `W` back.

    References
    ----------
    .. [1] Eq. 1.1: Tr[AB] = (1/h) ∬ÃB̃ dx dp, with A = ρ and B = |n⟩⟨m|.

    Examples
    --------
    >>> from oqnn.phase_space import wigner_from_fock
    >>> from oqnn.phase_space.transforms.fock import fock_grid
    >>> W = wigner_from_fock([0.6, 0.8j], fock_grid(2))
    >>> fock_from_wigner(W, 2).round(12) + 0
    array([[0.36+0.j  , 0.  -0.48j],
           [0.  +0.48j, 0.64+0.j  ]])
    """
    if not isinstance(W, WignerFunction):
        raise TypeError(
            f"`W` must be a WignerFunction, but is a {type(W).__name__}. "
            "WignerFunction(values, grid) makes one of an array."
        )
    W.grid.check_even("W.grid")
    check_integer(levels, "levels")
    check_positive(tol, "tol")
    length, hbar = oscillator_length(mass, omega, W.hbar), W.hbar

    states = np.empty((*W.batch, levels, levels), dtype=complex)
    cell = W.grid.dx * W.grid.dp
    with one_blas_thread():
        lattice = fock_lattice(levels)
        centres = lattice.centres(W.grid.x / length)  # (nx, ξ)
        kernel = lattice.kernel(W.grid.p * length / hbar) / hbar  # (s, np)
        for index in np.ndindex(W.batch):
            values = W.values[index]
            F = np.linalg.multi_dot([centres.T, values, kernel.T])
            T = 2 * np.pi * hbar * cell * lattice.matrix(F)
            rho = (T + T.T) / 2 + 0.5j * (T - T.T)
            back = np.linalg.multi_dot([centres, lattice.chords(rho), kernel])
            distance, size = (float(np.linalg.norm(a)) for a in (values - back, values))
            if not distance <= tol * size:
                one = W[index] if index else W
                _refuse(one, rho, distance / size, lattice, length)
            states[index] = rho
    return states


def _refuse(
    W: WignerFunction,
    rho: np.ndarray,
    distance: float,
    lattice: FockLattice,
    length: float,
) -> None:
    """Say what the levels, the edges and the spacings have to do with it."""
    edge, most = max(W.edge_mass), lattice.spacing * length
    lost = float(W.norm - np.trace(rho).real)
    raise ValueError(
        f"`W` must be a state of the first {len(rho)} levels on a grid that holds it, "
        f"but the density matrix gives it back only to {distance:.2g} of its size. "
        f"The trace falls short by {lost:.2g}: take more levels, or other mass and "
        f"omega. The edges of the grid hold {edge:.2g} of W. The spacings are dx = "
        f"{W.grid.dx:.3g} and dp = {W.grid.dp:.3g}; any state of these levels is "
        f"resolved by {most:.3g} and {most * W.hbar / length**2:.3g}."
    )
