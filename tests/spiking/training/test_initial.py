"""Networks to start from: rates, drivers, copies and inverters."""

import numpy as np
import pytest

from oqnn.spiking import (
    LIFNetwork,
    LIFParameters,
    init_network,
    measure,
    motif_network,
    pair_loadings,
    simulate,
)

PRODUCTS = [
    *((q,) for q in range(6)),
    *((a, b) for a in range(3) for b in range(3, 6)),
]
BELL = np.r_[np.zeros(6), np.diag([1.0, -1.0, 1.0]).ravel()]


def nine_neurons(rng):
    """Three private generators, three copies, and a copy, an inverter and a copy.

    Copies have weights 40 on their generator and -32 on themselves. The inverter has a
    steady current of 20, weight -20 on its generator and 16 on the copy of that.
    """
    m = 126
    inputs, recurrent = np.zeros((9, m)), np.zeros((9, 9))
    for k in range(3):
        inputs[k, 42 * k : 42 * (k + 1)] = rng.permutation([1.0, -1.0] * 21) + 0.049
    for copy, generator in ((3, 0), (4, 1), (5, 2), (6, 0), (8, 2)):
        recurrent[copy, generator], recurrent[copy, copy] = 40, -32
    inputs[7] = 20 * 0.2 / (m * 0.7)
    recurrent[7, 1], recurrent[7, 4] = -20, 16
    return LIFNetwork(input_weights=inputs, recurrent_weights=recurrent)


def test_nine_neurons_carry_a_bell_pair_exactly():
    """⟨XX⟩ = -⟨YY⟩ = ⟨ZZ⟩ = 1 without exception; the rest vanishes within noise."""
    network = nine_neurons(np.random.default_rng(1))
    products = [tuple(3 + q for q in product) for product in PRODUCTS]

    result = measure(network, products, steps=20_000, chains=50, burn_in=40, seed=3)

    full = BELL != 0
    np.testing.assert_array_equal(result.moments[full], BELL[full])
    assert np.abs(result.moments[~full]).max() < 0.1


@pytest.mark.parametrize(
    ("rate", "parameters"),
    [
        (700.0, LIFParameters()),
        (
            1500.0,
            LIFParameters(
                v_threshold=0.5,
                v_leak=-0.3,
                v_reset=-0.3,
                tau_syn_ms=3.0,
                dt_ms=0.5,
                resistance=2.0,
            ),
        ),
    ],
)
def test_motif_without_noise_copies_and_inverts_exactly(rate, parameters):
    loadings = pair_loadings(6, PRODUCTS, 0.4 * BELL)
    network = motif_network(
        loadings, 14, 160, noise=0.0, parameters=parameters, source_rate_hz=rate
    )

    result = measure(network, PRODUCTS, steps=20_000, chains=50, burn_in=40, seed=3)

    full = BELL != 0
    np.testing.assert_array_equal(result.moments[full], BELL[full])
    # Drivers fire on half of the steps, tuned on a run that is no longer than this.
    assert np.abs(result.rates - 0.5).max() < 0.03
    assert np.abs(result.moments[~full]).max() < 0.06


def test_noise_contracts_the_correlations():
    loadings = pair_loadings(6, PRODUCTS, BELL)
    strengths = []
    for noise in (0.2, 0.6, 1.5):
        network = motif_network(loadings, 12, 40, noise=noise)
        means = measure(network, PRODUCTS, steps=10_000, chains=50).moments
        strengths.append(means[BELL != 0] @ BELL[BELL != 0] / 3)
    assert 0.999 > strengths[0] > strengths[1] + 0.05 > strengths[2] + 0.2


def test_loadings_of_a_rotation_follow_it():
    """For χ = v R with R orthogonal, first spins have drivers and others rows of Rᵀ."""
    rng = np.random.default_rng(2)
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    targets = np.r_[np.zeros(6), 0.3 * rotation.ravel()]

    loadings = pair_loadings(6, PRODUCTS, targets)

    np.testing.assert_allclose(loadings[:3], np.eye(3), atol=1e-12)
    np.testing.assert_allclose(loadings[3:], rotation.T, atol=1e-10)


