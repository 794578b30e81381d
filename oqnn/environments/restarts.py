"""Restarts: learners that lag behind the best one begin again."""

from collections.abc import Sequence

import numpy as np

from .._core.seeds import derive_seed
from .rule import LearningRule
from .state import LearningState

__all__ = ["restart_laggards"]


def restart_laggards(
    state: LearningState,
    rule: LearningRule,
    seeds: Sequence[int],
    *,
    window: int,
    factor: float = 1.5,
) -> LearningState:
    """Give fresh weights to learners that are far behind the best one.

    A learner is behind if its least cost of the last `window` epochs exceeds `factor`
    times the least of all learners. It starts again at rest from new random weights,
    those of a seed derived from its own and the epoch; its best epoch is kept.

    Parameters
    ----------
    state : LearningState
        Of b learners.
    rule : LearningRule
        Draws the new weights.
    seeds : sequence of b int
        Seeds of the learners.
    window : int
        Number of epochs looked back at.
    factor : float, optional
        How far behind is too far.
    """
    recent = state.costs[:, -window:].min(axis=1)
    # what has diverged is no number, and behind as well
    behind = ~(recent <= factor * np.nanmin(recent))
    weights, momenta = state.weights.copy(), state.momenta.copy()
    y0 = state.y0.copy()
    for i in map(int, np.flatnonzero(behind)):
        weights[i] = rule.random_weights(derive_seed(seeds[i], "restart", state.epochs))
        momenta[i], y0[i] = 0, 0
    return state._replace(weights=weights, momenta=momenta, y0=y0)
