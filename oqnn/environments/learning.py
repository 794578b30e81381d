"""A material that learns: Hamilton's equations within and between epochs."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import numpy as np

from .._core.checks import (
    check_between,
    check_integer,
    check_positive,
    check_shapes,
)
from .._core.errors import ConvergenceError
from .._core.jax64 import in_double_precision
from .._core.progress import ProgressLine
from .cost import ProtectionCost, overlap_columns
from .drives import NetworkDrive
from .material import Material
from .reference import ReferenceEnvironment

__all__ = [
    "LearningResult",
    "LearningRule",
    "LearningState",
    "cost_and_gradient",
    "init",
    "learn",
    "step",
]

CHUNK = 50  # epochs between two looks at the clock, and between checkpoints


@dataclass(frozen=True, kw_only=True)
class LearningRule:
    r"""How the weights move: M ← μM − ηg after an epoch, W ← W + M/ω.

    Parameters
    ----------
    neurons : int
        Number k of neurons; the first four are the controls.
    tau : float, time
        λ, the time constant of the neurons.
    period : float, time
        T, the length of an epoch.
    slices : int
        Slices of W in an epoch.
    resolution : int
        Even number of neuron steps a slice.
    friction : float in [0, 1]
        μ. At 1 the dynamics is Hamiltonian and cannot converge; friction is what
        makes it forget.
    rate, mass : float
        η and ω; only η/ω matters.
    initial_scale : float
        Standard deviation of the first weights.
    """

    neurons: int = 4
    tau: float = 0.1
    period: float = 8.0
    slices: int = 80
    resolution: int = 8
    friction: float = 0.9
    rate: float = 1.0
    mass: float = 10 / 3
    initial_scale: float = 0.5

    def __post_init__(self) -> None:
        for name in ("tau", "period", "rate", "mass", "initial_scale"):
            check_positive(getattr(self, name), name)
        check_between(self.friction, "friction", 0, 1)
        check_integer(self.neurons, "neurons", least=4)
        check_integer(self.slices, "slices")
        check_integer(self.resolution, "resolution", least=2)
        if self.resolution % 2:
            raise ValueError(f"`resolution` must be even, but is {self.resolution}.")

    def random_weights(self, seed: int) -> np.ndarray:
        """Return the first weights of a seed, shape (s, k, k + 1)."""
        shape = (self.slices, self.neurons, self.neurons + 1)
        return self.initial_scale * np.random.default_rng(seed).standard_normal(shape)

    def weights_around(
        self, controls: np.ndarray, *, scale: float, seed: int
    ) -> np.ndarray:
        """Return weights whose neurons rest near given constant controls.

        A warm start: biases arctanh(0.95 y), so that the gradient is alive also for
        controls at their bound, and Gaussian noise of the given scale on all weights.
        """
        weights = scale / self.initial_scale * self.random_weights(seed)
        rest = np.arctanh(0.95 * np.asarray(controls, dtype=float))
        weights[:, : len(rest), 0] += rest
        return weights


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


@dataclass(frozen=True, kw_only=True, eq=False)
class LearningResult:
    """Learning curves and the best epoch of each learner."""

    environment: ReferenceEnvironment
    rule: LearningRule
    labels: tuple[int, ...] = field(default=())  # seeds, one a learner
    state: LearningState

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
        )
        return Material(kind="learning", environment=self.environment, drive=drive)

    def to_arrays(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return arrays and settings that `from_arrays` reads back."""
        settings = {
            "environment": asdict(self.environment),
            "rule": asdict(self.rule),
            "labels": list(self.labels),
        }
        return dict(self.state._asdict()), settings

    @classmethod
    def from_arrays(
        cls, arrays: dict[str, np.ndarray], settings: dict[str, Any]
    ) -> "LearningResult":
        """Return the result that `to_arrays` described."""
        environment = dict(settings["environment"])
        environment["directions"] = tuple(map(tuple, environment["directions"]))
        return cls(
            environment=ReferenceEnvironment(**environment),
            rule=LearningRule(**settings["rule"]),
            labels=tuple(settings["labels"]),
            state=LearningState(**arrays),
        )


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


@in_double_precision
def step(
    state: LearningState,
    environment: ReferenceEnvironment,
    rule: LearningRule,
    cost: ProtectionCost,
    *,
    H: np.ndarray | None = None,
    epochs: int = 1,
) -> LearningState:
    """Take some epochs; the same numbers however they are divided into calls."""
    from .learning_jax import Learner, learn_epochs

    learners = Learner(*state[:6])
    problem = _problem(environment, rule, cost, H)
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
    if not np.isfinite(costs).all():
        raise ConvergenceError(
            "The learning dynamics diverged: a cost is no longer finite. "
            "Try a smaller rate/mass, or a larger resolution."
        )
    return LearningState(
        **{name: np.asarray(value) for name, value in learners._asdict().items()},
        costs=np.concatenate([state.costs, costs], axis=1),
        infidelities=np.concatenate([state.infidelities, infidelities], axis=1),
    )


