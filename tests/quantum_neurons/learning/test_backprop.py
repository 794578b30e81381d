"""Gradients through time: straight through the spikes, and by their likelihood."""

from functools import partial

import jax
import numpy as np
import pytest
from quantum_neurons.learning.tiny_networks import (
    INPUTS,
    LABELS,
    ONE_WIRE,
    STEPS,
    changed,
    flat,
    tiny_network,
)

from oqnn._core.jax64 import in_double_precision
from oqnn.quantum_neurons import (
    QLIFNeuron,
    ScoreFunction,
    SpikeCountLoss,
    StraightThrough,
    TargetTrainLoss,
    exact_loss,
    layered_network,
    train_backprop,
)
from oqnn.quantum_neurons.learning.backprop_jax import (
    gradient_by_scores,
    gradient_through_spikes,
)
from oqnn.quantum_neurons.learning.exact_jax import double_parameters
from oqnn.quantum_neurons.learning.local import LocalRule
from oqnn.quantum_neurons.learning.losses import SpikeLoss
from oqnn.quantum_neurons.networks.network_jax import run

TRAINS = np.array([[[1, 0], [0, 0], [1, 1]], [[0, 1], [1, 1], [0, 1]]])
QLIF = QLIFNeuron(theta_in=0.2, threshold=0.6, leak=0.8, surrogate_width=0.4)


def weighted_spikes(spikes, labels):
    """A loss that is linear in every spike."""
    factors = np.arange(1.0, 1 + spikes.shape[0] * spikes.shape[2])
    factors = factors.reshape(spikes.shape[0], 1, -1)
    return (factors * spikes).sum(axis=(0, 2)) * (1 + labels)


LINEAR = SpikeLoss(weighted_spikes)


def some_uniforms(network, shape, seed=0):
    rng = np.random.default_rng(seed)
    return tuple(rng.random((*shape, n, 2)) for n in network.wiring.sizes)


class OneNumber:
    """A generator that gives all estimators the same numbers for B samples.

    Whether passes are the first axis (M, T, B, n, 1) or part of the samples
    (T, M * B, n, 2); the last axis repeats one number.
    """

    def __init__(self, samples, seed=1):
        self.samples, self.rng = samples, np.random.default_rng(seed)

    def random(self, shape, dtype):
        drawn = self.rng.random(np.prod(shape[:-1]))
        if len(shape) == 4:
            steps, _, n, _ = shape
            drawn = drawn.reshape(-1, steps, self.samples, n).swapaxes(0, 1)
        drawn = drawn.reshape(shape[:-1])
        return np.repeat(drawn[..., None], shape[-1], axis=-1).astype(dtype)


@in_double_precision
def gradient(estimator, network, inputs, labels):
    rng = OneNumber(len(inputs))
    found, info = estimator.gradient(
        network,
        double_parameters(network),
        np.swapaxes(inputs, 0, 1),
        np.array(labels),
        rng,
    )
    return flat(network, *map(partial(map, np.asarray), found)), info


