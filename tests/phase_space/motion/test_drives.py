"""Drives: steps that see them, and forces taken apart from the potential."""

import numpy as np
import pytest

from oqnn.phase_space import (
    Diffusion,
    Driven,
    PhaseSpaceGrid,
    Polynomial,
    WignerFunction,
    propagate,
)

HBAR = 0.5
QUARTIC = Polynomial([0, 0.2, 0.5, 0, 0.1])


@pytest.fixture(scope="module")
def grid():
    return PhaseSpaceGrid.centered(6, 8, (128, 96), hbar=HBAR)


def packet(grid, a=0.7):
    """W₀ = (2/h) e^{−x²/a² − a²p²/ħ²}."""
    h = 2 * np.pi * grid.hbar
    x, p = grid.x[:, None], grid.p
    values = 2 / h * np.exp(-((x / a) ** 2) - (a * p / grid.hbar) ** 2)
    return WignerFunction(values, grid)


@pytest.mark.parametrize("frequency", [50.0, 100.0, 201.0])
def test_steps_are_never_in_tune_with_a_drive(grid, frequency):
    """⟨x⟩ = [cos t − cos ωt] A/(ω² − 1), from rest: ω = 100 has four periods in 1/4."""
    driven = Driven(Polynomial([0, 0, 0.5]), 4.0, frequency)
    moved = propagate(driven, packet(grid), [0, 1.0], tol=1e-6)
    reach = 4 / (frequency**2 - 1)
    mean = reach * np.array(
        [
            np.cos(1) - np.cos(frequency),
            frequency * np.sin(frequency) - np.sin(1),
        ]
    )
    np.testing.assert_allclose(moved.final.mean, mean, atol=1e-6)


class FunctionOfTime:
    """A driven potential that does not tell what of it is a force."""

    depends_on_time = True

    def __init__(self, potential):
        self.potential = potential

    def __call__(self, x, t=0.0):
        return self.potential(x, t)

    def derivative(self, x, order, t=0.0):
        return self.potential.derivative(x, order, t)

    def kicks(self, t0, t1):
        return self.potential.kicks(t0, t1)


@pytest.mark.parametrize("time_order", [2, 4])
@pytest.mark.parametrize("order_hbar", [None, 0])
def test_forces_apart_from_the_potential_change_nothing(grid, time_order, order_hbar):
    """exp(V) of U − x f(t) is that of U times a phase e^{−ifθ} and a mixed term."""
    driven = Driven(Driven(QUARTIC, 0.6, 2.0, 0.4), -0.3, 0.7)
    how = {"step": 0.05, "time_order": time_order, "order_hbar": order_hbar}
    how |= {"mass": 1.3, "channels": [Diffusion(D_xx=0.02, D_pp=0.03)]}
    apart = propagate(driven, packet(grid), [0.2, 0.7], **how)
    whole = propagate(FunctionOfTime(driven), packet(grid), [0.2, 0.7], **how)
    np.testing.assert_allclose(apart.values, whole.values, rtol=0, atol=1e-14)
