"""The damped Jaynes-Cummings model four ways, and pseudomodes beyond it."""

import numpy as np
import pytest
import qutip
from scipy.integrate import cumulative_simpson, solve_ivp

from oqnn.dynamics import nakajima_zwanzig, tcl
from oqnn.environments.microscopic.bosonic import Bosonic
from oqnn.environments.microscopic.damped_jaynes_cummings import DampedJaynesCummings
from oqnn.environments.microscopic.independent_boson import independent_boson
from oqnn.environments.microscopic.pseudomode import pseudomode, pseudomode_generator
from oqnn.environments.microscopic.spectral_densities import Lorentzian

RHO0 = np.array([[0.7, 0.3 - 0.2j], [0.3 + 0.2j, 0.3]])
SIGMA_X, SIGMA_Y, SIGMA_Z = (
    s.full() for s in (qutip.sigmax(), qutip.sigmay(), qutip.sigmaz())
)
TIMES = np.array([0.0, 0.13, 0.9, 2.2, 6.1])
# strong, critical, both sides of it, weak: λ/γ₀ = 0.2, 2, 2 ± 1e-7, 9
WIDTHS = [0.2, 2.0, 2.0 - 1e-7, 2.0 + 1e-7, 9.0]


def model(width, rate=1.0, frequency=0.0):
    return DampedJaynesCummings(rate=rate, width=rate * width, frequency=frequency)


@pytest.mark.parametrize("width", WIDTHS)
def test_amplitude_solves_its_equation(width):
    """ċ₁ = −∫₀^t ½γ₀λe^{−λ(t−s)} c₁(s) ds, as c̈₁ = −λċ₁ − ½γ₀λc₁, c₁(0) = 1."""
    m = model(width, rate=0.8)
    solution = solve_ivp(
        lambda t, y: [y[1], -m.width * y[1] - m.rate * m.width / 2 * y[0]],
        (0, TIMES[-1]),
        [1.0, 0.0],
        method="DOP853",
        t_eval=TIMES,
        rtol=1e-12,
        atol=1e-14,
    )
    np.testing.assert_allclose(m.amplitude(TIMES), solution.y[0], atol=1e-11)
    found = m.decay_rate(TIMES)
    np.testing.assert_allclose(found, -2 * solution.y[1] / solution.y[0], atol=1e-8)


def test_critical_amplitude():
    """λ = 2γ₀, d = 0: c₁ = e^{−λt/2}(1 + λt/2)."""
    m = model(2.0, rate=0.8)
    x = m.width * TIMES / 2
    expected = np.exp(-x) * (1 + x)
    np.testing.assert_allclose(m.amplitude(TIMES), expected, rtol=1e-15)
    late = np.array([1e3, 1e6])  # nothing overflows
    assert (model(1e3).amplitude(late) >= 0).all()


@pytest.mark.parametrize("width", WIDTHS)
def test_pseudomode_is_exact_in_one_excitation(width):
    """Two levels of the mode are all of it; ω₀ ≠ 0 shows the sign of the phase."""
    m = model(width, frequency=1.7)
    found = pseudomode(
        m.H, RHO0, TIMES + 0.3, m.environment, m.raising, levels=2, e_ops=[SIGMA_Z]
    )
    exact = m.evolve(RHO0, TIMES + 0.3)
    np.testing.assert_allclose(found.states, exact.states, atol=1e-12)
    z = np.trace(SIGMA_Z @ exact.states, axis1=1, axis2=2)
    np.testing.assert_allclose(found.expect["0"], z, atol=1e-12)
    assert found.error < 1e-12
    assert found.least_eigenvalue > 0
    assert found.trace_drift < 1e-12
    c = m.amplitude(TIMES)
    np.testing.assert_allclose(exact.states[:, 0, 0].real, c**2 * 0.7, atol=1e-15)
    np.testing.assert_allclose(
        exact.states[:, 0, 1], c * np.exp(-1.7j * TIMES) * RHO0[0, 1], atol=1e-15
    )


