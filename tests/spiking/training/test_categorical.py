"""Training towards laws: the gradient by hand, small laws, resuming, refusals."""

from pathlib import Path

import jax
import numpy as np
import pytest

from oqnn._core.errors import ConvergenceError
from oqnn._core.jax64 import in_double_precision
from oqnn.spiking import (
    LIFNetwork,
    LIFParameters,
    kl_divergence,
    state_frequencies,
    train_categorical,
)
from oqnn.spiking.kernels.lif_jax import Detach, Weights, rest, scan_steps
from oqnn.spiking.training import categorical_descent_jax as descent
from oqnn.spiking.training import categorical_jax as kernel
from oqnn.spiking.training.training_jax import first_state

LAW = np.array([0.1, 0.4, 0.35, 0.15])
ODD = {
    "v_threshold": 0.9,
    "v_leak": 0.15,
    "v_reset": -0.2,
    "tau_mem_ms": 8.0,
    "tau_syn_ms": 3.0,
    "dt_ms": 0.8,
    "resistance": 1.2,
}
SMALL = LIFNetwork(
    input_weights=np.random.default_rng(5).normal(0.3, 1.0, (2, 8)),
    recurrent_weights=np.random.default_rng(6).normal(0.0, 0.5, (2, 2)),
    parameters=LIFParameters(v_leak=0.9, refractory_steps=3),
    source_rate_hz=300.0,
)
QUICK = {
    "network": SMALL,
    "chains": 4,
    "steps": 10,
    "epochs": 6,
    "measure_steps": 50,
    "measure_runs": 4,
    "seed": 3,
}


def example(refractory_steps):
    rng = np.random.default_rng(3)
    parameters = LIFParameters(**ODD, refractory_steps=refractory_steps)
    weights = Weights(rng.normal(2.0, 3.0, (4, 3)), rng.normal(0.0, 6.0, (4, 4)))
    return parameters, weights, rng.poisson(0.6, (30, 3)).astype(float)


def slopes_by_hand(parameters, weights, towards, counts, sharpness, detach):
    """Change of z along a direction of the weights, step by step: u' = the change of u.

    A spike s = free Θ(u - v_th) changes by free' Θ + free u'/(α|u - v_th| + 1)², and
    z = s + the r - 1 spikes before it, whose sum is 1 - free.
    """
    p, n = parameters, len(weights.recurrent)
    a, b = p.dt_ms / p.tau_mem_ms, p.dt_ms / p.tau_syn_ms
    v, dv, current, dcurrent = (
        np.full(n, p.v_leak),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
    )
    fired, changes = [], []
    trace = []
    for count in counts:
        recent = fired[max(0, len(fired) - p.refractory_steps + 1) :]
        drecent = changes[max(0, len(fired) - p.refractory_steps + 1) :]
        busy, dbusy = sum(recent, np.zeros(n)), sum(drecent, np.zeros(n))
        free, dfree = 1 - busy, 0 * dbusy if detach.refractory else -dbusy
        drive = p.v_leak - v + p.resistance * current
        ddrive = -dv + p.resistance * dcurrent
        u, du = v + free * a * drive, dv + a * (dfree * drive + free * ddrive)
        above = (u >= p.v_threshold).astype(float)
        s = free * above
        ds = dfree * above + free * du / (sharpness * abs(u - p.v_threshold) + 1) ** 2
        dreset = 0 * ds if detach.reset else ds
        dsent = 0 * ds if detach.recurrent else ds
        v, dv = (1 - s) * u + s * p.v_reset, (1 - s) * du + dreset * (p.v_reset - u)
        dcurrent = (1 - b) * dcurrent + towards.recurrent @ s + towards.inputs @ count
        dcurrent = dcurrent + weights.recurrent @ dsent
        current = (1 - b) * current + weights.recurrent @ s + weights.inputs @ count
        fired.append(s)
        changes.append(ds)
        trace.append((s + busy, ds + dbusy))
    return tuple(np.array(column) for column in zip(*trace, strict=True))


