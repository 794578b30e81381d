"""Machines of every kind of graph, and their laws summed the slow way."""

from itertools import product

import numpy as np

from oqnn.spiking.sampling.machine import from_graph, three_layer, two_layer


def shaken(machine, seed=0, scale=1.0):
    """The same graph with weights and biases that no symmetry relates."""
    rng = np.random.default_rng(seed)
    edges = len(machine.edges[0])
    return machine.with_parameters(
        rng.normal(0.2, scale, edges), rng.normal(-0.3, scale, machine.n)
    )


def ring(n):
    """Mask of a ring."""
    mask = np.zeros((n, n), dtype=bool)
    mask[np.arange(n), (np.arange(n) + 1) % n] = True
    return mask | mask.T


def random_mask(n, share, seed):
    """Each pair is connected with the same chance."""
    upper = np.triu(np.random.default_rng(seed).random((n, n)) < share, 1)
    return upper | upper.T


MACHINES = {
    "two layers": shaken(two_layer(3, 5), 1),
    "narrow hidden": shaken(two_layer(5, 2), 2),
    "dense visible": shaken(two_layer(3, 4, dense_visible=True), 3),
    "three layers": shaken(three_layer(2, 4, 3), 4),
    "wide deep layer": shaken(three_layer(2, 2, 4), 5),
    "ring": shaken(from_graph(ring(7), 3), 6),
    "random": shaken(from_graph(random_mask(8, 0.4, 7), 3), 7),
    "complete": shaken(from_graph(~np.eye(6, dtype=bool), 2), 8, 0.6),
    "no hidden": shaken(from_graph(random_mask(5, 0.5, 9), 5), 9),
}


def slow_law(machine):
    """All states, the first neuron slowest, and their probabilities."""
    states = list(product([0, 1], repeat=machine.n))
    weights = []
    for z in states:
        exponent = sum(machine.biases[i] * z[i] for i in range(machine.n))
        for i in range(machine.n):
            exponent += sum(machine.weights[i, j] * z[i] * z[j] for j in range(i))
        weights.append(np.exp(exponent))
    return np.array(states), np.array(weights) / np.sum(weights)
