"""Fock basis → W, with r² = mωx²/ħ + p²/mωħ and α = √(mω/2ħ) x + i p/√(2ħmω)."""

import mpmath
import numpy as np
import pytest
import qutip
from scipy.linalg import expm
from scipy.special import eval_laguerre, gammaln

from oqnn.phase_space import PhaseSpaceGrid
from oqnn.phase_space.transforms import fock
from oqnn.phase_space.transforms.fock import fock_grid, fock_wigner_at, wigner_from_fock
from oqnn.phase_space.transforms.hermite import oscillator_wavefunctions

HBAR, MASS, OMEGA = 0.4, 1.7, 0.8
OSCILLATOR = {"mass": MASS, "omega": OMEGA}
UNEVEN = PhaseSpaceGrid(
    np.sinh(np.linspace(-1.6, 1.9, 37)), np.linspace(-1.5, 1.5, 24) ** 3, HBAR
)
X, P = UNEVEN.x[:, None], UNEVEN.p[None, :]


def random_state(n: int, seed: int, rank: int | None = None) -> np.ndarray:
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(n, rank or n)) + 1j * rng.normal(size=(n, rank or n))
    rho = a @ a.conj().T
    return rho / np.trace(rho).real


def coherent(n: int, alpha: complex) -> np.ndarray:
    """e^(−|α|²/2) α^k/√k!, for any number of levels."""
    k = np.arange(n)
    size = np.exp(k * np.log(abs(alpha)) - gammaln(k + 1) / 2 - abs(alpha) ** 2 / 2)
    return size * np.exp(1j * k * np.angle(alpha))


def centre(alpha: complex, hbar: float = HBAR) -> tuple[float, float]:
    return (
        np.sqrt(2 * hbar / (MASS * OMEGA)) * alpha.real,
        np.sqrt(2 * hbar * MASS * OMEGA) * alpha.imag,
    )


def test_eq_1_3_ground_state():
    """W₀ = (2/h) exp(−a²p²/ħ² − x²/a²) with a² = ħ/mω."""
    a2, h = HBAR / (MASS * OMEGA), 2 * np.pi * HBAR
    exact = 2 / h * np.exp(-a2 * P**2 / HBAR**2 - X**2 / a2)
    found = wigner_from_fock([1.0], UNEVEN, **OSCILLATOR).values
    np.testing.assert_allclose(found, exact, atol=3e-15, rtol=0)


@pytest.mark.parametrize("n", [1, 2, 7, 30])
def test_fock_states(n):
    """(−1)ⁿ/(πħ) e^(−r²) L_n(2r²)."""
    r2 = MASS * OMEGA * X**2 / HBAR + P**2 / (MASS * OMEGA * HBAR)
    exact = (-1) ** n / (np.pi * HBAR) * np.exp(-r2) * eval_laguerre(n, 2 * r2)
    found = wigner_from_fock(np.eye(n + 3)[n], UNEVEN, **OSCILLATOR).values
    np.testing.assert_allclose(found, exact, atol=2e-14, rtol=0)


@pytest.mark.parametrize("alpha", [0.9 - 1.4j, -2.1 + 0.3j])
def test_coherent_states_fix_the_sign_of_p(alpha):
    """A ground state moved to √(2ħ/mω) Re α and √(2ħmω) Im α."""
    x0, p0 = centre(alpha)
    r2 = MASS * OMEGA * (X - x0) ** 2 / HBAR + (P - p0) ** 2 / (MASS * OMEGA * HBAR)
    ket = coherent(60, alpha)
    for rho in (ket, np.outer(ket, ket.conj())):
        found = wigner_from_fock(rho, UNEVEN, **OSCILLATOR).values
        exact = np.exp(-r2) / (np.pi * HBAR)
        np.testing.assert_allclose(found, exact, atol=1e-14, rtol=0)


def test_squeezed_vacuum():
    """S(re^{iθ})|0⟩ = Σ (−e^{iθ} tanh r)^k √(2k)!/(2^k k!) |2k⟩/√cosh r.

    Its quadratures in units of √ħ have the covariance ½[cosh 2r − sinh 2r
    (cos θ, sin θ; sin θ, −cos θ)], with determinant ¼.
    """
    r, theta, k = 0.6, 1.1, np.arange(60)
    ket = np.zeros(120, dtype=complex)
    size = np.exp(gammaln(2 * k + 1) / 2 - gammaln(k + 1)) * (np.tanh(r) / 2) ** k
    ket[::2] = size * (-np.exp(1j * theta)) ** k / np.sqrt(np.cosh(r))
    turn = np.array([[np.cos(theta), np.sin(theta)], [np.sin(theta), -np.cos(theta)]])
    inverse = 2 * (np.cosh(2 * r) * np.eye(2) + np.sinh(2 * r) * turn)
    scale = np.sqrt(HBAR / (MASS * OMEGA)), np.sqrt(HBAR * MASS * OMEGA)
    z = np.stack(np.broadcast_arrays(X / scale[0], P / scale[1]))
    exponent = np.einsum("ixp,ij,jxp->xp", z, inverse, z) / 2
    found = wigner_from_fock(ket, UNEVEN, **OSCILLATOR).values
    exact = np.exp(-exponent) / (np.pi * HBAR)
    np.testing.assert_allclose(found, exact, atol=1e-14, rtol=0)


