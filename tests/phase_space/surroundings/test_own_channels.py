"""Channels that a user writes: decays that depend on x, are complex, or grow."""

import numpy as np
import pytest

from oqnn.phase_space import (
    FunctionPotential,
    GaussianPacket,
    PhaseSpaceGrid,
    Polynomial,
    propagate,
    superposition,
)

HBAR, MASS = 0.7, 1.3
PACKETS = [GaussianPacket(-1.4, 0.5, 0.8), GaussianPacket(1.1, -0.8, 0.8)]
AMPLITUDES = np.array([1, 0.6 - 0.7j])


class PositionJump:
    """A channel of one's own: κD[f(x̂)] and a Hamiltonian h(x̂), both of waves in x.

    F(x, y) = (κ/2)[f(x + y/2) − f(x − y/2)]² + (i/ħ)[h(x + y/2) − h(x − y/2)].
    """

    def __init__(self, rate, height):
        self.rate, self.height = rate, height

    def drift(self, hbar):
        return np.zeros((2, 2))

    diffusion = drift

    def decay(self, x, y, hbar):
        right, left = x + y / 2, x - y / 2
        jump = np.sin(right) - np.sin(left)
        phase = self.height / hbar * (np.cos(2 * right) - np.cos(2 * left))
        return self.rate / 2 * jump**2 + 1j * phase

    def decay_slopes(self, x, y, hbar):
        right, left = x + y / 2, x - y / 2
        jump = self.rate * (np.sin(right) - np.sin(left))
        f_right, f_left = np.cos(right), np.cos(left)
        h_right = -2j * self.height / hbar * np.sin(2 * right)
        h_left = -2j * self.height / hbar * np.sin(2 * left)
        return (
            jump * (f_right - f_left) + h_right - h_left,
            jump * (f_right + f_left) / 2 + (h_right + h_left) / 2,
        )


def test_decays_may_depend_on_x_and_be_complex():
    """The Hamiltonian part of a channel moves W as the same potential does."""
    grid = PhaseSpaceGrid.centered(6, 9.5, (73, 91), hbar=HBAR)
    W = superposition(PACKETS, grid, amplitudes=AMPLITUDES)
    well = Polynomial([0, 0.2, 0.4, 0, 0.02])

    def moved(potential, channel):
        how = {"mass": MASS, "channels": [channel], "step": 0.05}
        return propagate(potential, W, [0, 0.6], **how).final

    apart = moved(well, PositionJump(0.4, 0.3))
    with_hill = FunctionPotential(
        lambda x: well(x) + 0.3 * np.cos(2 * x),
        derivatives=[lambda x: well.derivative(x, 1) - 0.6 * np.sin(2 * x)],
    )
    whole = moved(with_hill, PositionJump(0.4, 0.0))
    np.testing.assert_allclose(apart.values, whole.values, atol=1e-13)
    assert 0.5 < apart.purity < 0.95


@pytest.mark.parametrize("rate", [0.4, -0.2])
def test_channels_of_either_sign_keep_the_fourth_order(rate):
    """Growth that an equation means is not taken for that of its steps."""
    grid = PhaseSpaceGrid.centered(6, 9.5, (72, 90), hbar=HBAR)
    W = superposition(PACKETS, grid, amplitudes=AMPLITUDES)
    well, channels = Polynomial([0, 0.2, 0.4, 0, 0.02]), [PositionJump(rate, 0.3)]

    def at(steps):
        how = {"mass": MASS, "channels": channels, "step": 0.6 / steps}
        return propagate(well, W, [0, 0.6], **how).final.values

    exact = at(120)
    errors = [np.abs(at(steps) - exact).max() for steps in (10, 16)]
    order = np.log(errors[1] / errors[0]) / np.log(10 / 16)
    assert order == pytest.approx(4, abs=0.2)
