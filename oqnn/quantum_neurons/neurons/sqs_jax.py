"""Stochastic quantum spiking neurons with a pure memory, as kernels."""

from dataclasses import dataclass
from typing import NamedTuple, final

import jax
import jax.numpy as jnp

from ..circuits.circuits_jax import circuit_unitaries
from ..circuits.gates import Gate

__all__ = ["StateVectorKernel", "TwoQubitKernel", "encode"]


@final
@dataclass(frozen=True)
class StateVectorKernel:
    r"""Any circuit: the state is the memory's vector, shape (B, n, 2**N_M).

    .. math:: \tilde m_s = (\langle s| \otimes 1)\, V(\theta)\,
              \bigl(R_X(\pi z)\,|0\rangle \otimes |m\rangle\bigr), \qquad
              p(s) = \|\tilde m_s\|^2 .
    """

    n_io: int
    n_memory: int
    gates: tuple[Gate, ...]

    def prepare(self, parameters: jax.Array) -> jax.Array:
        """Return V(θ) of every neuron, shape (n, d, d)."""
        return circuit_unitaries(self.gates, self.n_io + self.n_memory, parameters)

    def start(self, prepared: jax.Array, samples: int) -> jax.Array:
        """Return |0…0⟩."""
        shape = (samples, prepared.shape[0], 2**self.n_memory)
        return jnp.zeros(shape, dtype=prepared.dtype).at[..., 0].set(1)

    def charge(
        self,
        prepared: jax.Array,
        state: jax.Array,
        currents: jax.Array,
        noise: jax.Array,
    ) -> jax.Array:
        """Return the branches m̃ of all patterns, shape (B, n, 2**N, 2**N_M)."""
        joint = encode(currents)[..., :, None] * state[..., None, :]
        joint = joint.reshape(*state.shape[:-1], -1)
        branches = jnp.einsum("nij,bnj->bni", prepared, joint)
        return branches.reshape(*state.shape[:-1], 2**self.n_io, -1)

    def law(self, prepared: jax.Array, charged: jax.Array) -> jax.Array:
        """Return the branches' squared norms."""
        return (charged.real**2 + charged.imag**2).sum(axis=-1)

    def settle(
        self, prepared: jax.Array, charged: jax.Array, choice: jax.Array
    ) -> jax.Array:
        """Return the chosen branch, normalised."""
        chosen = (choice[..., None] * charged).sum(axis=-2)
        square = (chosen.real**2 + chosen.imag**2).sum(axis=-1, keepdims=True)
        return chosen / jnp.sqrt(square)


class TwoQubitAngles(NamedTuple):
    """Cosine and sine of θ_mem/2, and the two other angles, shape (n,) each."""

    cosine: jax.Array
    sine: jax.Array
    theta_in: jax.Array
    theta_ent: jax.Array


@final
@dataclass(frozen=True)
class TwoQubitKernel:
    r"""The two-qubit circuit in real numbers, shape (B, n, 2).

    The memory is :math:`x|0\rangle - iy|1\rangle` with real x and y: diagonal factors
    and rotations about X keep it so, and a step is eight real products.
    """

    n_io: int = 1

    def prepare(self, parameters: jax.Array) -> TwoQubitAngles:
        """Return the angles (θ_mem, θ_in, θ_ent) of `two_qubit_circuit` apart."""
        theta_mem, theta_in, theta_ent = jnp.moveaxis(parameters, -1, 0)
        cosine, sine = jnp.cos(theta_mem / 2), jnp.sin(theta_mem / 2)
        return TwoQubitAngles(cosine, sine, theta_in, theta_ent)

    def start(self, prepared: TwoQubitAngles, samples: int) -> jax.Array:
        """Return |0⟩."""
        shape = (samples, *prepared.cosine.shape, 2)
        return jnp.zeros(shape, dtype=prepared.cosine.dtype).at[..., 0].set(1)

    def charge(
        self,
        prepared: TwoQubitAngles,
        state: jax.Array,
        currents: jax.Array,
        noise: jax.Array,
    ) -> jax.Array:
        """Return (x, y) of both branches before the memory turns, (B, n, 2, 2)."""
        half = (jnp.pi * jax.nn.relu(currents[..., 0]) + prepared.theta_in) / 2
        halves = jnp.stack([half, half + prepared.theta_ent / 2], axis=-1)
        return jnp.stack([jnp.cos(halves) * state, jnp.sin(halves) * state], axis=-2)

    def law(self, prepared: TwoQubitAngles, charged: jax.Array) -> jax.Array:
        """Return the branches' squared norms."""
        return (charged**2).sum(axis=-1)

    def settle(
        self, prepared: TwoQubitAngles, charged: jax.Array, choice: jax.Array
    ) -> jax.Array:
        """Return the chosen branch, normalised and turned by θ_mem."""
        chosen = (choice[..., None] * charged).sum(axis=-2)
        x, y = jnp.moveaxis(chosen / jnp.linalg.norm(chosen, axis=-1)[..., None], -1, 0)
        c, s = prepared.cosine, prepared.sine
        return jnp.stack([c * x - s * y, s * x + c * y], axis=-1)


def encode(currents: jax.Array) -> jax.Array:
    """Return amplitudes of ⊗ R_X(π relu z)|0⟩ for currents (..., N), (..., 2**N)."""
    half = jnp.pi * jax.nn.relu(currents) / 2
    qubits = jnp.stack([jnp.cos(half) + 0j, -1j * jnp.sin(half)], axis=-1)
    amplitudes = qubits[..., 0, :]
    for q in range(1, currents.shape[-1]):
        amplitudes = amplitudes[..., :, None] * qubits[..., q, None, :]
        amplitudes = amplitudes.reshape(*amplitudes.shape[:-2], -1)
    return amplitudes
