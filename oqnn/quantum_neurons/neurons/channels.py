"""Steps of an SQS neuron as maps of its memory, which thus is an open system."""

import math
from collections.abc import Callable
from functools import reduce
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from ..._core.bases import hermitian_basis
from ..._core.checks import check_finite
from ..._core.stacking import vec
from ..circuits.circuit import Circuit
from .inputs import check_fits
from .noise import Noise

__all__ = ["maps_of", "memory_channel", "memory_transfer", "step_kraus", "step_maps"]


class QuantumNeuron(Protocol):
    """What is asked of an `SQSNeuron` here."""

    @property
    def n_io(self) -> int:
        """Number of input-output qubits."""
        ...

    @property
    def n_memory(self) -> int:
        """Number of memory qubits."""
        ...

    @property
    def circuit(self) -> Circuit:
        """What acts on all of them."""
        ...

    @property
    def noise(self) -> Noise | None:
        """What follows the gates."""
        ...


def step_kraus(neuron: QuantumNeuron, currents: ArrayLike) -> np.ndarray:
    """Return the Kraus operators of a step; see `SQSNeuron.step_operators`."""
    a, d = 2**neuron.n_io, 2**neuron.n_memory
    _check_size(neuron, 16.0 * _rows(currents) * a * d**2)
    z = _as_step_currents(currents, neuron.n_io)
    if neuron.noise is not None:
        raise ValueError(
            "`noise` must be None, but the neuron has noise: a spike then goes with "
            "several Kraus operators. Take `step_superoperators`."
        )
    _check_size(neuron, 2 * 16.0 * (a * d) ** 2)
    V = neuron.circuit.unitary().reshape(a, d, a, d)
    half = np.pi * np.maximum(z, 0) / 2
    qubits = np.stack([np.cos(half), -1j * np.sin(half)], axis=-1)  # (..., N, 2)
    start = qubits[..., 0, :]
    for q in range(1, neuron.n_io):
        start = (start[..., :, None] * qubits[..., q, None, :]).reshape(
            *z.shape[:-1], -1
        )
    return np.einsum("sxiy,...i->...sxy", V, start)


def step_maps(neuron: QuantumNeuron, currents: ArrayLike) -> np.ndarray:
    """Return a step's maps of the memory; see `SQSNeuron.step_superoperators`."""
    a, d = 2**neuron.n_io, 2**neuron.n_memory
    _check_size(neuron, 2 * 16.0 * _rows(currents) * a * d**4)
    return maps_of(neuron)(_as_step_currents(currents, neuron.n_io))


def memory_channel(neuron: QuantumNeuron, current: ArrayLike) -> np.ndarray:
    r"""Return what a step does to the memory when nobody keeps the spikes.

    .. math:: \rho \mapsto \sum_s K_s(z)\, \rho\, K_s(z)^\dagger ,

    completely positive and trace-preserving, with noise too.

    Parameters
    ----------
    neuron : SQSNeuron
    current : shape (..., N)
        z of the step.

    Returns
    -------
    shape (..., d², d²)
        Column-stacked, as in QuTiP, for d = 2**N_M.

    Raises
    ------
    ValueError
        If the shape is another, a current is not finite, or the maps do not fit into
        memory.

    Examples
    --------
    >>> from oqnn.quantum_neurons import SQSNeuron, two_qubit_circuit
    >>> channel = memory_channel(SQSNeuron(1, 1, two_qubit_circuit(0, 0, np.pi)), [0.0])
    >>> np.diag(channel).real.round(12) + 0.0  # CRX(π) reads the memory out
    array([1., 0., 0., 1.])
    """
    return step_maps(neuron, current).sum(axis=-3)


def memory_transfer(neuron: QuantumNeuron, current: ArrayLike) -> np.ndarray:
    """Return `memory_channel` as a real matrix in the Hermitian basis.

    It is what ``oqnn.measures`` takes for a map, such as ``is_completely_positive``,
    ``is_entanglement_breaking`` and ``bloch_map``.

    Parameters
    ----------
    neuron, current
        As for `memory_channel`.

    Returns
    -------
    shape (..., d², d²)
        Its first row is (1, 0, …): the trace is kept.
    """
    channel = memory_channel(neuron, current)
    basis = vec(hermitian_basis(2**neuron.n_memory)).T  # unitary, (d², d²)
    return (basis.conj().T @ channel @ basis).real


