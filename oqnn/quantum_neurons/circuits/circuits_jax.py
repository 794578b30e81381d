"""Circuits on batches of amplitudes, one set of angles a neuron.

Amplitudes are held as (..., d, c) with the basis state before the columns: a gate is a
matrix product whose second factor has long rows. A large complex product is four real
ones, which are twice as fast on CPUs.
"""

from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from ..._core.jax64 import in_double_precision
from .fusion import Block, fuse
from .gates import Gate

__all__ = [
    "apply_blocks",
    "apply_circuit",
    "apply_matrix",
    "block_matrices",
    "circuit_unitaries",
    "gate_matrices",
    "times",
    "unitaries",
]

LARGE = 1024  # amplitudes

# accelerators would otherwise round single-precision factors to ten bits
times = partial(jnp.matmul, precision="highest")


@in_double_precision
def unitaries(
    gates: Sequence[Gate], n_qubits: int, parameters: np.ndarray
) -> np.ndarray:
    """Return V(θ) in double precision for angles (..., p), shape (..., d, d)."""
    return np.asarray(_compiled(tuple(gates), n_qubits, jnp.asarray(parameters)))


def circuit_unitaries(
    gates: Sequence[Gate], n_qubits: int, parameters: jax.Array
) -> jax.Array:
    """Return V(θ) for angles (..., p), shape (..., d, d)."""
    blocks = fuse(gates, max(n_qubits // 2, 2))
    unit = jnp.eye(2**n_qubits, dtype=complex_type(parameters))
    unit = jnp.broadcast_to(unit, (*parameters.shape[:-1], *unit.shape))
    return apply_blocks(blocks, block_matrices(blocks, parameters), n_qubits, unit)


def apply_circuit(
    gates: Sequence[Gate], n_qubits: int, parameters: jax.Array, amplitudes: jax.Array
) -> jax.Array:
    """Apply gates with angles (..., p) one by one to amplitudes (..., d, c)."""
    for gate, matrix in zip(gates, gate_matrices(gates, parameters), strict=True):
        amplitudes = apply_matrix(matrix, gate.qubits, n_qubits, amplitudes)
    return amplitudes


def block_matrices(
    blocks: Sequence[Block], parameters: jax.Array
) -> tuple[jax.Array, ...]:
    """Return the matrix of each block for angles (..., p), shapes (..., 2**k, 2**k)."""
    found = iter(
        gate_matrices([g for block in blocks for g in block.gates], parameters)
    )
    made = []
    for block in blocks:
        k = len(block.qubits)
        unit = jnp.eye(2**k, dtype=complex_type(parameters))
        matrix = jnp.broadcast_to(unit, (*parameters.shape[:-1], *unit.shape))
        for gate in block.gates:
            places = [block.qubits.index(qubit) for qubit in gate.qubits]
            matrix = apply_matrix(next(found), places, k, matrix)
        made.append(matrix)
    return tuple(made)


def apply_blocks(
    blocks: Sequence[Block],
    matrices: Sequence[jax.Array],
    n_qubits: int,
    amplitudes: jax.Array,
) -> jax.Array:
    """Apply the matrices of blocks to amplitudes (..., d, c)."""
    for block, matrix in zip(blocks, matrices, strict=True):
        amplitudes = apply_matrix(matrix, block.qubits, n_qubits, amplitudes)
    return amplitudes


def gate_matrices(gates: Sequence[Gate], parameters: jax.Array) -> list[jax.Array]:
    """Return the gates' matrices for angles (..., p), shapes (..., 2**k, 2**k).

    A rotation is 1 + (cos θ/2 − 1) G² − i sin θ/2 G, which is exact as G³ = G. Those on
    equally many qubits are made together: it halves the time of compilation.
    """
    kind, lead = complex_type(parameters), parameters.shape[:-1]
    found: dict[int, jax.Array] = {}
    for k in {len(gate.qubits) for gate in gates}:
        turns = [i for i, g in enumerate(gates) if g.is_rotation and len(g.qubits) == k]
        if not turns:
            continue
        G = np.array([gates[i].fixed_or_generator for i in turns])
        angles = parameters[..., np.array([gates[i].parameter for i in turns])]
        half = angles[..., None, None] / 2
        cosine, sine = jnp.cos(half) - 1, jnp.sin(half)
        unit, square = np.eye(2**k, dtype=kind), (G @ G).astype(kind)
        turned = unit + cosine * square - 1j * sine * G.astype(kind)
        found.update(zip(turns, jnp.moveaxis(turned, -3, 0), strict=True))
    for i, gate in enumerate(gates):
        if not gate.is_rotation:
            fixed = jnp.asarray(gate.fixed_or_generator, dtype=kind)
            found[i] = jnp.broadcast_to(fixed, (*lead, *fixed.shape))
    return [found[i].astype(kind) for i in range(len(gates))]


def apply_matrix(
    matrix: jax.Array, qubits: Sequence[int], n_qubits: int, amplitudes: jax.Array
) -> jax.Array:
    """Apply a matrix (..., 2**k, 2**k) on some qubits to amplitudes (..., d, c).

    The first of `qubits` is the most significant one in the matrix. Leading axes agree.
    """
    *lead, d, c = amplitudes.shape
    if tuple(qubits) == tuple(range(n_qubits)):
        return _product(matrix, amplitudes)
    first, k = qubits[0], len(qubits)
    if tuple(qubits) == tuple(range(first, first + k)):  # neighbours need no exchange
        psi = amplitudes.reshape(*lead, 2**first, 2**k, -1)
        return _product(matrix[..., None, :, :], psi).reshape(*lead, d, c)
    axes = [len(lead) + q for q in qubits]
    front = list(range(len(lead), len(lead) + k))
    psi = amplitudes.reshape(*lead, *(2,) * n_qubits, c)
    psi = jnp.moveaxis(psi, axes, front)
    shape = psi.shape
    psi = _product(matrix, psi.reshape(*lead, 2**k, -1)).reshape(shape)
    return jnp.moveaxis(psi, front, axes).reshape(*lead, d, c)


def complex_type(parameters: jax.Array) -> jnp.dtype:
    """Return the complex type with the precision of real angles."""
    return jnp.result_type(parameters, jnp.complex64)


def _product(matrix: jax.Array, psi: jax.Array) -> jax.Array:
    """Return the product of complex matrices, as four real ones if it is large."""
    if psi.shape[-2] * psi.shape[-1] < LARGE:
        return times(matrix, psi)
    a, b, x, y = matrix.real, matrix.imag, psi.real, psi.imag
    return jax.lax.complex(times(a, x) - times(b, y), times(a, y) + times(b, x))


_compiled = jax.jit(circuit_unitaries, static_argnums=(0, 1))
