"""The law whose means of products are nearest to given ones, by an interior point."""

from collections.abc import Iterator

import numpy as np
from scipy.linalg import eigh
from scipy.optimize import nnls

from ..._core.errors import ConvergenceError
from ..._core.progress import ProgressLine
from .interior_point import factorise, few_threads, longest_step
from .scenario import Scenario

__all__ = ["nearest_means"]

MOST_STEPS = 100
GAP = 1e-12
STALLED_GAP = 1e-8  # that is accepted where rounding prevents more
RANK_TOLERANCE = 1e-9
NEAR = 1e-10  # gap above which the face is taken to be a wrong one
DOUBTFUL = 1e-6  # p/z of configurations that may be on the face
MOST_A_PRODUCT = 4  # doubtful configurations


def nearest_means(
    scenario: Scenario, means: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    r"""Minimise ‖A p − μ‖² over the laws p.

    With B the signs and a row of ones above them, each step of the predictor-corrector
    method [1]_ solves (B diag(p/z) Bᵀ + diag(0, 1, …, 1)) v = b, whose matrix comes
    from `Scenario.gram` whatever the number of configurations.

    Parameters
    ----------
    scenario : Scenario
        The r products, whose signs are A.
    means : shape (r,)
        μ.

    Returns
    -------
    p, face
        The law and a mask of the configurations that its face has, shape (k,).

    Raises
    ------
    ConvergenceError
        If the gap, by which ½‖A p − μ‖² may exceed the least one, does not close.

    References
    ----------
    .. [1] Nocedal and Wright, Numerical Optimization, 2nd ed. (2006), sec. 16.6.
    """
    program = scenario.with_unit()
    size = scenario.n_configurations
    p = np.full(size, 1 / size)
    multipliers = np.r_[0.0, -means]  # of the sum, and A p − μ
    lowest = scenario.values(-means).min()
    multipliers[0] = 1.0 - lowest
    z = program.values(multipliers)  # (A p − μ) · a − λ
    gap, least_gap, best = float(p @ z), np.inf, (p, z)
    with few_threads(len(means)), ProgressLine("nearest law", MOST_STEPS) as line:
        for _ in range(MOST_STEPS):
            if gap < least_gap:
                least_gap, best = gap, (p, z)
            if gap < GAP or gap > 10 * least_gap:
                break
            p, multipliers = _step(program, means, p, multipliers, z)
            z = program.values(multipliers)
            if z.min() <= 0:  # by rounding
                break
            gap = float(p @ z)
            line.advance(text=f"gap {gap:.1e}")
    if least_gap > STALLED_GAP:
        raise ConvergenceError(
            "The search for the nearest realizable matrix did not end: a gap of "
            f"{least_gap:.1e} remains."
        )
    found = _project(scenario, means, *best)
    if _gap(scenario, means, found[0]) < NEAR:
        return found
    return min(
        (found, *_least_squares(scenario, means, *best)),
        key=lambda law: _gap(scenario, means, law[0]),
    )


def _gap(scenario: Scenario, means: np.ndarray, p: np.ndarray) -> float:
    """Return by how much ½‖A p − μ‖² may exceed the least one, at most."""
    found = scenario.moments(p)
    off = means - found
    return float(scenario.values(off).max() - off @ found)


def _least_squares(
    scenario: Scenario, means: np.ndarray, p: np.ndarray, z: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the law nearest to μ on the configurations that may be on the face.

    The least (Σw − 1)² + ‖Σ w (a − μ)‖² over all w ≥ 0 has w = s p with that law p.
    """
    doubtful = np.flatnonzero(p > DOUBTFUL * z)
    if len(doubtful) > MOST_A_PRODUCT * len(means):
        return
    columns = scenario.columns(doubtful) - means[:, None]
    rows = np.vstack([np.ones(len(doubtful)), columns])
    try:
        w, _ = nnls(rows, np.eye(1, len(rows))[0])
    except RuntimeError:  # too many iterations
        return
    law = np.zeros(len(p))
    law[doubtful] = w / w.sum()
    yield law, law > 0


def _project(
    scenario: Scenario, means: np.ndarray, p: np.ndarray, z: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Go to the nearest point of the face's plane, where rounding led astray."""
    face = p > z
    p = np.where(face, p, 0.0) / p[face].sum()
    centre = scenario.moments(p)
    spread = scenario.gram(p) - np.outer(centre, centre)
    sizes, axes = eigh(spread, check_finite=False)
    kept = sizes > RANK_TOLERANCE * sizes.max(initial=0.0)
    shift = (means - centre) @ axes[:, kept] / sizes[kept]
    tilt = axes[:, kept] @ shift
    moved = p * (1 + scenario.values(tilt) - centre @ tilt)
    return (moved, face) if moved.min() >= 0 else (p, face)


def _step(
    program: Scenario,
    means: np.ndarray,
    p: np.ndarray,
    multipliers: np.ndarray,
    z: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Predict with no centring, then correct."""
    matrix = program.gram(p / z)
    diagonal = np.arange(1, len(matrix))
    matrix[diagonal, diagonal] += 1.0
    solve = factorise(matrix)
    # B p must become (1, μ + the multipliers of the means).
    off = np.r_[1.0, means + multipliers[1:]] - program.moments(p)

    def direction(products: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        # z Δp + p Δz = products, Δz = Bᵀv, BΔp = off + (0, v₁, …)
        v, dz, dp = np.zeros(len(matrix)), np.zeros(len(p)), products / z
        for _ in range(2):  # the second refines
            v = v + solve(program.moments(dp) - off - np.r_[0.0, v[1:]])
            dz = program.values(v)
            dp = (products - p * dz) / z
        return dp, v, dz

    dp, v, dz = direction(-p * z)
    step = min(longest_step(p, dp), longest_step(z, dz))
    mean = p @ z / len(p)
    predicted = (p + step * dp) @ (z + step * dz) / len(p)
    dp, v, dz = direction(mean * (predicted / mean) ** 3 - p * z - dp * dz)
    step = min(longest_step(p, dp), longest_step(z, dz))
    return p + step * dp, multipliers + step * v
