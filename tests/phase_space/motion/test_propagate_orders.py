"""Truncations at powers of ħ against an integrator that knows only the series."""

from math import factorial

import numpy as np
import pytest
from numpy.testing import assert_allclose
from phase_space.diagonalised import packet
from scipy.integrate import solve_ivp

from oqnn.phase_space import (
    Driven,
    FunctionPotential,
    Kicked,
    Pendulum,
    PhaseSpaceGrid,
    Polynomial,
    propagate,
    propagate_classical,
    wigner_from_wavefunction,
)

MASS, HBAR = 1.3, 0.5
GRID = PhaseSpaceGrid.centered(4.8, 5, (60, 64), hbar=HBAR)
LINE = np.linspace(-6.5, 7.5, 200, endpoint=False)
START, STOP = 0.3, 0.8
QUARTIC = Polynomial([0.4, 0.2, 0.1, 0.05, 0.06])
SEXTIC = Polynomial([0, -0.3, 0.2, 0.02, 0.02, 0.008, 0.003])
PENDULUM = Pendulum(1.2, 1.1, 0.4)
DRIVEN = Driven(SEXTIC, 0.6, 1.9, 0.2)


def start(grid=GRID):
    return wigner_from_wavefunction(packet(LINE, 0.4, -0.3, 0.6, HBAR), LINE, grid)


def derivative_matrix(size, length):
    """Derivatives of trigonometric polynomials on an even number of points.

    D_jk = (π/L)(−1)^{j−k} cot(π(j − k)/n), zero on the diagonal.
    """
    apart = np.subtract.outer(np.arange(size), np.arange(size))
    with np.errstate(divide="ignore"):
        D = np.pi / length * (-1.0) ** apart / np.tan(np.pi * apart / size)
    np.fill_diagonal(D, 0.0)
    return D


def by_lines(potential, W, order):
    """Solve eq. 1.2 as it is written, its sum cut after s = `order`.

    ∂W/∂t = −(p/m)∂_xW + Σ_s (−ħ²)^s/(2s+1)! (1/2)^{2s} U^{(2s+1)}(x, t) ∂_p^{2s+1}W,
    with matrices for the derivatives and an adaptive integrator in time.
    """
    x, p, shape = W.grid.x[:, None], W.grid.p, W.grid.shape
    D_x = derivative_matrix(shape[0], W.grid.dx * shape[0])
    D_p = derivative_matrix(shape[1], W.grid.dp * shape[1])
    powers = [np.linalg.matrix_power(D_p, 2 * s + 1).T for s in range(order + 1)]

    def slope(t, values):
        W = values.reshape(shape)
        change = -p / MASS * (D_x @ W)
        for s, power in enumerate(powers):
            factor = (-(HBAR**2)) ** s / factorial(2 * s + 1) * 0.5 ** (2 * s)
            change += factor * potential.derivative(x, 2 * s + 1, t) * (W @ power)
        return change.ravel()

    run = solve_ivp(
        slope, (START, STOP), W.values.ravel(), "DOP853", rtol=1e-8, atol=1e-10
    )
    return run.y[:, -1].reshape(shape)


def moved(potential, W, order, **options):
    return propagate(
        potential, W, [START, STOP], mass=MASS, order_hbar=order, **options
    ).final.values


@pytest.mark.slow
@pytest.mark.parametrize(
    ("potential", "order"),
    [
        pytest.param(SEXTIC, 0, id="sextic-0"),
        pytest.param(SEXTIC, 1, id="sextic-1"),
        pytest.param(SEXTIC, 2, id="sextic-2"),
        pytest.param(PENDULUM, 1, id="pendulum-1"),
        pytest.param(PENDULUM, 2, id="pendulum-2"),
        pytest.param(DRIVEN, 2, id="driven-2"),
    ],
)
def test_eq_1_2_orders_against_the_written_sum(potential, order):
    W = start()
    exact = by_lines(potential, W, order)
    assert_allclose(moved(potential, W, order), exact, atol=3e-8)
    if order < 2:
        assert np.abs(exact - moved(potential, W, order + 1)).max() > 1e-5


@pytest.mark.parametrize(
    ("potential", "last"), [(Polynomial([0, 0.3, 0.4]), 0), (QUARTIC, 1), (SEXTIC, 2)]
)
def test_eq_1_2_the_series_of_a_polynomial_ends(potential, last):
    """Degree 2s + 2 has U^{(2s+1)} as its last odd derivative: order s is exact."""
    W = start()
    exact = moved(potential, W, None, step=0.02)
    for order in (last, last + 1, last + 3):
        assert_allclose(moved(potential, W, order, step=0.02), exact, atol=1e-12)
    if last:
        below = moved(potential, W, last - 1, step=0.02)
        assert np.abs(below - exact).max() > 1e-4


@pytest.mark.parametrize(
    "potential",
    [
        QUARTIC,
        PENDULUM,
        Driven(QUARTIC, 0.6, 1.9, 0.2),
        Kicked(Driven(QUARTIC, 0.6, 1.9), Pendulum(0.3), 0.4),
    ],
    ids=["quartic", "pendulum", "driven", "kicked"],
)
def test_eq_1_2_at_order_zero_against_characteristics(potential):
    """W(z, t) = W(z₀, t₀): two packets, no fringes, as a classical density."""

    def density(x, p):
        one = np.exp(-((x - 0.4) ** 2) / 0.3 - (p + 0.2) ** 2 / 0.4)
        return one + 0.5 * np.exp(-((x + 0.7) ** 2) / 0.4 - (p - 0.3) ** 2 / 0.5)

    grid = PhaseSpaceGrid.centered(5.4, 6, (96, 100), hbar=HBAR)
    exact = propagate_classical(
        potential, density, [START, STOP], grid=grid, mass=MASS, tol=1e-9
    )
    found = moved(potential, exact[0], 0, tol=1e-9)
    assert_allclose(found, exact.final.values, atol=1e-8)


def test_order_zero_does_not_depend_on_hbar():
    """Liouville's equation holds no ħ: the same values on a grid with another."""
    W = start()
    other = PhaseSpaceGrid(GRID.x, GRID.p, 3 * HBAR)
    again = type(W)(W.values, other)
    assert_allclose(
        moved(SEXTIC, again, 0, step=0.02), moved(SEXTIC, W, 0, step=0.02), atol=1e-13
    )


def test_plain_functions_are_differentiated_for_the_orders():
    written = FunctionPotential(lambda x: 0.4 + 0.2 * x + 0.1 * x**2 + 0.06 * x**4)
    known = Polynomial([0.4, 0.2, 0.1, 0, 0.06])
    W = start()
    assert_allclose(
        moved(written, W, 1, step=0.05), moved(known, W, 1, step=0.05), atol=1e-13
    )
