"""The time-convolutionless equation: time-local evolution of projected blocks."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_increasing, check_positive, check_shapes
from ..._core.progress import ProgressLine
from ..evolution import Evolution
from ..solvers.exponential import expm_many
from ..solvers.magnus import gauss_nodes, sixth_order_exponent
from .bath_tcl import POINTS
from .baths import FiniteEnvironment, GaussianBath
from .gregory import interpolate_uniform
from .relevant_start import RelevantStart, projection_of, relevant_start, to_blocks
from .remembered import remembering
from .step_halving import Solution, compare, solve_by_halving
from .tcl_generator import check_expansion, generator_on_grid

__all__ = ["tcl"]

MOST_STEPS = 2**16
CHUNK = 2**20  # entries of matrices held at once


def tcl(
    H: Any,
    rho0: Any,
    tlist: ArrayLike,
    environment: FiniteEnvironment | GaussianBath,
    *,
    order: int = 2,
    step: float | None = None,
    progress: bool | None = None,
) -> Evolution:
    r"""Evolve the relevant part Pρ with a time-local generator.

    .. math:: \frac{d}{dt} P\rho(t) = \mathcal K(t)\,P\rho(t) + \mathcal I(t)

    with the generator and the inhomogeneous term of `tcl_generator`, expanded in H_int
    to second or fourth order. Time is measured from ``tlist[0]``. Sixth-order Magnus
    steps on a uniform grid, interpolated at order 6.

    The expansion is good as long as the exact generator exists; it need not keep states
    positive: `Evolution.least_eigenvalue` reports it.

    Parameters
    ----------
    H : Qobj or shape (d, d), angular frequency
        Hamiltonian of the system.
    rho0 : Qobj, or shape (d,), (d, d), (*batch, n, d, d), (d e,) or (d e, d e)
        State of the system, for projections with n = 1; blocks; or a total state on
        S ⊗ E (FiniteEnvironment only), whose irrelevant part enters I(t), expanded to
        the same order. Any operator, Hermitian or not.
    tlist : shape (t,)
        Strictly increasing times; the first is that of `rho0`.
    environment : FiniteEnvironment or GaussianBath
        What the system is coupled to.
    order : 2 or 4
        Of the expansion in H_int.
    step : float, optional
        Largest internal step. By default halved until `Evolution.error` is 1e-8, times
        the largest coordinate of `rho0` if that is above one.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Returns
    -------
    Evolution
        Blocks ρ_i = tr_E{A_i ρ} and weights tr B_i. `error` is the largest change of an
        entry on doubling the step, at any time on the way, about 60 times the error of
        smooth problems; it says nothing of the expansion in H_int.

    Raises
    ------
    TypeError
        If `environment` is of another class.
    ValueError
        As in `tcl_generator`, or if `rho0` has another shape or `step` is not positive.
    ConvergenceError
        If 2¹⁶ steps do not reach the goal or do not resolve the correlations of a
        bath, or the solution grows without bound: the expansion has broken down.

    Examples
    --------
    Coherence of a spin dephased by another, to second order ½ exp(−2g²t²):

    >>> import numpy as np
    >>> from oqnn.dynamics.projected.projection import Projection
    >>> z, g = np.diag([1.0, -1.0]), 0.5
    >>> spin = Projection.product(np.eye(2) / 2)
    >>> bath = FiniteEnvironment(np.zeros((2, 2)), g * np.kron(z, z), spin)
    >>> plus = np.full((2, 2), 0.5)
    >>> result = tcl(np.zeros((2, 2)), plus, [0.0, 0.4, 1.0], bath)
    >>> np.allclose(result.states[:, 0, 1], 0.5 * np.exp(-2 * (g * result.times) ** 2))
    True
    """
    H = check_expansion(H, environment, order)
    tlist = np.asarray(tlist, dtype=float)
    check_shapes(tlist=(tlist, "t"))
    check_increasing(tlist, "tlist")
    if step is not None:
        check_positive(step, "step")
    start = relevant_start(rho0, environment)

    if len(tlist) == 1:
        x, error, used = start.columns[None], 0.0, 0.0
    else:
        times = tlist - tlist[0]
        environment = remembering(environment, times[-1])
        solve = partial(_solve, H, environment, order, start, times, progress)
        x, error, used = solve_by_halving(
            solve, H, environment, start, times[-1], step, MOST_STEPS
        )
    P = projection_of(environment)
    return Evolution(
        times=tlist,
        blocks=to_blocks(x, start, environment.d),
        method=(
            f"time-convolutionless generator to order {order}, sixth-order Magnus "
            f"steps of {used:.6g}"
        ),
        dims=(environment.d,),
        weights=None if P is None else P.weights,
        error=error,
    )


def _solve(
    H: np.ndarray,
    environment: FiniteEnvironment | GaussianBath,
    order: int,
    start: RelevantStart,
    times: np.ndarray,
    progress: bool | None,
    n_steps: int,
) -> Solution:
    """Return x at `times`, and its change on doubling the step."""
    grid = np.linspace(0, times[-1], n_steps + 1)
    found = []
    for every in (1, 2):
        if every == 1 or isinstance(environment, GaussianBath):
            # a bath's correlations are integrated on the grid: that error counts too
            K, source = generator_on_grid(
                H, environment, grid[::every], order, start.totals, progress
            )
        else:
            K, source = K[::2], source[::2]
        x = _march(K, source, start.columns, every * grid[1], progress)
        found.append(x)
    return compare(found[0], found[1], times, float(grid[1]), start, environment.d)


def _march(
    K: np.ndarray,
    source: np.ndarray,
    columns: np.ndarray,
    step: float,
    progress: bool | None,
) -> np.ndarray:
    """Integrate ẋ = 𝒦x + 𝓘 over a grid by Magnus steps, shape (N + 1, m, r)."""
    t, m, r = source.shape
    augmented = np.zeros((t, m + r, m + r))
    augmented[:, :m, :m], augmented[:, :m, m:] = K, source
    x = np.concatenate([columns, np.eye(r, columns.shape[1])])
    out = np.empty((t, *x.shape))
    out[0] = x
    chunk = max(1, CHUNK // (m + r) ** 2)
    with ProgressLine("time-local steps", t - 1, show=progress) as line:
        for first in range(0, t - 1, chunk):
            starts = np.arange(first, min(first + chunk, t - 1), dtype=float)
            nodes = gauss_nodes(starts, starts + 1)  # (3, s), in steps
            samples = interpolate_uniform(augmented, nodes.reshape(-1), POINTS)
            samples = samples.reshape(*nodes.shape, m + r, m + r)
            lengths = np.full(len(starts), step)
            factors = expm_many(sixth_order_exponent(samples, lengths))
            for i, factor in enumerate(factors, start=first):
                out[i + 1] = factor @ out[i]
            line.advance(len(starts))
    return out[:, :m]
