"""Bosonic baths: quadrature against closed forms, and QuTiP's normalisation."""

import numpy as np
import pytest
import scipy.linalg
from qutip.core import environment as qutip_environment
from scipy.integrate import quad

from oqnn import ConvergenceError
from oqnn.dynamics.projected.baths import GaussianBath
from oqnn.environments.microscopic.bosonic import Bosonic
from oqnn.environments.microscopic.independent_boson import independent_boson
from oqnn.environments.microscopic.spectral_densities import DrudeLorentz, Ohmic

TIMES = np.array([0.0, 0.013, 0.4, 1.1, 7.3, 60.0])
SIGNED = np.array([-7.3, -0.4, 0.0, 1.1, 2.9])
RHO0 = np.array([[0.5, 0.1 - 0.2j, 0.05j], [0.1 + 0.2j, 0.3, 0.1], [-0.05j, 0.1, 0.2]])
A, CUTOFF = 0.3, 1.7


def ohmic(exponent, temperature=0.0):
    return Bosonic.ohmic(
        strength=A, cutoff=CUTOFF, exponent=exponent, temperature=temperature
    )


def nameless(bath, **changes):
    """The same bath without its closed forms."""
    settings = {"temperature": bath.temperature, **changes}
    return Bosonic(lambda omega: bath.density(omega), **settings)


def test_decoherence_of_the_ohmic_vacuum():
    """J = 2aω e^{−ω/ω_c}, T = 0: Γ = a ln(1 + ω_c²t²)."""
    expected = A * np.log1p((CUTOFF * TIMES) ** 2)
    for bath in (ohmic(1), nameless(ohmic(1))):
        found = bath.decoherence(TIMES)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("exponent", [0.5, 0.9999, 1, 2, 3.4])
def test_quadrature_finds_the_ohmic_closed_forms(exponent):
    """C = 2aω_c²Γ(s+1)/(1 + iω_c t)^{s+1} and g = ∫(t − s)C, of any exponent."""
    closed, counted = ohmic(exponent), nameless(ohmic(exponent))
    np.testing.assert_allclose(
        counted.correlation(SIGNED), closed.correlation(SIGNED), rtol=1e-11, atol=1e-14
    )
    np.testing.assert_allclose(
        counted.lineshape(TIMES), closed.lineshape(TIMES), rtol=1e-11, atol=1e-12
    )
    assert counted.reorganisation_energy == pytest.approx(
        closed.reorganisation_energy, rel=1e-12
    )


def test_hot_ohmic_bath_is_a_sum_of_vacuum_forms():
    """coth = 1 + 2Σ_{n≥1} e^{−nω/T}, and e^{−nω/T} adds n/T to 1/ω_c: C is a sum of
    vacuum forms with other cutoffs, which is ζ(s+1, ·) of a complex argument.
    """
    temperature, exponent = 0.6, 2.0
    expected = ohmic(exponent).correlation(TIMES)
    for n in range(1, 4000):
        shifted = CUTOFF / (1 + n * CUTOFF / temperature)
        strength = A * (CUTOFF / shifted) ** (1 - exponent)
        term = Ohmic(strength=strength, cutoff=shifted, exponent=exponent)
        expected = expected + 2 * term.vacuum_correlation(TIMES).real
    found = ohmic(exponent, temperature).correlation(TIMES)
    np.testing.assert_allclose(found, expected, atol=2e-8)  # Σ beyond 4000: n⁻³


@pytest.mark.parametrize("temperature", [0.15, 0.9])
def test_drude_lorentz_bath_is_its_matsubara_sum(temperature):
    """C = E_rγ(cot(γ/2T) − i)e^{−γt} + Σ 4E_rγT ν_k e^{−ν_k t}/(ν_k² − γ²)."""
    bath = Bosonic.drude_lorentz(
        reorganisation_energy=0.4, cutoff=1.3, temperature=temperature
    )
    times = TIMES[2:]
    c, nu = bath.spectral_density.exponents(temperature, 3000)
    expected = np.exp(-np.multiply.outer(times, nu)) @ c
    np.testing.assert_allclose(bath.correlation(times), expected, atol=1e-12)
    assert nameless(bath).reorganisation_energy == pytest.approx(0.4, rel=1e-11)


