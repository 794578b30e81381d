"""Laws of binary states and their errors against coins, chains and closed forms."""

import numpy as np
import pytest
from spiking.reference import coins

from oqnn.spiking import kl_divergence, measure_law, state_frequencies

BIASED = np.array([0.2, 0.7, 0.45])  # chance of z = 1, neuron by neuron
PRODUCT = np.array(
    [np.prod(np.where([z & 4, z & 2, z & 1], BIASED, 1 - BIASED)) for z in range(8)]
)


def test_eq_4_10_a_law_is_the_time_average_of_products():
    """p(1, 0, 1) is the mean of z₁(1 - z₂)z₃, eq. (B1), and stands at 101₂ = 5."""
    active = np.random.default_rng(1).random((3, 50, 3)) < BIASED
    z = active.astype(float)

    law = state_frequencies(active)

    expected = (z[..., 0] * (1 - z[..., 1]) * z[..., 2]).mean()
    assert law.probabilities[5] == pytest.approx(expected, rel=1e-13)
    run = (z[1, :, 0] * (1 - z[1, :, 1]) * z[1, :, 2]).mean()
    assert law.runs[1, 5] == pytest.approx(run, rel=1e-13)
    assert law.runs.shape == (3, 8)
    assert law.steps == 150
    assert law.probabilities.sum() == pytest.approx(1, rel=1e-13)


@pytest.mark.parametrize("runs", [1, 5, 64])
def test_coins_have_the_law_of_products_and_binomial_errors(runs):
    """Of T independent draws p_s has the standard deviation √(p (1 - p)/T)."""
    steps = 40_000
    rng = np.random.default_rng(2)

    law = state_frequencies(rng.random((runs, steps // runs, 3)) < BIASED)

    exact = np.sqrt(PRODUCT * (1 - PRODUCT) / law.steps)
    assert np.abs(law.probabilities - PRODUCT).max() < 5 * exact.max()
    np.testing.assert_allclose(law.standard_errors, exact, rtol=0.5)
    assert law.standard_errors.mean() == pytest.approx(exact.mean(), rel=0.25)


@pytest.mark.parametrize("runs", [4, 400])
def test_errors_count_correlations_in_time(runs):
    """A chain that flips with chance a has Var z̄ = (1 + λ)/(1 - λ)/4T, λ = 1 - 2a,
    and with it T (1 - λ)/(1 + λ) effective steps.
    """
    flip, steps = 0.05, 200_000
    rng = np.random.default_rng(3)
    flips = rng.random((runs, steps // runs)) < flip
    active = (flips.cumsum(axis=1) + rng.integers(0, 2, (runs, 1))) % 2

    law = state_frequencies(active[..., None])

    growth = (2 - 2 * flip) / (2 * flip)  # (1 + λ)/(1 - λ)
    exact = np.sqrt(growth / 4 / steps)
    np.testing.assert_allclose(law.standard_errors, exact, rtol=0.4)
    assert law.effective_steps == pytest.approx(steps / growth, rel=0.7)


def test_sampling_floor_is_the_mean_divergence_of_samples():
    """T draws from p have the mean divergence (2^n - 1)/2T to leading order."""
    draws, steps = 400, 2000
    rng = np.random.default_rng(4)
    laws = rng.multinomial(steps, PRODUCT, draws) / steps
    divergences = np.array([kl_divergence(law, PRODUCT) for law in laws])
    assert divergences.mean() == pytest.approx(
        7 / (2 * steps), abs=5 * divergences.std() / np.sqrt(draws)
    )

    law = state_frequencies(rng.random((100, steps, 3)) < BIASED)
    assert law.sampling_floor == pytest.approx(7 / (2 * 100 * steps), rel=0.25)
    assert law.effective_steps == pytest.approx(100 * steps, rel=0.3)


def test_neurons_that_copy_coins_have_the_law_of_coins():
    network = coins(source_rate_hz=300.0, n=3)

    law = measure_law(network, neurons=2, steps=4000, runs=40, burn_in=5, seed=6)

    exact = np.outer([0.7, 0.3], [0.7, 0.3]).ravel()
    assert np.abs((law.probabilities - exact) / law.standard_errors).max() < 5
    assert law.probabilities.shape == (4,)
    again = measure_law(network, neurons=2, steps=4000, runs=40, burn_in=5, seed=7)
    assert (again.probabilities != law.probabilities).any()


def test_a_network_that_never_fires_has_one_state():
    network = coins(source_rate_hz=300.0).with_weights(np.zeros((2, 2)), np.eye(2))
    law = measure_law(network, steps=10, runs=2)
    np.testing.assert_array_equal(law.probabilities, [1, 0, 0, 0])
    assert law.sampling_floor == 0
    assert law.effective_steps == 20


def test_divergence_is_that_of_kullback_and_leibler():
    """KL(p‖q) of laws on two states is p log(p/q) + (1 - p) log((1 - p)/(1 - q))."""
    p, q = 0.3, 0.45
    expected = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
    assert kl_divergence([p, 1 - p], [q, 1 - q]) == pytest.approx(expected, rel=1e-13)
    assert kl_divergence([1, 0], [0.25, 0.75]) == pytest.approx(np.log(4), rel=1e-14)
    assert kl_divergence([0.25, 0.75], [1, 0]) == np.inf
    assert kl_divergence(PRODUCT, PRODUCT) == 0


@pytest.mark.parametrize(
    ("active", "message"),
    [
        (np.zeros(5), r"`active` must have shape .* but has shape \(5,\)"),
        (np.zeros((2, 0, 3)), r"`active` must have shape .* but has shape \(2, 0, 3\)"),
        (np.zeros((1, 3)), "`active` must hold at least two steps"),
        (np.full((4, 3), 0.5), "`active` must hold zeros and ones"),
        (np.zeros((4, 17)), "`active` must hold at most 16 neurons, but holds 17"),
    ],
)
def test_what_are_no_states_is_refused(active, message):
    with pytest.raises(ValueError, match=message):
        state_frequencies(active)


def test_laws_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"`p` and `q` must .* \(2,\) and \(3,\)"):
        kl_divergence([0.5, 0.5], [0.5, 0.5, 0.0])
    with pytest.raises(ValueError, match="`p` must hold at least one state"):
        kl_divergence([], [])
    with pytest.raises(ValueError, match=r"`q` must sum to 1, but sums to 0\.9"):
        kl_divergence([0.5, 0.5], [0.5, 0.4])
    with pytest.raises(ValueError, match=r"`p` must hold probabilities"):
        kl_divergence([1.5, -0.5], [0.5, 0.5])
    with pytest.raises(ValueError, match="`neurons` must be at most 2"):
        measure_law(coins(source_rate_hz=300.0), neurons=3)
