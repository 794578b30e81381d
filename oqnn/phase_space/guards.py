"""Whether a grid holds a state, and the grid that would."""

import warnings
from math import ceil

import numpy as np

from .grid import PhaseSpaceGrid
from .wigner_function import Bandwidth, EdgeMass

__all__ = ["EDGE_BOUND", "GridWarning", "check_fits", "warn_of_grid"]

EDGE_BOUND = 1e-6  # share of ∬|W|; what wraps around is of this size
UNFIT = 1e-2  # of a state that is not on the grid at all
BANDWIDTH_BOUND = 0.95
STRICT_EDGE, STRICT_BANDWIDTH = 1e-9, 0.7  # where an error shows already
LONGER, FINER = 1.5, 2
CUT = (
    " But a series cut at ħ^{} may sharpen W without bound: if finer grids make it "
    "worse, no grid will do, only another `order_hbar`."
)


class GridWarning(UserWarning):
    """The grid is too small or too coarse for what was computed on it."""


def check_fits(edges: EdgeMass, grid: PhaseSpaceGrid, name: str = "W") -> None:
    """Refuse a state of which more than a hundredth lies at the edges.

    Raises
    ------
    ValueError
        With the grid that would do.
    """
    worst = {axis: float(np.max(mass)) for axis, mass in edges._asdict().items()}
    if max(worst.values()) <= UNFIT:
        return
    raise ValueError(
        f"`{name}` must fit its grid, but holds {worst['x']:.2g} of its mass at the "
        f"edges of x and {worst['p']:.2g} at those of p. "
        f"Try {_proposal(grid, edges, None)}."
    )


def warn_of_grid(
    times: np.ndarray,
    edges: EdgeMass,
    bandwidth: Bandwidth,
    grid: PhaseSpaceGrid,
    *,
    missed: float | None = None,
    order_hbar: int | None = None,
) -> None:
    """Warn once if, at some of the times, the grid was too small or too coarse.

    `missed` is the error of the time steps where the grid kept it above what was asked,
    and `order_hbar` where the Moyal series was cut.
    """
    found = []
    if missed is not None:
        found.append(
            f"the estimated error, {missed:.2g}, does not fall with shorter time steps"
        )
    for axis, mass in edges._asdict().items():
        at = np.flatnonzero(_worst(mass) > EDGE_BOUND)
        if at.size:
            found.append(
                f"from t = {times[at[0]]:.4g} on, up to {np.max(mass):.2g} of |W| lies "
                f"at the edges of {axis}"
            )
    for axis, used in (("x", bandwidth.k), ("p", bandwidth.theta)):
        at = np.flatnonzero(_worst(used) > BANDWIDTH_BOUND)
        if at.size:
            found.append(
                f"from t = {times[at[0]]:.4g} on, W is finer than the spacing of {axis}"
            )
    if found:
        warnings.warn(
            f"{'; '.join(found)}. Norm and purity do not show this. "
            f"Try {_proposal(grid, edges, bandwidth, strict=missed is not None)}."
            + (CUT.format(2 * order_hbar) if order_hbar else ""),
            GridWarning,
            stacklevel=3,
        )


def _worst(values: np.ndarray) -> np.ndarray:
    """Return the largest of a batch at every time, shape (t,)."""
    return np.asarray(values).reshape(len(values), -1).max(axis=1)


def _proposal(
    grid: PhaseSpaceGrid,
    edges: EdgeMass,
    bandwidth: Bandwidth | None,
    *,
    strict: bool = False,
) -> str:
    """Name longer axes where there is mass at the edges, finer ones where W is fine."""
    bound = STRICT_EDGE if strict else EDGE_BOUND
    limit = STRICT_BANDWIDTH if strict else BANDWIDTH_BOUND
    used = bandwidth or Bandwidth(np.zeros(1), np.zeros(1))
    mass = [float(np.max(m)) for m in edges]
    share = [float(np.max(u)) for u in used]
    if strict and max(mass) <= bound:
        limit = min(limit, 0.99 * max(share))  # at least one axis is to blame
    parts = []
    for n, (name, axis) in enumerate((("x", grid.x), ("p", grid.p))):
        longer = LONGER if mass[n] > bound else 1
        finer = FINER if share[n] > limit else 1
        length = (axis[-1] - axis[0]) * axis.size / (axis.size - 1)
        low = axis[0] - (longer - 1) * length / 2
        size = 2 * ceil(longer * finer * axis.size / 2)
        parts.append(
            f"{name} from {low:.4g} to {low + longer * length:.4g} with {size} points"
        )
    return " and ".join(parts)
