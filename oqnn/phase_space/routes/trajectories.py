"""Classical trajectories in a potential, and how their neighbours leave them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_positive
from ..._core.errors import ConvergenceError
from ..motion.arguments import convert_times
from ..potentials.checks import check_potential
from ..potentials.potential import Potential, as_potential
from .refinement import cut, refine, steps_between
from .symplectic import ORDER, travel

__all__ = [
    "TangentMaps",
    "Trajectories",
    "classical_trajectories",
    "tangent_maps",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class Trajectories:
    """Classical trajectories at all times.

    Attributes
    ----------
    times : shape (t,)
        As asked for.
    x, p : shape (t, ...)
        Positions and momenta.
    error : shape (t,)
        Largest |δx| and |δp|, from finer steps; NaN if `step` was given.
    steps : shape (t,)
        Steps taken since the time before.
    """

    times: np.ndarray
    x: np.ndarray
    p: np.ndarray
    error: np.ndarray
    steps: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class TangentMaps:
    """Classical trajectories with their derivatives by the starting points.

    Attributes
    ----------
    times : shape (t,)
        As asked for.
    x, p : shape (t, ...)
        Positions and momenta.
    maps : shape (t, ..., 2, 2)
        ∂(x, p)(t)/∂(x₀, p₀), of determinant one.
    error : shape (t,)
        Of the maps, relative to the largest entry of each.
    steps : shape (t,)
        Steps taken since the time before.
    """

    times: np.ndarray
    x: np.ndarray
    p: np.ndarray
    maps: np.ndarray
    error: np.ndarray
    steps: np.ndarray

    @property
    def stretching(self) -> np.ndarray:
        """Largest singular value σ of each map, shape (t, ...).

        It depends on the units of x and p; its rate of growth does not.
        """
        return np.linalg.norm(self.maps, ord=2, axis=(-2, -1))

    @property
    def exponents(self) -> np.ndarray:
        """Finite-time Lyapunov exponents ln σ/(t − t₀), shape (t − 1, ...).

        Of ``times[1:]``; 1/time.
        """
        spans = self.times[1:] - self.times[0]
        spans = spans.reshape(-1, *[1] * (self.x.ndim - 1))
        return np.log(self.stretching[1:]) / spans


def classical_trajectories(
    potential: Potential | Callable[..., ArrayLike],
    x0: ArrayLike,
    p0: ArrayLike,
    tlist: ArrayLike,
    *,
    mass: float = 1.0,
    step: float | None = None,
    tol: float = 1e-9,
) -> Trajectories:
    r"""Solve Hamilton's equations for any number of starting points.

    .. math:: \dot x = p/m, \qquad \dot p = -U'(x, t),

    by a symplectic splitting of fourth order, four forces a step [1]_. Energy errs by a
    bounded amount, and every step backwards undoes one forwards to rounding.

    Parameters
    ----------
    potential : Potential or callable
        U(x) or U(x, t). A kick K takes p to p − K′(x).
    x0, p0 : shape (...)
        Starting points at ``tlist[0]``; shapes broadcast.
    tlist : shape (t,)
        Strictly increasing.
    mass : float, optional
        m.
    step : float, optional
        Longest time step. By default steps are refined until `tol` is met, which chaos
        makes exponentially hard: give a step for long times, and for pulses shorter
        than a thousandth of the time, which may be missed.
    tol : float, optional
        Bound on the largest |δx| and |δp|, where no `step` is given.

    Returns
    -------
    Trajectories
        ``x`` and ``p`` of shape (t, ...).

    Raises
    ------
    TypeError
        If `potential` is none.
    ValueError
        If points are not finite or do not broadcast, the potential is not finite there,
        times do not increase, or a number is not positive.
    ConvergenceError
        If `tol` is not met, or a trajectory leaves for infinity.

    References
    ----------
    .. [1] Omelyan, Mryglod and Folk, Comput. Phys. Commun. 146, 188 (2002), eq. (20).
       Time advances with x.

    Examples
    --------
    >>> times = [0, np.pi / 4]
    >>> run = classical_trajectories(lambda x: 2 * x**2, 1.0, [0.0, 2.0], times)
    >>> run.x.round(8) + 0.0
    array([[1., 1.],
           [0., 1.]])
    """
    potential, start, times = _convert(potential, x0, p0, tlist, mass, step, tol)
    segments = cut(potential, times, _round(start[0]))

    def run(counts: np.ndarray) -> np.ndarray:
        return travel(potential, start, segments, counts, mass)

    def distance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            return np.abs(one - other).reshape(times.size, -1).max(axis=1)

    points, error, counts = refine(
        run, distance, segments, step=step, order=ORDER, tol=tol
    )
    _check_finite(points, times)
    return Trajectories(
        times=times,
        x=points[:, 0],
        p=points[:, 1],
        error=error,
        steps=steps_between(segments, counts),
    )


def tangent_maps(
    potential: Potential | Callable[..., ArrayLike],
    x0: ArrayLike,
    p0: ArrayLike,
    tlist: ArrayLike,
    *,
    mass: float = 1.0,
    step: float | None = None,
    tol: float = 1e-9,
) -> TangentMaps:
    r"""Solve Hamilton's equations with their linearisation about each trajectory.

    .. math:: \dot M = \begin{pmatrix} 0 & 1/m \\ -U''(x, t) & 0 \end{pmatrix} M,
              \qquad M(t_0) = 1,

    as the exact derivative of the steps of `classical_trajectories`.

    Parameters
    ----------
    potential, x0, p0, tlist, mass, step
        As there; the second derivative of the potential is needed.
    tol : float, optional
        Bound on the error of each map relative to its largest entry, and on that of
        each point, where no `step` is given.

    Returns
    -------
    TangentMaps
        ``maps`` of shape (t, ..., 2, 2), with ``stretching`` and ``exponents``.

    Raises
    ------
    TypeError, ValueError, ConvergenceError
        As `classical_trajectories`, and ValueError if the second derivative of the
        potential is not known.

    Examples
    --------
    An inverted oscillator stretches at the rate one:

    >>> maps = tangent_maps(lambda x: -(x**2) / 2, 0.0, 0.0, [0.0, 3.0]).maps
    >>> bool(np.allclose(maps[1], [[np.cosh(3), np.sinh(3)], [np.sinh(3), np.cosh(3)]]))
    True
    """
    potential, start, times = _convert(potential, x0, p0, tlist, mass, step, tol)
    segments = cut(potential, times, _round(start[0]))
    unit = np.eye(2).reshape(4, *[1] * (start.ndim - 1))
    start = np.concatenate([start, np.broadcast_to(unit, (4, *start.shape[1:]))])

    def run(counts: np.ndarray) -> np.ndarray:
        return travel(potential, start, segments, counts, mass)

    def distance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            gaps = np.abs(one - other)
            gaps[:, 2:] /= np.abs(one[:, 2:]).max(axis=1, keepdims=True)
            return gaps.reshape(times.size, -1).max(axis=1)

    points, error, counts = refine(
        run, distance, segments, step=step, order=ORDER, tol=tol
    )
    _check_finite(points, times)
    maps = np.moveaxis(points[:, 2:], 1, -1)
    return TangentMaps(
        times=times,
        x=points[:, 0],
        p=points[:, 1],
        maps=maps.reshape(*maps.shape[:-1], 2, 2),
        error=error,
        steps=steps_between(segments, counts),
    )


def _round(x: np.ndarray) -> np.ndarray:
    """Return ends of a range round starting points, to look for pulses on."""
    return np.array([x.min() - 1, x.max() + 1])


def _convert(
    potential: Potential | Callable[..., ArrayLike],
    x0: ArrayLike,
    p0: ArrayLike,
    tlist: ArrayLike,
    mass: float,
    step: float | None,
    tol: float,
) -> tuple[Potential, np.ndarray, np.ndarray]:
    """Return the potential, the points (2, ...) and the times, all checked."""
    potential = as_potential(potential)
    x, p = np.asarray(x0, dtype=float), np.asarray(p0, dtype=float)
    times = convert_times(tlist, step, tol)
    try:
        start = np.stack(np.broadcast_arrays(x, p))
    except ValueError:
        raise ValueError(
            f"`x0` and `p0` must broadcast, but have shapes {x.shape} and {p.shape}. "
            "For all pairs, pass x0[:, None]."
        ) from None
    check_finite(x, "x0")
    check_finite(p, "p0")
    check_positive(mass, "mass")
    check_potential(potential, x, times[0])
    return potential, start, times


def _check_finite(points: np.ndarray, times: np.ndarray) -> None:
    """Report trajectories that left, or steps too long to hold them."""
    lost = np.flatnonzero(~np.isfinite(points).reshape(times.size, -1).all(axis=1))
    if lost.size:
        raise ConvergenceError(
            f"trajectories must stay finite, but by t = {times[lost[0]]:.6g} some have "
            "left. Try a smaller `step`, or shorter times if the potential is not "
            "bounded below."
        )
