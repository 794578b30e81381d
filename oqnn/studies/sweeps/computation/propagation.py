"""Columns of many points along time, under constant, cut and sampled controls."""

from collections.abc import Iterator, Sequence

import numpy as np

from ....dynamics import ConstantControls, Controls, PiecewiseControls
from ....dynamics.solvers.propagators import distinct_rows
from .exponentials import exponentials, powers

__all__ = ["propagate"]

POINTS_HELD = 2**22  # numbers of a group of points worked on at once
STEPS_HELD = 2**16  # numbers in the generators of a window of steps, a point
FACTORS_HELD = 2**20  # numbers in the distinct factors of one point


def propagate(
    parts: np.ndarray,
    controls: Sequence[Controls],
    X: np.ndarray,
    times: np.ndarray,
) -> np.ndarray:
    r"""Move columns by :math:`\dot X = (L_0 + \sum_k u_k(t) L_k) X` from time zero.

    Exact for constant and piecewise-constant controls; one fourth-order Magnus
    exponential a step of sampled ones, as `oqnn.dynamics.evolve`. All points advance
    together, and none depends on the others by a single bit.

    Parameters
    ----------
    parts : shape (p, 1 + k, m, m), 1/time
    controls : p Controls
        All of one kind, with the same edges up to the last time.
    X : shape (p, m, c)
        At time zero.
    times : shape (t,)
        Increasing, from zero on.

    Returns
    -------
    np.ndarray
        Shape (p, m, t, c); NaN or infinite where a point leaves all numbers.
    """
    p, m, c = X.shape
    size = m * c * len(times) + 4 * m**2
    size += min(STEPS_HELD, FACTORS_HELD) if len(times) > 1 else 0
    chunk = max(1, POINTS_HELD // size)
    out = np.empty((p, m, len(times), c))
    move = _constant if isinstance(controls[0], ConstantControls) else _driven
    with np.errstate(over="ignore", invalid="ignore"):
        for first in range(0, p, chunk):
            some = slice(first, first + chunk)
            out[some] = move(parts[some], controls[some], X[some], times)
    return out


def _constant(
    parts: np.ndarray, controls: Sequence[Controls], X: np.ndarray, times: np.ndarray
) -> np.ndarray:
    u = np.array([one.samples(times[:1], times[:1])[0] for one in controls])
    L = _generators(parts, u)[:, 0]
    if times[0] == 0:
        return _from_start(L, X, times)
    from_zero = np.concatenate([[0.0], times])
    if len(times) > 1 and _is_even(from_zero):
        return _from_start(L, X, from_zero)[:, :, 1:]
    X = exponentials(L * times[0]) @ X
    return _from_start(L, X, times - times[0])


def _from_start(L: np.ndarray, X: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return columns at times of which the first is zero."""
    if len(times) > 2 and _is_even(times):
        step = (times[-1] - times[0]) / (len(times) - 1)
        return powers(exponentials(L * step), X, len(times))
    out = np.empty((*X.shape[:2], len(times), X.shape[2]))
    out[:, :, 0] = X
    steps = np.diff(times)
    chosen, index = distinct_rows(steps[:, None])
    factors: dict[int, np.ndarray] = {}
    for t, i in enumerate(index.tolist(), start=1):
        if i not in factors:
            factors = {i: exponentials(L * steps[chosen[i]])}
        X = factors[i] @ X
        out[:, :, t] = X
    return out


def _driven(
    parts: np.ndarray, controls: Sequence[Controls], X: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """Walk over the pieces between times and edges."""
    edges = controls[0].edges(0.0, times[-1])
    cuts = np.union1d(np.concatenate([[0.0], times]), edges)
    wanted = {cut: t for t, cut in enumerate(np.searchsorted(cuts, times).tolist())}
    out = np.empty((*X.shape[:2], len(times), X.shape[2]))
    if 0 in wanted:
        out[:, :, 0] = X
    for i, factor in enumerate(_factors(parts, controls, cuts), start=1):
        X = factor @ X
        if i in wanted:
            out[:, :, wanted[i]] = X
    return out


def _factors(
    parts: np.ndarray, controls: Sequence[Controls], cuts: np.ndarray
) -> Iterator[np.ndarray]:
    """Yield the propagators of all points over each piece, shape (p, m, m)."""
    starts, stops = cuts[:-1], cuts[1:]
    steps, m = stops - starts, parts.shape[-1]
    sampled = {id(one): one.samples(starts, stops) for one in controls}
    u = [sampled[id(one)] for one in controls]  # p times (3, s, k)
    sliced = isinstance(controls[0], PiecewiseControls)
    if sliced:
        kinds = {i: distinct_rows(steps[:, None], v[1]) for i, v in sampled.items()}
        if max(len(first) for first, _ in kinds.values()) * m**2 <= FACTORS_HELD:
            found = [kinds[id(one)] for one in controls]
            yield from _repeated(parts, u, found, steps)
            return
    if not sliced:
        parts = _with_commutators(parts)
    window = max(1, STEPS_HELD // m**2)
    for first in range(0, len(steps), window):
        h = steps[first : first + window, None]
        values = np.array([v[:, first : first + window] for v in u])  # (p, 3, w, k)
        if sliced:
            exponents = _generators(parts, values[:, 1]) * h[..., None]
        else:
            exponents = _magnus(parts, values, h)
        yield from np.moveaxis(exponentials(exponents), 1, 0)


def _with_commutators(parts: np.ndarray) -> np.ndarray:
    """Return L₀ … L_k and then [L_i, L_j] of i < j, shape (p, r, m, m)."""
    first, second = np.triu_indices(parts.shape[1], 1)
    A, B = parts[:, first], parts[:, second]
    return np.concatenate([parts, A @ B - B @ A], axis=1)


def _magnus(parts: np.ndarray, u: np.ndarray, h: np.ndarray) -> np.ndarray:
    r"""Return the Magnus exponents of every point and step, shape (p, w, m, m).

    As `oqnn.dynamics.solvers.magnus.magnus_exponent`, but with
    :math:`[A_0, A_1] = \sum_{i < j} (a_i c_j - a_j c_i)\,[L_i, L_j]` for controls a and
    c at the ends of a step: few commutators serve all steps.

    Parameters
    ----------
    parts : shape (p, r, m, m)
        With commutators.
    u : shape (p, 3, w, k)
        Controls at the start, middle and end of each step.
    h : shape (w, 1)
        Lengths.
    """
    one = np.ones((*u.shape[:-1], 1))
    a, b, c = np.moveaxis(np.concatenate([one, u], axis=-1), 1, 0)  # (p, w, 1 + k)
    i, j = np.triu_indices(a.shape[-1], 1)
    turns = a[..., i] * c[..., j] - a[..., j] * c[..., i]
    shares = np.concatenate([h / 6 * (a + 4 * b + c), -(h**2) / 12 * turns], axis=-1)
    p, r, m, _ = parts.shape
    return (shares @ parts.reshape(p, r, m * m)).reshape(p, -1, m, m)


def _repeated(
    parts: np.ndarray,
    u: Sequence[np.ndarray],
    found: Sequence[tuple[np.ndarray, np.ndarray]],
    steps: np.ndarray,
) -> Iterator[np.ndarray]:
    """Yield factors of controls with few distinct pieces, each taken once a point."""
    stacks, places, count = [], [], 0
    for own, values, (first, index) in zip(parts, u, found, strict=True):
        L = _generators(own[None], values[None, 1, first])[0]
        stacks.append(L * steps[first, None, None])
        places.append(index + count)
        count += len(first)
    factors = exponentials(np.concatenate(stacks))
    for place in np.array(places).T:
        yield factors[place]


def _generators(parts: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return L₀ + Σ u_k L_k of shape (p, w, m, m) for controls (p, w, k)."""
    p, rank, m, _ = parts.shape
    steered = u @ parts[:, 1:].reshape(p, rank - 1, m * m)
    return parts[:, :1] + steered.reshape(p, -1, m, m)


def _is_even(times: np.ndarray) -> bool:
    """Tell whether times are evenly spaced, up to their own rounding."""
    even = np.linspace(times[0], times[-1], len(times))
    return bool(np.abs(times - even).max() <= 4 * np.spacing(np.abs(times).max()))
