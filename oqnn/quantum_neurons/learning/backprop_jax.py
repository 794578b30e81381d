"""Gradients through time: through spikes as they are, or through their likelihood."""

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..._core.jax64 import in_double_precision
from ..networks.network_jax import (
    Parameters,
    population_log_likelihoods,
    run,
    spikes_from,
)
from ..networks.wiring import INPUTS, Wiring
from ..neurons.records_jax import draw_patterns
from .estimator import Info
from .estimator_jax import measure
from .local_jax import feedback
from .losses import Loss, TargetTrainLoss
from .losses_jax import clamped_or_free, output_spikes

if TYPE_CHECKING:
    from ..networks.network import Network

__all__ = ["StraightRun", "score_gradient", "straight_gradient", "straight_run"]


class StraightRun(NamedTuple):
    """Spikes with gradients, and the probability of what was drawn."""

    spikes: tuple[jax.Array, ...]  # (T, B, n * N) a population
    patterns: tuple[jax.Array, ...]  # (T, B, n)
    taken: tuple[jax.Array, ...]  # (T, B, n)


@in_double_precision
def straight_gradient(
    network: "Network",
    parameters: Parameters,
    inputs: np.ndarray,  # (T, B, n_in)
    labels: np.ndarray,  # (B,)
    rng: np.random.Generator,
    *,
    loss: Loss,
    passes: int,
    through_memory: bool,
) -> tuple[Parameters, Info]:
    """Draw passes and return the gradient of their mean loss, and what it showed."""
    samples = _tile(network.wiring, parameters, inputs, labels, rng, loss, passes)
    return gradient_through_spikes(
        network.wiring, parameters, *samples, loss=loss, through_memory=through_memory
    )


@in_double_precision
def score_gradient(
    network: "Network",
    parameters: Parameters,
    inputs: np.ndarray,  # (T, B, n_in)
    labels: np.ndarray,  # (B,)
    rng: np.random.Generator,
    *,
    loss: Loss,
    passes: int,
    baseline: str,
) -> tuple[Parameters, Info]:
    """Draw passes and return the mean of losses times scores, and what it showed."""
    samples = _tile(network.wiring, parameters, inputs, labels, rng, loss, passes)
    return gradient_by_scores(
        network.wiring,
        parameters,
        *samples,
        loss=loss,
        passes=passes,
        baseline=baseline,
    )


def _tile(
    wiring: Wiring,
    parameters: Parameters,
    inputs: np.ndarray,
    labels: np.ndarray,
    rng: np.random.Generator,
    loss: Loss,
    passes: int,
) -> tuple:
    """Return inputs and labels M times over, uniform numbers, clamped patterns."""
    dtype = parameters.neurons[0].dtype
    inputs, labels = np.tile(inputs, (1, passes, 1)), np.tile(labels, passes)
    # NumPy draws several times faster than JAX
    uniforms = tuple(
        rng.random((*inputs.shape[:2], size, 2), dtype=dtype.type)
        for size in wiring.sizes
    )
    clamped = clamped_or_free(wiring, loss, labels)
    return inputs.astype(dtype), labels, uniforms, clamped


@partial(jax.jit, static_argnames=("wiring", "loss", "passes", "baseline"))
def gradient_by_scores(
    wiring: Wiring,
    parameters: Parameters,
    inputs: jax.Array,  # (T, M * B, n_in), a pass after the other
    labels: jax.Array,  # (M * B,)
    uniforms: tuple[jax.Array, ...],  # (T, M * B, n, 2)
    clamped: tuple[jax.Array | None, ...],  # (T, M * B, n)
    *,
    loss: Loss,
    passes: int,
    baseline: str,
) -> tuple[Parameters, Info]:
    r"""Differentiate :math:`(\ell - \beta) \log p + \ell`, its first factor held."""
    patterns = run(wiring, parameters, inputs, uniforms, clamped)

    def objective(parameters: Parameters) -> tuple[jax.Array, Info]:
        shares = population_log_likelihoods(wiring, parameters, inputs, patterns)
        drawn = known = jnp.zeros(len(labels), dtype=inputs.dtype)
        for share, fixed in zip(shares, clamped, strict=True):
            total = share.sum(axis=-1)
            drawn, known = (
                (drawn + total, known) if fixed is None else (drawn, known + total)
            )
        if isinstance(loss, TargetTrainLoss):
            values = -known
        else:
            values = loss.values(output_spikes(wiring, patterns, inputs.dtype), labels)
        held = jax.lax.stop_gradient(values).reshape(passes, -1)
        centred = (held - feedback(held, baseline)).reshape(-1)
        info = measure(wiring, patterns, values, labels, clamped=loss.clamps)
        return (centred * drawn + values).mean(), info

    return jax.grad(objective, has_aux=True)(parameters)


@partial(jax.jit, static_argnames=("wiring", "loss", "through_memory"))
def gradient_through_spikes(
    wiring: Wiring,
    parameters: Parameters,
    inputs: jax.Array,  # (T, B, n_in)
    labels: jax.Array,  # (B,)
    uniforms: tuple[jax.Array, ...],  # (T, B, n, 2)
    clamped: tuple[jax.Array | None, ...],  # (T, B, n)
    *,
    loss: Loss,
    through_memory: bool,
) -> tuple[Parameters, Info]:
    """Differentiate the mean loss through the spikes."""

    def mean_loss(parameters: Parameters) -> tuple[jax.Array, Info]:
        drawn = straight_run(
            wiring, parameters, inputs, uniforms, clamped, through_memory
        )
        outputs = wiring.outputs
        if isinstance(loss, TargetTrainLoss):
            taken = jnp.concatenate([drawn.taken[i] for i in outputs], axis=-1)
            values = -jnp.log(taken).sum(axis=(0, 2))
        else:
            spikes = jnp.concatenate([drawn.spikes[i] for i in outputs], axis=-1)
            values = loss.values(spikes, labels)
        info = measure(wiring, drawn.patterns, values, labels, clamped=loss.clamps)
        return values.mean(), info

    return jax.grad(mean_loss, has_aux=True)(parameters)


