"""Kicks in the motion of W: errors around them, how far they reach, what they cost."""

import numpy as np
import pytest

from oqnn.phase_space import (
    FunctionPotential,
    Kicked,
    PhaseSpaceGrid,
    Polynomial,
    WignerFunction,
    propagate,
)

HBAR = 0.5
FREE = Polynomial([0.0])


def packet(grid):
    """W₀ = (2/h) e^{−x²/a² − a²p²/ħ²}, a = 0.7."""
    x, p, a = grid.x[:, None], grid.p, 0.7
    values = np.exp(-((x / a) ** 2) - (a * p / HBAR) ** 2) / (np.pi * HBAR)
    return WignerFunction(values, grid)


@pytest.fixture(scope="module")
def grid():
    return PhaseSpaceGrid.centered(6, 8, (128, 96), hbar=HBAR)


def test_a_kick_makes_the_error_be_looked_at_again():
    """A packet at the bottom of a stiff well needs few steps, a fast one many."""
    grid = PhaseSpaceGrid.centered(6, 14, (128, 224), hbar=HBAR)
    well = Polynomial([0, 0, 0.5, 0, 0.05])
    kicked = Kicked(well, Polynomial([0, -5.0]), 0.4)
    W = packet(grid)
    moved = propagate(kicked, W, [0, 0.8], tol=1e-6)
    exact = propagate(kicked, W, [0, 0.8], step=0.005)
    error = np.linalg.norm(moved.values[-1] - exact.values[-1])
    error /= np.linalg.norm(W.values)
    assert error < 1.5 * moved.error[-1] <= 1.5e-6


def test_kicks_across_the_momentum_box_are_refused(grid):
    """By its whole length W would come back to where it was, and no guard tell."""
    W = packet(grid)
    around = Kicked(FREE, Polynomial([0, -16.0]), 0.5)
    with pytest.raises(ValueError, match=r"kicks that leave W.*by 16 at t = 0\.5"):
        propagate(around, W, [0, 1])
    within = Kicked(FREE, Polynomial([0, -4.0]), 0.5)
    assert propagate(within, W, [0, 0.5]).final.mean[1] == pytest.approx(4)


def test_kicks_are_evaluated_once_unless_they_depend_on_time(grid):
    calls = []

    def kick(x):
        calls.append(x.shape)
        return 0.1 * x**2

    def later(x, t):
        return 0.1 * x**2 * t

    W = packet(grid)
    kicked = Kicked(FREE, FunctionPotential(kick, [lambda x: 0.2 * x]), 0.1)
    calls.clear()
    propagate(kicked, W, [0, 0.8])
    assert len(calls) == 2
    grows = Kicked(FREE, FunctionPotential(later, [lambda x, t: 0.2 * x * t]), 0.4)
    twice = Kicked(FREE, Polynomial([0, 0, 0.04]), 0.4)
    moved = propagate(grows, W, [0, 0.4, 0.8])
    once = propagate(twice, W, [0, 0.4]).final
    np.testing.assert_allclose(moved.values[1], once.values, atol=1e-14)
    after = propagate(Kicked(FREE, Polynomial([0, 0, 0.08]), 0.4), once, [0, 0.4])
    np.testing.assert_allclose(moved.values[2], after.final.values, atol=1e-13)
