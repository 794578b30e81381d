"""Online learning: weights that move within the epoch, each slice before it is run."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .._core.checks import check_integer, check_shapes
from .._core.jax64 import in_double_precision
from .cost import ProtectionCost
from .environment import Environment
from .problem import learning_problem
from .rule import LearningRule
from .state import LearningState

__all__ = ["OnlineLearning"]


@dataclass(frozen=True)
class OnlineLearning:
    r"""Let weights move within the epoch: a `method` of `learn`.

    On slice j of epoch n the momenta take the force

    .. math:: g = \frac1\lambda \Delta f'(a)\, y + c_W W

    of the states and neurons as they arrive in this epoch, and of the costates Λ and Δ
    that the epoch before, :math:`S_T\Lambda` and :math:`S_T\Delta`, left at the end of
    the slice; across the slice itself they are carried back along the present states.
    Then :math:`M_n = \mu M_{n-1} - \eta g`, :math:`W_n = W_{n-1} + M_n/\omega` on this
    slice, and only then is the slice run, with its new weights. This is causal: nothing
    from later in the epoch is used but what the epoch before has left.

    With friction 0 it is Krotov's sequential update of first order [1]_ [2]_, where the
    controls are W, the state is (ρ, y), and 1/λ_a of [2]_ is η/ω. In the limit of a
    small η/ω it is the epoch-wise rule. It bears larger rates: in the reference setting
    it is no faster at η/ω = 0.3; at 0.6 it passes XY8 after 97 epochs instead of 235
    (medians of 8 seeds, of which 5 and 7 pass it within 500 epochs), at 1 after 144
    instead of 329 (8 and 5); see `experiments/ways_to_learn.csv`. Momenta that follow
    in time instead, from slice to slice, smooth the force over about 1/(1 − μ) slices
    and learn more slowly; they are not offered.

    The first epoch has no costates yet and is lived with the first weights. Costs and
    infidelities are those of the epochs as they were lived. An epoch costs about twice
    the time of an epoch-wise one: forward and backward for the costates, and twice
    forward and once backward, slice by slice, for the force.

    References
    ----------
    .. [1] Sklarz, Tannor, Phys. Rev. A 66, 053619 (2002).
    .. [2] Reich, Ndong, Koch, J. Chem. Phys. 136, 104103 (2012), without the
       second-order term σ(t).
    """

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
        """Return the state after so many more epochs; `seeds` are not used."""
        from .learning_jax import Learner
        from .online_jax import learn_online

        check_integer(epochs, "epochs")
        k = rule.neurons
        check_shapes(weights=(state.weights, f"b {rule.slices} {k} {k + 1}"))
        problem = learning_problem(environment, rule, cost, H)
        constants = (rule.friction, rule.rate, rule.mass)
        learners, costs, infidelities = Learner(*state[:6]), [], []
        for _ in range(epochs):
            learners, J, lost = learn_online(
                problem, learners, constants, q=rule.resolution
            )
            costs.append(J)
            infidelities.append(lost)
        return LearningState(
            **{name: np.asarray(value) for name, value in learners._asdict().items()},
            costs=np.column_stack([state.costs, *costs]),
            infidelities=np.column_stack([state.infidelities, *infidelities]),
        )
