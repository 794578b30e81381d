"""What SQS neurons refuse, and what they say."""

import numpy as np
import pytest
from quantum_neurons.zoo import every_gate_neuron

from oqnn.quantum_neurons import Circuit, Gate, Noise, SQSNeuron, two_qubit_circuit

NEURON = SQSNeuron(1, 1, two_qubit_circuit(0.9, 0.0, 0.0))
Z = np.full((3, 1), 0.3)
S = np.array([[0], [1], [0]])


@pytest.mark.parametrize(
    ("currents", "record", "message"),
    [
        (Z[:, 0], S, r"`currents` must have shape \(\.\.\., T, 1\).*\(3,\)"),
        (np.ones((3, 2)), S, r"T, 1\).*\(3, 2\)"),
        (np.ones((0, 1)), S[:0], r"T, 1\).*\(0, 1\)"),
        (Z * 1e300, S, r"`currents` must be at most 1e\+09 .* up to 3e\+299"),
        (np.where(S, np.nan, Z), S, r"`currents` must be finite.*\[1, 0\] = nan"),
        (Z, S[:2], r"`record` must end in the axes \(3, 1\).*\(2, 1\)"),
        (Z, 2 * S, "`record` must hold spikes 0 or 1"),
        (Z, 0.5 * S, "`record` must hold spikes 0 or 1"),
        (Z, np.where(S, np.nan, 0), "`record` must hold spikes 0 or 1"),
        (np.ones((2, 3, 1)), np.ones((4, 3, 1)), "`record` must .*broadcast"),
        (-Z, S, "`record` must be possible, but step 1 has probability zero"),
    ],
)
def test_laws_and_likelihoods_refuse(currents, record, message):
    for method in (NEURON.spike_probabilities, NEURON.log_likelihood):
        with pytest.raises(ValueError, match=message):
            method(currents, record)


def test_the_impossible_record_is_named():
    records = np.stack([0 * S, S])
    with pytest.raises(ValueError, match=r"step 1 of record \(1,\) has probability"):
        NEURON.log_likelihood(-Z, records)


@pytest.mark.parametrize(
    ("currents", "key", "error", "message"),
    [
        (np.ones(3), 0, ValueError, "`currents` must have shape"),
        (np.inf * Z, 0, ValueError, "`currents` must be finite"),
        (Z, -1, ValueError, "`key` must be at least 0"),
        (Z, True, TypeError, "`key` must be an integer"),
        (Z, "seed", TypeError, "`key` must be an integer or a JAX key.*'seed'"),
    ],
)
def test_samples_refuse(currents, key, error, message):
    with pytest.raises(error, match=message):
        NEURON.sample(currents, key)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 2), ValueError, "`n_io` must be at least 1"),
        ((3, -1), ValueError, "`n_memory` must be at least 0"),
        ((1.0, 1), TypeError, "`n_io` must be an integer"),
        ((2, 1), ValueError, r"`circuit` must act on 2 \+ 1 qubits, but acts on 2"),
    ],
)
def test_registers_refuse(arguments, error, message):
    with pytest.raises(error, match=message):
        SQSNeuron(*arguments, circuit=two_qubit_circuit(1, 2, 3))


def test_a_circuit_must_be_one():
    with pytest.raises(TypeError, match="`circuit` must be a Circuit, but is None"):
        SQSNeuron(1, 1, circuit=None)


def test_registers_that_do_not_fit_into_memory():
    """2^40 amplitudes of 16 bytes are 16384 GiB; nothing is allocated first."""
    circuit = Circuit(n_qubits=40, gates=[], parameters=[])
    with pytest.raises(ValueError, match=r"20 \+ 20 qubits .*GiB"):
        SQSNeuron(20, 20, circuit=circuit)


def test_noise_that_does_not_fit_into_memory():
    """A gate on nine qubits has 16⁹ numbers in its noise, and its state only 4⁹."""
    gate = Gate("unitary", tuple(range(9)), matrix=np.eye(512))
    circuit = Circuit(n_qubits=9, gates=[gate], parameters=[])
    assert SQSNeuron(1, 8, circuit).noise is None
    with pytest.raises(ValueError, match=r"noise of a gate on 9 qubits must fit.*GiB"):
        SQSNeuron(1, 8, circuit, Noise())


def test_batches_that_do_not_fit_into_memory():
    neuron = every_gate_neuron(2, 1)
    currents = np.broadcast_to(np.zeros((1, 2)), (10**9, 4, 1, 2))
    with pytest.raises(ValueError, match=r"`currents` must .*4000000000 rows.*GiB"):
        neuron.sample(currents, 0)
    with pytest.raises(ValueError, match=r"`currents` must .*4000000000 rows.*GiB"):
        neuron.log_likelihood(currents, np.zeros((1, 2)))


def test_angles_of_another_number_are_refused():
    with pytest.raises(ValueError, match=r"`parameters` must have shape \(3,\)"):
        NEURON.with_parameters([0.1, 0.2])
