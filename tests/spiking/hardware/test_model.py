"""What a chip makes of a physical network, effect by effect."""

import numpy as np
import pytest

from oqnn.spiking.hardware.model import HardwareModel
from oqnn.spiking.hardware.quantisation import quantise
from oqnn.spiking.sampling.machine import two_layer
from oqnn.spiking.sampling.physical import PhysicalNetwork

MACHINE = two_layer(3, 4, dense_visible=True, scale=0.9, seed=6)
ZERO, UNIT, SYNAPSE = -0.4, 0.7, 2.3  # leak of bias 0, of bias 1 more; of weight 1
RUN = {"chains": 6, "seed": 9, "draws": 2}


def physical_of(machine):
    return PhysicalNetwork(
        weights=SYNAPSE * machine.weights,
        leaks=ZERO + UNIT * machine.biases,
        refractory=np.full(machine.n, 9.5),
        leak_at_zero=ZERO,
        leak_unit=UNIT,
        weight_unit=SYNAPSE,
    )


def biases_of(physical):
    return (physical.leaks - physical.leak_at_zero) / physical.leak_unit


PHYSICAL = physical_of(MACHINE)


def test_a_perfect_chip_changes_nothing():
    assert HardwareModel().apply(PHYSICAL, **RUN) is PHYSICAL


def test_rounding_is_that_of_the_abstract_network():
    model = HardwareModel.six_bit(weight_range=1.5)
    rounded = model.apply(PHYSICAL, **RUN)
    expected = physical_of(quantise(MACHINE, model))
    np.testing.assert_allclose(rounded.weights, expected.weights, rtol=1e-14)
    np.testing.assert_allclose(rounded.leaks, expected.leaks, rtol=1e-13)
    assert rounded.weights.max() == pytest.approx(1.5 * SYNAPSE)  # one saturates
    assert (rounded.wiring, rounded.refractory) == (None, PHYSICAL.refractory)


def test_slopes_and_offsets_change_the_activation_functions():
    """σ(g(b + Wz) + o): rows of W and biases times g, then o; the same in every run."""
    model = HardwareModel(slope_spread=0.2, offset_spread=0.3, chip_seed=5)
    changed = model.apply(PHYSICAL, **RUN)
    connected = PHYSICAL.weights != 0
    ratios = np.ones_like(PHYSICAL.weights)
    ratios[connected] = changed.weights[connected] / PHYSICAL.weights[connected]
    slopes = np.array(
        [row[mask][0] for row, mask in zip(ratios, connected, strict=True)]
    )
    np.testing.assert_allclose(
        ratios[connected], np.broadcast_to(slopes[:, None], ratios.shape)[connected]
    )
    offsets = biases_of(changed) - slopes * MACHINE.biases
    assert len(np.unique(np.concatenate([slopes, offsets]).round(9))) == 14
    later = model.apply(PHYSICAL, chains=3, seed=1, draws=7)
    np.testing.assert_array_equal(later.leaks, changed.leaks)
    np.testing.assert_array_equal(later.weights, changed.weights)


def test_spreads_have_their_standard_deviations():
    """Over 4000 neurons, within 5 standard errors; other seeds give other chips."""
    n = 4000
    lone = PhysicalNetwork(
        weights=np.zeros((n, n)),
        leaks=np.full(n, ZERO + UNIT),
        refractory=np.full(n, 9.5),
        leak_at_zero=ZERO,
        leak_unit=UNIT,
        weight_unit=SYNAPSE,
    )
    model = HardwareModel(refractory_spread=0.05, offset_spread=0.4, chip_seed=1)
    changed = model.apply(lone, **RUN)
    offsets, stretches = biases_of(changed) - 1, np.log(changed.refractory / 9.5)
    for sample, spread in ((offsets, 0.4), (stretches, 0.05)):
        assert abs(sample.mean()) < 5 * spread / np.sqrt(n)
        assert abs(sample.std() - spread) < 5 * spread / np.sqrt(2 * n)
    assert abs(np.corrcoef(offsets, stretches)[0, 1]) < 5 / np.sqrt(n)
    other = HardwareModel(offset_spread=0.4, chip_seed=2).apply(lone, **RUN)
    assert (other.leaks != changed.leaks).all()


def test_jitter_changes_between_runs_and_follows_from_the_seed():
    model = HardwareModel(jitter=0.1)
    leaks = [
        model.apply(PHYSICAL, chains=6, seed=seed, draws=draws).leaks
        for seed, draws in ((9, 2), (9, 3), (8, 2), (9, 2))
    ]
    assert leaks[0].shape == (7,)
    np.testing.assert_array_equal(leaks[0], leaks[3])
    assert (leaks[0] != leaks[1]).all()
    assert (leaks[0] != leaks[2]).all()


