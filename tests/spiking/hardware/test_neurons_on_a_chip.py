"""LIF neurons that sample on a chip: what its limits do to what is read."""

import numpy as np
import pytest

from oqnn.spiking.hardware.model import HardwareModel
from oqnn.spiking.hardware.quantisation import quantise
from oqnn.spiking.hardware.wiring import shared_share
from oqnn.spiking.sampling.lif_sampler import LIFSampler, calibrate
from oqnn.spiking.sampling.machine import from_graph, two_layer
from oqnn.spiking.sampling.physical import translate
from oqnn.spiking.sampling.sampler import sample

MACHINE = two_layer(3, 4, scale=0.6, seed=3)
LONE = from_graph(np.zeros((6, 6), dtype=bool), 6)


def states_of(machine, model, n_samples=4000, chains=16):
    sampler = LIFSampler(chains=chains, hardware=model)
    return sample(machine, sampler, n_samples, burn_in=20, seed=5).states


def lone_neurons(model, chains=16):
    """Unconnected neurons on the chip, in the draw after the burn-in."""
    physical = translate(LONE, calibrate(LIFSampler(chains=chains)))
    return model.apply(physical, chains=chains, seed=5, draws=1)


@pytest.mark.slow
def test_a_perfect_chip_gives_the_same_states():
    np.testing.assert_array_equal(
        states_of(MACHINE, HardwareModel()), states_of(MACHINE, None)
    )


def test_a_six_bit_chip_samples_the_quantised_network():
    model = HardwareModel.six_bit(weight_range=2.0)
    on_chip = states_of(MACHINE, model)
    np.testing.assert_array_equal(on_chip, states_of(quantise(MACHINE, model), None))
    assert (on_chip != states_of(MACHINE, None)).any()


@pytest.mark.slow
def test_neurons_of_a_chip_are_as_active_as_their_offsets_say():
    """Lone neurons: the measured activation function at the leak with its offset."""
    model = HardwareModel(offset_spread=1.5, chip_seed=2)
    found = states_of(LONE, model, n_samples=40_000).mean(axis=(0, 1))
    curve = calibrate(LIFSampler(chains=16))
    expected = np.interp(lone_neurons(model).leaks, curve.leaks, curve.shares)
    assert np.ptp(expected) > 0.3
    # 40 000 reads, five or so within a correlation time
    np.testing.assert_allclose(found, expected, atol=5 * np.sqrt(0.25 * 10 / 40_000))


@pytest.mark.slow
def test_chains_are_pieces_of_a_run_that_drifts():
    """Every chain's share of active time follows the leaks of its piece."""
    model = HardwareModel(drift=1.5, drift_time=0.5)
    found = states_of(LONE, model, n_samples=8 * 6000, chains=8).mean(axis=0)
    curve = calibrate(LIFSampler(chains=8))
    expected = np.interp(lone_neurons(model, 8).leaks, curve.leaks, curve.shares)
    assert expected.shape == (8, 6)
    assert np.ptp(expected, axis=0).min() > 0.1
    np.testing.assert_allclose(found, expected, atol=5 * np.sqrt(0.25 * 10 / 6000))


@pytest.mark.slow
def test_common_sources_correlate_unconnected_neurons():
    """Correlation of active states rises with the share of common sources."""
    model = HardwareModel(noise_sources=8, sources_per_neuron=5, chip_seed=1)
    states = states_of(LONE, model, n_samples=60_000).reshape(-1, 6)
    found = np.corrcoef(states, rowvar=False)[np.triu_indices(6, 1)]
    private = np.corrcoef(states_of(LONE, None, 60_000).reshape(-1, 6), rowvar=False)
    assert np.abs(private[np.triu_indices(6, 1)]).max() < 5 * np.sqrt(10 / 60_000)

    shares = shared_share(np.abs(lone_neurons(model).wiring))[np.triu_indices(6, 1)]
    means = [found[shares == share].mean() for share in np.unique(shares)]
    assert len(means) > 2
    assert (np.diff(means) > 0).all()
    assert 0.5 * shares.max() < found.max() < shares.max()