def test_thermal_state():
    """exp(−r²/(2n̄+1))/(πħ(2n̄+1))."""
    nbar, n = 1.3, np.arange(80)
    rho = np.diag((nbar / (1 + nbar)) ** n / (1 + nbar))
    r2 = MASS * OMEGA * X**2 / HBAR + P**2 / (MASS * OMEGA * HBAR)
    width = 2 * nbar + 1
    exact = np.exp(-r2 / width) / (np.pi * HBAR * width)
    found = wigner_from_fock(rho, UNEVEN, **OSCILLATOR).values
    np.testing.assert_allclose(found, exact, atol=1e-14, rtol=0)


@pytest.mark.parametrize("n", [1, 2, 25, 120])
def test_norm_purity_and_marginals(n):
    rho = random_state(n, n)
    grid = fock_grid(n, hbar=HBAR, **OSCILLATOR)
    W = wigner_from_fock(rho, grid, **OSCILLATOR)
    assert W.norm == pytest.approx(1, abs=1e-13)
    assert W.purity == pytest.approx(np.trace(rho @ rho).real, abs=1e-14)
    assert max(W.edge_mass) < 1e-12
    phi = oscillator_wavefunctions(n, grid.x, hbar=HBAR, **OSCILLATOR)
    density = np.einsum("mx,mn,nx->x", phi, rho, phi).real
    np.testing.assert_allclose(W.marginals()[0], density, atol=1e-13)
    # φ_n(p) = (−i)ⁿ times the eigenfunction of the oscillator with x and p exchanged.
    phi = oscillator_wavefunctions(n, grid.p, mass=1 / (MASS * OMEGA), hbar=HBAR)
    phi = phi * (-1j) ** np.arange(n)[:, None]
    density = np.einsum("mp,mn,np->p", phi, rho, phi.conj()).real
    np.testing.assert_allclose(W.marginals()[1], density, atol=1e-13)


def test_overlaps_are_traces_of_products():
    """Tr ρσ = h∬WV, also between states of unequal numbers of levels."""
    rho, sigma = random_state(9, 1, rank=2), random_state(14, 2)
    grid = fock_grid(14, hbar=HBAR)
    overlap = wigner_from_fock(rho, grid).overlap(wigner_from_fock(sigma, grid))
    exact = np.trace(rho @ sigma[:9, :9]).real
    assert overlap == pytest.approx(exact, abs=1e-14)


def test_displacements_move_w():
    """W of D(α)ρD†(α) is that of ρ, moved."""
    rho, alpha, n = random_state(6, 3), 0.8 - 1.1j, 90
    a = np.diag(np.sqrt(np.arange(1, n)), 1)
    D = expm(alpha * a.T - np.conj(alpha) * a)[:, :6]
    x0, p0 = centre(alpha)
    moved = fock_wigner_at(D @ rho @ D.conj().T, X, P, hbar=HBAR, **OSCILLATOR)
    still = fock_wigner_at(rho, X - x0, P - p0, hbar=HBAR, **OSCILLATOR)
    np.testing.assert_allclose(moved, still, atol=1e-13)


@pytest.mark.parametrize("n", [300, 500])
def test_parity_fixes_the_origin(n):
    """πħ W(0, 0) = Σ (−1)ⁿ ρ_nn."""
    rho = random_state(n, n, rank=3)
    rho[-1, -1] += 0.5
    exact = ((-1) ** np.arange(n) * np.diag(rho).real).sum() / (np.pi * HBAR)
    found = fock_wigner_at(rho, 0, 0, hbar=HBAR, **OSCILLATOR)
    assert found == pytest.approx(exact, abs=1e-13)
    top = fock_wigner_at(np.eye(n)[-1], 0, 0, hbar=HBAR)
    assert top == pytest.approx((-1) ** (n - 1) / (np.pi * HBAR), abs=1e-13)