def test_drude_lorentz_needs_an_upper_end_for_its_value_at_zero():
    """Re C(0) diverges as a logarithm, 2(E_r γ/π) ln(high/γ) at T = 0."""
    S = np.diag([0.5, -0.5])
    density = DrudeLorentz(reorganisation_energy=0.4, cutoff=1.3)
    assert Bosonic(density).correlation([0.0])[0] == np.inf
    with pytest.raises(ValueError, match=r"finite values, but returns \(inf.* t = 0\."):
        Bosonic(density).bath(S)
    bath = Bosonic(density, support=(0, 400.0)).bath(S)
    start = 0.4 * 1.3 / np.pi * np.log1p((400 / 1.3) ** 2)
    assert bath.correlations(np.zeros(1))[0, 0, 0] == pytest.approx(start, rel=1e-12)


def test_a_narrow_peak_with_a_heavy_tail():
    """J = ω/((w² − ω²)² + G²ω²): Im C = −π/(2GΩ) sin(Ωt) e^{−Gt/2}, Ω² = w² − G²/4."""
    w, G = 1.2, 0.01
    bath = Bosonic(lambda x: x / ((w**2 - x**2) ** 2 + (G * x) ** 2))
    turn = np.sqrt(w**2 - G**2 / 4)
    expected = np.pi / (2 * G * turn) * np.sin(turn * TIMES) * np.exp(-G * TIMES / 2)
    np.testing.assert_allclose(-bath.correlation(TIMES).imag, expected, atol=1e-9)


def test_a_box_ends_where_it_says():
    """J = 1 between u and v: C = (e^{−iut} − e^{−ivt})/(it); breaks or support do."""
    u, v, t = 0.7, 1.9, TIMES[1:]
    expected = (np.exp(-1j * u * t) - np.exp(-1j * v * t)) / (1j * t)
    for bath in (
        Bosonic(lambda w: ((w > u) & (w < v)).astype(float), breaks=(u, v)),
        Bosonic(np.ones_like, support=(u, v)),
    ):
        np.testing.assert_allclose(bath.correlation(t), expected, atol=1e-12)
    np.testing.assert_array_equal(bath.density([0.5, 1.0, 2.0]), [0, 1, 0])


@pytest.mark.parametrize("exponent", [0.5, 1.0, 3.0])
def test_warm_baths_agree_with_adaptive_integration(exponent):
    """C(t) and Γ(t) of their defining integrals, one time each, by QUADPACK."""
    temperature, t = 0.8, 2.3
    bath = ohmic(exponent, temperature)

    def weighted(kernel):
        def integrand(x):  # ω = x², for the root singularity at zero
            w = x * x
            coth = 1 / np.tanh(w / (2 * temperature))
            return 2 * x * bath.density(w) * coth * kernel(w)

        return quad(integrand, 0, 9, epsabs=1e-12, epsrel=1e-12, limit=400)[0]

    real = weighted(lambda w: np.cos(w * t))
    lost = weighted(lambda w: 2 * np.sin(w * t / 2) ** 2 / w**2)
    assert bath.correlation([t])[0].real == pytest.approx(real, abs=1e-10)
    assert bath.decoherence([t])[0] == pytest.approx(lost, abs=1e-10)


@pytest.mark.parametrize(
    "bath",
    [
        ohmic(1.5, 0.7),
        Bosonic.drude_lorentz(reorganisation_energy=0.4, cutoff=0.6, temperature=0.5),
        Bosonic.lorentzian(rate=0.5, width=0.8, frequency=-0.4),
    ],
    ids=["ohmic", "drude", "lorentzian"],
)
def test_invariants_of_a_stationary_bath(bath):
    """C(−t) = C(t)*, g″ = C by differences, and detailed balance S(−ω) = e^{−ω/T}S(ω).

    The difference of step h has the error h²C″/12.
    """
    times, h = np.array([0.9, 2.2, 5.1]), 1e-3
    C = bath.correlation(times)
    np.testing.assert_array_equal(bath.correlation(-times), C.conj())
    g = np.array([bath.lineshape(times + k * h) for k in (-1, 0, 1)])
    second = (g[0] - 2 * g[1] + g[2]) / h**2
    np.testing.assert_allclose(second, C, atol=1e-6)
    np.testing.assert_array_equal(bath.lineshape(-times), bath.lineshape(times).conj())
    omega = np.array([0.3, 1.9])
    S = bath.power_spectrum(np.r_[omega, -omega])
    if bath.temperature:
        np.testing.assert_allclose(S[2:], np.exp(-omega / bath.temperature) * S[:2])


