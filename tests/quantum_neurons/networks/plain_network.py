"""A network as loops over steps, neurons and wires, and a graph with everything."""

import numpy as np

from oqnn.quantum_neurons import (
    Circuit,
    Connection,
    Gate,
    Population,
    SQSNeuron,
    two_qubit_circuit,
    wire_mask,
)
from oqnn.quantum_neurons.networks.random_network import random_network

ONE_WIRE = SQSNeuron(1, 1, two_qubit_circuit(0.9, 0.4, 1.3))
TWO_WIRES = SQSNeuron(
    2,
    1,
    Circuit(
        n_qubits=3,
        gates=[
            Gate("ry", (0,), parameter=0),
            Gate("crx", (0, 2), parameter=1),
            Gate("cry", (2, 1), parameter=2),
        ],
        parameters=np.array([0.4, 1.1, 0.7]),
    ),
)


def mixed_network(*, seed=9, scale=1.5):
    """Two populations in a loop, the second with two wires, and one behind them."""
    edges = np.array([[1, 0], [1, 1]])
    connections = [
        Connection(-1, 0, 0, wire_mask([[1, 0, 1], [1, 1, 0]], 1, 1)),
        Connection(0, 0, 1, wire_mask(np.eye(2), 1, 1)),
        Connection(1, 0, 1, wire_mask(edges, 1, 2, wires="all")),
        Connection(0, 1, 0, wire_mask(edges, 2, 1)),
        Connection(1, 1, 1, wire_mask(edges.T, 2, 2)),
        Connection(-1, 1, 1, wire_mask([[0, 1, 1], [1, 0, 1]], 2, 1)),
        Connection(0, 2, 1, wire_mask([[1, 1]], 1, 1)),
        Connection(1, 2, 0, wire_mask([[1, 0]], 1, 2, wires="all")),
    ]
    populations = [
        Population(ONE_WIRE, 2),
        Population(TWO_WIRES, 2),
        Population(ONE_WIRE, 1),
    ]
    return random_network(3, populations, connections, [2, 0], scale=scale, seed=seed)


def plain_currents(network, inputs, spikes, target, neuron, t):
    """Sum w x over every wire that reaches a neuron at step t, wire by wire."""
    n_io = network.populations[target].model.n_io
    z = np.zeros(n_io)
    for c, weights in zip(network.connections, network.weights, strict=True):
        if c.target != target or t - c.delay < 0:
            continue
        sent = inputs if c.source == -1 else spikes[c.source]
        sent = sent[t - c.delay].ravel()
        for wire in range(n_io):
            for p, x in enumerate(sent):
                z[wire] += weights[neuron * n_io + wire, p] * x
    return z


def plain_run(network, inputs, choose):
    """Let ``choose(population, neuron, t, law)`` name the pattern of every neuron.

    Returns the spikes (T, n, N) and the probabilities (T, n) of what was chosen, one
    of each a population.
    """
    steps = len(inputs)
    shapes = [(steps, p.size, p.model.n_io) for p in network.populations]
    currents = [np.zeros(shape) for shape in shapes]
    spikes = [np.zeros(shape, dtype=int) for shape in shapes]
    taken = [np.zeros(shape[:2]) for shape in shapes]
    for t in range(steps):
        for i, population in enumerate(network.populations):
            n_io = population.model.n_io
            for k in range(population.size):
                z = plain_currents(network, inputs, spikes, i, k, t)
                currents[i][t, k] = z
                neuron = population.model.with_parameters(network.neurons[i][k])
                laws = neuron.spike_probabilities(currents[i][:, k], spikes[i][:, k])
                pattern = choose(i, k, t, laws[t])
                taken[i][t, k] = laws[t, pattern]
                for wire in range(n_io):
                    spikes[i][t, k, wire] = pattern >> (n_io - 1 - wire) & 1
    return spikes, taken