def test_three_hundred_levels_keep_norm_and_purity():
    rho = random_state(300, 0, rank=2)
    W = wigner_from_fock(rho, fock_grid(300, hbar=HBAR))
    assert W.norm == pytest.approx(1, abs=1e-12)
    assert W.purity == pytest.approx(np.trace(rho @ rho).real, abs=1e-13)


@pytest.mark.parametrize("n", [2, 17])
def test_qutip_agrees(n):
    """QuTiP has ħ = 2/g², mω = 1 and the index [p, x]."""
    rho = random_state(n, n)
    found = wigner_from_fock(rho, UNEVEN).values
    theirs = qutip.wigner(
        qutip.Qobj(rho), UNEVEN.x, UNEVEN.p, g=np.sqrt(2 / HBAR), method="iterative"
    )
    np.testing.assert_allclose(found, theirs.T, atol=1e-13)


def exact_of_levels(levels: dict[int, complex], x: float, p: float) -> float:
    """W of Σ c_n|n⟩, ħ = mω = 1, from Laguerre polynomials in 40 digits.

    W of |m⟩⟨n| for m ≤ n is (−1)^m/π √(m!/n!) (2(x + ip)²)^((n−m)/2) e^(−r²)
    L_m^(n−m)(2r²).
    """
    with mpmath.workdps(40):
        z, r2 = (
            mpmath.sqrt(2) * mpmath.mpc(x, p),
            mpmath.mpf(x) ** 2 + mpmath.mpf(p) ** 2,
        )
        total = mpmath.mpf(0)
        for m, c in levels.items():
            for n, d in levels.items():
                if m <= n:
                    ratio = mpmath.factorial(m) / mpmath.factorial(n)
                    term = (-1) ** m * mpmath.sqrt(ratio) * z ** (n - m)
                    term *= mpmath.laguerre(m, n - m, 2 * r2)
                    term *= mpmath.mpc(c) * mpmath.mpc(d).conjugate()
                    total += term.real if m == n else 2 * term.real
        return float(total * mpmath.exp(-r2) / mpmath.pi)


@pytest.mark.parametrize("top", [299, 499])
def test_high_levels_are_right_everywhere(top):
    """At the centre, in the fringes, at the turning circle, and outside."""
    levels = {0: 0.5, 60: -0.3j, top - 7: 0.4 + 0.3j, top: 0.5 - 0.4j}
    ket = np.zeros(top + 1, dtype=complex)
    ket[list(levels)] = list(levels.values())
    edge = np.sqrt(2 * top + 1)
    points = np.array(
        [(0.01, 0.02), (3.3, -0.4), (0.3 * edge, 0.6 * edge), (-0.7 * edge, 0.7 * edge),
         (0.2, -1.01 * edge), (1.3 * edge, 0.1)]
    )  # fmt: skip
    found = fock_wigner_at(ket, points[:, 0], points[:, 1])
    exact = [exact_of_levels(levels, *point) for point in points]
    np.testing.assert_allclose(found, exact, atol=1e-14, rtol=0)


def test_a_window_sees_what_the_whole_sees():
    """A zoom far below the spacing of any grid of the whole."""
    rho = random_state(40, 4)
    zoom = PhaseSpaceGrid(2.1 + 1e-3 * np.arange(5), -0.7 + 1e-3 * np.arange(4))
    W = wigner_from_fock(rho, zoom).values
    points = fock_wigner_at(rho, zoom.x[:, None], zoom.p)
    np.testing.assert_allclose(W, points, atol=1e-15)
    slope = (W[3, 1] - W[1, 1]) / 2e-3
    wide = (fock_wigner_at(rho, [2.112, 2.092], -0.699) @ [1, -1]) / 0.02
    assert slope == pytest.approx(wide, abs=1e-3)


def test_batches_and_qobj():
    states = np.array([random_state(5, seed) for seed in range(6)]).reshape(2, 3, 5, 5)
    W = wigner_from_fock(states, UNEVEN, **OSCILLATOR)
    assert W.values.shape == (2, 3, 37, 24)
    one = wigner_from_fock(qutip.Qobj(states[1, 2]), UNEVEN, **OSCILLATOR)
    np.testing.assert_array_equal(W.values[1, 2], one.values)
    points = fock_wigner_at(states, X, P, hbar=HBAR, **OSCILLATOR)
    np.testing.assert_allclose(points, W.values, atol=1e-14)


