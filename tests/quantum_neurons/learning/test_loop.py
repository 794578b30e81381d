"""Trainings: a task that is learned, checkpoints, interruptions, refusals."""

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from oqnn import ConvergenceError
from oqnn.quantum_neurons import (
    Circuit,
    Gate,
    SQSNeuron,
    layered_network,
    two_qubit_circuit,
)
from oqnn.quantum_neurons.learning.estimator import Info
from oqnn.quantum_neurons.learning.learning_file import Origin
from oqnn.quantum_neurons.learning.local import LocalRule, train_local
from oqnn.quantum_neurons.learning.loop import train_network
from oqnn.quantum_neurons.learning.losses import (
    SpikeCountLoss,
    SpikeLoss,
    TargetTrainLoss,
)

COUNTS = SpikeCountLoss()
NEURON = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, 0.4, 1.3))


def network(sizes=(2, 2, 2), **settings):
    return layered_network(list(sizes), NEURON, self_loops=True, seed=2, **settings)


def one_line_each(samples=12, steps=3):
    """Two classes, one of two input lines each that spikes at every step."""
    labels = np.arange(samples) % 2
    inputs = np.repeat(np.eye(2, dtype=int)[labels][:, None], steps, axis=1)
    return inputs, labels


SEEN, PRECISIONS = [], []  # what the estimator below was given


@dataclass(frozen=True)
class Towards:
    """Gradients of (parameters - aim)**2 / 2, so that plain descent is known."""

    aim: float = 1.0
    breaks_at: int = 10**9
    loss: SpikeCountLoss = COUNTS

    def gradient(self, network, parameters, inputs, labels, rng):
        SEEN.append((inputs.sum(axis=(0, 2)), labels, rng.random()))
        PRECISIONS.append({leaf.dtype for leaf in jax.tree.leaves(parameters)})
        broken = len(SEEN) > self.breaks_at
        with jax.enable_x64(True):
            found = jax.tree.map(lambda p: p - self.aim, parameters)
            loss = jnp.asarray(np.nan if broken else 0.5)
            return found, Info(loss, loss, (loss,) * len(network.populations))


@pytest.fixture(autouse=True)
def _forget():
    SEEN.clear()
    PRECISIONS.clear()


def same(a, b):
    pairs = zip([*a.weights, *a.neurons], [*b.weights, *b.neurons], strict=True)
    return all(np.array_equal(x, y) for x, y in pairs)


def test_descent_goes_where_its_formula_says():
    r"""With step η, :math:`p_k = a + (1 - η)^k (p_0 - a)`; absent weights stay zero."""
    start = network()
    found = train_network(
        start,
        one_line_each(),
        Towards(),
        epochs=3,
        batch=5,
        optimizer="sgd",
        learning_rate=0.1,
        precision="double",
    )
    assert len(SEEN) == 6  # two whole minibatches an epoch, two samples left out
    for before, after, connection in zip(
        start.weights, found.network.weights, start.connections, strict=True
    ):
        expected = (1 + 0.9**6 * (before - 1)) * connection.mask
        np.testing.assert_allclose(after, expected, rtol=1e-13, atol=1e-15)
        assert connection.mask.all() or (after[~connection.mask] == 0).all()
    np.testing.assert_allclose(
        found.network.neurons[1], 1 + 0.9**6 * (start.neurons[1] - 1), rtol=1e-13
    )


def test_every_epoch_has_an_order_and_numbers_of_its_own():
    inputs = np.arange(8)[:, None, None] > np.arange(2 * 4).reshape(4, 2)
    train_network(network(), (inputs, np.arange(8) % 2), Towards(), epochs=2, batch=4)
    seen = np.concatenate([spikes for spikes, _, _ in SEEN]).reshape(2, 8)
    assert sorted(seen[0]) == sorted(seen[1]) == list(range(8))  # k spikes in row k
    assert list(seen[0]) != list(seen[1])
    labels = np.concatenate([labels for _, labels, _ in SEEN])
    np.testing.assert_array_equal(labels, seen.ravel() % 2)
    assert len({number for _, _, number in SEEN}) == 4


def test_noise_of_the_optimiser_leaves_absent_weights_alone():
    noisy = optax.chain(optax.add_noise(0.1, 0.5, 0), optax.sgd(0.1))
    found = train_network(
        network(), one_line_each(), Towards(), epochs=1, batch=6, optimizer=noisy
    )
    weights, connection = found.network.weights[1], found.network.connections[1]
    assert not connection.mask.all()
    assert (weights[~connection.mask] == 0).all()
    assert found.settings["optimizer"] == "given"
    assert set().union(*PRECISIONS) == {np.dtype(np.float32)}


