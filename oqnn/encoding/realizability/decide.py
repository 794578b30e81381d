"""Whether a law of spins has given means of products: the law, or an inequality.

The means μ lie in the polytope of the laws exactly where its gauge is at most one,

    g(μ) = min Σ p  subject to  A p = μ, p ≥ 0,      v* = 1/g,

as the uniform law, with all means zero, makes up for what p lacks. The dual solution
c, max c · μ subject to Aᵀc ≤ 1, is the inequality.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from scipy.linalg import LinAlgError, cho_solve, cholesky

from ..._core.errors import ConvergenceError
from ..._core.seeds import rng_from
from .interior_point import SMALL, Optimum, few_threads, minimise, minimise_by_simplex
from .scenario import Scenario
from .sparse_law import thin_law, to_vertex

__all__ = ["ACCURACY", "Carried", "Forbidden", "decide", "to_integers"]

ACCURACY = 1e-9  # of means and visibility, checked on every answer
EDGE = 0.99  # of the gauge, from which on the search goes to its end
ZERO = 1e-13  # means below it are rounding
LARGEST_INTEGER = 1000
ROUNDING = 1e-8
NUDGES = (1e-3, 1e-5)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Carried:
    """A law: probabilities of some configurations, which have the means."""

    indices: np.ndarray
    probabilities: np.ndarray


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Forbidden:
    """An inequality c · μ ≤ L of all laws, and its value, which is greater."""

    coefficients: np.ndarray
    local_bound: float
    value: float

    @property
    def visibility(self) -> float:
        """The share of the means that the inequality allows, L over the value."""
        return self.local_bound / self.value


def decide(scenario: Scenario, means: np.ndarray) -> Carried | Forbidden:
    """Find a law with given means of a scenario's products, or why there is none.

    Both answers are proven to 1e-9 whatever the solver did: the means of the law are
    compared; the bound of the inequality is found by enumeration, and the visibility
    that it allows must be reached by a law.

    Raises
    ------
    ConvergenceError
        If the program is not solved, or its solution fails the checks.
    """
    with few_threads(len(means)):
        kept = scenario.spanned_by(np.abs(means) > ZERO)
        reduced = scenario if kept.all() else scenario.take(kept)
        try:
            optimum = _gauge(reduced, means[kept])
        except ConvergenceError:
            if len(means) > SMALL:
                raise
            kept, reduced = np.ones(len(means), dtype=bool), scenario
            optimum = minimise_by_simplex(scenario, means)
        gauge = float(optimum.weights.sum())
        if gauge <= 1 + ACCURACY / 2:
            return _carry(scenario, means, optimum)
        found = _forbid(reduced, means[kept], optimum, 1 / gauge)
    coefficients = np.zeros(len(means))
    coefficients[kept] = found.coefficients
    return replace(found, coefficients=coefficients)


def to_integers(coefficients: np.ndarray) -> tuple[np.ndarray, bool]:
    """Scale to the least integers within rounding, or else to a largest size of 1."""
    scaled = coefficients / np.abs(coefficients).max()
    scaled[np.abs(scaled) < ROUNDING] = 0.0
    for largest in range(1, LARGEST_INTEGER + 1):
        candidate = scaled * largest
        rounded = np.round(candidate)
        if np.abs(candidate - rounded).max() < ROUNDING * largest:
            return rounded + 0.0, True
    return scaled, False


def _gauge(scenario: Scenario, means: np.ndarray) -> Optimum:
    """Solve the program of the gauge, or until it is clearly below one."""
    size = scenario.n_configurations
    if len(means) == 0:
        none, ones = np.zeros(size), np.ones(size)
        return Optimum(weights=none, coefficients=means, slacks=ones)
    # The products are orthogonal over all configurations, so this p has the means.
    p = scenario.values(means) / size
    p += 1 / size - 1.5 * min(0.0, p.min())
    return minimise(scenario, np.ones(size), means, p, enough=EDGE)


def _carry(scenario: Scenario, means: np.ndarray, optimum: Optimum) -> Carried:
    """Make the optimum a law on few configurations, and check its means."""
    gauge = float(optimum.weights.sum())
    off = np.inf
    if gauge < EDGE:
        laws = iter([_inner_law(scenario, means, optimum.weights)])
    else:
        # Nearly on the face the means are first taken to be on it.
        shares = [1 - gauge] if 1 - gauge > ACCURACY / 2 else [0.0, 1 - gauge]
        laws = (_edge_law(scenario, means, optimum, share) for share in shares)
    for law in laws:
        indices, probabilities = to_vertex(scenario, *law)
        dense = np.zeros(scenario.n_configurations)
        dense[indices] = probabilities
        off = np.abs(scenario.moments(dense) - means).max(initial=0.0)
        if off <= ACCURACY:
            return Carried(indices=indices, probabilities=probabilities)
    raise ConvergenceError(
        "The law that was found must have the given means, but is off by "
        f"{off:.1e}. The state lies on the edge of what can be realized; mix it "
        "with a little white noise."
    )


def _inner_law(
    scenario: Scenario, means: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Fill up with the uniform law, and thin that."""
    p = weights + (1 - weights.sum()) / len(weights)
    return thin_law(scenario, means, p, np.ones(len(p), dtype=bool))


