"""ψ on an even axis → W, in any window, against closed forms."""

import numpy as np
import pytest
from scipy.special import eval_laguerre

from oqnn.phase_space import GaussianPacket, PhaseSpaceGrid
from oqnn.phase_space.transforms.hermite import oscillator_wavefunctions
from oqnn.phase_space.transforms.packets import (
    cat_state,
    superposition,
    superposition_wavefunction,
)
from oqnn.phase_space.transforms.wavefunctions import wigner_from_wavefunction

HBAR = 0.6
PACKETS = [
    GaussianPacket(0.8, -1.1, 0.5, 0.9),
    GaussianPacket(-1.2, 0.7, 0.9, -0.4),
    GaussianPacket(0.3, 1.3, 0.6),
]
AMPLITUDES = np.array([1.0, 0.7 - 0.6j, -0.3 + 1.1j])
X = np.linspace(-8, 8.3, 128)
RNG = np.random.default_rng(5)
GRIDS = {
    "on the points": PhaseSpaceGrid(X[40:90:2], np.linspace(-4, 3, 33), HBAR),
    "between them": PhaseSpaceGrid(
        np.linspace(-3, 3.1, 37), np.linspace(-4, 3, 30), HBAR
    ),
    # Farther than x reaches, and than πħ/dx = 14.7, where a plain sum repeats itself.
    "uneven and far": PhaseSpaceGrid(
        np.sort(RNG.uniform(-12, 12, 40)), np.sort(RNG.uniform(-40, 40, 90)), HBAR
    ),
}


def wave(x=X, hbar=HBAR, amplitudes=AMPLITUDES):
    return superposition_wavefunction(PACKETS, x, amplitudes=amplitudes, hbar=hbar)


@pytest.mark.parametrize("where", GRIDS)
@pytest.mark.parametrize("points", [127, 128])
def test_complex_superposition_in_any_window(where, points):
    """Sheared, boosted packets of unequal widths: none of x, p, ψ is symmetric."""
    x = np.linspace(-8, 8.3, points)
    grid = GRIDS[where]
    W = wigner_from_wavefunction(wave(x), x, grid)
    exact = superposition(PACKETS, grid, amplitudes=AMPLITUDES)
    np.testing.assert_allclose(W.values, exact.values, rtol=0, atol=1e-12)


def test_eq_1_3_cat():
    a, b = 0.8, 2.1
    grid = PhaseSpaceGrid(np.linspace(-1, 3, 23), np.linspace(-2, 1, 31), HBAR)
    x = np.linspace(-9, 8, 160)
    psi = np.exp(-(((x - b) / a) ** 2) / 2) + np.exp(-(((x + b) / a) ** 2) / 2)
    psi /= np.sqrt(np.sqrt(np.pi) * a * 2 * (1 + np.exp(-((b / a) ** 2))))
    W = wigner_from_wavefunction(psi, x, grid)
    exact = cat_state(grid, width=a, distance=b)
    np.testing.assert_allclose(W.values, exact.values, rtol=0, atol=1e-12)


def test_sign_of_p():
    """A wave e^{ikx} moves to +ħk, and one that runs down is not one that runs up."""
    grid = PhaseSpaceGrid(np.linspace(-6, 6, 60), np.linspace(-6, 6, 64), HBAR)
    psi = np.exp(-(X**2) / 2 + 3j * X) / np.pi**0.25
    W = wigner_from_wavefunction(psi, X, grid)
    np.testing.assert_allclose(W.mean, [0, 3 * HBAR], atol=1e-10)


@pytest.mark.parametrize("n", [0, 3, 30])
def test_oscillator_eigenstates(n):
    """W_n = (−1)ⁿ L_n(2r²) e^{−r²}/πħ, r² = x²/ℓ² + p²ℓ²/ħ², ℓ² = ħ/mω."""
    mass, omega = 1.7, 0.8
    length = np.sqrt(HBAR / (mass * omega))
    x = length * np.linspace(-14, 13, 230)
    psi = oscillator_wavefunctions(n + 1, x, mass=mass, omega=omega, hbar=HBAR)[-1]
    grid = PhaseSpaceGrid(
        length * np.linspace(-5, 4, 20), HBAR / length * np.linspace(-6, 3, 24), HBAR
    )
    W = wigner_from_wavefunction(psi, x, grid)
    r2 = (grid.x[:, None] / length) ** 2 + (grid.p * length / HBAR) ** 2
    exact = (-1) ** n * eval_laguerre(n, 2 * r2) * np.exp(-r2) / (np.pi * HBAR)
    np.testing.assert_allclose(W.values, exact, rtol=0, atol=1e-12)


