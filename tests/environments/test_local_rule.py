"""Learning from costs alone: what is unbiased, how it scatters, and counted shots."""

from itertools import pairwise

import numpy as np
import pytest
from environments.problems import COST, ENVIRONMENT, Y0, H, random_weights, rule
from environments.test_learning import end_of_epoch

from oqnn._core.errors import ConvergenceError
from oqnn.environments import (
    NetworkDrive,
    ProtectionCost,
    cost_and_gradient,
    init,
    learn,
)
from oqnn.environments.local_rule import LocalLearning, ShotGradients, _counted

RULE = rule(4, friction=0.0, rate=1.0, mass=1.0)
WIDTH = RULE.period / RULE.slices
SAMPLES = 120


@pytest.fixture(scope="module")
def exact():
    """J and g by costates."""
    return cost_and_gradient(
        ENVIRONMENT, random_weights(), y0=Y0, H=H, rule=RULE, cost=COST
    )


def estimates(method, seeds=range(SAMPLES)):
    """Estimates of g, (b, s, k, k + 1), as the first momenta of learners all alike."""
    state = init(np.tile(random_weights(), (len(seeds), 1, 1, 1)))
    state = state._replace(y0=np.tile(Y0, (len(seeds), 1)))
    new = method(state, ENVIRONMENT, RULE, COST, H=H, epochs=1, seeds=seeds)
    return -new.momenta


def mean_activity():
    """Neurons averaged over each slice, with times of its own: (s, k)."""
    drive = NetworkDrive(
        weights=random_weights(), y0=Y0, tau=RULE.tau, period=RULE.period, resolution=64
    )
    y = drive.until(RULE.period, 5)
    ends = np.linspace(0, RULE.period, 9)
    means = []
    for a, b in pairwise(ends):
        inside = (y.times >= a - 1e-9) & (y.times <= b + 1e-9)
        means.append(np.trapezoid(y.values[inside], y.times[inside], axis=0) / (b - a))
    return np.array(means)


@pytest.fixture(scope="module")
def by_neurons():
    return estimates(LocalLearning(perturbation=1e-3, passes=4))


@pytest.fixture(scope="module")
def by_synapses():
    return estimates(ShotGradients(perturbation=1e-3, directions=4))


def assert_within_five_errors(samples, expected):
    error = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    scores = (samples.mean(axis=0) - expected) / error
    assert np.abs(scores).max() < 5
    assert scores.std() == pytest.approx(1, abs=0.25)


@pytest.mark.slow
def test_biases_are_unbiased(by_neurons, exact):
    """Mean of ĝ_k0 against δJ/δW_k0 by costates, the storage term included."""
    assert_within_five_errors(by_neurons[..., 0], exact[1][..., 0])


@pytest.mark.slow
def test_weights_have_the_mean_that_is_claimed(by_neurons, exact):
    """Mean slope times mean activity, not their mean product: near to g, not equal."""
    W = random_weights()
    slopes = exact[1][..., 0] - COST.network * W[..., 0]
    expected = slopes[..., None] * mean_activity()[:, None] + COST.network * W[..., 1:]
    assert_within_five_errors(by_neurons[..., 1:], expected)
    g = exact[1][..., 1:]
    cosine = (expected * g).sum() / np.linalg.norm(expected) / np.linalg.norm(g)
    assert 0.9 < cosine < 0.9999


@pytest.mark.slow
def test_perturbed_weights_are_unbiased(by_synapses, exact):
    assert_within_five_errors(by_synapses, exact[1])


def scatter(G, passes):
    """Variance without shots: (|G|² − G_a²)/P, G in units of g."""
    return ((G**2).sum() - G**2) / passes


@pytest.mark.slow
def test_scatter_follows_its_law(by_neurons, by_synapses, exact):
    """Averaged over entries, whose estimates share pushes, so within 15 %."""
    G = exact[1] - COST.network * random_weights()
    for samples, slopes in ((by_neurons[..., 0], G[..., 0]), (by_synapses, G)):
        expected = scatter(slopes, 4).mean()
        found = samples.var(axis=0, ddof=1).mean()
        assert found == pytest.approx(expected, rel=0.15)


