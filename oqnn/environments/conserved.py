"""The history of a learning run, its conserved quantity and its sum over delays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_integer, check_shapes
from .cost import ProtectionCost
from .environment import Environment
from .learning import step
from .rule import LearningRule
from .state import LearningState, init

__all__ = ["LearningHistory", "conserved_quantity", "record", "sum_over_delays"]


@dataclass(frozen=True, kw_only=True, eq=False)
class LearningHistory:
    """Every epoch of some learners: entry n of `weights` is W_{n−1}, lived in epoch n.

    The last weights and momenta are those that the last epoch left behind.
    """

    rule: LearningRule
    costs: np.ndarray  # (b, e): J_n
    infidelities: np.ndarray  # (b, e)
    weights: np.ndarray  # (b, e + 1, s, k, k + 1)
    momenta: np.ndarray  # (b, e + 1, s, k, k + 1)
    y0: np.ndarray  # (b, e + 1, k): neurons at the start of each epoch

    @property
    def gradients(self) -> np.ndarray:
        """Gradients g_n = (μM_{n−1} − M_n)/η of each epoch, (b, e, s, k, k + 1)."""
        old, new = self.momenta[:, :-1], self.momenta[:, 1:]
        return np.asarray((self.rule.friction * old - new) / self.rule.rate)

    @property
    def conserved(self) -> np.ndarray:
        """See `conserved_quantity`, shape (b, e)."""
        return conserved_quantity(self.costs, self.momenta, self.rule)


def record(
    environment: Environment,
    rule: LearningRule | None = None,
    cost: ProtectionCost | None = None,
    *,
    H: np.ndarray | None = None,
    seeds: Sequence[int] = (0,),
    epochs: int = 100,
    weights: np.ndarray | None = None,
    neurons_run_on: bool = True,
) -> LearningHistory:
    """Let learners learn by the epoch-wise rule, and keep all that happened.

    The same numbers as `learn`, but weights and momenta of every epoch are kept: 26 kB
    a learner and epoch in the reference setting.

    Parameters
    ----------
    environment, rule, cost, H, seeds, weights
        As in `learn`.
    epochs : int
        Number of epochs.
    neurons_run_on : bool, optional
        False lets the neurons start every epoch from zero. The cost of an epoch is
        then a function of its weights alone, and g its full gradient; a start that
        the epoch before has left makes a small force that g does not hold.

    Returns
    -------
    LearningHistory
        One entry an epoch.

    Raises
    ------
    ValueError
        As `learn` does.
    """
    rule, cost = rule or LearningRule(), cost or ProtectionCost()
    check_integer(epochs, "epochs")
    if weights is None:
        weights = np.array([rule.random_weights(int(seed)) for seed in seeds])
    state = init(weights)
    passed = [state]
    for _ in range(epochs):
        state = step(state, environment, rule, cost, H=H)
        if not neurons_run_on:
            state = state._replace(y0=np.zeros_like(state.y0))
        passed.append(state)
    return LearningHistory(
        rule=rule,
        costs=state.costs,
        infidelities=state.infidelities,
        **{name: _stacked(passed, name) for name in ("weights", "momenta", "y0")},
    )


def _stacked(states: list[LearningState], name: str) -> np.ndarray:
    return np.stack([getattr(state, name) for state in states], axis=1)


def conserved_quantity(
    costs: ArrayLike, momenta: ArrayLike, rule: LearningRule
) -> np.ndarray:
    r"""Return what frictionless learning conserves, in each epoch.

    .. math:: J_n + \frac{1}{4\omega\eta}\int_0^T
        \sum\bigl(M_{n-1}^2 + M_n^2\bigr)\,d\tau,

    cost plus the kinetic energy of a leapfrog of step √(η/ω). At μ = 1 it is constant
    up to O(η/ω) of the moving part of the cost, so that learning cannot come to rest;
    at μ < 1 it falls from epoch to epoch, as long as the steps are short.

    Parameters
    ----------
    costs : shape (..., e)
        J_n.
    momenta : shape (..., e + 1, s, k, k + 1)
        M before the first epoch and after each.
    rule : LearningRule
        η, ω and T.

    Returns
    -------
    shape (..., e)
        One value an epoch.

    Raises
    ------
    ValueError
        If shapes disagree.

    Examples
    --------
    A weight in the cost W²/2, and y = 0: a harmonic oscillator.

    >>> rule = LearningRule(period=1.0, slices=1, friction=1.0, rate=1.0, mass=1e4)
    >>> W, M, costs, momenta = 1.0, 0.0, [], [0.0]
    >>> for _ in range(500):
    ...     costs.append(W**2 / 2)
    ...     M = M - W
    ...     W = W + M / 1e4
    ...     momenta.append(M)
    >>> shape = (501, 1, 1, 1)
    >>> energy = conserved_quantity(costs, np.reshape(momenta, shape), rule)
    >>> bool(np.ptp(costs) > 0.49), bool(np.ptp(energy) < 1e-4)
    (True, True)
    """
    costs, momenta = np.asarray(costs, dtype=float), np.asarray(momenta, dtype=float)
    lead = " ".join(f"{n}" for n in costs.shape[:-1])
    size = f"{lead} {costs.shape[-1] + 1} s k j" if costs.ndim else "e s k j"
    check_shapes(momenta=(momenta, size))
    width = rule.period / momenta.shape[-3]
    squares = width * (momenta**2).sum(axis=(-1, -2, -3))
    kinetic = (squares[..., :-1] + squares[..., 1:]) / (4 * rule.mass * rule.rate)
    return np.asarray(costs + kinetic)


def sum_over_delays(gradients: ArrayLike, rule: LearningRule) -> np.ndarray:
    r"""Return the weight increments of all epochs as exact sums over delays.

    .. math:: \Delta W(nT + \tau) = -\frac{\eta}{\omega}
        \sum_{v=0}^{n}\mu^v\,(S_{vT}\,g)(nT + \tau), \qquad
        (S_{vT}\,g)(nT + \tau) = g_{n-v}(\tau).

    The same as M_n = μM_{n−1} − ηg_n, ΔW_n = M_n/ω from rest: friction is the weight
    with which delayed gradients are remembered, all alike at μ = 1 and only the last
    at μ = 0. Takes e² sums; the recursion takes e.

    Parameters
    ----------
    gradients : shape (e, ...)
        g_n of each epoch, from epoch 0 on, of one learner.
    rule : LearningRule
        μ, η and ω.

    Returns
    -------
    shape (e, ...)
        W_n − W_{n−1}.

    Raises
    ------
    ValueError
        If there is no epoch, or an entry is not finite.

    Examples
    --------
    >>> sum_over_delays([1.0, 0, 0, 0], LearningRule(friction=0.5, rate=2, mass=1))
    array([-2.  , -1.  , -0.5 , -0.25])
    """
    gradients = np.asarray(gradients, dtype=float)
    if gradients.ndim == 0 or len(gradients) == 0:
        raise ValueError(
            f"`gradients` must hold at least one epoch, but has shape "
            f"{gradients.shape}."
        )
    check_finite(gradients, "gradients")
    epoch = np.arange(len(gradients))
    delay = epoch[:, None] - epoch  # v = n − m
    memory = np.where(delay >= 0, rule.friction ** np.abs(delay).astype(float), 0.0)
    return np.asarray(-rule.rate / rule.mass * np.tensordot(memory, gradients, 1))
