"""Derivatives of log-likelihoods of records, one set of parameters a row."""

import jax
import jax.numpy as jnp
import numpy as np

from ..._core.jax64 import in_double_precision
from ..neurons.model import NeuronKernel
from ..neurons.records_jax import record_laws

__all__ = ["gradients"]


@in_double_precision
def gradients(
    kernel: NeuronKernel,
    parameters: np.ndarray,  # (P,)
    currents: np.ndarray,  # (B, T, N)
    patterns: np.ndarray,  # (B, T)
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return p at every step (B, T), and d log p by parameters and by currents."""
    if not len(currents):  # JAX cannot reshape no rows
        none = np.zeros((0, len(parameters)))
        return np.zeros(patterns.shape), none, np.zeros(currents.shape)
    # every row is a neuron of its own, so that one derivative keeps rows apart
    own = jnp.broadcast_to(jnp.asarray(parameters), (len(currents), len(parameters)))
    z = jnp.asarray(np.moveaxis(currents, 1, 0)[:, None])  # (T, 1, B, N)
    now = jnp.asarray(patterns.T[:, None])  # (T, 1, B)

    def total(own: jax.Array, z: jax.Array) -> tuple[jax.Array, jax.Array]:
        laws = record_laws(kernel, own, z, now)
        taken = jnp.take_along_axis(laws, now[..., None], axis=-1)[..., 0]
        return jnp.log(taken).sum(), taken

    (_, taken), (by_own, by_z) = jax.value_and_grad(total, (0, 1), has_aux=True)(own, z)
    by_currents = np.moveaxis(np.asarray(by_z)[:, 0], 0, 1)
    return np.asarray(taken)[:, 0].T, np.asarray(by_own), by_currents
