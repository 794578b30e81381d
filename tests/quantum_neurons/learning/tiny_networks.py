"""Small recurrent networks, and a walk through all their records without JAX."""

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
            Gate("rxx", (0, 1), parameter=1),
            Gate("cry", (0, 2), parameter=2),
            Gate("crx", (2, 1), parameter=1),
        ],
        parameters=np.array([0.4, 1.1, 0.7]),
    ),
)
STEPS = 3
INPUTS = np.array([[[1, 0], [1, 1], [0, 1]], [[0, 1], [1, 0], [1, 1]]])  # B, T, n_in
LABELS = np.array([1, 0])


def tiny_network(*, seed=21, feedback=True):
    """A hidden neuron and an output neuron with N = 2 wires that hear each other."""
    ones = np.ones((1, 1))
    connections = [
        Connection(-1, 0, 0, wire_mask([[1, 1]], 1, 1)),
        Connection(0, 1, 0, wire_mask(ones, 2, 1)),
        Connection(-1, 1, 1, wire_mask([[1, 0]], 2, 1)),
    ]
    if feedback:
        connections += [
            Connection(1, 0, 1, wire_mask(ones, 1, 2, wires="all")),
            Connection(1, 1, 1, wire_mask(ones, 2, 2, wires="all")),
        ]
    populations = [Population(ONE_WIRE, 1), Population(TWO_WIRES, 1)]
    return random_network(2, populations, connections, [1], scale=1.5, seed=seed)


def plain_records(network, inputs):
    """Yield output spikes (T, 2), p(hidden || outputs) and p(outputs || hidden).

    Of one sample's inputs (T, n_in), step by step along a tree with eight branches a
    step. Step 7.1: R_X(π z) where z > 0, V, and one measurement.
    """
    unitaries = [
        p.model.with_parameters(angles[0]).circuit.unitary()
        for p, angles in zip(network.populations, network.neurons, strict=True)
    ]
    start = ([np.zeros((STEPS, 1)), np.zeros((STEPS, 2))], [1.0, 1.0])
    memories = [np.eye(1, 2)[0] + 0j, np.eye(1, 2)[0] + 0j]
    yield from _walk(network, inputs, unitaries, 0, memories, *start)


def _walk(network, inputs, unitaries, t, memories, spikes, p):
    if t == STEPS:
        yield spikes[1], *p
        return
    for hidden in _outcomes(network, inputs, unitaries, t, memories, spikes, 0):
        below = [hidden[0], spikes[1]]
        for output in _outcomes(network, inputs, unitaries, t, memories, below, 1):
            now = [hidden[1], output[1]]
            chances = [p[0] * hidden[2], p[1] * output[2]]
            after = [below[0], output[0]]
            yield from _walk(network, inputs, unitaries, t + 1, now, after, chances)


def _outcomes(network, inputs, unitaries, t, memories, spikes, i):
    """Yield the spikes with one more row, the memory after it, its probability."""
    z = np.zeros(i + 1)
    for c, weights in zip(network.connections, network.weights, strict=True):
        if c.target == i and t >= c.delay:
            sent = inputs if c.source == -1 else spikes[c.source]
            z = z + weights @ sent[t - c.delay]
    state = np.ones(1)
    for half in np.pi * np.maximum(z, 0) / 2:
        state = np.kron(state, [np.cos(half), -1j * np.sin(half)])
    branches = (unitaries[i] @ np.kron(state, memories[i])).reshape(-1, 2)
    for pattern, branch in enumerate(branches):
        row = spikes[i].copy()
        row[t] = [pattern >> wire & 1 for wire in range(i, -1, -1)]
        chance = np.linalg.norm(branch) ** 2
        yield row, branch / np.sqrt(chance), chance


def changed(network, k, step):
    """Add a step to the k-th of all parameters, of weights those inside of masks."""
    weights = [w.copy() for w in network.weights]
    neurons = [n.copy() for n in network.neurons]
    places = [
        (w, at)
        for w, c in zip(weights, network.connections, strict=True)
        for at in np.argwhere(c.mask)
    ]
    places += [(n, at) for n in neurons for at in np.argwhere(np.ones_like(n))]
    array, at = places[k]
    array[tuple(at)] += step
    return network.with_parameters(weights, neurons)


def flat(network, weights, neurons):
    """Gradients in the order of `changed`."""
    parts = [w[c.mask] for w, c in zip(weights, network.connections, strict=True)]
    return np.concatenate([*parts, *(np.ravel(n) for n in neurons)])