def test_a_partner_is_carried_along():
    """Bell state: the coherence between |00⟩ and |11⟩ is ½c₁ e^{−iω₀t}."""
    m = model(0.4, frequency=0.6)
    bell = np.zeros(4)
    bell[[0, 3]] = np.sqrt(0.5)
    result = m.evolve(bell, TIMES)
    expected = 0.5 * m.amplitude(TIMES) * np.exp(-0.6j * TIMES)
    np.testing.assert_allclose(result.states[:, 0, 3], expected, atol=1e-15)
    assert result.dims == (2, 2)


def test_time_local_rates_are_the_orders_of_the_exact_one():
    """γ(t) = γ₂ + γ₄ + O(γ₀³): halving γ₀ leaves 1/8 and 1/16·2 of the remainders.

    Remainder of second order ∝ γ₀², of fourth ∝ γ₀³.
    """
    gaps = {2: [], 4: []}
    for rate in (0.02, 0.01):
        m = DampedJaynesCummings(rate=rate, width=1.3)
        exact = m.decay_rate(TIMES[1:])
        gaps[2].append(np.abs(exact - m.tcl2_rate(TIMES[1:])).max())
        gaps[4].append(np.abs(exact - m.tcl4_rate(TIMES[1:])).max())
    assert np.log2(gaps[2][0] / gaps[2][1]) == pytest.approx(2, abs=0.05)
    assert np.log2(gaps[4][0] / gaps[4][1]) == pytest.approx(3, abs=0.05)


def test_tcl_populations_integrate_their_rates():
    """p = exp(−∫γ) with γ₂ = γ₀(1 − e^{−λt}), and (γ₀²/λ)(sinh λt − λt)e^{−λt} more."""
    m = DampedJaynesCummings(rate=0.7, width=1.3)
    grid = np.linspace(0, 8, 4001)
    for order, rate in ((2, m.tcl2_rate(grid)), (4, m.tcl4_rate(grid))):
        area = cumulative_simpson(rate, x=grid, initial=0)
        found = m.tcl_population(grid, order=order)
        np.testing.assert_allclose(found, np.exp(-area), atol=1e-10)
    x = 1.3 * grid
    extra = 0.7**2 / 1.3 * (np.sinh(x) - x) * np.exp(-x)
    np.testing.assert_allclose(m.tcl4_rate(grid) - m.tcl2_rate(grid), extra, atol=1e-14)


def test_second_order_nakajima_zwanzig_population():
    """ṗ = −γ₀λ∫₀^t e^{−λ(t−s)} p(s) ds, as p̈ = −λṗ − γ₀λp; −0.305 at γ₀ = 2λ."""
    m = DampedJaynesCummings(rate=0.7, width=1.3)
    solution = solve_ivp(
        lambda t, y: [y[1], -m.width * y[1] - m.rate * m.width * y[0]],
        (0, TIMES[-1]),
        [1.0, 0.0],
        method="DOP853",
        t_eval=TIMES,
        rtol=1e-12,
        atol=1e-14,
    )
    np.testing.assert_allclose(m.nz2_population(TIMES), solution.y[0], atol=1e-11)
    strong = DampedJaynesCummings(rate=1.0, width=0.5)
    deepest = strong.nz2_population(np.linspace(0, 10, 2001)).min()
    assert deepest == pytest.approx(-np.exp(-np.pi / np.sqrt(7)), abs=1e-5)  # −0.305


@pytest.mark.parametrize("width", [0.05, 0.6, 1.9])
def test_excitation_returns_after_each_zero(width):
    """BLP = 1/(e^{πλ/|d|} − 1): growth of |c₁|, the distance of ±x, summed over time.

    Sampled so finely that the sum over increments is good to 1e-5.
    """
    m = model(width)
    zeros = m.zeros(3)
    np.testing.assert_allclose(m.amplitude(zeros), 0, atol=1e-14)
    grid = np.sort(np.r_[np.linspace(0, 40 / width + 40, 400_001), m.zeros(9)])
    grown = np.diff(np.abs(m.amplitude(grid)))
    assert grown[grown > 0].sum() == pytest.approx(m.blp, rel=1e-5, abs=1e-9)
    before, after = m.amplitude(zeros[0] + np.array([-1e-3, 1e-3]))
    assert before > 0 > after


def test_weak_coupling_has_no_zero_and_no_memory():
    for width in (2.0, 3.0):
        assert len(model(width).zeros(4)) == 0
        assert model(width).blp == 0.0
        assert (model(width).decay_rate(TIMES) >= 0).all()


