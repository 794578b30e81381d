"""Surrogate gradients by hand, learning, and going on from a saved state."""

import jax
import numpy as np
import pytest

from oqnn._core.errors import ConvergenceError
from oqnn._core.jax64 import in_double_precision
from oqnn.spiking import (
    LIFNetwork,
    LIFParameters,
    init,
    init_network,
    load_state,
    measure,
    motif_network,
    save_state,
    step,
    train,
)
from oqnn.spiking.kernels.lif_jax import Detach, Weights, rest, scan_steps
from oqnn.spiking.products import product_values
from oqnn.spiking.training.training_jax import moments

PRODUCTS = ((0,), (1,), (0, 1))
ALPHA = 4.0


@in_double_precision
def gradient(inputs, recurrent, counts, weigh, detach):
    """Return the derivative of sum(weigh * z), by the surrogate."""
    inputs, recurrent = np.array(inputs, float), np.array(recurrent, float)
    counts = np.array(counts, float)[:, None]
    state = rest(LIFParameters(), 1, len(inputs))

    def total(weights):
        z = scan_steps(LIFParameters(), weights, state, counts, ALPHA, detach)[1]
        return (z[:, 0] * np.array(weigh)).sum()

    return jax.grad(total)(Weights(inputs, recurrent))


def slope(x):
    return 1 / (ALPHA * abs(x) + 1) ** 2


@pytest.mark.parametrize("detach_reset", [True, False])
@pytest.mark.parametrize("weight", [5.0, 12.0, 30.0])
def test_gradient_of_one_neuron_is_the_one_by_hand(weight, detach_reset):
    """Source spikes at steps 0 and 1; a = 0.1, b = 0.8, c = 0.9. Then v_1 = a w,
    z_1 = Θ(v_1 - 1), v_2 = c (1 - z_1) v_1 + a (1 + b) w, z_2 = Θ(v_2 - 1), and for
    the sum 2 z_1 + 3 z_2 the derivative is 2 h_1 a + 3 h_2 (c (1 - z_1) a + a (1 + b)),
    where h = 1/(α|v - 1| + 1)². If followed, the reset adds -3 h_2 c v_1 h_1 a.
    """
    a, b, c = 0.1, 0.8, 0.9
    v1 = a * weight
    z1 = float(v1 >= 1)
    v2 = c * (1 - z1) * v1 + a * (1 + b) * weight
    h1, h2 = slope(v1 - 1), slope(v2 - 1)
    exact = 2 * h1 * a + 3 * h2 * (c * (1 - z1) * a + a * (1 + b))
    if not detach_reset:
        exact -= 3 * h2 * c * v1 * h1 * a

    found = gradient(
        [[weight]],
        [[0.0]],
        [[1], [1], [0]],
        [[0.0], [2.0], [3.0]],
        Detach(reset=detach_reset),
    )

    assert float(found.inputs[0, 0]) == pytest.approx(exact, rel=1e-13)


@pytest.mark.parametrize("detach_recurrent", [True, False])
def test_gradient_through_a_connection_is_the_one_by_hand(detach_recurrent):
    """Neuron 0 fires at step 1 and sends w to neuron 1, where v_2 = a w, so that
    dz_2/dw = h_2 a z_1, and, where recurrent spikes are followed, dz_2/dw_in of neuron
    0 is h_2 a w h_1 a.
    """
    w_in, w, a = 13.0, 7.0, 0.1
    h1, h2 = slope(a * w_in - 1), slope(a * w - 1)

    found = gradient(
        [[w_in], [0.0]],
        [[0.0, 0.0], [w, 0.0]],
        [[1], [0], [0]],
        [[0.0, 0.0], [0.0, 0.0], [0.0, 1.0]],
        Detach(recurrent=detach_recurrent),
    )

    assert float(found.recurrent[1, 0]) == pytest.approx(h2 * a, rel=1e-13)
    through = 0.0 if detach_recurrent else h2 * a * w * h1 * a
    assert float(found.inputs[0, 0]) == pytest.approx(through, rel=1e-13)


