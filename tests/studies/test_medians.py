"""Intervals of medians: order statistics, coverage, infinite times, refusals."""

import numpy as np
import pytest

from oqnn.studies.medians import median_interval


def test_eight_numbers_need_the_least_and_the_greatest_at_99_percent():
    """P(B < 1) = 2⁻⁸, P(B < 2) = 9/256: k = 1 covers 0.9922, k = 2 only 0.9297."""
    sample = [5.0, 1.0, 7.0, 2.0, 8.0, 3.0, 6.0, 4.0]
    assert median_interval(sample) == (4.5, 1.0, 8.0)
    assert median_interval(sample, level=0.92) == (4.5, 2.0, 7.0)


def test_forty_numbers():
    """k = 14: 1 − 2 P(B < 14) = 0.9615, and k = 15 covers 0.9193."""
    assert median_interval(np.arange(1.0, 41.0)) == (20.5, 14.0, 27.0)


@pytest.mark.parametrize("n", [7, 16])
def test_coverage_of_skewed_samples(n):
    """At least the level, within 5 standard errors, and not much more for n = 16."""
    samples = np.random.default_rng(80).exponential(size=(2000, n))
    found = [median_interval(sample) for sample in samples]
    share = np.mean([low <= np.log(2) <= high for _, low, high in found])
    exact = {7: 1 - 2 / 2**7, 16: 1 - 2 * (1 + 16 + 120 + 560) / 2**16}[n]
    assert abs(share - exact) < 5 * np.sqrt(exact * (1 - exact) / 2000)


def test_infinite_times_and_few_numbers():
    assert median_interval([np.inf, 1.0, np.inf]).value == np.inf
    assert median_interval([2.0]) == (2.0, 2.0, 2.0)
    assert np.isnan(median_interval([1.0, 2.0, 3.0, 4.0, 5.0]).low)


@pytest.mark.parametrize(
    ("sample", "level", "message"),
    [
        ([], 0.95, "one or more numbers"),
        ([[1.0]], 0.95, "must be a vector"),
        ([1.0, np.nan], 0.95, "must be a vector"),
        ([1.0, 2.0], 95, "`level` must lie between 0 and 1"),
    ],
)
def test_refusals(sample, level, message):
    with pytest.raises(ValueError, match=message):
        median_interval(sample, level=level)
