"""Answers of networks: counts against known probabilities, ties, errors."""

import numpy as np
import pytest

from oqnn.quantum_neurons import (
    Connection,
    Network,
    Population,
    SQSNeuron,
    two_qubit_circuit,
)
from oqnn.quantum_neurons.learning.estimator_jax import credits
from oqnn.quantum_neurons.learning.evaluation import (
    accuracy,
    label_credits,
    predict,
)

NEURON = SQSNeuron(1, 1, circuit=two_qubit_circuit(0, 0, 0))


def relay(weights, neurons):
    """Two inputs that feed two outputs, with given parameters."""
    return Network(
        n_inputs=2,
        populations=[Population(NEURON, 2)],
        connections=[Connection(-1, 0, 0, np.ones((2, 2), dtype=bool))],
        outputs=[0],
        weights=[np.array(weights, dtype=float)],
        neurons=[np.array(neurons, dtype=float)],
    )


def test_wires_that_follow_their_inputs_repeat_them():
    """R_X(π) on a spike and nothing else: the output is the input."""
    network = relay([[1, 0], [0, 1]], np.zeros((2, 3)))
    inputs = np.random.default_rng(1).integers(0, 2, (7, 4, 2))
    counts = predict(network, inputs, repeats=2, precision="double")
    np.testing.assert_array_equal(counts, [inputs.sum(axis=1)] * 2)


def test_counts_have_the_binomial_law(monkeypatch):
    """p = sin²(θ_in / 2) without input, and sin²((π w + θ_in) / 2) with it.

    Mean and variance of the sum of T spikes within 5 standard errors, in chunks that do
    not divide the number of samples.
    """
    monkeypatch.setattr("oqnn.quantum_neurons.learning.evaluation.CHUNK", 300)
    network = relay([[0.3, 0], [0, 0.4]], [[0, 0.8, 0], [0, 1.3, 0]])
    inputs = np.array([[[1, 0], [1, 0], [1, 0]], [[0, 0], [0, 0], [0, 0]]])
    counts = predict(network, inputs, repeats=2000, seed=4)  # (R, 2, 2)
    angles = np.array([[0.3 * np.pi + 0.8, 1.3], [0.8, 1.3]])
    p = np.sin(angles / 2) ** 2
    error = np.sqrt(3 * p * (1 - p) / 2000)
    assert (np.abs(counts.mean(axis=0) - 3 * p) < 5 * error).all()
    variance = 3 * p * (1 - p)
    spread = variance * np.sqrt(3 / 2000)  # of a variance, kurtosis below 4
    assert (np.abs(counts.var(axis=0) - variance) < 5 * spread).all()


def test_accuracy_of_known_probabilities():
    """Outputs 0 with p = sin²(0.4), 1 with q = sin²(0.65), one step.

    Label 0 wins with p(1 - q) + (pq + (1 - p)(1 - q)) / 2.
    """
    network = relay(np.zeros((2, 2)), [[0, 0.8, 0], [0, 1.3, 0]])
    p, q = np.sin(0.4) ** 2, np.sin(0.65) ** 2
    expected = p * (1 - q) + (p * q + (1 - p) * (1 - q)) / 2
    labels = np.arange(1000) % 4 == 0  # label 1 for a quarter
    data = (np.zeros((1000, 1, 2)), labels.astype(int))
    found = accuracy(network, data, repeats=4, seed=2)
    mean = 0.75 * expected + 0.25 * (1 - expected)
    assert abs(found.value - mean) < 5 * found.error
    single = accuracy(network, data, seed=2)
    # shares are 0, 1/2 or 1; one half is the share of a tie
    tie = p * q + (1 - p) * (1 - q)
    variance = mean * (1 - mean) - tie / 4
    assert single.error == pytest.approx(np.sqrt(variance / 1000), rel=0.1)


def test_errors_count_samples_and_not_their_repeats():
    """Two of seven certain answers are wrong: s/√7 with s² = 7/6 · 10/49."""
    network = relay([[1, 0], [0, 1]], np.zeros((2, 3)))
    labels = np.array([0, 1, 1, 0, 1, 0, 0])
    inputs = np.eye(2)[labels][:, None]
    labels[:2] = 1 - labels[:2]
    for pooled in (True, False):
        found = accuracy(network, (inputs, labels), repeats=3, pooled=pooled)
        assert found.value == pytest.approx(5 / 7, rel=1e-12)
        assert found.error == pytest.approx(np.sqrt(10 / 42 / 7), rel=1e-12)


def test_silent_networks_guess():
    network = relay(np.zeros((2, 2)), np.zeros((2, 3)))
    found = accuracy(network, (np.ones((5, 3, 2)), [0, 1, 1, 0, 1]))
    assert found == (0.5, 0.0)


def test_pooled_draws_decide_together():
    """Of many draws the wire with the larger probability wins for certain."""
    network = relay(np.zeros((2, 2)), [[0, 0.8, 0], [0, 1.3, 0]])
    data = (np.zeros((3, 1, 2)), [1, 1, 0])
    assert accuracy(network, data, repeats=2000, pooled=True)[0] == pytest.approx(2 / 3)
    assert 0.4 < accuracy(network, data, repeats=2000)[0] < 0.6


def test_ties_share_the_credit():
    counts = np.array([[2, 2, 1], [0, 3, 1], [1, 1, 1], [2, 0, 2]])
    labels = np.array([1, 1, 2, 1])
    np.testing.assert_allclose(label_credits(counts, labels), [1 / 2, 1, 1 / 3, 0])
    found = np.asarray(credits(counts.astype(np.float32), labels))
    np.testing.assert_allclose(found, [1 / 2, 1, 1 / 3, 0], rtol=1e-6)
    assert np.isnan(np.asarray(credits(counts.astype(np.float32), labels + 2))).any()


def test_equal_seeds_give_equal_counts():
    network = relay(np.zeros((2, 2)), [[0, 0.8, 0], [0, 1.3, 0]])
    inputs = np.zeros((40, 2, 2))
    first, second, other = (predict(network, inputs, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def test_bad_arguments_are_refused():
    network, inputs = relay(np.zeros((2, 2)), np.zeros((2, 3))), np.zeros((3, 2, 2))
    with pytest.raises(ValueError, match=r"`inputs` must have inputs of shape"):
        predict(network, inputs[0])
    with pytest.raises(ValueError, match="must have inputs that are spikes 0 or 1"):
        predict(network, inputs + 0.5)
    with pytest.raises(ValueError, match="`repeats` must be at least 1"):
        predict(network, inputs, repeats=0)
    with pytest.raises(ValueError, match="`precision` must be one of"):
        predict(network, inputs, precision="half")
    with pytest.raises(ValueError, match="`labels` must lie from 0 to 1"):
        accuracy(network, (inputs, [0, 1, 2]))
    with pytest.raises(TypeError, match="`labels` must be integers"):
        accuracy(network, (inputs, [0.0, 1.0, 1.0]))