def maps_of(neuron: QuantumNeuron) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function from currents (..., N) to maps (..., 2**N, d², d²)."""
    a, d = 2**neuron.n_io, 2**neuron.n_memory
    if neuron.noise is None:
        _check_size(neuron, 2 * 16.0 * a * d**4)
        return lambda z: _sandwiches(step_kraus(neuron, z))
    noise = neuron.noise
    _check_size(neuron, 3 * 16.0 * (a * d) ** 4)
    joint = _circuit_map(neuron.circuit, noise).reshape(2 * (a, d, a, d))
    true = np.einsum("sxsyiujv->syxvuij", joint)  # column-stacked
    confusion = reduce(np.kron, [noise.confusion] * neuron.n_io)
    read = np.einsum("st,t...->s...", confusion, true).reshape(a, d * d, d * d, a * a)
    return lambda z: np.einsum("sabi,...i->...sab", read, _encoded(z, noise))


def _circuit_map(circuit: Circuit, noise: Noise) -> np.ndarray:
    """Return the noisy circuit as a matrix (4**n, 4**n) on rows of ρ in a row."""
    n = circuit.n_qubits
    made = np.eye(4**n, dtype=complex).reshape(*(2,) * (2 * n), -1)
    for gate in circuit.gates:
        U, k = gate.matrix_at(circuit.parameters), len(gate.qubits)
        step = (noise.after_gate(k) @ np.kron(U, U.conj())).reshape((2,) * (4 * k))
        axes = [*gate.qubits, *(n + q for q in gate.qubits)]
        made = np.tensordot(step, made, axes=(range(2 * k, 4 * k), axes))
        made = np.moveaxis(made, range(2 * k), axes)
    return made.reshape(4**n, 4**n)


def _encoded(z: np.ndarray, noise: Noise) -> np.ndarray:
    """Return the states of the input-output qubits, flat, for currents (..., N)."""
    half = np.pi * z / 2
    e = noise.reset_error
    rest = np.diag([1 - e, e]).astype(complex)
    turn = np.empty((*z.shape, 2, 2), dtype=complex)
    turn[..., 0, 0] = turn[..., 1, 1] = np.cos(half)
    turn[..., 0, 1] = turn[..., 1, 0] = -1j * np.sin(half)
    turned = (turn @ rest @ turn.conj().mT).reshape(*z.shape, 4)
    turned = turned @ noise.after_gate(1).T
    qubits = np.where(z[..., None] > 0, turned, rest.ravel()).reshape(*z.shape, 2, 2)
    joint = qubits[..., 0, :, :]
    for q in range(1, z.shape[-1]):
        joint = joint[..., :, None, :, None] * qubits[..., q, None, :, None, :]
        joint = joint.reshape(*z.shape[:-1], 2 ** (q + 1), 2 ** (q + 1))
    return joint.reshape(*z.shape[:-1], -1)


def _sandwiches(kraus: np.ndarray) -> np.ndarray:
    """Return K* ⊗ K, the column-stacked map ρ → K ρ K†, of matrices (..., d, d)."""
    product = kraus.conj()[..., :, None, :, None] * kraus[..., None, :, None, :]
    d = kraus.shape[-1]
    return product.reshape(*kraus.shape[:-2], d * d, d * d)


def _as_step_currents(currents: ArrayLike, n_io: int) -> np.ndarray:
    """Return finite currents of single steps, shape (..., N)."""
    z = np.asarray(currents, dtype=float)
    if z.ndim < 1 or z.shape[-1] != n_io:
        raise ValueError(
            f"`currents` must have shape (..., {n_io}), but have shape {z.shape}."
        )
    check_finite(z, "currents")
    return z


def _rows(currents: ArrayLike) -> int:
    """Return the number of steps that currents (..., N) are for."""
    return math.prod(np.shape(currents)[:-1])


def _check_size(neuron: QuantumNeuron, n_bytes: float) -> None:
    """Check that maps of the memory fit."""
    check_fits(
        n_bytes,
        f"Maps of {neuron.n_io} + {neuron.n_memory} qubits",
        "Draw samples instead, or pass fewer currents.",
    )
