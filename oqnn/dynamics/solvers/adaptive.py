"""Sixth-order Magnus steps whose lengths follow from the controls.

The equation is linear and its controls are known in advance, so a step's error does
not depend on the state: cells of smooth controls are halved, many at a time, until two
half steps agree with the whole one, and only then is a state moved.
"""

from collections.abc import Iterator
from heapq import merge
from itertools import chain
from typing import NamedTuple

import numpy as np

from ..._core.threads import one_blas_thread
from ..protocol import Generator
from ..smooth import SmoothControls
from .exponential import expm_many
from .magnus import gauss_nodes, sixth_order_exponent
from .scan import control_cells

__all__ = ["Step", "adaptive_steps", "sensitivity"]

HELD = 2**21  # entries of matrices held at once
EPS = np.finfo(float).eps


class Step(NamedTuple):
    """A factor on the coordinates, and what the exact one has more."""

    start: float
    stop: float
    factor: np.ndarray  # (m, m)
    miss: np.ndarray  # (m, m)


def adaptive_steps(
    generator: Generator, tlist: np.ndarray, controls: SmoothControls, tol: float
) -> Iterator[Step]:
    """Yield steps in order of time; every time but the first is the end of one.

    A step is a factor on the coordinates and an estimate of what the exact factor has
    more: Richardson's difference of two half steps E₂E₁ and a whole one E, divided by
    2⁶ − 1. Steps are accepted when these differences, in the 2-norm, sum to at most
    `tol`.
    """
    cuts = np.union1d(tlist, controls.edges(tlist[0], tlist[-1]))
    cells = control_cells(controls, cuts, sensitivity(generator), tol)
    density = tol / (tlist[-1] - tlist[0])
    yield from _refined(generator, controls, cells[:-1], cells[1:], density)


def _refined(
    generator: Generator,
    controls: SmoothControls,
    left: np.ndarray,
    right: np.ndarray,
    density: float,
) -> Iterator[Step]:
    """Yield halves of cells whose misses are at most `density` per time, in order.

    All cells of one length at once, and in parts where they become too many to hold:
    stiff generators take millions of steps.
    """
    chunk = max(2, HELD // (8 * generator.dimension**2))
    accepted: list[Step] = []
    whole = None
    while 0 < left.size <= chunk:
        if whole is None:
            whole = _factors(generator, controls, left, right)
        middle = (left + right) / 2
        halves = _factors(
            generator, controls, _in_turn(left, middle), _in_turn(middle, right)
        )
        product, miss, split = _compare(whole, halves, left, right, density)
        kept = ~split
        accepted += map(Step, left[kept], right[kept], product[kept], miss[kept])
        m = generator.dimension
        whole = halves.reshape(-1, 2, m, m)[split].reshape(-1, m, m)
        left, middle, right = left[split], middle[split], right[split]
        left, right = _in_turn(left, middle), _in_turn(middle, right)
    del whole
    accepted.sort(key=lambda step: step.start)
    parts = (slice(i, i + chunk // 2) for i in range(0, left.size, chunk // 2))
    others = (_refined(generator, controls, left[p], right[p], density) for p in parts)
    yield from merge(accepted, chain.from_iterable(others), key=lambda step: step.start)


def _compare(
    whole: np.ndarray,
    halves: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    density: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return products of half steps, their misses, and which have to be halved."""
    with one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
        product = halves[1::2] @ halves[::2]
        miss = (product - whole) / 63
        rows, columns = (np.abs(miss).sum(axis=axis).max(axis=1) for axis in (2, 1))
        size = np.sqrt(rows) * np.sqrt(columns)
        # rounding of the exponential grows with the factor's own size
        floor = 64 * EPS * np.abs(product).max(axis=(1, 2))
        # steps much too long overflow; what is no number has to be halved as well
        small = np.isfinite(size) & (
            size <= np.maximum(density * (right - left), floor)
        )
    shortest = 64 * np.spacing(np.maximum(np.abs(left), np.abs(right)))
    return product, miss, ~small & (right - left > shortest)


def _in_turn(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """a₁, b₁, a₂, b₂, …"""
    return np.stack([first, second], axis=1).reshape(-1)


def _factors(
    generator: Generator, controls: SmoothControls, left: np.ndarray, right: np.ndarray
) -> np.ndarray:
    """Return one sixth-order factor for each step, shape (s, m, m)."""
    nodes = gauss_nodes(left, right)  # (3, s)
    values = controls.at(nodes.reshape(-1)).reshape(3, len(left), -1)
    with one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
        exponents = sixth_order_exponent(generator.matrix(values), right - left)
        return expm_many(exponents)


def sensitivity(generator: Generator) -> np.ndarray:
    """Return the norm of the generator's derivative with respect to each control."""
    k = generator.n_controls
    zero = generator.matrix(np.zeros(k))
    changes = generator.matrix(np.eye(k)) - zero
    rows, columns = np.abs(changes).sum(axis=2), np.abs(changes).sum(axis=1)
    return np.asarray(np.sqrt(rows.max(axis=1) * columns.max(axis=1)))
