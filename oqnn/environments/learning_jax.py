"""Kernels of the learning material: neurons, states, costates, gradient, epochs.

Within an epoch the neurons follow λẏ = −y + tanh(W·(1, y)) and steer the generator
L(y) = L₀ + Σ y_k L_k of the states. One slice of W holds q neuron steps (RK4) and q/2
state steps (fourth-order Magnus exponentials); between nodes everything is the cubic
through values and slopes, so that the costates are fourth order too.

Shapes: s slices, q steps a slice, k neurons, m coordinates of the blocks, c columns.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .exponential_jax import taylor8

__all__ = [
    "Epoch",
    "Learner",
    "Problem",
    "advance",
    "epoch",
    "learn_epochs",
    "middle",
    "neuron_path",
]


class Problem(NamedTuple):
    """Constants of a learning problem, as arrays."""

    parts: Any  # (1 + k, m, m): L₀, L₁, …
    commutators: Any  # (pairs, m, m): [L_i, L_j], i < j
    columns: Any  # (m, c): initial states
    targets: Any  # (m, c): what the columns are compared with, weighted
    readouts: Any  # (s,): weight q_r at the end of each slice
    constant: Any  # (): part of the overlap that the dynamics conserves
    tau: Any  # (): λ
    period: Any  # (): T
    cost_controls: Any  # (): c_y
    cost_weights: Any  # (): c_W


class Epoch(NamedTuple):
    """What one epoch yields."""

    cost: Any  # (): J, with the costs of controls and weights
    infidelity: Any  # (): Σ_r q_r (1 − mean fidelity)
    gradient: Any  # (s, k, k + 1): δJ/δW, mean over each slice
    y_end: Any  # (k,)


def _input(W: Any, y: Any) -> Any:
    return W[..., 0] + (W[..., 1:] * y[..., None, :]).sum(-1)


def _neuron_slope(W: Any, y: Any, tau: Any) -> Any:
    return (jnp.tanh(_input(W, y)) - y) / tau


def neuron_path(weights: Any, y0: Any, tau: Any, period: Any, q: int) -> Any:
    """Return the neurons at all nodes of an epoch, shape (s, q + 1, k).

    Slices share their end nodes; y[-1, -1] starts the next epoch.
    """
    dt = period / (len(weights) * q)

    def rk4(y: Any, W: Any) -> Any:
        a = _neuron_slope(W, y, tau)
        b = _neuron_slope(W, y + dt / 2 * a, tau)
        c = _neuron_slope(W, y + dt / 2 * b, tau)
        d = _neuron_slope(W, y + dt * c, tau)
        return y + dt / 6 * (a + 2 * b + 2 * c + d)

    def slice_path(y: Any, W: Any) -> Any:
        def node(y: Any, _: None) -> Any:
            return rk4(y, W), y

        last, nodes = lax.scan(node, y, None, length=q)
        return last, jnp.concatenate([nodes, last[None]])

    return lax.scan(slice_path, y0, weights)[1]


def _hermite(a: Any, b: Any, slope_a: Any, slope_b: Any, x: float) -> Any:
    """Cubic at the fraction x of an interval; slopes times its length."""
    return (
        (1 + 2 * x) * (1 - x) ** 2 * a
        + x**2 * (3 - 2 * x) * b
        + x * (1 - x) ** 2 * slope_a
        + x**2 * (x - 1) * slope_b
    )


def middle(weights: Any, y: Any, tau: Any, dt: Any) -> Any:
    """Return the neurons half-way between their nodes, (s, q + 1, k) → (s, q, k)."""
    slope = dt * _neuron_slope(weights[:, None], y, tau)
    return _hermite(y[:, :-1], y[:, 1:], slope[:, :-1], slope[:, 1:], 0.5)


def _propagators(problem: Problem, u: Any, h: Any) -> Any:
    """Magnus exponentials for controls (s, q + 1, k) → (s, q/2, m, m)."""
    a, b, c = u[:, :-2:2], u[:, 1::2], u[:, 2::2]
    one = jnp.ones((*a.shape[:-1], 1))
    a1, c1 = (jnp.concatenate([one, v], -1) for v in (a, c))
    linear = jnp.concatenate([one, (a + 4 * b + c) / 6], -1) * h
    i, j = np.triu_indices(a1.shape[-1], 1)
    mixed = -(h**2) / 12 * (a1[..., i] * c1[..., j] - a1[..., j] * c1[..., i])
    terms = jnp.concatenate([problem.parts, problem.commutators])
    omega = jnp.tensordot(jnp.concatenate([linear, mixed], -1), terms, 1)
    return taylor8(omega)


def _states(problem: Problem, P: Any) -> Any:
    """Columns at the nodes of the state steps, shape (s, q/2 + 1, m, c)."""

    def slice_states(X: Any, factors: Any) -> Any:
        last, nodes = lax.scan(lambda X, factor: (factor @ X, X), X, factors)
        return last, jnp.concatenate([nodes, last[None]])

    return lax.scan(slice_states, problem.columns, P)[1]


def _costates(problem: Problem, P: Any) -> Any:
    """Costates Λ at the same nodes, after the jump at the end of each slice."""

    def slice_costates(Lambda: Any, inputs: Any) -> Any:
        factors, weight = inputs
        Lambda = Lambda - weight * problem.targets
        first, nodes = lax.scan(
            lambda L, factor: (factor.T @ L, L), Lambda, factors, reverse=True
        )
        return first, jnp.concatenate([first[None], nodes])

    start = jnp.zeros_like(problem.targets)
    return lax.scan(slice_costates, start, (P, problem.readouts), reverse=True)[1]


def _sources(problem: Problem, u: Any, X: Any, Lambda: Any, h: Any) -> Any:
    """Tr[Λ ∂K/∂y_k ρ] at quarters of the state steps, shape (s, 2 q + 1, k)."""
    L = jnp.tensordot(u[:, ::2], problem.parts[1:], 1) + problem.parts[0]
    slope_X, slope_Lambda = h * (L @ X), -h * (L.mT @ Lambda)

    def at(x: float, values: Any, slopes: Any) -> Any:
        a, b = values[:, :-1], values[:, 1:]
        return _hermite(a, b, slopes[:, :-1], slopes[:, 1:], x)

    quarters = [
        jnp.einsum("stac,stbc->stab", at(x, Lambda, slope_Lambda), at(x, X, slope_X))
        for x in (0.0, 0.25, 0.5, 0.75)
    ]
    inner = jnp.stack(quarters, 2)  # (s, q/2, 4, m, m)
    last = jnp.einsum("sac,sbc->sab", Lambda[:, -1], X[:, -1])[:, None]
    inner = inner.reshape(len(u), -1, *inner.shape[-2:])
    outer = jnp.concatenate([inner, last], 1)
    return jnp.einsum("stab,kab->stk", outer, problem.parts[1:])


def _neuron_costates(
    problem: Problem, weights: Any, y: Any, mid: Any, source: Any, dt: Any
) -> Any:
    """Costates Δ of the neurons at their nodes, (s, q + 1, k), backward by RK4."""
    tau, c_y = problem.tau, problem.cost_controls
    W = weights[:, None, :, 1:]

    def coefficients(values: Any, source: Any) -> Any:
        gain = 1 - jnp.tanh(_input(weights[:, None], values)) ** 2
        A = (
            jnp.eye(values.shape[-1]) - jnp.swapaxes(gain[..., None] * W, -1, -2)
        ) / tau
        return A, -source - c_y * values

    A, b = coefficients(y, source[:, ::2])
    A_mid, b_mid = coefficients(mid, source[:, 1::2])

    def rk4(D: Any, inputs: Any) -> Any:
        (A0, A1, A2), (b0, b1, b2) = inputs  # start, middle and end of the step
        k1 = A2 @ D + b2
        k2 = A1 @ (D - dt / 2 * k1) + b1
        k3 = A1 @ (D - dt / 2 * k2) + b1
        k4 = A0 @ (D - dt * k3) + b0
        return D - dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4), D

    def slice_costates(D: Any, inputs: Any) -> Any:
        first, nodes = lax.scan(rk4, D, inputs, reverse=True)
        return first, jnp.concatenate([first[None], nodes])

    steps = [(v[:, :-1], v_mid, v[:, 1:]) for v, v_mid in ((A, A_mid), (b, b_mid))]
    start = jnp.zeros(y.shape[-1])
    return lax.scan(slice_costates, start, steps, reverse=True)[1]


def _simpson(values: Any, dt: Any) -> Any:
    """Integrate over each slice: (s, q + 1, ...) → (s, ...)."""
    q = values.shape[1] - 1
    rule = np.ones(q + 1)
    rule[1:-1:2], rule[2:-1:2] = 4, 2
    return jnp.tensordot(jnp.asarray(rule), values, (0, 1)) * dt / 3


def epoch(problem: Problem, weights: Any, y0: Any, q: int) -> Epoch:
    """Run one epoch and return its cost and the functional gradient δJ/δW."""
    s = len(weights)
    k = problem.parts.shape[0] - 1  # the first k neurons are the controls
    width = problem.period / s
    dt = width / q
    y = neuron_path(weights, y0, problem.tau, problem.period, q)
    mid = middle(weights, y, problem.tau, dt)
    u = y[..., :k]
    P = _propagators(problem, u, 2 * dt)
    X = _states(problem, P)
    overlaps = (X[:, -1] * problem.targets).sum((-1, -2)) + problem.constant
    infidelity = (problem.readouts * (1 - overlaps)).sum()
    running = _simpson((y**2).sum(-1), dt).sum() * problem.cost_controls / 2
    storage = (weights**2).sum() * width * problem.cost_weights / 2

    source = _sources(problem, u, X, _costates(problem, P), 2 * dt)
    silent = jnp.zeros((*source.shape[:-1], y.shape[-1] - k))
    source = jnp.concatenate([source, silent], -1)
    Delta = _neuron_costates(problem, weights, y, mid, source, dt)
    gain = 1 - jnp.tanh(_input(weights[:, None], y)) ** 2
    inputs = jnp.concatenate([jnp.ones((*y.shape[:-1], 1)), y], -1)
    force = (Delta * gain)[..., :, None] * inputs[..., None, :] / problem.tau
    gradient = _simpson(force, dt) / width + problem.cost_weights * weights
    return Epoch(infidelity + running + storage, infidelity, gradient, y[-1, -1])


class Learner(NamedTuple):
    """One learner: where it stands and the best epoch so far."""

    weights: Any  # (s, k, k + 1)
    momenta: Any  # (s, k, k + 1)
    y0: Any  # (k,)
    best_cost: Any  # ()
    best_weights: Any
    best_y0: Any


def advance(
    state: Learner, result: Epoch, friction: Any, rate: Any, mass: Any
) -> Learner:
    """M ← μM − ηg, W ← W + M/ω after an epoch; the best epoch so far is kept."""
    better = result.cost < state.best_cost
    momenta = friction * state.momenta - rate * result.gradient
    return Learner(
        weights=state.weights + momenta / mass,
        momenta=momenta,
        y0=result.y_end,
        best_cost=jnp.where(better, result.cost, state.best_cost),
        best_weights=jnp.where(better, state.weights, state.best_weights),
        best_y0=jnp.where(better, state.y0, state.best_y0),
    )


@partial(jax.jit, static_argnames=("q", "epochs"))
def learn_epochs(
    problem: Problem,
    learners: Learner,
    friction: Any,
    rate: Any,
    mass: Any,
    q: int,
    epochs: int,
) -> tuple[Learner, Any, Any]:
    """Take some epochs of M ← μM − ηg, W ← W + M/ω for a batch of learners.

    Returns the learners, and costs and infidelities of shape (epochs, batch).
    """

    def one(state: Learner) -> tuple[Learner, Any, Any]:
        result = epoch(problem, state.weights, state.y0, q)
        new = advance(state, result, friction, rate, mass)
        return new, result.cost, result.infidelity

    def step(batch: Learner, _: None) -> Any:
        batch, cost, infidelity = jax.vmap(one)(batch)
        return batch, (cost, infidelity)

    learners, (costs, infidelities) = lax.scan(step, learners, None, length=epochs)
    return learners, costs, infidelities