def test_power_spectrum_is_the_transform_of_the_correlations():
    """S(ω) = 2 Re ∫₀^∞ C e^{iωt}: ½γ₀λ · 2λ/((ω − ω₀)² + λ²) for a Lorentzian bath."""
    bath = Bosonic.lorentzian(rate=0.5, width=0.8, frequency=1.1)
    omega = np.array([-0.3, 0.0, 1.1, 2.0])
    expected = 0.5 * 0.8**2 / ((omega - 1.1) ** 2 + 0.8**2)
    np.testing.assert_allclose(bath.power_spectrum(omega), expected, rtol=1e-13)
    assert bath.reorganisation_energy == pytest.approx(0.2 * 1.1 / (0.64 + 1.21))


@pytest.mark.parametrize(
    ("exponent", "at_zero"), [(0.5, np.inf), (1, 4 * np.pi * A * 0.7), (3, 0)]
)
def test_power_spectrum_at_zero_is_a_limit(exponent, at_zero):
    """S(0) = 2πT lim J/ω: 4πaT for s = 1, none above, infinite below."""
    bath = ohmic(exponent, 0.7)
    assert bath.power_spectrum(np.zeros(1))[0] == pytest.approx(at_zero, abs=1e-50)


def test_occupation_is_exact_in_the_vacuum():
    np.testing.assert_array_equal(ohmic(1).occupation([0.0, 1e-300, 1.0]), 0)
    np.testing.assert_allclose(ohmic(1, 2.0).occupation([1.5]), 1 / np.expm1(0.75))
    cold, vacuum = ohmic(1, 1e-4), ohmic(1)
    np.testing.assert_allclose(
        cold.correlation(SIGNED), vacuum.correlation(SIGNED), atol=1e-7
    )


@pytest.mark.parametrize("exponent", [1.0, 2.5])
def test_qutip_ohmic_both_ways(exponent):
    """J_QuTiP = πJ, α_QuTiP = 2πa: both correlation functions are C(t)."""
    bath = ohmic(exponent, 0.6)
    there = bath.to_qutip()
    assert isinstance(there, qutip_environment.OhmicEnvironment)
    assert there.alpha == pytest.approx(2 * np.pi * A)
    np.testing.assert_allclose(
        there.correlation_function(SIGNED), bath.correlation(SIGNED), atol=1e-12
    )
    back = Bosonic.from_qutip(there)
    np.testing.assert_allclose(
        back.correlation(SIGNED), bath.correlation(SIGNED), atol=1e-11
    )
    assert back.temperature == 0.6


def test_qutip_families_both_ways():
    """Drude-Lorentz by its class, Lorentzian by one exponential, others by J."""
    drude = Bosonic.drude_lorentz(
        reorganisation_energy=0.4, cutoff=0.9, temperature=0.5
    )
    lorentzian = Bosonic.lorentzian(rate=0.5, width=0.3, frequency=1.0)
    own = Bosonic(lambda w: w**3 * np.exp(-(w**2)), temperature=0.5)
    omega = np.array([-1.2, 0.4, 2.0])
    for bath in (drude, lorentzian, own):
        there = bath.to_qutip()
        np.testing.assert_allclose(
            there.power_spectrum(omega), bath.power_spectrum(omega), rtol=1e-9
        )
    np.testing.assert_allclose(
        lorentzian.to_qutip().correlation_function(SIGNED),
        lorentzian.correlation(SIGNED),
        atol=1e-14,
    )
    reborn = Bosonic.from_qutip(drude.to_qutip())
    np.testing.assert_allclose(reborn.lineshape(TIMES), drude.lineshape(TIMES))
    outside = qutip_environment.UnderDampedEnvironment(
        T=0.5, lam=0.6, gamma=0.2, w0=1.3
    )
    turn = np.sqrt(1.3**2 - 0.01)
    damped = 0.36 / (2 * turn) * np.sin(turn * TIMES) * np.exp(-0.1 * TIMES)
    found = Bosonic.from_qutip(outside).correlation(TIMES)
    np.testing.assert_allclose(-found.imag, damped, atol=1e-10)


