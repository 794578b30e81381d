"""Expected losses and their gradients against a walk through all records."""

from functools import cache

import numpy as np
import pytest
from quantum_neurons.learning.tiny_networks import (
    INPUTS,
    LABELS,
    ONE_WIRE,
    STEPS,
    changed,
    flat,
    plain_records,
    tiny_network,
)

from oqnn.quantum_neurons import QLIFNeuron, layered_network
from oqnn.quantum_neurons.learning import exact_jax
from oqnn.quantum_neurons.learning.exact import exact_loss
from oqnn.quantum_neurons.learning.losses import SpikeCountLoss, TargetTrainLoss

TRAINS = np.array([[[1, 0], [0, 0], [1, 1]], [[0, 1], [1, 1], [0, 1]]])
TARGETS = TargetTrainLoss(trains=TRAINS)


@pytest.fixture(autouse=True)
def chunks_that_do_not_divide(monkeypatch):
    """Records are counted in chunks of 300, which do not divide 1024."""
    monkeypatch.setattr(exact_jax, "CHUNK", 300)


CASES = [(SpikeCountLoss(scale=0.8), "expected")]
CASES += [(TARGETS, "expected"), (TARGETS, "marginal")]


@cache
def records(k=0, step=0.0):
    """All records of each sample as arrays, where parameter k has moved by a step."""
    network = changed(tiny_network(), k, step)
    walks = (plain_records(network, inputs) for inputs in INPUTS)
    return [tuple(map(np.array, zip(*walk, strict=True))) for walk in walks]


def plain_loss(loss, objective, *moved):
    """Losses (B,): L = sum_r p(r) l(r), with every formula written out again."""
    found = []
    for (spikes, hidden, outputs), label in zip(records(*moved), LABELS, strict=True):
        if loss is TARGETS:
            own = (spikes == TRAINS[label]).all(axis=(1, 2))
            marginal = -np.log((hidden * outputs)[own].sum())
            bound = -(hidden * np.log(outputs))[own].sum()
            found.append(marginal if objective == "marginal" else bound)
        else:
            odds = np.exp(0.8 * spikes.sum(axis=1))  # (records, 2)
            logs = np.log(odds[:, label] / odds.sum(axis=1))
            found.append(-(hidden * outputs * logs).sum())
    return np.array(found)


def test_probabilities_of_all_records_sum_to_one():
    _, hidden, outputs = records()[0]
    assert (hidden * outputs).sum() == pytest.approx(1, rel=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize(("loss", "objective"), CASES)
def test_loss_and_gradient_are_those_of_the_plain_walk(loss, objective):
    """Central differences of the plain sum, error O(1e-10); recurrent, N = 2."""
    network = tiny_network()
    found = exact_loss(network, INPUTS, LABELS, loss=loss, objective=objective)
    expected = plain_loss(loss, objective)
    np.testing.assert_allclose(found.values, expected, rtol=1e-12, atol=1e-14)
    assert found.value == pytest.approx(expected.mean(), rel=1e-13)
    step = 1e-5
    slopes = [
        plain_loss(loss, objective, k, step).mean()
        - plain_loss(loss, objective, k, -step).mean()
        for k in range(network.n_parameters)
    ]
    gradient = flat(network, found.weights, found.neurons)
    np.testing.assert_allclose(gradient, np.array(slopes) / (2 * step), atol=3e-10)
    assert np.abs(gradient).max() > 0.05


def test_the_bound_lies_above_the_likelihood():
    """Jensen: -<log p(o || h)> >= -log <p(o || h)>, for every sample."""
    network = tiny_network()
    bound, marginal = (
        exact_loss(network, INPUTS, LABELS, loss=TARGETS, objective=objective).values
        for objective in ("expected", "marginal")
    )
    assert (bound > marginal + 1e-3).all()


def certain_network():
    """Every spike is certain: the first input moves the first output wire at once.

    All angles are zero, so that a wire spikes with p = sin²(π z / 2), and z is 0 or 1.
    """
    network = tiny_network()
    weights = [np.zeros_like(w) for w in network.weights]
    weights[0][0, 0] = weights[1][0, 0] = 1
    return network.with_parameters(weights, [0 * n for n in network.neurons])


def test_impossible_records_contribute_nothing():
    """Where all laws are 0 or 1 they are flat: counts are (2, 0) twice."""
    found = exact_loss(certain_network(), INPUTS, LABELS, loss=SpikeCountLoss(scale=2))
    expected = np.log([1 + np.exp(4), 1 + np.exp(-4)])
    np.testing.assert_allclose(found.values, expected, rtol=1e-12)
    for gradient in (*found.weights, *found.neurons):
        np.testing.assert_allclose(gradient, 0, atol=1e-12)


@pytest.mark.parametrize("objective", ["expected", "marginal"])
def test_impossible_targets_are_refused(objective):
    with pytest.raises(ValueError, match="sample 0 has probability zero"):
        exact_loss(certain_network(), INPUTS, LABELS, loss=TARGETS, objective=objective)


@pytest.mark.slow
def test_a_network_of_outputs_alone_has_one_record():
    """-log p of a first step: p(1) = sin²((π z + θ_in) / 2), with slope -cot/2."""
    network = layered_network([1, 2], ONE_WIRE)
    angles = np.array([[0.3, 0.8, 0.5], [0.2, 1.1, 0.4]])
    network = network.with_parameters([[[0.25], [-0.5]]], [angles])
    loss = TargetTrainLoss(trains=[[[1, 0]]])
    found = exact_loss(network, [[[1]]], [0], loss=loss)
    half = np.array([np.pi / 4 + 0.8, 1.1]) / 2
    expected = -np.log(np.sin(half[0]) ** 2) - np.log(np.cos(half[1]) ** 2)
    assert (found.records, found.value) == (1, pytest.approx(expected, rel=1e-13))
    slopes = [-1 / np.tan(half[0]), np.tan(half[1])]
    np.testing.assert_allclose(found.neurons[0][:, 1], slopes, rtol=1e-12)


@pytest.mark.parametrize(
    ("inputs", "labels", "options", "match"),
    [
        (INPUTS, LABELS, {"most_records": 1000}, r"2 x 2\*\*9 = 1.02e\+03 for 2"),
        (INPUTS[0], LABELS, {}, r"`inputs` must have inputs of shape"),
        (2 * INPUTS, LABELS, {}, "inputs that are spikes 0 or 1"),
        (INPUTS, LABELS[:1], {}, "`labels` must have one label, a number"),
        (INPUTS, [0, 2], {}, "`labels` must lie from 0 to 1"),
        (INPUTS, LABELS, {"objective": "marginal"}, "of a TargetTrainLoss"),
        (INPUTS, LABELS, {"objective": "free"}, "`objective` must be one of"),
        (INPUTS[:, :2], LABELS, {"loss": TARGETS}, f"but have shape .2, {STEPS}, 2"),
    ],
)
def test_refusals(inputs, labels, options, match):
    with pytest.raises(ValueError, match=match):
        exact_loss(tiny_network(), inputs, labels, **options)


def test_laws_that_jump_are_refused():
    """Their derivatives are surrogates: no gradient would be exact."""
    model = QLIFNeuron(theta_in=0.2, threshold=0.55, leak=0.8, shots=5)
    with pytest.raises(ValueError, match="population 0 jumps at a threshold"):
        exact_loss(layered_network([1, 1], model), [[[1]]], [0])
