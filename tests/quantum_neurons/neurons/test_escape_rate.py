"""Classical stochastic leaky integrate-and-fire neurons."""

import numpy as np
import pytest
from quantum_neurons.neurons.single_neurons import (
    all_records,
    assert_within_errors,
    record_probabilities,
    sampled_frequencies,
)

from oqnn.quantum_neurons import EscapeRateNeuron, log_likelihood_gradient

SOFT = EscapeRateNeuron(leak=0.7, threshold=0.6, steepness=3.5)
HARD = EscapeRateNeuron(leak=0.7, threshold=0.6, steepness=3.5, reset="hard")
CURRENTS = np.array([[0.9], [-0.4], [0.5]])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("neuron", [SOFT, HARD])
def test_three_steps_by_hand(neuron):
    """v_t = β u_{t−1} + z_t, p = σ(k(v − ϑ)), u = v − ϑ s or (1 − s) v."""
    v1 = 0.9
    u1 = 0.0 if neuron is HARD else v1 - 0.6  # after a spike
    v2 = 0.7 * u1 - 0.4
    v3 = 0.7 * v2 + 0.5  # no spike at the second step
    law = neuron.spike_probabilities(CURRENTS, [[1], [0], [1]])

    p = sigmoid(3.5 * (np.array([v1, v2, v3]) - 0.6))
    np.testing.assert_allclose(law, np.stack([1 - p, p], axis=-1), rtol=1e-13)
    found = neuron.log_likelihood(CURRENTS, [[1], [0], [1]])
    assert found == pytest.approx(np.log(p[0] * (1 - p[1]) * p[2]), rel=1e-13)


@pytest.mark.parametrize("neuron", [SOFT, HARD])
def test_probabilities_of_all_records_sum_to_one(neuron):
    found = record_probabilities(neuron, CURRENTS)
    assert found.sum() == pytest.approx(1, abs=1e-13)


def test_without_spikes_the_membrane_is_a_convolution():
    """v_t = Σ_k β^k z_{t−k} while nothing fires, against a plain sum."""
    z = np.random.default_rng(2).normal(size=(3, 6, 1))
    law = SOFT.spike_probabilities(z, np.zeros((6, 1), dtype=int))
    powers = 0.7 ** np.subtract.outer(np.arange(6), np.arange(6)).clip(min=0)
    v = np.einsum("ts,bs->bt", np.tril(powers), z[..., 0])
    np.testing.assert_allclose(law[..., 1], sigmoid(3.5 * (v - 0.6)), rtol=1e-12)


def test_samples_follow_the_law():
    samples = 20_000
    for neuron in (SOFT, HARD):
        assert_within_errors(
            sampled_frequencies(neuron, CURRENTS, samples, 7),
            record_probabilities(neuron, CURRENTS),
            samples,
        )


def test_improbable_spikes_have_a_likelihood():
    """σ(−x) near e^{−x}: far below rounding of 1, and still not impossible."""
    found = SOFT.log_likelihood([[-30.0]], [[1]])
    assert found == pytest.approx(-3.5 * 30.6, rel=1e-12)
    gradient = log_likelihood_gradient(SOFT, [[-30.0]], [[1]])
    assert gradient.log_likelihood == pytest.approx(found, rel=1e-12)
    # log σ(k(z − ϑ)) with k = e^κ: k by z, −k by ϑ, k(z − ϑ) by κ
    np.testing.assert_allclose(gradient.currents, [[3.5]], rtol=1e-12)
    np.testing.assert_allclose(gradient.parameters, [0, -3.5, -107.1], rtol=1e-12)


def test_parameters_and_back():
    """(logit β, ϑ, log k); any numbers give a leak in (0, 1) and a positive slope."""
    np.testing.assert_allclose(SOFT.parameters, [np.log(0.7 / 0.3), 0.6, np.log(3.5)])
    moved = HARD.with_parameters([-2.0, -0.3, 0.5])
    assert moved.reset == "hard"
    assert moved.threshold == -0.3
    assert moved.leak == pytest.approx(sigmoid(-2.0))
    assert moved.steepness == pytest.approx(np.exp(0.5))
    np.testing.assert_allclose(moved.parameters, [-2.0, -0.3, 0.5], rtol=1e-12)

    drawn = SOFT.random_parameters(400, np.random.default_rng(1))
    assert drawn.shape == (400, 3)
    assert np.isfinite(drawn).all()
    assert sigmoid(drawn[:, 0]).min() >= 0.2
    assert np.exp(drawn[:, 2]).max() <= 6
    assert SOFT.kernel != HARD.kernel
    assert SOFT.n_io == SOFT.kernel.n_io == 1


def test_bad_input_is_refused():
    good = {"leak": 0.5, "threshold": 1.0, "steepness": 2.0}
    for leak in (0.0, 1.0, -0.2):
        with pytest.raises(ValueError, match="`leak` must lie between 0 and 1"):
            EscapeRateNeuron(**good | {"leak": leak})
    with pytest.raises(ValueError, match="`steepness` must be positive"):
        EscapeRateNeuron(**good | {"steepness": -1})
    with pytest.raises(ValueError, match="`reset` must be one of 'soft', 'hard'"):
        EscapeRateNeuron(**good, reset="none")
    with pytest.raises(TypeError, match="`threshold` must be one real number"):
        EscapeRateNeuron(**good | {"threshold": [1.0, 2.0]})
    with pytest.raises(
        ValueError, match=r"step 0 of record \(1,\) has probability zero"
    ):
        SOFT.log_likelihood([[-300.0]], all_records(1)[:2])
