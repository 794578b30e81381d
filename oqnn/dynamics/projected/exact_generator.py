"""The exact time-local generator of a reduced dynamics, where there is one."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_increasing, check_shapes
from .baths import FiniteEnvironment
from .map_series import exact_maps, map_series
from .memory_kernel import check_environment, total_parts
from .singular import singular_between

__all__ = ["ExactGenerator", "exact_generator", "generator_of_maps"]

SINGULAR = 1e12  # condition number beyond which a map counts as not invertible


@dataclass(frozen=True, kw_only=True, eq=False)
class ExactGenerator:
    r"""The generator :math:`\mathcal K(t) = \dot\Phi(t)\Phi(t)^{-1}` on blocks.

    Where Φ(t) cannot be inverted there is no time-local equation: `matrices` are
    infinite there and `conditions` say so. Between such times the generator exists.
    """

    times: np.ndarray  # (t,)
    matrices: np.ndarray  # (t, m, m)
    source: np.ndarray  # (t, m), 𝓘 = Ψ̇ − 𝒦Ψ; complex if ρ₀ is not Hermitian
    conditions: np.ndarray  # (t,), condition numbers of Φ
    singular_times: np.ndarray  # (s,), where Φ cannot be inverted


def exact_generator(
    H: Any,
    environment: FiniteEnvironment,
    tlist: ArrayLike,
    *,
    rho0: Any = None,
    progress: bool | None = None,
) -> ExactGenerator:
    r"""Return the exact time-local generator of a finite environment.

    With the exact maps :math:`\Phi(t) = P e^{Lt} P` and
    :math:`\Psi(t) = P e^{Lt} Q\rho(0)` and their exact derivatives,

    .. math:: \mathcal K = \dot\Phi\Phi^{-1}, \qquad
        \mathcal I = \dot\Psi - \mathcal K\Psi.

    It equals α P L (1 − Σ)⁻¹ P with its inhomogeneous term, and exists as long as 1 − Σ
    is invertible. Times at which Φ is singular are looked for as in `singular_times`,
    near each minimum of its least singular value on `tlist`; two of them between
    neighbours may be missed.

    Parameters
    ----------
    H : Qobj or shape (d, d), angular frequency
        Hamiltonian of the system.
    environment : FiniteEnvironment
        What the system is coupled to; any projection.
    tlist : shape (t,)
        Strictly increasing times, none below 0.
    rho0 : Qobj, or shape (d e,) or (d e, d e), optional
        Total state at 0, whose irrelevant part makes the inhomogeneous term.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Returns
    -------
    ExactGenerator
        Matrices, inhomogeneous term, condition numbers and singular times.

    Raises
    ------
    TypeError
        If `environment` is no FiniteEnvironment.
    ValueError
        If `H` is not Hermitian or of another size, `tlist` does not increase or starts
        below 0, `rho0` has another shape, or the memory does not suffice.

    Examples
    --------
    A spin dephased by another, coherence cos 2gt: the rate 2g tan 2gt has a pole.

    >>> import numpy as np
    >>> from oqnn.dynamics.projected.projection import Projection
    >>> z, g = np.diag([1.0, -1.0]), 0.5
    >>> spin = Projection.product(np.eye(2) / 2)
    >>> bath = FiniteEnvironment(np.zeros((2, 2)), g * np.kron(z, z), spin)
    >>> found = exact_generator(np.zeros((2, 2)), bath, [0.0, 1.0, 2.0])
    >>> bool(np.isclose(found.matrices[1, 1, 1], -np.tan(1.0)))
    True
    >>> np.round(found.singular_times / np.pi, 6)
    array([0.5])
    """
    if not isinstance(environment, FiniteEnvironment):
        raise TypeError(
            "`environment` must be a FiniteEnvironment, but is a "
            f"{type(environment).__name__}. For maps of another origin use "
            "generator_of_maps."
        )
    H = check_environment(H, environment, None)
    times = np.asarray(tlist, dtype=float)
    check_shapes(tlist=(times, "t"))
    check_increasing(times, "tlist")
    if times[0] < 0:
        raise ValueError(f"`tlist` must not start below 0, but starts at {times[0]}.")
    size = len(environment.H_int)
    totals = np.zeros((0, size, size), dtype=complex)
    if rho0 is not None:
        totals = total_parts(rho0, environment)

    series = map_series(H, environment, times, None, totals, progress)
    maps, rates = series.maps[0], series.map_rates[0]
    K, conditions = generator_of_maps(maps, rates)
    phases = np.array([1, 1j])[: len(totals)]
    source = np.full(K.shape[:2], np.inf, dtype=complex if len(totals) > 1 else float)
    regular = conditions < SINGULAR
    moved = K[regular] @ series.sources[0][regular]
    rest = (series.source_rates[0][regular] - moved) @ phases
    source[regular] = rest if len(totals) > 1 else rest.real

    at = exact_maps(H, environment)
    least = np.linalg.svd(maps, compute_uv=False)[:, -1]
    return ExactGenerator(
        times=times,
        matrices=K,
        source=source,
        conditions=conditions,
        singular_times=singular_between(
            lambda t: np.linalg.svd(at(t), compute_uv=False)[:, -1], times, least
        ),
    )


def generator_of_maps(
    maps: ArrayLike, rates: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Return Φ̇Φ⁻¹ and the condition numbers of Φ.

    Parameters
    ----------
    maps : shape (t, m, m)
        Real matrices of Φ.
    rates : shape (t, m, m), 1/time
        Their exact time derivatives.

    Returns
    -------
    matrices : np.ndarray
        Shape (t, m, m); infinite where the condition number is above 10¹².
    conditions : np.ndarray
        Shape (t,).

    Raises
    ------
    ValueError
        If shapes disagree or an entry is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> generator_of_maps(0.5 * np.eye(1)[None], -0.1 * np.eye(1)[None])[0]
    array([[[-0.2]]])
    """
    maps, rates = np.asarray(maps, dtype=float), np.asarray(rates, dtype=float)
    check_shapes(maps=(maps, "t m m"), rates=(rates, "t m m"))
    check_finite(maps, "maps")
    check_finite(rates, "rates")
    singular = np.linalg.svd(maps, compute_uv=False)
    conditions = np.full(len(maps), np.inf)
    np.divide(
        singular[:, 0], singular[:, -1], out=conditions, where=singular[:, -1] > 0
    )
    regular = conditions < SINGULAR
    matrices = np.full_like(maps, np.inf)
    matrices[regular] = np.linalg.solve(maps[regular].mT, rates[regular].mT).mT
    return matrices, conditions
