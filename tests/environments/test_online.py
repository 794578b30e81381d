"""Online learning: the force is exact, causal, and late by one epoch in costates."""

import numpy as np
import pytest
from environments.problems import COST, ENVIRONMENT, Y0, H, random_weights, rule

from oqnn.environments import cost_and_gradient, init, learn
from oqnn.environments.online import OnlineLearning

METHOD = OnlineLearning()


def after_one_epoch(constants, y0=Y0):
    """Two learners after the first sweep; momenta start from zero, tests see [1]."""
    learners = init(np.array([random_weights(seed=6), random_weights()]))
    state = learners._replace(y0=np.array([-y0, y0]))
    return METHOD(state, ENVIRONMENT, constants, COST, H=H, epochs=1, seeds=(0, 1))


def cost_of(weights, constants, y0):
    J, _ = cost_and_gradient(
        ENVIRONMENT, weights, y0=y0, H=H, rule=constants, cost=COST
    )
    return J


def settled(constants):
    """Neurons at which an epoch of frozen weights starts and ends."""
    y0 = Y0
    for _ in range(12):
        y0 = after_one_epoch(constants, y0).y0[1]
    return y0


@pytest.mark.slow
def test_slow_learning_is_epoch_wise():
    """At η → 0 the force is −δJ/δW, by costates of its own and of `learning`.

    Neurons must start the next epoch as they started this one. The costs agree to
    rounding; the two gradients differ by the fourth order of the steps.
    """
    constants = rule(4, rate=1e-9, mass=1.0)
    y0 = settled(constants)
    np.testing.assert_allclose(after_one_epoch(constants, y0).y0[1], y0, atol=1e-9)
    J, g = cost_and_gradient(
        ENVIRONMENT, random_weights(), y0=y0, H=H, rule=constants, cost=COST
    )
    state = after_one_epoch(constants, y0)
    assert state.costs[1, 0] == pytest.approx(J, rel=1e-12)
    gap = np.abs(-state.momenta[1] / 1e-9 - g).max()
    assert gap < 1e-3 * np.abs(g).max()


@pytest.mark.slow
def test_last_slice_sees_all_that_moved_before_it():
    """No epoch-old costate enters there: its force is the derivative of the true cost.

    That of the epoch as it is lived, earlier slices moved and its own not yet, by
    central differences.
    """
    constants = rule(4, rate=1.0, mass=0.5)
    state = after_one_epoch(constants)
    y0, present = state.y0[1], state.weights[1].copy()
    present[-1] = random_weights()[-1]
    direction = np.zeros_like(present)
    direction[-1] = np.random.default_rng(3).normal(size=direction[-1].shape)
    up, down = (
        cost_of(present + shift * direction, constants, y0) for shift in (1e-4, -1e-4)
    )
    width = constants.period / constants.slices
    predicted = -width * (state.momenta[1] * direction).sum() / constants.rate
    assert (up - down) / 2e-4 == pytest.approx(predicted, rel=1e-6)


@pytest.mark.slow
def test_other_slices_are_wrong_by_the_rate_alone():
    """Costates are an epoch old: the error of the force halves with the rate."""
    errors = []
    for rate in (0.02, 0.01):
        constants = rule(4, rate=rate, mass=0.5)
        y0 = settled(rule(4, rate=1e-9, mass=1.0))
        state = after_one_epoch(constants, y0)
        mixed = state.weights[1].copy()
        mixed[3:] = random_weights()[3:]  # slice 3 is about to move
        _, g = cost_and_gradient(
            ENVIRONMENT, mixed, y0=y0, H=H, rule=constants, cost=COST
        )
        exact = cost_and_gradient(
            ENVIRONMENT, random_weights(), y0=y0, H=H, rule=constants, cost=COST
        )[1]
        frozen = after_one_epoch(rule(4, rate=1e-9, mass=1.0), y0).momenta[1] / -1e-9
        # take away the steps' own error, the same in both
        force = -state.momenta[1, 3] / rate - (frozen[3] - exact[3])
        errors.append(np.abs(force - g[3]).max())
    assert errors[0] / errors[1] == pytest.approx(2, abs=0.2)


@pytest.mark.slow
def test_learns_and_divides_without_a_trace():
    """12 epochs and 6 + 6 agree bit for bit; best epochs have the cost they claim."""
    constants = rule(4, rate=1.0, mass=0.5)

    def run(epochs, **options):
        return learn(
            ENVIRONMENT,
            constants,
            COST,
            H=H,
            seeds=(3, 4),
            epochs=epochs,
            method=METHOD,
            progress=False,
            **options,
        ).state

    whole = run(12)
    resumed = run(12, state=run(6))
    for name, value in whole._asdict().items():
        np.testing.assert_array_equal(value, getattr(resumed, name), err_msg=name)
    assert (whole.costs[:, -1] < whole.costs[:, 0] - 0.02).all()
    for i in range(2):
        J = cost_of(whole.best_weights[i], constants, whole.best_y0[i])
        assert whole.best_cost[i] == whole.costs[i].min() == pytest.approx(J, rel=1e-12)


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match="`epochs` must be at least 1"):
        METHOD(
            init(random_weights()[None]),
            ENVIRONMENT,
            rule(4),
            COST,
            H=None,
            epochs=0,
            seeds=(0,),
        )
    with pytest.raises(ValueError, match=r"`weights` .* \(b, 8, 5, 6\)"):
        METHOD(
            init(np.zeros((1, 4, 5, 6))),
            ENVIRONMENT,
            rule(4),
            COST,
            H=None,
            epochs=1,
            seeds=(0,),
        )
