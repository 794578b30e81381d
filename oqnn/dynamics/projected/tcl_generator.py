"""Generators of the time-convolutionless equation, expanded in the coupling."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_increasing, check_shapes
from .bath_tcl import POINTS, bath_generator
from .baths import FiniteEnvironment, GaussianBath
from .map_series import MapSeries, map_series
from .memory_kernel import check_environment, total_parts
from .total import escapes

__all__ = [
    "TclGenerator",
    "check_expansion",
    "generator_on_grid",
    "ordered_generators",
    "tcl_generator",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class TclGenerator:
    r"""A time-local generator in block coordinates, m = n d².

    .. math:: \dot x(t) = \mathcal K(t)\,x(t) + \mathcal I(t)

    Coordinates run over blocks first, then over `hermitian_basis(d)`.
    """

    times: np.ndarray  # (t,)
    matrices: np.ndarray  # (t, m, m)
    source: np.ndarray  # (t, m); complex if the total state is not Hermitian


def tcl_generator(
    H: Any,
    environment: FiniteEnvironment | GaussianBath,
    tlist: ArrayLike,
    *,
    order: int = 2,
    rho0: Any = None,
    progress: bool | None = None,
) -> TclGenerator:
    r"""Return the time-convolutionless generator of a system in an environment.

    In the Schrödinger picture with a constant Hamiltonian, all orders in H_int up to
    `order`. For a FiniteEnvironment the expanded maps :math:`\Phi = \sum \Phi_k` of
    the relevant blocks are exact, and dividing the series :math:`\dot\Phi = K\Phi`
    gives the ordered cumulants, odd ones included,

    .. math:: \mathcal K_k = \Bigl(\dot\Phi_k - \sum_{j<k} \mathcal K_j \Phi_{k-j}
        \Bigr)\,\Phi_0^{-1};

    where odd moments vanish, K₂ and K₄ are the textbook's single and triple integrals
    of P L(t)L(t₁)P and its fourth-order companions. For a GaussianBath the same follows
    from the memory kernels, to sixth order in the step of `tlist`, in O(N log N).

    Parameters
    ----------
    H : Qobj or shape (d, d), angular frequency
        Hamiltonian of the system.
    environment : FiniteEnvironment or GaussianBath
        What the system is coupled to. The projection of a FiniteEnvironment must let
        the free evolution keep relevant states relevant.
    tlist : shape (t,)
        Increasing times, none below 0; for a GaussianBath evenly spaced from 0, at
        least 13 of them.
    order : 2 or 4
        Of the expansion in H_int.
    rho0 : Qobj, or shape (d e,) or (d e, d e), optional
        Total state at 0, whose irrelevant part makes the inhomogeneous term; without
        it that is 0. FiniteEnvironment only.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Returns
    -------
    TclGenerator
        Matrices and inhomogeneous term in block coordinates.

    Raises
    ------
    TypeError
        If `environment` is of another class.
    ValueError
        If `H` is not Hermitian or of another size than the environment's system,
        `order` is not offered, `tlist` does not fit, free evolution leaves the relevant
        states, a correlation is not finite, or the memory does not suffice.

    References
    ----------
    .. [1] F. Shibata, Y. Takahashi, N. Hashitsume, J. Stat. Phys. 17, 171 (1977);
       H.-P. Breuer, Phys. Rev. A 75, 022103 (2007), sec. II.

    Examples
    --------
    A spin dephased by another: the rate grows as (2g)² t.

    >>> import numpy as np
    >>> from oqnn.dynamics.projected.projection import Projection
    >>> z, g = np.diag([1.0, -1.0]), 0.5
    >>> spin = Projection.product(np.eye(2) / 2)
    >>> bath = FiniteEnvironment(np.zeros((2, 2)), g * np.kron(z, z), spin)
    >>> found = tcl_generator(np.zeros((2, 2)), bath, [0.0, 0.3])
    >>> np.diag(found.matrices[1]).round(12)
    array([ 0. , -0.3, -0.3,  0. ])
    """
    H = check_expansion(H, environment, order)
    times = np.asarray(tlist, dtype=float)
    check_shapes(tlist=(times, "t"))
    check_increasing(times, "tlist")
    if times[0] < 0:
        raise ValueError(f"`tlist` must not start below 0, but starts at {times[0]}.")
    totals = None
    if rho0 is not None:
        totals = total_parts(rho0, environment)
    if isinstance(environment, GaussianBath):
        _check_even(times)
    matrices, source = generator_on_grid(H, environment, times, order, totals, progress)
    if source.shape[2] == 0:
        seen = np.zeros(source.shape[:2])
    else:
        seen = source @ np.array([1, 1j]) if source.shape[2] > 1 else source[..., 0]
    return TclGenerator(times=times, matrices=matrices, source=seen)


def ordered_generators(series: MapSeries, order: int) -> tuple[np.ndarray, np.ndarray]:
    """Divide the series Φ̇ = 𝒦Φ: sums of 𝒦_k (t, m, m) and 𝓘_k (t, m, r) to `order`."""
    generators: list[np.ndarray] = []
    sources = []
    for k in range(order + 1):
        right = series.map_rates[k].copy()
        rest = series.source_rates[k].copy()
        for j, K in enumerate(generators):
            right -= K @ series.maps[k - j]
            rest -= K @ series.sources[k - j]
        # 𝒦 Φ₀ = right, solved from the right
        K = np.linalg.solve(series.maps[0].mT, right.mT).mT
        generators.append(K)
        sources.append(rest - K @ series.sources[0])
    return np.sum(generators, axis=0), np.sum(sources, axis=0)


def check_expansion(H: Any, environment: Any, order: int) -> np.ndarray:
    """Check what `tcl` and `tcl_generator` share, and return H as an array."""
    H = check_environment(H, environment, 2)
    if order not in (2, 4):
        raise ValueError(
            f"`order` must be 2 or 4, but is {order}. For the exact generator of a "
            "FiniteEnvironment use exact_generator."
        )
    if isinstance(environment, FiniteEnvironment):
        P = environment.projection
        if escapes(environment.H_E, P.B, P.A):
            raise ValueError(
                "`environment` must have a projection whose B_i are mapped to each "
                "other by [H_E, ·], so that free evolution keeps relevant states "
                "relevant, but they are not. Take stationary B_i, or "
                "nakajima_zwanzig, which does not need it."
            )
    return H


def _check_even(times: np.ndarray) -> None:
    """Check that times are evenly spaced from 0 and enough for a sixth order."""
    steps = np.diff(times)
    even = len(times) > 2 * POINTS and np.ptp(steps) <= 1e-9 * steps[0]
    if times[0] != 0 or not even:
        raise ValueError(
            f"`tlist` must be {2 * POINTS + 1} or more evenly spaced times from 0 for "
            f"a GaussianBath, but holds {len(times)} from {times[0]:.6g} with steps "
            f"from {steps.min(initial=np.inf):.6g} to {steps.max(initial=-np.inf):.6g}."
        )


def generator_on_grid(
    H: np.ndarray,
    environment: FiniteEnvironment | GaussianBath,
    times: np.ndarray,
    order: int,
    totals: np.ndarray | None,
    progress: bool | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return matrices (t, m, m) and inhomogeneous terms (t, m, r), input checked."""
    if isinstance(environment, GaussianBath):
        step = times[-1] / (len(times) - 1)
        K = bath_generator(H, environment, step, len(times) - 1, order, progress)
        return K, np.zeros((*K.shape[:2], 0))
    size = len(environment.H_int)
    if totals is None:
        totals = np.zeros((0, size, size), dtype=complex)
    series = map_series(H, environment, times, order, totals, progress)
    return ordered_generators(series, order)
