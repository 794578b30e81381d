"""The local zeroth-order rule on arrays: passes, feedback, perturbations.

Axes: M passes, R directions a pass, T steps, B samples, n neurons, N wires.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from ..._core.jax64 import in_double_precision
from ..networks.network_jax import (
    Parameters,
    currents_of,
    input_currents,
    population_log_likelihoods,
    run,
    spikes_from,
)
from ..neurons.records_jax import log_likelihoods
from .directions import draw_directions, fan_in_scales
from .estimator import Info
from .estimator_jax import measure
from .losses import TargetTrainLoss
from .losses_jax import clamped_or_free, output_spikes

if TYPE_CHECKING:
    from ..networks.network import Network
    from ..networks.wiring import Wiring
    from .losses import Loss

__all__ = [
    "feedback",
    "local_gradient",
    "own_scores",
    "passes",
    "scales_of",
    "zeroth_order_scores",
]

Patterns = tuple[jax.Array, ...]


@in_double_precision
def local_gradient(
    rule: Any,  # a LocalRule, whose module imports this one
    network: "Network",
    parameters: Parameters,
    inputs: np.ndarray,  # (T, B, n_in)
    labels: np.ndarray,  # (B,)
    rng: np.random.Generator,
) -> tuple[Parameters, Info]:
    """Draw passes and directions, and return the gradient and what it showed."""
    wiring, dtype = network.wiring, parameters.neurons[0].dtype
    shape = (rule.passes, *inputs.shape[:2])
    uniforms = tuple(
        rng.random((*shape, size, 1), dtype=dtype.type) for size in wiring.sizes
    )
    clamped = clamped_or_free(wiring, rule.loss, labels)
    x = jnp.asarray(inputs, dtype=dtype)
    answers = jnp.asarray(labels)
    patterns, losses, info = passes(
        wiring, parameters, x, answers, uniforms, clamped, loss=rule.loss
    )
    centred = (losses - feedback(losses, rule.baseline))[..., None]  # (M, B, 1)
    coefficients = tuple(
        -jnp.ones_like(centred) if known is not None else centred for known in clamped
    )
    record = (wiring, parameters, x, patterns, coefficients)
    if rule.directions == "exact":
        return own_scores(*record), info
    own = () if rule.shared_directions else (inputs.shape[1],)
    shape = (*own, rule.passes, rule.directions_per_pass)
    drawn = draw_directions(network, rule.directions, shape, dtype, rng)
    scales = scales_of(rule, network, dtype)
    return zeroth_order_scores(*record, drawn, scales, rule.epsilon), info


@partial(jax.jit, static_argnames=("wiring", "loss"))
def passes(
    wiring: "Wiring",
    parameters: Parameters,
    inputs: jax.Array,  # (T, B, n_in)
    labels: jax.Array,  # (B,)
    uniforms: tuple[jax.Array, ...],  # (M, T, B, n, 1)
    clamped: tuple[jax.Array | None, ...],  # (T, B, n)
    *,
    loss: "Loss",
) -> tuple[Patterns, jax.Array, Info]:
    """Draw all passes; return patterns (M, T, B, n), losses (M, B), Info."""
    heard = input_currents(wiring, parameters, inputs)

    def one(uniforms: Patterns) -> Patterns:
        drawn = run(wiring, parameters, inputs, uniforms, clamped, heard)
        return tuple(
            p.astype(jnp.uint8) if kernel.n_io <= 8 else p
            for p, kernel in zip(drawn, wiring.kernels, strict=True)
        )

    # one after the other: what a pass needs stays in the cache
    patterns = jax.lax.map(one, uniforms)  # (M, T, B, n)
    losses = _losses(wiring, parameters, inputs, labels, patterns, loss)  # (M, B)
    flat = tuple(
        jnp.moveaxis(p, 0, 1).reshape(p.shape[1], -1, p.shape[3]) for p in patterns
    )
    every = jnp.tile(labels, len(losses))
    info = measure(wiring, flat, losses.reshape(-1), every, clamped=loss.clamps)
    return patterns, losses, info


def feedback(losses: jax.Array, baseline: str) -> jax.Array:
    """Return what is taken off the losses (M, B), the same shape or a zero."""
    total = len(losses)
    if baseline == "passes":
        return (losses.sum(axis=0) - losses) / (total - 1)
    if baseline == "batch":
        return (losses.sum() - losses) / (losses.size - 1)
    return jnp.zeros_like(losses)


@partial(jax.jit, static_argnames=("wiring",))
def own_scores(
    wiring: "Wiring",
    parameters: Parameters,
    inputs: jax.Array,  # (T, B, n_in)
    patterns: Patterns,  # (M, T, B, n)
    coefficients: tuple[jax.Array, ...],  # (M, B, 1)
) -> Parameters:
    """Return the mean of coefficients times scores, by automatic differentiation.

    Coefficients are ℓ - β for a neuron that was drawn, -1 for one that was clamped.
    Given the spikes, a neuron's parameters are in its own likelihood alone, so that
    the gradient of the sum is that of each.
    """

    def total(parameters: Parameters) -> jax.Array:
        likelihoods = partial(population_log_likelihoods, wiring, parameters, inputs)
        found = jax.vmap(likelihoods)(patterns)  # (M, B, n)
        weighed = [
            (c * each).sum() / c.size
            for c, each in zip(coefficients, found, strict=True)
        ]
        return jnp.stack(weighed).sum()

    return jax.grad(total)(parameters)


@partial(jax.jit, static_argnames=("wiring",))
def zeroth_order_scores(
    wiring: "Wiring",
    parameters: Parameters,
    inputs: jax.Array,  # (T, B, n_in)
    patterns: Patterns,  # (M, T, B, n)
    coefficients: tuple[jax.Array, ...],  # (M, B, 1)
    directions: Parameters,  # (M, R, ...), or (B, M, R, ...) where samples have own
    scales: Parameters,  # broadcast against the parameters
    epsilon: float,
) -> Parameters:
    r"""Return the mean of coefficients times estimated scores.

    .. math:: \frac{\log p_k(\theta + \epsilon \sigma \Delta) -
              \log p_k(\theta - \epsilon \sigma \Delta)}{2 \epsilon}\,
              \frac{\Delta}{\sigma} .
    """
    score = partial(_local_scores, wiring, parameters, scales=scales, epsilon=epsilon)
    if directions.neurons[0].ndim == parameters.neurons[0].ndim + 2:
        return score(inputs, patterns, coefficients, directions)

    def of_sample(inputs, patterns, coefficients, directions):  # type: ignore[no-untyped-def]
        return score(
            inputs[:, None],
            tuple(p[:, :, None] for p in patterns),
            tuple(c[:, None] for c in coefficients),
            directions,
        )

    found = jax.vmap(of_sample, in_axes=(1, 2, 1, 0))(
        inputs, patterns, coefficients, directions
    )
    return jax.tree.map(lambda g: g.mean(axis=0), found)


def _local_scores(
    wiring: "Wiring",
    parameters: Parameters,
    inputs: jax.Array,  # (T, B, n_in)
    patterns: Patterns,  # (M, T, B, n)
    coefficients: tuple[jax.Array, ...],  # (M, B, 1)
    directions: Parameters,  # (M, R, ...)
    *,
    scales: Parameters,
    epsilon: float,
) -> Parameters:
    """Return the mean over passes, directions and samples, all samples in common."""

    heard = input_currents(wiring, parameters, inputs)

    def of_pass(total: Parameters, now: tuple) -> tuple[Parameters, None]:
        patterns, coefficients, directions = now
        spikes = _spikes(wiring, parameters, patterns)
        currents = currents_of(wiring, parameters, inputs, spikes, heard)

        def along(total: Parameters, direction: Parameters) -> tuple[Parameters, None]:
            step = jax.tree.map(lambda s, d: epsilon * s * d, scales, direction)
            change = currents_of(wiring, step, inputs, spikes)
            found = []
            for i, kernel in enumerate(wiring.kernels):
                up, down = (
                    log_likelihoods(
                        kernel,
                        parameters.neurons[i] + sign * step.neurons[i],
                        currents[i] + sign * change[i],
                        patterns[i],
                    )
                    for sign in (1, -1)
                )
                slope = (up - down) / (2 * epsilon)  # (B, n)
                found.append((coefficients[i] * slope).mean(axis=0))  # (n,)
            part = _spread(wiring, found, direction, scales)
            return jax.tree.map(jnp.add, total, part), None

        return jax.lax.scan(along, total, directions)

    # one after the other: what a pass needs stays in the cache
    none = jax.tree.map(jnp.zeros_like, parameters)
    total, _ = jax.lax.scan(of_pass, none, (patterns, coefficients, directions))
    number = len(patterns[0]) * directions.neurons[0].shape[1]
    return jax.tree.map(lambda g: g / number, total)


def scales_of(rule: Any, network: "Network", dtype: np.dtype) -> Parameters:
    """Return σ of weights, one a target wire, and of angles, one for all."""
    if rule.weight_scale == "fan_in":
        rows = fan_in_scales(network)
    else:
        rows = tuple(np.full(p.n_wires, rule.weight_scale) for p in network.populations)
    weights = tuple(
        jnp.asarray(rows[c.target][:, None], dtype=dtype) for c in network.connections
    )
    angles = jnp.full((1, 1), rule.angle_scale, dtype=dtype)
    return Parameters(weights, (angles,) * len(network.populations))


def _spread(
    wiring: "Wiring", found: list[jax.Array], direction: Parameters, scales: Parameters
) -> Parameters:
    """Return Δ/σ times each neuron's number, for all its parameters."""
    neurons = tuple(
        f[:, None] * d / s
        for f, d, s in zip(found, direction.neurons, scales.neurons, strict=True)
    )
    weights = []
    for (_, target, _), d, s in zip(
        wiring.connections, direction.weights, scales.weights, strict=True
    ):
        rows = jnp.repeat(found[target], wiring.kernels[target].n_io)
        weights.append(rows[:, None] * d / s)
    return Parameters(tuple(weights), neurons)


