"""Stochastic quantum spiking neurons with noise: the memory is a density matrix."""

from dataclasses import dataclass
from functools import reduce
from typing import final

import jax
import jax.numpy as jnp
import numpy as np

from ..circuits.circuits_jax import (
    apply_matrix,
    complex_type,
    gate_matrices,
    times,
)
from ..circuits.fusion import Block, fuse
from ..circuits.gates import Gate
from .noise import Noise

__all__ = ["DensityMatrixKernel"]

WHOLE = 3  # qubits up to which circuit and noise are one superoperator
FUSED = 2  # qubits of a block of noisy gates in larger circuits


@final
@dataclass(frozen=True)
class DensityMatrixKernel:
    r"""Any circuit with noise: the state is the memory's ρ, (B, n, 2**N_M, 2**N_M).

    .. math:: \tilde\rho_s = \sum_{s'} R(s | s')\, \langle s'|\,
              \mathcal V_\theta\bigl(\rho_{\rm io}(z) \otimes \rho\bigr)\, |s'\rangle ,
              \qquad p(s) = \mathrm{Tr}\,\tilde\rho_s

    with the readout's confusion R and each gate of 𝒱 followed by its noise. A density
    matrix is handled as amplitudes of twice as many qubits, rows before columns.
    """

    n_io: int
    n_memory: int
    gates: tuple[Gate, ...]
    noise: Noise

    @property
    def n_qubits(self) -> int:
        """N + N_M."""
        return self.n_io + self.n_memory

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The gates, fused."""
        if self.n_qubits <= WHOLE:
            return (Block(tuple(range(self.n_qubits)), self.gates),)
        return fuse(self.gates, FUSED)

    def prepare(self, parameters: jax.Array) -> tuple[jax.Array, ...]:
        """Return the blocks' superoperators, shapes (n, 4**k, 4**k).

        A circuit without gates has none; the angles stay, for the number of neurons.
        """
        made = [self._superoperator(block, parameters) for block in self.blocks]
        return (parameters, *made)

    def start(self, prepared: tuple[jax.Array, ...], samples: int) -> jax.Array:
        """Return the projector on |0…0⟩."""
        d, kind = 2**self.n_memory, complex_type(prepared[0])
        shape = (samples, prepared[0].shape[0], d, d)
        return jnp.zeros(shape, dtype=kind).at[..., 0, 0].set(1)

    def charge(
        self,
        prepared: tuple[jax.Array, ...],
        state: jax.Array,
        currents: jax.Array,
        noise: jax.Array,
    ) -> jax.Array:
        """Return ρ̃ of all patterns read, shape (n, 2**N, 2**N_M, 2**N_M, B)."""
        a, d, n = 2**self.n_io, 2**self.n_memory, self.n_qubits
        inputs = jnp.moveaxis(self._encoded(currents.astype(state.real.dtype)), 0, -1)
        memory = jnp.moveaxis(state, 0, -1)
        joint = inputs[:, :, None, :, None] * memory[:, None, :, None, :]
        rho = joint.reshape(len(joint), 4**n, -1)
        for block, matrix in zip(self.blocks, prepared[1:], strict=True):
            rows_columns = [*block.qubits, *(n + q for q in block.qubits)]
            rho = apply_matrix(matrix, rows_columns, 2 * n, rho)
        rho = rho.reshape(len(rho), a, d, a, d, -1)
        true = jnp.moveaxis(jnp.diagonal(rho, axis1=1, axis2=3), -1, 1)
        confusion = reduce(np.kron, [self.noise.confusion] * self.n_io)
        confusion = confusion.astype(state.real.dtype)
        return jnp.einsum("st,ntabB->nsabB", confusion, true, precision="highest")

    def law(self, prepared: tuple[jax.Array, ...], charged: jax.Array) -> jax.Array:
        """Return the traces."""
        return jnp.moveaxis(jnp.trace(charged, axis1=2, axis2=3).real, -1, 0)

    def settle(
        self,
        prepared: tuple[jax.Array, ...],
        charged: jax.Array,
        choice: jax.Array,
    ) -> jax.Array:
        """Return the chosen ρ̃, divided by its trace."""
        weights = jnp.moveaxis(choice, 0, -1)[:, :, None, None]  # (n, 2**N, 1, 1, B)
        chosen = jnp.moveaxis((weights * charged).sum(axis=1), -1, 0)
        trace = jnp.trace(chosen, axis1=-2, axis2=-1).real
        return chosen / trace[..., None, None]

    def _superoperator(self, block: Block, parameters: jax.Array) -> jax.Array:
        """Return a block's gates, each followed by its noise."""
        k, kind = len(block.qubits), complex_type(parameters)
        unit = jnp.eye(4**k, dtype=kind)
        made = jnp.broadcast_to(unit, (*parameters.shape[:-1], *unit.shape))
        matrices = gate_matrices(block.gates, parameters)
        for gate, U in zip(block.gates, matrices, strict=True):
            places = [block.qubits.index(qubit) for qubit in gate.qubits]
            m = len(U[0])
            turn = U[:, :, None, :, None] * U.conj()[:, None, :, None, :]
            noisy = self.noise.after_gate(len(places)).astype(kind)
            step = times(jnp.asarray(noisy), turn.reshape(-1, m * m, m * m))
            made = apply_matrix(step, [*places, *(k + p for p in places)], 2 * k, made)
        return made

    def _encoded(self, currents: jax.Array) -> jax.Array:
        """Return the input-output qubits' state after encoding, (B, n, 2**N, 2**N).

        From diag(1 − e, e), RX(π z) leads to (1 + y Y + w Z)/2, y = −(1 − 2e) sin π z
        and w = (1 − 2e) cos π z, and noise follows where there was a rotation.
        """
        e, angles = self.noise.reset_error, jnp.pi * currents
        y, w = (2 * e - 1) * jnp.sin(angles), (1 - 2 * e) * jnp.cos(angles)
        turned = jnp.stack([1 + w + 0j, -1j * y, 1j * y, 1 - w + 0j], axis=-1) / 2
        noisy = times(turned, self.noise.after_gate(1).T.astype(turned.dtype))
        rest = np.array([1 - e, 0, 0, e], dtype=turned.dtype)
        states = jnp.where(currents[..., None] > 0, noisy, rest)
        states = states.reshape(*currents.shape, 2, 2)  # (B, n, N, 2, 2)
        joint = states[..., 0, :, :]
        for q in range(1, self.n_io):
            joint = joint[..., :, None, :, None] * states[..., q, None, :, None, :]
            a, b = joint.shape[-4:-2]
            joint = joint.reshape(*joint.shape[:-4], a * b, a * b)
        return joint
