"""A Lorentzian bath replaced by one damped oscillator, exactly."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import (
    check_density_matrix,
    check_hermitian,
    check_integer,
    check_shapes,
)
from ..._core.qobj import as_operator, as_state
from ...dynamics import Evolution, RegisterGenerator, evolve
from .bosonic import Bosonic
from .spectral_densities import Lorentzian

__all__ = ["pseudomode", "pseudomode_generator"]


def pseudomode_generator(
    H: Any, environment: Bosonic, coupling: Any, *, levels: int
) -> RegisterGenerator:
    r"""Return the Lindblad generator of a system with its pseudomode.

    .. math:: H_{tot} = H + \omega_0 b^\dagger b
        + \sqrt{\gamma_0\lambda/2}\,(S \otimes b + S^\dagger \otimes b^\dagger),
        \qquad L = \sqrt{2\lambda}\,b

    The mode has the correlation function of the bath, so the system evolves as with
    the bath itself, at any coupling [1]_; only the number of levels is approximate.

    Parameters
    ----------
    H : Qobj or shape (d, d), angular frequency
        Hermitian Hamiltonian of the system.
    environment : Bosonic
        With a `Lorentzian` spectral density.
    coupling : Qobj or shape (d, d), dimensionless
        S: Hermitian for H_I = S ⊗ B, a raising operator for the rotating wave.
    levels : int
        Number states kept of the mode.

    Returns
    -------
    RegisterGenerator
        One level of size d · `levels`, system first.

    Raises
    ------
    TypeError
        If `environment` is not a Bosonic one with a Lorentzian spectral density.
    ValueError
        If shapes disagree or H is not Hermitian.

    References
    ----------
    .. [1] D. Tamascelli, A. Smirne, S. F. Huelga, M. B. Plenio, Phys. Rev. Lett. 120,
       030402 (2018); B. M. Garraway, Phys. Rev. A 55, 2290 (1997).

    Examples
    --------
    >>> bath = Bosonic.lorentzian(rate=1.0, width=0.5, frequency=2.0)
    >>> sigma_z = np.diag([1.0, -1.0])
    >>> pseudomode_generator(sigma_z, bath, sigma_z, levels=3).d
    6
    """
    H, S = as_operator(H, "H"), as_operator(coupling, "coupling")
    check_shapes(H=(H, "d d"), coupling=(S, "d d"))
    check_hermitian(H, "H")
    check_integer(levels, "levels", least=2)
    density = getattr(environment, "spectral_density", None)
    if not isinstance(density, Lorentzian) or environment.support != density.support:
        raise TypeError(
            "`environment` must be a Bosonic one with a whole Lorentzian spectral "
            "density, but is not. Try Bosonic.lorentzian."
        )
    b = np.diag(np.sqrt(np.arange(1.0, levels)), 1)
    one = np.eye(len(H))
    interaction = density.coupling * np.kron(S, b)
    total = np.kron(H, np.eye(levels)) + interaction + interaction.conj().T
    total = total + np.kron(one, density.frequency * np.diag(np.arange(levels)))
    return RegisterGenerator(
        total, {(0, 0): np.sqrt(2 * density.width) * np.kron(one, b)}
    )


def pseudomode(
    H: Any,
    rho0: Any,
    tlist: ArrayLike,
    environment: Bosonic,
    coupling: Any,
    *,
    levels: int,
    e_ops: Sequence[Any] | Mapping[str, Any] | None = None,
    progress: bool | None = None,
) -> Evolution:
    """Evolve a system in a Lorentzian bath at any coupling, by its pseudomode.

    Parameters
    ----------
    H, environment, coupling, levels
        As in `pseudomode_generator`.
    rho0 : Qobj or shape (d, d) or (d,)
        State of the system at ``tlist[0]``; the bath starts in the vacuum.
    tlist : shape (t,)
        Strictly increasing.
    e_ops : sequence or mapping of operators, optional
        Observables (d, d) of the system.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Returns
    -------
    Evolution
        One block, the state of the system. `error` is the largest change of an entry
        when one more level is kept.

    Raises
    ------
    TypeError
        If `environment` is not a Bosonic one with a Lorentzian spectral density.
    ValueError
        If shapes disagree, H is not Hermitian, `rho0` is no state, or times do not
        increase.
    """
    rho = as_state(rho0, "rho0")
    check_shapes(rho0=(rho, "d d"))
    check_density_matrix(rho, "rho0")
    d = len(rho)
    operators = list(e_ops.values() if isinstance(e_ops, Mapping) else e_ops or [])
    names = e_ops if isinstance(e_ops, Mapping) else range(len(operators))
    operators = [as_operator(operator, "e_ops") for operator in operators]
    for A in operators:
        check_shapes(e_ops=(A, f"{d} {d}"))

    states = []
    for kept in (levels, levels + 1):
        generator = pseudomode_generator(H, environment, coupling, levels=kept)
        check_shapes(rho0=(rho, f"{generator.d // kept} {generator.d // kept}"))
        vacuum = np.zeros((kept, kept))
        vacuum[0, 0] = 1
        whole = evolve(generator, np.kron(rho, vacuum), tlist, progress=progress)
        split = whole.states.reshape(-1, d, kept, d, kept)
        states.append(np.einsum("tiaja->tij", split))
    return Evolution(
        times=whole.times,
        blocks=states[0][:, None],
        method=f"pseudomode of {levels} levels, {whole.method}",
        dims=(d,),
        error=float(np.abs(states[1] - states[0]).max()),
        expect={
            str(name): np.einsum("ij,tji->t", A, states[0])
            for name, A in zip(names, operators, strict=True)
        },
    )
