"""Propagation of W against closed forms, exact diagonalisation and other routes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from phase_space.diagonalised import Diagonalised, packet

from oqnn.phase_space import (
    Diffusion,
    DoubleWell,
    Driven,
    Kicked,
    Localisation,
    NetworkPotential,
    Pendulum,
    PhaseSpaceGrid,
    Polynomial,
    WignerFunction,
    propagate,
    propagate_density,
    propagate_wavefunction,
    wigner_from_density,
    wigner_from_wavefunction,
)

MASS, HBAR = 1.3, 0.4
GRID = PhaseSpaceGrid.centered(5.5, 6.5, (100, 120), hbar=HBAR)
LINE = np.linspace(-6.5, 7.5, 200, endpoint=False)
SKEW = Polynomial([0.4, 0.2, 0.1, 0.05, 0.06])  # a quartic without a symmetry
WELLS = DoubleWell(0.5, 1.5)
TIMES = [0.3, 0.9, 1.5]


def gaussian(x, p, mean, covariance):
    """W of a Gaussian state: exp(−z·Σ⁻¹z/2)/2π√det Σ with z from the mean."""
    z = np.stack(np.broadcast_arrays(x - mean[0], p - mean[1]))
    inverse = np.linalg.inv(covariance)
    size = 2 * np.pi * np.sqrt(np.linalg.det(covariance))
    return np.exp(-np.einsum("i...,ij,j...->...", z, inverse, z) / 2) / size


def two_packets(x):
    """A superposition without a symmetry, with a phase: its fringes are complex."""
    one, two = packet(x, 0.7, -0.5, 0.5, HBAR), packet(x, -0.8, 0.4, 0.6, HBAR)
    return 0.8 * one + (0.3 + 0.4j) * two


def of_two_packets():
    return wigner_from_wavefunction(two_packets(LINE), LINE, GRID)


def test_coherent_states_turn_clockwise():
    """α(t) = αe^{−iωt}: W = (1/πħ)exp(−(x − x_t)²/a² − a²(p − p_t)²/ħ²).

    x_t = √2 a Re α(t), p_t = √2 (ħ/a) Im α(t), a² = ħ/mω. The α are complex, so that
    a turn the other way would show.
    """
    omega, alphas = 1.2, np.array([1.4 - 0.8j, -0.5 + 1.3j])
    a = np.sqrt(HBAR / (MASS * omega))
    x, p = GRID.x[:, None], GRID.p

    def exact(t):
        here = (alphas * np.exp(-1j * omega * (t - TIMES[0])))[:, None, None]
        xt, pt = np.sqrt(2) * a * here.real, np.sqrt(2) * HBAR / a * here.imag
        shape = -(((x - xt) / a) ** 2) - (a * (p - pt) / HBAR) ** 2
        return np.exp(shape) / (np.pi * HBAR)

    W = WignerFunction(exact(TIMES[0]), GRID)
    U = Polynomial([0, 0, MASS * omega**2 / 2])
    moved = propagate(U, W, TIMES, mass=MASS, tol=1e-10)
    assert_allclose(moved.values, [exact(t) for t in TIMES], atol=1e-10)


def test_free_packets_spread():
    """W(x, p, t) = W(x − pt/m, p, 0), in one step, to rounding."""
    x, p, covariance = GRID.x[:, None], GRID.p, [[0.2, -0.1], [-0.1, 0.3]]
    W = WignerFunction(gaussian(x, p, (-0.7, 0.6), covariance), GRID)
    moved = propagate(Polynomial([2.0]), W, [0, 1.7], mass=MASS, step=2.0)
    exact = gaussian(x - p * 1.7 / MASS, p, (-0.7, 0.6), covariance)
    assert_allclose(moved.values[1], exact, atol=1e-13)


@pytest.mark.parametrize("stiffness", [1.9, -0.25], ids=["well", "hill"])
def test_squeezed_states_under_quadratic_potentials(stiffness):
    """μ → Rμ + ∫R f, Σ → RΣRᵀ with R = exp(t(0, 1/m; −k, 0)), f = (0, −c₁)."""
    from scipy.linalg import expm

    drift = np.array([[0, 1 / MASS, 0], [-stiffness, 0, -0.4], [0, 0, 0]])
    mean, covariance = np.array([0.5, -0.2]), np.array([[0.16, 0.05], [0.05, 0.3]])
    x, p = GRID.x[:, None], GRID.p
    W = WignerFunction(gaussian(x, p, mean, covariance), GRID)
    moved = propagate(
        Polynomial([0.3, 0.4, stiffness / 2]), W, TIMES, mass=MASS, tol=1e-9
    )
    for t, values in zip(TIMES, moved.values, strict=True):
        flow = expm(drift * (t - TIMES[0]))
        R, there = flow[:2, :2], flow[:2] @ [*mean, 1]
        assert_allclose(values, gaussian(x, p, there, R @ covariance @ R.T), atol=1e-9)


@pytest.mark.parametrize(
    "potential",
    [
        SKEW,
        WELLS.polynomial,
        Polynomial([0, -0.3, 0.2, 0.02, 0.02, 0.01, 0.003]),
    ],
    ids=["quartic", "double well", "sextic"],
)
def test_eq_1_2_wells_against_exact_diagonalisation(potential):
    """Fringes of a complex superposition, to 1e-8 of 1/πħ."""
    coefficients = tuple(potential.coefficients)
    exact = Diagonalised(coefficients, MASS, HBAR, 0.4, 90).wigner(
        two_packets, GRID.x, GRID.p, np.array(TIMES) - TIMES[0]
    )
    W = WignerFunction(exact[0], GRID)
    assert W.negativity > 0.05
    moved = propagate(potential, W, TIMES, mass=MASS, tol=3e-9)
    assert_allclose(moved.values, exact, atol=1e-8 / (np.pi * HBAR))
    assert_allclose(moved.norm, moved.norm[0], atol=1e-11)
    assert_allclose(moved.purity, moved.norm[0] ** 2, atol=1e-8)


NETWORK = NetworkPotential(
    weights=[1.1, -0.7, 1.3], biases=[0.2, 0.5, -0.4], amplitudes=[0.4, -0.6, 0.3]
)


@pytest.mark.parametrize(
    "potential",
    [
        Driven(WELLS, 0.5, 1.7, 0.3),
        Pendulum(1.6, 0.9, 0.4),
        Kicked(SKEW, Pendulum(0.5, 1.1), 0.45),
        Kicked(Driven(Polynomial([0.0]), 0.5, 2.0), Polynomial([0, 0.3, 0.2]), 0.8),
        NETWORK,
    ],
    ids=["Duffing", "pendulum", "kicked well", "kicked and driven", "network"],
)
def test_eq_1_2_against_the_schrodinger_route(potential):
    psi = propagate_wavefunction(
        potential, two_packets(LINE), LINE, TIMES, mass=MASS, hbar=HBAR
    )
    exact = wigner_from_wavefunction(psi.values, LINE, GRID)
    moved = propagate(potential, exact[0], TIMES, mass=MASS, tol=3e-9)
    assert_allclose(moved.values, exact.values, atol=1e-8 / (np.pi * HBAR))


@pytest.mark.parametrize(
    ("channel", "rates"),
    [
        (Diffusion(D_xx=0.02, D_pp=0.05), {"diffusion_xx": 0.02, "diffusion_pp": 0.05}),
        (
            Localisation(0.9, 0.7),
            {"decay": lambda x, y: 0.9 * (1 - np.exp(-((y / 1.4) ** 2)))},
        ),
    ],
    ids=["diffusion", "localisation"],
)
def test_eq_1_8_against_the_density_matrix_route(channel, rates):
    """Decoherence in a driven quartic well, where there is no closed form."""
    potential = Driven(SKEW, 0.5, 1.7)
    line = np.linspace(-6, 6, 128, endpoint=False)
    psi = two_packets(line)
    rho = propagate_density(
        potential, np.outer(psi, psi.conj()), line, [0.3, 1.0], mass=MASS, hbar=HBAR,
        tol=1e-8, **rates,
    )  # fmt: skip
    exact = wigner_from_density(rho.values, line, GRID)
    moved = propagate(
        potential, exact[0], [0.3, 1.0], mass=MASS, channels=[channel], tol=1e-8
    )
    assert_allclose(moved.values, exact.values, atol=1e-7)
    assert_allclose(moved.purity, rho.purity, atol=1e-7)
    assert moved.purity[1] < 0.9 * moved.purity[0]


def test_backwards_in_time_is_momentum_reversed():
    """W(x, −p) runs back, on a symmetric grid of odd size."""
    grid = PhaseSpaceGrid(GRID.x, np.linspace(-6, 6, 111), HBAR)
    W = wigner_from_wavefunction(two_packets(LINE), LINE, grid)
    there = propagate(SKEW, W, [0, 1.2], mass=MASS, step=0.05).final
    turned = WignerFunction(there.values[:, ::-1], grid)
    back = propagate(SKEW, turned, [0, 1.2], mass=MASS, step=0.05).final
    assert_allclose(back.values[:, ::-1], W.values, atol=3e-9)


@pytest.mark.parametrize("order_hbar", [None, 0, 1])
def test_norm_energy_and_purity_stay(order_hbar):
    """dW/dt at any order keeps ∬W, ∬W² and ⟨p²/2m + U⟩, whose symbol is exact."""
    W = of_two_packets()

    def energy(x, p):
        return p**2 / (2 * MASS) + SKEW(x)

    moved = propagate(
        SKEW, W, [0, 0.5, 1.1], mass=MASS, order_hbar=order_hbar, tol=1e-8
    )
    assert_allclose(moved.norm, W.norm, atol=1e-11)
    assert_allclose(moved.purity, W.purity, atol=1e-7)
    assert_allclose(moved.states.expect(energy), W.expect(energy), atol=1e-6)


def test_times_compose():
    """A drive is told the time: from 0.3 to 0.9 and on to 1.5 is from 0.3 to 1.5."""
    potential = Kicked(Driven(SKEW, 0.5, 1.7), Pendulum(0.4), 0.45)
    options = {"mass": MASS, "step": 0.05}
    W = of_two_packets()
    whole = propagate(potential, W, TIMES, **options)
    first = propagate(potential, W, TIMES[:2], **options).final
    second = propagate(potential, first, TIMES[1:], **options).final
    assert_allclose(whole.values[1:], [first.values, second.values], atol=1e-13)
    at_once = propagate(potential, W, [0.3, 1.5], mass=MASS, tol=3e-9).final
    assert_allclose(at_once.values, second.values, atol=1e-4)
    late = propagate(potential, W, [0.0, 0.6], **options).final
    assert np.abs(late.values - first.values).max() > 0.01


def test_padding_changes_nothing_inside():
    W = of_two_packets()
    moved = [
        propagate(SKEW, W, [0, 0.8], mass=MASS, step=0.04, padding=padding).final.values
        for padding in (0.0, 0.5)
    ]
    assert_allclose(moved[1], moved[0], atol=1e-8)


STILL, PUSHED = SKEW, Driven(SKEW, 0.5, 1.7)


@pytest.mark.parametrize("order_hbar", [None, 0, 1])
@pytest.mark.parametrize("time_order", [2, 4])
@pytest.mark.parametrize("potential", [STILL, PUSHED], ids=["still", "pushed"])
def test_order_in_time(potential, time_order, order_hbar):
    """Halved steps leave a quarter or a sixteenth of the error, by ‖δW‖."""
    grid = PhaseSpaceGrid.centered(5, 5, (64, 72), hbar=HBAR)
    W = wigner_from_wavefunction(packet(LINE, 0.5, -0.4, 0.6, HBAR), LINE, grid)

    def run(steps, order=time_order):
        return propagate(
            potential, W, [0.3, 0.9], mass=MASS, order_hbar=order_hbar,
            step=0.6 / steps, time_order=order,
        ).final.values  # fmt: skip

    best = run(80, 4)
    errors = [np.linalg.norm(run(n) - best) for n in (4, 8)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(time_order, abs=0.1)
