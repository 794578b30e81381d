"""What the memory knows about the input: solvable circuits, bounds, a dense channel."""

import numpy as np
import pytest
from quantum_neurons.memory.examples import DEEP, WIDE

from oqnn.measures import von_neumann_entropy
from oqnn.quantum_neurons import (
    Circuit,
    Gate,
    Noise,
    SQSNeuron,
    memory_information,
    two_qubit_circuit,
    unread_memory,
)
from oqnn.quantum_neurons.neurons.control import ClassicalControl

SWAP = SQSNeuron(
    1, 1, circuit=Circuit(n_qubits=2, gates=[Gate("swap", (0, 1))], parameters=[])
)
CURRENTS = np.random.default_rng(8).uniform(-0.2, 0.9, (3, 2, 2))
Q = np.array([0.5, 0.2, 0.3])


def binary_entropy(p):
    return -p * np.log(p) - (1 - p) * np.log(1 - p)


def dense_channel(neuron, currents):
    """The memory where nobody read the spikes: a unitary and a partial trace a step."""
    n_io, d = neuron.n_io, 2**neuron.n_memory
    V = neuron.circuit.unitary()
    rho = np.zeros((d, d), dtype=complex)
    rho[0, 0] = 1
    X, states = np.array([[0, 1], [1, 0]]), []
    for current in currents:
        io = np.ones(1)
        for z in current:
            half = np.pi * max(z, 0) / 2
            io = np.kron(io, (np.cos(half) * np.eye(2) - 1j * np.sin(half) * X)[:, 0])
        whole = V @ np.kron(np.outer(io, io.conj()), rho) @ V.conj().T
        rho = np.einsum("iaib->ab", whole.reshape(2**n_io, d, 2**n_io, d))
        states.append(rho)
    return np.array(states)


def test_memory_that_takes_over_the_input():
    """Swap: after a step χ = h((1 + cos(πz/2))/2) of two pure states; the spike comes a
    step later, with I = H(spike) − ½ h(sin² πz/2), and leaves the memory empty.
    """
    z = 0.4
    found = memory_information(SWAP, [[[0.0], [0.3]], [[z], [0.3]]])
    chi = binary_entropy((1 + np.cos(np.pi * z / 2)) / 2)
    np.testing.assert_allclose(found.unread, [chi, 0], atol=1e-12)
    np.testing.assert_allclose(found.read, [chi, 0], atol=1e-12)
    p = np.sin(np.pi * z / 2) ** 2
    seen = binary_entropy(p / 2) - binary_entropy(p) / 2
    np.testing.assert_allclose(found.spikes, [0, seen], atol=1e-12)
    np.testing.assert_allclose(found.purity_unread, 1, rtol=1e-12)


def test_spikes_nobody_reads_dephase_the_memory():
    """R_Y(θ) on the memory copied to the wire: Tr ρ² = cos⁴ θ/2 + sin⁴ θ/2."""
    gates = [Gate("ry", (1,), parameter=0), Gate("cx", (1, 0))]
    neuron = SQSNeuron(1, 1, circuit=Circuit(n_qubits=2, gates=gates, parameters=[0.8]))
    found = memory_information(neuron, [[[0.0]]])
    expected = np.cos(0.4) ** 4 + np.sin(0.4) ** 4
    np.testing.assert_allclose(found.purity_unread, expected, rtol=1e-12)
    np.testing.assert_allclose(found.purity_mixed, expected, rtol=1e-12)
    np.testing.assert_allclose(found.purity_read, 1, rtol=1e-12)


def test_bounds():
    """0 ≤ unread ≤ spikes + read ≤ H(X), and purities fall."""
    found = memory_information(WIDE, CURRENTS, Q)
    whole, slack = -(Q * np.log(Q)).sum(), 1e-12
    assert (found.unread > 0.001).all()
    assert (found.unread <= found.spikes + found.read + slack).all()
    assert (found.spikes + found.read <= whole + slack).all()
    np.testing.assert_allclose(found.purity_read, 1, rtol=1e-12)
    assert (found.purity_unread < 0.999).all()
    assert (found.purity_mixed <= found.purity_unread + slack).all()


@pytest.mark.parametrize("neuron", [WIDE, DEEP])
def test_unread_memory_is_a_channel(neuron):
    """Sums over records against a unitary and a partial trace."""
    z = CURRENTS[:, :, : neuron.n_io]
    found = unread_memory(neuron, z)
    expected = np.array([dense_channel(neuron, row) for row in z])
    np.testing.assert_allclose(found, expected, atol=1e-13)


