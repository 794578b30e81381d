"""Shared noise sources: how many reach a neuron, what two neurons have in common."""

import numpy as np

from oqnn.spiking.hardware.wiring import shared_share, wire_noise


def test_every_neuron_has_its_number_of_sources_of_each_kind():
    wires = wire_noise(70, 32, 5, np.random.default_rng(1))
    assert wires.shape == (70, 64)
    np.testing.assert_array_equal(wires[:, :32].sum(axis=1), 5)
    np.testing.assert_array_equal(wires[:, 32:].sum(axis=1), 5)


def test_sources_are_chosen_uniformly():
    """A source reaches a neuron with probability 3/7; 5 standard errors."""
    wires = wire_noise(20_000, 7, 3, np.random.default_rng(2))
    error = np.sqrt(3 / 7 * 4 / 7 / 20_000)
    assert np.abs(wires.mean(axis=0) - 3 / 7).max() < 5 * error
    together = (wires[:, 0] & wires[:, 1]).mean()  # 3/7 · 2/6
    assert abs(together - 1 / 7) < 5 * np.sqrt(1 / 7 * 6 / 7 / 20_000)


def test_common_sources_correlate_the_noise_of_two_neurons():
    """Poisson counts of rate λ summed with strengths ±1: Cov = λ·(common sources)."""
    rng = np.random.default_rng(4)
    wires = wire_noise(12, 8, 5, rng)
    counts = rng.poisson(0.8, size=(60_000, 16)) * np.repeat([1, -1], 8)
    correlation = np.corrcoef(counts @ wires.T, rowvar=False)
    expected = shared_share(wires)
    assert len(np.unique(expected.round(3))) > 4
    error = (1 - expected**2) / np.sqrt(60_000)
    error *= np.sqrt(1 + 1 / (10 * 0.8))  # excess kurtosis of a sum of 10 counts
    assert (np.abs(correlation - expected) <= 5 * error + 1e-12).all()