def test_bath_of_the_rotating_wave():
    """TCL2 with its correlations: ρ̇ = −Σ_kl ∫₀^t C_kl(s)[S_k, S_l(−s)ρ] + h.c. is decay
    at γ₀(1 − e^{−λt}), and the ground state is dark.
    """
    m = model(0.9, rate=0.7, frequency=1.2)
    bath = m.bath()
    t = 1.7
    grid = np.linspace(0, t, 2001)
    C = bath.correlations(grid)
    turn = np.exp(1j * 1.2 / 2 * np.multiply.outer(grid, [1, -1]))  # e^{iHs}, diagonal
    drift = np.zeros((2, 2), dtype=complex)
    for k, S_k in enumerate(bath.couplings):
        for j, S_j in enumerate(bath.couplings):
            moved = turn.conj()[:, :, None] * S_j * turn[:, None, :]  # S_j(−s)
            part = cumulative_simpson(
                (C[:, k, j, None, None] * moved).real, x=grid, axis=0
            ) + 1j * cumulative_simpson(
                (C[:, k, j, None, None] * moved).imag, x=grid, axis=0
            )
            drift += S_k @ part[-1]
    # drift = (γ(t)/2)|0⟩⟨0|: ρ̇ = −drift ρ + … − h.c.
    expected = np.diag([m.tcl2_rate([t])[0] / 2, 0])
    np.testing.assert_allclose(drift, expected, atol=1e-10)
    assert np.linalg.eigvalsh(bath.correlations(np.zeros(1))[0]).min() > -1e-15


@pytest.mark.parametrize("width", [0.4, 3.0])
def test_memory_equation_finds_the_closed_form(width):
    """The solver with `bath()`: its population is NZ2's, its coherence exact."""
    m = model(width, rate=0.9, frequency=0.7)
    times = np.linspace(0, 9, 31)
    excited = nakajima_zwanzig(m.H, [1, 0], times, m.bath(), order=2)
    expected = m.nz2_population(times)
    np.testing.assert_allclose(excited.states[:, 0, 0], expected, atol=1e-8)
    tilted = nakajima_zwanzig(m.H, RHO0, times, m.bath(), order=2)
    exact = m.evolve(RHO0, times).states
    np.testing.assert_allclose(tilted.states[:, 0, 1], exact[:, 0, 1], atol=1e-8)
    assert (excited.least_eigenvalue < -0.1) == (width < 1)