class PlainStraight:
    """Straight-through spikes by hand: choices move with the laws, from a fixed draw.

    A choice is the drawn pattern's mark plus (law now - law of the first run), so that
    differences of the loss with respect to parameters are straight-through slopes.
    Wires that are silent in the first run stay so: relu has slope 0 at 0.
    """

    def __init__(self, patterns, through_memory):
        self.patterns, self.through_memory = patterns, through_memory
        self.laws, self.heard = {}, {}

    def losses(self, network):
        return np.array([self.loss(network, b) for b in range(len(INPUTS))])

    def loss(self, network, b):
        unitaries = [
            p.model.with_parameters(angles[0]).circuit.unitary()
            for p, angles in zip(network.populations, network.neurons, strict=True)
        ]
        memories = [np.eye(1, 2)[0], np.eye(1, 2)[0]]
        spikes = [np.zeros((STEPS, 1)), np.zeros((STEPS, 2))]
        for t in range(STEPS):
            for i in range(2):
                z = np.zeros(i + 1)
                for c, w in zip(network.connections, network.weights, strict=True):
                    if c.target == i and t >= c.delay:
                        sent = INPUTS[b] if c.source == -1 else spikes[c.source]
                        z = z + w @ sent[t - c.delay]
                heard = self.heard.setdefault((b, t, i), z > 0)
                state = np.ones(1)
                for half in np.pi * np.where(heard, z, 0) / 2:
                    state = np.kron(state, [np.cos(half), -1j * np.sin(half)])
                branches = (unitaries[i] @ np.kron(state, memories[i])).reshape(-1, 2)
                if i == 0:  # the kernel of the two-qubit circuit drops (-i)^s
                    branches = branches * [[1], [1j]]
                law = (abs(branches) ** 2).sum(axis=1)
                hard = np.eye(len(law))[self.patterns[i][t, b, 0]]
                choice = hard + law - self.laws.setdefault((b, t, i), law)
                kept = (choice if self.through_memory else hard) @ branches
                memories[i] = kept / np.linalg.norm(kept)
                bits = [[p >> w & 1 for w in range(i, -1, -1)] for p in range(len(law))]
                spikes[i][t] = choice @ np.array(bits)
        odds = np.exp(0.8 * spikes[1].sum(axis=0))
        return -np.log(odds[LABELS[b]] / odds.sum())


@pytest.mark.slow
@pytest.mark.parametrize(("through_memory", "feedback"), [(True, True), (False, False)])
@in_double_precision
def test_straight_through_against_differences_by_hand(through_memory, feedback):
    """Central differences, error O(1e-10); N = 2, delays, with and without loops."""
    network, loss = tiny_network(feedback=feedback), SpikeCountLoss(scale=0.8)
    inputs = np.swapaxes(INPUTS, 0, 1).astype(float)
    uniforms = some_uniforms(network, inputs.shape[:2], seed=5)
    record = (double_parameters(network), inputs)
    free = (None, None)
    patterns = run(network.wiring, *record, uniforms, free)
    found, info = gradient_through_spikes(
        network.wiring,
        *record,
        LABELS,
        uniforms,
        free,
        loss=loss,
        through_memory=through_memory,
    )
    plain = PlainStraight([np.asarray(p) for p in patterns], through_memory)
    assert float(info.loss) == pytest.approx(plain.losses(network).mean(), rel=1e-12)
    step = 1e-5
    slopes = [
        (
            plain.losses(changed(network, k, step))
            - plain.losses(changed(network, k, -step))
        ).mean()
        / (2 * step)
        for k in range(network.n_parameters)
    ]
    found = flat(network, *map(partial(map, np.asarray), found))
    np.testing.assert_allclose(found, slopes, rtol=1e-7, atol=1e-9)
    assert np.abs(found).max() > 0.1


@pytest.mark.slow
def test_straight_through_is_exact_where_all_is_linear():
    """One layer, one step, a linear loss: sum_k a_k dp_k, without any scatter."""
    network = layered_network([2, 3], ONE_WIRE, seed=2)
    inputs, labels = [[[1, 1]], [[0, 1]]], [1, 0]
    found, _ = gradient(StraightThrough(loss=LINEAR), network, inputs, labels)
    exact = exact_loss(network, inputs, labels, loss=weighted_spikes)
    expected = flat(network, exact.weights, exact.neurons)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)


def test_straight_through_takes_the_surrogate_of_a_deterministic_neuron():
    """ds/dθ = sin(2h)/2 · 1/(w (1 + (π x/w)²)), x = sin² h - ϑ, h = (π z + θ)/2."""
    network = layered_network([1, 1], QLIF)
    network = network.with_parameters([[[0.45]]], [QLIF.parameters[None]])
    found, info = gradient(
        StraightThrough(loss=SpikeLoss(first_spike)), network, [[[1]]], [0]
    )
    half = (np.pi * 0.45 + 0.2) / 2
    x = np.sin(half) ** 2 - 0.6
    slope = np.sin(2 * half) / 2 / (0.4 * (1 + (np.pi * x / 0.4) ** 2))
    np.testing.assert_allclose(found[:2], [np.pi * slope, slope], rtol=1e-12)
    assert float(info.loss) == float(x > 0)


