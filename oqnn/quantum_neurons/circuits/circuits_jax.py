"""Circuits on batches of amplitudes, one set of angles a neuron."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from ..._core.jax64 import in_double_precision
from .gates import Gate

__all__ = ["apply_circuit", "circuit_unitaries", "unitaries"]


@in_double_precision
def unitaries(
    gates: Sequence[Gate], n_qubits: int, parameters: np.ndarray
) -> np.ndarray:
    """Return V(θ) in double precision for angles (..., p), shape (..., d, d)."""
    return np.asarray(circuit_unitaries(gates, n_qubits, jnp.asarray(parameters)))


def circuit_unitaries(
    gates: Sequence[Gate], n_qubits: int, parameters: jax.Array
) -> jax.Array:
    """Return V(θ) for angles (..., p), shape (..., d, d)."""
    d = 2**n_qubits
    columns = jnp.eye(d, dtype=_complex(parameters))  # row k is basis state k
    columns = jnp.broadcast_to(columns, (*parameters.shape[:-1], d, d))
    after = apply_circuit(gates, n_qubits, parameters[..., None, :], columns)
    return jnp.swapaxes(after, -1, -2)


def apply_circuit(
    gates: Sequence[Gate], n_qubits: int, parameters: jax.Array, amplitudes: jax.Array
) -> jax.Array:
    """Apply gates to amplitudes (..., d); angles (..., p) broadcast against them."""
    for gate in gates:
        amplitudes = _apply(gate, n_qubits, parameters, amplitudes)
    return amplitudes


def _apply(
    gate: Gate, n_qubits: int, parameters: jax.Array, amplitudes: jax.Array
) -> jax.Array:
    """Apply one gate."""
    k, batch = len(gate.qubits), amplitudes.shape[:-1]
    axes = [len(batch) + q for q in gate.qubits]
    last = list(range(len(batch) + n_qubits - k, len(batch) + n_qubits))
    psi = amplitudes.reshape(*batch, *(2,) * n_qubits)
    psi = jnp.moveaxis(psi, axes, last).reshape(*batch, -1, 2**k)
    if gate.is_rotation:
        psi = _rotate(gate, parameters[..., gate.parameter, None, None], psi)
    else:
        psi = psi @ jnp.asarray(gate.fixed_or_generator.T, dtype=psi.dtype)
    psi = psi.reshape(*batch, *(2,) * n_qubits)
    return jnp.moveaxis(psi, last, axes).reshape(*batch, -1)


def _rotate(gate: Gate, angles: jax.Array, psi: jax.Array) -> jax.Array:
    """Return (1 + (cos θ/2 − 1) G² − i sin θ/2 G) ψ, which is exact as G³ = G."""
    generator = gate.fixed_or_generator
    square = jnp.asarray((generator @ generator).T, dtype=psi.dtype)
    turned = psi @ jnp.asarray(generator.T, dtype=psi.dtype)
    half = angles / 2
    return psi + (jnp.cos(half) - 1) * (psi @ square) - 1j * jnp.sin(half) * turned


def _complex(parameters: jax.Array) -> jnp.dtype:
    """Return the complex type with the precision of real angles."""
    return jnp.result_type(parameters, jnp.complex64)
