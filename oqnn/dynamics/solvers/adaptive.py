"""Sixth-order Magnus steps whose lengths follow from the controls.

The equation is linear and its controls are known in advance, so a step's error does
not depend on the state: cells of smooth controls are halved, many at a time, until two
half steps agree with the whole one, and only then is a state moved.
"""

from collections.abc import Iterator

import numpy as np

from ..._core.threads import one_blas_thread
from ..protocol import Generator
from ..smooth import SmoothControls
from .exponential import expm_many
from .magnus import gauss_nodes, sixth_order_exponent
from .scan import control_cells

__all__ = ["adaptive_steps", "sensitivity"]

HELD = 2**21  # entries of matrices held at once
EPS = np.finfo(float).eps


def adaptive_steps(
    generator: Generator, tlist: np.ndarray, controls: SmoothControls, tol: float
) -> Iterator[tuple[list[tuple[np.ndarray, np.ndarray]], int]]:
    """Yield the steps that lead from each time to the next, and their count so far.

    A step is a factor on the coordinates and an estimate of what the exact factor has
    more: Richardson's difference of two half steps E₂E₁ and a whole one E, divided by
    2⁶ − 1. Steps are accepted when these differences, in the 2-norm, sum to at most
    `tol`.
    """
    cuts = np.union1d(tlist, controls.edges(tlist[0], tlist[-1]))
    cells = control_cells(controls, cuts, sensitivity(generator), tol)
    ends = np.searchsorted(cells, tlist[1:])
    chunk = max(1, HELD // (8 * generator.dimension**2))
    density = tol / (tlist[-1] - tlist[0])
    done = 0
    pending: list[tuple[np.ndarray, np.ndarray]] = []
    for first in range(0, len(cells) - 1, chunk):
        part = cells[first : first + chunk + 1]
        with one_blas_thread():
            starts, factors, misses = _refine(generator, controls, part, density)
        owner = np.searchsorted(part, starts, side="right")  # cells begun so far
        for i, (factor, miss) in enumerate(zip(factors, misses, strict=True)):
            pending.append((factor, miss))
            last = i + 1 == len(owner) or owner[i + 1] > owner[i]
            if last and first + owner[i] == ends[done]:
                yield pending, done + 1
                done, pending = done + 1, []


def _refine(
    generator: Generator, controls: SmoothControls, cells: np.ndarray, density: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Halve cells until their misses are at most `density` per time, in order."""
    left, right = cells[:-1], cells[1:]
    whole = _factors(generator, controls, left, right)
    accepted = []
    while left.size:
        middle = (left + right) / 2
        halves = _factors(
            generator,
            controls,
            np.stack([left, middle], axis=1).reshape(-1),
            np.stack([middle, right], axis=1).reshape(-1),
        )
        product = halves[1::2] @ halves[::2]
        miss = (product - whole) / 63
        length = right - left
        # rounding of the exponential grows with the factor's own size
        floor = 64 * EPS * np.abs(product).max(axis=(1, 2))
        size = np.sqrt(
            np.abs(miss).sum(axis=1).max(1) * np.abs(miss).sum(axis=2).max(1)
        )
        split = size > np.maximum(density * length, floor)
        split &= length > 64 * np.spacing(np.maximum(np.abs(left), np.abs(right)))
        accepted.append((left[~split], product[~split], miss[~split]))
        whole = halves.reshape(-1, 2, *halves.shape[1:])[split].reshape(
            -1, *halves.shape[1:]
        )
        left, middle, right = left[split], middle[split], right[split]
        left = np.stack([left, middle], axis=1).reshape(-1)
        right = np.stack([middle, right], axis=1).reshape(-1)
    starts, factors, misses = (
        np.concatenate(parts) for parts in zip(*accepted, strict=True)
    )
    order = np.argsort(starts)
    return starts[order], factors[order], misses[order]


def _factors(
    generator: Generator, controls: SmoothControls, left: np.ndarray, right: np.ndarray
) -> np.ndarray:
    """Return one sixth-order factor for each step, shape (s, m, m)."""
    nodes = gauss_nodes(left, right)  # (3, s)
    values = controls.at(nodes.reshape(-1)).reshape(3, len(left), -1)
    return expm_many(sixth_order_exponent(generator.matrix(values), right - left))


def sensitivity(generator: Generator) -> np.ndarray:
    """Return the norm of the generator's derivative with respect to each control."""
    k = generator.n_controls
    zero = generator.matrix(np.zeros(k))
    changes = generator.matrix(np.eye(k)) - zero
    rows, columns = np.abs(changes).sum(axis=2), np.abs(changes).sum(axis=1)
    return np.asarray(np.sqrt(rows.max(axis=1) * columns.max(axis=1)))
