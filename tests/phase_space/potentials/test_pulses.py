"""Pulses in functions of time are found, and no route steps over them."""

import numpy as np
import pytest

from oqnn.phase_space import (
    Driven,
    FunctionPotential,
    GaussianPacket,
    Kicked,
    Pendulum,
    Polynomial,
    as_potential,
    classical_trajectories,
    propagate,
    propagate_wavefunction,
    superposition,
    superposition_wavefunction,
)
from oqnn.phase_space.grid import PhaseSpaceGrid
from oqnn.phase_space.potentials.pulses import CELLS, pulses

CENTRE, WIDTH, PUSH, END = 31.7, 0.05, 1.2, 40.0
X = np.linspace(-6, 6, 96, endpoint=False)


def force(t):
    """A push of the integral PUSH, in a thousandth of the time."""
    shape = np.exp(-(((t - CENTRE) / WIDTH) ** 2) / 2) / (WIDTH * np.sqrt(2 * np.pi))
    return PUSH * shape


def pulse(x, t):
    """Its potential in a wide well."""
    return x**2 / 1800 - force(t) * x


def test_a_pulse_is_found_with_its_feet():
    (found,) = pulses(as_potential(pulse), X, 0.0, END)
    assert CENTRE - 12 * WIDTH < found.start < CENTRE - 3 * WIDTH
    assert CENTRE + 3 * WIDTH < found.stop < CENTRE + 12 * WIDTH
    assert found.step == pytest.approx(2 * END / CELLS)


@pytest.mark.parametrize(
    "potential",
    [
        Polynomial([0, 1.0, 0.5]),
        Driven(Polynomial([0, 0, 0.5]), 1.0, 500.0),
        Kicked(Polynomial([0, 0, 0.5]), Pendulum(), 0.01),
        lambda x, t: x**2 / 2 - 0.3 * x * np.cos(2 * t),
        lambda x, t: x**2 / 2 + 0 * t,
    ],
)
def test_nothing_else_is_a_pulse(potential):
    assert pulses(as_potential(potential), X, 0.0, END) == []


def test_two_pulses_and_one_at_the_start():
    def potential(x, t):
        return x * (np.exp(-((t / 0.1) ** 2)) + np.exp(-(((t - 7) / 0.1) ** 2)))

    first, second = pulses(as_potential(potential), X, 0.0, END)
    assert first.start == 0
    assert first.stop < 1 < 6 < second.start < second.stop < 8


@pytest.mark.slow
def test_a_push_is_felt_on_every_route():
    """Trajectories of a linear force carry the mean of W, of ψ and of a cloud."""
    slopes = [lambda x, t: x / 900 - force(t), lambda x, t: 1 / 900 + 0 * x]
    pushed = FunctionPotential(pulse, derivatives=slopes)
    grid = PhaseSpaceGrid.centered(20, 5, (192, 128))
    times, packet = [0.0, CENTRE + 1.0], [GaussianPacket(x0=-3.0, width=3.0)]
    line = np.linspace(-24, 24, 256, endpoint=False)
    psi = superposition_wavefunction(packet, line)
    W = superposition(packet, grid)

    one = classical_trajectories(pushed, -3.0, 0.0, times, mass=30.0, tol=1e-7)
    wave = propagate_wavefunction(pushed, psi, line, times, mass=30.0, tol=1e-6)
    moved = propagate(pushed, W, times, mass=30.0, tol=1e-6)

    k = 2 * np.pi * np.fft.fftfreq(line.size, line[1] - line[0])
    weights = np.abs(np.fft.fft(wave.values[-1])) ** 2
    means = [moved.final.mean[1], k @ weights / weights.sum()]
    assert 1.0 < one.p[-1] < 1.4
    np.testing.assert_allclose(means, one.p[-1], atol=1e-5)
