"""W → Fock basis."""

import numpy as np
import pytest
import qutip
from scipy.special import gammaln

from oqnn.phase_space import PhaseSpaceGrid, WignerFunction
from oqnn.phase_space.transforms.fock import fock_grid, wigner_from_fock
from oqnn.phase_space.transforms.fock_inverse import fock_from_wigner

HBAR, MASS, OMEGA = 0.4, 1.7, 0.8
OSCILLATOR = {"mass": MASS, "omega": OMEGA}
GRID = PhaseSpaceGrid.centered(5.5, 6.4, (120, 144), hbar=HBAR)
X, P = GRID.x[:, None], GRID.p[None, :]


def random_state(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))
    rho = a @ a.conj().T
    return rho / np.trace(rho).real


def gaussian(x0: float, p0: float, s: float, grid: PhaseSpaceGrid) -> WignerFunction:
    """(2/h) exp(−(x − x₀)²/s² − s²(p − p₀)²/ħ²)."""
    x, p, hbar = grid.x[:, None], grid.p[None, :], grid.hbar
    exponent = (x - x0) ** 2 / s**2 + s**2 * (p - p0) ** 2 / hbar**2
    return WignerFunction(np.exp(-exponent) / (np.pi * hbar), grid)


def test_a_gaussian_is_a_coherent_state():
    """c_n = e^(−|α|²/2) αⁿ/√n!, α = √(mω/2ħ) x₀ + i p₀/√(2ħmω)."""
    s, x0, p0, n = np.sqrt(HBAR / (MASS * OMEGA)), 0.7, -1.3, np.arange(40)
    alpha = np.sqrt(MASS * OMEGA / (2 * HBAR)) * x0
    alpha = alpha + 1j * p0 / np.sqrt(2 * HBAR * MASS * OMEGA)
    ket = np.exp(-(abs(alpha) ** 2) / 2 - gammaln(n + 1) / 2) * alpha**n
    rho = fock_from_wigner(gaussian(x0, p0, s, GRID), 40, **OSCILLATOR)
    np.testing.assert_allclose(rho, np.outer(ket, ket.conj()), atol=1e-13)


def test_a_wider_ground_state_is_squeezed():
    """|⟨2k|0′⟩|² = (2k)!/(2^k k!)² tanh²ᵏr/cosh r, with e^r the ratio of widths."""
    r, k = 0.5, np.arange(30)
    s = np.exp(r) * np.sqrt(HBAR / (MASS * OMEGA))
    rho = fock_from_wigner(gaussian(0, 0, s, GRID), 60, **OSCILLATOR)
    shares = np.exp(gammaln(2 * k + 1) - 2 * gammaln(k + 1)) * (np.tanh(r) / 2) ** (
        2 * k
    )
    np.testing.assert_allclose(np.diag(rho)[::2], shares / np.cosh(r), atol=1e-13)
    np.testing.assert_allclose(np.diag(rho)[1::2], 0, atol=1e-13)


def test_thermal_gaussians_are_geometric():
    """W ∝ exp(−r²/(2n̄+1)) has the populations n̄ⁿ/(1+n̄)^(n+1)."""
    nbar, n = 0.4, np.arange(25)
    r2 = MASS * OMEGA * X**2 / HBAR + P**2 / (MASS * OMEGA * HBAR)
    width = 2 * nbar + 1
    W = WignerFunction(np.exp(-r2 / width) / (np.pi * HBAR * width), GRID)
    rho = fock_from_wigner(W, 25, **OSCILLATOR)
    exact = (nbar / (1 + nbar)) ** n / (1 + nbar)
    np.testing.assert_allclose(rho, np.diag(exact), atol=1e-13)


@pytest.mark.parametrize("n", [1, 2, 9, 16])
def test_there_and_back_on_an_oblong_grid(n):
    states = np.array([[random_state(n, seed)] for seed in range(3)])
    W = wigner_from_fock(states, GRID, **OSCILLATOR)
    found = fock_from_wigner(W, n, **OSCILLATOR)
    assert found.shape == (3, 1, n, n)
    np.testing.assert_allclose(found, states, atol=1e-13)


@pytest.mark.parametrize("n", [60, pytest.param(300, marks=pytest.mark.slow)])
def test_there_and_back_with_many_levels(n):
    rho = random_state(n, n)
    W = wigner_from_fock(rho, fock_grid(n, hbar=2.0, mass=0.3), mass=0.3)
    found = fock_from_wigner(W, n, mass=0.3)
    np.testing.assert_allclose(found, rho, atol=1e-13)