@pytest.mark.parametrize("refractory_steps", [1, 4])
@pytest.mark.parametrize("cut", [(1, 1, 1), (0, 1, 0), (0, 0, 0), (1, 0, 1)])
def test_gradient_follows_the_paths_that_are_not_detached(refractory_steps, cut):
    parameters, weights, counts = example(refractory_steps)
    detach = Detach(*(bool(c) for c in cut))
    rng = np.random.default_rng(8)
    towards = Weights(rng.normal(size=(4, 3)), rng.normal(size=(4, 4)))
    by_z = rng.normal(size=(30, 4))

    @in_double_precision
    @jax.jit
    def gradient(weights):
        def value(weights):
            state = rest(parameters, 1, 4)
            _, z = scan_steps(parameters, weights, state, counts[:, None], 7.0, detach)
            return (by_z * z[:, 0]).sum(), z

        return jax.grad(value, has_aux=True)(weights)

    slopes, z = jax.tree.map(np.asarray, gradient(weights))

    exact_z, exact = slopes_by_hand(parameters, weights, towards, counts, 7.0, detach)
    np.testing.assert_array_equal(z[:, 0], exact_z)
    assert 0.1 < exact_z.mean() < 0.9
    along = sum((s * t).sum() for s, t in zip(slopes, towards, strict=True))
    assert along == pytest.approx((by_z * exact).sum(), rel=1e-10)


def test_eq_4_10_probabilities_and_their_slopes():
    """p_s is the frequency of a state; ∂p_s(z)/∂z_i = ±Π_{j≠i} … is multilinear."""
    z = (np.random.default_rng(9).random((20, 3, 4)) < [0.2, 0.7, 0.5, 0.4]) * 1.0

    @in_double_precision
    @jax.jit
    def law_and_slope(z, state):
        return jax.value_and_grad(lambda z: kernel.state_probabilities(z)[state])(z)

    exact = state_frequencies(z).probabilities
    for state, bits in ((11, [1, 0, 1, 1]), (4, [0, 1, 0, 0])):
        value, slope = law_and_slope(z, state)
        assert value == pytest.approx(exact[state], rel=1e-13)
        factors = np.where(bits, z, 1 - z)
        for i in range(4):
            others = np.delete(factors, i, axis=-1).prod(axis=-1)
            np.testing.assert_allclose(
                slope[..., i], (2 * bits[i] - 1) * others / 60, rtol=0, atol=1e-15
            )


@pytest.mark.slow
def test_eq_4_10_loss_is_the_divergence_of_the_samples():
    cut = Detach(False, True, False)
    settings = kernel.settings_of(SMALL, 2, 10, 10.0, cut)
    state = first_state(SMALL, 4, 1, np.float64)

    after, loss, law, finite = jax.tree.map(
        np.asarray,
        kernel.epoch(settings, state, LAW, Weights(np.array(0.1), np.array(0.2))),
    )

    assert finite
    assert loss == pytest.approx(kl_divergence(law, LAW), rel=1e-12)
    np.testing.assert_allclose(40 * law, np.round(40 * law), atol=1e-12)  # samples
    # Adam's first update is the rate times the sign of the gradient.
    moved = np.abs(after.weights.inputs - SMALL.input_weights)
    assert moved[moved > 0] == pytest.approx(0.1, rel=1e-3)
    moved = np.abs(after.weights.recurrent - SMALL.recurrent_weights)
    assert moved[moved > 0] == pytest.approx(0.2, rel=1e-3)


