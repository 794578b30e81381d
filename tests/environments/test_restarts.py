"""Restarts: laggards begin again, the others and every best epoch stay."""

import numpy as np
from environments.problems import COST, ENVIRONMENT, H, rule

from oqnn._core.seeds import derive_seed
from oqnn.environments import init, learn, restart_laggards, step

RULE = rule(4, rate=1.0, mass=0.5)
SEEDS = (3, 4, 5)


def some_learners():
    weights = np.array([RULE.random_weights(seed) for seed in SEEDS])
    return step(init(weights), ENVIRONMENT, RULE, COST, H=H, epochs=6)


def test_only_laggards_begin_again():
    """Costs are made up: the second learner is twice as far as the best, lately."""
    costs = np.array([[9, 9, 1.0, 1.2], [0.1, 9, 2.0, 2.1], [9, 9, 1.4, 1.6]])
    state = some_learners()._replace(costs=costs)
    new = restart_laggards(state, RULE, SEEDS, window=2)
    for name, value in state._asdict().items():
        changed = [
            not np.array_equal(a, b)
            for a, b in zip(value, getattr(new, name), strict=True)
        ]
        moved = name in ("weights", "momenta", "y0")
        assert changed == [False, moved, False], name
    fresh = RULE.random_weights(derive_seed(4, "restart", 4))
    np.testing.assert_array_equal(new.weights[1], fresh)
    assert not new.momenta[1].any()
    assert not new.y0[1].any()


def test_restarts_happen_when_they_are_due_and_resume(monkeypatch):
    seen = []

    def spy(state, rule, seeds, *, window):
        seen.append((state.epochs, window))
        return restart_laggards(state, rule, seeds, window=window, factor=1.0)

    monkeypatch.setattr("oqnn.environments.learning.restart_laggards", spy)
    options = {"H": H, "seeds": SEEDS, "restart_every": 4, "progress": False}
    whole = learn(ENVIRONMENT, RULE, COST, epochs=10, **options)
    assert seen == [(4, 4), (8, 4)]
    saved = []
    learn(ENVIRONMENT, RULE, COST, epochs=10, checkpoint=saved.append, **options)
    assert [state.epochs for state in saved] == [4, 8, 10]
    resumed = learn(ENVIRONMENT, RULE, COST, epochs=10, state=saved[0], **options)
    for name, value in whole.state._asdict().items():
        np.testing.assert_array_equal(value, getattr(resumed.state, name))
    best = whole.state.costs.min(axis=1)
    np.testing.assert_array_equal(whole.state.best_cost, best)
