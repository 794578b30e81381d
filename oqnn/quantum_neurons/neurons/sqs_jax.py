"""Stochastic quantum spiking neurons with a pure memory, as kernels."""

from dataclasses import dataclass
from typing import NamedTuple, final

import jax
import jax.numpy as jnp

from ..circuits.circuits_jax import (
    apply_blocks,
    block_matrices,
    circuit_unitaries,
)
from ..circuits.fusion import Block, fuse
from ..circuits.gates import Gate
from .turns_jax import cosine_and_sine

__all__ = ["StateVectorKernel", "TwoQubitKernel", "encode"]

# For 256 samples one matrix of six qubits pays from three to eight steps on; one of
# seven takes longer to make than many steps in blocks of four, which are the fastest.
WHOLE = 6  # qubits up to which the circuit is one matrix
FUSED = 4  # qubits of a block of gates in larger circuits


@final
@dataclass(frozen=True)
class StateVectorKernel:
    r"""Any circuit: the state is the memory's vector, shape (B, n, 2**N_M).

    .. math:: \tilde m_s = (\langle s| \otimes 1)\, V(\theta)\,
              \bigl(R_X(\pi z)\,|0\rangle \otimes |m\rangle\bigr), \qquad
              p(s) = \|\tilde m_s\|^2 .

    V is one matrix for up to six qubits, and otherwise a row of matrices on four qubits
    each, into which the gates are fused once for all steps.
    """

    n_io: int
    n_memory: int
    gates: tuple[Gate, ...]

    @property
    def n_qubits(self) -> int:
        """N + N_M."""
        return self.n_io + self.n_memory

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The gates, fused."""
        if self.n_qubits <= WHOLE:
            return (Block(tuple(range(self.n_qubits)), self.gates),)
        return fuse(self.gates, FUSED) or (Block((0,), ()),)

    def prepare(self, parameters: jax.Array) -> tuple[jax.Array, ...]:
        """Return the blocks' matrices of every neuron, shapes (n, 2**k, 2**k)."""
        if self.n_qubits <= WHOLE:
            return (circuit_unitaries(self.gates, self.n_qubits, parameters),)
        return block_matrices(self.blocks, parameters)

    def start(self, prepared: tuple[jax.Array, ...], samples: int) -> jax.Array:
        """Return |0…0⟩."""
        shape = (samples, prepared[0].shape[0], 2**self.n_memory)
        return jnp.zeros(shape, dtype=prepared[0].dtype).at[..., 0].set(1)

    def charge(
        self,
        prepared: tuple[jax.Array, ...],
        state: jax.Array,
        currents: jax.Array,
        noise: jax.Array,
    ) -> jax.Array:
        """Return the branches m̃ of all patterns, shape (n, 2**N, 2**N_M, B)."""
        inputs = jnp.moveaxis(encode(currents), 0, -1)  # (n, 2**N, B)
        memory = jnp.moveaxis(state, 0, -1)  # (n, 2**N_M, B)
        joint = inputs[:, :, None] * memory[:, None]
        psi = joint.reshape(len(joint), 2**self.n_qubits, -1).astype(state.dtype)
        psi = apply_blocks(self.blocks, prepared, self.n_qubits, psi)
        return psi.reshape(joint.shape)

    def law(self, prepared: tuple[jax.Array, ...], charged: jax.Array) -> jax.Array:
        """Return the branches' squared norms."""
        squares = (charged.real**2 + charged.imag**2).sum(axis=-2)
        return jnp.moveaxis(squares, -1, 0)

    def settle(
        self,
        prepared: tuple[jax.Array, ...],
        charged: jax.Array,
        choice: jax.Array,
    ) -> jax.Array:
        """Return the chosen branch, normalised."""
        weights = jnp.moveaxis(choice, 0, -1)[:, :, None]  # (n, 2**N, 1, B)
        chosen = jnp.moveaxis((weights * charged).sum(axis=1), -1, 0)
        square = (chosen.real**2 + chosen.imag**2).sum(axis=-1, keepdims=True)
        return chosen / jnp.sqrt(square)