def test_drift_gives_every_chain_its_own_leaks():
    """Var x = a² (1 - e^{-2t/τ}) at t = (c + ½)/chains, over 4000 runs, 5 errors."""
    model = HardwareModel(drift=0.5, drift_time=0.4)
    walks = np.array(
        [
            biases_of(model.apply(PHYSICAL, chains=3, seed=4, draws=d)) - MACHINE.biases
            for d in range(600)
        ]
    )
    assert walks.shape == (600, 3, 7)
    exact = 0.25 * (1 - np.exp(-2 * (np.arange(3) + 0.5) / 3 / 0.4))
    found = (walks**2).mean(axis=(0, 2))
    assert (np.abs(found - exact) < 5 * exact * np.sqrt(2 / 4200)).all()


def test_effects_have_random_numbers_of_their_own():
    """No two of them are correlated over 800 neurons, within 5 standard errors."""
    n = 800
    chain = np.diag(np.ones(n - 1), 1)
    many = PhysicalNetwork(
        weights=SYNAPSE * (chain + chain.T),
        leaks=np.full(n, ZERO),
        refractory=np.full(n, 9.5),
        leak_at_zero=ZERO,
        leak_unit=UNIT,
        weight_unit=SYNAPSE,
    )

    def of(**effect):
        return HardwareModel(**effect).apply(many, chains=1, seed=0, draws=0)

    slopes = of(slope_spread=0.1).weights
    effects = [
        np.log(slopes[range(n), [1, *range(n - 1)]]),
        biases_of(of(offset_spread=0.1)),
        np.log(of(refractory_spread=0.1).refractory),
        biases_of(of(jitter=0.1)),
        biases_of(of(drift=0.1))[0],
    ]
    correlations = np.corrcoef(effects) - np.eye(5)
    assert np.abs(correlations).max() < 5 / np.sqrt(n)


def test_shared_sources_are_wired_with_their_signs():
    model = HardwareModel(noise_sources=32, chip_seed=3)
    wiring = model.apply(PHYSICAL, **RUN).wiring
    assert wiring.shape == (7, 64)
    np.testing.assert_array_equal(wiring[:, :32].sum(axis=1), 5)
    np.testing.assert_array_equal(wiring[:, 32:].sum(axis=1), -5)
    np.testing.assert_array_equal(np.unique(wiring), [-1, 0, 1])


def test_switching_one_effect_leaves_the_others_numbers():
    chip = HardwareModel.brainscales2(chip_seed=4)
    alone = HardwareModel(refractory_spread=0.12 / 10.5, chip_seed=4)
    whole, part = (model.apply(PHYSICAL, **RUN) for model in (chip, alone))
    np.testing.assert_array_equal(whole.refractory, part.refractory)
    assert part.leaks is PHYSICAL.leaks
    assert whole.leaks.shape == (6, 7)


def test_parameters_beyond_the_range_are_refused():
    model = HardwareModel(weight_bits=6, weight_range=0.5)
    with pytest.raises(ValueError, match=r"`weights` must lie within ±0\.5"):
        model.apply(PHYSICAL, **RUN)


@pytest.mark.parametrize(
    ("setting", "kind", "message"),
    [
        ({"weight_bits": 0}, ValueError, "`weight_bits` must be at least 1"),
        ({"weight_bits": 6.0}, TypeError, "`weight_bits` must be an integer"),
        ({"bias_bits": 1}, ValueError, "`bias_bits` must be at least 2"),
        ({"weight_bits": 25}, ValueError, r"`weight_bits` must lie in \[1, 24\]"),
        ({"bias_bits": 1100}, ValueError, r"`bias_bits` must lie in \[2, 24\]"),
        ({"saturates": "no"}, TypeError, "`saturates` must be True or False"),
        ({"weight_range": -1.0}, ValueError, "`weight_range` must be positive"),
        ({"bias_range": 0.0}, ValueError, "`bias_range` must be positive"),
        ({"drift_time": np.inf}, ValueError, "`drift_time` must be positive"),
        ({"jitter": -0.1}, ValueError, "`jitter` must be positive"),
        ({"offset_spread": np.nan}, ValueError, "`offset_spread` must be positive"),
        ({"noise_sources": 4}, ValueError, "`sources_per_neuron` must be at most the"),
        ({"sources_per_neuron": 0}, ValueError, "`sources_per_neuron` must be at"),
        ({"chip_seed": -1}, ValueError, "`chip_seed` must be at least 0"),
    ],
)
def test_odd_settings_are_refused(setting, kind, message):
    with pytest.raises(kind, match=message):
        HardwareModel(**setting)
