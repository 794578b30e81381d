"""Microscopic models as environments that can be steered, and so can learn."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_hermitian, check_law, check_shapes
from .._core.qobj import as_operator
from ..dynamics import RegisterGenerator
from .channels import field_channel
from .microscopic.bosonic import Bosonic
from .microscopic.ising_star import IsingStar
from .microscopic.pseudomode import pseudomode_generator
from .microscopic.spin_star import SpinStar
from .microscopic.telegraph import Telegraph
from .microscopic.two_band import TwoBand
from .register_environment import RegisterEnvironment
from .system_environments import control_channels

__all__ = ["model_environment", "pseudomode_environment", "spin_star_environment"]


def model_environment(
    model: Telegraph | TwoBand | IsingStar,
    controls: Mapping[str, Any],
    bounds: Mapping[str, float] | float,
    *,
    level_resolved: bool = False,
    register_law: ArrayLike | None = None,
) -> RegisterEnvironment:
    """Return the register of a microscopic model, with control fields on the system.

    A `Telegraph`, its `ornstein_uhlenbeck`, and an `IsingStar` are classical fields,
    so that the register is exact under any control. Two bands are not: their rates are
    those of the golden rule without a drive, for weak coupling, and a control changes
    what the jumps should be. The register then holds for fields well below the width δε
    of the bands, and for controls that are slow against 1/δε.

    The generator of second order of a `SpinStar` depends on time, with rates of either
    sign, and presumes that nothing steers the spin; see `spin_star_environment`.

    Parameters
    ----------
    model : Telegraph, TwoBand or IsingStar
        Its own Hamiltonian (ω/2)σ_z is part of the noise.
    controls, bounds, level_resolved
        As in `system_environment`.
    register_law : shape (n,), optional
        Law in which the register starts; by default that of the model, which for two
        bands is band 1.

    Raises
    ------
    TypeError
        If the model is another one.
    ValueError
        If controls do not fit the system, a bound is missing, or the law is none.

    Examples
    --------
    >>> sigma_x = np.array([[0, 1], [1, 0]])
    >>> bands = TwoBand(200, 150, width=0.5, coupling=0.002)
    >>> environment = model_environment(bands, {"x": sigma_x / 2}, 0.05)
    >>> environment.n_levels, environment.register_law
    (2, array([1., 0.]))
    """
    if not isinstance(model, Telegraph | TwoBand | IsingStar):
        raise TypeError(
            "`model` must be a Telegraph, a TwoBand or an IsingStar, whose generators "
            f"are constant and positive, but is a {type(model).__name__}. A SpinStar "
            "enters whole by spin_star_environment, a Lorentzian bath by "
            "pseudomode_environment."
        )
    noise = model.generator()
    law = [1.0, 0.0] if isinstance(model, TwoBand) else model.register_law
    channels, limits = control_channels(
        controls, bounds, noise.n, level_resolved=level_resolved
    )
    return RegisterEnvironment(
        noise,
        channels,
        limits,
        register_law=law if register_law is None else register_law,
    )


def spin_star_environment(
    star: SpinStar,
    controls: Mapping[str, Any],
    bounds: Mapping[str, float] | float,
    *,
    register_law: ArrayLike | None = None,
) -> RegisterEnvironment:
    """Return a central spin beside all spins of its star, exactly, for small N.

    The star is the ancilla, of size 2ᴺ, and the register has one level. Exact under any
    control, which a generator of second order is not; 4ᴺ⁺¹ coordinates.

    Parameters
    ----------
    star : SpinStar
        N up to four or so.
    controls, bounds
        Hermitian operators (2, 2) on the central spin, as in `system_environment`.
    register_law : shape (N + 1,), optional
        Probabilities of the levels of J_z, each evenly mixed; the fully mixed star by
        default.

    Raises
    ------
    TypeError
        If `star` is no SpinStar.
    ValueError
        If controls do not fit, a bound is missing, the law is none, or the star is too
        large for memory.
    """
    if not isinstance(star, SpinStar):
        raise TypeError(f"`star` must be a SpinStar, but is a {type(star).__name__}.")
    law = star.register_law if register_law is None else np.asarray(register_law, float)
    check_shapes(register_law=(law, f"{star.N + 1}"))
    check_law(law, "register_law")
    whole = star.environment()
    start = np.tensordot(law, star.projection().B, 1)
    size = len(start)
    total = np.kron(star.H, np.eye(size)) + np.kron(np.eye(2), whole.H_E) + whole.H_int
    return _beside(RegisterGenerator(total), controls, bounds, 2, start)


def pseudomode_environment(
    bath: Bosonic,
    coupling: Any,
    controls: Mapping[str, Any],
    bounds: Mapping[str, float] | float,
    *,
    levels: int,
) -> RegisterEnvironment:
    """Return a system in a Lorentzian bath, by its pseudomode, at any coupling.

    The damped mode is the ancilla and starts in the vacuum; the register has one level.
    The bath's correlation function is exact whatever steers the system, so only the
    number of levels is approximate: compare two numbers.

    Parameters
    ----------
    bath : Bosonic
        With a `Lorentzian` spectral density.
    coupling : Qobj or shape (d, d)
        S, as in `pseudomode_generator`.
    controls, bounds
        Hermitian operators (d, d) on the system, as in `system_environment`.
    levels : int
        Number states kept of the mode.

    Raises
    ------
    TypeError
        If `bath` is no Bosonic one with a Lorentzian spectral density.
    ValueError
        If shapes disagree, a control is not Hermitian, or a bound is missing.

    Examples
    --------
    >>> bath = Bosonic.lorentzian(rate=1.0, width=0.5)
    >>> raising = np.array([[0, 1], [0, 0]])
    >>> sigma_x = np.array([[0, 1], [1, 0]])
    >>> environment = pseudomode_environment(
    ...     bath, raising, {"x": sigma_x / 2}, 3.0, levels=3
    ... )
    >>> environment.d, environment.noise.d
    (2, 6)
    """
    S = as_operator(coupling, "coupling")
    check_shapes(coupling=(S, "d d"))
    noise = pseudomode_generator(np.zeros(S.shape), bath, S, levels=levels)
    vacuum = np.diag(np.eye(levels)[0])
    return _beside(noise, controls, bounds, len(S), vacuum)


def _beside(
    noise: RegisterGenerator,
    controls: Mapping[str, Any],
    bounds: Mapping[str, float] | float,
    d: int,
    ancilla: np.ndarray,
) -> RegisterEnvironment:
    """Return an environment whose controls act on the system beside its ancilla."""
    operators = {k: as_operator(C, f"controls[{k!r}]") for k, C in controls.items()}
    channels = {}
    for name, C in operators.items():
        check_shapes(**{f"controls[{name!r}]": (C, f"{d} {d}")})
        check_hermitian(C, f"controls[{name!r}]")
        channels[name] = field_channel(np.kron(C, np.eye(len(ancilla))), 1)
    return RegisterEnvironment(noise, channels, bounds, ancilla=ancilla)
