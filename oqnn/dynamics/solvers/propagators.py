"""Propagators between the times of a list, exact on every slice."""

from collections.abc import Iterator

import numpy as np
from scipy.linalg import expm

from ..._core.threads import one_blas_thread
from ..controls import Controls
from ..protocol import Generator
from .exponential import expm_many
from .magnus import magnus_exponent

__all__ = ["batched_states", "distinct_rows", "step_propagators"]

CHUNK = 1024  # steps whose matrices are held at once, if they are small
HELD = 2**22  # entries of matrices held at once
POINTS_HELD = 2**20  # the same for many points, with the states at all times


def step_propagators(
    generator: Generator, tlist: np.ndarray, controls: Controls | None
) -> Iterator[tuple[list[np.ndarray], int]]:
    """Yield the factors that lead from each time to the next, and their count so far.

    For interval i of `tlist` the factors, applied first to last, take the coordinates
    at ``tlist[i]`` to those at ``tlist[i + 1]``.
    """
    if controls is None:
        yield from _constant(generator.matrix(), np.diff(tlist))
        return
    cuts = np.union1d(tlist, controls.edges(tlist[0], tlist[-1]))
    ends = np.searchsorted(cuts, tlist[1:])
    chunk = max(1, min(CHUNK, HELD // generator.dimension**2))
    done, pending = 0, []
    for first in range(0, len(cuts) - 1, chunk):
        part = cuts[first : first + chunk + 1]
        for offset, factor in enumerate(_slices(generator, controls, part)):
            pending.append(factor)
            if first + offset + 1 == ends[done]:
                yield pending, done + 1
                done, pending = done + 1, []


def _constant(
    matrix: np.ndarray, steps: np.ndarray
) -> Iterator[tuple[list[np.ndarray], int]]:
    """Exponentiate each distinct length of step, once while it is in use."""
    first, index = distinct_rows(steps[:, None])
    lengths = steps[first]
    chunk = max(1, HELD // matrix.size)
    factors: dict[int, np.ndarray] = {}
    for start in range(0, len(index), chunk):
        part = index[start : start + chunk].tolist()
        with one_blas_thread():
            factors = {
                i: factors[i] if i in factors else expm(matrix * lengths[i])
                for i in set(part)
            }
        for count, i in enumerate(part, start=start + 1):
            yield [factors[i]], count


def batched_states(
    generator: Generator, X: np.ndarray, tlist: np.ndarray, values: np.ndarray
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Yield states at every time for many constant controls at once.

    Cost a point: one exponential (about 8 m³ multiplications) for each distinct step,
    and for even times at most log₂ m products m³ more, after which many times are one
    product.

    Parameters
    ----------
    generator : Generator
    X : shape (p, m, c)
        Coordinates at the first time for every point.
    tlist : shape (t,)
    values : shape (p, k)
        Controls of every point.

    Yields
    ------
    points, times : slice
    X : shape (times, points, m, c)
    """
    points, m, c = X.shape
    steps = np.diff(tlist)
    chosen, index = distinct_rows(steps[:, None])
    chunk = max(1, POINTS_HELD // (m * (4 * m + c * len(tlist))))
    for first in range(0, points, chunk):
        part = slice(first, min(first + chunk, points))
        matrices = generator.matrix(values[part])
        if len(tlist) > 2 and _is_even(tlist):
            with one_blas_thread():
                factor = expm_many(matrices * steps.mean())
                states = _even_times(factor, X[part], len(tlist))
            yield part, slice(0, len(tlist)), states
            continue
        x = X[part]
        yield part, slice(0, 1), x[None]
        factors: dict[int, np.ndarray] = {}
        for count, i in enumerate(index.tolist(), start=1):
            with one_blas_thread():
                if i not in factors:
                    factors = {i: expm_many(matrices * steps[chosen[i]])}
                x = factors[i] @ x
            yield part, slice(count, count + 1), x[None]


def _even_times(factor: np.ndarray, X: np.ndarray, count: int) -> np.ndarray:
    """Return F⁰X, F¹X, … of shape (count, p, m, c), doubling while that is cheap."""
    points, m, c = X.shape
    out = np.empty((points, m, count * c))
    out[..., :c] = X
    block = 1  # times that one product moves
    while block < count and block * c < max(m, 32):
        stop = min(2 * block, count)
        out[..., block * c : stop * c] = factor @ out[..., : (stop - block) * c]
        factor = factor @ factor
        block *= 2
    for first in range(block, count, block):
        stop = min(first + block, count)
        last = out[..., (first - block) * c : (stop - block) * c]
        out[..., first * c : stop * c] = factor @ last
    return np.moveaxis(out.reshape(points, m, count, c), 2, 0)


def _slices(
    generator: Generator, controls: Controls, cuts: np.ndarray
) -> Iterator[np.ndarray]:
    """Exponentiate every piece between cuts, equal constant pieces only once."""
    starts, stops = cuts[:-1], cuts[1:]
    values = controls.samples(starts, stops)  # (3, s, k)
    steps = stops - starts
    chosen, index = distinct_rows(steps[:, None], np.concatenate(values, axis=1))
    steps, (first, middle, last) = steps[chosen], values[:, chosen]
    with one_blas_thread():
        if np.array_equal(first, last) and np.array_equal(first, middle):
            exponents = generator.matrix(middle) * steps[:, None, None]
        else:
            samples = np.array([generator.matrix(u) for u in (first, middle, last)])
            exponents = magnus_exponent(samples, steps)
        factors = expm_many(exponents)
    for i in index:
        yield factors[i]


def distinct_rows(*parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tell apart rows (s, k_1), (s, k_2), … that differ by more than rounding.

    Rounding is relative to the largest entry of a row in each part, not of a column:
    the first step of times on a logarithmic scale is none that the last could round.

    Returns
    -------
    first, index : shapes (r,), (s,)
        One row of each kind, and the kind of every row.
    """
    rounded = []
    for part in parts:
        # powers of two, which rows that differ by rounding share
        scale = 2.0 ** np.frexp(np.abs(part).max(axis=1, initial=0.0))[1][:, None]
        rounded += [scale, np.round(part / scale, 13)]
    _, first, index = np.unique(
        np.concatenate(rounded, axis=1), axis=0, return_index=True, return_inverse=True
    )
    return first, np.ravel(index)


def _is_even(times: np.ndarray) -> bool:
    """Tell whether times are evenly spaced, up to their own rounding."""
    even = np.linspace(times[0], times[-1], len(times))
    return bool(np.abs(times - even).max() <= 4 * np.spacing(np.abs(times).max()))
