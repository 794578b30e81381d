"""The Nakajima-Zwanzig equation: evolution with memory of projected blocks."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_increasing, check_positive, check_shapes
from ..evolution import Evolution
from .baths import FiniteEnvironment, GaussianBath
from .memory_kernel import check_environment, kernel_on_grid
from .relevant_start import RelevantStart, projection_of, relevant_start, to_blocks
from .remembered import remembering
from .step_halving import Solution, compare, solve_by_halving
from .volterra import solve_volterra

__all__ = ["nakajima_zwanzig"]

ORDER = 6  # of the discretisation in time
MOST_STEPS = 2**17


def nakajima_zwanzig(
    H: Any,
    rho0: Any,
    tlist: ArrayLike,
    environment: FiniteEnvironment | GaussianBath,
    *,
    order: int | None = None,
    step: float | None = None,
    progress: bool | None = None,
) -> Evolution:
    r"""Evolve the relevant part Pρ with memory.

    .. math:: \frac{d}{dt} P\rho(t) = PLP\rho(t) + \int_0^t K(t-s)\,P\rho(s)\,ds + I(t)

    with the exact kernel of a finite environment, which gives the exact blocks for any
    coupling, projection and start, or with kernel and inhomogeneous term expanded in
    H_int to second or fourth order (`memory_kernel`). Time is measured from
    ``tlist[0]``. Solved in O(N log² N) at order 6 in the step (`solve_volterra`) on a
    uniform grid, interpolated at order 6.

    Truncated equations need not keep states positive: `Evolution.least_eigenvalue`
    reports it. With projections whose A_i are not positive, as `Projection.pauli`,
    blocks are no states to begin with; look at `Evolution.states`.

    Parameters
    ----------
    H : Qobj or shape (d, d), angular frequency
        Hamiltonian of the system.
    rho0 : Qobj, or shape (d,), (d, d), (*batch, n, d, d), (d e,) or (d e, d e)
        State of the system, for projections with n = 1; blocks; or a total state on
        S ⊗ E (FiniteEnvironment only), whose irrelevant part enters I(t), expanded to
        the same order as the kernel. Any operator, Hermitian or not.
    tlist : shape (t,)
        Strictly increasing times; the first is that of `rho0`.
    environment : FiniteEnvironment or GaussianBath
        What the system is coupled to.
    order : None, 2 or 4, optional
        None for the exact kernel of a FiniteEnvironment.
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
        smooth problems.

    Raises
    ------
    TypeError
        If `environment` is of another class.
    ValueError
        If `H` is not Hermitian, sizes disagree, `tlist` does not increase, `step` is
        not positive, `order` is not offered, a correlation is not finite, or the
        memory does not suffice.
    ConvergenceError
        If 2¹⁷ steps do not reach the goal or do not resolve the correlations of a
        bath, or the solution grows without bound.

    References
    ----------
    .. [1] H.-P. Breuer and F. Petruccione, The Theory of Open Quantum Systems (2002),
       sec. 9.1; H.-P. Breuer, Phys. Rev. A 75, 022103 (2007).

    Examples
    --------
    Coherence of a spin dephased by another that is fully mixed: ½ cos 2gt.

    >>> import numpy as np
    >>> from oqnn.dynamics.projected.baths import FiniteEnvironment
    >>> from oqnn.dynamics.projected.projection import Projection
    >>> z, g = np.diag([1.0, -1.0]), 0.5
    >>> spin = Projection.product(np.eye(2) / 2)
    >>> bath = FiniteEnvironment(np.zeros((2, 2)), g * np.kron(z, z), spin)
    >>> plus = np.full((2, 2), 0.5)
    >>> result = nakajima_zwanzig(np.zeros((2, 2)), plus, [0.0, 1.0, 2.5], bath)
    >>> np.allclose(result.states[:, 0, 1], 0.5 * np.cos(2 * g * result.times))
    True
    """
    H = check_environment(H, environment, order)
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
    kernel = "exact kernel" if order is None else f"kernel to order {order}"
    return Evolution(
        times=tlist,
        blocks=to_blocks(x, start, environment.d),
        method=f"Nakajima-Zwanzig, {kernel}, steps of {used:.6g} at order {ORDER}",
        dims=(environment.d,),
        weights=None if P is None else P.weights,
        error=error,
    )


def _solve(
    H: np.ndarray,
    environment: FiniteEnvironment | GaussianBath,
    order: int | None,
    start: RelevantStart,
    times: np.ndarray,
    progress: bool | None,
    n_steps: int,
) -> Solution:
    """Return x at `times`, and its change on doubling the step."""
    h = float(times[-1] / n_steps)
    setting = (order, start.totals, progress)
    found = []
    for every in (1, 2):
        if every == 1 or isinstance(environment, GaussianBath):
            # a bath's fourth order is integrated on the grid: its error counts too
            drift, kernel, source = kernel_on_grid(
                H, environment, every * h, n_steps // every, *setting
            )
        else:
            kernel, source = kernel[::2], source[::2]
        x = solve_volterra(
            drift,
            kernel,
            start.columns,
            every * h,
            source=source if source.shape[2] else None,
            order=ORDER,
            progress=progress,
        )
        found.append(x)
    return compare(found[0], found[1], times, h, start, environment.d)