def test_moments_of_the_kernel_are_those_of_the_measurement():
    active = np.random.default_rng(0).integers(0, 2, (6, 4, 5))
    products = ((2,), (0, 3), (1, 2, 4), (4, 0))
    exact = product_values(active, products).mean(axis=(0, 1))
    shares = np.full(4, 0.25)
    found = in_double_precision(moments)(active.astype(float), products, shares)
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-14)


TARGETS = np.array([0.3, -0.2, 0.5])
# The same numbers of chains and steps everywhere: epochs are compiled once.
SETTINGS = {"epochs": 80, "chains": 32, "steps": 30, "progress": False}


def start(seed=1):
    return motif_network([[1.0], [1.0]], 4, 10, seed=seed, noise=0.3)


def distance(network):
    return ((measure(network, PRODUCTS, seed=9).moments - TARGETS) ** 2).sum() / 4


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["single", "double"])
def test_training_brings_the_moments_to_their_targets(precision):
    products = [(0,), (1,), (0, 1)]
    result = train(
        start(), products, TARGETS, scale=0.25, precision=precision, **SETTINGS
    )
    assert distance(start()) > 0.06
    assert distance(result.network) < 0.003
    assert result.losses[-10:].mean() < result.losses[:5].mean() / 4
    expected = np.float32 if precision == "single" else np.float64
    assert {leaf.dtype for leaf in jax.tree.leaves(result.state)} == {
        np.dtype(expected),
        np.dtype(np.int32),
        np.dtype(np.uint32),
    }


@pytest.mark.slow
def test_poisson_sources_and_refractory_neurons_learn():
    network = init_network(
        3,
        12,
        source_law="poisson",
        parameters=LIFParameters(refractory_steps=3),
    )
    result = train(
        network,
        [(0,), (1,)],
        [0.4, -0.5],
        scale=0.5,
        recurrent_learning_rate=0.05,
        **SETTINGS,
    )
    found = measure(result.network, [(0,), (1,)], steps=20_000).moments
    np.testing.assert_allclose(found, [0.4, -0.5], atol=0.06)


@pytest.mark.slow
def test_gradients_follow_refractoriness_unless_it_is_detached():
    """Spikes and loss of the first epoch are the same, its update is not."""
    parameters = LIFParameters(v_leak=0.9, refractory_steps=3)
    network = init_network(3, 12, parameters=parameters)
    state, found = init(network, chains=8, precision="double"), {}
    for detach in (False, True):
        found[detach] = step(
            state, network, [(0,)], [0.4], scale=1.0, detach_refractory=detach
        )
    assert found[False][1].loss == found[True][1].loss
    ours, cut = (np.array(found[d][0].adam.mu.inputs[0]) for d in (False, True))
    assert np.abs(ours - cut).max() > 0.01 * np.abs(cut).max() > 0


def test_training_is_reproducible_and_goes_on_bit_for_bit(tmp_path):
    """Stopped at epoch 7, saved, loaded and continued: the same weights and losses."""
    settings = {**SETTINGS, "epochs": 15, "scale": 0.25, "seed": 4}
    whole = train(start(), PRODUCTS, TARGETS, **settings)
    again = train(start(), PRODUCTS, TARGETS, **settings)
    first = train(start(), PRODUCTS, TARGETS, stop_at=7, **settings)
    save_state(tmp_path / "state.npz", first.state)
    state = load_state(tmp_path / "state.npz", start())
    second = train(start(), PRODUCTS, TARGETS, state=state, **settings)

    np.testing.assert_array_equal(again.losses, whole.losses)
    np.testing.assert_array_equal(np.r_[first.losses, second.losses], whole.losses)
    for name in ("input_weights", "recurrent_weights"):
        resumed = getattr(second.network, name)
        np.testing.assert_array_equal(resumed, getattr(whole.network, name))
    other = train(start(), PRODUCTS, TARGETS, **{**settings, "seed": 5})
    assert (other.losses != whole.losses).all()


