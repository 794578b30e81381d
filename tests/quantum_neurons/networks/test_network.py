"""Networks: samples, likelihoods, laws, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from quantum_neurons.networks.plain_network import (
    ONE_WIRE,
    TWO_WIRES,
    mixed_network,
    plain_run,
)

from oqnn.quantum_neurons import (
    Circuit,
    Connection,
    Gate,
    Network,
    NetworkRecord,
    Noise,
    Population,
    QLIFNeuron,
    SQSNeuron,
    network_from_graph,
    random_network,
    record_law,
    wire_mask,
)


def looped_network():
    """Three one-wire neurons of two populations, with a loop and a self-loop."""
    return network_from_graph(
        3,
        [(0, 1), (1, 2), (2, 0), (1, 1)],
        inputs=[(0, 0), (1, 0), (1, 2)],
        outputs=[2],
        model=ONE_WIRE,
        delays=[0, 0, 1, 1],
        scale=1.4,
        seed=5,
    )


def certain_network(angles):
    """Neurons in a row that know no past and spike with probability sin²(angle/2)."""
    circuit = Circuit(n_qubits=1, gates=[Gate("rx", (0,), parameter=0)], parameters=[0])
    network = random_network(
        1,
        [Population(SQSNeuron(1, 0, circuit), len(angles))],
        [Connection(-1, 0, 0, wire_mask(np.ones((len(angles), 1)), 1, 1))],
        [0],
    )
    return network.with_parameters([np.zeros((len(angles), 1))], [np.c_[angles]])


def test_law_of_neurons_without_memory_and_weights_is_a_product():
    """p(s) = Π cos²(θ_k/2) or sin²(θ_k/2), the same at both steps."""
    angles = np.array([0.7, 2.1])
    law = record_law(certain_network(angles), np.ones((2, 1)))
    each = np.stack([np.cos(angles / 2) ** 2, np.sin(angles / 2) ** 2], axis=-1)
    step = np.kron(each[0], each[1])
    np.testing.assert_allclose(law, np.outer(step, step), rtol=1e-13, atol=1e-15)


@pytest.mark.slow
def test_law_sums_to_one_and_is_the_product_of_the_plain_factors():
    network, inputs = looped_network(), np.array([[1, 0], [1, 1], [0, 1]])
    law = record_law(network, inputs)
    assert law.shape == (8, 8, 8)
    assert law.sum() == pytest.approx(1, abs=1e-13)
    rng = np.random.default_rng(2)
    for _ in range(5):
        drawn = {}

        def choose(i, k, t, law_of_step, drawn=drawn):
            drawn[i, k, t] = int(rng.integers(2))
            return drawn[i, k, t]

        spikes, taken = plain_run(network, inputs, choose)
        record = NetworkRecord(spikes=tuple(spikes), output_populations=(2,))
        product = np.prod([p.prod() for p in taken])
        assert law[tuple(record.joint_patterns)] == pytest.approx(product, rel=1e-12)
        assert network.log_likelihood(inputs, record) == pytest.approx(
            np.log(product), abs=1e-12
        )


@pytest.mark.slow
def test_law_of_neurons_with_several_wires():
    """2 + 2 · 2 + 1 wires: the index of every drawn record has its likelihood."""
    network, inputs = mixed_network(), np.array([[1, 0, 1], [1, 1, 0]])
    law = record_law(network, inputs)
    assert law.shape == (2**7, 2**7)
    assert law.sum() == pytest.approx(1, abs=1e-12)
    many = np.broadcast_to(inputs, (20, 2, 3))
    record = network.sample(many, seed=3)
    np.testing.assert_allclose(
        law[tuple(record.joint_patterns.T)],
        np.exp(network.log_likelihood(many, record)),
        rtol=1e-11,
    )


@pytest.mark.slow
def test_likelihoods_of_neurons_add_up_over_leading_axes():
    network, rng = mixed_network(), np.random.default_rng(4)
    inputs = rng.integers(0, 2, (3, 1, 4, 3))
    record = network.sample(inputs, seed=9)
    assert [s.shape for s in record.spikes] == [
        (3, 1, 4, 2, 1),
        (3, 1, 4, 2, 2),
        (3, 1, 4, 1, 1),
    ]
    # outputs: population 2, then population 0
    expected = np.concatenate([record.spikes[2][..., 0], record.spikes[0][..., 0]], -1)
    np.testing.assert_array_equal(record.outputs, expected)
    found = network.neuron_log_likelihoods(inputs, record)
    assert [f.shape for f in found] == [(3, 1, 2), (3, 1, 2), (3, 1, 1)]
    _, taken = plain_run(
        network,
        inputs[1, 0],
        lambda i, k, t, law: int(
            record.spikes[i][1, 0, t, k] @ [2, 1][-record.spikes[i].shape[-1] :]
        ),
    )
    for f, p in zip(found, taken, strict=True):
        np.testing.assert_allclose(f[1, 0], np.log(p).sum(0), rtol=1e-12, atol=1e-12)
    total = network.log_likelihood(inputs, list(record.spikes))
    np.testing.assert_allclose(total, sum(f.sum(-1) for f in found), rtol=1e-13)


def test_samples_follow_the_law():
    """Each frequency of 64 joint records of two steps within 5 standard errors."""
    network, inputs, n = looped_network(), np.array([[1, 0], [1, 1]]), 20_000
    law = record_law(network, inputs).ravel()
    record = network.sample(np.broadcast_to(inputs, (n, 2, 2)), seed=11)
    numbers = record.joint_patterns @ [8, 1]
    frequencies = np.bincount(numbers, minlength=64) / n
    errors = np.sqrt(law * (1 - law) / n)
    assert (np.abs(frequencies - law) <= 5 * errors).all()
    assert np.abs(frequencies - law).max() > errors.max() / 10  # it is no copy


def test_seeds_repeat_records():
    network, inputs = looped_network(), np.ones((40, 3, 2))
    one, same, other = (network.sample(inputs, seed=s).outputs for s in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_records_without_probability_have_none_and_are_refused():
    """At angle 0 and without current a neuron cannot spike."""
    network = certain_network([0.0, 1.1])
    law = record_law(network, np.zeros((2, 1)))
    assert law.sum() == pytest.approx(1, abs=1e-14)
    assert not law[2:].any()
    assert not law[:, 2:].any()
    assert law[:2, :2].all()
    spikes = np.zeros((2, 2, 1))
    spikes[1, 0] = 1
    with pytest.raises(ValueError, match="neuron 0 of population 0 at step 1 have"):
        network.log_likelihood(np.zeros((2, 1)), [spikes])


def test_noise_does_not_make_the_impossible_possible():
    """Laws with noise are exact to 1e-16: sin²(3e-8) does not differ from zero."""
    circuit = Circuit(n_qubits=1, gates=[Gate("rx", (0,), parameter=0)], parameters=[0])
    connections = [Connection(-1, 0, 0, wire_mask([[1]], 1, 1))]
    for noise, possible in ((None, True), (Noise(), False)):
        population = Population(SQSNeuron(1, 0, circuit, noise), 1)
        network = random_network(1, [population], connections, [0])
        network = network.with_parameters([[[0.0]]], [[[6e-8]]])
        assert (record_law(network, [[0]])[1] > 0) == possible
        if possible:
            expected = np.log(np.sin(3e-8) ** 2)
            found = network.log_likelihood([[0]], [[[[1]]]])
            assert found == pytest.approx(expected, rel=1e-12)
        else:
            with pytest.raises(ValueError, match="of population 0 at step 0 have"):
                network.log_likelihood([[0]], [[[[1]]]])


def test_networks_without_inputs_run_by_themselves():
    """One neuron that feeds itself: the law sums over its records alone."""
    network = network_from_graph(
        1, [(0, 0)], inputs=[], outputs=[0], model=ONE_WIRE, scale=2.0
    )
    law = record_law(network, np.zeros((4, 0)))
    assert law.sum() == pytest.approx(1, abs=1e-13)
    record = network.sample(np.zeros((3, 4, 0)), seed=0)
    assert record.outputs.shape == (3, 4, 1)
    none = network.sample(np.zeros((0, 4, 0)), seed=0)
    assert network.log_likelihood(np.zeros((0, 4, 0)), none).shape == (0,)


@pytest.mark.slow
def test_hidden_counts_are_drawn_with_noise_of_their_own():
    """QLIF neurons of finite shots, drawn against summed counts, 5 standard errors."""
    network, n = counting_network("drawn"), 20_000
    inputs = np.array([[1], [0], [1]])
    law = record_law(counting_network("summed"), inputs).ravel()
    record = network.sample(np.broadcast_to(inputs, (n, 3, 1)), seed=4)
    numbers = record.joint_patterns @ [16, 4, 1]
    frequencies = np.bincount(numbers, minlength=64) / n
    errors = np.sqrt(law * (1 - law) / n)
    assert (np.abs(frequencies - law) <= 5 * errors + 1e-15).all()
    with pytest.raises(ValueError, match="must have a law of spikes alone"):
        network.log_likelihood(inputs, [s[0] for s in record.spikes])


def counting_network(counts):
    neuron = QLIFNeuron(theta_in=0.3, threshold=0.45, leak=0.9, shots=5, counts=counts)
    network = network_from_graph(
        2, [(0, 1), (1, 0)], inputs=[(0, 0)], outputs=[1], model=neuron, delays=[0, 1]
    )
    neurons = [np.stack([neuron.parameters])] * 2
    return network.with_parameters([[[0.4]], [[0.5]], [[-0.3]]], neurons)


def test_parameters_are_counted_inside_of_masks():
    network = mixed_network()
    # masks 4, 2, 6, 6, 6, 8, 2, 2 and three angles for each of five neurons
    assert network.n_parameters == 36 + 15
    assert network.n_neurons == 5
    doubled = network.with_parameters([2 * w for w in network.weights], network.neurons)
    np.testing.assert_array_equal(doubled.weights[3], 2 * network.weights[3])
    assert doubled.wiring == network.wiring
    assert hash(doubled.wiring) == hash(network.wiring)
    with pytest.raises(ValueError, match="read-only"):
        network.weights[0][0, 0] = 1


@pytest.fixture(scope="module")
def pair():
    """Two populations, of two and one neurons, the first with a self-loop."""
    connections = [
        Connection(-1, 0, 0, wire_mask(np.ones((2, 3)), 1, 1)),
        Connection(0, 1, 0, wire_mask([[1, 0]], 1, 1)),
        Connection(0, 0, 1, wire_mask(np.eye(2), 1, 1)),
    ]
    populations = [Population(ONE_WIRE, 2), Population(ONE_WIRE, 1)]
    return random_network(3, populations, connections, [1])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"populations": [ONE_WIRE]}, TypeError, "`populations` must hold Population"),
        ({"connections": [3]}, TypeError, "`connections` must hold Connection"),
        ({"outputs": []}, ValueError, "`outputs` must be different populations"),
        ({"outputs": [1, 1]}, ValueError, "`outputs` must be different populations"),
        ({"outputs": [2]}, ValueError, "populations of 0 to 1, but are"),
        ({"outputs": [1.0]}, TypeError, "`outputs` must be an integer"),
        ({"weights": []}, ValueError, "`weights` must be one array for each of 3"),
        ({"neurons": []}, ValueError, "`neurons` must be one array for each of 2"),
        ({"n_inputs": 4}, ValueError, r"`mask` of connection 0.*\(2, 4\)"),
        ({"n_inputs": -1}, ValueError, "`n_inputs` must be at least 0"),
        ({"places": [(0, 0)] * 3}, ValueError, "`places` must name each of 3 neurons"),
    ],
)
def test_networks_that_do_not_fit_are_refused(pair, change, error, message):
    with pytest.raises(error, match=message):
        replace(pair, **change)


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        (1, 0, "cycle of zero delay, but (0 -> 1 -> 0|1 -> 0 -> 1) is one"),
        (1, 1, "cycle of zero delay, but 1 -> 1 is one"),
        (2, 1, "join populations 0 to 1, but connection 3 leads from 2 to 1"),
    ],
)
def test_cycles_of_zero_delay_and_unknown_ends_are_refused(
    pair, source, target, message
):
    extra = Connection(source, target, 0, np.ones((2 - target, 2 - source), dtype=bool))
    with pytest.raises(ValueError, match=message):
        replace(pair, connections=[*pair.connections, extra])


def test_zero_delay_that_points_backward_is_refused(pair):
    turned = [pair.connections[0], Connection(1, 0, 0, np.ones((2, 1), dtype=bool))]
    with pytest.raises(ValueError, match=r"1 feeds 0\. Reorder them"):
        replace(pair, connections=turned)


def changed(arrays, k, index, value):
    arrays = [a.copy() for a in arrays]
    arrays[k][index] = value
    return arrays


def test_weights_and_parameters_that_do_not_fit_are_refused(pair):
    def give(weights=pair.weights, neurons=pair.neurons):
        pair.with_parameters(weights, neurons)

    with pytest.raises(ValueError, match=r"outside of its mask.*\[1\]\[0, 1\] = 0.5"):
        give(weights=changed(pair.weights, 1, (0, 1), 0.5))
    with pytest.raises(ValueError, match=r"`weights\[0\]` must be finite"):
        give(weights=changed(pair.weights, 0, (1, 2), np.nan))
    with pytest.raises(ValueError, match=r"`weights\[0\]` must have shape \(2, 3\)"):
        give(weights=[pair.weights[0].T, *pair.weights[1:]])
    with pytest.raises(ValueError, match=r"`neurons\[1\]` must be finite"):
        give(neurons=changed(pair.neurons, 1, (0, 2), np.inf))
    with pytest.raises(ValueError, match=r"`neurons\[0\]` must have shape \(2, 3\)"):
        give(neurons=pair.neurons[::-1])


def test_records_and_inputs_that_do_not_fit_are_refused(pair):
    inputs = np.ones((2, 3))
    spikes = [np.zeros((2, 2, 1)), np.zeros((2, 1, 1))]
    for wrong in (np.ones(3), np.ones((2, 2)), np.ones((0, 3))):
        with pytest.raises(ValueError, match=r"`inputs` must have shape \(..., T, 3\)"):
            pair.sample(wrong, seed=1)
    for value in (0.5, 2, -1, np.nan):
        with pytest.raises(ValueError, match="`inputs` must hold spikes 0 or 1"):
            pair.sample(value * inputs, seed=1)
        with pytest.raises(ValueError, match="`record` must hold spikes 0 or 1"):
            pair.log_likelihood(inputs, [spikes[0], spikes[1] + value])
    with pytest.raises(ValueError, match="`record` must hold spikes of shapes"):
        pair.log_likelihood(inputs, spikes[::-1])
    with pytest.raises(TypeError, match="`seed` must be an integer"):
        pair.sample(inputs, seed=0.5)
    with pytest.raises(ValueError, match=r"7 steps of 3 wires have 2\^21"):
        record_law(pair, np.ones((7, 3)))
    with pytest.raises(ValueError, match=r"`inputs` must have shape \(T, n\)"):
        record_law(pair, np.ones((1, 2, 3)))


def test_parts_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="`size` must be at least 1"):
        Population(ONE_WIRE, 0)
    with pytest.raises(TypeError, match="`model` must be a model of a neuron"):
        Population("sqs", 2)
    with pytest.raises(ValueError, match="`delay` must be 0 or 1, but is 2"):
        Connection(0, 1, 2, np.ones((1, 1), dtype=bool))
    with pytest.raises(ValueError, match="`source` must be at least -1"):
        Connection(-2, 1, 0, np.ones((1, 1), dtype=bool))
    with pytest.raises(ValueError, match="`mask` must hold True or False in two axes"):
        Connection(0, 1, 0, np.ones((1, 1)))
    with pytest.raises(ValueError, match="2 wires feed 1 by 'matched'"):
        wire_mask([[1]], 1, 2)
    with pytest.raises(ValueError, match="`edges` must have shape"):
        wire_mask([1], 1, 1)
    with pytest.raises(ValueError, match="`wires` must be one of"):
        wire_mask([[1]], 1, 1, wires="some")
    with pytest.raises(ValueError, match="`joint_patterns` must have at most 63"):
        _ = NetworkRecord(
            spikes=(np.zeros((1, 64, 1)),), output_populations=(0,)
        ).joint_patterns


def test_wires_of_neurons_are_matched_or_all():
    """The mask of two by two neurons, row and column i N + w, entry by entry."""
    edges = np.array([[1, 0], [1, 1]])
    for wires in ("matched", "all"):
        mask = wire_mask(edges, 2, 2, wires=wires)
        for row, column in np.ndindex(4, 4):
            fits = wires == "all" or row % 2 == column % 2
            assert mask[row, column] == (edges[row // 2, column // 2] and fits)
    assert TWO_WIRES.n_io == 2
    np.testing.assert_array_equal(wire_mask([[1, 0]], 2, 1), [[1, 0], [1, 0]])
    assert isinstance(looped_network(), Network)


def test_populations_are_drawn_together_only_where_they_feed_each_other():
    wiring = mixed_network().wiring
    assert wiring.stages() == [(0, 1), (2,)]
    assert wiring.stages(known=[0]) == [(1,), (2,)]
    assert wiring.stages(known=[1, 2]) == [(0,)]
    # delay turns the order of populations around
    backward = replace(wiring, connections=((2, 1, 1), (1, 0, 1), (2, 2, 1)))
    assert backward.stages() == [(2,), (1,), (0,)]