def _losses(
    wiring: "Wiring",
    parameters: Parameters,
    inputs: jax.Array,
    labels: jax.Array,
    patterns: Patterns,  # (M, T, B, n)
    loss: "Loss",
) -> jax.Array:
    """Return the loss of every pass and sample, (M, B)."""
    dtype = parameters.neurons[0].dtype
    if not isinstance(loss, TargetTrainLoss):
        return jax.vmap(lambda p: loss.values(output_spikes(wiring, p, dtype), labels))(
            patterns
        )

    def bound(patterns: Patterns) -> jax.Array:
        spikes = _spikes(wiring, parameters, patterns)
        currents = currents_of(wiring, parameters, inputs, spikes)
        shares = [
            log_likelihoods(
                wiring.kernels[i], parameters.neurons[i], currents[i], patterns[i]
            ).sum(axis=-1)
            for i in wiring.outputs
        ]
        return -jnp.stack(shares).sum(axis=0)

    return jax.vmap(bound)(patterns)


def _spikes(
    wiring: "Wiring", parameters: Parameters, patterns: Patterns
) -> tuple[jax.Array, ...]:
    """Return spikes (T, B, n, N) in the parameters' type."""
    return tuple(
        spikes_from(p, kernel.n_io, neurons.dtype)
        for p, kernel, neurons in zip(
            patterns, wiring.kernels, parameters.neurons, strict=True
        )
    )
