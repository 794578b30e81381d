"""Gradients of the divergence: enumeration, differences, samples."""

import numpy as np
import pytest

from oqnn.encoding.povm import learning_gradients
from oqnn.encoding.povm.learning_gradients import (
    contrastive_gradient,
    exact_gradient,
    is_restricted,
    reweighted_gradient,
)
from oqnn.encoding.povm.learning_step import from_centred, to_centred
from oqnn.spiking import BoltzmannMachine, from_graph, three_layer, two_layer
from oqnn.spiking.sampling.samples import Samples, states_of

RNG = np.random.default_rng(5)
TARGET = RNG.dirichlet(np.ones(8))
RING = np.roll(np.eye(6, dtype=bool), 1, axis=0) | np.roll(np.eye(6, dtype=bool), 1, 1)
MACHINES = {
    "two_layer": two_layer(3, 4, scale=0.8, seed=1),
    "dense_visible": two_layer(3, 2, dense_visible=True, scale=0.8, seed=2),
    "three_layer": three_layer(3, 4, 2, scale=0.8, seed=3),
    "ring": from_graph(RING, 3, scale=0.8, seed=4),
    "no_hidden": two_layer(3, 0, dense_visible=True, scale=0.8, seed=5),
    "no_edges": two_layer(3, 0, seed=6),
}
each_machine = pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)


def plain_law(machine: BoltzmannMachine) -> np.ndarray:
    """exp(½ zᵀWz + bᵀz)/Z, state by state, shape (2**n,)."""
    weights = []
    for z in states_of(np.arange(2**machine.n), machine.n).astype(float):
        weights.append(np.exp(z @ machine.weights @ z / 2 + machine.biases @ z))
    return np.array(weights) / sum(weights)


def plain_divergence(machine: BoltzmannMachine, parameters: np.ndarray) -> float:
    """D(p* ‖ p) of a machine with these weights and biases in a row."""
    k = len(machine.edges[0])
    joint = plain_law(machine.with_parameters(parameters[:k], parameters[k:]))
    law = joint.reshape(8, -1).sum(axis=1)
    return float(TARGET @ np.log(TARGET / law))


def row(machine: BoltzmannMachine) -> np.ndarray:
    return np.concatenate([machine.edge_weights, machine.biases])


def draw(machine: BoltzmannMachine, n: int) -> Samples:
    """Independent samples of a Boltzmann machine."""
    codes = RNG.choice(2**machine.n, n, p=plain_law(machine))
    states = states_of(codes, machine.n)[:, None]
    return Samples(states=states, n_visible=machine.n_visible)


def plain_gradient(machine: BoltzmannMachine, samples: Samples, target) -> np.ndarray:
    """Eq. (14), sample by sample."""
    law = samples.visible_law()
    sums = np.zeros(len(machine.edges[0]) + machine.n)
    for z, code in zip(samples.flat.astype(float), samples.codes.ravel(), strict=True):
        pairs = [z[i] * z[j] for i, j in zip(*machine.edges, strict=True)]
        sums += (1 - target[code] / law[code]) * np.array([*pairs, *z])
    return sums / samples.n_samples


@each_machine
def test_exact_gradient_is_the_derivative_of_the_divergence(machine):
    """Central differences of D, error h² = 1e-10 times third derivatives."""
    gradient, law = exact_gradient(machine, TARGET)
    at, h = row(machine), 1e-5
    slopes = [
        (plain_divergence(machine, at + e) - plain_divergence(machine, at - e)) / 2 / h
        for e in h * np.eye(len(at))
    ]
    np.testing.assert_allclose(gradient, slopes, rtol=0, atol=1e-9)
    joint = plain_law(machine).reshape(8, -1)
    np.testing.assert_allclose(law, joint.sum(axis=1), rtol=1e-12, atol=0)


@each_machine
@pytest.mark.parametrize("chunk", [7, 2048])
def test_reweighted_gradient_is_the_weighted_mean_of_products(
    machine, chunk, monkeypatch
):
    monkeypatch.setattr(learning_gradients, "CHUNK", chunk)
    samples = draw(machine, 500)
    assert (samples.visible_law() > 0).all()
    gradient, law = reweighted_gradient(machine, samples, TARGET)
    expected = plain_gradient(machine, samples, TARGET)
    np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-6)  # single sums
    np.testing.assert_array_equal(law, samples.visible_law())