def test_two_qubit_circuit_keeps_its_memory():
    """x|0⟩ − iy|1⟩ as the dense state, and a memory that holds nothing where the spikes
    are lost: they dephase it by cos θ_ent/2 whatever the input.
    """
    neuron = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, 0.4, 1.3))
    z = CURRENTS[:, :, :1]
    expected = [dense_channel(neuron, row) for row in z]
    np.testing.assert_allclose(unread_memory(neuron, z), expected, atol=1e-13)
    found = memory_information(neuron, z, Q)
    np.testing.assert_allclose(found.unread, 0, atol=1e-14)
    assert found.read[1] > 0.01


def test_noise_mixes_the_memory():
    """Depolarised once a step, Tr ρ² = (1 + (1 − p)^{2t})/2, whatever is read."""
    circuit = Circuit(
        n_qubits=2, gates=[Gate("ry", (1,), parameter=0)], parameters=[0.8]
    )
    neuron = SQSNeuron(1, 1, circuit=circuit, noise=Noise(depolarizing=0.3))
    found = memory_information(neuron, [[[0.0], [0.2]], [[-1.0], [0.4]]])
    expected = (1 + 0.7 ** np.array([2, 4])) / 2
    for purity in (found.purity_read, found.purity_unread, found.purity_mixed):
        np.testing.assert_allclose(purity, expected, rtol=1e-12)
    # the first input makes no spike, and noise of no gate: nothing to know
    np.testing.assert_allclose(found.spikes[0], 0, atol=1e-12)


def test_noise_hides_the_input():
    """Damped by γ at the encoding and at the swap; what never spikes is left out."""
    noisy = SQSNeuron(1, 1, circuit=SWAP.circuit, noise=Noise(amplitude_damping=0.2))
    found = memory_information(noisy, [[[0.0]], [[0.4]]])
    # an excitation e and a coherence c keep 0.64 e (twice damped) and 0.8 c
    e, c = 0.64 * np.sin(0.2 * np.pi) ** 2, 0.8 * np.sin(0.4 * np.pi) / 2
    damped = np.array([[1 - e, 1j * c], [-1j * c, e]])
    zero = np.diag([1.0, 0])
    expected = von_neumann_entropy((zero + damped) / 2)
    expected = expected - von_neumann_entropy(damped) / 2
    np.testing.assert_allclose(found.unread, [expected], rtol=1e-10)
    np.testing.assert_allclose(found.read, [expected], rtol=1e-10)
    found = memory_information(noisy, [[[0.0]], [[0.4]]], [0.3, 0.7])
    mean = 0.3 + 0.7 * np.trace(damped @ damped).real
    np.testing.assert_allclose(found.purity_read, [mean], rtol=1e-12)
    np.testing.assert_allclose(found.purity_unread, [mean], rtol=1e-12)
    mixed = 0.3 * zero + 0.7 * damped
    whole = np.trace(mixed @ mixed).real
    np.testing.assert_allclose(found.purity_mixed, [whole], rtol=1e-12)


def test_equal_inputs_leave_nothing_to_know():
    found = memory_information(WIDE, CURRENTS[[1, 1, 1]], Q)
    for name in ("spikes", "read", "unread"):
        np.testing.assert_allclose(getattr(found, name), 0, atol=1e-12)


def test_input_of_no_probability():
    found = memory_information(SWAP, [[[0.0]], [[0.4]], [[0.9]]], [0.5, 0.5, 0])
    plain = memory_information(SWAP, [[[0.0]], [[0.4]]])
    np.testing.assert_allclose(found.unread, plain.unread, rtol=1e-12)
    np.testing.assert_allclose(found.read, plain.read, rtol=1e-12)


def test_refusals():
    with pytest.raises(
        TypeError, match="must be an SQSNeuron, but is ClassicalControl"
    ):
        memory_information(ClassicalControl(0.1, 0.2, 0.3), [[[0.1]]])
    with pytest.raises(ValueError, match="`currents` must have shape"):
        memory_information(SWAP, [[0.1]])
    with pytest.raises(ValueError, match="few enough steps"):
        memory_information(SWAP, np.zeros((1, 32, 1)))
    with pytest.raises(ValueError, match="`probabilities` must sum to 1"):
        memory_information(SWAP, [[[0.1]], [[0.2]]], [0.5, 0.4])
