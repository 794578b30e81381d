"""Kernels of learning within the epoch: a slice at a time, forward.

`live_slice` runs neurons and states over one slice, by the steps of `learning_jax`.
Costates at the ends of slices, and the force on the weights of a slice, are exact
derivatives of these discrete steps.

Shapes: s slices, q steps a slice, k neurons, m coordinates of the blocks, c columns.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from .learning_jax import Learner, Problem, _propagators, _simpson, neuron_path

__all__ = ["Costates", "Point", "learn_online", "lived", "sweep"]


class Point(NamedTuple):
    """States and neurons at one time."""

    X: Any  # (m, c)
    y: Any  # (k,)


class Costates(NamedTuple):
    """What remains to be paid, per change of states and neurons."""

    Lambda: Any  # (..., m, c)
    Delta: Any  # (..., k)


def live_slice(
    problem: Problem, W: Any, start: Point, weight: Any, width: Any, q: int
) -> tuple[Point, Any, Any]:
    """Run one slice: its end, the infidelity read there, and all its costs."""
    dt = width / q
    path = neuron_path(W[None], start.y, problem.tau, width, q)  # (1, q + 1, k)
    controls = path[..., : problem.parts.shape[0] - 1]
    factors = _propagators(problem, controls, 2 * dt)[0]
    X = lax.scan(lambda X, factor: (factor @ X, None), start.X, factors)[0]
    overlap = (X * problem.targets).sum() + problem.constant
    infidelity = weight * (1 - overlap)
    running = _simpson((path**2).sum(-1), dt)[0] * problem.cost_controls / 2
    storage = (W**2).sum() * width * problem.cost_weights / 2
    return Point(X, path[0, -1]), infidelity, infidelity + running + storage


def lived(
    problem: Problem, weights: Any, y0: Any, q: int
) -> tuple[Any, Any, Any, Costates]:
    """Live an epoch: J, infidelity, last neurons, and costates at the end of slices.

    The costates at an end are those before the epoch goes on, after the readout there.
    """
    s = len(weights)
    width = problem.period / s

    def total(pushes: Point) -> Any:
        def one(point: Point, inputs: Any) -> Any:
            W, weight, push = inputs
            end, infidelity, cost = live_slice(problem, W, point, weight, width, q)
            pushed = Point(end.X + push.X, end.y + push.y)
            return pushed, (infidelity, cost)

        start = Point(problem.columns, y0)
        last, paid = lax.scan(one, start, (weights, problem.readouts, pushes))
        return paid[1].sum(), (paid[0].sum(), last.y)

    still = Point(jnp.zeros((s, *problem.columns.shape)), jnp.zeros((s, len(y0))))
    (cost, (infidelity, y_end)), push = jax.value_and_grad(total, has_aux=True)(still)
    return cost, infidelity, y_end, Costates(push.X, push.y)


def sweep(
    problem: Problem,
    weights: Any,
    old: Any,
    y0: Any,
    costates: Costates,
    constants: Any,
    q: int,
) -> tuple[Any, Any]:
    """Live an epoch while its weights move: new weights and momenta, (s, k, k + 1).

    `old` are the momenta of the epoch before. Each slice is tried with its old
    weights, the force taken, and the slice run with the new ones.
    """
    friction, rate, mass = constants
    width = problem.period / len(weights)

    def to_pay(W: Any, point: Point, weight: Any, ahead: Costates) -> Any:
        end, _, cost = live_slice(problem, W, point, weight, width, q)
        return cost + (ahead.Lambda * end.X).sum() + (ahead.Delta * end.y).sum()

    def one(point: Point, inputs: Any) -> Any:
        W, M, weight, ahead = inputs
        force = jax.grad(to_pay)(W, point, weight, ahead) / width
        M = friction * M - rate * force
        W = W + M / mass
        point = live_slice(problem, W, point, weight, width, q)[0]
        return point, (W, M)

    start = Point(problem.columns, y0)
    return lax.scan(one, start, (weights, old, problem.readouts, costates))[1]


@partial(jax.jit, static_argnames="q")
def learn_online(
    problem: Problem, learners: Learner, constants: Any, q: int
) -> tuple[Learner, Any, Any]:
    """Take one epoch with a batch of learners: they, their costs and infidelities."""

    def one(state: Learner) -> tuple[Learner, Any, Any]:
        cost, infidelity, y_end, costates = lived(problem, state.weights, state.y0, q)
        better = cost < state.best_cost
        weights, momenta = sweep(
            problem,
            state.weights,
            state.momenta,
            y_end,
            costates,
            constants,
            q,
        )
        new = Learner(
            weights=weights,
            momenta=momenta,
            y0=y_end,
            best_cost=jnp.where(better, cost, state.best_cost),
            best_weights=jnp.where(better, state.weights, state.best_weights),
            best_y0=jnp.where(better, state.y0, state.best_y0),
        )
        return new, cost, infidelity

    moved: tuple[Learner, Any, Any] = jax.vmap(one)(learners)
    return moved
