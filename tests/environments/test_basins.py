"""Basins, plateaus and what learning costs, on curves made up to have them."""

import numpy as np
import pytest
from environments.problems import COST, ENVIRONMENT, random_weights, rule
from scipy.stats import beta

from oqnn.environments import LearningResult, init
from oqnn.environments.basins import epochs_to_reach, find_basins, find_plateaus
from oqnn.environments.preparations import learning_cost

COSTS = np.array([0.105, 0.036, np.inf, 0.0375, 0.142, 0.0388, 0.11, np.nan])


def test_basins_end_at_gaps():
    """A chain of small steps is one basin, however long: 0.036, 0.0375, 0.0388."""
    found = find_basins(COSTS, gap=0.05)
    np.testing.assert_array_equal(found.levels, [0.036, 0.105, 0.142])
    np.testing.assert_array_equal(found.sizes, [3, 2, 1])
    assert found.members == ((1, 3, 5), (0, 6), (4,))
    assert find_basins(COSTS, gap=0.04).members == ((1,), (3, 5), (0,), (6,), (4,))
    np.testing.assert_array_equal(find_basins([0.2], gap=0.1).sizes, [1])


def test_fraction_that_does_well_has_the_exact_interval():
    """Clopper-Pearson: quantiles of beta laws; those without a cost are failures."""
    found = find_basins(COSTS, level=0.0375, confidence=0.9)
    assert (found.good, found.total, found.fraction) == (2, 8, 0.25)
    expected = beta.ppf(0.05, 2, 7), beta.ppf(0.95, 3, 6)
    np.testing.assert_allclose(found.interval, expected, rtol=1e-9)
    assert find_basins(COSTS, within=0.05).good == 2
    assert find_basins(COSTS, within=0.08).good == 3
    assert find_basins([1.0, 2.0], level=0.1).interval[0] == 0


def slow_plateaus(costs, window, drop):
    """Try every start and stop."""
    found, start = [], 0
    while start < len(costs):
        stops = [
            stop
            for stop in range(start + window, len(costs) + 1)
            if min(costs[:stop]) > (1 - drop) * min(costs[: start + 1])
            or np.isclose(min(costs[:stop]), (1 - drop) * min(costs[: start + 1]))
        ]
        if stops:
            found.append((start, stops[-1], min(costs[: stops[-1]])))
            start = stops[-1]
        else:
            start += 1
    return found


@pytest.mark.parametrize("window", [2, 5, 17])
def test_plateaus_agree_with_trying_everything(window):
    rng = np.random.default_rng(window)
    falls = rng.random(200) < 0.1
    costs = np.exp(-np.cumsum(0.1 * falls)) * (1 + 0.01 * rng.random(200))
    found = find_plateaus(costs, window=window, drop=0.03)
    assert [tuple(p) for p in found] == slow_plateaus(costs, window, 0.03)
    assert found


def test_plateaus_of_two_exponentials():
    """0.1 + e^{-n/5} until epoch 60, then 0.02 + 0.08 e^{-(n-60)/5}: two flat parts.

    The first starts when e^{-n/5} is below 0.02 · (0.1 + e^{-n/5}), at n = 31, and
    ends with the second fall.
    """
    n = np.arange(150)
    costs = np.where(
        n < 60, 0.1 + np.exp(-n / 5), 0.02 + 0.08 * np.exp(-(n - 60.0) / 5)
    )
    first, second = find_plateaus(costs, window=20, drop=0.02)
    assert first.start == pytest.approx(5 * np.log(10 * 0.98 / 0.02), abs=1)
    assert first.stop == 61
    assert second.stop == 150
    assert second.level == pytest.approx(0.02, rel=1e-4)
    costs[100:] = np.nan
    assert [p.stop for p in find_plateaus(costs, window=10)] == [61, 100]


def test_steady_progress_has_no_plateau():
    """1 % an epoch is 10 % in ten, and never less than 2 % in three."""
    costs = 0.99 ** np.arange(300)
    assert find_plateaus(costs, window=4, drop=0.02) == []


def test_epochs_to_reach():
    costs = [[[0.5, 0.2, 0.3], [np.nan, 0.1, 0.0]], [[0.2, 0.9, 0.9], [np.nan] * 3]]
    found = epochs_to_reach(costs, 0.2)
    np.testing.assert_array_equal(found, [[1, 1], [0, np.inf]])


def test_what_learning_costs():
    """Three epochs of 2 · 5 estimates with 40 shots; the level is met in epoch 1."""
    state = init(np.tile(random_weights(), (2, 1, 1, 1)))._replace(
        costs=np.ones((2, 3)),
        infidelities=np.array([[0.3, 0.1, 0.2], [0.3, 0.3, 0.3]]),
    )
    result = LearningResult(
        environment=ENVIRONMENT, rule=rule(4), cost=COST, labels=(0, 1), state=state
    )
    cost = learning_cost(result, shots=40, evaluations=10, level=0.1)
    assert (cost.epochs, cost.preparations, cost.preparations_of_all) == (3, 1200, 2400)
    np.testing.assert_array_equal(cost.epochs_to_level, [2, np.inf])
    np.testing.assert_array_equal(cost.preparations_to_level, [800, np.inf])
    with pytest.raises(ValueError, match="`shots` must be at least 1"):
        learning_cost(result, shots=0)
    with pytest.raises(ValueError, match="`evaluations` must be at least 1"):
        learning_cost(result, shots=1, evaluations=0)


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match="`costs` must hold positive numbers"):
        find_basins([np.nan, np.inf])
    with pytest.raises(ValueError, match="`costs` must hold positive numbers"):
        find_basins([0.1, -0.2])
    with pytest.raises(ValueError, match=r"`costs` must have shape \(b,\)"):
        find_basins([[0.1]])
    with pytest.raises(ValueError, match="`gap` must be positive"):
        find_basins([0.1], gap=0)
    with pytest.raises(ValueError, match="`within` must be positive"):
        find_basins([0.1], within=-1)
    with pytest.raises(ValueError, match="`confidence` must lie in"):
        find_basins([0.1], confidence=95)
    with pytest.raises(
        ValueError, match="`costs` must be positive, but the least is -1"
    ):
        find_plateaus([2.0, -1.0, 1.0], window=2)
    with pytest.raises(ValueError, match="`window` must be at least 2"):
        find_plateaus([2.0, 1.0], window=1)
    with pytest.raises(ValueError, match="`drop` must lie between 0 and 1, but is 1"):
        find_plateaus([2.0, 1.0], drop=1.0)
    with pytest.raises(ValueError, match="`costs` must hold at least one epoch"):
        epochs_to_reach([], 0.1)
