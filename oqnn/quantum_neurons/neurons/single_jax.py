"""One neuron with its own parameters on a batch of currents, in double precision."""

import jax
import jax.numpy as jnp
import numpy as np

from ..._core.jax64 import in_double_precision
from .model import NeuronKernel
from .records_jax import draw_records, record_laws

__all__ = ["draw", "laws", "uniforms_of"]


@in_double_precision
def laws(
    kernel: NeuronKernel,
    parameters: np.ndarray,  # (P,)
    currents: np.ndarray,  # (..., T, N)
    patterns: np.ndarray,  # (..., T)
) -> tuple[np.ndarray, np.ndarray]:
    """Return the laws (..., T, 2**N) and the record's own probabilities (..., T)."""
    batch = np.broadcast_shapes(currents.shape[:-2], patterns.shape[:-1])
    currents = np.broadcast_to(currents, (*batch, *currents.shape[-2:]))
    patterns = np.broadcast_to(patterns, (*batch, patterns.shape[-1]))
    now = _time_first(patterns[..., None])[..., 0]
    found = record_laws(
        kernel, jnp.asarray(parameters[None]), _time_first(currents), now
    )
    taken = np.take_along_axis(np.asarray(found), np.asarray(now)[..., None], axis=-1)
    return _time_last(found, batch), _time_last(taken, batch)[..., 0]


@in_double_precision
def draw(
    kernel: NeuronKernel,
    parameters: np.ndarray,  # (P,)
    currents: np.ndarray,  # (..., T, N)
    uniforms: np.ndarray,  # (..., T, 2)
) -> np.ndarray:
    """Return drawn patterns, shape (..., T)."""
    found = draw_records(
        kernel,
        jnp.asarray(parameters[None]),
        _time_first(currents),
        _time_first(uniforms),
    )
    return _time_last(found[..., None], currents.shape[:-2])[..., 0]


@in_double_precision
def uniforms_of(key: jax.Array, shape: tuple[int, ...]) -> np.ndarray:
    """Return uniform numbers of a JAX key."""
    return np.asarray(jax.random.uniform(key, shape))


def _time_first(array: np.ndarray) -> jax.Array:
    """Turn (..., T, k) into (T, B, 1, k): one neuron."""
    flat = array.reshape(-1, *array.shape[-2:])  # (B, T, k)
    return jnp.asarray(np.moveaxis(flat, 1, 0)[:, :, None])


def _time_last(array: "jax.Array | np.ndarray", batch: tuple[int, ...]) -> np.ndarray:
    """Turn (T, B, 1, k) back into (..., T, k)."""
    flat = np.moveaxis(np.asarray(array)[:, :, 0], 0, 1)
    return flat.reshape(*batch, *flat.shape[1:])
