"""A law on few configurations in place of one on all of them, with the same means."""

import numpy as np
from scipy.linalg import lstsq, qr
from scipy.linalg.blas import dger
from scipy.linalg.lapack import dpstrf

from ..._core.errors import ConvergenceError
from ..._core.seeds import rng_from
from .interior_point import SMALL, minimise
from .scenario import Scenario

__all__ = ["thin_law", "to_vertex"]

MOST_PRODUCTS = 1100  # those of five qubits; more take minutes
ACCURACY = 1e-10  # of the means on the support
RANK_TOLERANCE = 1e-9


def thin_law(
    scenario: Scenario, means: np.ndarray, p: np.ndarray, face: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the configurations and probabilities of a law on at most r + 1 of them.

    A program with costs drawn at random has one optimum only, a vertex of the set of
    laws with these means. Which one does not matter; the draw is always the same.

    Parameters
    ----------
    scenario : Scenario
        The r products.
    means : shape (r,)
        What they must have.
    p : shape (k,)
        A law that has them, not zero on `face`, zero elsewhere.
    face : shape (k,)
        Mask of the configurations that any law with these means may use.

    Returns
    -------
    indices, probabilities
        The given law itself, as it is, where there are more than 1100 products or no
        vertex is found.
    """
    every = np.flatnonzero(face), p[face]
    if len(means) > MOST_PRODUCTS:
        return every
    program, target = scenario.with_unit(), np.r_[1.0, means]
    if not face.all():
        rows = _independent(program.gram(face.astype(float)))
        program, target = program.take(rows), target[rows]
    # Costs like 1/p put the given law amid its bounds, where the search is quick.
    costs = rng_from(0, "sparse law").uniform(0.5, 1.5, len(p)) / len(every[0])
    costs = np.divide(costs, p, out=np.full(len(p), np.inf), where=face)
    try:
        optimum = minimise(program, costs, target, p)
    except ConvergenceError:
        return every
    support = np.flatnonzero(optimum.face)
    columns = program.columns(support)
    q = lstsq(columns, target, lapack_driver="gelsy", check_finite=False)[0]
    off = np.abs(columns @ q - target).max()
    return (support, q) if off < ACCURACY and q.min() >= 0 else every


def to_vertex(
    scenario: Scenario, indices: np.ndarray, p: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Step along null vectors until the columns in use are independent (Carathéodory).

    What `thin_law` leaves undone; quick only where there are few configurations.

    Parameters
    ----------
    scenario : Scenario
        The r products.
    indices, p : shape (k,)
        Configurations, all different, and their probabilities.

    Returns
    -------
    indices, probabilities
        At most r + 1, with the same means but for rounding. The given ones, if too
        many, where there are more than 1100 products, or from 400 on, if they are more
        than twice as many.
    """
    program = scenario.with_unit()
    rank = len(program.words)
    size = len(p)
    if rank > MOST_PRODUCTS or (rank > SMALL and size > 2 * rank):
        return indices, p
    while True:
        block = slice(0, 2 * rank)
        q = _step_to_boundary(program.columns(indices[block]), p[block])
        p = np.r_[q, p[block.stop :]]
        indices, p = indices[p > 0], p[p > 0]
        if len(p) == size:
            return indices, p
        size = len(p)


def _step_to_boundary(columns: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Make as many probabilities zero as there are null vectors."""
    basis, triangle, _ = qr(columns.T, pivoting=True, check_finite=False)
    diagonal = np.abs(np.diag(triangle))
    rank = int((diagonal > RANK_TOLERANCE * diagonal.max()).sum())
    null, p = np.asfortranarray(basis[:, rank:]), p.copy()
    while null.shape[1]:
        along = null[:, 0] if null[:, 0].max() > -null[:, 0].min() else -null[:, 0]
        lowers = np.flatnonzero(along > 0)
        steps = p[lowers] / along[lowers]
        first = lowers[steps.argmin()]
        p = np.maximum(p - steps.min() * along, 0.0)
        p[first] = 0.0
        # Turn the basis such that one vector alone has this entry, and leave that out.
        normal = null[first].copy()
        normal[0] += np.copysign(np.linalg.norm(normal), normal[0])
        scale = -2 / (normal @ normal)
        null = dger(scale, null @ normal, normal, a=null, overwrite_a=1)[:, 1:]
        null[first] = 0.0
    return p


def _independent(gram: np.ndarray) -> np.ndarray:
    """Return rows of full rank, by a Cholesky factorisation with pivots."""
    _, pivots, rank, _ = dpstrf(gram, tol=RANK_TOLERANCE * gram.max(), lower=1)
    return np.sort(pivots[:rank] - 1)
