"""Bias and variance of estimators of gradients."""

from dataclasses import dataclass

import numpy as np
import pytest
from quantum_neurons.learning.tiny_networks import INPUTS, LABELS, flat, tiny_network

from oqnn.quantum_neurons import (
    ExactLoss,
    ScoreFunction,
    SpikeCountLoss,
    StraightThrough,
    estimator_statistics,
    exact_loss,
)
from oqnn.quantum_neurons.learning import exact_jax

GROUPS = (*(f"weights[{k}]" for k in range(5)), "neurons[0]", "neurons[1]", "all")


@dataclass(frozen=True, kw_only=True)
class Shifted:
    """An estimator with a known bias and independent normal noise."""

    exact: ExactLoss
    bias: float
    noise: float
    loss: SpikeCountLoss = SpikeCountLoss()  # noqa: RUF009

    def gradient(self, network, parameters, inputs, labels, rng):
        def estimate(truth):
            noise = self.noise * np.arange(1, 1 + truth.size).reshape(truth.shape)
            return truth + self.bias + noise * rng.normal(size=truth.shape)

        weights, neurons = self.exact.weights, self.exact.neurons
        return (tuple(map(estimate, weights)), tuple(map(estimate, neurons))), None


@pytest.fixture(scope="module")
def exact():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact_jax, "CHUNK", 300)  # as in the tests of exact losses
        return exact_loss(tiny_network(), INPUTS, LABELS, loss=SpikeCountLoss(scale=2))


def statistics(estimator, exact, repeats):
    return estimator_statistics(
        estimator, tiny_network(), INPUTS, LABELS, repeats=repeats, exact=exact
    )


@pytest.mark.slow
def test_known_bias_and_noise_are_found(exact):
    """Component k of a group has variance (σ k)²; d components have ‖bias‖² = d b²."""
    repeats = 2000
    found = statistics(Shifted(exact=exact, bias=0.3, noise=0.1), exact, repeats)
    assert found.groups == GROUPS
    np.testing.assert_array_equal(
        found.exact, flat(tiny_network(), exact.weights, exact.neurons)
    )
    sizes = np.array([2, 2, 2, 2, 4, 3, 3, 18])
    np.testing.assert_array_equal(found.members.sum(axis=1), sizes)
    gap = np.abs(found.bias_square - 0.09 * sizes)
    assert (gap < 5 * found.bias_square_error).all()
    first = found.members[4]  # a connection with all weights
    variances = (0.1 * np.arange(1, 5)) ** 2
    error = variances * np.sqrt(2 / (repeats - 1))  # of a variance of normal numbers
    assert (np.abs(found.variance[first] - variances) < 5 * error).all()
    assert found.total_variance[4] == pytest.approx(found.variance[first].sum())
    assert (np.abs(found.bias - 0.3) < 5 * found.bias_error).all()


def test_bias_square_scatters_about_zero_without_bias(exact):
    """The error that is given is the one that is seen, over independent seeds."""
    network = tiny_network()
    scores = []
    for seed in range(40):
        found = estimator_statistics(
            Shifted(exact=exact, bias=0, noise=0.2),
            network,
            INPUTS,
            LABELS,
            repeats=60,
            seed=seed,
            exact=exact,
        )
        scores.append(found.bias_square[-1] / found.bias_square_error[-1])
    assert abs(np.mean(scores)) < 5 / np.sqrt(40)
    assert 0.5 < np.std(scores) < 1.5


def test_bias_square_is_the_mean_over_pairs(exact, monkeypatch):
    """Σ_{r≠s} (g_r - g)·(g_s - g) / R(R - 1), in every group."""
    seen, plain = [], Shifted.gradient

    def kept(self, network, *rest):
        found, info = plain(self, network, *rest)
        seen.append(flat(network, *found))
        return found, info

    monkeypatch.setattr(Shifted, "gradient", kept)
    found = statistics(Shifted(exact=exact, bias=0.3, noise=0.2), exact, 3)
    products = (seen - found.exact)[:, None] * (seen - found.exact)  # (R, R, d)
    pairs = products.sum(axis=(0, 1)) - products[range(3), range(3)].sum(axis=0)
    expected = found.members @ pairs / 6
    np.testing.assert_allclose(found.bias_square, expected, rtol=1e-11, atol=1e-14)


def test_cosines(exact):
    """Of estimates without noise: one without bias, (g + b)·g/|g||g + b| with it."""
    found = statistics(Shifted(exact=exact, bias=0, noise=0), exact, 2)
    assert found.cosine[-1] == pytest.approx(1, rel=1e-12)
    found = statistics(Shifted(exact=exact, bias=0.1, noise=0), exact, 2)
    g = found.exact
    expected = (g + 0.1) @ g / np.linalg.norm(g) / np.linalg.norm(g + 0.1)
    assert found.cosine[-1] == pytest.approx(expected, rel=1e-12)
    assert found.cosine_error[-1] == pytest.approx(0, abs=1e-12)


@pytest.mark.slow
def test_score_function_has_no_bias(exact):
    """No component is off by more than 5 standard errors, nor is their norm."""
    estimator = ScoreFunction(passes=32, loss=SpikeCountLoss(scale=2))
    found = statistics(estimator, exact, 150)
    assert (np.abs(found.bias) <= 5 * found.bias_error + 1e-14).all()
    assert found.bias_square[-1] < 5 * found.bias_square_error[-1]
    assert found.bias_error.max() < 0.2 * np.abs(found.exact).max()  # it could be seen


@pytest.mark.slow
def test_straight_through_is_biased(exact):
    """By more than 5 standard errors, and by no small part of the gradient."""
    estimator = StraightThrough(passes=32, loss=SpikeCountLoss(scale=2))
    found = statistics(estimator, exact, 100)
    assert found.bias_square[-1] > 5 * found.bias_square_error[-1]
    assert found.bias_square[-1] > 0.05 * found.exact_square[-1]


def test_fewer_than_two_repeats_are_refused(exact):
    with pytest.raises(ValueError, match="`repeats` must be at least 2, but is 1"):
        statistics(StraightThrough(), exact, 1)
