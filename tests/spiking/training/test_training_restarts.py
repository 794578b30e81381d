"""Clipped gradients, chains that start again from rest, and files of states."""

import jax
import numpy as np
import optax
import pytest

from oqnn._core.jax64 import in_double_precision
from oqnn.spiking import (
    LIFParameters,
    init,
    load_state,
    motif_network,
    save_state,
    step,
    train,
)
from oqnn.spiking.kernels.lif_jax import Detach, Weights
from oqnn.spiking.training import training_file
from oqnn.spiking.training.training_jax import Settings, clipped, restarted

PRODUCTS = ((0,), (1,), (0, 1))
TARGETS = np.array([0.3, -0.2, 0.5])
SETTINGS = {"chains": 8, "steps": 10, "scale": 0.25, "progress": False}


def start(seed=1):
    return motif_network([[1.0], [1.0]], 4, 10, seed=seed, noise=0.3)


def settings(every, warm_up):
    return Settings(
        parameters=LIFParameters(v_leak=-0.25),
        source_law="bernoulli",
        source_mean=0.7,
        source_probability=0.7,
        products=PRODUCTS,
        steps=10,
        sharpness=10.0,
        detach=Detach(),
        clip=None,
        restart_every=every,
        warm_up=warm_up,
    )


@in_double_precision
def clip_once(gradient, mean_square, count, limit):
    """Clip the input weights' gradient after `count` epochs."""
    gradient, mean_square = (
        Weights(np.array([value], float), np.zeros((1, 1)))
        for value in (gradient, mean_square)
    )
    adam = optax.ScaleByAdamState(np.array(count, np.int32), gradient, mean_square)
    return np.asarray(clipped(gradient, adam, limit).inputs)[0]


def test_gradients_are_held_within_a_multiple_of_their_root_mean_square():
    """Of g = ±a at every epoch Adam's mean square is a² (1 - 0.99^k)."""
    a, known = np.array([0.5, 2.0, 3.0, 4.0]), 1 - 0.99**20
    found = clip_once([0.9, -7.0, 6.0, 1e9], a**2 * known, 20, 2.0)
    np.testing.assert_allclose(found, [0.9, -4.0, 6.0, 8.0], rtol=1e-13)


@pytest.mark.parametrize(("count", "limit"), [(9, 2.0), (20, None)])
def test_first_gradients_are_not_clipped(count, limit):
    found = clip_once([0.9, -7.0], [1e-6, 1e-6], count, limit)
    np.testing.assert_array_equal(found, [0.9, -7.0])


def test_a_weight_that_had_no_gradient_yet_may_get_one():
    assert clip_once([5.0], [0.0], 20, 2.0)[0] == 5.0


@pytest.mark.slow
def test_a_clip_changes_the_training_only_where_it_holds():
    free, loose, tight = (
        train(start(), PRODUCTS, TARGETS, epochs=30, clip=clip, **SETTINGS)
        for clip in (None, 1e6, 0.5)
    )
    np.testing.assert_array_equal(loose.losses, free.losses)
    np.testing.assert_array_equal(tight.losses[:11], free.losses[:11])
    assert (tight.losses[12:] != free.losses[12:]).any()


def test_chains_take_turns_to_restart():
    """Of 6 chains, at every epoch those of age 0, 1, 2 of 3 are two each."""
    state = init(start(), chains=6, precision="double")
    moved = jax.tree.map(lambda a: np.asarray(a) + 5.0, state.neurons)
    for epoch in range(7):
        now = state._replace(neurons=moved, epoch=np.array(epoch, np.int32))
        neurons, shares = in_double_precision(restarted)(settings(3, 1), now)
        age = (epoch + np.array([0, 0, 1, 1, 2, 2])) % 3
        expected = np.where(age[:, None] == 0, -0.25, moved.voltage)
        np.testing.assert_array_equal(neurons.voltage, expected)
        expected = np.where(age[:, None] == 0, 0.0, moved.current)
        np.testing.assert_array_equal(neurons.current, expected)
        np.testing.assert_allclose(shares, np.where(age < 1, 0, 0.25))


def test_without_restarts_all_chains_go_on_and_count():
    state = init(start(), chains=4)
    neurons, shares = in_double_precision(restarted)(settings(None, 2), state)
    assert neurons is state.neurons
    np.testing.assert_allclose(shares, 0.25)


@pytest.mark.parametrize(
    ("chains", "every", "warm_up"), [(2, 5, 2), (3, 4, 2), (7, 128, 2)]
)
def test_some_chain_counts_in_every_epoch(chains, every, warm_up):
    state = init(start(), chains=chains)
    for epoch in range(2 * every):
        now = state._replace(epoch=np.array(epoch, np.int32))
        shares = in_double_precision(restarted)(settings(every, warm_up), now)[1]
        assert float(shares.sum()) == pytest.approx(1, rel=1e-6)


@pytest.mark.slow
def test_a_training_keeps_the_moments_of_its_losses():
    result = train(start(), PRODUCTS, TARGETS, epochs=5, restart_every=4, **SETTINGS)
    losses = 0.25 * ((result.moments - TARGETS) ** 2).sum(axis=1)
    np.testing.assert_allclose(result.losses, losses, rtol=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"clip": -1.0}, "`clip` must be positive"),
        ({"restart_every": 3}, "`restart_every` must be at least 4"),
        ({"restart_every": 0, "warm_up": 0}, "`restart_every` must be at least 1"),
        ({"restart_every": 9, "warm_up": -1}, "`warm_up` must be at least 0"),
    ],
)
def test_bad_restarts_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        step(init(start(), chains=8), start(), PRODUCTS, TARGETS, scale=1.0, **change)


def test_one_chain_cannot_warm_up():
    state = init(start(), chains=1)
    with pytest.raises(ValueError, match="`chains` must be at least 2"):
        step(state, start(), PRODUCTS, TARGETS, scale=1.0, restart_every=8)
    step(state, start(), PRODUCTS, TARGETS, scale=1.0, restart_every=8, warm_up=0)


def test_a_state_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "state.npz"
    save_state(path, init(start(), seed=1))
    before = path.read_bytes()

    def fail(file, **arrays):
        file.write(b"half of it")
        raise OSError("disk full")

    monkeypatch.setattr(training_file.np, "savez", fail)
    with pytest.raises(OSError, match="disk full"):
        save_state(path, init(start(), seed=2))
    assert path.read_bytes() == before
    monkeypatch.undo()
    save_state(path, init(start(), seed=2))
    assert [p.name for p in tmp_path.iterdir()] == ["state.npz"]
    expected = init(start(), seed=2)
    found = load_state(path, start())
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_array_equal(a, b)
