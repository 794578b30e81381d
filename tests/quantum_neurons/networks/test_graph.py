"""Graphs of single neurons, and layers."""

from itertools import pairwise

import numpy as np
import pytest
from quantum_neurons.networks.plain_network import ONE_WIRE, TWO_WIRES

from oqnn.quantum_neurons import (
    ClassicalControl,
    SQSNeuron,
    layered_network,
    network_from_graph,
    two_qubit_circuit,
)

EDGES = [(0, 2), (0, 3), (1, 3), (2, 4), (3, 4), (3, 5), (4, 5), (5, 0), (2, 2), (4, 3)]
DELAYS = [0, 0, 0, 0, 1, 0, 0, 1, 1, 1]
INPUTS = [(0, 0), (1, 1), (1, 4)]
FIXED = {"inputs": INPUTS, "outputs": [5]}


def edges_of(network):
    """Read (source, target, delay) of every neuron back from the masks, one wire."""
    numbers = {place: i for i, place in enumerate(network.places)}
    found = []
    for c in network.connections:
        for row, column in np.argwhere(c.mask).tolist():
            source = (column,) if c.source == -1 else numbers[c.source, column]
            found.append((source, numbers[c.target, row], c.delay))
    return set(found)


def test_a_graph_keeps_its_edges_delays_and_numbers():
    network = network_from_graph(6, EDGES, model=ONE_WIRE, delays=DELAYS, **FIXED)
    expected = {(*edge, delay) for edge, delay in zip(EDGES, DELAYS, strict=True)}
    assert edges_of(network) == expected | {((line,), i, 0) for line, i in INPUTS}
    # depths in zero delay: 0, 1 at 0; 2, 3 at 1; 4 at 2; 5 at 3
    assert [p.size for p in network.populations] == [2, 2, 1, 1]
    assert network.places == ((0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (3, 0))
    assert network.outputs == (3,)
    assert network.n_inputs == 2


def test_self_loops_have_delay_and_others_none_by_default():
    network = network_from_graph(
        3,
        [(2, 0), (2, 2), (0, 1)],
        model=ONE_WIRE,
        **{"inputs": [(0, 2)], "outputs": [0, 1], "n_inputs": 4},
    )
    assert edges_of(network) == {((0,), 2, 0), (2, 0, 0), (2, 2, 1), (0, 1, 0)}
    assert network.places == ((1, 0), (2, 0), (0, 0))
    assert network.outputs == (1, 2)
    assert network.n_inputs == 4
    delayed = network_from_graph(
        3, [(2, 0), (0, 2), (0, 1)], model=ONE_WIRE, inputs=[], outputs=[1], delays=1
    )
    assert [p.size for p in delayed.populations] == [2, 1]
    assert {edge[2] for edge in edges_of(delayed)} == {1}


def test_outputs_come_in_the_order_in_which_they_are_named():
    """Class 0 belongs to the output named first, whatever its depth or number."""
    network = network_from_graph(
        5,
        [(0, 1), (0, 4), (1, 2)],
        inputs=[(0, 0), (0, 3)],
        outputs=np.array([2, 4, 1, 3]),
        model=ONE_WIRE,
        delays=np.array([0, 0, 0]),
    )
    record = network.sample(np.ones((60, 2, 1)), seed=4)
    spikes = network.by_neuron(record)
    expected = np.concatenate([spikes[i] for i in (2, 4, 1, 3)], axis=-1)
    np.testing.assert_array_equal(record.outputs, expected)
    assert len(np.unique(expected.reshape(-1, 4), axis=1).T) == 4


def test_models_are_grouped_by_their_circuits_and_keep_their_angles():
    angles = np.random.default_rng(0).uniform(-3, 3, (4, 3))
    models = [SQSNeuron(1, 1, two_qubit_circuit(*angles[k])) for k in range(4)]
    models[2] = ClassicalControl(*angles[2])
    network = network_from_graph(
        4, [(3, 1)], inputs=[(0, 0), (0, 2)], outputs=[1], model=models
    )
    assert [p.size for p in network.populations] == [2, 1, 1]
    for (i, k), own in zip(network.places, angles, strict=True):
        np.testing.assert_array_equal(network.neurons[i][k], own)
    record = network.sample(np.ones((5, 3, 1)), seed=2)
    spikes = network.by_neuron(record)
    for (i, k), own in zip(network.places, spikes, strict=True):
        np.testing.assert_array_equal(own, record.spikes[i][:, :, k])


def test_neurons_with_more_wires_match_them():
    network = network_from_graph(
        2, [(0, 1)], inputs=[(0, 0)], outputs=[1], model=TWO_WIRES
    )
    np.testing.assert_array_equal(network.connections[0].mask, [[1], [1]])
    np.testing.assert_array_equal(network.connections[1].mask, np.eye(2))
    with pytest.raises(ValueError, match="2 wires feed 1 by 'matched'"):
        network_from_graph(
            2, [(0, 1)], inputs=[], outputs=[1], model=[TWO_WIRES, ONE_WIRE]
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"edges": [(0, 1), (1, 2), (2, 0)]}, r"`edges` must not .* delay, but \d -> "),
        ({"delays": 0, "edges": [(0, 1), (2, 2)]}, "but 2 -> 2 is one"),
        ({"edges": [(0, 1), (0, 1)]}, r"`edges` must differ, but \(0, 1\) comes twice"),
        ({"edges": [(0, 3)]}, "one leads from 0 to 3"),
        ({"edges": [(-1, 0)]}, "`edges` must be at least 0"),
        ({"inputs": [(0, 3)]}, "`inputs` must lead from 0 to 0 to a neuron of 0 to 2"),
        ({"inputs": [(2, 0)], "n_inputs": 2}, "one leads from 2 to 0"),
        ({"outputs": []}, "`outputs` must name some of neurons 0 to 2"),
        ({"outputs": [3]}, "`outputs` must name some of neurons 0 to 2"),
        ({"outputs": [2, 2]}, r"each once, but are \[2, 2\]"),
        ({"outputs": [0, 1, 2], "edges": [(0, 1)]}, r"in a row.*Try \[0, 2, 1\]"),
        ({"delays": [0]}, "`delays` must be one number, or one for each of 2 edges"),
        ({"delays": 2}, "`delay` must be 0 or 1, but is 2"),
        ({"model": [ONE_WIRE]}, "`model` must be one model, or one for each of 3"),
        ({"scale": -1}, "`scale` must lie in"),
    ],
)
def test_graphs_that_do_not_fit_are_refused(change, message):
    given = {
        "n_neurons": 3,
        "edges": [(0, 1), (1, 2)],
        "inputs": [(0, 0)],
        "outputs": [2],
        "model": ONE_WIRE,
    }
    with pytest.raises(ValueError, match=message):
        network_from_graph(**(given | change))