def test_norm_purity_and_marginals():
    """∫W dp = |ψ(x)|² and ∫W dx = |ψ̃(p)|², the latter by a sum over x."""
    grid = PhaseSpaceGrid(X, np.linspace(-9, 8.5, 180), HBAR)
    psi = wave()
    W = wigner_from_wavefunction(psi, X, grid)
    assert W.norm == pytest.approx(1, abs=1e-12)
    assert W.purity == pytest.approx(1, abs=1e-12)
    in_x, in_p = W.marginals()
    np.testing.assert_allclose(in_x, np.abs(psi) ** 2, rtol=0, atol=1e-12)
    turn = np.exp(-1j * np.outer(grid.p, X) / HBAR)
    momenta = turn @ psi * grid.dx / np.sqrt(2 * np.pi * HBAR)
    np.testing.assert_allclose(in_p, np.abs(momenta) ** 2, rtol=0, atol=1e-12)


def test_definition_point_by_point():
    """The integral over y itself, by the trapezoidal rule on the formula of ψ."""
    grid = GRIDS["between them"]
    y = np.linspace(-15, 15, 3001)
    W = wigner_from_wavefunction(wave(), X, grid)
    for i, j in [(18, 11), (12, 17), (20, 20)]:
        x, p = grid.x[i], grid.p[j]
        pair = wave(x + y / 2) * wave(x - y / 2).conj()
        integral = np.trapezoid(np.exp(-1j * p * y / HBAR) * pair, y)
        exact = integral.real / (2 * np.pi * HBAR)
        assert W.values[i, j] == pytest.approx(exact, abs=1e-12)


def test_batches_are_their_single_states():
    rows = np.array([AMPLITUDES, [0, 2j, 0]])[:, None]
    grid = GRIDS["between them"]
    psi = wave(amplitudes=rows)
    psi[1] *= 3  # nothing is normalised
    W = wigner_from_wavefunction(psi, X, grid)
    assert W.batch == (2, 1)
    for k in range(2):
        alone = wigner_from_wavefunction(psi[k, 0], X, grid)
        np.testing.assert_array_equal(W.values[k, 0], alone.values)
    second = superposition(PACKETS[1:2], grid).values
    np.testing.assert_allclose(W.values[1, 0], 9 * second, rtol=0, atol=1e-11)


def test_blocks_of_centres_are_one_transform(monkeypatch):
    grid = GRIDS["uneven and far"]
    whole = wigner_from_wavefunction(wave(), X, grid)
    monkeypatch.setattr(
        "oqnn.phase_space.transforms.wavefunctions.BLOCK", 7 * 2 * X.size
    )
    parts = wigner_from_wavefunction(wave(), X, grid)
    np.testing.assert_allclose(parts.values, whole.values, rtol=0, atol=1e-15)


def test_refusals():
    grid, psi = GRIDS["between them"], wave()
    with pytest.raises(ValueError, match=r"`psi` must have shape \(\.\.\., 128\)"):
        wigner_from_wavefunction(psi[:-1], X, grid)
    with pytest.raises(ValueError, match=r"`psi` must be finite"):
        wigner_from_wavefunction(np.where(X > 0, np.nan, psi), X, grid)
    with pytest.raises(ValueError, match="`psi` must not vanish"):
        wigner_from_wavefunction([psi, 0 * psi], X, grid)
    with pytest.raises(ValueError, match="`x` must be evenly spaced"):
        wigner_from_wavefunction(psi, X**3, grid)
    with pytest.raises(ValueError, match="`x` must hold at least 4 points"):
        wigner_from_wavefunction(psi[:3], X[:3], grid)
    with pytest.raises(ValueError, match=r"`psi` must fit its axes.* Make x longer"):
        wigner_from_wavefunction(psi[30:], X[30:] * 0.4, grid)
    with pytest.raises(ValueError, match=r"`psi` must be resolved.* Make x finer"):
        wigner_from_wavefunction(psi[::6], X[::6], grid)