@pytest.mark.slow
def test_two_neurons_learn_a_law_that_independent_ones_cannot_have():
    """Independent neurons of the same activities have KL = 0.147 from this law."""
    marginals = [LAW[2] + LAW[3], LAW[1] + LAW[3]]
    product = np.outer(*([1 - m, m] for m in marginals)).ravel()
    assert kl_divergence(product, LAW) == pytest.approx(0.147, abs=5e-4)

    result = train_categorical(
        LAW, sources=40, epochs=300, steps=150, measure_runs=8, seed=2
    )

    assert result.losses[0] > 0.1
    assert result.divergence < 0.01
    assert result.reverse_divergence < 0.01
    assert result.run_divergences.shape == (8,)
    assert result.run_floor < 0.005
    errors = result.law.standard_errors
    assert result.law.probabilities == pytest.approx(LAW, abs=0.03 + 5 * errors.max())


@pytest.mark.slow
def test_a_resumed_training_ends_as_if_never_interrupted(tmp_path, monkeypatch):
    monkeypatch.setattr(descent, "SAVE_EVERY", 2)
    whole = train_categorical(LAW, **QUICK)
    path = tmp_path / "training.npz"

    part = train_categorical(LAW, **QUICK, checkpoint=path, stop_at=3)
    resumed = train_categorical(LAW, **QUICK, checkpoint=path)

    assert part.losses.shape == (3,)
    np.testing.assert_array_equal(part.losses, whole.losses[:3])
    np.testing.assert_array_equal(resumed.losses, whole.losses)
    assert len(set(whole.losses)) > 3  # each epoch has its own noise
    for kind in ("input_weights", "recurrent_weights"):
        ours, theirs = (getattr(r.network, kind) for r in (resumed, whole))
        np.testing.assert_array_equal(ours, theirs)
        assert (ours != getattr(SMALL, kind)).any()
    np.testing.assert_array_equal(resumed.law.runs, whole.law.runs)
    for other in ({"seed": 4}, {"learning_rate": 0.02}, {"sharpness": 9.0}):
        with pytest.raises(ValueError, match="`checkpoint` must belong to a training"):
            train_categorical(LAW, **{**QUICK, **other}, checkpoint=path)
    with pytest.raises(ValueError, match="`checkpoint` must belong to a training"):
        train_categorical(LAW[::-1], **QUICK, checkpoint=path)


def test_rates_fall_along_a_half_cosine():
    schedule = descent.Schedule(
        epochs=40,
        stop_at=40,
        rates=(0.5, 2.0),
        final_fraction=0.1,
        tolerance=0.0,
        checkpoint=None,
    )
    for done, part in ((0, 1.0), (20, 0.55), (40, 0.1)):
        rates = schedule.rates_after(done)
        np.testing.assert_allclose(rates, [0.5 * part, 2.0 * part], rtol=1e-14)


def test_training_stops_at_a_tolerance(monkeypatch):
    monkeypatch.setattr(descent, "RECENT", 2)
    result = train_categorical(LAW, **QUICK, tolerance=1e3)
    assert result.losses.shape == (2,)


def test_a_training_that_diverges_keeps_what_it_had(tmp_path):
    path = tmp_path / "training.npz"
    with pytest.raises(ConvergenceError, match=r"after 0 epochs.*npz.*lower") as caught:
        train_categorical(LAW, **QUICK, learning_rate=1e300, checkpoint=path)
    start = SMALL.input_weights.astype(np.float32)
    with np.load(path) as file:
        np.testing.assert_array_equal(file["leaf_0"], start)
    reached = caught.value.reached
    np.testing.assert_array_equal(reached.network.input_weights, start)
    assert reached.losses.shape == (0,)
    assert f"a KL of {reached.divergence:.4g}" in str(caught.value)


