"""SQS neurons against density matrices, against QuTiP, and their records' law."""

from itertools import product

import numpy as np
import pytest
from quantum_neurons.plain_sqs import plain_laws
from quantum_neurons.zoo import every_gate_neuron, some_currents

from oqnn.quantum_neurons import (
    Circuit,
    Gate,
    SQSNeuron,
    log_likelihood_gradient,
    two_qubit_circuit,
)

X, ONE = np.array([[0, 1], [1, 0]]), np.eye(2)
LENGTH = 5
ANGLES = np.random.default_rng(1).uniform(-2 * np.pi, 2 * np.pi, (4, 3))
CURRENTS = np.random.default_rng(2).uniform(-0.6, 1.3, (4, LENGTH))
RECORDS = np.array(list(product([0, 1], repeat=LENGTH)))[..., None]  # (32, 5, 1)


def rx(theta):
    return np.cos(theta / 2) * ONE - 1j * np.sin(theta / 2) * X


def dense_laws(angles, currents, record):
    """Equation 7.2 with 4 × 4 density matrices, input-output qubit first.

    ρ → V R ρ R† V†, then p(s) = Tr P_s ρ, ρ → |0⟩⟨0| ⊗ Tr_io(P_s ρ P_s) / p(s).
    """
    theta_mem, theta_in, theta_ent = angles
    P = [np.kron(np.diag([1, 0]), ONE), np.kron(np.diag([0, 1]), ONE)]
    off, on = np.diag([1, 0]), np.diag([0, 1])
    crx = np.kron(ONE, off) + np.kron(rx(theta_ent), on)
    V = np.kron(rx(theta_in), ONE) @ np.kron(ONE, rx(theta_mem)) @ crx
    rho = np.zeros((4, 4), dtype=complex)
    rho[0, 0] = 1
    laws = []
    for z, s in zip(currents, record[:, 0], strict=True):
        U = V @ np.kron(rx(np.pi * z), ONE) if z > 0 else V
        rho = U @ rho @ U.conj().T
        laws.append([np.trace(projector @ rho).real for projector in P])
        rho = P[s] @ rho @ P[s] / laws[-1][s]
        memory = np.trace(rho.reshape(2, 2, 2, 2), axis1=0, axis2=2)
        rho = np.kron(np.diag([1, 0]), memory)
    return np.array(laws)


def generic(circuit):
    """The same circuit with a gate that does nothing, for the kernel of any circuit."""
    idle = Gate("unitary", (0,), matrix=np.eye(2))
    return Circuit(
        n_qubits=2, gates=[*circuit.gates, idle], parameters=circuit.parameters
    )


@pytest.mark.parametrize("through", [lambda circuit: circuit, generic])
def test_two_qubits_against_density_matrices(through):
    """Equation 7.2 for four sets of angles and all 32 records of five steps."""
    assert (CURRENTS < 0).any()
    for angles, currents in zip(ANGLES, CURRENTS, strict=True):
        neuron = SQSNeuron(1, 1, circuit=through(two_qubit_circuit(*angles)))
        found = neuron.spike_probabilities(currents[:, None], RECORDS)
        exact = [dense_laws(angles, currents, record) for record in RECORDS]
        np.testing.assert_allclose(found, exact, rtol=0, atol=1e-12)


def test_two_qubit_law_in_closed_form():
    """The first spike, from an empty memory: p(1) = sin²((π relu(z) + θ_in)/2)."""
    for theta_mem, theta_in, theta_ent in ANGLES:
        neuron = SQSNeuron(1, 1, two_qubit_circuit(theta_mem, theta_in, theta_ent))
        found = neuron.spike_probabilities(CURRENTS[0][:, None, None], [[0]])
        half = (np.pi * np.maximum(CURRENTS[0], 0) + theta_in) / 2
        np.testing.assert_allclose(found[:, 0, 1], np.sin(half) ** 2, atol=1e-14)


@pytest.mark.slow
@pytest.mark.parametrize(("n_io", "n_memory"), [(1, 2), (2, 1), (2, 2), (3, 0)])
def test_any_registers_against_qutip(n_io, n_memory):
    neuron = every_gate_neuron(n_io, n_memory)
    currents = some_currents(4, n_io)
    for seed in range(2):
        record = neuron.sample(currents, seed)
        found = neuron.spike_probabilities(currents, record)
        exact = plain_laws(neuron, currents, record)
        np.testing.assert_allclose(found, exact, rtol=0, atol=1e-12)
        taken = np.take_along_axis(exact, patterns(record)[:, None], axis=-1)
        likelihood = neuron.log_likelihood(currents, record)
        np.testing.assert_allclose(likelihood, np.log(taken).sum(), rtol=1e-11)


