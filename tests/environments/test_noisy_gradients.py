"""Gaussian noise on gradients: unbiased, as large as asked for, the same divided."""

import numpy as np
import pytest
from environments.problems import COST, ENVIRONMENT, Y0, H, random_weights, rule
from scipy.stats import kstest

from oqnn.environments import cost_and_gradient, init, learn, step
from oqnn.environments.noisy_gradients import Estimate, NoisyGradients, follow

RULE = rule(4, friction=0.6, rate=1.5, mass=2.0)


@pytest.mark.slow
def test_noise_is_normal_and_scales_with_the_gradient():
    """(ĝ − g)/(scale · rms g) is standard normal, independent between two learners."""
    state = init(np.array([random_weights(), random_weights(seed=6)]))
    state = state._replace(y0=np.array([Y0, -Y0]))
    new = NoisyGradients(2.5)(
        state, ENVIRONMENT, RULE, COST, H=H, epochs=1, seeds=(0, 1)
    )
    noise = []
    for i in range(2):
        J, g = cost_and_gradient(
            ENVIRONMENT, state.weights[i], y0=state.y0[i], H=H, rule=RULE, cost=COST
        )
        assert new.costs[i, 0] == pytest.approx(J, rel=1e-12)
        rms = np.sqrt((g**2).mean())
        noise.append((-new.momenta[i] / RULE.rate - g).reshape(-1) / (2.5 * rms))
        assert kstest(noise[i], "norm").pvalue > 1e-4
    assert abs(np.corrcoef(noise)[0, 1]) < 5 / np.sqrt(len(noise[0]))


@pytest.mark.slow
def test_little_noise_is_the_epoch_wise_rule_and_division_leaves_no_trace():
    def run(method, epochs, **options):
        return learn(
            ENVIRONMENT,
            RULE,
            COST,
            H=H,
            seeds=(3, 4),
            epochs=epochs,
            method=method,
            progress=False,
            **options,
        ).state

    weights = np.array([RULE.random_weights(seed) for seed in (3, 4)])
    quiet = run(NoisyGradients(1e-12), 6)
    plain = step(init(weights), ENVIRONMENT, RULE, COST, H=H, epochs=6)
    for name, value in plain._asdict().items():
        np.testing.assert_allclose(
            getattr(quiet, name), value, rtol=1e-9, atol=1e-11, err_msg=name
        )
    loud = run(NoisyGradients(1.0), 6)
    resumed = run(NoisyGradients(1.0), 6, state=run(NoisyGradients(1.0), 2))
    for name, value in loud._asdict().items():
        np.testing.assert_array_equal(getattr(resumed, name), value, err_msg=name)
    assert np.abs(loud.costs[:, -1] - plain.costs[:, -1]).min() > 1e-4


def test_followed_estimates_obey_the_rule():
    """M ← μM − ηĝ, W ← W + M/ω for gradients that are made up, by hand."""
    made_up = np.random.default_rng(1).normal(size=(3, 2, 8, 5, 6))
    costs = np.array([[3.0, 1.0], [2.0, 2.0], [np.nan, 3.0]])
    ends = np.random.default_rng(2).normal(size=(3, 2, 5))

    def estimate(state):
        n = state.epochs
        return Estimate(costs[n], costs[n] / 2, made_up[n], ends[n])

    start = init(np.array([random_weights(), random_weights(seed=6)]))
    state = follow(start, RULE, 3, estimate)
    M, W, passed = np.zeros_like(start.weights), start.weights, []
    for g in made_up:
        passed.append(W)
        M = 0.6 * M - 1.5 * g
        W = W + M / 2.0
    np.testing.assert_allclose(state.weights, W, rtol=1e-12)
    np.testing.assert_array_equal(state.costs, costs.T)
    np.testing.assert_array_equal(state.infidelities, costs.T / 2)
    np.testing.assert_array_equal(state.best_cost, [2.0, 1.0])
    np.testing.assert_allclose(state.best_weights[0], passed[1][0], rtol=1e-12)
    np.testing.assert_array_equal(state.best_weights[1], passed[0][1])
    np.testing.assert_array_equal(state.best_y0, [ends[0, 0], [0] * 5])
    np.testing.assert_array_equal(state.y0, ends[2])


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match="`scale` must be positive, but is 0"):
        NoisyGradients(0)
    start = init(np.zeros((1, 4, 5, 6)))
    with pytest.raises(ValueError, match=r"`weights` .* \(b, 8, 5, 6\)"):
        follow(start, RULE, 1, lambda state: None)
    with pytest.raises(ValueError, match="`epochs` must be at least 1"):
        follow(init(random_weights()[None]), RULE, 0, lambda state: None)