def test_more_levels_than_needed_are_empty():
    rho = random_state(7, 7)
    W = wigner_from_fock(rho, GRID, **OSCILLATOR)
    found = fock_from_wigner(W, 15, **OSCILLATOR)
    np.testing.assert_allclose(found[:7, :7], rho, atol=1e-13)
    assert np.abs(found[7:]).max() < 1e-13


def test_qutip_there_and_we_back():
    rho = qutip.rand_dm(12, seed=3)
    grid = PhaseSpaceGrid.centered(8, 9, (90, 120))
    values = qutip.wigner(rho, grid.x, grid.p, method="iterative").T
    found = fock_from_wigner(WignerFunction(values, grid), 12)
    np.testing.assert_allclose(found, rho.full(), atol=1e-12)


def test_results_are_hermitian_and_keep_trace_and_purity():
    W = gaussian(0.4, 0.9, 0.5, GRID)
    rho = fock_from_wigner(W, 50, **OSCILLATOR)
    np.testing.assert_array_equal(rho, rho.conj().T)
    assert np.trace(rho).real == pytest.approx(W.norm, abs=1e-12)
    assert np.trace(rho @ rho).real == pytest.approx(W.purity, abs=1e-12)


def test_what_is_lost_is_lost_if_that_is_allowed():
    """Nothing is scaled up: the populations of what stays are as they were."""
    W = gaussian(1.5, 0.0, np.sqrt(HBAR / (MASS * OMEGA)), GRID)
    short = fock_from_wigner(W, 4, tol=2.0, **OSCILLATOR)
    whole = fock_from_wigner(W, 50, **OSCILLATOR)
    np.testing.assert_allclose(short, whole[:4, :4], atol=1e-13)


def test_nothing_comes_of_nothing():
    W = WignerFunction(np.zeros(GRID.shape), GRID)
    np.testing.assert_array_equal(fock_from_wigner(W, 3), np.zeros((3, 3)))


def test_too_few_levels_are_refused_with_the_lost_trace():
    """A coherent state with |α|² = 3.825 loses P(n ≥ 8) = 0.041 to a cut-off."""
    W = gaussian(1.5, 0.0, np.sqrt(HBAR / (MASS * OMEGA)), GRID)
    with pytest.raises(ValueError, match=r"falls short by 0\.041: take more levels"):
        fock_from_wigner(W, 8, **OSCILLATOR)


def test_one_bad_state_of_a_batch_is_named_by_its_own_numbers():
    s = np.sqrt(HBAR / (MASS * OMEGA))
    values = [[gaussian(x0, 0.0, s, GRID).values] for x0 in (0.0, 1.5)]
    with pytest.raises(ValueError, match=r"falls short by 0\.041: take more levels"):
        fock_from_wigner(WignerFunction(np.array(values), GRID), 8, **OSCILLATOR)


def test_grids_that_cut_the_state_are_refused():
    small = PhaseSpaceGrid.centered(2.5, 2.5, (60, 70))
    with pytest.raises(ValueError, match=r"edges of the grid hold 0\.\d+ of W"):
        fock_from_wigner(wigner_from_fock(random_state(9, 0), small), 9)


def test_grids_that_are_too_coarse_are_refused():
    """Whole at the edges, unresolved inside: norm and purity may still look well."""
    coarse = PhaseSpaceGrid.centered(8, 8, (24, 200))
    W = wigner_from_fock(random_state(9, 0), coarse)
    assert max(W.edge_mass) < 1e-6
    with pytest.raises(ValueError, match=r"dx = 0\.667 and dp = 0\.08; any state"):
        fock_from_wigner(W, 9)


def test_uneven_grids_are_refused():
    grid = PhaseSpaceGrid([-1.0, 0.0, 0.5], [-1.0, 0.0, 1.0])
    with pytest.raises(ValueError, match=r"`W\.grid` must have evenly spaced axes"):
        fock_from_wigner(WignerFunction(np.ones((3, 3)), grid), 2)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda W: fock_from_wigner(W.values, 2), TypeError, "`W` must be a Wigner"),
        (lambda W: fock_from_wigner(W, 0), ValueError, "`levels` must be at least 1"),
        (lambda W: fock_from_wigner(W, 2.5), TypeError, "`levels` must be an integer"),
        (lambda W: fock_from_wigner(W, 2, tol=0), ValueError, "`tol` must be positive"),
        (lambda W: fock_from_wigner(W, 2, mass=-1), ValueError, "`mass` must be pos"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call(gaussian(0, 0, 1, GRID))
