"""What learning costs: epochs, estimates of the cost, preparations of the state."""

from dataclasses import dataclass

import numpy as np

from .._core.checks import check_integer
from .basins import epochs_to_reach
from .learning import LearningResult

__all__ = ["LearningCost", "learning_cost"]


@dataclass(frozen=True, kw_only=True, eq=False)
class LearningCost:
    """What each learner has used up, and had used up when it reached a level."""

    epochs: int  # of every learner
    evaluations: int  # estimates of the cost in an epoch
    shots: int  # preparations in an estimate: states, readouts and repetitions in all
    epochs_to_level: np.ndarray  # (b,), infinite where it was not reached

    @property
    def preparations(self) -> int:
        """Preparations of one learner in all its epochs."""
        return self.epochs * self.evaluations * self.shots

    @property
    def preparations_to_level(self) -> np.ndarray:
        """Preparations of each learner until it reached the level, (b,)."""
        return np.asarray(self.epochs_to_level * self.evaluations * self.shots)

    @property
    def preparations_of_all(self) -> int:
        """Preparations of all learners, those that failed included."""
        return len(self.epochs_to_level) * self.preparations


def learning_cost(
    result: LearningResult, *, shots: int, evaluations: int = 1, level: float = 0.065
) -> LearningCost:
    r"""Count what learning costs on a device.

    Every shot prepares a state, lets it live until one readout, and is then gone. The
    energy of the drive is not counted here. Restarts take no epochs of their own, so
    they are in the count.

    Parameters
    ----------
    result : LearningResult
        Of b learners.
    shots : int
        Preparations behind one estimate of the cost, over all states and readouts.
    evaluations : int, optional
        Estimates of the cost in an epoch: ``method.evaluations`` of `LocalLearning` and
        `ShotGradients`. Costates come from a model, not from the device; with one, the
        default, only the learning curve is measured. Central differences of all
        weights, without a model, take 2 s k (k + 1).
    level : float, optional
        Readout infidelity to reach; by default that of XY8 in the reference setting.

    Returns
    -------
    LearningCost
        Epochs, estimates and preparations, in all and until the level was reached.

    Raises
    ------
    ValueError
        If a number is below one.
    """
    check_integer(shots, "shots")
    check_integer(evaluations, "evaluations")
    state = result.state
    return LearningCost(
        epochs=state.epochs,
        evaluations=evaluations,
        shots=shots,
        epochs_to_level=epochs_to_reach(state.infidelities, level) + 1,
    )