def learn(
    environment: ReferenceEnvironment,
    rule: LearningRule | None = None,
    cost: ProtectionCost | None = None,
    *,
    H: np.ndarray | None = None,
    seeds: Sequence[int] = range(8),
    epochs: int = 2000,
    weights: np.ndarray | None = None,
    state: LearningState | None = None,
    checkpoint: Callable[[LearningState], None] | None = None,
    progress: bool | None = None,
) -> LearningResult:
    r"""Let a material learn to keep its states.

    Runs Hamilton's equations of the learning network: states and neurons forward,
    costates Λ and Δ backward from zero, the functional gradient
    :math:`g = \partial H/\partial W`, and the epoch update [1]_. All learners are
    advanced together.

    Parameters
    ----------
    environment : ReferenceEnvironment
        Register, noise and control channels.
    rule : LearningRule, optional
        Neurons, slices and learning constants.
    cost : ProtectionCost, optional
        What is to be kept, and when.
    H : shape (2, 2), optional
        Hamiltonian of the system alone; zero by default.
    seeds : sequence of b int
        One learner each, starting from ``rule.random_weights(seed)``.
    epochs : int
        Epochs in all, those of `state` included.
    weights : shape (b, s, k, k + 1), optional
        First weights instead of random ones, one for each seed: a warm start.
    state : LearningState, optional
        Where an earlier run stopped; `weights` is then ignored.
    checkpoint : callable, optional
        Called with the state every 50 epochs.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Returns
    -------
    LearningResult
        Costs and infidelities of every epoch, and the best epoch of each learner.

    Raises
    ------
    ValueError
        If shapes disagree or a readout falls inside a slice.
    ConvergenceError
        If the learning dynamics diverges.

    References
    ----------
    .. [1] "Cvasi-classical / cvasi-quantum neural networks" (slides), Hamiltonian of
       the learning network, with dM/dt = −∂H/∂W added and friction μ < 1.
    """
    rule, cost = rule or LearningRule(), cost or ProtectionCost()
    check_integer(epochs, "epochs")
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
    with ProgressLine("learning", epochs, show=progress) as line:
        line.advance(state.epochs)
        while state.epochs < epochs:
            count = min(CHUNK, epochs - state.epochs)
            state = step(state, environment, rule, cost, H=H, epochs=count)
            line.advance(count, text=f"least infidelity {state.infidelities.min():.4f}")
            if checkpoint is not None:
                checkpoint(state)
    return LearningResult(environment=environment, rule=rule, labels=seeds, state=state)


@in_double_precision
def cost_and_gradient(
    environment: ReferenceEnvironment,
    weights: np.ndarray,
    *,
    y0: np.ndarray | None = None,
    H: np.ndarray | None = None,
    rule: LearningRule | None = None,
    cost: ProtectionCost | None = None,
) -> tuple[float, np.ndarray]:
    """Return J of one epoch and g = δJ/δW, its mean over each slice, from costates.

    Parameters
    ----------
    environment : ReferenceEnvironment
        Register, noise and control channels.
    weights : shape (s, k, k + 1)
        W on each slice.
    y0 : shape (k,), optional
        Neurons at the start of the epoch; zero by default.
    H, rule, cost : optional
        As in `learn`.

    Returns
    -------
    float, shape (s, k, k + 1)
        The cost, and ∂J/∂W_slice divided by the length of a slice. The error of both
        is of fourth order in the step.
    """
    import jax

    from .learning_jax import epoch

    rule, cost = rule or LearningRule(), cost or ProtectionCost()
    weights = np.asarray(weights, dtype=float)
    check_shapes(weights=(weights, f"{rule.slices} {rule.neurons} {rule.neurons + 1}"))
    y0 = np.zeros(rule.neurons) if y0 is None else np.asarray(y0, dtype=float)
    problem = _problem(environment, rule, cost, H)
    result = jax.jit(epoch, static_argnums=3)(problem, weights, y0, rule.resolution)
    return float(result.cost), np.asarray(result.gradient)


def _problem(
    environment: ReferenceEnvironment,
    rule: LearningRule,
    cost: ProtectionCost,
    H: np.ndarray | None,
) -> Any:
    """Gather the constants of a learning problem as arrays."""
    from .learning_jax import Problem

    parts = environment.generator(H).matrices()
    columns, targets, constant = overlap_columns(cost, environment.register_law)
    i, j = np.triu_indices(len(parts), 1)
    return Problem(
        parts=parts,
        commutators=parts[i] @ parts[j] - parts[j] @ parts[i],
        columns=columns,
        targets=targets,
        readouts=cost.slice_weights(rule.slices),
        constant=np.float64(constant),
        tau=np.float64(rule.tau),
        period=np.float64(rule.period),
        cost_controls=np.float64(cost.controls),
        cost_weights=np.float64(cost.network),
    )
