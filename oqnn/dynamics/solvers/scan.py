"""Find where controls change, before a step is taken.

Controls are a few real functions of time and cheap beside matrix exponentials, so they
are looked at on a grid of thousands of points. What comes out is a list of cells, in
each of which every control is a polynomial to within the tolerance: no pulse that the
grid has seen lies between the samples of a step.
"""

import numpy as np

from ..._core.errors import ConvergenceError
from ..smooth import SmoothControls
from .memory_limit import check_memory

__all__ = ["control_cells", "resolution"]

GRID = 2**14  # points of the first look
CELLS = 2**18  # more cells than this are not controls but noise
NODES = 8  # interpolation in a cell, of degree 7
EPS = np.finfo(float).eps
NODES_AT = np.cos((2 * np.arange(NODES) + 1) * np.pi / (2 * NODES))
WEIGHTS = (-1.0) ** np.arange(NODES) * np.sin(
    (2 * np.arange(NODES) + 1) * np.pi / (2 * NODES)
)
# ends, where a pulse of the next cell may have its foot, and points without symmetry
CHECKS_AT = np.array([-1.0, -0.73, -0.21, 0.37, 0.86, 1.0])


def resolution(controls: SmoothControls, span: float) -> float:
    """Return the length of the shortest pulse that is found without an edge."""
    return 2 * span / GRID if controls.shortest is None else controls.shortest


def control_cells(
    controls: SmoothControls, cuts: np.ndarray, sensitivity: np.ndarray, tol: float
) -> np.ndarray:
    """Return times (c + 1,) between which all controls are smooth, `cuts` among them.

    Parameters
    ----------
    controls : SmoothControls
    cuts : shape (c,)
        Strictly increasing times that must be ends of cells.
    sensitivity : shape (k,), 1/time
        Norm of the generator's derivative with respect to each control.
    tol : float
        What the unseen part of the controls may change, in the norm of a state.

    Raises
    ------
    ConvergenceError
        If a quarter of a million cells are not enough.
    """
    times = _grid(cuts, resolution(controls, cuts[-1] - cuts[0]) / 2)
    values = controls.at(times) * sensitivity
    jumps = _jumps(controls, sensitivity, times, values, tol)
    return _smooth_cells(
        controls, sensitivity, _with_barriers(cuts, jumps), times, values, tol
    )


def _grid(cuts: np.ndarray, spacing: float) -> np.ndarray:
    """Middles of equal parts, at most `spacing` long, of the pieces between cuts."""
    counts = np.maximum(np.ceil(np.diff(cuts) / spacing), 1)
    check_memory(
        10 * 8 * counts.sum(),
        f"`shortest`: a first look at controls on {counts.sum():.3g} points",
        "Name the ends of short pulses as edges.",
    )
    ends = np.concatenate([[0], np.cumsum(counts)])
    return np.interp(np.arange(ends[-1]) + 0.5, ends, cuts)


def _jumps(
    controls: SmoothControls,
    sensitivity: np.ndarray,
    times: np.ndarray,
    values: np.ndarray,
    tol: float,
) -> np.ndarray:
    """Bisect where neighbours differ much more than theirs do, down to rounding.

    What halves with the interval is a slope; what does not is a jump. A jump that this
    overlooks costs small cells, not accuracy.
    """
    rises = np.abs(np.diff(values, axis=0)).max(axis=1)
    padded = np.concatenate([[0.0], rises, [0.0]])
    steep = rises > 4 * np.minimum(padded[:-2], padded[2:])
    steep &= rises * (times[-1] - times[0]) > tol
    left, right = times[:-1][steep], times[1:][steep]
    low, high, first = values[:-1][steep], values[1:][steep], rises[steep]
    jumps = []
    while left.size:
        middle = (left + right) / 2
        at_middle = controls.at(middle) * sensitivity
        below = np.abs(at_middle - low).max(axis=1)
        above = np.abs(high - at_middle).max(axis=1)
        on_left = below > above
        left, right = np.where(on_left, left, middle), np.where(on_left, middle, right)
        low = np.where(on_left[:, None], low, at_middle)
        high = np.where(on_left[:, None], at_middle, high)
        kept = np.maximum(below, above) > 0.4 * first
        found = kept & (right - left <= 2 * np.spacing(np.abs(right)))
        jumps.append(right[found])
        kept &= ~found
        left, right, first = left[kept], right[kept], first[kept]
        low, high = low[kept], high[kept]
    return np.concatenate([np.empty(0), *jumps])