def test_gradients_of_absent_weights_do_not_reach_the_optimiser():
    """A step of length one: that of the clipped gradient inside of the masks."""
    start, clipped = network(), optax.chain(optax.clip_by_global_norm(1), optax.sgd(1))
    found = train_network(
        start,
        one_line_each(),
        Towards(aim=9.0),
        epochs=1,
        batch=12,
        optimizer=clipped,
        precision="double",
    )
    assert set().union(*PRECISIONS) == {np.dtype(float)}
    steps = [a - b for a, b in zip(found.network.weights, start.weights, strict=True)]
    steps += [a - b for a, b in zip(found.network.neurons, start.neurons, strict=True)]
    assert sum((step**2).sum() for step in steps) == pytest.approx(1, rel=1e-12)


TARGETS = TargetTrainLoss(trains=[[[1, 0]] * 3, [[0, 1]] * 3])
RULE = LocalRule(passes=16)


@pytest.mark.slow
@pytest.mark.parametrize("loss", [COUNTS, TARGETS])
def test_local_rule_learns_which_line_spikes(loss):
    """From chance to more than nine in ten, in single precision."""
    found = train_local(
        network((2, 6, 2)),
        one_line_each(40),
        test=one_line_each(200),
        rule=RULE,
        loss=loss,
        epochs=100,
        batch=20,
        learning_rate=0.05,
        seed=3,
    )
    assert found.epochs == 100
    assert found.test_accuracy[-1] > 0.9
    assert found.test_accuracy[0] < 0.8
    assert found.loss[-1] < found.loss[0] / 2
    assert ((found.spikes > 0) & (found.spikes < 1)).all()
    if loss is TARGETS:
        assert np.isnan(found.accuracy).all()
        assert (found.spikes[:, 1] == 0.5).all()  # one of two wires at every step
    else:
        assert found.accuracy[-1] > 0.9


@pytest.mark.slow
def test_resumed_training_has_the_same_numbers(tmp_path):
    """Stopped after two epochs of four, and gone on from the file."""
    start, data, path = network((2, 6, 2)), one_line_each(40), tmp_path / "run.npz"
    settings = {"test": one_line_each(6), "rule": RULE, "batch": 20, "seed": 5}
    whole = train_local(start, data, epochs=4, **settings)
    train_local(start, data, epochs=2, checkpoint=path, **settings)
    resumed = train_local(start, data, epochs=4, checkpoint=path, **settings)
    assert same(whole.network, resumed.network)
    for name in ("loss", "accuracy", "spikes", "test_accuracy", "test_accuracy_error"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(resumed, name))
    assert not same(whole.network, start)


