"""Confidence intervals against closed forms, and how often they hold the truth."""

import numpy as np
import pytest

from oqnn.studies.intervals import (
    Interval,
    bootstrap_interval,
    difference_interval,
    mean_interval,
    share_interval,
)

RNG = np.random.default_rng(3)


def test_student_interval_of_two_numbers():
    """With one degree of freedom t is a Cauchy variable: its quantile at (1 + p)/2 is
    tan(πp/2), and the standard error of (a, b) is |a − b|/2.
    """
    value, low, high = mean_interval([1.0, 4.0], level=0.8)
    half = np.tan(0.4 * np.pi) * 1.5
    np.testing.assert_allclose([value, low, high], [2.5, 2.5 - half, 2.5 + half])


def test_welch_interval_of_equal_sizes_and_spreads():
    """For n numbers each with the same variance s² the degrees of freedom are
    2(n − 1) and the error s √(2/n); at two degrees of freedom the quantile is
    p √(2 / (1 − p²)).
    """
    level = 0.9
    value, low, high = difference_interval([5.0, 7.0], [0.0, 2.0], level=level)
    half = level * np.sqrt(2 / (1 - level**2)) * np.sqrt(2.0)
    np.testing.assert_allclose([value, low, high], [5.0, 5 - half, 5 + half])


def test_difference_from_an_exact_number_is_the_interval_of_the_sample():
    sample = RNG.normal(size=7)
    shifted = np.array(mean_interval(sample)) - 0.3
    np.testing.assert_allclose(difference_interval(sample, [0.3]), shifted, rtol=1e-12)
    np.testing.assert_allclose(
        difference_interval([0.3], sample), -shifted[[0, 2, 1]], rtol=1e-12
    )


def test_shares_against_the_binomial_law():
    """At the limits of Clopper and Pearson the tails of the binomial law hold
    (1 − level)/2 each; with all of n, the lower one is (tail)^(1/n).
    """
    from scipy.stats import binom

    _, low, high = share_interval(3, 11, level=0.9)
    np.testing.assert_allclose(binom.sf(2, 11, low), 0.05, rtol=1e-9)
    np.testing.assert_allclose(binom.cdf(3, 11, high), 0.05, rtol=1e-9)
    value, low, high = share_interval(16, 16)
    assert (value, high) == (1.0, 1.0)
    np.testing.assert_allclose(low, 0.025 ** (1 / 16), rtol=1e-9)
    assert share_interval(0, 9).low == 0.0


@pytest.mark.parametrize("spread", [1.0, 30.0])
def test_coverage_of_normal_samples(spread):
    """95 % of Student's intervals hold the mean, and of Welch's the difference."""
    trials = 2000
    held = np.zeros(2)
    for _ in range(trials):
        first, second = RNG.normal(2.0, 1.0, 5), RNG.normal(-1.0, spread, 9)
        one, both = mean_interval(first), difference_interval(first, second)
        held += [one.low < 2 < one.high, both.low < 3 < both.high]
    error = np.sqrt(0.95 * 0.05 / trials)
    assert abs(held[0] / trials - 0.95) < 4 * error
    assert abs(held[1] / trials - 0.95) < 4 * error + 0.005  # Welch is approximate


@pytest.mark.slow
def test_bootstrap_covers_a_skewed_mean():
    trials, held = 300, 0
    for seed in range(trials):
        sample = RNG.exponential(size=40)
        _, low, high = bootstrap_interval(sample, resamples=500, seed=seed)
        held += low < 1 < high
    assert 0.88 < held / trials < 0.98


def test_bootstrap_agrees_with_student_for_many_normal_numbers():
    sample = RNG.normal(size=400)
    np.testing.assert_allclose(
        bootstrap_interval(sample, seed=1), mean_interval(sample), atol=0.01
    )
    assert bootstrap_interval(sample, seed=1) == bootstrap_interval(sample, seed=1)


def test_who_is_above_zero():
    assert Interval(1.0, 0.5, 2.0).sign == 1
    assert Interval(-1.0, -2.0, -0.5).sign == -1
    assert Interval(1.0, -0.5, 2.0).sign == 0
    assert Interval(np.nan, np.nan, np.nan).sign == 0


def test_what_is_not_finite_decides_nothing():
    assert mean_interval([1.0, np.inf]).sign == 0
    assert np.isnan(mean_interval([1.0, np.inf]).low)
    assert difference_interval([np.inf, 3.0], [1.0, 2.0]).sign == 0
    assert np.isnan(difference_interval([np.inf], [np.inf]).value)


def test_a_single_number_is_exact():
    assert mean_interval([0.4]) == (0.4, 0.4, 0.4)
    assert difference_interval([0.4], [0.1]).sign == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mean_interval([]), "`sample` must hold at least one number"),
        (lambda: mean_interval([[1.0]]), r"`sample` must have shape \(n,\)"),
        (lambda: mean_interval([1.0], level=1.0), "`level` must lie between 0 and 1"),
        (lambda: difference_interval([1.0], []), "`second` must hold at least"),
        (lambda: bootstrap_interval([2.0, 2.0]), "`sample` must hold two or more"),
        (lambda: share_interval(3, 2), "`count` must be at most 2, but is 3"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
