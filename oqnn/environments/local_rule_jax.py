"""Kernels of learning from costs alone: epochs run forward, with nothing backward.

Shapes: b learners, p runs each, s slices, q steps a slice, k neurons.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
from jax import lax

from .learning_jax import Problem, _propagators, _simpson, _states, neuron_path

__all__ = ["Run", "runs"]


class Run(NamedTuple):
    """What an epoch shows to those who may not look inside."""

    overlaps: Any  # (s,): mean fidelity at the end of each slice
    running: Any  # (): cost of the controls, c_y ∫ |y|² / 2
    activity: Any  # (s, k): mean of each neuron over each slice
    y_end: Any  # (k,)


def _run(problem: Problem, weights: Any, y0: Any, q: int) -> Run:
    width = problem.period / len(weights)
    dt = width / q
    y = neuron_path(weights, y0, problem.tau, problem.period, q)
    controls = y[..., : problem.parts.shape[0] - 1]
    X = _states(problem, _propagators(problem, controls, 2 * dt))
    return Run(
        overlaps=(X[:, -1] * problem.targets).sum((-1, -2)) + problem.constant,
        running=_simpson((y**2).sum(-1), dt).sum() * problem.cost_controls / 2,
        activity=_simpson(y, dt) / width,
        y_end=y[-1, -1],
    )


@partial(jax.jit, static_argnames="q")
def runs(problem: Problem, weights: Any, y0: Any, pushes: Any, q: int) -> Run:
    """Run epochs with weights W + push for b learners, p pushes each.

    weights (b, s, k, k + 1), y0 (b, k), pushes (b, p, s, k, j) on the first j columns
    of W; results lead with (b, p). One learner at a time, to spare memory.
    """

    def one_learner(inputs: Any) -> Run:
        W, y0, own = inputs

        def pushed(push: Any) -> Run:
            return _run(problem, W.at[..., : push.shape[-1]].add(push), y0, q)

        found: Run = jax.vmap(pushed)(own)
        return found

    result: Run = lax.map(one_learner, (weights, y0, pushes))
    return result