class TwoQubitAngles(NamedTuple):
    """θ_in, and cosine and sine of θ_mem/2 and of θ_ent/2, shape (n,) each."""

    theta_in: jax.Array
    turn: tuple[jax.Array, jax.Array]
    entangling: tuple[jax.Array, jax.Array]


class TwoQubitMemory(NamedTuple):
    """x and y of the memory's vector x|0⟩ − iy|1⟩, shape (B, n) each."""

    x: jax.Array
    y: jax.Array


@final
@dataclass(frozen=True)
class TwoQubitKernel:
    r"""The two-qubit circuit in real numbers.

    The memory is :math:`x|0\rangle - iy|1\rangle` with real x and y: diagonal factors
    and rotations about X keep it so. x and y are arrays of their own, so that a step is
    one loop over samples and neurons.
    """

    n_io: int = 1

    def prepare(self, parameters: jax.Array) -> TwoQubitAngles:
        """Return the angles (θ_mem, θ_in, θ_ent) of `two_qubit_circuit` apart."""
        theta_mem, theta_in, theta_ent = jnp.moveaxis(parameters, -1, 0)
        turn, entangling = (
            cosine_and_sine(theta_mem / 2),
            cosine_and_sine(theta_ent / 2),
        )
        return TwoQubitAngles(theta_in, turn, entangling)

    def start(self, prepared: TwoQubitAngles, samples: int) -> TwoQubitMemory:
        """Return |0⟩."""
        shape = (samples, *prepared.theta_in.shape)
        dtype = prepared.theta_in.dtype
        return TwoQubitMemory(jnp.ones(shape, dtype), jnp.zeros(shape, dtype))

    def charge(
        self,
        prepared: TwoQubitAngles,
        state: TwoQubitMemory,
        currents: jax.Array,
        noise: jax.Array,
    ) -> tuple[TwoQubitMemory, TwoQubitMemory]:
        """Return both branches before the memory turns.

        The angle of the input-output qubit is larger by θ_ent where the memory is |1⟩.
        """
        half = (jnp.pi * jax.nn.relu(currents[..., 0]) + prepared.theta_in) / 2
        cosine, sine = cosine_and_sine(half)
        c, s = prepared.entangling
        x, y = state
        silent = TwoQubitMemory(cosine * x, (cosine * c - sine * s) * y)
        spiking = TwoQubitMemory(sine * x, (sine * c + cosine * s) * y)
        return silent, spiking

    def law(
        self, prepared: TwoQubitAngles, charged: tuple[TwoQubitMemory, TwoQubitMemory]
    ) -> jax.Array:
        """Return the branches' squared norms."""
        return jnp.stack([x**2 + y**2 for x, y in charged], axis=-1)

    def settle(
        self,
        prepared: TwoQubitAngles,
        charged: tuple[TwoQubitMemory, TwoQubitMemory],
        choice: jax.Array,
    ) -> TwoQubitMemory:
        """Return the chosen branch, normalised and turned by θ_mem."""
        silent, spiking = charged
        x = choice[..., 0] * silent.x + choice[..., 1] * spiking.x
        y = choice[..., 0] * silent.y + choice[..., 1] * spiking.y
        scale = 1 / jnp.sqrt(x**2 + y**2)
        c, s = prepared.turn
        return TwoQubitMemory((c * x - s * y) * scale, (s * x + c * y) * scale)


def encode(currents: jax.Array) -> jax.Array:
    """Return amplitudes of ⊗ R_X(π relu z)|0⟩ for currents (..., N), (..., 2**N)."""
    half = jnp.pi * jax.nn.relu(currents) / 2
    qubits = jnp.stack([jnp.cos(half) + 0j, -1j * jnp.sin(half)], axis=-1)
    amplitudes = qubits[..., 0, :]
    for q in range(1, currents.shape[-1]):
        amplitudes = amplitudes[..., :, None] * qubits[..., q, None, :]
        amplitudes = amplitudes.reshape(*currents.shape[:-1], 2 ** (q + 1))
    return amplitudes
