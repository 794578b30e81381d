"""Boltzmann machines: graphs, parameters and what is refused."""

import numpy as np
import pytest
from spiking.sampling.graphs import MACHINES, random_mask, ring

from oqnn.spiking.sampling.machine import (
    BoltzmannMachine,
    from_graph,
    three_layer,
    two_layer,
)


def test_two_layers_connect_unlike_neurons_alone():
    machine = two_layer(2, 3)
    expected = [[0, 2], [0, 3], [0, 4], [1, 2], [1, 3], [1, 4]]
    assert np.transpose(machine.edges).tolist() == expected
    assert (machine.n, machine.n_visible) == (5, 2)


def test_dense_visible_neurons_are_connected_with_each_other_too():
    machine = two_layer(3, 2, dense_visible=True)
    pairs = np.transpose(machine.edges).tolist()
    assert [p for p in pairs if p[1] < 3] == [[0, 1], [0, 2], [1, 2]]
    assert len(pairs) == 3 + 6
    assert [3, 4] not in pairs


def test_three_layers_connect_neighbouring_layers_alone():
    mask = three_layer(2, 3, 4).mask
    sizes = np.repeat([0, 1, 2], [2, 3, 4])
    for i in range(9):
        for j in range(9):
            assert mask[i, j] == (abs(sizes[i] - sizes[j]) == 1)


def test_edge_weights_stand_in_both_triangles_in_the_order_of_edges():
    machine = from_graph(ring(5), 2)
    weights, biases = np.arange(1.0, 6), np.linspace(-1, 1, 5)

    moved = machine.with_parameters(weights, biases)

    for w, i, j in zip(weights, *moved.edges, strict=True):
        assert moved.weights[i, j] == moved.weights[j, i] == w
    assert moved.weights.sum() == 2 * weights.sum()
    np.testing.assert_array_equal(moved.edge_weights, weights)
    np.testing.assert_array_equal(moved.biases, biases)
    assert machine.edge_weights.max() < 1  # the first machine is what it was


@pytest.mark.parametrize("name", MACHINES)
def test_blocks_hold_every_neuron_once_and_no_edge(name):
    machine = MACHINES[name]
    blocks = machine.blocks
    assert sorted(np.concatenate(blocks)) == list(range(machine.n))
    for block in blocks:
        assert not machine.mask[np.ix_(block, block)].any()


def test_layered_graphs_have_two_blocks():
    assert [b.tolist() for b in two_layer(2, 3).blocks] == [[0, 1], [2, 3, 4]]
    assert len(three_layer(4, 20, 5).blocks) == 2
    assert len(two_layer(3, 4, dense_visible=True).blocks) == 4


def test_initial_machines_prefer_no_value_and_follow_the_seed():
    """b = -½ Σ_j W_ij: with all others at ½ a neuron's drive is zero."""
    machine = from_graph(random_mask(9, 0.5, 1), 4, scale=0.5, seed=3)
    drives = machine.weights @ np.full(9, 0.5) + machine.biases
    np.testing.assert_allclose(drives, 0, atol=1e-15)
    again = from_graph(machine.mask, 4, scale=0.5, seed=3)
    np.testing.assert_array_equal(again.weights, machine.weights)
    other = from_graph(machine.mask, 4, scale=0.5, seed=4)
    assert (other.edge_weights != machine.edge_weights).all()


def test_initial_weights_have_the_standard_deviation_asked_for():
    """Of e weights the estimate scatters by σ/√(2e)."""
    weights = two_layer(60, 50, scale=0.3, seed=2).edge_weights
    assert abs(weights.std() - 0.3) < 5 * 0.3 / np.sqrt(2 * 3000)
    assert abs(weights.mean()) < 5 * 0.3 / np.sqrt(3000)


SQUARE = {
    "weights": [[0.0, 0.5, 0], [0.5, 0, 0], [0, 0, 0]],
    "biases": [0.1, 0.2, 0.3],
    "n_visible": 2,
    "mask": [[False, True, False], [True, False, False], [False, False, False]],
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": np.zeros((3, 2))}, r"`weights` must have shape \(n, n\)"),
        ({"biases": [0.0, 1]}, r"`biases` must have shape \(n,\) with n=3"),
        ({"mask": np.zeros((2, 2))}, r"`mask` must have shape \(n, n\) with n=3"),
        ({"n_visible": 4}, "`n_visible` must be at most the 3 neurons, but is 4"),
        ({"n_visible": 0}, "`n_visible` must be at least 1"),
        ({"biases": [0.0, np.nan, 1]}, r"`biases` must be finite, but biases\[1\]"),
        ({"weights": np.diag([np.inf, 0, 0])}, "`weights` must be finite"),
        ({"weights": [[0, 1, 0], [2, 0, 0], [0, 0, 0]]}, "`weights` must be symmetric"),
        ({"weights": np.ones((3, 3)) - np.eye(3)}, "`weights` must vanish where"),
        ({"mask": np.eye(3)}, "`mask` must be symmetric and False on its diagonal"),
        ({"mask": np.triu(np.ones((3, 3)), 1)}, "`mask` must be symmetric and False"),
    ],
)
def test_wrong_machines_are_refused(change, message):
    BoltzmannMachine(**SQUARE)
    with pytest.raises(ValueError, match=message):
        BoltzmannMachine(**{**SQUARE, **change})


def test_wrong_graphs_and_parameters_are_refused():
    with pytest.raises(ValueError, match="`mask` must be symmetric and False"):
        from_graph(np.triu(np.ones((3, 3)), 1), 2)
    with pytest.raises(ValueError, match="`scale` must be positive, but is -1"):
        two_layer(2, 2, scale=-1)
    with pytest.raises(ValueError, match="`n_hidden` must be at least 0, but is -1"):
        two_layer(2, -1)
    with pytest.raises(TypeError, match="`n_visible` must be an integer"):
        two_layer(2.0, 3)
    with pytest.raises(ValueError, match="`n_deep` must be at least 1, but is 0"):
        three_layer(2, 3, 0)
    with pytest.raises(ValueError, match=r"`edge_weights` must have shape \(6,\)"):
        two_layer(2, 3).with_parameters(np.zeros(5), np.zeros(5))
    with pytest.raises(ValueError, match="`biases` must have shape"):
        two_layer(2, 3).with_parameters(np.zeros(6), np.zeros(4))