def first_spike(spikes, labels):
    return spikes[0, :, 0]


@in_double_precision
def test_estimates_keep_single_precision():
    """By shapes and types alone; one number of double precision would spread."""
    network = tiny_network()
    parameters = jax.tree.map(
        lambda a: np.asarray(a, np.float32), double_parameters(network)
    )
    inputs = np.swapaxes(INPUTS, 0, 1).astype(np.float32)
    uniforms = some_uniforms(network, inputs.shape[:2])
    uniforms = tuple(u.astype(np.float32) for u in uniforms)
    record = (parameters, inputs, LABELS, uniforms, (None, None))
    options = [
        partial(gradient_through_spikes, through_memory=True),
        partial(gradient_by_scores, passes=2, baseline="passes"),
    ]
    for option in options:
        find = partial(option, network.wiring, loss=SpikeCountLoss())
        for leaf in jax.tree.leaves(jax.eval_shape(find, *record)):
            assert leaf.dtype == np.float32


@pytest.mark.slow
def test_score_function_is_the_local_rule_with_exact_scores():
    """The same random numbers, hidden neurons drawn, outputs clamped."""
    settings = {"loss": TargetTrainLoss(trains=TRAINS), "passes": 3}
    found = [
        gradient(estimator, tiny_network(), INPUTS, LABELS)
        for estimator in (
            ScoreFunction(**settings),
            LocalRule(directions="exact", **settings),
        )
    ]
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-10, atol=1e-13)
    assert float(found[0][1].loss) == pytest.approx(float(found[1][1].loss), rel=1e-12)


@pytest.mark.slow
def test_training_tells_two_inputs_apart():
    """A recurrent network with delays learns which of two lines spikes."""
    labels = np.arange(64) % 2
    inputs = np.repeat(np.eye(2, dtype=int)[labels][:, None], 4, axis=1)
    network = layered_network([2, 3, 2], ONE_WIRE, delay=1, recurrent=True, seed=3)
    options = {"epochs": 60, "batch": 32, "learning_rate": 0.05, "progress": False}
    learned = train_backprop(network, (inputs, labels), **options)
    assert learned.accuracy[0] < 0.7
    assert learned.accuracy[-5:].mean() > 0.85
    assert learned.loss[-1] < 0.6 * learned.loss[0]


def drawn_counts():
    model = QLIFNeuron(theta_in=0.2, threshold=0.55, leak=0.8, shots=5, counts="drawn")
    return layered_network([1, 1], model)


@pytest.mark.parametrize(
    ("build", "error", "match"),
    [
        (lambda: StraightThrough(passes=0), ValueError, "`passes` must be at least 1"),
        (lambda: StraightThrough(loss=3), TypeError, "`loss` must be"),
        (lambda: ScoreFunction(passes=1), ValueError, "`passes` must be at least 2"),
        (lambda: ScoreFunction(baseline="mean"), ValueError, "`baseline` must be one"),
        (
            lambda: gradient(
                ScoreFunction(passes=1, baseline="batch", loss=LINEAR),
                layered_network([1, 1], ONE_WIRE),
                [[[1]]],
                [0],
            ),
            ValueError,
            "`baseline` must be 'none' for one pass",
        ),
        (
            lambda: gradient(
                ScoreFunction(), layered_network([1, 1], QLIF), [[[1]]], [0]
            ),
            ValueError,
            "those of population 0 follow from its currents",
        ),
        (
            lambda: gradient(ScoreFunction(), drawn_counts(), [[[1]]], [0]),
            ValueError,
            "no randomness besides its spikes",
        ),
        (
            lambda: train_backprop(
                tiny_network(), (INPUTS, LABELS), estimator=LocalRule()
            ),
            TypeError,
            "`estimator` must be StraightThrough",
        ),
    ],
)
def test_refusals(build, error, match):
    with pytest.raises(error, match=match):
        build()
