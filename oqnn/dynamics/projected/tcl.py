"""The time-convolutionless equation: time-local evolution of projected blocks."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_increasing, check_positive, check_shapes
from ..._core.errors import ConvergenceError
from ..._core.progress import ProgressLine
from ..evolution import Evolution
from ..solvers.exponential import expm_many
from ..solvers.magnus import gauss_nodes, sixth_order_exponent
from .bath_tcl import POINTS
from .baths import FiniteEnvironment, GaussianBath
from .gregory import interpolate_uniform
from .relevant_start import RelevantStart, projection_of, relevant_start, to_blocks
from .tcl_generator import check_expansion, generator_on_grid

__all__ = ["tcl"]

LEAST_STEPS = 4 * POINTS + 2
GOAL = 1e-8  # of the error, if the step is chosen here
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
        entry on doubling the step, about 60 times the error of smooth problems; it says
        nothing of the expansion in H_int.

    Raises
    ------
    TypeError
        If `environment` is of another class.
    ValueError
        As in `tcl_generator`, or if `rho0` has another shape or `step` is not positive.
    ConvergenceError
        If 2¹⁶ steps do not reach the goal.

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
        setting = (H, environment, order, start, tlist - tlist[0])
        count = "steps" if step is None else f"steps of at most {step:.6g}"
        with ProgressLine(f"time-local {count}", 1, show=progress) as line:
            x, error, used = (
                _refine(*setting) if step is None else _solve(*setting, step)
            )
            line.advance()
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
    step: float,
) -> tuple[np.ndarray, float, float]:
    """Return x (t, m, r) at `times`, its change on doubling the step, and the step."""
    n_steps = max(LEAST_STEPS, 2 * int(np.ceil(times[-1] / step / 2)))
    grid = np.linspace(0, times[-1], n_steps + 1)
    K, source = generator_on_grid(H, environment, grid, order, start.totals)
    found = []
    for every in (1, 2):
        x = _march(K[::every], source[::every], start.columns, every * grid[1])
        at = np.clip(times / (every * grid[1]), 0, len(x) - 1)
        found.append(interpolate_uniform(x, at, POINTS))
    gap = np.abs(to_blocks(found[0] - found[1], start, environment.d)).max()
    return found[0], float(gap), float(grid[1])


def _march(
    K: np.ndarray, source: np.ndarray, columns: np.ndarray, step: float
) -> np.ndarray:
    """Integrate ẋ = 𝒦x + 𝓘 over a grid by Magnus steps, shape (N + 1, m, r)."""
    t, m, r = source.shape
    augmented = np.zeros((t, m + r, m + r))
    augmented[:, :m, :m], augmented[:, :m, m:] = K, source
    x = np.concatenate([columns, np.eye(r, columns.shape[1])])
    out = np.empty((t, *x.shape))
    out[0] = x
    chunk = max(1, CHUNK // (m + r) ** 2)
    for first in range(0, t - 1, chunk):
        starts = np.arange(first, min(first + chunk, t - 1), dtype=float)
        nodes = gauss_nodes(starts, starts + 1)  # (3, s), in steps
        samples = interpolate_uniform(augmented, nodes.reshape(-1), POINTS)
        samples = samples.reshape(*nodes.shape, m + r, m + r)
        factors = expm_many(sixth_order_exponent(samples, np.full(len(starts), step)))
        for i, factor in enumerate(factors, start=first):
            out[i + 1] = factor @ out[i]
    return out[:, :m]


def _refine(
    H: np.ndarray,
    environment: FiniteEnvironment | GaussianBath,
    order: int,
    start: RelevantStart,
    times: np.ndarray,
) -> tuple[np.ndarray, float, float]:
    """Halve the step until the change on doubling it reaches the goal."""
    scale = max(1.0, float(np.abs(start.columns).max()))
    n_steps = 2 * LEAST_STEPS
    while True:
        x, error, used = _solve(
            H, environment, order, start, times, times[-1] / n_steps
        )
        if error <= GOAL * scale:
            return x, error, used
        if n_steps >= MOST_STEPS:
            raise ConvergenceError(
                f"The error is still {error:.3g} at {n_steps} steps. Does the "
                "correlation function jump, or the generator grow without bound? "
                "Choose `step`, or a shorter `tlist`."
            )
        n_steps *= 2