def test_interrupted_epoch_leaves_the_file_of_the_one_before(tmp_path, monkeypatch):
    path = tmp_path / "training.npz"
    data, rule = one_line_each(), Towards()
    whole = train_network(network(), data, rule, epochs=3, batch=6)
    SEEN.clear()
    plain = Towards.gradient

    def interrupted(self, *arguments):
        if len(SEEN) == 3:
            raise KeyboardInterrupt
        return plain(self, *arguments)

    monkeypatch.setattr(Towards, "gradient", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train_network(network(), data, rule, epochs=3, batch=6, checkpoint=path)
    monkeypatch.setattr(Towards, "gradient", plain)
    found = train_network(network(), data, rule, epochs=3, batch=6, checkpoint=path)
    assert same(found.network, whole.network)
    again = train_network(network(), data, rule, epochs=3, batch=6, checkpoint=path)
    assert same(again.network, whole.network)
    assert len(SEEN) == 3 + 4  # two minibatches of the second epoch were done anew


def test_diverged_training_keeps_the_last_good_epoch(tmp_path):
    path = tmp_path / "training.npz"
    start, data = network(), one_line_each()
    rule = Towards(breaks_at=3)
    with pytest.raises(ConvergenceError, match="no longer finite in epoch 1") as caught:
        train_network(start, data, rule, epochs=4, batch=6, checkpoint=path)
    assert caught.value.reached.epochs == 1
    SEEN.clear()
    kept = train_network(start, data, rule, epochs=1, batch=6, checkpoint=path)
    assert len(SEEN) == 0
    assert same(kept.network, caught.value.reached.network)


def test_parameters_that_diverge_under_a_finite_loss_are_noticed():
    with pytest.raises(ConvergenceError, match="no longer finite in epoch 0"):
        train_network(network(), one_line_each(), Towards(aim=np.inf), batch=6)


def test_checkpoint_of_another_training_is_refused(tmp_path):
    path = tmp_path / "training.npz"

    def train(start=None, data=None, rule=None, **changed):
        settings = {"epochs": 2, "batch": 6, "checkpoint": path} | changed
        train_network(
            start or network(), data or one_line_each(), rule or Towards(), **settings
        )

    train()
    with pytest.raises(ValueError, match="has batch = 6 and not 4"):
        train(batch=4)
    with pytest.raises(ValueError, match=r"has aim = 1\.0 and not 2\.0"):
        train(rule=Towards(aim=2.0))
    with pytest.raises(ValueError, match="has seed = 0 and not 1"):
        train(seed=1)
    with pytest.raises(ValueError, match="has precision = single and not double"):
        train(precision="double")
    with pytest.raises(ValueError, match=r"has learning_rate = 0\.01 and not 0\.02"):
        train(learning_rate=0.02)
    with pytest.raises(ValueError, match="has optimizer = adam and not sgd"):
        train(optimizer="sgd")
    with pytest.raises(ValueError, match="has another network, other data"):
        train(test=one_line_each())
    with pytest.raises(ValueError, match="has another network, other data"):
        train(start=network(scale=0.5))
    delayed = replace(network().connections[0], delay=1)
    connections = [delayed, *network().connections[1:]]
    with pytest.raises(ValueError, match="has another network, other data"):
        train(start=replace(network(), connections=connections))
    inputs, labels = one_line_each()
    with pytest.raises(ValueError, match="has another network, other data"):
        train(data=(1 - inputs, labels))
    with pytest.raises(ValueError, match="has another network, other data"):
        train(data=(inputs, 1 - labels))
    with pytest.raises(ValueError, match="`epochs` must be at least the 2"):
        train(epochs=1)
    path.write_bytes(b"something else")
    with pytest.raises(ValueError, match="`checkpoint` must be a file of a training"):
        train()
    np.savez(path, a=1)
    with pytest.raises(ValueError, match="must be a file of a network's training"):
        train()
    with pytest.raises(ValueError, match="must lie in a folder that exists"):
        train(checkpoint=tmp_path / "absent" / "training.npz")


def test_matrices_of_gates_tell_networks_apart():
    """By their last digit and in their middle, which NumPy would not print."""
    digests = set()
    for angle in (0, 1e-13, 0.5):
        matrix = np.eye(32, dtype=complex)
        matrix[16, 16] = np.exp(1j * angle)
        gate = Gate("unitary", tuple(range(5)), matrix=matrix)
        circuit = Circuit(n_qubits=5, gates=[gate], parameters=np.zeros(0))
        model = layered_network([1, 1], SQSNeuron(1, 4, circuit=circuit))
        digests.add(Origin({}, model, one_line_each()).digest)
    assert len(digests) == 3


def test_data_that_do_not_fit_are_refused():
    inputs, labels = one_line_each()

    def train(data=(inputs, labels), rule=None, **settings):
        train_network(network(), data, rule or Towards(), **settings)

    with pytest.raises(TypeError, match=r"`data` must be SpikeData or a pair"):
        train(inputs)
    with pytest.raises(
        ValueError, match=r"`data` must have inputs of shape \(S, T, 2\)"
    ):
        train((inputs[..., :1], labels))
    with pytest.raises(ValueError, match="must have inputs that are spikes 0 or 1"):
        train((2 * inputs, labels))
    with pytest.raises(ValueError, match="must have inputs that are spikes 0 or 1"):
        train((-inputs, labels))
    with pytest.raises(ValueError, match="`data` must have one label"):
        train((inputs, labels[1:]))
    with pytest.raises(ValueError, match="`labels` must lie from 0 to 1"):
        train((inputs, labels + 1))
    with pytest.raises(ValueError, match="`labels` must lie from 0 to 1"):
        train(test=(inputs, labels + 1))
    with pytest.raises(TypeError, match="`labels` must be integers"):
        train(test=(inputs, labels / 2))
    with pytest.raises(ValueError, match=r"`trains` must have shape \(C, 3, 2\)"):
        train(rule=LocalRule(loss=TargetTrainLoss(trains=np.ones((2, 2, 2)))))


def test_settings_that_do_not_fit_are_refused():
    def train(**settings):
        train_network(network(), one_line_each(), Towards(), **settings)

    with pytest.raises(ValueError, match="`batch` must be at most the 12 samples"):
        train(batch=13)
    with pytest.raises(ValueError, match="`epochs` must be at least 1"):
        train(epochs=0)
    with pytest.raises(ValueError, match="`optimizer` must be one of 'adam'"):
        train(batch=6, optimizer="newton")
    with pytest.raises(TypeError, match="`optimizer` must be a name or an optax"):
        train(batch=6, optimizer=optax.sgd)
    with pytest.raises(ValueError, match="`learning_rate` must be positive"):
        train(batch=6, learning_rate=-1)
    with pytest.raises(ValueError, match="`precision` must be one of"):
        train(batch=6, precision="half")
    with pytest.raises(TypeError, match="`seed` must be an integer"):
        train(batch=6, seed=1.5)
    for estimator in (LocalRule, "spsa", COUNTS):
        with pytest.raises(TypeError, match=r"`estimator` must be a LocalRule\(\)"):
            train_network(network(), one_line_each(), estimator)


def test_functions_are_settings_by_their_names():
    rule = LocalRule(loss=SpikeLoss(np.linalg.norm))
    found = train_network(
        network(), one_line_each(), Towards(loss=rule.loss), epochs=1, batch=6
    )
    assert found.settings["loss"] == "SpikeLoss(function=numpy.linalg.norm)"
