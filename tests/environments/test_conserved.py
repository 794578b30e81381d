"""Histories, what frictionless learning conserves, and the sum over delays."""

import numpy as np
import pytest
from environments.problems import COST, ENVIRONMENT, H, random_weights, rule

from oqnn.environments import LearningRule, cost_and_gradient, learn
from oqnn.environments.conserved import (
    conserved_quantity,
    record,
    sum_over_delays,
)


@pytest.fixture(scope="module")
def history():
    constants = rule(4, friction=0.7, rate=1.5, mass=2.0)
    return record(ENVIRONMENT, constants, COST, H=H, seeds=(3, 8), epochs=6)


@pytest.mark.parametrize("friction", [0.0, 0.6, 1.0])
def test_sum_over_delays_is_the_recursion(friction):
    """ΔW_n = −(η/ω) Σ_v μ^v g_{n−v} and M_n = μM_{n−1} − ηg_n, ΔW_n = M_n/ω."""
    constants = LearningRule(friction=friction, rate=1.7, mass=2.3)
    gradients = np.random.default_rng(4).normal(size=(400, 3, 2))
    M, increments = np.zeros((3, 2)), []
    for g in gradients:
        M = friction * M - 1.7 * g
        increments.append(M / 2.3)
    found = sum_over_delays(gradients, constants)
    np.testing.assert_allclose(found, increments, rtol=1e-11, atol=1e-11)


def test_history_is_that_of_learn(history):
    result = learn(
        ENVIRONMENT, history.rule, COST, H=H, seeds=(3, 8), epochs=6, progress=False
    )
    np.testing.assert_array_equal(history.costs, result.state.costs)
    np.testing.assert_array_equal(history.infidelities, result.state.infidelities)
    np.testing.assert_array_equal(history.weights[:, -1], result.state.weights)
    np.testing.assert_array_equal(history.y0[:, -1], result.state.y0)
    assert history.weights.shape == history.momenta.shape == (2, 7, 8, 5, 6)


def test_delayed_gradients_rebuild_the_weights(history):
    """Gradients asked for anew at the recorded weights, and summed over delays."""
    gradients = [
        cost_and_gradient(ENVIRONMENT, W, y0=y0, H=H, rule=history.rule, cost=COST)[1]
        for W, y0 in zip(history.weights[1, :-1], history.y0[1, :-1], strict=True)
    ]
    np.testing.assert_allclose(history.gradients[1], gradients, rtol=1e-9, atol=1e-13)
    moved = sum_over_delays(gradients, history.rule).cumsum(axis=0)
    expected = history.weights[1, 1:] - history.weights[1, 0]
    np.testing.assert_allclose(moved, expected, rtol=1e-9, atol=1e-12)


def test_conserved_quantity_of_two_epochs_by_hand():
    """J + (T/s)(ΣM² before + ΣM² after)/(4ωη), uneven sizes."""
    constants = LearningRule(period=3.0, rate=0.5, mass=7.0)
    momenta = np.random.default_rng(2).normal(size=(4, 3, 6, 2, 3))
    costs = np.random.default_rng(3).normal(size=(4, 2))
    found = conserved_quantity(costs, momenta, constants)
    for i in range(4):
        for n in range(2):
            squares = (momenta[i, n] ** 2).sum() + (momenta[i, n + 1] ** 2).sum()
            expected = costs[i, n] + 0.5 * squares / (4 * 7.0 * 0.5)
            assert found[i, n] == pytest.approx(expected, rel=1e-13)


@pytest.mark.slow
def test_only_neurons_that_start_anew_conserve_it():
    """At μ = 1 the drift falls as 1/ω, unless the neurons run on: then it stays.

    Weights four times as heavy and twice the epochs cover the same path. What an epoch
    leaves to the neurons of the next is a force that is no gradient.
    """
    both = np.array([random_weights(), random_weights(seed=6)])
    drifts = {True: [], False: []}
    for mass, epochs in ((16.0, 24), (64.0, 48)):
        constants = rule(4, friction=1.0, rate=1.0, mass=mass)
        for run_on in drifts:
            passed = record(
                ENVIRONMENT,
                constants,
                COST,
                H=H,
                epochs=epochs,
                weights=both,
                neurons_run_on=run_on,
            )
            # the neurons of the first epoch start from zero in either case
            drifts[run_on].append(np.ptp(passed.conserved[0, 1:]))
            assert np.ptp(passed.costs[0]) > 0.05
    assert drifts[False][1] < 1e-3
    assert 3 < drifts[False][0] / drifts[False][1] < 5
    assert drifts[True][0] / drifts[True][1] < 2


def test_friction_takes_energy_away(history):
    assert (np.diff(history.conserved[:, 1:], axis=1) < 0).all()


def test_what_is_no_history_is_refused():
    with pytest.raises(ValueError, match=r"`momenta` must have shape \(2, 4, s, k, j"):
        conserved_quantity(np.zeros((2, 3)), np.zeros((2, 3, 8, 5, 6)), rule(4))
    with pytest.raises(ValueError, match="`gradients` must hold at least one epoch"):
        sum_over_delays(np.zeros((0, 3)), rule(4))
    with pytest.raises(ValueError, match=r"`gradients` must be finite.*\[1\] = nan"):
        sum_over_delays([1.0, np.nan], rule(4))
    with pytest.raises(ValueError, match="`epochs` must be at least 1"):
        record(ENVIRONMENT, rule(4), COST, epochs=0)