def _edge_law(
    scenario: Scenario, means: np.ndarray, optimum: Optimum, share: float
) -> tuple[np.ndarray, np.ndarray]:
    """Take a law on the optimal face, and a share of one without means.

    The uniform law would bring in every configuration for next to nothing. Where the
    share is negative, the law has the means divided by the gauge.
    """
    face = optimum.face
    p = np.where(face, optimum.weights, 0.0) / optimum.weights[face].sum()
    indices, q = thin_law(scenario, means / (1 - share), p, face)
    share = max(share, 0.0)
    law = dict(zip(indices, (1 - share) * q, strict=True))
    filling = _without_means(scenario) if share else np.zeros(0, dtype=int)
    for index in filling:
        law[index] = law.get(index, 0.0) + share / len(filling)
    return np.array(list(law)), np.array(list(law.values()))


def _without_means(scenario: Scenario) -> np.ndarray:
    """Return configurations that have no means of products, equally weighted.

    The spins of a party are all the same, those of two parties independent.
    """
    found = np.zeros(1, dtype=int)
    for size in scenario.sizes:
        found = (found[:, None] * 2**size + [0, 2**size - 1]).reshape(-1)
    return found


def _forbid(
    scenario: Scenario, means: np.ndarray, optimum: Optimum, visibility: float
) -> Forbidden:
    """Return an inequality that proves the visibility."""
    for found in _inequalities(scenario, means, optimum):
        if found.value > found.local_bound and (
            abs(found.visibility - visibility) <= ACCURACY
        ):
            return found
    raise ConvergenceError(
        "A law and an inequality must agree on the visibility, but "
        f"{visibility:.12g} and {found.visibility:.12g} do not."
    )


def _inequalities(
    scenario: Scenario, means: np.ndarray, optimum: Optimum
) -> Iterator[Forbidden]:
    """Yield inequalities that forbid the means, facets and integers first.

    Where several facets meet at the means the interior point lies amid them. Means
    that are nudged at random lie behind one of them only.
    """
    integers = True
    coefficients = _facet(scenario, optimum)
    if coefficients is None:
        coefficients, integers = to_integers(optimum.coefficients)
    if integers:
        yield _inequality(scenario, means, coefficients)
    rng = rng_from(0, "nudge")
    for size in NUDGES:
        nudge = rng.normal(size=len(means))
        nudge *= size * np.linalg.norm(means) / np.linalg.norm(nudge)
        facet = _facet(scenario, _gauge(scenario, means + nudge))
        if facet is not None:
            yield _inequality(scenario, means, facet)
    yield _inequality(scenario, means, optimum.coefficients)


def _inequality(
    scenario: Scenario, means: np.ndarray, coefficients: np.ndarray
) -> Forbidden:
    """Find the bound by looking at every configuration."""
    scaled, _ = to_integers(coefficients)
    return Forbidden(
        coefficients=scaled,
        local_bound=float(scenario.values(scaled).max()),
        value=float(scaled @ means),
    )


def _facet(scenario: Scenario, optimum: Optimum) -> np.ndarray | None:
    """Solve for the one c with Aᵀc = 1 on the optimal face, if it is the only one."""
    face = optimum.face.astype(float)
    try:
        factor = cholesky(scenario.gram(face), lower=True, check_finite=False)
    except LinAlgError:
        return None
    diagonal = np.diag(factor)
    if diagonal.min() < 1e-5 * diagonal.max():
        return None
    return cho_solve((factor, True), scenario.moments(face), check_finite=False)
