"""ρ(x, x′) on an even axis → W and back, against closed forms."""

import numpy as np
import pytest

from oqnn.phase_space import GaussianPacket, PhaseSpaceGrid
from oqnn.phase_space.transforms.density import density_from_wigner, wigner_from_density
from oqnn.phase_space.transforms.packets import (
    mixture,
    superposition,
    superposition_wavefunction,
)
from oqnn.phase_space.transforms.wavefunctions import wigner_from_wavefunction

HBAR, SPREAD = 0.6, 0.8
PACKETS = [
    GaussianPacket(0.8, -1.1, 0.5, 0.9),
    GaussianPacket(-1.2, 0.7, 0.9, -0.4),
    GaussianPacket(0.3, 1.3, 0.6),
]
AMPLITUDES = np.array([1.0, 0.7 - 0.6j, -0.3 + 1.1j])
LAW = np.array([0.5, 0.2, 0.3])
X = np.linspace(-8, 8.3, 130)
ROOMY = PhaseSpaceGrid(np.linspace(-8, 8.3, 121), np.linspace(-10, 9.5, 182), HBAR)
RNG = np.random.default_rng(5)
WINDOW = PhaseSpaceGrid(
    np.sort(RNG.uniform(-12, 12, 40)), np.sort(RNG.uniform(-40, 40, 90)), HBAR
)


def superposed(x=X):
    psi = superposition_wavefunction(PACKETS, x, amplitudes=AMPLITUDES, hbar=HBAR)
    return np.outer(psi, psi.conj())


def mixed(x=X):
    waves = [superposition_wavefunction([q], x, hbar=HBAR) for q in PACKETS]
    return sum(P * np.outer(w, w.conj()) for P, w in zip(LAW, waves, strict=True))


def smeared(x=X):
    """ρ(x, x′) e^{−c²(x − x′)²/4ħ²}, of the momentum spread of eq. 1.6."""
    return superposed(x) * np.exp(-((SPREAD / HBAR * np.subtract.outer(x, x)) ** 2) / 4)


CASES = {
    "superposition": (superposed, lambda grid: _superposition(grid, 0.0)),
    "mixture": (mixed, lambda grid: mixture(PACKETS, grid, probabilities=LAW)),
    "spread": (smeared, lambda grid: _superposition(grid, SPREAD)),
}


def _superposition(grid, spread):
    return superposition(PACKETS, grid, amplitudes=AMPLITUDES, spread=spread)


