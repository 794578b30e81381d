"""Intensities as spikes."""

import numpy as np
import pytest

from oqnn.quantum_neurons import rate_code
from oqnn.quantum_neurons.data.coding import even_code

INTENSITIES = np.array([[0.0, 0.13, 0.5], [0.97, 0.31, 1.0]])


def test_rates_are_gain_times_intensity():
    """Means and lagged products of 20000 steps within 5 standard errors of g·x and,
    for independent steps, (g·x)²."""
    steps, gain = 20_000, 0.8
    spikes = rate_code(INTENSITIES, steps, seed=3, gain=gain).astype(float)
    p = gain * INTENSITIES
    error = np.sqrt(p * (1 - p) / steps)
    assert (np.abs(spikes.mean(axis=1) - p) <= 5 * error).all()
    pairs = spikes[:, 0::2] * spikes[:, 1::2]
    error = np.sqrt(p**2 * (1 - p**2) / (steps // 2))
    assert (np.abs(pairs.mean(axis=1) - p**2) <= 5 * error).all()


def test_lines_and_samples_are_drawn_apart():
    """Equal intensities give different trains, correlated as noise alone is."""
    spikes = rate_code(np.full((2, 2), 0.5), 4000, seed=1).reshape(4000 * 2, 2)
    assert abs(np.corrcoef(spikes.T)[0, 1]) < 5 / np.sqrt(8000)


def test_many_samples_are_drawn_apart():
    """No two of 600 samples share a train of 64 spikes, and rates hold throughout."""
    spikes = rate_code(np.full((600, 1), 0.5), 64, seed=2)[..., 0]
    assert len(np.unique(spikes, axis=0)) == 600
    error = 0.5 / np.sqrt(64)
    assert (np.abs(spikes.mean(axis=1) - 0.5) < 5 * error).all()


def test_the_seed_decides():
    first, again, other = (rate_code(INTENSITIES, 64, seed=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("steps", [1, 7, 16])
def test_even_counts_are_rounded(steps):
    """⌊x·t + 1/2⌋ spikes until t, and gaps that differ by one step at most."""
    spikes = even_code(INTENSITIES, steps)
    assert spikes.shape == (2, steps, 3)
    t = np.arange(1, steps + 1)[:, None]
    expected = np.floor(INTENSITIES[:, None] * t + 0.5)
    np.testing.assert_array_equal(np.cumsum(spikes, axis=1), expected)
    for train in spikes.swapaxes(1, 2).reshape(6, steps):
        gaps = np.diff(np.flatnonzero(train))
        assert gaps.size == 0 or np.ptp(gaps) <= 1


@pytest.mark.parametrize("code", [lambda x: rate_code(x, 3, seed=0), even_code])
@pytest.mark.parametrize(
    ("intensities", "match"),
    [
        ([0.1, 0.2], r"shape \(S, n\)"),
        (np.zeros((0, 2)), r"shape \(S, n\)"),
        ([[np.nan]], "must be finite"),
        ([[0.5, 16.0]], r"lie in \[0, 1\].*reach from 0.5 to 16"),
        ([[-0.1]], r"lie in \[0, 1\]"),
    ],
)
def test_odd_intensities_are_refused(code, intensities, match):
    arguments = (intensities,) if code is not even_code else (intensities, 3)
    with pytest.raises(ValueError, match=f"`intensities` must.*{match}|{match}"):
        code(*arguments)


def test_probabilities_past_one_are_refused():
    with pytest.raises(ValueError, match="`gain` must leave every probability"):
        rate_code([[0.6]], 3, seed=0, gain=2.0)
    with pytest.raises(ValueError, match="`gain` must be positive"):
        rate_code([[0.6]], 3, seed=0, gain=0.0)


@pytest.mark.parametrize("steps", [0, -2])
def test_no_steps_are_refused(steps):
    with pytest.raises(ValueError, match="`steps` must be at least 1"):
        rate_code([[0.5]], steps, seed=0)
    with pytest.raises(ValueError, match="`steps` must be at least 1"):
        even_code([[0.5]], steps)
