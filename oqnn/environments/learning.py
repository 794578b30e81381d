"""A material that learns: Hamilton's equations within and between epochs."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .._core.checks import check_integer, check_shapes
from .._core.errors import ConvergenceError
from .._core.jax64 import in_double_precision
from .._core.progress import ProgressLine
from .cost import ProtectionCost
from .drives import NetworkDrive
from .environment import Environment
from .material import Material
from .matrix_free import MatrixFree, prefers_matrix_free
from .problem import learning_problem, least_resolution
from .restarts import restart_laggards
from .rule import LearningRule
from .state import LearningState, init

__all__ = [
    "LearningMethod",
    "LearningResult",
    "cost_and_gradient",
    "learn",
    "least_resolution",
    "step",
]

CHUNK = 50  # epochs between two looks at the clock, and between checkpoints


class LearningMethod(Protocol):
    """A way to learn: some epochs of all learners, the same however divided."""

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


@dataclass(frozen=True, kw_only=True, eq=False)
class LearningResult:
    """Learning curves and the best epoch of each learner."""

    environment: Environment
    rule: LearningRule
    cost: ProtectionCost
    H: np.ndarray | None = None  # (d, d) of the system alone
    labels: tuple[int, ...]  # seeds, one a learner
    state: LearningState
    matrix_free: bool = False  # whether epochs were run without matrices

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", LearningState(*self.state))

    @property
    def diverged(self) -> dict[int, int]:
        """Seeds of learners that diverged, and the first epoch without a cost."""
        lost = ~np.isfinite(self.state.costs)
        return {
            seed: int(np.argmax(epochs))
            for seed, epochs in zip(self.labels, lost, strict=True)
            if epochs.any()
        }

    @property
    def order(self) -> np.ndarray:
        """Learners sorted by least cost J, costs of controls and weights included."""
        return np.argsort(self.state.best_cost, kind="stable")

    def material(self, learner: int | None = None) -> Material:
        """Return the material of one learner at its best epoch; the best by default."""
        i = int(self.order[0]) if learner is None else learner
        drive = NetworkDrive(
            weights=self.state.best_weights[i],
            y0=self.state.best_y0[i],
            tau=self.rule.tau,
            period=self.rule.period,
            resolution=max(NetworkDrive.resolution, self.rule.resolution),
        )
        return Material(kind="learning", environment=self.environment, drive=drive)


@in_double_precision
def step(
    state: LearningState,
    environment: Environment,
    rule: LearningRule,
    cost: ProtectionCost,
    *,
    H: np.ndarray | None = None,
    epochs: int = 1,
    matrix_free: bool | None = None,
) -> LearningState:
    """Take some epochs; the same numbers however they are divided into calls.

    A learner that diverges has costs that are no numbers from then on, and keeps its
    best epoch. `matrix_free` is that of `learn`.
    """
    from .learning_jax import Learner, learn_epochs

    check_integer(epochs, "epochs")
    if _without_matrices(matrix_free, environment, rule, cost, len(state.weights)):
        return MatrixFree()(state, environment, rule, cost, H=H, epochs=epochs)
    k = rule.neurons
    check_shapes(weights=(state.weights, f"b {rule.slices} {k} {k + 1}"))
    learners = Learner(*state[:6])
    problem = learning_problem(environment, rule, cost, H)
    learners, costs, infidelities = learn_epochs(
        problem,
        learners,
        rule.friction,
        rule.rate,
        rule.mass,
        q=rule.resolution,
        epochs=epochs,
    )
    costs, infidelities = np.asarray(costs).T, np.asarray(infidelities).T
    return LearningState(
        **{name: np.asarray(value) for name, value in learners._asdict().items()},
        costs=np.concatenate([state.costs, costs], axis=1),
        infidelities=np.concatenate([state.infidelities, infidelities], axis=1),
    )


def learn(
    environment: Environment,
    rule: LearningRule | None = None,
    cost: ProtectionCost | None = None,
    *,
    H: np.ndarray | None = None,
    seeds: Sequence[int] = range(8),
    epochs: int = 2000,
    weights: np.ndarray | None = None,
    state: LearningState | None = None,
    restart_every: int | None = None,
    method: LearningMethod | None = None,
    matrix_free: bool | None = None,
    checkpoint: Callable[[LearningState], None] | None = None,
    progress: bool | None = None,
) -> LearningResult:
    r"""Let a material learn to keep its states.

    Runs Hamilton's equations of the learning network: states and neurons forward,
    costates Λ and Δ backward from zero, the functional gradient
    :math:`g = \partial H/\partial W`, and the epoch update [1]_. All learners are
    advanced together. Dividing a run and resuming it changes no bit; another number
    of learners may change the last digits.

    Parameters
    ----------
    environment : Environment
        Register, noise and control channels.
    rule : LearningRule, optional
        Neurons, slices and learning constants.
    cost : ProtectionCost, optional
        What is to be kept, and when.
    H : shape (d, d), optional
        Hamiltonian of the system alone; zero by default.
    seeds : sequence of b int
        One learner each, starting from ``rule.random_weights(seed)``.
    epochs : int
        Epochs in all, those of `state` included.
    weights : shape (b, s, k, k + 1), optional
        First weights instead of random ones, one for each seed: a warm start.
    state : LearningState, optional
        Where an earlier run stopped; `weights` is then ignored.
    restart_every : int, optional
        After so many epochs, again and again, learners that are far behind the best
        one get new weights; see `restart_laggards`. Never by default.
    method : callable, optional
        Another way to learn, such as `OnlineLearning` or `LocalLearning`; by default
        the Hamiltonian dynamics from epoch to epoch, `step`.
    matrix_free : bool, optional
        Whether to run epochs without matrices of generators, as `MatrixFree` does. By
        default where that is less work by count, or where matrices would take more
        than a quarter of the memory; the result says which.
    checkpoint : callable, optional
        Called with the state every 50 epochs or more often.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Returns
    -------
    LearningResult
        Costs and infidelities of every epoch, and the best epoch of each learner.

    Raises
    ------
    ValueError
        If shapes disagree, there are fewer neurons than controls, a readout falls
        inside a slice, the steps are too long, or `matrix_free` is given beside a
        `method`.
    ConvergenceError
        If every learner diverges before it has finished an epoch.

    Warns
    -----
    UserWarning
        If a learner diverges. The others go on, and it keeps its best epoch.

    References
    ----------
    .. [1] "Cvasi-classical / cvasi-quantum neural networks" (slides), Hamiltonian of
       the learning network, with dM/dt = −∂H/∂W added and friction μ < 1.
    """
    rule, cost = rule or LearningRule(), cost or ProtectionCost()
    check_integer(epochs, "epochs")
    every = epochs if restart_every is None else restart_every
    check_integer(every, "restart_every")
    seeds = tuple(int(seed) for seed in seeds)
    if state is None:
        if weights is None:
            weights = np.array([rule.random_weights(seed) for seed in seeds])
        state = init(weights)
    if len(state.weights) != len(seeds):
        raise ValueError(
            f"`seeds` must name one learner each, but there are {len(seeds)} seeds "
            f"for {len(state.weights)} learners."
        )
    free = isinstance(method, MatrixFree)
    if method is None:
        free = _without_matrices(matrix_free, environment, rule, cost, len(seeds))
    elif matrix_free is not None:
        raise ValueError(
            "`matrix_free` must be left out beside a `method`, which decides by "
            f"itself, but is {matrix_free}."
        )
    with ProgressLine("learning", epochs, show=progress) as line:
        line.advance(state.epochs)
        while state.epochs < epochs:
            to_restart = every - state.epochs % every
            count = min(CHUNK, epochs - state.epochs, to_restart)
            if method is None:
                state = step(
                    state, environment, rule, cost, H=H, epochs=count, matrix_free=free
                )
            else:
                state = method(
                    state, environment, rule, cost, H=H, epochs=count, seeds=seeds
                )
            if not np.isfinite(state.costs[:, -1]).any() and every >= epochs:
                break
            if count == to_restart and state.epochs < epochs:
                state = restart_laggards(state, rule, seeds, window=every)
            line.advance(count, text=_least(state))
            if checkpoint is not None:
                checkpoint(state)
    result = LearningResult(
        environment=environment,
        rule=rule,
        cost=cost,
        H=H,
        labels=seeds,
        state=state,
        matrix_free=free,
    )
    _report_divergence(result)
    return result


def _without_matrices(
    chosen: bool | None,
    environment: Environment,
    rule: LearningRule,
    cost: ProtectionCost,
    learners: int,
) -> bool:
    if chosen is None:
        return prefers_matrix_free(environment, rule, cost, learners=learners)
    return chosen


def _least(state: LearningState) -> str:
    known = state.infidelities[np.isfinite(state.infidelities)]
    return f"least infidelity {known.min(initial=np.inf):.4f}"


def _report_divergence(result: LearningResult) -> None:
    """Say which learners diverged, and where; refuse if none has ever had a cost."""
    if not result.diverged:
        return
    where = ", ".join(f"seed {s} at epoch {n}" for s, n in result.diverged.items())
    advice = "Try a smaller rate/mass, or a larger resolution."
    if not np.isfinite(result.state.best_cost).any():
        raise ConvergenceError(f"All learners diverged at once: {where}. {advice}")
    warnings.warn(
        f"Learning diverged, its weights grew beyond all numbers: {where}. The best "
        f"epoch before is kept. {advice}",
        stacklevel=3,
    )


@in_double_precision
def cost_and_gradient(
    environment: Environment,
    weights: np.ndarray,
    *,
    y0: np.ndarray | None = None,
    H: np.ndarray | None = None,
    rule: LearningRule | None = None,
    cost: ProtectionCost | None = None,
    matrix_free: bool | None = None,
) -> tuple[float, np.ndarray]:
    """Return J of one epoch and g = δJ/δW, its mean over each slice, from costates.

    Parameters
    ----------
    environment : Environment
        Register, noise and control channels.
    weights : shape (s, k, k + 1)
        W on each slice.
    y0 : shape (k,), optional
        Neurons at the start of the epoch; zero by default.
    H, rule, cost, matrix_free : optional
        As in `learn`.

    Returns
    -------
    float, shape (s, k, k + 1)
        The cost, and ∂J/∂W_slice divided by the length of a slice. The error of both
        is of fourth order in the step.

    Raises
    ------
    ValueError
        If shapes disagree, a readout falls inside a slice, or the steps are too long.
    """
    import jax

    from .learning_jax import epoch

    rule, cost = rule or LearningRule(), cost or ProtectionCost()
    if _without_matrices(matrix_free, environment, rule, cost, 1):
        return MatrixFree().cost_and_gradient(
            environment, weights, y0=y0, H=H, rule=rule, cost=cost
        )
    weights = np.asarray(weights, dtype=float)
    check_shapes(weights=(weights, f"{rule.slices} {rule.neurons} {rule.neurons + 1}"))
    y0 = np.zeros(rule.neurons) if y0 is None else np.asarray(y0, dtype=float)
    check_shapes(y0=(y0, f"{rule.neurons}"))
    problem = learning_problem(environment, rule, cost, H)
    result = jax.jit(epoch, static_argnums=3)(problem, weights, y0, rule.resolution)
    return float(result.cost), np.asarray(result.gradient)