def straight_run(
    wiring: Wiring,
    parameters: Parameters,
    inputs: jax.Array,  # (T, B, n_in)
    uniforms: tuple[jax.Array, ...],  # (T, B, n, 2)
    clamped: tuple[jax.Array | None, ...],  # (T, B, n)
    through_memory: bool,
) -> StraightRun:
    r"""Draw all spikes; their values are hard and their gradients those of the laws.

    The choice of a pattern is one-hot plus (law - law without its gradient). Stages of
    populations follow one another, so that what comes from earlier ones is one matrix
    product over all times.
    """
    spikes: dict[int, jax.Array] = {INPUTS: inputs}
    patterns: dict[int, jax.Array] = {}
    taken: dict[int, jax.Array] = {}
    for stage in wiring.stages():
        drives = {i: _drive(wiring, parameters, spikes, i, stage) for i in stage}
        now = (drives, {i: uniforms[i] for i in stage}, {i: clamped[i] for i in stage})
        found = _run_stage(wiring, parameters, stage, now, through_memory)
        for kept, new in zip((spikes, patterns, taken), found, strict=True):
            kept.update(new)
    order = range(len(wiring.sizes))
    return StraightRun(
        *(tuple(kept[i] for i in order) for kept in (spikes, patterns, taken))
    )


def _drive(
    wiring: Wiring,
    parameters: Parameters,
    spikes: dict[int, jax.Array],
    target: int,
    stage: tuple[int, ...],
) -> jax.Array:
    """Return the currents (T, B, n * N) from outside of the stage."""
    dtype = parameters.neurons[target].dtype
    width = wiring.sizes[target] * wiring.kernels[target].n_io
    total = jnp.zeros((*spikes[INPUTS].shape[:2], width), dtype=dtype)
    for weights, (source, to, delay) in zip(
        parameters.weights, wiring.connections, strict=True
    ):
        if to == target and source not in stage:
            heard = spikes[source].astype(dtype)
            if delay:
                heard = jnp.concatenate([jnp.zeros_like(heard[:1]), heard[:-1]])
            total += heard @ weights.T
    return total


def _run_stage(
    wiring: Wiring,
    parameters: Parameters,
    stage: tuple[int, ...],
    times: tuple[dict, dict, dict],  # currents from outside, uniforms, clamped
    through_memory: bool,
) -> tuple[dict, dict, dict]:
    """Draw the populations of a stage together, step by step."""
    kernels = {i: wiring.kernels[i] for i in stage}
    prepared = {i: kernels[i].prepare(parameters.neurons[i]) for i in stage}
    inside = [
        (weights, source, target, delay)
        for weights, (source, target, delay) in zip(
            parameters.weights, wiring.connections, strict=True
        )
        if source in stage and target in stage
    ]

    def step(carry: tuple[dict, dict], now: tuple[dict, dict, dict]) -> tuple:
        (states, before), (drive, uniform, known) = carry, now
        after: dict[int, Any] = {}
        spikes: dict[int, jax.Array] = {}
        patterns, taken = {}, {}
        for i in stage:  # sources of zero delay come first
            z = drive[i]
            for weights, source, target, delay in inside:
                if target == i:
                    z = z + (before if delay else spikes)[source] @ weights.T
            z = z.reshape(*uniform[i].shape[:2], -1)
            charged = kernels[i].charge(prepared[i], states[i], z, uniform[i][..., 1])
            law = kernels[i].law(prepared[i], charged)
            patterns[i], hard, soft = _choose(law, uniform[i][..., 0], known[i])
            remembered = soft if through_memory else hard
            after[i] = kernels[i].settle(prepared[i], charged, remembered)
            spikes[i] = _wires(soft, kernels[i].n_io)
            taken[i] = (hard * law).sum(axis=-1)
        return (after, spikes), (spikes, patterns, taken)

    silent = {i: jnp.zeros_like(drive[0]) for i, drive in times[0].items()}
    start = {i: kernels[i].start(prepared[i], len(silent[i])) for i in stage}
    return jax.lax.scan(step, (start, silent), times)[1]


def _choose(
    law: jax.Array,  # (B, n, 2**N)
    uniform: jax.Array,  # (B, n)
    known: jax.Array | None,  # (B, n)
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Return a pattern, and what marks it without and with the law's gradient."""
    fixed = jax.lax.stop_gradient(law)
    pattern = draw_patterns(fixed, uniform) if known is None else known
    hard = jax.nn.one_hot(pattern, law.shape[-1], dtype=law.dtype)
    return pattern, hard, hard + (law - fixed) if known is None else hard


def _wires(choice: jax.Array, n_io: int) -> jax.Array:
    """Return the spikes (B, n * N) of choices (B, n, 2**N)."""
    spikes = choice @ spikes_from(jnp.arange(2**n_io), n_io, choice.dtype)
    return spikes.reshape(len(spikes), -1)