def test_the_named_cycle_is_one():
    """Whatever node the message starts from, its arrows are edges of the graph."""
    edges = [(3, 1), (0, 1), (1, 4), (4, 2), (2, 0), (2, 3)]
    with pytest.raises(ValueError, match="cycle of zero delay") as caught:
        network_from_graph(5, edges, inputs=[], outputs=[0], model=ONE_WIRE)
    named = str(caught.value).split("but ")[1].split(" is one")[0]
    cycle = [int(i) for i in named.split(" -> ")]
    assert cycle[0] == cycle[-1]
    assert set(pairwise(cycle)) <= set(edges)


def test_layers_feed_the_next_with_the_asked_connections():
    network = layered_network(
        [3, 4, 2, 5],
        ONE_WIRE,
        output_model=ClassicalControl(0.1, 0.2, 0.3),
        delay=1,
        self_loops=True,
        recurrent=True,
    )
    ends = [(c.source, c.target, c.delay) for c in network.connections]
    assert ends == [(-1, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1), (1, 2, 1)]
    assert all(c.mask.all() for c in network.connections)
    assert network.outputs == (2,)
    kinds = [type(p.model) for p in network.populations]
    assert kinds == [SQSNeuron, SQSNeuron, ClassicalControl]


@pytest.mark.parametrize("self_loops", [False, True])
def test_loops_of_a_layer_are_on_the_diagonal_or_off_it(self_loops):
    network = layered_network(
        [2, 3, 1], ONE_WIRE, self_loops=self_loops, recurrent=not self_loops
    )
    loops = next(c.mask for c in network.connections if c.source == c.target)
    np.testing.assert_array_equal(loops, np.eye(3) == self_loops)


def test_random_weights_have_the_asked_spread():
    """A normal of standard deviation scale/√k with k = 300 + 1 wires, within 5 errors.

    The standard error of a standard deviation of n normals is σ/√(2n).
    """
    network = layered_network(
        [300, 50, 2], ONE_WIRE, self_loops=True, scale=2.0, seed=1
    )
    sigma = 2 / np.sqrt(301)
    error = sigma / np.sqrt(2 * 15_000)
    assert abs(network.weights[0].std() - sigma) < 5 * error
    other = layered_network([300, 50, 2], ONE_WIRE, self_loops=True, scale=2.0, seed=2)
    assert (network.weights[0] != other.weights[0]).all()
    assert (network.neurons[0] != other.neurons[0]).all()


def test_layers_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="`sizes` must give the inputs and at least"):
        layered_network([3], ONE_WIRE)
    with pytest.raises(ValueError, match="`sizes` must be at least 1"):
        layered_network([3, 0], ONE_WIRE)
    with pytest.raises(ValueError, match="`delay` must be 0 or 1"):
        layered_network([3, 2, 1], ONE_WIRE, delay=2)
    with pytest.raises(ValueError, match="'matched'"):
        layered_network([3, 2, 1], TWO_WIRES, output_model=ONE_WIRE)


def test_neurons_spread_about_their_model():
    """Mean and deviation of 2000 neurons' parameters, within 5 standard errors."""
    network = layered_network([1, 2000, 1], ONE_WIRE, spread=0.1, seed=3)
    hidden = network.neurons[0] - ONE_WIRE.parameters
    assert (np.abs(hidden.mean(axis=0)) < 5 * 0.1 / np.sqrt(2000)).all()
    assert (np.abs(hidden.std(axis=0) / 0.1 - 1) < 5 / np.sqrt(2 * 2000)).all()
    with pytest.raises(ValueError, match="`spread` must"):
        layered_network([1, 2, 1], ONE_WIRE, spread=-0.1)


def test_depth_is_that_of_the_longest_way():
    """Neuron 2 hears 0 at once and by way of 1, which is named first."""
    network = network_from_graph(
        4,
        [(0, 1), (1, 2), (0, 2), (2, 3)],
        inputs=[(0, 0)],
        outputs=[3],
        model=ONE_WIRE,
    )
    assert network.places == ((0, 0), (1, 0), (2, 0), (3, 0))