def test_spins_without_correlations_get_their_own_drivers():
    loadings = pair_loadings(3, [(0,), (1,), (2,)], [0.2, 0.0, -0.4])
    np.testing.assert_array_equal(loadings, np.eye(3))


@pytest.mark.parametrize("refractory_steps", [1, 3])
@pytest.mark.parametrize("law", ["bernoulli", "poisson"])
def test_random_network_is_active_half_of_the_time(law, refractory_steps):
    network = init_network(
        7,
        20,
        seed=4,
        recurrent_scale=0.0,
        source_law=law,
        parameters=LIFParameters(refractory_steps=refractory_steps),
    )
    active = simulate(network, 300, chains=100, seed=8, burn_in=50)
    np.testing.assert_allclose(active.mean(axis=(0, 1)), 0.5, atol=0.03)


def test_random_network_is_as_active_as_asked():
    wanted = np.array([0.05, 0.9, 0.5, 0.3])
    network = init_network(4, 20, seed=4, active=wanted, recurrent_scale=0.0)
    active = simulate(network, 300, chains=100, seed=8, burn_in=50)
    np.testing.assert_allclose(active.mean(axis=(0, 1)), wanted, atol=0.03)


@pytest.mark.parametrize(
    ("active", "message"),
    [
        ([0.5, 0.5], r"`active` must have shape \(3,\), but has shape \(2,\)"),
        (1.2, r"`active` must lie in \[0, 1\], but is 1\.2"),
    ],
)
def test_impossible_activity_is_refused(active, message):
    with pytest.raises(ValueError, match=message):
        init_network(3, 8, active=active)


def test_networks_follow_their_seed():
    make = [init_network(3, 8, seed=s) for s in (0, 0, 1)]
    np.testing.assert_array_equal(make[0].recurrent_weights, make[1].recurrent_weights)
    assert (make[0].input_weights != make[2].input_weights).all()


@pytest.mark.parametrize(
    ("loadings", "n", "m", "options", "message"),
    [
        ([1.0, 2.0], 4, 9, {}, r"`loadings` must have shape \(spins, drivers\)"),
        ([[np.nan]], 3, 9, {}, "`loadings` must be finite"),
        ([[1.0], [1.0]], 5, 9, {}, "`n_neurons` must be 2 spins and an even number"),
        ([[1.0, 0.5]], 3, 9, {}, "at least 4, of drivers and relays, but is 3"),
        ([[1.0]], 3, 3, {}, "`n_sources` must be at least 4"),
        (
            [[1.0]],
            3,
            9,
            {"parameters": LIFParameters(refractory_steps=2)},
            "refractory period of one step, but it has 2",
        ),
        (
            [[1.0]],
            3,
            9,
            {"parameters": LIFParameters(v_leak=1.0)},
            "`v_threshold - v_leak` must be positive",
        ),
        ([[1.0]], 3, 9, {"source_rate_hz": 1000.0}, "`variance of the sources` must"),
    ],
)
def test_motifs_that_do_not_fit_are_refused(loadings, n, m, options, message):
    with pytest.raises(ValueError, match=message):
        motif_network(loadings, n, m, **options)


def test_bad_targets_are_refused():
    with pytest.raises(ValueError, match=r"`targets` must have shape \(2,\)"):
        pair_loadings(2, [(0,), (0, 1)], [0.1])
    with pytest.raises(ValueError, match=r"`targets` must lie in .*but one is -1\.2"):
        pair_loadings(2, [(0,), (0, 1)], [0.1, -1.2])
    with pytest.raises(ValueError, match="`targets` must be finite"):
        pair_loadings(2, [(0,), (0, 1)], [0.1, np.nan])
