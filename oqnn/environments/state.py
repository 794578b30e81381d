"""The state of learners between two epochs."""

from typing import NamedTuple

import numpy as np

from .._core.checks import check_shapes

__all__ = ["LearningState", "init"]


class LearningState(NamedTuple):
    """What the next epoch needs, and the best epoch so far, of b learners."""

    weights: np.ndarray  # (b, s, k, k + 1)
    momenta: np.ndarray  # (b, s, k, k + 1)
    y0: np.ndarray  # (b, k)
    best_cost: np.ndarray  # (b,)
    best_weights: np.ndarray  # (b, s, k, k + 1)
    best_y0: np.ndarray  # (b, k)
    costs: np.ndarray  # (b, epochs so far)
    infidelities: np.ndarray  # (b, epochs so far)

    @property
    def epochs(self) -> int:
        """Number of epochs done."""
        return self.costs.shape[1]


def init(weights: np.ndarray) -> LearningState:
    """Return learners at rest with given weights (b, s, k, k + 1) and y = 0."""
    weights = np.asarray(weights, dtype=float)
    check_shapes(weights=(weights, "b s k j"))
    b, _, k, _ = weights.shape
    check_shapes(weights=(weights, f"b s {k} {k + 1}"))
    return LearningState(
        weights=weights,
        momenta=np.zeros_like(weights),
        y0=np.zeros((b, k)),
        best_cost=np.full(b, np.inf),
        best_weights=weights,
        best_y0=np.zeros((b, k)),
        costs=np.empty((b, 0)),
        infidelities=np.empty((b, 0)),
    )
