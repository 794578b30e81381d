"""A law on few configurations in place of one on all of them, with the same means."""

import numpy as np
from scipy.linalg import lstsq
from scipy.linalg.lapack import dpstrf

from .._core.errors import ConvergenceError
from .._core.seeds import rng_from
from .interior_point import minimise
from .scenario import Scenario

__all__ = ["thin_law"]

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


def _independent(gram: np.ndarray) -> np.ndarray:
    """Return rows of full rank, by a Cholesky factorisation with pivots."""
    _, pivots, rank, _ = dpstrf(gram, tol=RANK_TOLERANCE * gram.max(), lower=1)
    return np.sort(pivots[:rank] - 1)
