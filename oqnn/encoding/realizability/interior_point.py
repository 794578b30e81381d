"""Linear programs over all configurations of a scenario, by an interior-point method.

The steps cost one factorisation of r × r numbers for r products, however many
configurations there are, and there are ten to thirty of them.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import final

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, eigh
from scipy.optimize import linprog

from ..._core.errors import ConvergenceError
from ..._core.progress import ProgressLine
from ..._core.threads import one_blas_thread
from .scenario import Scenario

__all__ = [
    "Optimum",
    "factorise",
    "few_threads",
    "longest_step",
    "minimise",
    "minimise_by_simplex",
]

MOST_STEPS = 80
NEAR = 1e-5  # gap from which on the face is looked for
ROUNDING = 1e-11  # error of the means that shows ill conditioning
RANK_TOLERANCE = 1e-12
SIMPLEX_TOLERANCE = 1e-10  # the tightest that HiGHS takes
GAP = 1e-11  # relative, at which the search ends
RESIDUAL = 1e-10  # of the products' means
RIDGE = 1e-15
REFINEMENTS = 2  # of each solution, the first one counted
SMALL = 400  # products, up to which one thread is the fastest
LONGEST_STEP = 0.99  # of the way to the boundary


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Optimum:
    """Primal and dual solution of a program.

    Parameters
    ----------
    weights : shape (k,)
        p > 0 with A p = b.
    coefficients : shape (r,)
        y with Aᵀy < w.
    slacks : shape (k,)
        w − Aᵀy > 0. Where p is the larger of the two, the optimum has p > 0.
    """

    weights: np.ndarray
    coefficients: np.ndarray
    slacks: np.ndarray

    @property
    def face(self) -> np.ndarray:
        """Which configurations have a weight, as a mask."""
        return self.weights > self.slacks


def minimise(
    scenario: Scenario,
    costs: np.ndarray,
    means: np.ndarray,
    start: np.ndarray,
    *,
    enough: float = -np.inf,
) -> Optimum:
    r"""Minimise w · p subject to A p = b and p ≥ 0.

    Mehrotra's predictor-corrector method [1]_. The normal matrix A diag(p/z) Aᵀ comes
    from `Scenario.gram`.

    Parameters
    ----------
    scenario : Scenario
        The products, whose signs are A.
    costs : shape (k,)
        w > 0, so that y = 0 is a dual point to begin with. Infinite where p = 0.
    means : shape (r,)
        b.
    start : shape (k,)
        p > 0 with A p = b, and zero where `costs` is infinite.
    enough : float, optional
        Ends the search at a p that costs less.

    Raises
    ------
    ConvergenceError
        If the gap of primal and dual does not close.

    References
    ----------
    .. [1] Nocedal and Wright, Numerical Optimization, 2nd ed. (2006), ch. 14.
    """
    free = np.isfinite(costs)
    program = _Program(scenario, costs, means, free)
    p, z = start[free], costs[free]
    y = np.zeros(len(means))
    with few_threads(len(means)), ProgressLine("realizability", MOST_STEPS) as line:
        for _ in range(MOST_STEPS):
            gap, off = program.errors(p, y)
            if off < RESIDUAL and (gap < GAP or costs[free] @ p < enough):
                return program.optimum(p, y, z)
            # Where facets meet, rounding of the normal matrix ends the progress here.
            if gap < NEAR and off > ROUNDING and (found := program.on_face(p, y, z)):
                return program.optimum(*found)
            p, y, z = program.step(p, y, z)
            line.advance(text=f"gap {gap:.1e}")
    raise ConvergenceError(
        f"The linear program of realizability was not solved in {MOST_STEPS} steps: "
        f"a gap of {gap:.1e} and an error of {off:.1e} remain. Mix the state with a "
        "little white noise."
    )


def minimise_by_simplex(scenario: Scenario, means: np.ndarray) -> Optimum:
    """Minimise Σ p as `minimise`, but by HiGHS: slower, and with the matrix A.

    It finds its way where facets nearly meet, which ends an interior point's progress.
    """
    found = linprog(
        np.ones(scenario.n_configurations),
        A_eq=scenario.columns(np.arange(scenario.n_configurations)),
        b_eq=means,
        method="highs-ds",
        options={
            "primal_feasibility_tolerance": SIMPLEX_TOLERANCE,
            "dual_feasibility_tolerance": SIMPLEX_TOLERANCE,
        },
    )
    if not found.success:
        raise ConvergenceError(
            f"The linear program of realizability was not solved: {found.message}"
        )
    y = np.array(found.eqlin.marginals)
    p = np.maximum(np.array(found.x), 0.0)
    slacks = np.maximum(1 - scenario.values(y), 0.0)
    slacks[p > 0] = 0.0
    return Optimum(weights=p, coefficients=y, slacks=slacks)


@final
@dataclass(frozen=True, eq=False)
class _Program:
    """Minimise w · p with A p = b, p ≥ 0, on those configurations that are free."""

    scenario: Scenario
    costs: np.ndarray
    target: np.ndarray
    free: np.ndarray

    def spread(self, p: np.ndarray) -> np.ndarray:
        """Put numbers on the free configurations beside zeros on the others."""
        full = np.zeros(len(self.free))
        full[self.free] = p
        return full

    def means(self, p: np.ndarray) -> np.ndarray:
        """Return A p."""
        return self.scenario.moments(self.spread(p))

    def values(self, y: np.ndarray) -> np.ndarray:
        """Return Aᵀy."""
        return self.scenario.values(y)[self.free]

    def errors(self, p: np.ndarray, y: np.ndarray) -> tuple[float, float]:
        """Return the relative gap of primal and dual, and the error of the means."""
        cost = self.costs[self.free] @ p
        gap = (cost - self.target @ y) / max(1.0, abs(cost))
        return float(gap), float(np.abs(self.means(p) - self.target).max())

    def optimum(self, p: np.ndarray, y: np.ndarray, z: np.ndarray) -> Optimum:
        """Return a solution on all configurations."""
        slacks = np.full(len(self.free), np.inf)
        slacks[self.free] = z
        return Optimum(weights=self.spread(p), coefficients=y, slacks=slacks)

    def on_face(
        self, p: np.ndarray, y: np.ndarray, z: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Solve A p = b and Aᵀy = w on the face that p approaches, if it is the one."""
        costs, face = self.costs[self.free], _larger(p / z)
        p = np.where(face, p, 0.0)
        sizes, axes = eigh(self.scenario.gram(self.spread(p)), check_finite=False)
        kept = sizes > RANK_TOLERANCE * sizes[-1]
        axes, sizes = axes[:, kept], sizes[kept]

        def solve(b: np.ndarray) -> np.ndarray:
            return axes @ ((b @ axes) / sizes)

        for _ in range(REFINEMENTS):
            p = p + p * self.values(solve(self.target - self.means(p)))
            y = y + solve(self.means(p * (costs - self.values(y))))
        z = costs - self.values(y)
        gap, off = self.errors(p, y)
        good = min(p.min(), z.min() + GAP) >= 0 and off < RESIDUAL and abs(gap) < GAP
        return (p, y, np.where(face, 0.0, np.maximum(z, GAP))) if good else None

    def step(
        self, p: np.ndarray, y: np.ndarray, z: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Predict with no centring, then correct."""
        primal = self.target - self.means(p)
        dual = self.costs[self.free] - self.values(y) - z
        d = p / z
        solve = factorise(self.scenario.gram(self.spread(d)))

        def direction(products: np.ndarray) -> tuple[np.ndarray, ...]:
            # z Δp + p Δz = products, A Δp = primal, AᵀΔy + Δz = dual
            fixed = products / z - d * dual
            dy, dp = np.zeros(len(y)), fixed
            for _ in range(REFINEMENTS):
                dy = dy + solve(primal - self.means(dp))
                dp = fixed + d * self.values(dy)
            return dp, dy, dual - self.values(dy)

        dp, dy, dz = direction(-p * z)
        along, back = longest_step(p, dp), longest_step(z, dz)
        mean = p @ z / len(p)
        predicted = (p + along * dp) @ (z + back * dz) / len(p)
        # Weights far below the gap could no longer make up for rounding of the means.
        centre = max(mean * (predicted / mean) ** 3, 0.1 * GAP / len(p))
        dp, dy, dz = direction(centre - p * z - dp * dz)
        along, back = longest_step(p, dp), longest_step(z, dz)
        return p + along * dp, y + back * dy, z + back * dz


def _larger(ratios: np.ndarray) -> np.ndarray:
    """Tell which numbers lie above the widest gap between their logarithms."""
    sizes = np.sort(np.log(ratios))
    widest = np.diff(sizes).argmax()
    return np.log(ratios) > (sizes[widest] + sizes[widest + 1]) / 2


def few_threads(n_products: int) -> AbstractContextManager[None]:
    """Hold BLAS to one thread where there are few products."""
    return one_blas_thread() if n_products <= SMALL else nullcontext()


def longest_step(x: np.ndarray, change: np.ndarray) -> float:
    """Return the step ≤ 1 that keeps x positive, a little short of the boundary."""
    falling = change < 0
    to_boundary = (-x[falling] / change[falling]).min(initial=np.inf)
    return float(min(1.0, LONGEST_STEP * to_boundary))


def factorise(matrix: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return the solver of a positive matrix, which may be singular up to rounding."""
    ridge, diagonal = RIDGE, np.diag_indices(len(matrix))
    for _ in range(4):
        shifted = matrix.copy()
        shifted[diagonal] *= 1 + ridge
        try:
            factor = cho_factor(
                shifted, lower=True, overwrite_a=True, check_finite=False
            )
        except LinAlgError:
            ridge *= 100
        else:
            return lambda b: cho_solve(factor, b, check_finite=False)
    raise ConvergenceError(
        "The normal matrix of realizability could not be factorised. Mix the state "
        "with a little white noise."
    )
