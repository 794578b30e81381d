"""Correlations that are asked once."""

import numpy as np
from dynamics.open_systems import random_environment
from systems import RHO0, SIGMA_X, SIGMA_Z

from oqnn.dynamics import GaussianBath, nakajima_zwanzig, tcl
from oqnn.dynamics.projected.remembered import remembering


def counted(asked):
    """A correlation function that notes the times it is asked for."""

    def correlation(times):
        asked.append(np.array(times))
        return 0.1 * np.exp(-(1.0 + 0.5j) * times)

    return GaussianBath(SIGMA_X, correlation)


def test_the_same_values_in_any_order_each_asked_once():
    asked = []
    plain = counted(asked)
    bath, rng = remembering(plain, 3.0), np.random.default_rng(2)
    asked.clear()
    grid = np.linspace(0, 3, 33)
    for times in (grid[::4], grid, rng.permutation(grid), grid[5:6], 0.1 * grid):
        expected = 0.1 * np.exp(-(1.0 + 0.5j) * times)
        np.testing.assert_allclose(
            bath.correlations(times)[:, 0, 0], expected, rtol=1e-12
        )
    every = np.concatenate(asked)
    assert len(np.unique(every)) == len(every)
    wanted = np.unique(np.concatenate([grid, 0.1 * grid]).round(9))
    assert len(every) == len(wanted) - 1  # 0 was asked for when the bath was made


def test_solvers_ask_once_and_find_the_same():
    for solve in (tcl, nakajima_zwanzig):
        asked = []
        bath = counted(asked)
        asked.clear()
        found = solve(0.5 * SIGMA_Z, RHO0, [0.0, 1.0, 2.0], bath, order=4)
        every = np.concatenate(asked)
        assert len(np.unique(every.round(12))) >= len(every) - 3  # t = 0 is checked
        assert found.error <= 1e-8


def test_finite_environments_stay_as_they_are():
    _, environment = random_environment(2, 3, 1)
    assert remembering(environment, 1.0) is environment
