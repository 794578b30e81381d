"""Networks on batches of inputs: currents, draws and likelihoods of all populations.

Axes are (T, B, n, N): steps, samples, neurons, wires. All arrays have the type of the
parameters. Only what depends on spikes that are still to be drawn is computed step by
step; every other connection is one product of matrices over all steps.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp

from ..neurons.records_jax import (
    draw_patterns,
    draw_records,
    mark,
    record_probabilities,
)
from .wiring import INPUTS, Wiring

__all__ = [
    "Parameters",
    "currents_of",
    "input_currents",
    "population_log_likelihoods",
    "population_probabilities",
    "run",
    "spikes_from",
]


class Parameters(NamedTuple):
    """Everything that learning may change."""

    weights: tuple[jax.Array, ...]  # a connection each, (n_t N_t, n_s N_s)
    neurons: tuple[jax.Array, ...]  # a population each, (n, P)


@partial(jax.jit, static_argnums=0)
def currents_of(
    wiring: Wiring,
    parameters: Parameters,
    inputs: jax.Array,  # (T, B, n_inputs)
    spikes: tuple[jax.Array, ...],  # (T, B, n, N) each
    heard: tuple[jax.Array, ...] | None = None,
) -> tuple[jax.Array, ...]:
    r"""Return :math:`z^n = \sum_p w^n_p x^n_p` of a complete record, (T, B, n, N).

    What the inputs give, `heard`, may be known from `input_currents`.
    """
    known = dict(enumerate(spikes))
    targets = range(len(wiring.sizes))
    found = _currents_from(wiring, parameters, inputs, known, targets, heard)
    return tuple(found[i] for i in targets)


def input_currents(
    wiring: Wiring, parameters: Parameters, inputs: jax.Array
) -> tuple[jax.Array, ...]:
    """Return what the inputs alone give to every population, (T, B, n, N) each."""
    targets = range(len(wiring.sizes))
    found = _currents_from(wiring, parameters, inputs, {}, targets)
    return tuple(found[i] for i in targets)


@partial(jax.jit, static_argnums=0)
def run(
    wiring: Wiring,
    parameters: Parameters,
    inputs: jax.Array,  # (T, B, n_inputs)
    uniforms: tuple[jax.Array, ...],  # (T, B, n, 2) each, or 1 without own noise
    clamped: tuple[jax.Array | None, ...],  # (T, B, n) each where known
    heard: tuple[jax.Array, ...] | None = None,
) -> tuple[jax.Array, ...]:
    """Draw the patterns of all populations, (T, B, n) each; clamped ones stay.

    What the inputs give, `heard`, may be known from `input_currents`.
    """
    drawn = {i: known for i, known in enumerate(clamped) if known is not None}
    spikes = {i: _spikes(wiring, parameters, i, drawn[i]) for i in drawn}
    for stage in wiring.stages(tuple(drawn)):
        currents = _currents_from(wiring, parameters, inputs, spikes, stage, heard)
        if any(s in stage and t in stage for s, t, _ in wiring.connections):
            drawn |= _draw_jointly(wiring, parameters, stage, currents, uniforms)
        else:
            (i,) = stage
            kernel, neurons = wiring.kernels[i], parameters.neurons[i]
            drawn[i] = draw_records(kernel, neurons, currents[i], uniforms[i])
        spikes |= {i: _spikes(wiring, parameters, i, drawn[i]) for i in stage}
    return tuple(drawn[i] for i in range(len(wiring.sizes)))


@partial(jax.jit, static_argnums=0)
def population_probabilities(
    wiring: Wiring,
    parameters: Parameters,
    inputs: jax.Array,  # (T, B, n_inputs)
    patterns: tuple[jax.Array, ...],  # (T, B, n) each
) -> tuple[jax.Array, ...]:
    """Return p(a neuron's pattern | all before and above it), (T, B, n) each."""
    spikes = tuple(_spikes(wiring, parameters, i, p) for i, p in enumerate(patterns))
    currents = currents_of(wiring, parameters, inputs, spikes)
    found = []
    for i, pattern in enumerate(patterns):
        record = (wiring.kernels[i], parameters.neurons[i], currents[i], pattern)
        found.append(record_probabilities(*record))
    return tuple(found)


def population_log_likelihoods(
    wiring: Wiring,
    parameters: Parameters,
    inputs: jax.Array,
    patterns: tuple[jax.Array, ...],
) -> tuple[jax.Array, ...]:
    """Return every neuron's share of the joint log-likelihood, (B, n) each."""
    found = population_probabilities(wiring, parameters, inputs, patterns)
    return tuple(jnp.log(taken).sum(axis=0) for taken in found)


def spikes_from(patterns: jax.Array, n_io: int, dtype: jnp.dtype) -> jax.Array:
    """Return spikes (..., N) of patterns (...), the first wire the top bit."""
    shifts = jnp.arange(n_io)[::-1]
    return ((patterns[..., None] >> shifts) & 1).astype(dtype)


def _spikes(
    wiring: Wiring, parameters: Parameters, i: int, patterns: jax.Array
) -> jax.Array:
    """Return the spikes of population i in the parameters' type."""
    return spikes_from(patterns, wiring.kernels[i].n_io, parameters.neurons[i].dtype)


def _currents_from(
    wiring: Wiring,
    parameters: Parameters,
    inputs: jax.Array,
    spikes: Mapping[int, jax.Array],
    targets: Collection[int],
    heard: tuple[jax.Array, ...] | None = None,
) -> dict[int, jax.Array]:
    """Return what inputs and known spikes give to the targets, (T, B, n, N) each."""
    found = {}
    for i in targets:
        shape = (*inputs.shape[:2], wiring.sizes[i], wiring.kernels[i].n_io)
        nothing = jnp.zeros(shape, dtype=parameters.neurons[i].dtype)
        found[i] = nothing if heard is None else heard[i]
    for weights, (source, target, delay) in zip(
        parameters.weights, wiring.connections, strict=True
    ):
        if target not in targets or not (source == INPUTS or source in spikes):
            continue
        if source == INPUTS and heard is not None:
            continue
        sent = inputs if source == INPUTS else spikes[source]
        if delay:
            sent = jnp.concatenate([jnp.zeros_like(sent[:1]), sent[:-1]])
        found[target] += _feed(weights, sent, found[target].shape)
    return found


def _feed(weights: jax.Array, spikes: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Return currents of a shape (..., n_t, N_t), of spikes with its first axes."""
    rows = math.prod(shape[:-2])
    flat = spikes.reshape(rows, weights.shape[1]).astype(weights.dtype)
    return (flat @ weights.T).reshape(shape)


def _draw_jointly(
    wiring: Wiring,
    parameters: Parameters,
    stage: Sequence[int],
    currents: Mapping[int, jax.Array],  # from outside of the stage, (T, B, n, N)
    uniforms: Sequence[jax.Array],
) -> dict[int, jax.Array]:
    """Draw populations that feed each other, one step after the other."""
    kernels = {i: wiring.kernels[i] for i in stage}
    prepared = {i: kernels[i].prepare(parameters.neurons[i]) for i in stage}
    samples = currents[stage[0]].shape[1]
    inside = [
        (weights, source, target, delay)
        for weights, (source, target, delay) in zip(
            parameters.weights, wiring.connections, strict=True
        )
        if source in currents and target in currents
    ]

    def step(carry: tuple[dict, dict], now: tuple[dict, dict]) -> tuple:
        (states, before), (outer, uniform) = carry, now
        after: dict = {}
        spikes: dict[int, jax.Array] = {}
        drawn: dict[int, jax.Array] = {}
        for i in stage:  # sources of zero delay come first
            z = outer[i]
            for weights, source, target, delay in inside:
                if target == i:
                    sent = (before if delay else spikes)[source]
                    z = z + _feed(weights, sent, z.shape)
            charged = kernels[i].charge(prepared[i], states[i], z, uniform[i][..., -1])
            law = kernels[i].law(prepared[i], charged)
            drawn[i] = draw_patterns(law, uniform[i][..., 0])
            choice = mark(drawn[i], law)
            after[i] = kernels[i].settle(prepared[i], charged, choice)
            spikes[i] = spikes_from(drawn[i], kernels[i].n_io, z.dtype)
        return (after, spikes), drawn

    start = {i: kernels[i].start(prepared[i], samples) for i in stage}
    silent = {i: jnp.zeros_like(currents[i][0]) for i in stage}
    now = (dict(currents), {i: uniforms[i] for i in stage})
    return jax.lax.scan(step, (start, silent), now)[1]