@pytest.mark.parametrize("points", [129, 130])
@pytest.mark.parametrize("case", CASES)
def test_eqs_1_3_and_1_6_in_any_window(case, points):
    rho, exact = CASES[case]
    x = np.linspace(-8, 8.3, points)
    for grid in (WINDOW, PhaseSpaceGrid(x[50:80:2], [-1.0, 0.2, 0.3], HBAR)):
        W = wigner_from_density(rho(x), x, grid)
        np.testing.assert_allclose(W.values, exact(grid).values, rtol=0, atol=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_eq_1_1_backwards(case):
    """ρ on the grid's own axis, and on one that has nothing to do with it."""
    rho, exact = CASES[case]
    W = exact(ROOMY)
    found, x = density_from_wigner(W)
    np.testing.assert_allclose(x, ROOMY.x, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found, rho(x), rtol=0, atol=1e-10)
    elsewhere = np.linspace(-3, 12, 77)
    found, _ = density_from_wigner(W, elsewhere)
    np.testing.assert_allclose(found, rho(elsewhere), rtol=0, atol=1e-10)


def test_there_and_back():
    rho = np.stack([superposed(), mixed()])[:, None]
    W = wigner_from_density(rho, X, ROOMY)
    assert W.batch == (2, 1)
    found, x = density_from_wigner(W, X)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_allclose(found, rho, rtol=0, atol=1e-10)
    own, x = density_from_wigner(W)
    again = wigner_from_density(own, x, ROOMY)
    np.testing.assert_allclose(again.values, W.values, rtol=0, atol=1e-10)


def test_axis_of_a_state_smoother_in_phase_space_than_in_position():
    """A hot packet: W needs dx = 0.75, ρ a spacing of πħ/max|p| = 0.31."""
    grid = PhaseSpaceGrid(np.linspace(-12, 12, 33), np.linspace(-6, 6, 40), HBAR)
    hot = superposition([GaussianPacket(0.5, 0.2, 2.4)], grid, spread=1.3)
    rho, x = density_from_wigner(hot)
    assert x[1] - x[0] == pytest.approx(0.25)
    assert np.trace(rho).real * 0.25 == pytest.approx(1, abs=1e-9)
    again = wigner_from_density(rho, x, grid)
    np.testing.assert_allclose(again.values, hot.values, rtol=0, atol=1e-8)


def test_a_p_axis_that_ends_at_the_momentum_of_the_spacing_needs_no_more():
    """πħ/dx by rounding is above itself for one size in ten, which made two points."""
    for n in range(90, 150):
        grid = PhaseSpaceGrid.centered(8, np.pi * 0.3 * n / 16, (n, n), hbar=0.3)
        _, x = density_from_wigner(superposition([GaussianPacket(width=0.6)], grid))
        assert x.size == n


def test_pure_states_agree_with_wavefunctions():
    psi = superposition_wavefunction(PACKETS, X, amplitudes=AMPLITUDES, hbar=HBAR)
    W = wigner_from_wavefunction(psi, X, WINDOW)
    V = wigner_from_density(np.outer(psi, psi.conj()), X, WINDOW)
    np.testing.assert_allclose(V.values, W.values, rtol=0, atol=1e-13)


def test_trace_purity_and_overlap_are_those_of_the_matrices():
    """Tr[ρσ] = h∬WV, with the traces as sums over x."""
    rho, sigma = mixed(), superposed()
    W, V = (wigner_from_density(matrix, X, ROOMY) for matrix in (rho, sigma))
    dx = X[1] - X[0]
    assert W.norm == pytest.approx(np.trace(rho).real * dx, abs=1e-12)
    assert W.purity == pytest.approx(np.vdot(rho, rho).real * dx**2, abs=1e-11)
    assert W.overlap(V) == pytest.approx(np.vdot(rho, sigma).real * dx**2, abs=1e-11)


def test_refusals():
    rho = mixed()
    with pytest.raises(ValueError, match=r"`rho_xx` must have shape \(\.\.\., 130"):
        wigner_from_density(rho[:, :-1], X, ROOMY)
    with pytest.raises(ValueError, match="`rho_xx` must be finite"):
        wigner_from_density(np.where(rho.real > 0.2, np.nan, rho), X, ROOMY)
    with pytest.raises(ValueError, match="`rho_xx` must be Hermitian"):
        wigner_from_density(rho + 1e-3j * np.abs(rho), X, ROOMY)
    with pytest.raises(ValueError, match=r"`rho_xx` must fit its axes"):
        wigner_from_density(rho[40:, 40:], X[40:], ROOMY)
    with pytest.raises(ValueError, match=r"`rho_xx` must be resolved"):
        wigner_from_density(rho[::5, ::5], X[::5], ROOMY)
    with pytest.raises(ValueError, match="`x` must be evenly spaced"):
        wigner_from_density(rho, np.exp(X), ROOMY)
    with pytest.raises(TypeError, match="`W` must be a WignerFunction"):
        density_from_wigner(rho)


@pytest.mark.parametrize(
    ("x", "p", "message"),
    [
        ((-2, 8, 80), (-9, 9, 180), r"`W` must fit .* Make x longer"),
        ((-8, 8, 120), (-9, 1, 100), r"`W` must fit .* Make p longer"),
        ((-8, 8, 20), (-9, 9, 180), r"`W` must be resolved .* Make x finer"),
        ((-8, 8, 120), (-9, 9, 30), r"`W` must be resolved .* Make p finer"),
    ],
)
def test_grids_that_do_not_hold_the_state_are_refused(x, p, message):
    grid = PhaseSpaceGrid(np.linspace(*x), np.linspace(*p), HBAR)
    with pytest.raises(ValueError, match=message):
        density_from_wigner(superposition(PACKETS, grid))


def test_uneven_grids_have_no_way_back():
    with pytest.raises(ValueError, match=r"`W\.grid` must have evenly spaced"):
        density_from_wigner(superposition(PACKETS, WINDOW))
    W = superposition(PACKETS, ROOMY)
    with pytest.raises(ValueError, match="`x` must be evenly spaced"):
        density_from_wigner(W, np.exp(X / 4))
