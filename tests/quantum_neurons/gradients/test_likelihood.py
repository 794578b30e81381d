"""Gradients of log-likelihoods: formulas, sums over records, central differences."""

from itertools import product

import numpy as np
import pytest
from quantum_neurons.gradients.differences import WIDE, central_differences

from oqnn.quantum_neurons import (
    SQSNeuron,
    log_likelihood_gradient,
    two_qubit_circuit,
    weight_gradient,
)
from oqnn.quantum_neurons.neurons.control import ClassicalControl

ANGLES = np.array([0.9, 0.4, 1.3])
CURRENTS = np.array([[0.3], [-0.2], [0.6], [0.1]])
RECORD = np.array([[1], [0], [0], [1]])
RECORDS = np.array(list(product(range(2), repeat=4)))[..., None]  # all of four steps
WIDE_CURRENTS = np.random.default_rng(2).uniform(0.05, 0.9, (3, 2))
WIDE_RECORD = np.array([[0, 1], [1, 1], [1, 0]])


def two_qubit(angles):
    return SQSNeuron(1, 1, circuit=two_qubit_circuit(*angles))


def test_control_has_the_derivative_of_its_formula():
    """d log sin²(φ/2) = cot(φ/2) dφ and d log cos²(φ/2) = −tan(φ/2) dφ."""
    found = log_likelihood_gradient(ClassicalControl(*ANGLES), CURRENTS, RECORD)
    before = np.array([0, 1, 0, 0])
    z = np.maximum(CURRENTS[:, 0], 0)
    half = (np.pi * z + ANGLES[0] + ANGLES[1] + ANGLES[2] * before) / 2
    slope = np.where(RECORD[:, 0] == 1, 1 / np.tan(half), -np.tan(half))
    expected = [slope.sum(), slope.sum(), slope @ before]
    np.testing.assert_allclose(found.parameters, expected, rtol=1e-12)
    by_currents = np.pi * slope * (CURRENTS[:, 0] > 0)
    np.testing.assert_allclose(found.currents[:, 0], by_currents, rtol=1e-12)


def test_scores_of_all_records_average_to_zero():
    """Σ_r p(r) ∇ log p(r) = ∇ 1 = 0."""
    found = log_likelihood_gradient(two_qubit(ANGLES), CURRENTS, RECORDS)
    p = np.exp(found.log_likelihood)
    assert found.parameters.shape == (16, 3)
    np.testing.assert_allclose(p @ found.parameters, 0, atol=1e-13)
    np.testing.assert_allclose(np.tensordot(p, found.currents, 1), 0, atol=1e-13)


def test_against_central_differences():
    found = log_likelihood_gradient(WIDE, WIDE_CURRENTS, WIDE_RECORD)

    def by_angles(angles):
        neuron = WIDE.with_parameters(angles)
        return neuron.log_likelihood(WIDE_CURRENTS, WIDE_RECORD)

    expected = central_differences(by_angles, WIDE.parameters)
    np.testing.assert_allclose(found.parameters, expected, rtol=1e-7, atol=1e-8)
    expected = central_differences(
        lambda z: WIDE.log_likelihood(z, WIDE_RECORD), WIDE_CURRENTS
    )
    np.testing.assert_allclose(found.currents, expected, rtol=1e-7, atol=1e-8)
    likelihood = WIDE.log_likelihood(WIDE_CURRENTS, WIDE_RECORD)
    np.testing.assert_allclose(found.log_likelihood, likelihood, rtol=1e-13)


def test_rows_keep_apart():
    """A batch of currents and records broadcasts, and each row is its own."""
    neuron = two_qubit(ANGLES)
    currents = np.stack([CURRENTS, CURRENTS[::-1], 0.5 * CURRENTS, CURRENTS + 0.1])
    found = log_likelihood_gradient(neuron, currents, RECORDS[:4, None])
    assert found.parameters.shape == (4, 4, 3)
    assert found.currents.shape == (4, 4, 4, 1)
    alone = log_likelihood_gradient(neuron, currents[2], RECORDS)
    np.testing.assert_allclose(found.parameters[:, 2], alone.parameters[:4], rtol=1e-12)
    np.testing.assert_allclose(found.currents[:, 2], alone.currents[:4], rtol=1e-12)
    np.testing.assert_allclose(found.log_likelihood[:, 2], alone.log_likelihood[:4])


