"""Joint records of a network in double precision, with NumPy arrays at the edge."""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np

from ..._core.jax64 import in_double_precision
from .network_jax import Parameters, currents_of, population_probabilities, run
from .wiring import Wiring

__all__ = ["currents", "draw", "probabilities"]


@in_double_precision
def draw(
    wiring: Wiring,
    weights: Sequence[np.ndarray],
    neurons: Sequence[np.ndarray],
    inputs: np.ndarray,  # (T, B, n_inputs)
    uniforms: Sequence[np.ndarray],  # (T, B, n, 2) each
) -> list[np.ndarray]:
    """Return drawn patterns, (T, B, n) each."""
    none = (None,) * len(neurons)
    shared = _double(weights, neurons), _array(inputs)
    return _numpy(run(wiring, *shared, tuple(map(_array, uniforms)), none))


@in_double_precision
def probabilities(
    wiring: Wiring,
    weights: Sequence[np.ndarray],
    neurons: Sequence[np.ndarray],
    inputs: np.ndarray,  # (T, B, n_inputs)
    patterns: Sequence[np.ndarray],  # (T, B, n) each
) -> list[np.ndarray]:
    """Return the probability of every neuron's pattern, (T, B, n) each."""
    shared = _double(weights, neurons), _array(inputs)
    numbers = tuple(jnp.asarray(p) for p in patterns)
    return _numpy(population_probabilities(wiring, *shared, numbers))


@in_double_precision
def currents(
    wiring: Wiring,
    weights: Sequence[np.ndarray],
    neurons: Sequence[np.ndarray],
    inputs: np.ndarray,  # (T, B, n_inputs)
    spikes: Sequence[np.ndarray],  # (T, B, n, N) each
) -> list[np.ndarray]:
    """Return the currents of every population, (T, B, n, N) each."""
    shared = _double(weights, neurons), _array(inputs)
    return _numpy(currents_of(wiring, *shared, tuple(map(_array, spikes))))


def _array(array: np.ndarray) -> jnp.ndarray:
    return jnp.asarray(array, dtype=float)


def _double(weights: Sequence[np.ndarray], neurons: Sequence[np.ndarray]) -> Parameters:
    return Parameters(tuple(map(_array, weights)), tuple(map(_array, neurons)))


def _numpy(arrays: Sequence[jnp.ndarray]) -> list[np.ndarray]:
    return [np.asarray(array) for array in arrays]
