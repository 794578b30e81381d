"""Weights over a cycle."""

import numpy as np
import pytest

from oqnn.plotting import weights_over_cycle

RNG = np.random.default_rng(63)
WEIGHTS = RNG.normal(size=(2, 6, 3, 4))  # seeds, slices, neurons, inputs


def test_panels_hold_the_weights_of_each_slice():
    initial = RNG.normal(size=(6, 3, 4))
    figure = weights_over_cycle(WEIGHTS, period=2.0, initial=initial)
    grid = np.array(figure.axes).reshape(3, 4)
    for (i, j), axes in np.ndenumerate(grid):
        steps = [patch.get_data() for patch in axes.patches]
        for step, member in zip(steps, (WEIGHTS[1], initial, WEIGHTS[0]), strict=True):
            np.testing.assert_array_equal(step.values, member[:, i, j])
            np.testing.assert_allclose(step.edges, np.arange(7) / 3, rtol=1e-15)
    assert grid[1, 2].texts[0].get_text() == "$W_{23}$"
    assert grid[1, 3].texts[0].get_text() == "$b_{2}$"
    assert len({axes.get_ylim() for axes in grid.flat}) == 1
    assert len(figure.legends) == 1


def test_one_seed_without_bias():
    figure = weights_over_cycle(WEIGHTS[0, :, :, :3])
    assert all(len(axes.patches) == 1 for axes in figure.axes)
    assert figure.axes[-1].texts[0].get_text() == "$W_{33}$"
    assert not figure.legends


def test_refusals():
    with pytest.raises(ValueError, match=r"`weights` must have shape"):
        weights_over_cycle(WEIGHTS[0, 0])
    with pytest.raises(ValueError, match=r"1 to 9 neurons and inputs, but has 10"):
        weights_over_cycle(np.zeros((2, 10, 2)))
    with pytest.raises(ValueError, match=r"`initial` must have shape \(6, 3, 4\)"):
        weights_over_cycle(WEIGHTS, initial=WEIGHTS)
    with pytest.raises(ValueError, match="`period` must be positive"):
        weights_over_cycle(WEIGHTS, period=0)
    with pytest.raises(ValueError, match="finite"):
        weights_over_cycle(WEIGHTS * np.inf)