def test_modes_are_a_gauss_quadrature():
    """n modes have the first 2n moments of J, and its C(t) until they revive."""
    bath, n = ohmic(1.0), 6
    modes = bath.modes(n, cutoff=12.0)
    for power in range(2 * n):
        exact = quad(lambda w, p=power: bath.density(w) * w**p, 0, 12, epsrel=1e-12)[0]
        found = (modes.couplings**2 * modes.frequencies**power).sum()
        assert found == pytest.approx(exact, rel=1e-9)
    errors = [
        np.abs(
            bath.modes(n, cutoff=40.0).correlation(TIMES[:4])
            - bath.correlation(TIMES[:4])
        ).max()
        for n in (5, 10, 20, 40)
    ]
    assert errors[0] > errors[1] > errors[2]
    assert errors[0] > 0.1
    assert errors[3] < 1e-8
    lorentzian = Bosonic.lorentzian(rate=0.5, width=0.3, frequency=1.0)
    many = lorentzian.modes(150, cutoff=60.0)
    np.testing.assert_allclose(
        many.correlation(TIMES[2:4]), lorentzian.correlation(TIMES[2:4]), atol=2e-4
    )


class TwoModes:
    """A bath of two sharp modes, with the lineshape of the definition."""

    frequencies, couplings = np.array([0.7, 1.9]), np.array([0.3, 0.2])

    def lineshape(self, times):
        x = np.multiply.outer(times, self.frequencies)
        terms = (self.couplings / self.frequencies) ** 2
        return (1 - np.cos(x) - 1j * (x - np.sin(x))) @ terms


def test_independent_boson_is_the_unitary_of_its_modes():
    """Three levels, unequal couplings, H and S not diagonal.

    Against the unitary e^{−iHt} of the system and its modes, with nine levels each.
    """
    modes = Bosonic(np.ones_like, support=(0.1, 2)).modes(2)
    object.__setattr__(modes, "frequencies", TwoModes.frequencies)
    object.__setattr__(modes, "couplings", TwoModes.couplings)
    rng = np.random.default_rng(5)
    V = np.linalg.qr(rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3)))[0]
    S = V @ np.diag([1.1, -0.4, 0.3]) @ V.conj().T
    H = V @ np.diag([0.5, 1.7, -0.3]) @ V.conj().T
    finite = modes.environment(S, 9)
    total = finite.free(H) + finite.H_int
    rho = finite.projection.lift(RHO0[None])
    times = np.array([0.4, 1.3, 3.0, 7.1])
    exact = [
        finite.projection.blocks(U @ rho @ U.conj().T)[0]
        for U in (scipy.linalg.expm(-1j * total * (t - 0.4)) for t in times)
    ]
    found = independent_boson(H, RHO0, times, TwoModes(), S)
    np.testing.assert_allclose(found.states, exact, atol=1e-7)
    assert found.trace_drift < 1e-14
    assert found.least_eigenvalue > 0


def test_truncated_modes_start_in_their_gibbs_state():
    """H_E = Σω n and weights e^{−ω n/T}; a raising operator couples as σ₊b + σ₋b†."""
    modes = ohmic(1.0).modes(2)
    raising = np.array([[0, 1], [0, 0]])
    finite = modes.environment(raising, 3, temperature=1.4)
    energies = np.diag(finite.H_E).real
    np.testing.assert_allclose(
        energies, np.add.outer(*(w * np.arange(3) for w in modes.frequencies)).ravel()
    )
    law = np.diag(finite.projection.B[0]).real
    np.testing.assert_allclose(
        np.log(law / law[0]), -(energies - energies[0]) / 1.4, atol=1e-12
    )
    # ⟨0; 0, 1| H_int |1; ...⟩: excited and empty couples to ground and one quantum
    assert finite.H_int[0, 9 + 1] == pytest.approx(modes.couplings[1])
    assert finite.H_int[9, 1] == 0


def test_bath_for_the_projection_operators():
    S = np.array([[0.3, 0.1j], [-0.1j, -0.5]])
    bath = ohmic(1.0, 0.4).bath(S)
    assert isinstance(bath, GaussianBath)
    np.testing.assert_array_equal(
        bath.correlations(TIMES)[:, 0, 0], ohmic(1.0, 0.4).correlation(TIMES)
    )


