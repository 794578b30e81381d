"""Evolution of blocks too large for the matrix of their generator."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from ..controls import ConstantControls, Controls, PiecewiseControls
from ..protocol import Generator
from ..smooth import SmoothControls
from .krylov import krylov_states
from .scan import control_cells
from .sparse_action import from_real, to_real

__all__ = ["act_on_blocks", "act_on_coordinates", "large_states"]

Act: TypeAlias = Callable[[np.ndarray], np.ndarray]  # a real vector to another
ActAt: TypeAlias = Callable[[np.ndarray | None], Act]  # for controls (k,)

EARLY = np.array([3 + 2 * np.sqrt(3), 3 - 2 * np.sqrt(3)]) / 6  # weights of two nodes
NODE = np.sqrt(3) / 6


def large_states(
    act_at: ActAt,
    start: np.ndarray,
    tlist: np.ndarray,
    controls: Controls | None,
    tol: float,
) -> Iterator[tuple[np.ndarray, float]]:
    """Yield a real vector (N,) and its error at all times.

    Constant generators and constant pieces of the controls by Krylov steps; others by
    pairs of such steps, at combinations of the controls at two Gauss times that make
    the pair a fourth-order step: exp(h L(ũ₂)/2) exp(h L(ũ₁)/2) with
    ũ₁ = 2(a u₁ + b u₂), ũ₂ = 2(b u₁ + a u₂), a, b = (3 ± 2√3)/12.

    Parameters
    ----------
    act_at : callable
        Controls → the generator on real vectors.
    start : shape (N,)
    tlist : shape (t,)
    controls : Controls, optional
    tol : float
        Norm of the error at the last time, relative to that of `start`.

    References
    ----------
    .. [1] Blanes, Moan, Appl. Numer. Math. 56, 1519 (2006), sec. 3, order four.
    """
    yield start, 0.0
    if len(tlist) == 1:
        return
    absolute = tol * float(np.linalg.norm(start))
    constant = isinstance(controls, ConstantControls | PiecewiseControls)
    if controls is None or constant:
        yield from _pieces(act_at, start, tlist, controls, absolute)
    else:
        yield from _changing(act_at, start, tlist, controls, absolute)


def _pieces(
    act_at: ActAt,
    x: np.ndarray,
    tlist: np.ndarray,
    controls: Controls | None,
    tol: float,
) -> Iterator[tuple[np.ndarray, float]]:
    """Krylov steps through every constant piece of the controls."""
    first, last = tlist[0], tlist[-1]
    edges = np.empty(0) if controls is None else controls.edges(first, last)
    error = 0.0
    for left, right in pairwise(np.union1d(edges, tlist[[0, -1]])):
        u = None
        if controls is not None:
            u = controls.samples(np.array([left]), np.array([right]))[1, 0]
        wanted = set(tlist[(tlist > left) & (tlist <= right)].tolist())
        times = np.union1d([left, right], [*wanted])
        share = tol * (right - left) / (last - first)
        bound = 0.0
        states = krylov_states(act_at(u), x, times, share)
        for time, (moved, bound) in zip(times[1:].tolist(), states, strict=True):
            x = moved
            if time in wanted:
                yield x, error + bound
        error += bound


def _changing(
    act_at: ActAt,
    x: np.ndarray,
    tlist: np.ndarray,
    controls: Controls,
    tol: float,
) -> Iterator[tuple[np.ndarray, float]]:
    """Fourth-order steps within the cells in which the controls are smooth."""
    cells = np.union1d(tlist, controls.edges(tlist[0], tlist[-1]))
    if isinstance(controls, SmoothControls):
        strength = _sensitivity(act_at, controls.n_controls, x.size)
        cells = control_cells(controls, cells, strength, tol)
    wanted = set(tlist.tolist())
    density = tol / (tlist[-1] - tlist[0])
    error, h = 0.0, np.inf
    for start, stop in pairwise(cells.tolist()):
        x, bound, h = _through_cell(act_at, controls, x, (start, stop), h, density)
        error += bound
        if stop in wanted:
            yield x, error


def _through_cell(
    act_at: ActAt,
    controls: Controls,
    x: np.ndarray,
    cell: tuple[float, float],
    h: float,
    density: float,
) -> tuple[np.ndarray, float, float]:
    """Step through a cell; a whole step against two half ones tells the next length."""
    now, stop = cell
    error = 0.0
    while now < stop:
        last = h >= (stop - now) * (1 - 1e-12)
        step = stop - now if last else h
        share = density * step
        whole = _fourth_order(act_at, controls, x, now, step, share / 50)
        middle = now + step / 2
        halves = _fourth_order(act_at, controls, x, now, step / 2, share / 100)
        halves = _fourth_order(act_at, controls, halves, middle, step / 2, share / 100)
        miss = float(np.linalg.norm(halves - whole)) / 15
        growth = min(3.0, 0.9 * (share / max(miss, 1e-300)) ** 0.2)
        if not miss <= share and step > 64 * np.spacing(max(abs(now), abs(stop))):
            h = step * max(0.2, growth)
            continue
        x, error = halves, error + miss + share / 50
        now = stop if last else now + step
        h = max(h, step * growth) if last else step * growth
    return x, error, h


def _fourth_order(
    act_at: ActAt,
    controls: Controls,
    x: np.ndarray,
    start: float,
    step: float,
    tol: float,
) -> np.ndarray:
    """One fourth-order step as two Krylov ones."""
    nodes = start + step * np.array([0.5 - NODE, 0.5 + NODE])
    u = controls.samples(nodes, nodes)[1]  # (2, k)
    times = np.array([0.0, step / 2])
    for weights in (EARLY, EARLY[::-1]):
        ((x, _),) = krylov_states(act_at(weights @ u), x, times, tol / 2)
    return x


def act_on_blocks(generator: Generator, shape: tuple[int, ...]) -> ActAt:
    """Return the generator on q Hermitian blocks in real form, shape (q, n, d, d)."""

    def act_at(u: np.ndarray | None) -> Act:
        act = _real_action(generator, u)
        return lambda x: np.concatenate(
            [act(part).reshape(-1) for part in x.reshape(shape)]
        )

    return act_at


def act_on_coordinates(generator: Any, columns: int) -> ActAt | None:
    """Return the sparse matrix on coordinates, shape (m, columns); None without one."""
    if hasattr(generator, "sparse_matrix"):
        parts = [generator.sparse_matrix()]
    elif hasattr(generator, "drift") and hasattr(generator, "channels"):
        operators = [generator.drift, *generator.channels]
        if not all(hasattr(operator, "sparse_matrix") for operator in operators):
            return None
        parts = [operator.sparse_matrix() for operator in operators]
    else:
        return None

    def act_at(u: np.ndarray | None) -> Act:
        matrix = parts[0]
        for value, part in zip(() if u is None else u, parts[1:], strict=True):
            matrix = matrix + value * part
        return lambda x: (matrix @ x.reshape(-1, columns)).reshape(-1)

    return act_at


def _real_action(generator: Any, u: np.ndarray | None) -> Act:
    """Return the generator at controls u on (n, d, d) blocks in real form."""
    if hasattr(generator, "action"):
        action: Act = generator.action().real
        return action
    if hasattr(generator, "drift") and hasattr(generator, "channels"):
        weights = [1.0, *(() if u is None else u)]
        parts = [generator.drift, *generator.channels]
    elif hasattr(generator, "coefficients") and hasattr(generator, "generators"):
        weights, parts = generator.coefficients, generator.generators
    else:
        return lambda S: to_real(generator.apply(from_real(S), u))
    actions = [
        (weight, _real_action(part, None))
        for weight, part in zip(weights, parts, strict=True)
        if weight
    ]

    def total(S: np.ndarray) -> np.ndarray:
        out = np.zeros_like(S)
        for weight, act in actions:
            out += weight * act(S)
        return out

    return total


def _sensitivity(act_at: ActAt, n_controls: int, size: int) -> np.ndarray:
    """Estimate the norm of each channel by a few powers of it on a random vector."""
    zero = act_at(np.zeros(n_controls))
    norms = []
    for unit in np.eye(n_controls):
        one, norm = act_at(unit), 0.0
        x = np.random.default_rng(0).normal(size=size)
        for _ in range(8):
            x = x / max(float(np.linalg.norm(x)), 1e-300)
            x = one(x) - zero(x)
            norm = max(norm, float(np.linalg.norm(x)))
        norms.append(2 * norm)
    return np.array(norms)
