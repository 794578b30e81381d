"""Sums over every joint record of a small network's neurons."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import logsumexp

from ..._core.jax64 import in_double_precision
from ..networks.network_jax import Parameters, population_log_likelihoods
from ..networks.wiring import Wiring
from ..neurons.patterns import patterns_of
from .losses import Loss, TargetTrainLoss
from .losses_jax import clamped_or_free, output_spikes

if TYPE_CHECKING:
    from ..networks.network import Network

__all__ = ["double_parameters", "enumerate_records"]

CHUNK = 2**12  # records at a time


@in_double_precision
def double_parameters(network: "Network") -> Parameters:
    """Return a network's parameters as arrays of double precision."""
    return Parameters(
        tuple(map(jnp.asarray, network.weights)),
        tuple(map(jnp.asarray, network.neurons)),
    )


@in_double_precision
def enumerate_records(
    network: "Network",
    inputs: np.ndarray,  # (T, B, n_in)
    labels: np.ndarray,  # (B,)
    loss: Loss,
    objective: str,
    free: tuple[int, ...],
) -> tuple[np.ndarray, Parameters]:
    """Return the losses (B,) and the gradient of their mean."""
    wiring, parameters = network.wiring, double_parameters(network)
    samples = inputs.shape[1]
    bits = len(inputs) * sum(wiring.sizes[i] * wiring.kernels[i].n_io for i in free)
    every = np.arange(samples << bits)  # record r of sample b is b * 2**bits + r
    found = np.empty((3, len(every)))  # log p of drawn, of clamped neurons; loss
    for here, _, batch in _chunks(wiring, inputs, labels, loss, free, every):
        laws = log_laws(wiring, free, parameters, *batch)
        values = jnp.zeros(len(here))
        if not isinstance(loss, TargetTrainLoss):
            spikes = output_spikes(wiring, batch[1], jnp.dtype(float))
            values = loss.values(spikes, labels[here >> bits])
        found[:, here] = np.stack([*laws, values])
    kind = objective if loss.clamps else "spikes"
    drawn, clamped, losses = found.reshape(3, samples, -1)
    means, shares = _weigh(drawn, clamped, losses, kind)

    gradient = jax.tree.map(jnp.zeros_like, parameters)
    if not np.isfinite(means).all():  # the caller refuses
        return means, gradient
    possible = np.flatnonzero(shares.any(axis=0))
    for here, real, batch in _chunks(wiring, inputs, labels, loss, free, possible):
        weights = shares[:, here] * real
        new = weighted_score(wiring, free, parameters, *batch, weights)
        gradient = jax.tree.map(jnp.add, gradient, new)
    return means, jax.tree.map(lambda g: g / samples, gradient)


def _chunks(
    wiring: Wiring,
    inputs: np.ndarray,
    labels: np.ndarray,
    loss: Loss,
    free: tuple[int, ...],
    places: np.ndarray,
) -> Iterator[tuple[np.ndarray, np.ndarray, tuple]]:
    """Yield places, which of them are no padding, and their inputs and patterns.

    All chunks have one size, so that one program serves them.
    """
    steps, samples = inputs.shape[:2]
    widths = [wiring.sizes[i] * wiring.kernels[i].n_io for i in free]
    bits = steps * sum(widths)
    known = clamped_or_free(wiring, loss, labels)
    size = min(CHUNK, samples << bits)
    for start in range(0, len(places), size):
        here = places[start : start + size]
        real = np.arange(size) < len(here)
        here = np.pad(here, (0, size - len(here)), mode="edge")
        sample, record = here >> bits, here % (1 << bits)
        spikes = (record[:, None] >> np.arange(bits)) & 1
        spikes = spikes.reshape(size, steps, -1).swapaxes(0, 1)  # (T, K, wires)
        patterns = [p if p is None else p[:, sample] for p in known]
        for i, last in zip(free, np.cumsum(widths), strict=True):
            shape = (steps, size, wiring.sizes[i], wiring.kernels[i].n_io)
            own = spikes[..., last - shape[2] * shape[3] : last]
            patterns[i] = patterns_of(own.reshape(shape))
        yield here, real, (inputs[:, sample], tuple(patterns))


def _weigh(
    drawn: np.ndarray, clamped: np.ndarray, losses: np.ndarray, kind: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return the losses (B,), and what multiplies each record's scores (2, B * R).

    Of its drawn and its clamped neurons; a record's NaN is behind a first impossible
    spike.
    """
    drawn = np.where(np.isnan(drawn), -np.inf, drawn)
    clamped = np.where(np.isnan(clamped), -np.inf, clamped)
    p = np.exp(drawn)
    if kind == "marginal":
        total = logsumexp(drawn + clamped, axis=1)
        with np.errstate(invalid="ignore"):  # where the target is impossible
            share = -np.exp(drawn + clamped - total[:, None])
        return -total, np.stack([share, share]).reshape(2, -1)
    if kind == "expected":
        losses = np.where(p > 0, -clamped, 0)
    values = (p * losses).sum(axis=1)
    by_clamped = -p if kind == "expected" else np.zeros_like(p)
    return values, np.stack([p * losses, by_clamped]).reshape(2, -1)


@partial(jax.jit, static_argnames=("wiring", "free"))
def log_laws(
    wiring: Wiring,
    free: tuple[int, ...],
    parameters: Parameters,
    inputs: jax.Array,  # (T, K, n_in)
    patterns: tuple[jax.Array, ...],  # (T, K, n)
) -> tuple[jax.Array, jax.Array]:
    """Return log p of the drawn and of the clamped populations' records, (K,) each."""
    found = population_log_likelihoods(wiring, parameters, inputs, patterns)
    drawn = clamped = jnp.zeros(inputs.shape[1])
    for i, each in enumerate(found):
        if i in free:
            drawn = drawn + each.sum(axis=-1)
        else:
            clamped = clamped + each.sum(axis=-1)
    return drawn, clamped


@partial(jax.jit, static_argnames=("wiring", "free"))
def weighted_score(
    wiring: Wiring,
    free: tuple[int, ...],
    parameters: Parameters,
    inputs: jax.Array,
    patterns: tuple[jax.Array, ...],
    weights: jax.Array,  # (2, K)
) -> Parameters:
    r"""Return the gradient of :math:`\sum_k w_k \log p_k`, for both kinds together."""

    def total(parameters: Parameters) -> jax.Array:
        drawn, clamped = log_laws(wiring, free, parameters, inputs, patterns)
        return (weights[0] * drawn + weights[1] * clamped).sum()

    return jax.grad(total)(parameters)
