"""Moments of independent coins, whose laws are known, and their standard errors."""

import numpy as np
import pytest
from spiking.reference import coins

from oqnn.spiking import LIFNetwork, measure, simulate
from oqnn.spiking import lif as lif_module

PRODUCTS = [(0,), (1,), (0, 1)]


@pytest.mark.parametrize("chains", [1, 400])
def test_coins_have_their_moments_and_covariances(chains):
    """For independent spins of mean μ: means μ, μ, μ²; over T steps the covariances
    times T are 1 - μ² of a spin with itself, 0 with the other, μ (1 - μ²) of a spin
    with the product, and 1 - μ⁴ of the product.
    """
    network = coins(source_rate_hz=300.0)
    steps, mu = 40_000, -0.4
    first = 2 / (steps / chains)  # the first step of a chain is always silent

    result = measure(network, PRODUCTS, steps=steps, chains=chains, seed=2, burn_in=1)

    a, b = 1 - mu**2, mu * (1 - mu**2)
    exact = np.array([[a, 0, b], [0, a, b], [b, b, 1 - mu**4]]) / steps
    expected = np.array([mu, mu, mu**2])
    errors = np.sqrt(np.diag(exact))
    assert np.abs(result.moments - expected).max() < 5 * errors.max() + first
    # A covariance from B batches scatters by about sqrt(2 / B) of its scale.
    batches = max(chains, 32)
    np.testing.assert_allclose(
        result.covariance, exact, rtol=0, atol=5 * np.sqrt(2 / batches) * a / steps
    )
    np.testing.assert_allclose(
        result.standard_errors, np.sqrt(np.diag(result.covariance)), rtol=1e-12
    )
    np.testing.assert_allclose(result.rates, 0.3, rtol=0, atol=0.02)


def sticky():
    """Return a neuron that repeats its source, then fires on for some steps."""
    return LIFNetwork(
        input_weights=[[40.0]], recurrent_weights=[[-15.0]], source_rate_hz=100.0
    )


@pytest.mark.parametrize("chains", [2, 40])
def test_standard_errors_are_the_scatter_between_seeds(chains):
    """The neuron's spins are correlated in time, which the errors must count."""
    results = [
        measure(sticky(), [(0,)], steps=4000, chains=chains, seed=seed)
        for seed in range(60)
    ]
    scatter = np.std([r.moments[0] for r in results], ddof=1)
    claimed = np.sqrt(np.mean([r.covariance[0, 0] for r in results]))
    naive = np.sqrt((1 - np.mean([r.moments[0] for r in results]) ** 2) / 4000)
    assert scatter / claimed == pytest.approx(1, abs=5 / np.sqrt(2 * 60))
    assert claimed > 1.2 * naive


def test_nothing_need_be_dropped():
    """The first of ten steps from rest is silent, and the neuron repeats its source."""
    network = LIFNetwork(
        input_weights=[[40.0]], recurrent_weights=[[0.0]], source_rate_hz=1000.0
    )
    result = measure(network, [(0,)], steps=20, chains=2, burn_in=0)
    assert result.raster[:, 0].tolist() == [0] + 9 * [1]
    assert result.moments[0] == (9 - 1) / 10


def test_raster_and_moments_are_those_of_the_simulation(monkeypatch):
    network = coins(source_rate_hz=600.0, n=3)
    active = simulate(network, 60, chains=4, seed=7, burn_in=10)
    monkeypatch.setattr(lif_module, "CHUNK_NUMBERS", 100)

    result = measure(
        network,
        [(0, 2), (1,), (0, 1, 2)],
        steps=240,
        chains=4,
        burn_in=10,
        seed=7,
        raster_steps=33,
    )

    np.testing.assert_array_equal(result.raster, active[0, :33])
    s = 2.0 * active - 1
    exact = [
        (s[..., 0] * s[..., 2]).mean(),
        s[..., 1].mean(),
        s.prod(axis=-1).mean(),
    ]
    np.testing.assert_allclose(result.moments, exact, rtol=0, atol=1e-14)
    np.testing.assert_allclose(result.rates, active.mean(axis=(0, 1)), rtol=1e-14)
    assert result.steps == 240


@pytest.mark.parametrize(
    ("products", "options", "message"),
    [
        ([], {}, "`products` must hold at least one product"),
        ([()], {}, r"different spins, at least one each, but products\[0\] = \(\)"),
        ([(0,), (1, 1)], {}, r"different spins.* products\[1\] = \(1, 1\)"),
        ([(0, 2)], {}, r"spins below 2.* products\[0\] = \(0, 2\)"),
        ([(-1,)], {}, r"`products\[0\]` must be at least 0"),
        ([(0,)], {"steps": 7, "chains": 2}, "`steps` must be a multiple of `chains`"),
        ([(0,)], {"burn_in": -1}, "`burn_in` must be at least 0"),
    ],
)
def test_bad_measurements_are_refused(products, options, message):
    with pytest.raises(ValueError, match=message):
        measure(coins(source_rate_hz=500.0), products, **options)