@pytest.mark.parametrize(
    ("p", "message"),
    [
        ([0.5, 0.3, 0.2], r"`p` must hold 2\*\*n probabilities, .* but holds 3"),
        ([1.0], r"`p` must hold 2\*\*n probabilities, n at least 1"),
        ([[0.5, 0.5]], r"`p` must have shape \(states,\), but has shape \(1, 2\)"),
        ([0.5, 0.2, 0.2, 0.2], r"`p` must sum to 1, but sums to 1\.1"),
        ([0.5, 0.7, -0.1, -0.1], "`p` must hold probabilities"),
        ([0.5, np.nan, 0.2, 0.3], "`p` must be finite"),
        ([0.5, 0.3, 0.0, 0.2], r"`p` must be positive everywhere, but p\[2\] = 0"),
    ],
)
def test_what_is_no_law_of_states_is_refused(p, message):
    with pytest.raises(ValueError, match=message):
        train_categorical(p)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"neurons": 1}, ValueError, "`neurons` must be at least 2"),
        ({"network": SMALL, "steps": 10**9}, ValueError, r"but they need 256 GB"),
        ({"epochs": 0}, ValueError, "`epochs` must be at least 1"),
        ({"chains": 2.0}, TypeError, "`chains` must be an integer"),
        ({"measure_runs": 0}, ValueError, "`measure_runs` must be at least 1"),
        ({"learning_rate": 0.0}, ValueError, "`learning_rate` must be positive"),
        ({"recurrent_learning_rate": -1.0}, ValueError, "`recurrent_learning_rate` m"),
        ({"sharpness": np.nan}, ValueError, "`sharpness` must be positive"),
        ({"final_fraction": 1.5}, ValueError, "`final_fraction` must lie in"),
        ({"precision": "half"}, ValueError, "`precision` must be one of 'single'"),
        ({"stop_at": 0}, ValueError, "`stop_at` must be at least 1"),
        ({"stop_at": 1.5}, TypeError, "`stop_at` must be an integer"),
        ({"tolerance": np.nan}, ValueError, "`tolerance` must lie in"),
        ({"tolerance": -1.0}, ValueError, "`tolerance` must lie in"),
        ({"measure_steps": 1, "measure_runs": 1}, ValueError, "at least two steps"),
        ({"network": "one"}, TypeError, "`network` must be a LIFNetwork, but is a str"),
        ({"checkpoint": "/no/folder/a.npz"}, ValueError, "in a folder that exists"),
        ({"checkpoint": 3}, TypeError, "`checkpoint` must be a path, but is 3"),
    ],
)
def test_settings_that_make_no_sense_are_refused(options, error, message, monkeypatch):
    """Before any work: nothing is trained."""
    monkeypatch.setattr(descent, "epoch", None)
    with pytest.raises(error, match=message):
        train_categorical(LAW, **options)


def test_more_states_than_are_counted_are_refused_before_any_work():
    with pytest.raises(ValueError, match="`p` must be of at most 16 neurons, but is o"):
        train_categorical(np.full(2**17, 2.0**-17), chains=2, steps=5)


def test_a_file_of_another_kind_is_no_checkpoint(tmp_path):
    path = Path(tmp_path / "other.npz")
    np.savez(path, numbers=np.arange(3))
    with pytest.raises(ValueError, match="`checkpoint` must belong to a training"):
        train_categorical(LAW, **QUICK, checkpoint=path)
    path.write_bytes(b"no zip at all")
    with pytest.raises(ValueError, match="`checkpoint` must be a file of a training"):
        train_categorical(LAW, **QUICK, checkpoint=path)


def test_a_checkpoint_of_another_start_is_refused(tmp_path):
    """Even of one whose weights differ in sign alone."""
    path = tmp_path / "training.npz"
    other = SMALL.with_weights(-SMALL.input_weights, SMALL.recurrent_weights)
    train_categorical(LAW, **{**QUICK, "network": other}, checkpoint=path)
    with pytest.raises(ValueError, match="`checkpoint` must belong to a training"):
        train_categorical(LAW, **QUICK, checkpoint=path)


def test_a_training_that_came_near_enough_stays_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(descent, "RECENT", 2)
    settings = {**QUICK, "tolerance": 1e3, "checkpoint": tmp_path / "training.npz"}
    first, second = (train_categorical(LAW, **settings) for _ in range(2))
    assert first.losses.shape == (2,)
    np.testing.assert_array_equal(first.losses, second.losses)
    np.testing.assert_array_equal(
        first.network.input_weights, second.network.input_weights
    )
