"""Straight-through spikes: networks whose samples can be differentiated."""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from ..networks.network_jax import Parameters, spikes_from
from ..networks.wiring import INPUTS, Wiring
from ..neurons.records_jax import draw_patterns
from .estimator import Info
from .estimator_jax import measure

__all__ = ["StraightRun", "straight_gradient", "straight_run"]


class StraightRun(NamedTuple):
    """Spikes with gradients, and the probability of what was drawn."""

    spikes: tuple[jax.Array, ...]  # (T, B, n * N) a population
    patterns: tuple[jax.Array, ...]  # (T, B, n)
    taken: tuple[jax.Array, ...]  # (T, B, n)


@partial(jax.jit, static_argnames=("wiring", "loss", "through_memory"))
def straight_gradient(
    wiring: Wiring,
    parameters: Parameters,
    inputs: jax.Array,  # (T, B, n_in)
    labels: jax.Array,  # (B,)
    uniforms: tuple[jax.Array, ...],  # (T, B, n, 2)
    clamped: tuple[jax.Array | None, ...],  # (T, B, n)
    *,
    loss: Any,
    through_memory: bool,
) -> tuple[Parameters, Info]:
    """Return the gradient of the mean loss, and what was seen on the way."""

    def mean_loss(parameters: Parameters) -> tuple[jax.Array, Info]:
        run = straight_run(
            wiring, parameters, inputs, uniforms, clamped, through_memory
        )
        outputs = wiring.outputs
        if loss.clamps:
            values = -sum(jnp.log(run.taken[i]).sum(axis=(0, 2)) for i in outputs)
        else:
            spikes = jnp.concatenate([run.spikes[i] for i in outputs], axis=-1)
            values = loss.values(spikes, labels)
        info = measure(wiring, run.patterns, values, labels, clamped=loss.clamps)
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
        after, spikes, patterns, taken = {}, {}, {}, {}
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
