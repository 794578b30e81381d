"""The ways in which blocks are moved; `evolve` chooses one by size and controls."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import numpy as np

from ..controls import ConstantControls, Controls
from ..protocol import Generator
from ..smooth import SmoothControls
from .adaptive import adaptive_steps
from .coordinates import from_columns, from_parts, to_columns, to_parts
from .large import act_on_blocks, act_on_coordinates, large_states
from .propagators import batched_states, step_propagators

__all__ = ["Moved", "move", "moved_columns"]

Moved: TypeAlias = tuple[slice, slice, np.ndarray, float]

HELD = 2**20  # entries of coordinates gathered before they become blocks
BASIS_UP_TO = 24  # size of a block up to which its Hermitian basis is small
EPS = np.finfo(float).eps


def move(
    generator: Generator,
    start: np.ndarray,
    tlist: np.ndarray,
    controls: Controls | None,
    *,
    tol: float,
    large: bool,
) -> Iterator[Moved]:
    """Yield points, times, blocks (points, f, times, n, D, D) and their error."""
    shape, d = start.shape, generator.d
    if large:
        yield from _large(generator, start, tlist, controls, tol)
        return
    X = to_columns(start, d)
    if isinstance(controls, ConstantControls) and controls.values.ndim > 1:
        values = controls.values.reshape(len(X), -1)
        for points, times, states in batched_states(generator, X, tlist, values):
            yield points, times, from_columns(states, shape, d), 0.0
        return
    done = 0
    for states, error in _gathered(
        moved_columns(generator, X[0], tlist, controls, tol)
    ):
        times = slice(done, done + len(states))
        yield slice(0, 1), times, from_columns(states[:, None], shape, d), error
        done = times.stop


def moved_columns(
    generator: Generator,
    X: np.ndarray,
    tlist: np.ndarray,
    controls: Controls | None,
    tol: float,
) -> Iterator[tuple[np.ndarray, float]]:
    """Yield columns (m, c) at every time and their error, by dense factors."""
    yield X, 0.0
    if len(tlist) == 1:
        return
    if not isinstance(controls, SmoothControls):
        for factors, _ in step_propagators(generator, tlist, controls):
            for factor in factors:
                X = factor @ X
            yield X, 0.0
        return
    miss = np.zeros_like(X)
    rounding = EPS * np.linalg.norm(X)
    times = iter(tlist[1:].tolist())
    wanted = next(times)
    steps = adaptive_steps(generator, tlist, controls, tol)
    for count, (_, stop, factor, more) in enumerate(steps, start=1):
        miss = factor @ miss + more @ X
        X = factor @ X
        if stop == wanted:
            yield X, float(np.linalg.norm(miss) + count * rounding)
            wanted = next(times, np.inf)


def _gathered(
    states: Iterable[tuple[np.ndarray, float]],
) -> Iterator[tuple[np.ndarray, float]]:
    """Stack states of several times, with the largest of their errors."""
    held: list[np.ndarray] = []
    worst = 0.0
    for X, error in states:
        held.append(X)
        worst = max(worst, error)
        if len(held) * X.size >= HELD:
            yield np.array(held), worst
            held = []
    if held:
        yield np.array(held), worst


def _large(
    generator: Generator,
    start: np.ndarray,
    tlist: np.ndarray,
    controls: Controls | None,
    tol: float,
) -> Iterator[Moved]:
    """Krylov steps, one point after the other."""
    for p in range(len(start)):
        points = slice(p, p + 1)
        chosen = controls
        if isinstance(controls, ConstantControls) and controls.values.ndim > 1:
            values = controls.values.reshape(len(start), -1)
            chosen = ConstantControls(values[p])
        moved = _large_blocks(generator, start[p], tlist, chosen, tol)
        for i, (blocks, error) in enumerate(moved):
            yield points, slice(i, i + 1), blocks[None], error


def _large_blocks(
    generator: Generator,
    start: np.ndarray,
    tlist: np.ndarray,
    controls: Controls | None,
    tol: float,
) -> Iterator[tuple[np.ndarray, float]]:
    """Yield blocks (f, 1, n, D, D) and their error at every time."""
    d, shape = generator.d, start.shape
    act_at = None
    if d <= BASIS_UP_TO:
        X = to_columns(start[None], d)[0]
        act_at = act_on_coordinates(generator, X.shape[1])
    if act_at is not None:
        moved = large_states(act_at, X.reshape(-1), tlist, controls, tol)
        for x, error in moved:
            columns = x.reshape(1, 1, *X.shape)
            yield from_columns(columns, (1, *shape), d)[0], error
        return
    parts = to_parts(start, d)
    act_at = act_on_blocks(generator, (-1, *parts.shape[2:]))
    for x, error in large_states(act_at, parts.reshape(-1), tlist, controls, tol):
        yield from_parts(x.reshape(parts.shape), shape)[:, None], error
