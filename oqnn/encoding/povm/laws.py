"""Laws of outcomes as users give them, and errors of means over their samples."""

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import STATE_TOLERANCE, check_finite
from ..maps.real_arrays import as_real

__all__ = ["as_laws", "weighted_error"]


def as_laws(P: ArrayLike, n_outcomes: int, name: str) -> np.ndarray:
    """Convert and check laws of outcomes.

    To the tolerance that states are checked to, so that the law of every state that is
    one is a law: an eigenvalue of −1e-9 that a solver left makes a probability of
    −1e-9 / 3.

    Parameters
    ----------
    P : shape (..., n_outcomes)
    n_outcomes : int
    name : str
        Of the argument.

    Raises
    ------
    TypeError, ValueError
        If `P` is not real, has another shape or holds no laws.
    """
    laws = as_real(P, name)
    if laws.ndim == 0 or laws.shape[-1] != n_outcomes:
        raise ValueError(
            f"`{name}` must have shape (..., {n_outcomes}), one for each outcome, "
            f"but has shape {laws.shape}."
        )
    check_finite(laws, name)
    if not laws.min(initial=0) >= -STATE_TOLERANCE:
        raise ValueError(
            f"`{name}` must hold probabilities, but its least entry is "
            f"{laws.min():.3g}."
        )
    sums = laws.sum(axis=-1).ravel()
    worst = sums[np.abs(sums - 1).argmax()] if sums.size else 1.0
    if not abs(worst - 1) <= STATE_TOLERANCE:
        raise ValueError(f"`{name}` must sum to 1, but sums to {worst:.9g}.")
    return laws


def weighted_error(P: np.ndarray, weights: np.ndarray, n_samples: int) -> np.ndarray:
    """Return the standard error of means of weights over independent samples.

    Parameters
    ----------
    P : shape (..., n_outcomes)
    weights : shape (..., n_outcomes)
        What each outcome contributes.
    n_samples : int
    """
    mean = np.einsum("...a,...a->...", P, weights)
    spread = np.einsum("...a,...a->...", P, (weights - mean[..., None]) ** 2)
    # a share of −1e-9 must not leave the square of an error below zero
    return np.sqrt(np.maximum(spread, 0) / n_samples)
