"""Free membranes under noise, against shot-noise and matrix-exponential formulas."""

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import poisson, skellam

from oqnn.spiking.kernels.lif_sampling_jax import Sources, counts_of
from oqnn.spiking.sampling.lif_noise import event_law, membrane_response, noise_spread
from oqnn.spiking.sampling.lif_sampler import LIFSampler
from oqnn.spiking.sampling.physical import PhysicalNetwork

WORDS = np.arange(-(2**15), 2**15).astype(np.int16)  # every word once


def test_a_unit_current_moves_the_membrane_as_the_matrix_exponential():
    """(V, I)' = ((-1/tm, 1/tm), (0, -1/ts)) (V, I) from (0, 1)."""
    tau_syn, tau_mem = 7.3, 1.9
    flow = np.array([[-1 / tau_mem, 1 / tau_mem], [0, -1 / tau_syn]])
    times = np.array([0.0, 0.4, 3.0, 20.0])
    exact = [expm(flow * t)[0, 1] for t in times]
    np.testing.assert_allclose(
        membrane_response(times, tau_syn, tau_mem), exact, rtol=1e-12, atol=1e-14
    )


def test_the_spread_tends_to_that_of_shot_noise():
    """Campbell: Var V = 2 rate ts^2/(2 (ts + tm)), which steps dt miss by O(dt)."""
    tau_syn, tau_mem, rate = 7.3, 1.9, 0.8
    exact = np.sqrt(rate * tau_syn**2 / (tau_syn + tau_mem))
    steps = np.array([0.04, 0.02, 0.01])
    found = [noise_spread(2 * rate * dt, tau_syn / dt, tau_mem / dt) for dt in steps]
    errors = np.abs(np.array(found) - exact)
    orders = np.log2(errors[:-1] / errors[1:])
    assert errors[-1] < 1e-3 * exact
    assert orders.min() > 0.9


@pytest.mark.parametrize(("mean", "signed"), [(1.0, True), (0.13, False), (3.2, True)])
def test_words_give_the_law_of_events(mean, signed):
    """Every probability up to the rounding of two values of the cdf, 2**-16."""
    counts = np.asarray(counts_of(WORDS, Sources(*event_law(mean, signed))), int)
    values, times = np.unique(counts, return_counts=True)
    law = skellam(mean, mean) if signed else poisson(mean)
    np.testing.assert_allclose(times / len(WORDS), law.pmf(values), atol=2.0**-15)
    assert counts.mean() == pytest.approx(0.0 if signed else mean, abs=3e-4)
    assert counts.var() == pytest.approx(law.var(), rel=2e-3)


def test_sources_that_hardly_ever_fire_give_nothing():
    assert event_law(1e-7, False) == (0, ())
    counts = counts_of(WORDS[:5], Sources(*event_law(1e-7, False)))
    assert np.asarray(counts).tolist() == [0] * 5


def test_a_free_membrane_has_the_spread_and_memory_of_filtered_noise():
    r"""Far below threshold V is Gaussian-like of mean V_l and variance 1.

    Its covariance over m steps is sum_k R_k R_{k+m} / sum_k R_k^2. Noise of twice the
    strength doubles the spread.
    """
    sampler = LIFSampler(chains=20_000, read_every_ms=1.0, tau_mem_ms=1.5)
    physical = PhysicalNetwork(
        weights=np.zeros((2, 2)),
        leaks=[-30.0, -40.0],
        gains=[1.0, 2.0],
        refractory=[10.0, 10.0],
        leak_at_zero=0.0,
        leak_unit=1.0,
        weight_unit=1.0,
    )
    start = sampler.random_arrays(2, seed=2)
    states, first = sampler.run(physical, start, 60, seed=3)
    _, later = sampler.run(physical, first, 7, seed=4)
    response = membrane_response(np.arange(1.0, 600), 10.0, 1.5)
    memory = response[:-7] @ response[7:] / (response @ response)

    free = (first["voltage"] + [30, 40]) / [1, 2]
    after = (later["voltage"] + [30, 40]) / [1, 2]
    assert states[20:].sum() == 0
    error = 5 / np.sqrt(20_000)
    np.testing.assert_allclose(free.mean(axis=0), 0, atol=error)
    np.testing.assert_allclose(free.var(axis=0), 1, atol=1.5 * error)
    covariances = (free * after).mean(axis=0)
    np.testing.assert_allclose(covariances, memory, atol=1.5 * error)
    assert abs((free[:, 0] * free[:, 1]).mean()) < error


def test_chains_start_with_noise_as_it_is_in_the_long_run():
    sampler = LIFSampler(chains=20_000)
    start = sampler.random_arrays(1, seed=2)["noise"]
    kept = np.exp(-2 / 10)
    assert start.var() == pytest.approx(2 * kept / (1 - kept), rel=5 * 0.01)


def test_chains_start_with_synapses_as_spikes_left_them():
    """A spike r steps from its end came 10 - r steps ago; half have had none."""
    start = LIFSampler(chains=2000).random_arrays(1, seed=2)
    left, trace = start["left"], start["trace"]
    refractory = left > 0
    assert refractory.mean() == pytest.approx(0.5, abs=5 * 0.5 / np.sqrt(2000))
    assert set(left[refractory].tolist()) == set(range(1, 11))
    expected = np.exp(-(10 - left[refractory]) / 10)
    np.testing.assert_allclose(trace[refractory], expected, rtol=1e-6)
    assert not trace[~refractory].any()
