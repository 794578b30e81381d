"""Pure decoherence by a bosonic bath: the independent-boson model, exactly."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import (
    check_density_matrix,
    check_hermitian,
    check_increasing,
    check_shapes,
)
from ..._core.qobj import as_operator, as_state
from ...dynamics import Evolution
from .bosonic import Bosonic

__all__ = ["independent_boson"]


def independent_boson(
    H: Any, rho0: Any, tlist: ArrayLike, environment: Bosonic, coupling: Any
) -> Evolution:
    r"""Evolve a system of any size whose Hamiltonian commutes with its coupling.

    .. math:: \rho_{ss'}(t) = \rho_{ss'}(0)\,
        e^{-(s-s')^2\Gamma(t) + i(s^2-s'^2)\varphi(t)}

    in the eigenbasis of S, turned by H, with Γ − iφ the `lineshape` of the bath. System
    and bath start uncorrelated. Exact, as good as the lineshape is.

    Parameters
    ----------
    H : Qobj or shape (d, d), angular frequency
        Hermitian.
    rho0 : Qobj or shape (d, d) or (d,)
        State at ``tlist[0]``.
    tlist : shape (t,)
        Strictly increasing.
    environment : Bosonic
        The bath.
    coupling : Qobj or shape (d, d), dimensionless
        Hermitian S of H_I = S ⊗ B, with [H, S] = 0.

    Returns
    -------
    Evolution
        One block.

    Raises
    ------
    ValueError
        If shapes disagree, H or S is not Hermitian, they do not commute, `rho0` is no
        state, or times do not increase.

    References
    ----------
    .. [1] H.-P. Breuer, F. Petruccione, The Theory of Open Quantum Systems (2002),
       sec. 4.2, with σ_z for our σ_z/2.

    Examples
    --------
    >>> bath = Bosonic.ohmic(strength=0.1, cutoff=2.0)
    >>> plus, S = np.full((2, 2), 0.5), np.diag([0.5, -0.5])
    >>> decay = independent_boson(0 * S, plus, [0.0, 1.0], bath, S)
    >>> round(float(2 * decay.states[-1, 0, 1].real), 6)  # (1 + ω_c² t²)^(−a)
    0.85134
    """
    H, S = as_operator(H, "H"), as_operator(coupling, "coupling")
    rho = as_state(rho0, "rho0")
    tlist = np.asarray(tlist, dtype=float)
    check_shapes(
        H=(H, "d d"), coupling=(S, "d d"), rho0=(rho, "d d"), tlist=(tlist, "t")
    )
    check_hermitian(H, "H")
    check_hermitian(S, "coupling")
    check_density_matrix(rho, "rho0")
    check_increasing(tlist, "tlist")
    gap = np.abs(H @ S - S @ H).max()
    if not gap <= 1e-10 * max(1.0, np.abs(H).max() * np.abs(S).max()):
        raise ValueError(
            "`coupling` must commute with `H`, but their commutator has an entry "
            f"{gap:.3g}. Use a master equation instead."
        )

    times = tlist - tlist[0]
    g = environment.lineshape(times)[:, None, None]
    s, V = np.linalg.eigh(S)
    difference, shift = (s[:, None] - s) ** 2, s[:, None] ** 2 - s**2
    kept = np.exp(-difference * g.real - 1j * shift * g.imag)  # (t, d, d)
    damped = V @ ((V.conj().T @ rho @ V) * kept) @ V.conj().T
    energies, W = np.linalg.eigh(H)
    turn = (W * np.exp(-1j * times[:, None] * energies)[:, None]) @ W.conj().T
    states = turn @ damped @ turn.conj().mT
    return Evolution(
        times=tlist,
        blocks=states[:, None],
        method="exact decoherence function of the independent-boson model",
        dims=(len(H),),
    )
