"""Kernel of a learning epoch that never makes the matrix of a generator.

Columns are stacks of Hermitian blocks ρ_i. Between jumps block i moves as V ρ_i V†
with the small exponentials V of −iH_i − D_i/2, D_i the decay Σ R†R out of level i;
jumps enter by RK4 in that picture, so that strong fields cost no small steps. Costates
are the exact adjoint of these discrete steps, by reverse mode; what it needs of the
inside of a slice is computed again on the way back.

Shapes: s slices, q steps a slice, k controls, n levels, D size of a block, m = n D²,
c columns. Columns are indexed last, (n, D, D, c).
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from .exponential_jax import taylor8
from .learning_jax import (
    Epoch,
    Learner,
    _simpson,
    advance,
    middle,
    neuron_path,
)

__all__ = ["BlockProblem", "Numerics", "block_epoch", "learn_blocks"]


class BlockProblem(NamedTuple):
    """Constants of a learning problem on blocks, as arrays."""

    drifts: Any  # (1 + k, n, D, D): −iH − D/2 of L₀, L₁, …
    jumps: Any  # JumpEntries of Σ R ρ R† in L₀ and in parts that change rates
    columns: Any  # (chunks, n, D, D, c)
    targets: Any  # (chunks, n, D, D, c)
    readouts: Any  # (s,)
    constant: Any  # ()
    tau: Any  # ()
    period: Any  # ()
    cost_controls: Any  # ()
    cost_weights: Any  # ()


class Numerics(NamedTuple):
    """What is fixed at compilation."""

    resolution: int  # q
    checkpointed: bool  # compute the inside of slices again rather than keep it
    active: tuple[int, ...]  # controls that change rates


def _sandwich(V: Any, X: Any) -> Any:
    """V X V† for V of shape (..., D, D) and X of shape (..., D, D, c)."""
    left = jnp.einsum("...ae,...ebc->...abc", V, X)
    return jnp.einsum("...be,...aec->...abc", V.conj(), left)


def _both(V: Any, X: Any, Y: Any) -> tuple[Any, Any]:
    """V X V† and V Y V†, in one product that compiles faster than two."""
    moved = _sandwich(V, jnp.concatenate([X, Y], -1))
    return moved[..., : X.shape[-1]], moved[..., X.shape[-1] :]


def _gather(entries: Any, factors: Any, x: Any) -> Any:
    """Σ_k factors[k] A_k x for x of shape (m, c), a few entries of each row at once."""

    def add(total: Any, chunk: Any) -> Any:
        index, values = chunk
        return total + (values[..., None] * x[index]).sum(1), None

    values = jnp.tensordot(factors, entries.values, 1)
    return lax.scan(add, jnp.zeros_like(x), (entries.indices, values))[0]


@jax.custom_vjp
def _feed(jumps: Any, factors: Any, x: Any) -> Any:
    """Feeding terms of (m, c) numbers; a gather both ways, where JAX would scatter."""
    return _gather(jumps.forward, factors, x)


def _feed_forward(jumps: Any, factors: Any, x: Any) -> Any:
    return _gather(jumps.forward, factors, x), (jumps, factors, x)


def _feed_backward(kept: Any, costate: Any) -> Any:
    jumps, factors, x = kept
    index, values = jumps.forward

    def add(total: Any, chunk: Any) -> Any:
        index, values = chunk  # (m, e), (maps, m, e)
        met = (costate[:, None] * x[index]).sum(-1)  # (m, e)
        return total + (values * met).sum((1, 2)).real, None

    by_factors = jnp.zeros_like(factors)
    if len(factors) > 1:  # else no control changes a rate, and nothing asks for it
        by_factors = lax.scan(add, by_factors, (index, jnp.moveaxis(values, 1, 0)))[0]
    return None, by_factors, _gather(jumps.transposed, factors, costate)


_feed.defvjp(_feed_forward, _feed_backward)


def _jump(problem: BlockProblem, active: tuple[int, ...], u: Any, X: Any) -> Any:
    """Σ_j R^{ij} X_j R^{ij}† with signed factors at controls u; shape as X."""
    factors = jnp.concatenate([jnp.ones(1), u[jnp.array(active, dtype=int)]])
    return _feed(problem.jumps, factors, X.reshape(-1, X.shape[-1])).reshape(X.shape)


def _drift_exponentials(problem: BlockProblem, u: Any, mid: Any, dt: Any) -> Any:
    """Fourth-order V over each neuron step of a slice: (q + 1, k) → (q, n, D, D)."""

    def drift(values: Any) -> Any:
        return problem.drifts[0] + jnp.tensordot(values, problem.drifts[1:], 1)

    a, b, c = drift(u[:-1]), drift(mid), drift(u[1:])
    mixed = dt**2 / 12 * (a @ c - c @ a)
    return taylor8(dt / 6 * (a + 4 * b + c) - mixed)


def _step(
    problem: BlockProblem, active: tuple[int, ...], h: Any, X: Any, inputs: Any
) -> Any:
    """One RK4 step of length h in the picture that moves with V₁, then V₂."""
    (u0, u1, u2), (V1, V2) = inputs
    X, fed = _both(V1, X, _jump(problem, active, u0, X))
    b = _jump(problem, active, u1, X + h / 2 * fed)
    c = _jump(problem, active, u1, X + h / 2 * b)
    X, last = _both(V2, X + h / 6 * (fed + 2 * b + 2 * c), X + h * c)
    return X + h / 6 * _jump(problem, active, u2, last)


def _lost(problem: BlockProblem, numerics: Numerics, path: Any, columns: Any) -> Any:
    """Weighted overlap −Σ_r q_r tr Y X(t_r) of some columns, steered by a path."""
    u, mid = path  # (s, q + 1, k), (s, q, k)
    X0, Y = columns
    dt = problem.period / (len(u) * numerics.resolution)

    def one_slice(X: Any, inputs: Any) -> Any:
        u, mid, weight = inputs
        V = _drift_exponentials(problem, u, mid, dt)
        step = partial(_step, problem, numerics.active, 2 * dt)
        nodes = (u[:-2:2], u[1::2], u[2::2])
        X = lax.scan(lambda X, i: (step(X, i), None), X, (nodes, (V[::2], V[1::2])))[0]
        return X, -weight * (Y.conj() * X).sum().real

    if numerics.checkpointed:
        one_slice = jax.checkpoint(one_slice)
    return lax.scan(one_slice, X0, (u, mid, problem.readouts))[1].sum()


def block_epoch(
    problem: BlockProblem, numerics: Numerics, weights: Any, y0: Any
) -> Epoch:
    """Run one epoch; its gradient is ∂J/∂W of the discrete steps over the width."""
    q, k = numerics.resolution, problem.drifts.shape[0] - 1
    width = problem.period / len(weights)

    def neurons(weights: Any) -> Any:
        y = neuron_path(weights, y0, problem.tau, problem.period, q)
        mid = middle(weights, y, problem.tau, width / q)
        running = _simpson((y**2).sum(-1), width / q).sum() * problem.cost_controls / 2
        storage = (weights**2).sum() * width * problem.cost_weights / 2
        return (y[..., :k], mid[..., :k]), running + storage, y[-1, -1]

    (path, own, y_end), pull = jax.vjp(neurons, weights)
    lost = jax.value_and_grad(partial(_lost, problem, numerics))

    def add(total: Any, columns: Any) -> Any:
        return jax.tree.map(jnp.add, total, lost(path, columns)), None

    zero = (0.0, jax.tree.map(jnp.zeros_like, path))
    (loss, source), _ = lax.scan(add, zero, (problem.columns, problem.targets))
    infidelity = loss + problem.readouts.sum() * (1 - problem.constant)
    (gradient,) = pull((source, jnp.ones(()), jnp.zeros_like(y_end)))
    return Epoch(infidelity + own, infidelity, gradient / width, y_end)


@partial(jax.jit, static_argnames=("numerics", "epochs"))
def learn_blocks(
    problem: BlockProblem,
    learners: Learner,
    constants: Any,
    numerics: Numerics,
    epochs: int,
) -> tuple[Learner, Any, Any]:
    """Take some epochs with a batch of learners, one after the other.

    Returns the learners, and costs and infidelities of shape (epochs, batch).
    """

    def one(state: Learner) -> tuple[Learner, Any, Any]:
        result = block_epoch(problem, numerics, state.weights, state.y0)
        return advance(state, result, *constants), result.cost, result.infidelity

    def step(batch: Learner, _: None) -> Any:
        batch, cost, infidelity = lax.map(one, batch)
        return batch, (cost, infidelity)

    learners, (costs, infidelities) = lax.scan(step, learners, None, length=epochs)
    return learners, costs, infidelities
