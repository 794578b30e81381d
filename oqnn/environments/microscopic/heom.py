"""QuTiP's hierarchical equations of motion, as an exact reference."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import (
    check_density_matrix,
    check_hermitian,
    check_increasing,
    check_integer,
    check_positive,
    check_shapes,
)
from ..._core.qobj import as_operator, as_state
from ...dynamics import Evolution
from .bosonic import Bosonic
from .spectral_densities import DrudeLorentz, Lorentzian

__all__ = ["heom"]


def heom(
    H: Any,
    rho0: Any,
    tlist: ArrayLike,
    environment: Bosonic,
    coupling: Any,
    *,
    depth: int,
    terms: int = 3,
    expansion: Callable[[Any], Any] | None = None,
    rtol: float = 1e-9,
    atol: float = 1e-11,
) -> Evolution:
    """Run QuTiP's HEOM solver on a bosonic environment.

    The bath enters as a sum of exponentials: its own for a Lorentzian bath, a Padé
    expansion for a Drude-Lorentz one, otherwise what `expansion` makes of it. Exact for
    that sum as `depth` grows.

    Parameters
    ----------
    H : Qobj or shape (d, d), angular frequency
        Hermitian Hamiltonian of the system.
    rho0 : Qobj or shape (d, d) or (d,)
        State at ``tlist[0]``, uncorrelated with the bath.
    tlist : shape (t,)
        Strictly increasing.
    environment : Bosonic
        The bath.
    coupling : Qobj or shape (d, d), dimensionless
        Hermitian S of H_I = S ⊗ B.
    depth : int
        Levels of the hierarchy, at least two. The cost grows as a power of it.
    terms : int, optional
        Padé terms of a Drude-Lorentz bath beside its pole.
    expansion : callable, optional
        Takes the bath as a qutip.BosonicEnvironment (spectral density π J) and returns
        a qutip ExponentialBosonicEnvironment, as
        ``lambda bath: bath.approximate("cf", tlist=..., Ni_max=4)[0]`` does.
    rtol, atol : float, optional
        Tolerances that QuTiP's integrator is asked for.

    Returns
    -------
    Evolution
        One block. `error` is the largest change of an entry from the hierarchy one
        level shallower; it does not see the error of the exponentials.

    Raises
    ------
    ValueError
        If shapes disagree, H or S is not Hermitian, `rho0` is no state, times do not
        increase, a number is not positive, or a bath of another family comes without
        `expansion`.

    References
    ----------
    .. [1] N. Lambert et al., Phys. Rev. Research 5, 013181 (2023): QuTiP's solver.

    Examples
    --------
    >>> bath = Bosonic.lorentzian(rate=0.2, width=1.0, frequency=1.0)
    >>> plus, S = np.full((2, 2), 0.5), np.diag([0.5, -0.5])
    >>> result = heom(S, plus, [0.0, 1.0], bath, S, depth=4)
    >>> kept = 2 * abs(result.states[1, 0, 1])
    >>> bool(abs(kept - np.exp(-bath.decoherence([1.0])[0])) < 1e-5)
    True
    """
    H, S = as_operator(H, "H"), as_operator(coupling, "coupling")
    rho, tlist = as_state(rho0, "rho0"), np.asarray(tlist, dtype=float)
    check_shapes(
        H=(H, "d d"), coupling=(S, "d d"), rho0=(rho, "d d"), tlist=(tlist, "t")
    )
    check_hermitian(H, "H")
    check_hermitian(S, "coupling")
    check_density_matrix(rho, "rho0")
    check_increasing(tlist, "tlist")
    check_integer(depth, "depth", least=2)
    check_integer(terms, "terms", least=0)
    check_positive(rtol, "rtol")
    check_positive(atol, "atol")
    bath = _exponentials(environment, terms, expansion)

    tolerances = {"rtol": rtol, "atol": atol}
    shallow, deep = (
        _run(H, rho, tlist, bath, S, levels, tolerances)
        for levels in (depth - 1, depth)
    )
    return Evolution(
        times=tlist,
        blocks=deep[:, None],
        method=f"QuTiP's HEOM solver, {len(bath.exponents)} exponents, depth {depth}",
        dims=(len(H),),
        error=float(np.abs(deep - shallow).max()),
    )


def _exponentials(
    environment: Bosonic, terms: int, expansion: Callable[[Any], Any] | None
) -> Any:
    """Return the bath as a QuTiP environment of exponentials."""
    bath = environment.to_qutip()
    if expansion is not None:
        bath = expansion(bath)
    elif isinstance(environment.spectral_density, DrudeLorentz):
        bath = bath.approximate("pade", Nk=terms)
    elif not isinstance(environment.spectral_density, Lorentzian):
        raise ValueError(
            "`expansion` must be given for a bath that is neither Lorentzian nor "
            "Drude-Lorentz. Try lambda bath: bath.approximate('cf', tlist=...)[0]."
        )
    if not hasattr(bath, "exponents"):
        raise ValueError(
            "`expansion` must return a qutip.ExponentialBosonicEnvironment, but "
            f"returns a {type(bath).__name__}. Of the pair that fits return, take the "
            "first."
        )
    return bath


def _run(
    H: np.ndarray,
    rho: np.ndarray,
    tlist: np.ndarray,
    bath: Any,
    S: np.ndarray,
    depth: int,
    tolerances: dict[str, float],
) -> np.ndarray:
    """Return the states (t, d, d) of one hierarchy."""
    from qutip import Qobj
    from qutip.solver.heom import HEOMSolver

    options = {"progress_bar": "", "store_states": True, "nsteps": 100_000}
    solver = HEOMSolver(
        Qobj(H), (bath, Qobj(S)), depth, options={**options, **tolerances}
    )
    return np.array([state.full() for state in solver.run(Qobj(rho), tlist).states])
