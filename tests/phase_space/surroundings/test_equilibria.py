"""Equilibria of open systems: states that stay, and states that are found."""

import numpy as np
import pytest

from oqnn.phase_space import (
    Damping,
    Diffusion,
    Friction,
    GaussianPacket,
    PhaseSpaceGrid,
    Polynomial,
    WignerFunction,
    propagate,
    superposition,
)

HBAR, MASS = 0.7, 1.3


def test_thermal_equilibrium_is_stationary():
    """Under loss and gain W = exp(−H/(n̄ + ½)ħω) stays, with purity 1/(2n̄ + 1)."""
    omega, nbar = 0.8, 0.7
    grid = PhaseSpaceGrid.centered(10, 10, (80, 72), hbar=HBAR)
    spread = (nbar + 0.5) * HBAR * np.array([1 / (MASS * omega), MASS * omega])
    z = np.array(np.broadcast_arrays(grid.x[:, None], grid.p))
    form = np.einsum("ixp,i->xp", z**2, 1 / spread)
    normal = 2 * np.pi * np.sqrt(spread.prod())
    W = WignerFunction(np.exp(-form / 2) / normal, grid)
    moved = propagate(
        Polynomial([0, 0, MASS * omega**2 / 2]),
        W,
        [0, 2.0],
        mass=MASS,
        channels=[Damping(0.7, nbar, MASS, omega)],
    )
    np.testing.assert_allclose(moved.final.values, W.values, atol=1e-8)
    assert moved.purity[-1] == pytest.approx(1 / (2 * nbar + 1), rel=1e-7)


def test_boltzmann_is_stationary_in_the_classical_limit():
    """exp(−(p²/2m + U)/kT) solves Kramers' equation, s = 0, in any potential."""
    temperature = 0.5
    grid = PhaseSpaceGrid.centered(3.2, 5.6, (96, 64), hbar=HBAR)
    well = Polynomial([0, 0.2, -0.6, 0, 0.35])
    energy = grid.p**2 / (2 * MASS) + well(grid.x)[:, None]
    values = np.exp(-energy / temperature)
    W = WignerFunction(values / (values.sum() * grid.dx * grid.dp), grid)
    bath = [Friction(0.4), Diffusion(D_pp=2 * MASS * 0.4 * temperature)]
    classical = propagate(well, W, [0, 1.5], mass=MASS, channels=bath, order_hbar=0)
    np.testing.assert_allclose(classical.final.values, W.values, atol=1e-7)


def test_a_kramers_start_finds_equilibrium():
    """The same equation forgets where it began."""
    temperature = 0.5
    grid = PhaseSpaceGrid.centered(3.4, 7.0, (54, 64), hbar=HBAR)
    well = Polynomial([0, 0.2, 0.6, 0, 0.1])
    energy = grid.p**2 / (2 * MASS) + well(grid.x)[:, None]
    values = np.exp(-energy / temperature)
    expected = values / (values.sum() * grid.dx * grid.dp)
    W = superposition([GaussianPacket(0.6, 0.3, 0.5)], grid)
    bath = [Friction(0.6), Diffusion(D_pp=2 * MASS * 0.6 * temperature)]
    classical = propagate(
        well, W, [0, 25], mass=MASS, channels=bath, order_hbar=0, tol=1e-5
    )
    np.testing.assert_allclose(classical.final.values, expected, atol=1e-5)
