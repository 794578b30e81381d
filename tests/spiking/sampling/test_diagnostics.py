"""Correlation times of chains that have closed forms, and errors of laws."""

from dataclasses import replace

import numpy as np
import pytest

from oqnn._core.errors import ConvergenceError
from oqnn.spiking.sampling.diagnostics import (
    autocorrelation,
    effective_sample_size,
    visible_frequencies,
)
from oqnn.spiking.sampling.exact import joint_law, visible_law
from oqnn.spiking.sampling.gibbs import GibbsSampler
from oqnn.spiking.sampling.machine import two_layer
from oqnn.spiking.sampling.sampler import sample
from oqnn.spiking.sampling.samples import Samples


def two_state_chains(rise, fall, reads, chains, seed=0):
    """Stationary chains that rise 0 → 1 and fall 1 → 0 with these chances."""
    rng = np.random.default_rng(seed)
    uniform = rng.random((reads, chains))
    z = np.empty((reads, chains), np.uint8)
    z[0] = uniform[0] < rise / (rise + fall)
    for t in range(1, reads):
        z[t] = np.where(z[t - 1], uniform[t] >= fall, uniform[t] < rise)
    return Samples(states=z[..., None], n_visible=1)


def autoregressive(memory, reads, chains, seed=0):
    """x' = a x + √(1 - a²) noise: ρ(t) = aᵗ, variance one, mean three."""
    noise = np.random.default_rng(seed).normal(size=(reads, chains))
    x = noise.copy()
    for t in range(1, reads):
        x[t] = memory * x[t - 1] + np.sqrt(1 - memory**2) * noise[t]
    return Samples(states=np.zeros((reads, chains, 1), np.uint8), n_visible=1), x + 3


def test_correlations_are_the_sums_of_their_definition():
    """ρ(t): products t reads apart, averaged, about the mean of all chains."""
    rng = np.random.default_rng(1)
    states = rng.integers(0, 2, (11, 3, 2), dtype=np.uint8)
    values = rng.normal(size=(11, 3, 2)) + np.linspace(0, 3, 11)[:, None, None]
    samples = Samples(states=states, n_visible=1)

    for given, x in ((None, states.astype(float)), (values, values)):
        rho = autocorrelation(samples, given).correlations
        assert rho.shape == (11, 2)
        for k in range(2):
            y = x[..., k] - x[..., k].mean()
            for t in range(11):
                products = [
                    y[s, c] * y[s + t, c] for s in range(11 - t) for c in (0, 1, 2)
                ]
                expected = np.mean(products) / np.mean(y**2)
                assert rho[t, k] == pytest.approx(expected, rel=1e-11, abs=1e-13)


@pytest.mark.parametrize(("rise", "fall"), [(0.2, 0.1), (0.5, 0.5), (0.9, 0.7)])
def test_two_state_chains_forget_geometrically(rise, fall):
    """ρ(t) = λᵗ and τ = (1 + λ)/(1 - λ), λ = 1 - rise - fall: also negative."""
    samples = two_state_chains(rise, fall, 2000, 40)
    memory = 1 - rise - fall
    time = (1 + memory) / (1 - memory)

    result = autocorrelation(samples)

    near = result.correlations[:4, 0]
    error = 5 * np.sqrt(time * (1 + memory**2) / samples.n_samples)
    np.testing.assert_allclose(near, memory ** np.arange(4), rtol=0, atol=error)
    assert abs(result.times[0] - time) < 5 * result.time_errors[0]
    assert result.time_errors[0] < 0.1 * time
    summed = result.correlations[1 : result.windows[0] + 1, 0].sum()
    assert result.times[0] == pytest.approx(1 + 2 * summed, rel=1e-13)
    assert result.effective_sizes[0] == samples.n_samples / result.times[0]
    assert result.split_r_hat[0] == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("memory", [0.9, -0.6])
def test_times_scatter_as_their_errors_say(memory):
    """Over 40 sets of autoregressive chains, τ = (1 + a)/(1 - a)."""
    time = (1 + memory) / (1 - memory)
    results = [
        autocorrelation(*autoregressive(memory, 1500, 8, seed)) for seed in range(40)
    ]
    times = np.array([r.times[0] for r in results])
    errors = np.array([r.time_errors[0] for r in results])
    # a window of 5τ leaves out e^-10 of the sum, a finite mean takes τ/N of it
    assert abs(times.mean() - time) < 5 * times.std(ddof=1) / np.sqrt(40)
    assert 0.5 < times.std(ddof=1) / errors.mean() < 1.5
    windows = np.array([r.windows[0] for r in results])
    absolute = (1 + abs(memory)) / (1 - abs(memory))
    assert (windows > 3 * absolute).all()
    assert (windows < 12 * absolute).all()


def test_effective_sizes_predict_the_error_of_a_mean():
    """Var of a chain's mean is σ²/N_eff, to 5 standard errors over 400 chains."""
    samples, x = autoregressive(0.8, 800, 400)
    size = effective_sample_size(samples, x) / 400
    scatter = x.mean(axis=0).var(ddof=1) * size / x.var()
    assert abs(scatter - 1) < 5 * np.sqrt(2 / 399)


def test_a_pair_under_gibbs_sampling_forgets_by_its_squared_correlation():
    """Of two neurons drawn in turn both have ρ(t) = r²ᵗ, r their correlation."""
    machine = two_layer(1, 1).with_parameters([3.0], [-1.2, -1.8])
    p = joint_law(machine)  # 00, 01, 10, 11
    a, b = p[2] + p[3], p[1] + p[3]
    r = (p[3] - a * b) / np.sqrt(a * (1 - a) * b * (1 - b))
    samples = sample(machine, GibbsSampler(chains=64), 64_000, seed=3)

    result = autocorrelation(samples)

    time = (1 + r**2) / (1 - r**2)
    assert (np.abs(result.times - time) < 5 * result.time_errors).all()
    assert effective_sample_size(samples) == result.effective_sizes.min()
    thinned = GibbsSampler(chains=64, sweeps_per_read=3)
    again = autocorrelation(sample(machine, thinned, 64_000, seed=4))
    time = (1 + r**6) / (1 - r**6)
    assert (np.abs(again.times - time) < 5 * again.time_errors).all()


