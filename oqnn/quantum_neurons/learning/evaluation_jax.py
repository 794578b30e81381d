"""Output spikes of free networks, counted."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from ..._core.jax64 import in_double_precision
from ..networks.network import Network
from ..networks.network_jax import Parameters, run
from ..networks.wiring import Wiring
from .losses_jax import output_spikes

__all__ = ["count_spikes"]


@in_double_precision
def count_spikes(
    network: Network,
    inputs: np.ndarray,  # (S, T, n_in)
    repeats: int,
    chunk: int,
    dtype: np.dtype,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return counts of output spikes, shape (repeats * S, n_out)."""
    wiring = network.wiring
    parameters = Parameters(
        tuple(jnp.asarray(w, dtype=dtype) for w in network.weights),
        tuple(jnp.asarray(n, dtype=dtype) for n in network.neurons),
    )
    found, total = [], repeats * len(inputs)
    for first in range(0, total, chunk):
        # repeats of large data one after the other, never all of them in memory
        taken = inputs[np.arange(first, min(first + chunk, total)) % len(inputs)]
        # the last chunk is filled up: a program is compiled for one shape
        x = np.zeros((inputs.shape[1], chunk, inputs.shape[2]), dtype=dtype)
        x[:, : len(taken)] = taken.swapaxes(0, 1)
        uniforms = tuple(
            rng.random((*x.shape[:2], size, 2), dtype=dtype.type)
            for size in wiring.sizes
        )
        counts = _counts(wiring, parameters, x, uniforms)
        found.append(np.asarray(counts)[: len(taken)])
    return np.concatenate(found)


@partial(jax.jit, static_argnums=0)
def _counts(
    wiring: Wiring,
    parameters: Parameters,
    inputs: jax.Array,  # (T, B, n_in)
    uniforms: tuple[jax.Array, ...],  # (T, B, n, 2)
) -> jax.Array:
    """Return counts of output spikes, shape (B, n_out)."""
    free = (None,) * len(wiring.sizes)
    patterns = run(wiring, parameters, inputs, uniforms, free)
    return output_spikes(wiring, patterns, inputs.dtype).sum(axis=0).astype(jnp.int32)
