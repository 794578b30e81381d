"""Activity counted spike by spike."""

import numpy as np
import pytest
from quantum_neurons.networks.plain_network import (
    ONE_WIRE,
    mixed_network,
    plain_currents,
)

from oqnn.quantum_neurons import Connection, Population, activity, random_network


@pytest.mark.slow
def test_counts_are_those_of_loops_over_spikes_and_weights():
    network, rng = mixed_network(), np.random.default_rng(6)
    inputs = (rng.random((3, 1, 4, 3)) < 0.4).astype(int)
    record = network.sample(inputs, seed=3)
    found = activity(network, inputs, record)
    steps = 4
    done, dense = np.zeros(8, int), np.zeros(8, int)
    turned, silent = np.zeros(3, int), np.zeros(3, int)
    for b in range(3):
        x, spikes = inputs[b, 0], [s[b, 0] for s in record.spikes]
        met = np.zeros((steps, 5), int)
        firsts = [0, 2, 4]  # of the populations of two, two and one neurons
        for k, c in enumerate(network.connections):
            sent = x if c.source == -1 else spikes[c.source].reshape(steps, -1)
            wires = network.populations[c.target].model.n_io
            for t in range(steps - c.delay):
                for row, column in np.argwhere(c.mask):
                    dense[k] += 1
                    done[k] += sent[t, column]
                    met[t + c.delay, firsts[c.target] + row // wires] += sent[t, column]
        for i, first in enumerate(firsts):
            size = network.populations[i].size
            silent[i] += (met[:, first : first + size] == 0).sum()
            for t in range(steps):
                for neuron in range(size):
                    z = plain_currents(network, x, spikes, i, neuron, t)
                    turned[i] += (z > 0).sum()
    np.testing.assert_array_equal(found.operations, done)
    np.testing.assert_array_equal(found.dense_operations, dense)
    np.testing.assert_array_equal(found.rotations, turned)
    np.testing.assert_array_equal(
        found.rotations + found.rotations_skipped, [24, 48, 12]
    )
    np.testing.assert_array_equal(found.silent_steps, silent)
    assert found.saved == pytest.approx(1 - done.sum() / dense.sum())
    assert (found.n_records, found.n_steps) == (3, 4)
    for mean, spikes in zip(found.spikes, record.spikes, strict=True):
        np.testing.assert_allclose(mean, spikes.sum(-1).mean((0, 1, 2)), rtol=1e-14)
    np.testing.assert_allclose(
        found.spikes_per_step, [spikes.mean() for spikes in found.spikes]
    )


def test_a_network_that_nothing_reaches_does_nothing():
    network = mixed_network()
    inputs = np.zeros((3, 1, 4, 3))
    silent = [np.zeros((3, 1, 4, n, wires)) for n, wires in [(2, 1), (2, 2), (1, 1)]]
    found = activity(network, inputs, silent)
    assert found.saved == 1
    assert not found.operations.any()
    assert not found.rotations.any()
    np.testing.assert_array_equal(found.silent_steps, [24, 24, 12])


def test_nothing_to_save_is_not_a_number():
    """A single step, at which no delayed spike has come yet."""
    connections = [Connection(0, 0, 1, np.ones((1, 1), dtype=bool))]
    network = random_network(0, [Population(ONE_WIRE, 1)], connections, [0])
    found = activity(network, np.zeros((1, 0)), [np.ones((1, 1, 1))])
    assert found.dense_operations.tolist() == [0]
    assert np.isnan(found.saved)
    with pytest.raises(ValueError, match=r"must hold a row, .* \(0, 1, 0\)"):
        activity(network, np.zeros((0, 1, 0)), [np.ones((0, 1, 1, 1))])


def test_networks_without_connections_are_refused():
    network = random_network(0, [Population(ONE_WIRE, 2)], [], [0])
    with pytest.raises(ValueError, match="`network` must have a connection"):
        activity(network, np.zeros((2, 0)), network.sample(np.zeros((2, 0)), seed=1))
