"""Learning from the cost alone: what neurons, or synapses, can do without costates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._core.checks import check_integer, check_positive
from .._core.errors import ConvergenceError
from .._core.jax64 import in_double_precision
from .._core.seeds import rng_from
from .cost import ProtectionCost
from .environment import Environment
from .noisy_gradients import Estimate, follow
from .problem import learning_problem
from .rule import LearningRule
from .state import LearningState

__all__ = ["LocalLearning", "ShotGradients"]

ROUNDING = 1e-6  # by which a fidelity may leave [0, 1], the error of the steps


@dataclass(frozen=True, kw_only=True)
class LocalLearning:
    r"""Let every neuron learn from its own activity and one scalar cost: a `method`.

    Each epoch is lived 2 `passes` times more, with a small current
    :math:`\pm\sigma\xi_k` into neuron k, constant on each slice, ξ = ±1 drawn anew for
    each pass, neuron and slice. All neurons are told the cost of a pass, nothing else,
    and move their weights as node perturbation does [1]_,

    .. math::
        \hat g_{kj}(\text{slice}) = \frac{1}{P}\sum_{p=1}^{P}
        \frac{\hat J_+ - \hat J_-}{2\sigma\,\Delta t}\,\xi_k\,\bar y_j + c_W W_{kj},

    with the slice's length Δt and the neuron's input :math:`\bar y_j`, averaged over
    the slice in the undisturbed epoch (:math:`y_0 = 1`).

    *Unbiased* up to O(σ²): the gradient of the biases, j = 0. *Not*: that of the other
    weights, as :math:`\overline{\Delta f'}\,\bar y_j` stands for
    :math:`\overline{\Delta f' y_j}`, without their covariance within a slice; it
    vanishes with Δt/λ. *Variance* of a bias on a slice, with the derivatives
    :math:`G = \Delta t\,\delta J/\delta W_{k0}` of all s k currents,

    .. math:: \mathrm{Var}\,\hat g = \frac{1}{P\Delta t^2}\Bigl[|G|^2 - G_k^2
        + \frac{V_+ + V_-}{4\sigma^2}\Bigr] + O(\sigma^2),

    with the variance V of the cost by shots: the noise-to-signal ratio is about
    :math:`\sqrt{s k / P}` already without shots, and η/ω must be smaller than with
    costates.

    Earlier costs as a baseline would cancel in the difference. The register level, read
    with every shot, could take away the part of V that it explains: at most 4 % for
    random weights of the reference setting, 0.1 % after learning. It is not used.

    The recorded costs, and with them the choice of the best epoch, are exact: they
    judge the learner, who does not see them.

    Parameters
    ----------
    shots : int, optional
        Shots in one estimate of the cost, shared evenly by the readouts; exact costs
        by default. Every shot prepares one state at random, as the mean over states
        prescribes, and asks at one readout whether it is still there, so that the count
        is binomial. With the cardinal states of a qubit taken in turn the variance
        would be smaller, by that of the fidelities among states.
    perturbation : float
        σ. Larger values see through more shot noise and bend the gradient by O(σ²).
    passes : int
        P, antithetic pairs of runs in an epoch.

    Raises
    ------
    ValueError
        If a number is not positive; when called, if `shots` is no multiple of the
        number of readouts.

    References
    ----------
    .. [1] Werfel, Xie, Seung, Neural Comput. 17, 2699 (2005), for one layer; here in
       time and with antithetic pairs.
    """

    shots: int | None = None
    perturbation: float = 0.1
    passes: int = 16

    def __post_init__(self) -> None:
        _check(self.shots, self.perturbation, self.passes, "passes")

    @property
    def evaluations(self) -> int:
        """Estimates of the cost in an epoch."""
        return 2 * self.passes

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
        size = (self.passes, rule.slices, rule.neurons, 1)

        def spread(slopes: np.ndarray, activity: np.ndarray) -> np.ndarray:
            inputs = np.insert(activity, 0, 1.0, axis=-1)  # (b, s, 1 + k)
            return np.asarray(slopes * inputs[..., None, :])

        options = (self.shots, self.perturbation, size, spread)
        estimate = _estimator(environment, rule, cost, H, seeds, *options)
        return follow(state, rule, epochs, estimate)


@dataclass(frozen=True, kw_only=True)
class ShotGradients:
    r"""Learn with gradients estimated from costs of perturbed weights: a `method`.

    Simultaneous perturbation [1]_: all weights are moved by ±σξ, ξ = ±1, in each of K
    directions, and

    .. math:: \hat g = \frac1K\sum_{k=1}^{K}
        \frac{\hat J_+ - \hat J_-}{2\sigma\,\Delta t}\,\xi + c_W W.

    Unbiased up to O(σ²) for every weight, unlike `LocalLearning`, and local as well,
    with synapses in the place of neurons; its variance is that of `LocalLearning` with
    the derivatives of all s k (k + 1) weights in G. Costs recorded are exact, as there.

    Parameters
    ----------
    shots : int, optional
        Shots in one estimate of the cost; exact costs by default. See `LocalLearning`.
    perturbation : float
        σ.
    directions : int
        K; an epoch takes 2 K estimates of the cost.

    Raises
    ------
    ValueError
        If a number is not positive; when called, if `shots` is no multiple of the
        number of readouts.

    References
    ----------
    .. [1] Spall, IEEE Trans. Autom. Control 37, 332 (1992), eq. (2.2).
    """

    shots: int | None = None
    perturbation: float = 0.05
    directions: int = 16

    def __post_init__(self) -> None:
        _check(self.shots, self.perturbation, self.directions, "directions")

    @property
    def evaluations(self) -> int:
        """Estimates of the cost in an epoch."""
        return 2 * self.directions

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
        k = rule.neurons
        size = (self.directions, rule.slices, k, k + 1)
        options = (self.shots, self.perturbation, size, lambda slopes, _: slopes)
        estimate = _estimator(environment, rule, cost, H, seeds, *options)
        return follow(state, rule, epochs, estimate)


def _check(shots: int | None, perturbation: float, pairs: int, name: str) -> None:
    if shots is not None:
        check_integer(shots, "shots")
    check_positive(perturbation, "perturbation")
    check_integer(pairs, name)


def _estimator(
    environment: Environment,
    rule: LearningRule,
    cost: ProtectionCost,
    H: np.ndarray | None,
    seeds: Sequence[int],
    shots: int | None,
    sigma: float,
    size: tuple[int, ...],
    spread: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> Callable[[LearningState], Estimate]:
    """Return the estimate of ĝ from antithetic pairs of pushes ±σξ of a given size.

    `spread` takes slopes ∂J/∂push over Δt and mean activities to all weights.
    """
    from .local_rule_jax import runs

    problem: Any = learning_problem(environment, rule, cost, H)
    width = rule.period / rule.slices
    weights = np.asarray(problem.readouts)
    read = np.flatnonzero(weights)
    _check_shots(shots, len(read))

    def estimate(state: LearningState) -> Estimate:
        rngs = [rng_from(seed, "perturbation", state.epochs) for seed in seeds]
        signs = np.array([rng.choice([-1.0, 1.0], size=size) for rng in rngs])
        still = np.zeros_like(signs[:, :1])
        pushes = sigma * np.concatenate([still, signs, -signs], axis=1)
        found = runs(problem, state.weights, state.y0, pushes, q=rule.resolution)
        overlaps, running, activity, y_end = (np.asarray(v) for v in found)
        overlaps = overlaps[..., read]  # (b, 1 + 2 P, r)
        lost = (weights[read] * (1 - overlaps)).sum(-1)
        told = lost + running
        if shots is not None:
            told = running + [
                (weights[read] * (1 - _counted(F, shots // len(read), rng))).sum(-1)
                for F, rng in zip(overlaps, rngs, strict=True)
            ]
        up, down = np.split(told[:, 1:], 2, axis=1)
        slopes = (up - down) / (2 * sigma * width)  # (b, P)
        mean = np.einsum("bp,bp...->b...", slopes, signs) / size[0]
        storage = cost.network / 2 * width * (state.weights**2).sum(axis=(1, 2, 3))
        return Estimate(
            costs=lost[:, 0] + running[:, 0] + storage,
            infidelities=lost[:, 0],
            gradients=spread(mean, activity[:, 0]) + cost.network * state.weights,
            y_end=y_end[:, 0],
        )

    return estimate


def _check_shots(shots: int | None, readouts: int) -> None:
    if shots is not None and shots % readouts:
        raise ValueError(
            f"`shots` must be a multiple of the {readouts} readouts, but is {shots}. "
            f"Try {max(1, round(shots / readouts)) * readouts}."
        )


def _counted(F: np.ndarray, shots: int, rng: np.random.Generator) -> np.ndarray:
    """Return binomial estimates of fidelities; what is no number stays none."""
    if (F < -ROUNDING).any() or (F > 1 + ROUNDING).any():
        raise ConvergenceError(
            f"Fidelities must lie in [0, 1] to be counted, but reach "
            f"{np.nanmin(F):.6g} and {np.nanmax(F):.6g}. Try a larger resolution."
        )
    known = np.isfinite(F)
    chances = np.where(known, np.clip(F, 0, 1), 0.0)  # off by less than ROUNDING
    return np.where(known, rng.binomial(shots, chances) / shots, np.nan)
