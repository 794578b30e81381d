"""Intervals of many samples at once, against those of one sample at a time."""

import numpy as np
import pytest
from scipy.stats import binom

from oqnn.studies.analysis.estimates import Bootstrap, Median, Student
from oqnn.studies.intervals import bootstrap_interval, mean_interval
from oqnn.studies.medians import median_interval

RNG = np.random.default_rng(5)
VALUES = RNG.exponential(size=(3, 2, 7)) - 0.4
VALID = RNG.random((3, 2, 7)) < 0.7
VALID[0, 0] = True
VALID[1, 1] = [False, True, False, False, True, False, False]


@pytest.mark.parametrize(
    ("method", "alone"),
    [
        (Student(), mean_interval),
        (Median(), median_interval),
        (
            Bootstrap(resamples=400, seed=2),
            lambda x, level: bootstrap_interval(x, level=level, resamples=400, seed=2),
        ),
    ],
)
def test_many_samples_agree_with_single_ones(method, alone):
    """Whatever is marked as left out may be anything."""
    values = np.where(VALID, VALUES, 1e30)
    found = method.along(values, VALID, exact=False, level=0.9)
    for cell in np.ndindex(3, 2):
        one = alone(VALUES[cell][VALID[cell]], level=0.9)
        rows = [found.value[cell], found.low[cell], found.high[cell]]
        np.testing.assert_allclose(rows, one, rtol=1e-12, atol=1e-14)
        assert found.count[cell] == VALID[cell].sum()


def test_chunks_of_the_bootstrap_share_their_resamples(monkeypatch):
    method = Bootstrap(resamples=300)
    whole = method.along(VALUES, VALID, exact=False, level=0.9)
    monkeypatch.setattr("oqnn.studies.analysis.estimates.CHUNK", 1)
    parts = method.along(VALUES, VALID, exact=False, level=0.9)
    np.testing.assert_array_equal(whole.low, parts.low)
    np.testing.assert_array_equal(whole.high, parts.high)


@pytest.mark.parametrize("method", [Student(), Median(), Bootstrap(resamples=300)])
class TestEdges:
    def test_a_single_number_is_exact_only_where_nothing_is_drawn(self, method):
        values, valid = np.array([[9.0, 2.0]]), np.array([[False, True]])
        drawn = method.along(values, valid, exact=False, level=0.9)
        sure = method.along(values, valid, exact=True, level=0.9)
        assert drawn.value[0] == 2.0
        assert np.isnan([drawn.low[0], drawn.high[0]]).all()
        assert (sure.value[0], sure.low[0], sure.high[0]) == (2.0, 2.0, 2.0)

    def test_nothing_left_is_no_number(self, method):
        found = method.along(np.ones(3), np.zeros(3, bool), exact=True, level=0.9)
        assert np.isnan([found.value, found.low, found.high]).all()
        assert found.count == 0

    def test_equal_numbers_have_no_spread(self, method):
        found = method.along(np.full(9, 0.1), np.ones(9, bool), exact=False, level=0.9)
        limits = [found.low, found.value, found.high]
        np.testing.assert_allclose(limits, 0.1, rtol=1e-14)

    def test_an_unknown_difference_leaves_all_unknown(self, method):
        values = np.array([1.0, 2.0, np.nan, 5.0, 3.0, 2.5, 1.5])
        found = method.along(values, np.ones(7, bool), exact=False, level=0.9)
        assert np.isnan([found.value, found.low, found.high]).all()

    def test_level_is_checked(self, method):
        with pytest.raises(ValueError, match=r"`level` must lie between 0 and 1"):
            method.along(np.ones(3), np.ones(3, bool), exact=False, level=1.0)


def test_infinite_times_leave_the_median_known():
    values = np.array([3.0, np.inf, 1.0, np.inf, 2.0, 9.0, 4.0, np.inf])
    valid = np.ones(8, bool)
    found = Median().along(values, valid, exact=False, level=0.9)
    assert 1 - 2 * binom.cdf(1, 8, 0.5) >= 0.9 > 1 - 2 * binom.cdf(2, 8, 0.5)
    assert (found.value, found.low, found.high) == (6.5, 2.0, np.inf)
    mean = Student().along(values, valid, exact=False, level=0.9)
    assert mean.value == np.inf
    assert np.isnan([mean.low, mean.high]).all()


def test_too_few_resamples_are_refused():
    with pytest.raises(ValueError, match=r"at least 1000 for intervals at 99 %, but"):
        Bootstrap(resamples=999).along(VALUES, VALID, exact=False, level=0.99)
    with pytest.raises(TypeError, match="`resamples` must be an integer"):
        Bootstrap(resamples=1e3)
