"""Liouville's equation by characteristics: W moves with the classical points."""

from collections.abc import Callable
from typing import Final

import numpy as np
import scipy.ndimage
from numpy.typing import ArrayLike

from ..._core.checks import check_positive
from ..grid import PhaseSpaceGrid
from ..guards import check_fits
from ..motion.arguments import convert_times
from ..motion.evolution import PhaseSpaceEvolution
from ..potentials.checks import check_potential
from ..potentials.potential import Potential, as_potential
from ..wigner_function import Bandwidth, WignerFunction
from .refinement import Segment, cut, refine, steps_between
from .symplectic import ORDER, cross, kicked, travel

__all__ = ["propagate_classical"]

Density = Callable[[np.ndarray, np.ndarray], ArrayLike]
FINER = 4  # W is refined by its Fourier series, then joined by splines
SPLINE: Final = 5


def propagate_classical(
    potential: Potential | Callable[..., ArrayLike],
    W: WignerFunction | Density,
    tlist: ArrayLike,
    *,
    grid: PhaseSpaceGrid | None = None,
    mass: float = 1.0,
    step: float | None = None,
    tol: float = 1e-9,
) -> PhaseSpaceEvolution:
    r"""Move W along classical trajectories, the solution of Liouville's equation.

    .. math:: W(z, t) = W(z_0(z, t), t_0), \qquad
              \partial_t W = -\frac pm \partial_x W + U'(x, t)\,\partial_p W,

    where z₀ is where the trajectory through z at time t came from. Every point of the
    grid is followed back on its own, so that the values are right on any grid, even or
    not and however coarse, and through folds much finer than it. They agree with
    `propagate` at ``order_hbar=0``, which shares nothing with this route. One run
    serves all times, unless the potential depends on time or kicks: then every time
    needs its own.

    Parameters
    ----------
    potential : Potential or callable
        U(x) or U(x, t), an energy.
    W : WignerFunction or callable
        At ``tlist[0]``. A function W(x, p), with values of shape (..., nx, np), is
        taken exactly. Values on a grid are interpolated within its window, to 1e-8 of
        the largest with four fifths of the bandwidth in use, and are zero beyond it.
    tlist : shape (t,)
        Strictly increasing.
    grid : PhaseSpaceGrid, optional
        Points to report at, with the ħ of `W`; by default those of `W`.
    mass : float, optional
        m.
    step : float, optional
        Longest time step. By default steps are refined until `tol` is met. Give one
        for pulses shorter than a thousandth of the time, which may be missed.
    tol : float, optional
        Bound on max|δW|/max|W|, over all that is reported, where no `step` is given.

    Returns
    -------
    PhaseSpaceEvolution
        ``values`` of shape (t, ..., nx, np). Points that come from infinity, as those
        of unbounded potentials do, carry nothing. The bandwidth of an uneven grid is
        NaN.

    Raises
    ------
    TypeError
        If `potential` is none, or `W` neither kind.
    ValueError
        If `W` is a function and no `grid` is given, W does not fit its grid or has
        another ħ than `grid`, the potential is not finite, times do not increase, or a
        number is not positive.
    ConvergenceError
        If `tol` is not met.

    References
    ----------
    .. [1] Eq. 1.2 at s = 0.

    Examples
    --------
    >>> grid = PhaseSpaceGrid.centered(4, 4, (16, 24))
    >>> def W(x, p):
    ...     return np.exp(-((x - 1) ** 2) - p**2) / np.pi
    >>> run = propagate_classical(lambda x: x**2 / 2, W, [0, np.pi / 2], grid=grid)
    >>> bool(np.allclose(run.values[1], W(-grid.p, grid.x[:, None]), atol=1e-9))
    True
    """
    potential, times = as_potential(potential), convert_times(tlist, step, tol)
    density, grid = _density(W, grid)
    check_positive(mass, "mass")
    segments = cut(potential, times, grid.x)
    _check_on_the_way(potential, grid, times[0], segments)

    def run(counts: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore", invalid="ignore"):  # points from infinity
            origins = _origins(potential, grid, segments, counts, mass)
            return np.stack([_carried(density, *points) for points in origins])

    def distance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        gaps = np.abs(one - other).reshape(times.size, -1).max(axis=1)
        # The largest at any time: at the first W may be outside of the grid.
        return gaps / (np.abs(one).max() or 1.0)

    values, error, counts = refine(
        run, distance, segments, step=step, order=ORDER, tol=tol
    )
    states = WignerFunction(values, grid)
    unknown = np.full(values.shape[:-2], np.nan)
    return PhaseSpaceEvolution(
        times=times,
        values=values,
        grid=grid,
        error=error,
        steps=steps_between(segments, counts),
        edge_mass=states.edge_mass,
        bandwidth=states.bandwidth if grid.is_even else Bandwidth(unknown, unknown),
    )


def _check_on_the_way(
    potential: Potential, grid: PhaseSpaceGrid, start: float, segments: list[Segment]
) -> None:
    """Check U and the kicks at all times: NaN later on would look like infinity."""
    check_potential(potential, grid.x, start)
    for segment in segments:
        check_potential(potential, grid.x, segment.stop)
        if segment.kick is not None:
            check_potential(segment.kick, grid.x, segment.stop, "kick")


def _origins(
    potential: Potential,
    grid: PhaseSpaceGrid,
    segments: list[Segment],
    counts: np.ndarray,
    mass: float,
) -> np.ndarray:
    """Return where the points of the grid came from, shape (t, 2, nx, np)."""
    ends = np.stack(np.meshgrid(grid.x, grid.p, indexing="ij"))
    kicks = any(segment.kick is not None for segment in segments)
    if not (potential.depends_on_time or kicks):
        # Backwards is forwards with the momentum reversed, at all times at once.
        turn = np.array([1.0, -1.0])[:, None, None]
        return turn * travel(potential, turn * ends, segments, counts, mass)
    origins = [ends]
    for n, last in enumerate(segments):
        if not last.kept:
            continue
        points = ends
        for segment, count in zip(segments[n::-1], counts[n::-1], strict=True):
            if segment.kick is not None:
                points = kicked(segment.kick, points, segment.stop, -1.0)
            points = cross(potential, points, segment.stop, segment.start, count, mass)
        origins.append(points)
    return np.stack(origins)


def _carried(density: Density, x: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return W at points, zero at those that are not finite."""
    inside = np.isfinite(x) & np.isfinite(p)
    values = np.asarray(
        density(np.where(inside, x, 0.0), np.where(inside, p, 0.0)), dtype=float
    )
    return np.where(inside, values, 0.0)


def _density(
    W: WignerFunction | Density, grid: PhaseSpaceGrid | None
) -> tuple[Density, PhaseSpaceGrid]:
    """Return W as a function, and the grid to report at."""
    if isinstance(W, WignerFunction):
        W.grid.check_even("W")
        check_fits(W.edge_mass, W.grid)
        if grid is not None and grid.hbar != W.hbar:
            raise ValueError(
                f"`grid` must have the hbar of `W`, {W.hbar:.6g}, but has "
                f"{grid.hbar:.6g}. PhaseSpaceGrid(x, p, W.hbar) makes one."
            )
        return _interpolated(W), grid or W.grid
    if not callable(W):
        raise TypeError(
            "`W` must be a WignerFunction or a function W(x, p), but is a "
            f"{type(W).__name__}."
        )
    if grid is None:
        raise ValueError(
            "`grid` must be given where `W` is a function, but is not. It holds the "
            "points at which W is reported."
        )
    return W, grid


def _interpolated(W: WignerFunction) -> Density:
    """Return W between the points of its grid, zero beyond its window."""
    from scipy.signal import resample  # here, as its import takes a second

    fine, grid = W.values, W.grid
    for axis in (-2, -1):
        fine = resample(fine, FINER * fine.shape[axis], axis=axis)
    flat = [
        scipy.ndimage.spline_filter(values, SPLINE, mode="grid-wrap")
        for values in fine.reshape(-1, *fine.shape[-2:])
    ]

    def density(x: np.ndarray, p: np.ndarray) -> np.ndarray:
        i = FINER * (x - grid.x[0]) / grid.dx
        j = FINER * (p - grid.p[0]) / grid.dp
        rows, columns = fine.shape[-2:]
        inside = (i >= 0) & (i <= rows) & (j >= 0) & (j <= columns)
        where = np.where(inside, np.stack([i, j]), 0.0)
        values = [
            scipy.ndimage.map_coordinates(
                spline, where, order=SPLINE, mode="grid-wrap", prefilter=False
            )
            for spline in flat
        ]
        return np.where(inside, np.reshape(values, (*W.batch, *x.shape)), 0.0)

    return density