def bad_density(value):
    return lambda omega: np.where(omega > 1, value, omega * np.exp(-omega))


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: Bosonic(3.0), TypeError, "`spectral_density` must be a function"),
        (lambda: ohmic(1, -1.0), ValueError, "`temperature` must be finite and not"),
        (lambda: ohmic(1, np.nan), ValueError, "`temperature` must be finite and not"),
        (lambda: ohmic(-1), ValueError, "`exponent` must be positive"),
        (lambda: ohmic(1).correlation([np.nan]), ValueError, "`times` must be finite"),
        (lambda: ohmic(1).correlation(1.0), ValueError, "`times` must have shape"),
        (lambda: Bosonic(np.ones_like, support=(2, 1)), ValueError, "be an interval"),
        (lambda: Bosonic(np.ones_like, tolerance=0), ValueError, "`tolerance` must be"),
        (
            lambda: Bosonic(bad_density(np.nan)).correlation([1.0]),
            ValueError,
            "must be finite and not negative, but is nan at ω = 1",
        ),
        (
            lambda: Bosonic(bad_density(-1.0)).decoherence([1.0]),
            ValueError,
            "not negative, but is -1.0",
        ),
        (lambda: Bosonic(np.sum).correlation([1.0]), ValueError, "returns .* shape"),
        (
            lambda: Bosonic(lambda w: 1j * w).correlation([1.0]),
            ValueError,
            "must return real values",
        ),
        (
            lambda: Bosonic(np.sqrt).correlation([1.0]),
            ConvergenceError,
            "must fall off at high frequencies",
        ),
        (
            lambda: Bosonic(lambda w: np.exp(-w), temperature=1.0).correlation([1.0]),
            ConvergenceError,
            "does not converge at low frequencies",
        ),
        (
            lambda: Bosonic(lambda w: np.exp(-w)).reorganisation_energy,
            ConvergenceError,
            "does not converge at low frequencies",
        ),
        (
            lambda: Bosonic(lambda w: np.exp(-w) * (2 + np.sin(1e6 * w))).correlation(
                [1.0]
            ),
            ConvergenceError,
            "needs more than 20000 panels",
        ),
        (
            lambda: Bosonic(DrudeLorentz(reorganisation_energy=1, cutoff=1)).modes(3),
            ValueError,
            "`cutoff` must be given for a bath whose",
        ),
        (
            lambda: Bosonic.lorentzian(rate=1, width=1).modes(3),
            ValueError,
            "`cutoff` must be given for a Lorentzian",
        ),
        (lambda: ohmic(1).modes(3, cutoff=-1), ValueError, "`cutoff` must be finite"),
        (lambda: ohmic(1).modes(10**6), ValueError, "`n` must be at most"),
        (
            lambda: ohmic(1).modes(9).environment(np.eye(2), 6),
            ValueError,
            "its Hamiltonian alone would take",
        ),
        (
            lambda: ohmic(1).bath([[0, 1], [0, 0]]),
            ValueError,
            "`couplings` must be Hermitian",
        ),
        (
            lambda: DrudeLorentz(reorganisation_energy=1, cutoff=2 * np.pi).exponents(
                0.5, 3
            ),
            ValueError,
            "Matsubara frequency .* for k = 2",
        ),
        (
            lambda: Bosonic(
                Bosonic.lorentzian(rate=1, width=1).spectral_density, temperature=1.0
            ),
            ValueError,
            "`temperature` must be 0 for a bath with frequencies below zero",
        ),
        (lambda: Bosonic.from_qutip(3), TypeError, "must be a qutip.BosonicEnv"),
        (
            lambda: Bosonic.from_qutip(Bosonic.lorentzian(rate=1, width=1).to_qutip()),
            TypeError,
            "is a sum of exponentials",
        ),
        (
            lambda: Bosonic.from_qutip(
                qutip_environment.BosonicEnvironment.from_spectral_density(np.exp)
            ),
            ValueError,
            "its T is None",
        ),
        (
            lambda: independent_boson(
                np.diag([1.0, 0]), np.eye(2) / 2, [0, 1], ohmic(1), [[0, 1], [1, 0]]
            ),
            ValueError,
            "`coupling` must commute with `H`",
        ),
        (
            lambda: independent_boson(
                np.diag([1.0, 0]), np.eye(2), [0, 1], ohmic(1), np.diag([1.0, 2])
            ),
            ValueError,
            "`rho0` must have trace 1",
        ),
    ],
)
def test_bad_input_is_refused(make, error, match):
    with pytest.raises(error, match=match):
        make()