@each_machine
def test_reweighted_gradient_of_all_states_is_exact(machine):
    """On samples in proportion to p itself, up to their rounding to whole numbers."""
    codes = np.repeat(
        np.arange(2**machine.n), np.rint(2e5 * plain_law(machine)).astype(int)
    )
    samples = Samples(states=states_of(codes, machine.n)[:, None], n_visible=3)
    gradient, _ = reweighted_gradient(machine, samples, TARGET)
    expected, _ = exact_gradient(machine, TARGET)
    np.testing.assert_allclose(gradient, expected, rtol=0, atol=2e-3)


def test_states_that_no_sample_shows_count_with_mean_activities():
    """Samples show v = 000, 011 alone; of the rest p* knows 101. Hidden neurons are
    active in 1/2 and 3/4 of the samples, so that 101 adds −p*(101) (1, 0, 1, 1/2, 3/4)
    to biases, and products of these to weights.
    """
    machine = two_layer(3, 2)
    states = np.array(
        [[0, 0, 0, 1, 1], [0, 1, 1, 0, 1], [0, 0, 0, 0, 0], [0, 1, 1] + [1] * 2]
    )
    samples = Samples(states=states.astype(np.uint8)[:, None], n_visible=3)
    target = np.zeros(8)
    target[[0, 3, 5]] = 0.2, 0.5, 0.3
    seen = np.array([1 - 0.2 / 0.5, 1 - 0.5 / 0.5] * 2) / 4
    z, q = np.vstack([states, [1, 0, 1, 0.5, 0.75]]), np.append(seen, -0.3)
    first, second = machine.edges
    expected = np.concatenate([q @ (z[:, first] * z[:, second]), q @ z])
    gradient, _ = reweighted_gradient(machine, samples, target)
    np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-7)
    assert abs(q.sum()) < 1e-12


def test_contrastive_divergence_vanishes_at_the_target():
    """Where p = p* Gibbs steps leave the law as it is: five standard errors."""
    machine = MACHINES["two_layer"]
    law = plain_law(machine).reshape(8, -1).sum(axis=1)
    n, rng = 20_000, np.random.default_rng(1)
    gradient = contrastive_gradient(machine, law, n, steps=1, rng=rng)
    assert np.abs(gradient).max() < 5 * np.sqrt(2 * 0.25 / n)


def test_contrastive_divergence_of_many_steps_is_the_gradient():
    """CD-k for large k samples the network itself: five standard errors. One step from
    the target is not enough, weights being large.
    """
    machine = two_layer(3, 4, scale=3, seed=1)
    n, rng = 20_000, np.random.default_rng(2)
    expected, _ = exact_gradient(machine, TARGET)
    errors = [
        np.abs(
            contrastive_gradient(machine, TARGET, n, steps=steps, rng=rng) - expected
        ).max()
        for steps in (1, 40)
    ]
    assert errors[1] < 5 * np.sqrt(2 * 0.25 / n) < errors[0]


@each_machine
def test_restricted_networks_are_told_apart(machine):
    restricted = ("two_layer", "no_edges")
    assert is_restricted(machine) == any(machine is MACHINES[k] for k in restricted)


@each_machine
def test_centred_coordinates_are_those_of_shifted_neurons(machine):
    """D as a function of W and c = b + ½ Σ_j W_ij, with the gradient of differences; a
    change of W and c moves b with it.
    """
    gradient, _ = exact_gradient(machine, TARGET)
    at, h = row(machine), 1e-5
    slopes = []
    for e in h * np.eye(len(at)):
        change = from_centred(machine, e)
        after = machine.with_parameters(*np.split(at + change, [len(machine.edges[0])]))
        fields = [m.biases + m.weights.sum(axis=1) / 2 for m in (after, machine)]
        np.testing.assert_allclose(fields[0] - fields[1], e[-machine.n :], atol=1e-12)
        up, down = (plain_divergence(machine, at + s * change) for s in (1, -1))
        slopes.append((up - down) / 2 / h)
    np.testing.assert_allclose(to_centred(machine, gradient), slopes, atol=1e-9)
