"""Correlators of sampled laws: means, covariance, raster."""

import numpy as np
import pytest

from oqnn.encoding import CorrelationMap, Law
from oqnn.studies import measure_correlators
from oqnn.studies.sampling import moments_of_counts

RNG = np.random.default_rng(2)
SPINS = CorrelationMap(2).configurations[RNG.choice(64, 6, replace=False)]
LAW = Law(configurations=SPINS, probabilities=RNG.dirichlet(np.ones(6)))


def test_moments_are_means_over_the_samples():
    """A hundred times: within 5 standard errors of χ, and scattered as one says.

    The covariance of a mean over N samples is (⟨ab⟩ − ⟨a⟩⟨b⟩)/N.
    """
    N = 400
    exact = LAW.correlators().reshape(-1)[1:]
    values = np.stack(
        [SPINS[:, list(q)].prod(axis=1) for q in CorrelationMap(2).products], axis=1
    )
    second = np.einsum("k,ka,kb->ab", LAW.probabilities, values, values)
    covariance = (second - np.outer(exact, exact)) / N
    found = [measure_correlators(LAW, N, seed=seed) for seed in range(100)]
    error = np.sqrt(np.abs(np.diag(covariance)) / 100)
    mean = np.mean([f.moments for f in found], axis=0)
    assert np.all(np.abs(mean - exact) <= 5 * error + 1e-12)
    said = np.mean([f.covariance for f in found], axis=0)
    np.testing.assert_allclose(said, covariance, atol=0.1 * covariance.max())
    scatter = np.cov([f.moments for f in found], rowvar=False)
    np.testing.assert_allclose(scatter, covariance, atol=0.5 * covariance.max())
    one = found[0]
    variances = np.diag(one.covariance)
    np.testing.assert_allclose(one.standard_errors**2, variances, rtol=1e-12)


def test_moments_of_few_counts_are_those_of_numpy():
    """Seven samples of three outcomes: means, and np.cov(..., ddof=1) / 7."""
    values = np.array([[0.5, -1.0], [2.0, 0.3], [-0.7, 0.9]])
    counts = np.array([4, 1, 2])
    moments, covariance = moments_of_counts(values, counts)
    rows = np.repeat(values, counts, axis=0)
    np.testing.assert_allclose(moments, rows.mean(axis=0), rtol=1e-14, atol=1e-15)
    expected = np.cov(rows, rowvar=False, ddof=1) / 7
    np.testing.assert_allclose(covariance, expected, rtol=1e-13, atol=1e-15)


def test_the_raster_is_a_part_of_the_samples():
    """All of them where it is as long: then rates and moments are its own."""
    measured = measure_correlators(LAW, 150, seed=5, raster_samples=200)
    assert measured.steps == 150
    assert measured.raster.shape == (150, 6)
    np.testing.assert_allclose(measured.raster.mean(axis=0), measured.rates)
    chi = CorrelationMap(2).chi_from_samples(2.0 * measured.raster - 1)
    np.testing.assert_allclose(chi.reshape(-1)[1:], measured.moments)
    allowed = {tuple(row) for row in SPINS}
    assert {tuple(2 * row - 1) for row in measured.raster.astype(int)} <= allowed
    changes = np.abs(np.diff(measured.raster.astype(int), axis=0)).any(axis=1)
    assert changes.mean() > 0.5  # in no order


def test_seeds_give_the_samples():
    one, same, other = (measure_correlators(LAW, 99, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.moments, same.moments)
    np.testing.assert_array_equal(one.raster, same.raster)
    assert np.abs(one.moments - other.moments).max() > 0


def test_wrong_counts_are_refused():
    with pytest.raises(ValueError, match="`samples` must be at least 2, but is 1"):
        measure_correlators(LAW, 1)
    with pytest.raises(TypeError, match=r"`samples` must be an integer, but is 10\.0"):
        measure_correlators(LAW, 10.0)
    with pytest.raises(ValueError, match="`raster_samples` must be at least 0"):
        measure_correlators(LAW, 10, raster_samples=-1)
