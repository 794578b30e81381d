"""How far back spikes tell about inputs: chain rule, swap registers, Markov control."""

from itertools import product

import numpy as np
import pytest

from oqnn.quantum_neurons import (
    Circuit,
    Gate,
    SQSNeuron,
    memory_horizon,
    spike_train_law,
    two_qubit_circuit,
)
from oqnn.quantum_neurons.neurons.control import ClassicalControl

ANGLES = (0.9, 0.4, 1.3)
LEVELS = [[0.0], [0.5]]
Q = [0.3, 0.7]


def entropy(law):
    law = law[law > 0]
    return -(law * np.log(law)).sum()


def test_a_delay_line_remembers_one_step():
    """Swaps of wire and two memory qubits delay spikes by two steps: only I₂ counts."""
    gates = [Gate("swap", (0, 1)), Gate("swap", (0, 2))]
    neuron = SQSNeuron(1, 2, circuit=Circuit(n_qubits=3, gates=gates, parameters=[]))
    found = memory_horizon(neuron, [[0.0], [1.0]], 4, probabilities=Q)
    delay = int(found.unread.argmax())
    expected = np.zeros(4)
    expected[delay] = entropy(np.array(Q))
    assert delay == 1 + 1
    np.testing.assert_allclose(found.unread, expected, atol=1e-12)
    np.testing.assert_allclose(found.given_record, expected, atol=1e-12)


def test_lags_add_up_to_all_that_is_known():
    """Chain rule: Σ_k I_k = H(s_T) − H(s_T | x), by enumeration one by one."""
    neuron, T = SQSNeuron(1, 1, circuit=two_qubit_circuit(*ANGLES)), 3
    found = memory_horizon(neuron, LEVELS, T, probabilities=Q)
    joint = np.zeros((2,) * T + (2,))
    for x in product(range(2), repeat=T):
        z = np.array(LEVELS)[list(x)]
        for s in product(range(2), repeat=T):
            chance = np.exp(neuron.log_likelihood(z, np.array(s)[:, None]))
            joint[(*x, s[-1])] += np.prod(np.array(Q)[list(x)]) * chance
    inputs = T * entropy(np.array(Q))
    total = entropy(joint.sum((0, 1, 2))) + inputs - entropy(joint)
    np.testing.assert_allclose(found.unread.sum(), total, rtol=1e-10)
    # the newest input alone
    newest = joint.sum((0, 1))
    alone = entropy(newest.sum(0)) + entropy(newest.sum(1)) - entropy(newest)
    np.testing.assert_allclose(found.unread[0], alone, rtol=1e-10)


def test_given_spikes_the_lags_add_up_too():
    """Σ_k I_k = H(s_T | s_{<T}) − H(s_T | x, s_{<T}), and s_{T-1} alone in between."""
    neuron, T = SQSNeuron(1, 1, circuit=two_qubit_circuit(*ANGLES)), 4
    found = memory_horizon(neuron, LEVELS, T)
    symbols = np.array(list(product(range(2), repeat=T)))
    joint = spike_train_law(neuron, np.array(LEVELS)[symbols]) / 2**T
    record, before = joint.sum(0), joint.sum((0, -1))
    total = entropy(record) - entropy(before) + entropy(joint.sum(-1)) - entropy(joint)
    np.testing.assert_allclose(found.given_record.sum(), total, rtol=1e-10)
    pair = joint.sum((1, 2))  # x, s₃, s₄
    total = entropy(pair.sum(0)) - entropy(pair.sum((0, 2)))
    total += entropy(pair.sum(2)) - entropy(pair)
    np.testing.assert_allclose(found.given_last_spike.sum(), total, rtol=1e-10)


def test_control_knows_the_past_by_its_last_spike_only():
    """Unread, the two-qubit memory holds nothing of its input: dephased by cos θ_ent/2
    whatever the angle on the wire. The spikes unlock it.
    """
    control = memory_horizon(ClassicalControl(*ANGLES), LEVELS, 4)
    assert (control.unread[:2] > 1e-6).all()
    np.testing.assert_allclose(control.given_last_spike[1:], 0, atol=1e-14)
    np.testing.assert_allclose(control.given_record[1:], 0, atol=1e-14)
    neuron = SQSNeuron(1, 1, circuit=two_qubit_circuit(*ANGLES))
    quantum = memory_horizon(neuron, LEVELS, 4)
    np.testing.assert_allclose(quantum.unread[1:], 0, atol=1e-14)
    assert (quantum.given_last_spike[:2] > 1e-3).all()
    assert (quantum.given_record[:3] > 1e-4).all()


def test_one_step():
    """Nothing came before: all are I(s₁; x₁)."""
    found = memory_horizon(ClassicalControl(*ANGLES), LEVELS, 1)
    p = np.sin((np.pi * np.array([0, 0.5]) + 1.3) / 2) ** 2
    law = np.array([1 - p, p]).T / 2
    expected = entropy(law.sum(0)) + np.log(2) - entropy(law)
    np.testing.assert_allclose(found.unread, [expected], rtol=1e-10)
    np.testing.assert_allclose(found.given_last_spike, [expected], rtol=1e-10)


def test_refusals():
    control = ClassicalControl(*ANGLES)
    with pytest.raises(ValueError, match="`levels` must have shape"):
        memory_horizon(control, [0.0, 0.5], 3)
    with pytest.raises(ValueError, match="`levels` must hold a current"):
        memory_horizon(control, np.zeros((0, 1)), 3)
    with pytest.raises(ValueError, match="`levels` must be finite"):
        memory_horizon(control, [[np.nan]], 3)
    with pytest.raises(ValueError, match="`steps` must be at least 1"):
        memory_horizon(control, LEVELS, 0)
    with pytest.raises(ValueError, match="`probabilities` must sum to 1"):
        memory_horizon(control, LEVELS, 2, probabilities=[0.5, 0.4])
    with pytest.raises(ValueError, match="few enough steps"):
        memory_horizon(control, LEVELS, 20)
