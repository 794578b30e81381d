"""Directions, scales, baselines and settings of the local rule."""

from dataclasses import replace

import numpy as np
import pytest
from quantum_neurons.networks.plain_network import mixed_network

from oqnn._core.jax64 import in_double_precision
from oqnn.quantum_neurons import QLIFNeuron, layered_network
from oqnn.quantum_neurons.learning import backprop, local
from oqnn.quantum_neurons.learning.backprop import ScoreFunction, train_backprop
from oqnn.quantum_neurons.learning.directions import draw_directions, fan_in_scales
from oqnn.quantum_neurons.learning.local import LocalRule, train_local
from oqnn.quantum_neurons.learning.local_jax import feedback, scales_of
from oqnn.quantum_neurons.learning.losses import SpikeCountLoss

FLOAT = np.dtype(np.float32)


@pytest.mark.parametrize("kind", ["spsa", "gaussian"])
def test_directions_have_covariance_one(kind):
    """Mean 0, variance 1, no correlation, within 5 standard errors; zero off masks.

    The variance of Δ² is 0 for signs and 2 for normal entries.
    """
    network, n = mixed_network(), 4000
    found = draw_directions(network, kind, (n,), FLOAT, np.random.default_rng(1))
    parts = [
        d[:, c.mask] for d, c in zip(found.weights, network.connections, strict=True)
    ]
    parts += [d.reshape(n, -1) for d in found.neurons]
    joint = np.concatenate(parts, axis=1).astype(float)
    assert joint.shape[1] == network.n_parameters
    covariance = joint.T @ joint / n
    fourth = 0 if kind == "spsa" else 2
    error = np.sqrt(1 + (fourth - 1) * np.eye(len(covariance))) / np.sqrt(n)
    assert (np.abs(covariance - np.eye(len(covariance))) <= 5 * error + 1e-12).all()
    assert (np.abs(joint.mean(axis=0)) < 5 / np.sqrt(n)).all()
    for direction, c in zip(found.weights, network.connections, strict=True):
        assert (direction[:, ~c.mask] == 0).all()
        assert direction.dtype == (np.int8 if kind == "spsa" else np.float32)


def test_scales_count_what_reaches_a_wire():
    """One over the root of the entries of its row in all masks."""
    network = mixed_network()
    found = fan_in_scales(network)
    for i, population in enumerate(network.populations):
        masks = [c.mask for c in network.connections if c.target == i]
        for row in range(population.n_wires):
            reached = sum(mask[row].sum() for mask in masks)
            assert found[i][row] == pytest.approx(reached**-0.5, rel=1e-14)
    assert len(set(np.concatenate(found))) > 1
    double = np.dtype(float)
    scales = in_double_precision(scales_of)(LocalRule(angle_scale=3), network, double)
    for scale, c in zip(scales.weights, network.connections, strict=True):
        np.testing.assert_array_equal(np.asarray(scale)[:, 0], found[c.target])
    assert {np.asarray(scale).item() for scale in scales.neurons} == {3}
    fixed = in_double_precision(scales_of)(LocalRule(weight_scale=2), network, double)
    assert all((np.asarray(scale) == 2).all() for scale in fixed.weights)


def test_baselines_are_means_of_the_others():
    """Of the sample's other passes; of all other passes and samples; nothing."""
    losses = np.random.default_rng(2).normal(size=(3, 4))
    found = {
        name: np.broadcast_to(in_double_precision(feedback)(losses, name), (3, 4))
        for name in ("passes", "batch", "none")
    }
    for m, b in np.ndindex(3, 4):
        others = [losses[k, b] for k in range(3) if k != m]
        every = [losses[i] for i in np.ndindex(3, 4) if i != (m, b)]
        assert found["passes"][m, b] == pytest.approx(np.mean(others), rel=1e-12)
        assert found["batch"][m, b] == pytest.approx(np.mean(every), rel=1e-12)
    assert (found["none"] == 0).all()


@pytest.mark.parametrize("module", [local, backprop])
def test_all_settings_are_handed_on(module, monkeypatch):
    """As they are, and the loss in place of the estimator's own."""
    given = {}
    monkeypatch.setattr(module, "train_network", lambda *a, **k: given.update(k, a=a))
    settings = {"test": 1, "epochs": 2, "batch": 3, "optimizer": "sgd", "seed": 4}
    settings |= {"learning_rate": 5, "precision": "double", "checkpoint": 6}
    settings |= {"progress": False}
    loss = SpikeCountLoss(scale=7)
    if module is local:
        estimator = LocalRule(passes=8)
        train_local(0, 9, rule=estimator, loss=loss, **settings)
    else:
        estimator = ScoreFunction(passes=8)
        train_backprop(0, 9, estimator=estimator, loss=loss, **settings)
    assert given == settings | {"a": (0, 9, replace(estimator, loss=loss))}


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="`passes` must be at least 2 for a baseline"):
        LocalRule(passes=1)
    with pytest.raises(ValueError, match="`directions` must be one of 'spsa'"):
        LocalRule(directions="uniform")
    with pytest.raises(ValueError, match="`baseline` must be one of 'none'"):
        LocalRule(baseline="running")
    with pytest.raises(ValueError, match="`epsilon` must be positive"):
        LocalRule(epsilon=0)
    with pytest.raises(TypeError, match="`weight_scale` must be one real number"):
        LocalRule(weight_scale="fan_out")
    with pytest.raises(ValueError, match="`angle_scale` must be positive"):
        LocalRule(angle_scale=-1.0)
    with pytest.raises(ValueError, match="`directions_per_pass` must be at least 1"):
        LocalRule(directions_per_pass=0)
    with pytest.raises(TypeError, match="`loss` must be"):
        LocalRule(loss=3)


def test_a_batch_of_one_has_no_others():
    rule = LocalRule(passes=1, baseline="batch")
    inputs = np.ones((2, 1, 3))
    with pytest.raises(ValueError, match="`baseline` must be 'none' for one pass"):
        rule.gradient(mixed_network(), None, inputs, [0], np.random.default_rng(0))


def test_neurons_without_likelihoods_are_refused():
    values = {"theta_in": 0.4, "threshold": 0.45, "leak": 0.9}
    data = (np.ones((4, 2, 2)), [0, 1, 0, 1])
    drawn = QLIFNeuron(**values, shots=10, counts="drawn")
    with pytest.raises(ValueError, match="no randomness besides its spikes"):
        train_local(layered_network([2, 2], drawn), data, batch=2, epochs=1)
    network = layered_network([2, 2], QLIFNeuron(**values))
    with pytest.raises(ValueError, match="must draw its spikes"):
        train_local(network, data, batch=2, epochs=1)
    with pytest.raises(TypeError, match="`rule` must be a LocalRule"):
        train_local(network, data, rule="spsa")
