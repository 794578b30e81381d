"""The action of the exponential of a large constant generator on a state."""

from collections.abc import Callable, Iterator

import numpy as np

from ..._core.errors import ConvergenceError
from .exponential import expm_many

__all__ = ["krylov_states"]

BASIS = 48  # vectors of a Krylov space
HELD = 2**27  # entries of the basis held at once
GRID = 32  # parts of the error integral
EPS = np.finfo(float).eps


def krylov_states(
    act: Callable[[np.ndarray], np.ndarray],
    start: np.ndarray,
    times: np.ndarray,
    tol: float,
) -> Iterator[tuple[np.ndarray, float]]:
    r"""Yield exp(L (t − t₀)) x₀ and a bound of its error, for all times but the first.

    Each step is x ≈ β V e^{tH} e₁ with L V = V H + h v e_mᵀ from a recurrence that is
    orthogonal to the last two vectors only: full orthogonality would cost more than L
    itself and is not needed, since the residual

    .. math:: \dot x - L x = -\beta h\, v\, e_m^T e^{tH} e_1

    is exact for any basis of unit vectors. A step is the longest one over which the
    time integral of its norm stays within the share of `tol`. The bound is the sum of
    these integrals: it holds where the flow does not increase the norm.

    Parameters
    ----------
    act : callable
        Real vector (N,) → L x of the same shape.
    start : shape (N,)
        x₀, real.
    times : shape (t,)
        Strictly increasing; the first is that of `start`.
    tol : float
        Norm of the error at the last time.

    Raises
    ------
    ConvergenceError
        If a derivative is not finite, or steps become too short to make progress.

    References
    ----------
    .. [1] Botchev, Knizhnerman, J. Comput. Appl. Math. 364, 112311 (2020), for the
       residual; Gaudreault, Rainwater, Tokman, J. Comput. Phys. 372, 236 (2018), for
       the incomplete orthogonalisation.
    """
    size = max(4, min(BASIS, HELD // max(1, start.size)))
    V = np.empty((size + 1, start.size))
    now, x, error, done = times[0], start, 0.0, 1
    reach = times[-1] - now
    while done < len(times):
        beta = float(np.linalg.norm(x))
        left = times[-1] - now
        share = tol / (times[-1] - times[0]) / max(beta, 1e-300)
        reach = min(reach, left)
        H, h = _basis(act, x / max(beta, 1e-300), V, reach, share)
        step, bound = _longest_step(H, h, reach, share)
        if step <= 16 * np.spacing(np.abs(times).max()):
            raise ConvergenceError(
                f"`tol` = {tol:.3g} must allow steps of some length, but near t = "
                f"{now:.6g} allows none. Is it above rounding?"
            )
        error += beta * (bound + len(H) * EPS)
        reached = int(np.searchsorted(times, now + step, side="right"))
        if step >= left:
            reached = len(times)
        at = np.append(times[done:reached] - now, step)
        weights = beta * expm_many(H * at[:, None, None])[:, :, 0]  # (t, m)
        for row in weights[:-1]:
            yield row @ V[: len(H)], error
        x = weights[-1] @ V[: len(H)]
        now, done, reach = now + step, reached, 4 * step


def _basis(
    act: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    V: np.ndarray,
    reach: float,
    share: float,
) -> tuple[np.ndarray, float]:
    """Fill V with unit vectors until they reach far enough; return H and h."""
    size = len(V) - 1
    H = np.zeros((size, size))
    V[0] = x
    h = 0.0
    for m in range(1, size + 1):
        w = np.array(act(V[m - 1]))
        for j in range(max(0, m - 2), m):
            H[j, m - 1] = V[j] @ w
            w -= H[j, m - 1] * V[j]
        h = float(np.linalg.norm(w))
        part = H[:m, :m]
        if not np.isfinite(h):
            raise ConvergenceError(
                "`generator` must give finite derivatives, but gives infinite ones or "
                "none. Are its operators finite?"
            )
        if h <= EPS * np.abs(part).sum(axis=0).max():
            return part, 0.0
        np.divide(w, h, out=V[m])
        if m < size:
            H[m, m - 1] = h
            if m % 8 == 0 and _longest_step(part, h, reach, share)[0] == reach:
                return part, h
    return H, h


def _longest_step(
    H: np.ndarray, h: float, reach: float, share: float
) -> tuple[float, float]:
    """Return the longest step up to `reach` that `share` allows, and its integral."""
    if h == 0.0:
        return reach, 0.0
    while reach > 0:
        step = reach / GRID
        factor = expm_many((H * step)[None])[0]
        column, tips = np.eye(len(H))[0], []
        for _ in range(GRID + 1):
            tips.append(abs(column[-1]))
            column = factor @ column
        heights = np.array(tips)
        areas = h * step * np.cumsum((heights[1:] + heights[:-1]) / 2)  # (GRID,)
        over = np.flatnonzero(~(areas <= share * step * np.arange(1, GRID + 1)))
        if over.size == 0:
            return reach, float(areas[-1])
        if over[0] > 0:
            return float(over[0] * step), float(areas[over[0] - 1])
        reach = step if step > 1e-300 else 0.0
    return 0.0, 0.0