def _with_barriers(cuts: np.ndarray, jumps: np.ndarray) -> np.ndarray:
    """Join cuts and jumps; what differs from a cut by rounding is the cut."""
    jumps = np.unique(jumps[(jumps > cuts[0]) & (jumps < cuts[-1])])
    after = np.clip(np.searchsorted(cuts, jumps), 1, len(cuts) - 1)
    gap = np.minimum(np.abs(cuts[after] - jumps), np.abs(jumps - cuts[after - 1]))
    new = jumps[gap > 8 * np.spacing(np.abs(jumps))]
    return np.union1d(cuts, new)


def _smooth_cells(
    controls: SmoothControls,
    sensitivity: np.ndarray,
    barriers: np.ndarray,
    times: np.ndarray,
    values: np.ndarray,
    tol: float,
) -> np.ndarray:
    """Halve cells until degree 7 meets all samples, or too little area is at stake."""
    span = barriers[-1] - barriers[0]
    ends, fresh = barriers, np.ones(len(barriers) - 1, dtype=bool)
    while True:
        length = np.diff(ends)
        left, right = ends[:-1][fresh], ends[1:][fresh]
        gap, rounding = _misfit(controls, sensitivity, left, right, times, values)
        bad = (gap * span > tol) & (gap > rounding)
        split = np.zeros(len(length), dtype=bool)
        split[fresh] = bad & (gap * length[fresh] > 1e-3 * tol)
        split &= length > 64 * np.spacing(np.abs(ends).max())
        if not split.any():
            return ends
        middle = ((ends[:-1] + ends[1:]) / 2)[split]
        if len(ends) + len(middle) > CELLS:
            raise ConvergenceError(
                f"`controls` must be smooth on {CELLS} pieces of [{barriers[0]:.6g}, "
                f"{barriers[-1]:.6g}], but near t = {middle[0]:.6g} are not. Pass "
                "noise as PiecewiseControls, a long time in parts, or raise `tol`."
            )
        fresh = np.repeat(split, np.where(split, 2, 1))
        ends = np.union1d(ends, middle)


def _misfit(
    controls: SmoothControls,
    sensitivity: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    times: np.ndarray,
    values: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest miss of the interpolant in each cell, and its rounding."""
    centre, half = (left + right) / 2, (right - left) / 2
    inside = np.concatenate([NODES_AT, CHECKS_AT])
    at = centre[:, None] + half[:, None] * inside
    ulps = 4 * np.spacing(np.maximum(np.abs(left), np.abs(right)))  # within a jump
    at = np.clip(at, (left + ulps)[:, None], (right - ulps)[:, None])
    known = controls.at(at.reshape(-1)).reshape(*at.shape, -1) * sensitivity
    nodes, checks = known[:, :NODES], known[:, NODES:]  # (c, 8, k), (c, 6, k)
    gap = np.abs(checks - _interpolate(CHECKS_AT) @ nodes).max(axis=(1, 2))
    first, last = np.searchsorted(times, left), np.searchsorted(times, right)
    owner = np.repeat(np.arange(len(left)), last - first)
    if owner.size:
        index = np.arange(owner.size) + np.repeat(
            first - np.concatenate([[0], np.cumsum(last - first)[:-1]]), last - first
        )
        x = (times[index] - centre[owner]) / half[owner]
        fit = np.einsum("ti,tik->tk", _interpolate(x), nodes[owner])
        np.maximum.at(gap, owner, np.abs(values[index] - fit).max(axis=1))
    size = np.abs(known).max(axis=(1, 2))
    slope = np.ptp(known, axis=1).max(axis=1) / half
    rounding = 32 * EPS * (size + slope * np.maximum(np.abs(left), np.abs(right)))
    return gap, rounding


def _interpolate(x: np.ndarray) -> np.ndarray:
    """Lagrange polynomials of the nodes at x, shape (x, 8), in barycentric form."""
    away = x[:, None] - NODES_AT
    hit = np.abs(away) < 1e-14
    terms = WEIGHTS / np.where(hit, 1.0, away)
    rows = terms / terms.sum(axis=1, keepdims=True)
    return np.where(hit.any(axis=1, keepdims=True), hit, rows)