def test_one_step_reports_the_loss_of_its_moments():
    state = init(start(), chains=32, seed=2)
    after, info = step(state, start(), PRODUCTS, TARGETS, scale=0.25, steps=30)
    loss = 0.25 * ((info.moments - TARGETS) ** 2).sum()
    assert info.loss == pytest.approx(loss, rel=1e-5)
    assert int(state.epoch) == 0
    assert int(after.epoch) == 1


def test_each_epoch_has_its_own_sources():
    first = init(start(), chains=32, seed=2)
    later = first._replace(epoch=np.array(1, np.int32))
    infos = [
        step(s, start(), PRODUCTS, TARGETS, scale=1.0, steps=30)[1]
        for s in (first, later)
    ]
    assert infos[0].loss != infos[1].loss


def test_first_update_moves_each_learning_weight_by_its_rate():
    """Adam's first update is the rate times the sign of the gradient: 0.1 I_c/m and
    0.3 I_c/n with I_c = 10. Drivers and relays, to which no gradient comes, rest.
    """
    network = start()
    state = init(network, chains=32, seed=2, precision="double")
    state, _ = step(state, network, PRODUCTS, TARGETS, scale=1.0, steps=30)
    moved = np.abs(np.asarray(state.weights.inputs) - network.input_weights)
    np.testing.assert_allclose(moved[:2], 0.1 * 10 / 10, rtol=1e-3)
    moved = np.abs(np.asarray(state.weights.recurrent) - network.recurrent_weights)
    np.testing.assert_allclose(moved[:2], 0.3 * 10 / 4, rtol=1e-3)
    assert (moved[2:] == 0).all()


def test_pauli_products_need_no_scale():
    """With 3 = 4 - 1 products the factor is 1/2."""
    kwargs = {"steps": 30}
    state = init(start(), chains=32, seed=2)
    _, free = step(state, start(), PRODUCTS, TARGETS, **kwargs)
    _, given = step(state, start(), PRODUCTS, TARGETS, scale=0.5, **kwargs)
    assert free.loss == given.loss


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"targets": [0.1, 0.2]}, r"`targets` must have shape \(3,\)"),
        ({"targets": [0.1, 0.2, 1.5]}, "`targets` must lie in"),
        ({"products": [(0,), (1,), (0, 9)]}, "must name spins below 4"),
        ({"epochs": 0}, "`epochs` must be at least 1"),
        ({"learning_rate": 0.0}, "`learning_rate` must be positive"),
        ({"final_fraction": 2.0}, "`final_fraction` must lie in"),
        ({"precision": "half"}, "`precision` must be one of"),
        (
            {"products": [(0,), (1,)], "targets": [0, 0]},
            "Pauli products of n qubits, but there are 2",
        ),
    ],
)
def test_bad_training_is_refused(change, message):
    arguments = {"products": PRODUCTS, "targets": TARGETS, **SETTINGS, **change}
    with pytest.raises(ValueError, match=message):
        train(start(), **arguments)


def test_weights_that_overflow_are_reported():
    settings = {**SETTINGS, "epochs": 3, "learning_rate": 1e38}
    with pytest.raises(ConvergenceError, match="no longer finite after 3 epochs"):
        train(start(), PRODUCTS, TARGETS, **settings)


def test_states_of_other_networks_are_refused(tmp_path):
    save_state(tmp_path / "state.npz", init(start()))
    other = LIFNetwork(
        input_weights=np.zeros((3, 10)), recurrent_weights=np.zeros((3, 3))
    )
    with pytest.raises(ValueError, match="with 3 neurons and 10 sources"):
        load_state(tmp_path / "state.npz", other)
    with pytest.raises(ValueError, match="`state_inputs` must have shape"):
        step(init(start()), other, PRODUCTS, TARGETS)
