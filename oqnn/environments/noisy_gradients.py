"""Learning with gradients that err: the update they share, and Gaussian noise."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .._core.checks import check_integer, check_positive, check_shapes
from .._core.jax64 import in_double_precision
from .._core.seeds import rng_from
from .cost import ProtectionCost
from .environment import Environment
from .problem import learning_problem
from .rule import LearningRule
from .state import LearningState

__all__ = ["Estimate", "NoisyGradients", "follow"]


class Estimate(NamedTuple):
    """What an epoch of b learners says about its cost and where that falls."""

    costs: np.ndarray  # (b,): exact J, for the learning curve
    infidelities: np.ndarray  # (b,): exact
    gradients: np.ndarray  # (b, s, k, k + 1): estimate of g
    y_end: np.ndarray  # (b, k)


def follow(
    state: LearningState,
    rule: LearningRule,
    epochs: int,
    estimate: Callable[[LearningState], Estimate],
) -> LearningState:
    """Take some epochs of M ← μM − ηĝ, W ← W + M/ω with estimated gradients ĝ.

    Parameters
    ----------
    state : LearningState
        Of b learners.
    rule : LearningRule
        μ, η and ω.
    epochs : int
        Number of epochs.
    estimate : callable state → Estimate
        Asked once an epoch. Its randomness must follow from seeds and `state.epochs`
        alone, so that dividing a run changes nothing.

    Raises
    ------
    ValueError
        If the weights do not fit the rule, or `epochs` is below one.
    """
    check_integer(epochs, "epochs")
    k = rule.neurons
    check_shapes(weights=(state.weights, f"b {rule.slices} {k} {k + 1}"))
    for _ in range(epochs):
        found = estimate(state)
        better = found.costs < state.best_cost
        with np.errstate(over="ignore", invalid="ignore"):  # learners may diverge
            momenta = rule.friction * state.momenta - rule.rate * found.gradients
            weights = state.weights + momenta / rule.mass
        state = LearningState(
            weights=weights,
            momenta=momenta,
            y0=found.y_end,
            best_cost=np.where(better, found.costs, state.best_cost),
            best_weights=np.where(
                better[:, None, None, None], state.weights, state.best_weights
            ),
            best_y0=np.where(better[:, None], state.y0, state.best_y0),
            costs=np.column_stack([state.costs, found.costs]),
            infidelities=np.column_stack([state.infidelities, found.infidelities]),
        )
    return state


@dataclass(frozen=True)
class NoisyGradients:
    r"""Learn from epoch to epoch with Gaussian noise on every gradient: a `method`.

    :math:`\hat g = g + \text{scale}·\mathrm{rms}(g)·\xi` with independent standard
    normal ξ, and the root mean square taken over all weights of a learner in that
    epoch: `scale` is the noise-to-signal ratio, and falls neither with the cost nor
    with the epochs. Unbiased. The noise follows from seed and epoch alone.

    Parameters
    ----------
    scale : float
        Ratio of the rms of the noise to that of g.

    Raises
    ------
    ValueError
        If `scale` is not positive.
    """

    scale: float

    def __post_init__(self) -> None:
        check_positive(self.scale, "scale")

    @in_double_precision
    def __call__(
        self,
        state: LearningState,
        environment: Environment,
        rule: LearningRule,
        cost: ProtectionCost,
        *,
        H: np.ndarray | None,
        epochs: int,
        seeds: Sequence[int],
    ) -> LearningState:
        """Return the state after so many more epochs."""
        from .noisy_gradients_jax import epochs_of

        problem = learning_problem(environment, rule, cost, H)

        def estimate(state: LearningState) -> Estimate:
            found = epochs_of(problem, state.weights, state.y0, q=rule.resolution)
            costs, infidelities, g, y_end = (np.asarray(v) for v in found)
            rms = np.sqrt((g**2).mean(axis=(1, 2, 3), keepdims=True))
            noise = [
                rng_from(seed, "gradient noise", state.epochs).standard_normal(
                    g[0].shape
                )
                for seed in seeds
            ]
            return Estimate(costs, infidelities, g + self.scale * rms * noise, y_end)

        return follow(state, rule, epochs, estimate)