@pytest.mark.slow
@pytest.mark.parametrize("shots", [30, 300])
def test_shots_add_their_variance(exact, shots):
    """(V₊ + V₋)/(4σ²PΔt²) with V = Σ q_r² F_r(1 − F_r)/N_r, here at nearly equal F."""
    sigma = 0.02
    samples = estimates(LocalLearning(shots=shots, perturbation=sigma, passes=4))[
        ..., 0
    ]
    assert_within_five_errors(samples, exact[1][..., 0])
    F = np.array([readout_fidelity(r) for r in range(3)])
    V = (np.array(COST.weights) ** 2 * F * (1 - F) / (shots / 3)).sum()
    G = (exact[1] - COST.network * random_weights())[..., 0]
    expected = scatter(G, 4).mean() + 2 * V / (4 * sigma**2 * 4 * WIDTH**2)
    assert samples.var(axis=0, ddof=1).mean() == pytest.approx(expected, rel=0.15)


def readout_fidelity(r):
    """Fidelity at one readout, from a cost that reads nothing else."""
    alone = ProtectionCost(
        readouts=(COST.readouts[r],),
        states=COST.states,
        target=COST.target,
        controls=0.0,
        network=0.0,
    )
    J, _ = cost_and_gradient(
        ENVIRONMENT, random_weights(), y0=Y0, H=H, rule=RULE, cost=alone
    )
    return 1 - J


def test_counts_are_binomial():
    """Mean F and variance F(1 − F)/N of 20000 counts; exact at 0 and 1; NaN stays."""
    F = np.tile([0.0, 0.13, 0.8, 1.0, np.nan], (20_000, 1))
    found = _counted(F, 7, np.random.default_rng(1))
    np.testing.assert_array_equal(found[:, [0, 3]], F[:, [0, 3]])
    assert np.isnan(found[:, 4]).all()
    for column, p in ((1, 0.13), (2, 0.8)):
        variance = p * (1 - p) / 7
        error = np.sqrt(variance / 20_000)
        assert found[:, column].mean() == pytest.approx(p, abs=5 * error)
        assert found[:, column].var() == pytest.approx(variance, rel=0.06)
    with pytest.raises(ConvergenceError, match=r"must lie in \[0, 1\] .* and 1\.01"):
        _counted(np.array([0.2, 1.01]), 7, np.random.default_rng(1))


@pytest.mark.slow
def test_however_divided_and_with_whatever_company():
    """3 epochs, and 1 + 2 of learners in another order: seeds and epochs decide."""
    method = LocalLearning(shots=30, passes=4)
    options = {"H": H, "method": method, "progress": False}
    whole = learn(ENVIRONMENT, RULE, COST, seeds=(3, 4), epochs=3, **options).state
    part = learn(ENVIRONMENT, RULE, COST, seeds=(3, 4), epochs=1, **options).state
    resumed = learn(
        ENVIRONMENT, RULE, COST, seeds=(3, 4), epochs=3, state=part, **options
    ).state
    for name, value in whole._asdict().items():
        np.testing.assert_array_equal(value, getattr(resumed, name), err_msg=name)
    other = learn(ENVIRONMENT, RULE, COST, seeds=(4, 3), epochs=3, **options).state
    np.testing.assert_allclose(other.costs[::-1], whole.costs, rtol=1e-9)


@pytest.mark.slow
def test_costs_recorded_are_exact_and_neurons_run_on(exact):
    state = init(np.array([random_weights(), random_weights(seed=6)]))
    state = state._replace(y0=np.array([Y0, -Y0]))
    method = LocalLearning(shots=3, passes=4, perturbation=0.2)
    new = method(state, ENVIRONMENT, RULE, COST, H=H, epochs=1, seeds=(0, 1))
    assert new.costs[0, 0] == pytest.approx(exact[0], rel=1e-12)
    np.testing.assert_allclose(
        new.y0[0], end_of_epoch(random_weights(), Y0), atol=1e-12
    )
    np.testing.assert_array_equal(new.best_weights, state.weights)
    np.testing.assert_array_equal(new.best_y0, state.y0)


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match="`perturbation` must be positive"):
        LocalLearning(perturbation=0)
    with pytest.raises(ValueError, match="`passes` must be at least 1"):
        LocalLearning(passes=0)
    with pytest.raises(ValueError, match="`directions` must be at least 1"):
        ShotGradients(directions=0)
    with pytest.raises(TypeError, match="`shots` must be an integer"):
        ShotGradients(shots=10.0)
    with pytest.raises(ValueError, match=r"a multiple of the 3 .* is 31. Try 30"):
        estimates(LocalLearning(shots=31))
    with pytest.raises(ValueError, match="`epochs` must be at least 1"):
        LocalLearning()(
            init(random_weights()[None]),
            ENVIRONMENT,
            RULE,
            COST,
            H=H,
            epochs=0,
            seeds=(0,),
        )