def test_kink_of_relu():
    """At z = 0 the derivative from the left, zero; from the right it is another."""
    neuron = two_qubit(ANGLES)
    found = log_likelihood_gradient(neuron, np.zeros((4, 1)), RECORDS)
    np.testing.assert_array_equal(found.currents, 0)
    h = 1e-7
    right = neuron.log_likelihood(np.full((4, 1), h), RECORDS)
    assert (np.abs(right - found.log_likelihood) / h > 0.1).all()


def test_by_weights():
    inputs = np.array([[1, 0, 1], [0, 1, 1], [1, 1, 0.0]])
    weights = np.array([[0.2, 0.3, 0.1], [-0.1, 0.4, 0.25]])
    found = weight_gradient(WIDE, weights, inputs, WIDE_RECORD)
    expected = central_differences(
        lambda w: WIDE.log_likelihood(inputs @ w.T, WIDE_RECORD), weights
    )
    np.testing.assert_allclose(found.weights, expected, rtol=1e-7, atol=1e-8)
    plain = log_likelihood_gradient(WIDE, inputs @ weights.T, WIDE_RECORD)
    np.testing.assert_array_equal(found.parameters, plain.parameters)
    np.testing.assert_array_equal(found.log_likelihood, plain.log_likelihood)


def test_forgetting_the_memory_gives_another_gradient():
    """Gradients of log p(s_t) from a fresh memory at every step, summed, are not those
    of the record: none at all for the angles of the memory.
    """
    neuron = two_qubit(ANGLES)
    found = log_likelihood_gradient(neuron, CURRENTS, RECORDS)
    steps = log_likelihood_gradient(neuron, CURRENTS[:, None], RECORDS[:, :, None])
    fresh = steps.parameters.sum(axis=1)  # (records, angles)
    np.testing.assert_allclose(fresh[:, [0, 2]], 0, atol=1e-15)  # θ_mem, θ_ent
    which = int((RECORDS == RECORD).all(axis=(1, 2)).argmax())
    exact = found.parameters[which]
    assert np.abs(exact[[0, 2]]).min() > 0.1
    assert np.linalg.norm(fresh[which] - exact) > 0.5 * np.linalg.norm(exact)
    # on average over records it is no gradient either: it does not vanish
    average = np.exp(found.log_likelihood) @ fresh
    assert abs(average[1]) > 0.1


def test_refusals():
    neuron = two_qubit(ANGLES)
    silent = two_qubit([0.3, 0, 0])
    with pytest.raises(ValueError, match=r"step 3 of record .* has probability zero"):
        log_likelihood_gradient(silent, np.zeros((4, 1)), RECORDS)
    with pytest.raises(ValueError, match="`currents` must be finite"):
        log_likelihood_gradient(neuron, [[np.inf]], [[1]])
    with pytest.raises(ValueError, match="spikes 0 or 1"):
        log_likelihood_gradient(neuron, [[0.1]], [[2]])
    with pytest.raises(ValueError, match="`record` must end in the axes"):
        log_likelihood_gradient(neuron, CURRENTS, RECORD[:2])
    with pytest.raises(TypeError, match="model of a neuron"):
        log_likelihood_gradient(np.sin, CURRENTS, RECORD)
    with pytest.raises(ValueError, match="`weights` must have shape"):
        weight_gradient(neuron, [0.1, 0.2], np.ones((4, 2)), RECORD)
    with pytest.raises(ValueError, match="`inputs` must have shape"):
        weight_gradient(neuron, [[0.1, 0.2]], np.ones((4, 3)), RECORD)
    with pytest.raises(ValueError, match="`inputs` must be finite"):
        weight_gradient(neuron, [[0.1, 0.2]], np.full((4, 2), np.nan), RECORD)