def test_kets_may_be_qobj_columns_and_lists():
    ket = coherent(12, 0.5 - 0.9j)
    exact = wigner_from_fock(np.outer(ket, ket.conj()), UNEVEN).values
    rho = qutip.Qobj(random_state(12, 5))
    for given in (ket, ket[:, None], list(ket), qutip.Qobj(ket)):
        found = wigner_from_fock(given, UNEVEN)
        assert found.batch == ()
        np.testing.assert_allclose(found.values, exact, atol=1e-15)
    mixed = wigner_from_fock([qutip.Qobj(ket), rho], UNEVEN)
    np.testing.assert_allclose(mixed.values[0], exact, atol=1e-15)
    np.testing.assert_array_equal(mixed.values[1], wigner_from_fock(rho, UNEVEN).values)


def test_one_by_one_matrices_are_no_kets():
    W = wigner_from_fock([[0.25]], UNEVEN)
    vacuum = wigner_from_fock([1.0], UNEVEN)
    np.testing.assert_allclose(W.values, vacuum.values / 4, rtol=1e-15)


def test_any_hermitian_operator_has_its_own_norm():
    """Changes of states are traceless, and nothing is renormalised."""
    change = random_state(8, 6) - random_state(8, 7)
    W = wigner_from_fock(change, fock_grid(8))
    assert W.norm == pytest.approx(0, abs=1e-14)
    assert W.purity == pytest.approx(np.trace(change @ change).real, abs=1e-14)


def test_points_come_in_pieces(monkeypatch):
    ket = coherent(7, 0.3j)
    whole = fock_wigner_at(ket, X, P)
    monkeypatch.setattr(fock, "CHUNK", 500)
    np.testing.assert_allclose(fock_wigner_at(ket, X, P), whole, atol=1e-15)


def test_far_away_there_is_nothing():
    rho = random_state(30, 8)
    far = [1e300, 50.0, -19.0]
    assert np.abs(fock_wigner_at(rho, far, 0.3)).max() < 1e-16
    assert np.abs(fock_wigner_at(rho, 0.3, far)).max() < 1e-16


def test_arguments_stay_as_they_are():
    rho = random_state(5, 9)
    kept = rho.copy()
    wigner_from_fock(rho, UNEVEN)
    np.testing.assert_array_equal(rho, kept)


@pytest.mark.parametrize(
    ("rho", "error", "message"),
    [
        ([[0, 1], [0, 0]], ValueError, "`rho` must be Hermitian"),
        ([1, np.nan], ValueError, "`rho` must be finite"),
        (np.ones((3, 2)), ValueError, r"one size, but their shapes are \(3, 2\)"),
        (np.ones((0, 2, 2)), ValueError, "but their shapes are none"),
        (np.ones(0), ValueError, r"shapes are \(0,\)"),
        (3.0, ValueError, "but is the number 3.0"),
        ([qutip.basis(2), qutip.basis(3)], ValueError, r"are \(2,\), \(3,\)"),
        (qutip.bell_state(), ValueError, r"of one mode, but has the dims \[\[2, 2\]"),
        (qutip.basis(3).dag(), TypeError, "must be an operator, but is a bra"),
        (None, TypeError, "`rho` must be a qutip.Qobj or an array"),
    ],
)
def test_refused_states(rho, error, message):
    with pytest.raises(error, match=message):
        wigner_from_fock(rho, UNEVEN)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wigner_from_fock([1], (X, P)), TypeError, "`grid` must be a Phase"),
        (lambda: wigner_from_fock([1], UNEVEN, mass=0), ValueError, "`mass` must be"),
        (lambda: wigner_from_fock([1], UNEVEN, omega=-1), ValueError, "`omega` must"),
        (lambda: fock_wigner_at([1], [np.inf], 0), ValueError, "`x` must be finite"),
        (lambda: fock_wigner_at([1], 0, np.nan), ValueError, "`p` must be finite"),
        (lambda: fock_wigner_at([1], [0, 1], [0, 1, 2]), ValueError, "must broadcast"),
        (lambda: fock_wigner_at([1], 0, 0, hbar=0), ValueError, "`hbar` must be pos"),
        (lambda: fock_grid(0), ValueError, "`levels` must be at least 1"),
        (lambda: fock_grid(4.0), TypeError, "`levels` must be an integer"),
        (lambda: fock_grid(4, hbar=-1), ValueError, "`hbar` must be positive"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_factors_of_one_level_are_no_modes():
    """As QuTiP leaves them behind: dims [[6, 1], [1]]."""
    ket = qutip.coherent(6, 0.4 - 0.3j)
    padded = qutip.tensor(ket, qutip.basis(1, 0))
    grid = fock_grid(6)
    np.testing.assert_array_equal(
        wigner_from_fock(padded, grid).values, wigner_from_fock(ket, grid).values
    )