@pytest.mark.slow
def test_five_qubits_against_qutip():
    neuron, currents = every_gate_neuron(2, 3), some_currents(3, 2)
    record = neuron.sample(currents, 3)
    exact = plain_laws(neuron, currents, record)
    found = neuron.spike_probabilities(currents, record)
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-12)


def patterns(record):
    return np.array([int("".join(map(str, spikes)), 2) for spikes in record.tolist()])


@pytest.mark.parametrize(("n_io", "n_memory", "steps"), [(1, 2, 5), (2, 1, 3)])
def test_law_of_all_records_sums_to_one(n_io, n_memory, steps):
    neuron, currents = every_gate_neuron(n_io, n_memory), some_currents(steps, n_io)
    records = np.array(list(product([0, 1], repeat=steps * n_io)))
    records = records.reshape(-1, steps, n_io)
    total = np.exp(neuron.log_likelihood(currents, records)).sum()
    np.testing.assert_allclose(total, 1, rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(("n_io", "n_memory"), [(1, 1), (2, 1)])
def test_samples_follow_the_law(n_io, n_memory):
    """Frequencies of all records of four or two steps, within five standard errors."""
    if n_io == 1:
        neuron, steps = SQSNeuron(1, 1, two_qubit_circuit(*ANGLES[1])), 4
    else:
        neuron, steps = every_gate_neuron(n_io, n_memory), 2
    currents, draws = some_currents(steps, n_io), 20000
    records = np.array(list(product([0, 1], repeat=steps * n_io)))
    law = np.exp(neuron.log_likelihood(currents, records.reshape(-1, steps, n_io)))
    drawn = neuron.sample(np.broadcast_to(currents, (draws, *currents.shape)), 11)
    index = drawn.reshape(draws, -1) @ (1 << np.arange(steps * n_io)[::-1])
    counts = np.bincount(index, minlength=len(law))
    error = np.sqrt(law * (1 - law) / draws)
    assert (np.abs(counts / draws - law) <= 5 * error + 1e-12).all()


def test_no_memory_forgets():
    """With N_M = 0 every step is the first column of V R, whatever came before."""
    neuron, currents = every_gate_neuron(3, 0), some_currents(3, 3)
    record = neuron.sample(currents, 0)
    alone = [neuron.spike_probabilities([z], [[0] * 3])[0] for z in currents]
    found = neuron.spike_probabilities(currents, record)
    np.testing.assert_allclose(found, alone, atol=1e-13)


def test_batches_are_rows_one_by_one_and_axes_broadcast():
    neuron = every_gate_neuron(2, 1)
    currents = np.stack([some_currents(3, 2, seed) for seed in range(3)])[:, None]
    records = np.random.default_rng(0).integers(0, 2, (4, 3, 2))
    found = neuron.log_likelihood(currents, records)
    assert found.shape == (3, 4)
    one = [[neuron.log_likelihood(z[0], s) for s in records] for z in currents]
    np.testing.assert_allclose(found, one, rtol=1e-12)


@pytest.mark.parametrize("n_memory", [0, 6])
def test_a_circuit_without_gates(n_memory):
    """p(1) = sin²(πz/2), in one matrix and in blocks, of which there is none here."""
    circuit = Circuit(n_qubits=1 + n_memory, gates=[], parameters=[])
    found = SQSNeuron(1, n_memory, circuit).spike_probabilities([[0.3]], [[1]])
    np.testing.assert_allclose(found[0, 1], np.sin(0.15 * np.pi) ** 2, rtol=1e-12)


def test_no_rows_are_no_error():
    neuron, nothing = every_gate_neuron(2, 1), np.zeros((0, 3, 2))
    assert neuron.sample(nothing, 1).shape == (0, 3, 2)
    assert neuron.log_likelihood(nothing, np.ones((3, 2))).shape == (0,)
    gradient = log_likelihood_gradient(neuron, nothing, np.ones((3, 2)))
    assert gradient.parameters.shape == (0, len(neuron.parameters))
    assert gradient.currents.shape == (0, 3, 2)


def test_samples_depend_on_the_key_alone():
    neuron, currents = every_gate_neuron(2, 1), some_currents(40, 2)
    first, again, other = (neuron.sample(currents, key) for key in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert first.dtype == np.uint8


def test_other_angles_share_the_gates():
    neuron = every_gate_neuron(2, 1)
    other = neuron.with_parameters(neuron.parameters + 0.1)
    assert other.kernel == neuron.kernel
    np.testing.assert_allclose(other.parameters, neuron.parameters + 0.1)
    drawn = neuron.random_parameters(7, np.random.default_rng(0))
    assert drawn.shape == (7, len(neuron.parameters))
