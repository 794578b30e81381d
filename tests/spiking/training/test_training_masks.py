"""Training of networks in which some connections are left out."""

import numpy as np
import pytest

from oqnn.spiking import (
    LIFNetwork,
    LIFParameters,
    init,
    init_network,
    simulate,
    step,
    train,
    train_categorical,
)

PRODUCTS = ((0,), (1,), (0, 1))
TARGETS = np.array([0.3, -0.2, 0.5])
SETTINGS = {"scale": 0.25, "detach_recurrent": False, "detach_reset": False}
LAW = np.array([0.1, 0.4, 0.35, 0.15])
KINDS = (("input_weights", "input_mask"), ("recurrent_weights", "recurrent_mask"))


def pair(*, masked=True, only=None, refractory_steps=1):
    """Return a network with masks, or the same weights without them."""
    rng = np.random.default_rng(7)
    masks = {
        "input_mask": rng.random((4, 10)) < 0.6,
        "recurrent_mask": rng.random((4, 4)) < 0.5,
    }
    return LIFNetwork(
        input_weights=rng.normal(0.8, 2.0, (4, 10)) * masks["input_mask"],
        recurrent_weights=rng.normal(0.0, 4.0, (4, 4)) * masks["recurrent_mask"],
        parameters=LIFParameters(refractory_steps=refractory_steps),
        **{k: v for k, v in masks.items() if masked and only in (None, k)},
    )


def assert_learned_where_connected(before, after):
    """Weights that are left out are zero; all others have moved."""
    for weights, name in KINDS:
        old, new = getattr(before, weights), getattr(after, weights)
        mask = getattr(before, name)
        assert (new[~mask] == 0).all()
        assert (new[mask] != old[mask]).all()
        np.testing.assert_array_equal(getattr(after, name), mask)


@pytest.mark.slow
def test_trained_networks_keep_their_masks():
    result = train(
        pair(), PRODUCTS, TARGETS, epochs=20, clip=2.0, progress=False, **SETTINGS
    )
    assert_learned_where_connected(pair(), result.network)
    for moment in (result.state.adam.mu, result.state.adam.nu):
        assert (moment.inputs[~pair().input_mask] == 0).all()
        assert (moment.recurrent[~pair().recurrent_mask] == 0).all()


@pytest.mark.slow
def test_one_mask_does_without_the_other():
    free = pair(only="recurrent_mask")
    assert free.input_mask is None
    result = train(free, PRODUCTS, TARGETS, epochs=3, progress=False, **SETTINGS)
    left_out = ~pair().recurrent_mask
    assert (result.network.recurrent_weights[left_out] == 0).all()
    assert (result.network.input_weights[:2] != free.input_weights[:2]).all()


@pytest.mark.slow
def test_connections_learn_as_if_there_were_no_masks():
    """Of the first update, whose gradient is at the same weights."""
    first = {}
    for masked in (True, False):
        network = pair(masked=masked)
        state = init(network, chains=16, seed=2, precision="double")
        first[masked], _ = step(state, network, PRODUCTS, TARGETS, **SETTINGS)
    for kind, (_, name) in zip(("inputs", "recurrent"), KINDS, strict=True):
        mask = getattr(pair(), name)
        ours, theirs = (np.array(getattr(first[m].weights, kind)) for m in first)
        np.testing.assert_allclose(ours[mask], theirs[mask], rtol=1e-12)
        assert (theirs[~mask] != 0).any()
        ours, theirs = (np.array(getattr(first[m].adam.mu, kind)) for m in first)
        np.testing.assert_allclose(ours, theirs * mask, rtol=1e-9, atol=1e-15)


def test_a_state_with_weights_that_are_left_out_is_refused():
    full = pair(masked=False)
    full = full.with_weights(full.input_weights + 1, full.recurrent_weights)
    state = init(full, chains=4)
    with pytest.raises(ValueError, match="must be True wherever a weight is not zero"):
        train(pair(), PRODUCTS, TARGETS, epochs=4, state=state, scale=0.25)


@pytest.mark.slow
def test_networks_trained_to_a_law_keep_their_masks(tmp_path):
    """Nor does a checkpoint serve one with the same weights and no masks."""
    settings = {
        **{"epochs": 6, "chains": 4, "steps": 60, "seed": 3, "measure_steps": 50},
        **{"measure_runs": 4, "detach_recurrent": False, "progress": False},
        "checkpoint": tmp_path / "law.npz",
    }
    result = train_categorical(LAW, network=pair(refractory_steps=3), **settings)
    assert_learned_where_connected(pair(), result.network)
    plain = pair(masked=False, refractory_steps=3)
    with pytest.raises(ValueError, match="`checkpoint` must belong to a training"):
        train_categorical(LAW, network=plain, **settings)


def test_random_networks_with_masks_are_as_active_as_asked():
    """And a mask that leaves out nothing changes nothing."""
    rng = np.random.default_rng(4)
    masks = {
        "input_mask": rng.random((6, 40)) < 0.3,
        "recurrent_mask": ~np.eye(6, dtype=bool),
    }
    active = np.array([0.3, 0.5, 0.7, 0.4, 0.6, 0.5])
    network = init_network(6, 40, active=active, seed=1, **masks)
    assert (network.input_weights != 0).sum() == masks["input_mask"].sum()
    assert (np.diag(network.recurrent_weights) == 0).all()
    alone = network.with_weights(network.input_weights, np.zeros((6, 6)))
    z = simulate(alone, 1000, chains=50, burn_in=50, seed=2)
    np.testing.assert_allclose(z.mean(axis=(0, 1)), active, rtol=0, atol=0.03)

    everything = init_network(
        6, 40, active=active, seed=1, input_mask=np.ones((6, 40), bool)
    )
    plain = init_network(6, 40, active=active, seed=1)
    np.testing.assert_allclose(
        everything.input_weights, plain.input_weights, rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize(
    ("masks", "message"),
    [
        (
            {"input_mask": np.arange(3)[:, None] != np.ones(8)},
            "`input_mask` must leave each neuron a source, but neuron 1 has none",
        ),
        (
            {"input_mask": np.ones((8, 3), bool)},
            r"`input_mask` must be boolean with shape \(3, 8\)",
        ),
        (
            {"recurrent_mask": np.eye(3)},
            r"`recurrent_mask` must be boolean with shape \(3, 3\)",
        ),
    ],
)
def test_masks_of_random_networks_that_make_no_sense_are_refused(masks, message):
    with pytest.raises(ValueError, match=message):
        init_network(3, 8, **masks)