def test_the_slowest_observable_counts():
    fast = two_state_chains(0.5, 0.5, 1000, 20).states[..., 0]
    slow = two_state_chains(0.05, 0.1, 1000, 20, seed=1)
    values = np.stack([fast, slow.states[..., 0]], axis=2)
    both = autocorrelation(slow, values)
    assert both.times[0] < 2 < both.times[1]
    assert effective_sample_size(slow, values) == both.effective_sizes[1]
    assert effective_sample_size(slow) == pytest.approx(both.effective_sizes[1])
    wide = autocorrelation(slow, window=8)
    assert wide.windows[0] > both.windows[1]


def test_chains_that_disagree_show_no_time_and_a_large_r_hat():
    rng = np.random.default_rng(2)
    z = rng.random((400, 10)) < np.repeat([0.1, 0.9], 5)
    samples = Samples(states=z[..., None].astype(np.uint8), n_visible=1)
    result = autocorrelation(samples)
    assert np.isnan(result.times[0])
    assert result.windows[0] == 0
    assert result.correlations[100, 0] == pytest.approx(0.64, abs=0.05)
    # B/W is Var of the means 0.1, 0.9 over that of coins: 0.16 · 20/19 / 0.09
    assert result.split_r_hat[0] == pytest.approx(np.sqrt(1 + 0.168 / 0.09), abs=0.1)
    with pytest.raises(ConvergenceError, match=r"number 0 .* over the 400 reads"):
        effective_sample_size(samples)


def test_chains_that_move_on_have_a_large_r_hat():
    """Halves of means 0.3 and 0.7, the same in all chains: 0.04 · 20/19 / 0.21."""
    shares = np.repeat([0.3, 0.7], 2000)[:, None]
    z = np.random.default_rng(6).random((4000, 10)) < shares
    samples = Samples(states=z[..., None].astype(np.uint8), n_visible=1)
    expected = np.sqrt(1 + 0.04 * 20 / 19 / 0.21)
    assert autocorrelation(samples).split_r_hat[0] == pytest.approx(expected, abs=0.02)


def test_what_cannot_be_known_is_not_a_number():
    z = np.zeros((50, 4, 2), np.uint8)
    z[..., 1] = np.random.default_rng(3).integers(0, 2, (50, 4))
    samples = Samples(states=z, n_visible=2)
    result = autocorrelation(samples)
    assert np.isnan(result.times).tolist() == [True, False]
    assert np.isnan(result.correlations).all(axis=0).tolist() == [True, False]
    assert np.isnan(result.split_r_hat).tolist() == [True, False]
    with pytest.raises(ConvergenceError, match="number 0 never changed"):
        effective_sample_size(samples)
    few = autocorrelation(Samples(states=z[:3], n_visible=2))
    assert np.isnan(few.times).all()
    assert np.isnan(few.split_r_hat).all()


@pytest.mark.parametrize("chains", [5, 64])
def test_visible_laws_have_errors_that_hold(chains):
    """Gibbs chains against the exact law, all states within 5 standard errors."""
    machine = two_layer(3, 4, scale=0.8, seed=2)
    samples = sample(machine, GibbsSampler(chains=chains), 64_000, seed=5)

    law = visible_frequencies(samples)

    exact = visible_law(machine)
    np.testing.assert_allclose(law.probabilities, samples.visible_law(), rtol=1e-12)
    alone = replace(samples, states=samples.states[:, 2:3])  # the third chain
    np.testing.assert_allclose(law.runs[2], alone.visible_law(), rtol=1e-12)
    assert (np.abs(law.probabilities - exact) < 5 * law.standard_errors).all()
    least = np.sqrt(exact * (1 - exact) / samples.n_samples)  # of independent ones
    assert (law.standard_errors < 3 * least).all()
    assert 0.1 < law.effective_steps / samples.n_samples < 1.5


def test_wrong_values_are_refused():
    samples = two_state_chains(0.5, 0.5, 20, 3)
    with pytest.raises(
        ValueError, match=r"\(reads, chains\) = \(20, 3\), but .*\(3, 20\)"
    ):
        autocorrelation(samples, np.zeros((3, 20)))
    with pytest.raises(ValueError, match="`values` must have shape"):
        autocorrelation(samples, np.zeros(20))
    with pytest.raises(ValueError, match=r"`values` must be finite, but values\[0, 0"):
        autocorrelation(samples, np.full((20, 3), np.nan))
    with pytest.raises(TypeError, match="`values` must be real numbers, but are c"):
        autocorrelation(samples, np.full((20, 3), 1j))
    with pytest.raises(TypeError, match="`values` must be real numbers, but are <U1"):
        autocorrelation(samples, np.full((20, 3), "a"))
    with pytest.raises(ValueError, match=r"`values` must hold an observable, .* 0\)"):
        effective_sample_size(samples, np.ones((20, 3, 0)))
    with pytest.raises(ValueError, match="`window` must be positive, but is 0"):
        autocorrelation(samples, window=0)
    with pytest.raises(TypeError, match="`window` must be one real number"):
        effective_sample_size(samples, window="wide")
    with pytest.raises(ValueError, match="at most 16 neurons, but holds 17"):
        visible_frequencies(
            Samples(states=np.zeros((2, 2, 17), np.uint8), n_visible=17)
        )