@pytest.mark.parametrize("order", [2, 4])
def test_time_local_equation_finds_the_closed_form(order):
    """The solver with `bath()`: p = exp(−∫γ) and the root of it for the coherence."""
    m = model(0.4, rate=0.9, frequency=0.7)
    times = np.linspace(0, 9, 31)
    found = tcl(m.H, RHO0, times, m.bath(), order=order).states
    kept = m.tcl_population(times, order=order)
    np.testing.assert_allclose(found[:, 0, 0], 0.7 * kept, atol=1e-8)
    turned = RHO0[0, 1] * np.sqrt(kept) * np.exp(-0.7j * times)
    np.testing.assert_allclose(found[:, 0, 1], turned, atol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("order", [2, 4])
def test_second_order_is_exact_for_pure_decoherence(order):
    """TCL2 of the independent boson is exact, the fourth-order correction zero.

    Warm bath, two energies, three values of S, whose squares turn the phases.
    """
    S, H = np.diag([0.9, 0.2, -0.4]), np.diag([1.0, 0.3, -0.2])
    rho = np.array([[0.4, 0.1j, 0.1], [-0.1j, 0.4, 0.2], [0.1, 0.2, 0.2]])
    bath = Bosonic.ohmic(strength=0.4, cutoff=1.5, temperature=0.5)
    times = np.linspace(0, 4, 9)
    found = tcl(H, rho, times, bath.bath(S), order=order)
    exact = independent_boson(H, rho, times, bath, S)
    np.testing.assert_allclose(found.states, exact.states, atol=1e-8)


@pytest.mark.slow
def test_pseudomode_without_rotating_wave_solves_the_independent_boson():
    """S of three values, which also turns the phases: e^{−(s−s′)²Γ + i(s²−s′²)φ}."""
    S = np.diag([0.9, 0.2, -0.4])
    H = np.diag([1.0, 0.3, -0.2])
    rho = np.array([[0.4, 0.1j, 0.1], [-0.1j, 0.4, 0.2], [0.1, 0.2, 0.2]])
    bath = Bosonic.lorentzian(rate=0.6, width=0.4, frequency=1.3)
    found = pseudomode(H, rho, TIMES, bath, S, levels=5)
    exact = independent_boson(H, rho, TIMES, bath, S)
    np.testing.assert_allclose(found.states, exact.states, atol=5 * found.error)
    assert found.error < 1e-3
    more = pseudomode(H, rho, TIMES, bath, S, levels=6)
    assert more.error < 0.3 * found.error


def test_generator_is_the_one_of_qutip():
    """H + ω₀b†b + √(γ₀λ/2)(S b + S†b†) and √(2λ) b, with QuTiP's operators."""
    bath = Bosonic.lorentzian(rate=0.6, width=0.4, frequency=1.3)
    S, levels = qutip.Qobj([[0.2, 1.0], [0.3j, -0.1]]), 4
    H = 0.4 * qutip.sigmaz() + 0.3 * qutip.sigmay()
    b, one = qutip.destroy(levels), qutip.qeye(2)
    swap = np.sqrt(0.12) * qutip.tensor(S, b)
    total = qutip.tensor(H, qutip.qeye(levels)) + swap + swap.dag()
    total = total + 1.3 * qutip.tensor(one, b.dag() * b)
    generator = pseudomode_generator(H, bath, S, levels=levels)
    np.testing.assert_allclose(generator.hamiltonians[0], total.full(), atol=1e-15)
    jump = np.sqrt(0.8) * qutip.tensor(one, b).full()
    np.testing.assert_allclose(generator.jumps[0, 0][0], jump, atol=1e-15)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: DampedJaynesCummings(rate=-1, width=1), ValueError, "`rate` must be"),
        (lambda: DampedJaynesCummings(rate=1, width=0), ValueError, "`width` must be"),
        (
            lambda: DampedJaynesCummings(rate=1, width=1, frequency=np.inf),
            ValueError,
            "`frequency` must be finite",
        ),
        (lambda: model(1.0).amplitude([-1.0]), ValueError, "must not be negative"),
        (lambda: model(1.0).amplitude([np.nan]), ValueError, "`times` must be finite"),
        (
            lambda: model(1.0).tcl_population([1.0], order=3),
            ValueError,
            "`order` must be 2 or 4",
        ),
        (lambda: model(1.0).evolve(2 * RHO0, [0, 1]), ValueError, "have trace 1"),
        (lambda: model(1.0).evolve(RHO0, [1, 1]), ValueError, "`tlist` must increase"),
        (
            lambda: model(1.0).evolve(np.eye(3) / 3, [0, 1]),
            ValueError,
            "`rho` must have a size that is a multiple of 2",
        ),
        (
            lambda: pseudomode_generator(
                SIGMA_Z, Bosonic.ohmic(strength=1, cutoff=1), SIGMA_Z, levels=3
            ),
            TypeError,
            "`environment` must be a Bosonic one with a whole Lorentzian",
        ),
        (
            lambda: pseudomode_generator(
                SIGMA_Z,
                Bosonic(Lorentzian(rate=1, width=1), support=(0, 9)),
                SIGMA_Z,
                levels=3,
            ),
            TypeError,
            "`environment` must be a Bosonic one with a whole Lorentzian",
        ),
        (
            lambda: pseudomode_generator(
                SIGMA_Z, model(1.0).environment, SIGMA_Z, levels=1
            ),
            ValueError,
            "`levels` must be at least 2",
        ),
        (
            lambda: pseudomode_generator(
                SIGMA_X @ SIGMA_Y + SIGMA_X, model(1.0).environment, SIGMA_Z, levels=3
            ),
            ValueError,
            "`H` must be Hermitian",
        ),
        (
            lambda: pseudomode(
                SIGMA_Z,
                np.eye(3) / 3,
                [0, 1],
                model(1.0).environment,
                SIGMA_Z,
                levels=3,
            ),
            ValueError,
            "`rho0` must have shape",
        ),
    ],
)
def test_bad_input_is_refused(make, error, match):
    with pytest.raises(error, match=match):
        make()
