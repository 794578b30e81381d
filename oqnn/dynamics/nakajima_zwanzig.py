"""The Nakajima-Zwanzig equation: evolution with memory of projected blocks."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .._core.bases import from_coordinates, to_coordinates
from .._core.checks import check_finite, check_increasing, check_positive, check_shapes
from .._core.errors import ConvergenceError
from .._core.qobj import as_state
from .baths import FiniteEnvironment, GaussianBath
from .evolution import Evolution
from .gregory import interpolate_uniform
from .memory_kernel import check_environment, hermitian_parts, kernel_on_grid
from .projection import Projection
from .volterra import solve_volterra

__all__ = ["nakajima_zwanzig"]

ORDER = 6  # of the discretisation in time
LEAST_STEPS = 4 * ORDER + 2  # so that every second sample is enough for a run too
GOAL = 1e-8  # of the error, if the step is chosen here
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
        entry on doubling the step, about 60 times the error of smooth problems.

    Raises
    ------
    TypeError
        If `environment` is of another class.
    ValueError
        If `H` is not Hermitian, sizes disagree, `tlist` does not increase, `step` is
        not positive, `order` is not offered, a correlation is not finite, or the
        memory does not suffice.
    ConvergenceError
        If 2¹⁷ steps do not reach the goal.

    References
    ----------
    .. [1] H.-P. Breuer and F. Petruccione, The Theory of Open Quantum Systems (2002),
       sec. 9.1; H.-P. Breuer, Phys. Rev. A 75, 022103 (2007).

    Examples
    --------
    Coherence of a spin dephased by another that is fully mixed: ½ cos 2gt.

    >>> import numpy as np
    >>> from oqnn.dynamics.baths import FiniteEnvironment
    >>> from oqnn.dynamics.projection import Projection
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
    start = _start(rho0, environment)

    if len(tlist) == 1:
        x, error, used = start.columns[None], 0.0, 0.0
    else:
        setting = (H, environment, order, start, tlist - tlist[0], progress)
        x, error, used = _refine(*setting) if step is None else _solve(*setting, step)
    P = _projection(environment)
    kernel = "exact kernel" if order is None else f"kernel to order {order}"
    return Evolution(
        times=tlist,
        blocks=_to_blocks(x, start, environment.d),
        method=f"Nakajima-Zwanzig, {kernel}, steps of {used:.6g} at order {ORDER}",
        dims=(environment.d,),
        weights=None if P is None else P.weights,
        error=error,
    )


class _Start(NamedTuple):
    """Real columns of block coordinates, first all real parts, then imaginary ones."""

    columns: np.ndarray  # (m, r)
    totals: np.ndarray | None  # (r, D, D) Hermitian, one a column
    shape: tuple[int, ...]  # of the blocks
    is_complex: bool


def _projection(environment: FiniteEnvironment | GaussianBath) -> Projection | None:
    return (
        environment.projection if isinstance(environment, FiniteEnvironment) else None
    )


def _start(rho0: Any, environment: FiniteEnvironment | GaussianBath) -> _Start:
    """Bring any form of the initial state into columns."""
    d = environment.d
    P = _projection(environment)
    n, total = (1, 0) if P is None else (P.n, d * P.e)
    rho = as_state(rho0, "rho0")
    check_finite(rho, "rho0")
    totals = None
    if rho.shape == (d, d) and n == 1:
        blocks = rho[None]
    elif P is not None and rho.shape == (total, total):
        totals = hermitian_parts(rho[None])
        blocks = P.blocks(rho)
    elif rho.ndim >= 3 and rho.shape[-3:] == (n, d, d):
        blocks = rho
    else:
        shapes = [f"({d}, {d})"] * (n == 1) + [f"(..., {n}, {d}, {d})"]
        shapes += [f"({total}, {total})"] * (P is not None)
        raise ValueError(
            f"`rho0` must have shape {' or '.join(shapes)}, but has shape {rho.shape}."
        )
    x = to_coordinates(blocks).reshape(-1, n * d * d).T
    is_complex = len(totals) == 2 if totals is not None else bool(x.imag.any())
    columns = np.concatenate([x.real, x.imag], axis=1) if is_complex else x.real
    return _Start(columns, totals, blocks.shape, is_complex)


def _to_blocks(x: np.ndarray, start: _Start, d: int) -> np.ndarray:
    """Columns (t, m, r) → blocks (*batch, t, n, d, d)."""
    if start.is_complex:
        half = x.shape[2] // 2
        x = x[..., :half] + 1j * x[..., half:]
    *batch, n = start.shape[:-2]
    blocks = from_coordinates(np.moveaxis(x, 2, 0).reshape(-1, len(x), n, d * d))
    return blocks.reshape(*batch, len(x), n, d, d)


def _solve(
    H: np.ndarray,
    environment: FiniteEnvironment | GaussianBath,
    order: int | None,
    start: _Start,
    times: np.ndarray,
    progress: bool | None,
    step: float,
) -> tuple[np.ndarray, float, float]:
    """Return x (t, m, r) at `times`, its change on doubling the step, and the step."""
    n_steps = max(LEAST_STEPS, 2 * int(np.ceil(times[-1] / step / 2)))
    h = times[-1] / n_steps
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
        at = np.clip(times / (every * h), 0, len(x) - 1)
        found.append(interpolate_uniform(x, at, ORDER))
    gap = _entry_gap(found[0] - found[1], start, environment.d)
    return found[0], gap, h


def _entry_gap(x: np.ndarray, start: _Start, d: int) -> float:
    """Return the largest modulus of an entry of the blocks."""
    return float(np.abs(_to_blocks(x, start, d)).max())


def _refine(
    H: np.ndarray,
    environment: FiniteEnvironment | GaussianBath,
    order: int | None,
    start: _Start,
    times: np.ndarray,
    progress: bool | None,
) -> tuple[np.ndarray, float, float]:
    """Halve the step until the change on doubling it reaches the goal."""
    scale = max(1.0, float(np.abs(start.columns).max()))
    total = H if isinstance(environment, GaussianBath) else environment.total(H)
    n_steps = 2 * LEAST_STEPS
    rate = np.ptp(np.linalg.eigvalsh(total))
    while n_steps * 0.5 < rate * times[-1] and n_steps < MOST_STEPS:
        n_steps *= 2
    while True:
        step = times[-1] / n_steps
        x, error, used = _solve(H, environment, order, start, times, progress, step)
        if error <= GOAL * scale:
            return x, error, used
        if n_steps >= MOST_STEPS:
            raise ConvergenceError(
                f"The error is still {error:.3g} at {n_steps} steps. Does the memory "
                "kernel jump, or last much shorter than the evolution? Choose `step`, "
                "or a shorter `tlist`."
            )
        n_steps *= 2
