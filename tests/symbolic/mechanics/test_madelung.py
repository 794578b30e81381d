"""Madelung's split, equation 1.10, and waves built from classical actions."""

import numpy as np
import pytest
import sympy
from sympy import Function, I, Rational, cos, diff, exp, expand, pi, simplify, sin, sqrt

from oqnn.symbolic import operators, symbols
from oqnn.symbolic.canonical import HBAR, MASS, OMEGA, TIME
from oqnn.symbolic.mechanics.madelung import (
    madelung,
    polar_form,
    schrodinger_residual,
)
from oqnn.symbolic.mechanics.semiclassical import (
    START,
    semiclassical_wave,
    short_time_action,
    wkb_equations,
)

m, w, t, h, a = MASS, OMEGA, TIME, HBAR, START
x, p, hbar = symbols()
(x1, x2), (p1, p2), _ = symbols(2)
m1, m2, B, k, lam = sympy.symbols("m1 m2 B k lambda", positive=True)
OSCILLATOR = p**2 / (2 * m) + m * w**2 * x**2 / 2
TWO_POINT = m * w * ((x**2 + a**2) * cos(w * t) - 2 * a * x) / (2 * sin(w * t))


def identity_gap(split):
    """What residual + R·(quantum HJ) − (iħ/2R)·(continuity) leaves."""
    R = split.amplitude
    real, flow = split.quantum_hamilton_jacobi, split.continuity
    return expand((split.residual + R * real - I * split.hbar / (2 * R) * flow).doit())


@pytest.mark.parametrize("modes", [1, 2, 3])
def test_eq_1_10_residual_splits_for_any_amplitude_and_phase(modes):
    """(iħ∂_t − H)ψ e^{−iS/ħ} = −R·(quantum HJ) + (iħ/2R)·(continuity)."""
    assert identity_gap(madelung(modes=modes)) == 0


def test_eq_1_10_brackets_are_those_of_the_slide():
    """S_t + (∇S)²/2m + U − (ħ²/2m)∇²R/R and (R²)_t + ∇(R²∇S/m), in two dimensions."""
    split = madelung(modes=2)
    R, S = split.amplitude, split.phase
    U = Function("U", real=True)(x1, x2)
    quantum = (
        S.diff(t)
        + (S.diff(x1) ** 2 + S.diff(x2) ** 2) / (2 * m)
        + U
        - h**2 / (2 * m) * (R.diff(x1, 2) + R.diff(x2, 2)) / R
    )
    flow = diff(R**2, t) + sum(diff(R**2 * S.diff(q) / m, q) for q in (x1, x2))
    assert expand(split.quantum_hamilton_jacobi - quantum) == 0
    assert expand((split.continuity - flow).doit()) == 0
    assert [e.rhs for e in split.equations] == [0, 0]


def test_eq_1_10_split_with_a_magnetic_field_and_two_masses():
    """H = (p₁ + Bx₂)²/2m₁ + p₂²/2m₂ + x₁p₁ + U(x, t): still the same two brackets."""
    U = Function("U", real=True)(x1, x2, t)
    H = (p1 + B * x2) ** 2 / (2 * m1) + p2**2 / (2 * m2) + x1 * p1 + U
    split = madelung(H)
    assert identity_gap(split) == 0
    assert expand(split.velocity[0] - (split.phase.diff(x1) + B * x2) / m1 - x1) == 0


def test_operator_is_that_of_weyls_rule():
    """x²p has the Weyl operator (x²p̂ + p̂x²)/2 = −iħ(x²∂ + x)."""
    psi = Function("psi")(x)
    found = schrodinger_residual(x**2 * p, psi)
    assert expand(found - I * h * (x**2 * psi.diff(x) + x * psi)) == 0


SPREAD = 1 + I * h * t / (m * k**2)  # free packet of width k
FREE_PACKET = (
    (pi * k**2) ** Rational(-1, 4) / sqrt(SPREAD) * exp(-(x**2) / (2 * k**2 * SPREAD))
)


def test_eq_1_10_free_gaussian_packet():
    """|ψ|² of width σ² = k²(1 + (ħt/mk²)²), Q = (ħ²/2m)(1/σ² − x²/σ⁴)."""
    split = madelung(p**2 / (2 * m), FREE_PACKET)
    at = {m: 1.3, h: 0.7, k: 0.8, t: 0.9, x: 0.35}
    width = k**2 * (1 + (h * t / (m * k**2)) ** 2)
    potential = h**2 / (2 * m) * (1 / width - x**2 / width**2)
    density = exp(-(x**2) / width) / sqrt(pi * width)
    for gap in (
        split.residual,
        split.quantum_hamilton_jacobi,
        split.continuity,
        split.quantum_potential - potential,
        split.amplitude**2 - density,
        split.wave_function - FREE_PACKET,
    ):
        assert abs(complex(gap.doit().subs(at).evalf())) < 1e-13
    (speed,) = split.velocity  # a packet that spreads: v = x σ̇/σ
    expected = x * sympy.log(width).diff(t) / 2
    assert abs(float((speed - expected).subs(at))) < 1e-13


def test_packet_against_a_split_operator_run():
    """R and S of a moving packet in a quartic well push a grid wave for a short time.

    ∂_t of R and S from the two equations, against ψ(±dt) by Fourier steps.
    """
    mass, planck, dt = 1.3, 0.4, 1e-4
    psi = exp(-(x**2) / 2 + I * (k * x + x**3 / 5) / h)
    U = x**4 / 10 + x / 2
    split = madelung(p**2 / (2 * m) + U, psi)
    at = {m: mass, h: planck, k: 0.9}
    grid = np.linspace(-8, 8, 512, endpoint=False)
    rates = [
        sympy.lambdify(x, (-e).subs(at).doit())(grid)
        for e in (split.quantum_hamilton_jacobi, split.continuity)
    ]
    start = sympy.lambdify(x, psi.subs(at))(grid)
    wave = 2 * np.pi * np.fft.fftfreq(512, grid[1] - grid[0])
    kick = sympy.lambdify(x, U)(grid)

    def step(psi, dt):
        half = np.exp(-1j * kick * dt / (2 * planck))
        turn = np.exp(-1j * planck * wave**2 * dt / (2 * mass))
        return half * np.fft.ifft(turn * np.fft.fft(half * psi))

    later, before = step(start, dt), step(start, -dt)
    seen = np.abs(grid) < 2
    phase = planck * np.angle(later / before) / (2 * dt)
    density = (np.abs(later) ** 2 - np.abs(before) ** 2) / (2 * dt)
    np.testing.assert_allclose(phase[seen], rates[0][seen], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(density[seen], rates[1][seen], rtol=1e-5, atol=1e-5)


def test_polar_form_of_other_factors():
    """Powers, signs, i and sums: ψ = R e^{iS/ħ} to the last digit."""
    psi = -I * (1 + 2 * I * x) ** Rational(-3, 2) * (x - 2) * exp((2 - 3 * I) * x) * 5
    R, S = polar_form(psi)
    at = {x: 0.7, h: 0.3}
    gap = (R * exp(I * S / h) - psi).subs(at)
    assert abs(complex(gap.evalf())) < 1e-13
    assert abs(complex(R.subs(at).evalf()).imag) < 1e-15


def test_polar_form_of_a_root_that_changes_sign():
    """√cos x: R stays real beyond the zero, and S steps by πħ/2 there."""
    R, S = polar_form(sqrt(cos(x)) * exp(I * x))
    for place in (0.4, 2.9):
        at = {x: place, h: 0.3}
        gap = (R * exp(I * S / h) - sqrt(cos(x)) * exp(I * x)).subs(at)
        assert abs(complex(gap.evalf())) < 1e-13
        assert complex(R.subs(at).evalf()).imag == 0


def test_oscillator_propagator_of_mehler():
    """√(mω/2πiħ sin ωt) e^{iJ/ħ}, past its focus too, solves the equation."""
    psi = (m * w / (2 * pi * I * h * sin(w * t))) ** Rational(1, 2)
    psi *= exp(I * TWO_POINT / h)
    split = madelung(OSCILLATOR, psi)
    for time in (0.9, 4.0):  # ωt = π lies between
        at = {m: 1.3, w: 1.1, h: 0.7, a: 0.3, x: 0.5, t: time}
        for left in (split.quantum_hamilton_jacobi, split.continuity):
            assert abs(complex(left.doit().subs(at).evalf())) < 1e-12
        gap = (split.wave_function - psi).subs(at)
        assert abs(complex(gap.evalf())) < 1e-12


def test_cat_is_split_too():
    """Two packets that move apart: the brackets make up the residual of ψ itself."""
    psi = exp(-((x - 1) ** 2) + 2 * I * x) + exp(-((x + 1) ** 2) - I * x)
    split = madelung(p**2 / (2 * m), psi)
    R, at = split.amplitude, {x: 0.2, h: 0.3, m: 1.1}
    right = I * h / (2 * R) * split.continuity - R * split.quantum_hamilton_jacobi
    left = schrodinger_residual(p**2 / (2 * m), psi) * exp(-I * split.phase / h)
    gap = left.subs(at).evalf() - right.doit().subs(at).evalf()
    assert abs(complex(gap)) < 1e-12


def test_eq_1_10_wave_of_a_classical_action_leaves_its_laplacian():
    """ψ = e^{iJ/ħ} leaves −HJ + (iħ/2m)∇²J, in two dimensions for any J."""
    J = Function("J", real=True)(x1, x2, t)
    U = Function("U", real=True)(x1, x2)
    found = semiclassical_wave((p1**2 + p2**2) / (2 * m) + U, J)
    equation = found.system.residual(J)
    left = I * h / (2 * m) * (J.diff(x1, 2) + J.diff(x2, 2))
    assert expand(found.residual + equation - left) == 0


def test_eq_1_10_laplacian_of_the_oscillator_action():
    """Between two points (iħ/2m)J″ = (iħω/2) cot ωt, and nothing else."""
    found = semiclassical_wave(OSCILLATOR, TWO_POINT).residual
    assert simplify(found - I * h * w / 2 * cos(w * t) / sin(w * t)) == 0


def test_eq_1_10_van_vleck_removes_it_for_the_free_particle():
    J = m * (x - a) ** 2 / (2 * t)
    bare = semiclassical_wave(p**2 / (2 * m), J)
    assert simplify(bare.residual - I * h / (2 * t)) == 0
    assert simplify(semiclassical_wave(p**2 / (2 * m), J, [a]).residual) == 0


def test_van_vleck_is_exact_for_the_oscillator_between_two_points():
    found = semiclassical_wave(OSCILLATOR, TWO_POINT, [a]).residual
    assert simplify(found) == 0


@pytest.mark.slow
def test_van_vleck_is_exact_for_every_quadratic_hamiltonian():
    """J = ½xᵀAx + xᵀBa + ½aᵀCa with Ȧ, Ḃ, Ċ from the HJ equation, two dimensions.

    H = ½pᵀKp + pᵀLx + ½xᵀVx with time-dependent matrices: Ȧ = −AKA − AL − LᵀA − V,
    Ḃ = −(AK + Lᵀ)B and Ċ = −BᵀKB.
    """

    def matrix(name, symmetric=True):
        f = [[Function(f"{name}{i}{j}")(t) for j in range(2)] for i in range(2)]
        f[1][0] = f[0][1] if symmetric else f[1][0]
        return sympy.Matrix(f)

    A, C, K, V = map(matrix, "ACKV")
    B, L = matrix("B", False), matrix("L", False)
    X, P = sympy.Matrix([x1, x2]), sympy.Matrix([p1, p2])
    ends = sympy.symbols("a1 a2", real=True)
    E = sympy.Matrix(ends)
    H = (P.T * K * P / 2 + P.T * L * X + X.T * V * X / 2)[0]
    J = (X.T * A * X / 2 + X.T * B * E + E.T * C * E / 2)[0]
    slopes = {}
    for f, rate in (
        (A, -A * K * A - A * L - L.T * A - V),
        (B, -(A * K + L.T) * B),
        (C, -B.T * K * B),
    ):
        slopes |= {f[i].diff(t): rate[i] for i in range(4)}
    wave = semiclassical_wave(H, J, ends)
    assert expand(wave.system.residual(J).subs(slopes)) == 0
    left = (wave.residual / wave.amplitude).subs(slopes)
    assert simplify(left) == 0


def test_van_vleck_leaves_a_remainder_for_a_quartic():
    """U = λx⁴: (iħ∂_t − Ĥ)ψ/ψ = 3λħ²t²/10m² + O(t⁴), and HJ holds to that order."""
    J = short_time_action(lam * x**4, 3)
    J = J.removeO()
    wave = semiclassical_wave(p**2 / (2 * m) + lam * x**4, J, [a])
    equation = expand(wave.system.residual(J))
    assert [expand(equation.coeff(t, k)) for k in range(-2, 4)] == [0] * 6
    ratio = expand(-t / m * wave.amplitude**2)  # √D ∝ 1 + ut²/2 + …, u of order t²
    left = h**2 / (2 * m) * ratio.coeff(t, 2).diff(x, 2) / 2
    assert (ratio.coeff(t, 0), ratio.coeff(t, 1)) == (1, 0)
    assert expand(left - 3 * lam * h**2 / (10 * m**2)) == 0
    whole = wave.residual / wave.amplitude
    numbers = sympy.lambdify((t, x, a, lam, m, h), whole, "mpmath")
    for time in (0.02, 0.01):
        number = complex(numbers(time, 0.45, 0.3, 0.7, 1.2, 0.5))
        expected = 3 * 0.7 * 0.5**2 * time**2 / (10 * 1.2**2)
        assert abs(number / expected - 1) < 3 * time


def test_van_vleck_in_energy_leaves_the_potential_of_its_amplitude():
    """J = ∫√(2m(E−U))dx − Et: the remainder is (ħ²/2m)R″/R, R = (E − U)^{−1/4}."""
    E = sympy.Symbol("E", positive=True)
    U = lam * x**4
    momentum = sqrt(2 * m * (E - U))
    wave = semiclassical_wave(
        p**2 / (2 * m) + U, sympy.Integral(momentum, (x, 0, x)) - E * t, [E]
    )
    R = (E - U) ** Rational(-1, 4)
    expected = h**2 / (2 * m) * R.diff(x, 2) / R
    at = {m: 1.3, h: 0.4, lam: 0.6, E: 2.1, x: 0.5, t: 0.0}
    left = wave.residual / wave.amplitude
    assert complex(left.subs(at).evalf()) == pytest.approx(
        complex(expected.subs(at)), rel=1e-12
    )


def test_short_time_action_of_the_oscillator():
    """The series of mω[(x² + a²) cos ωt − 2xa]/(2 sin ωt)."""
    found = short_time_action(m * w**2 * x**2 / 2, 5).removeO()
    expected = TWO_POINT.series(t, 0, 6).removeO()
    assert expand(found - expected) == 0


def test_short_time_action_shows_its_order():
    found = short_time_action(x**3, 2)
    assert found.getO() == sympy.Order(t**3)


def test_wkb_equations():
    """Powers of ħ: the HJ equation, the continuity of e^{2J₁}, and one more."""
    U = Function("U", real=True)(x)
    zeroth, first, second = wkb_equations(2, p**2 / (2 * m) + U)
    J = [Function(f"J{k}", real=True)(x, t) for k in range(3)]
    d = [f.diff(x) for f in J]
    assert expand(zeroth - (J[0].diff(t) + d[0] ** 2 / (2 * m) + U)) == 0
    density = exp(2 * J[1])
    flow = (density.diff(t) + (density * d[0] / m).diff(x)) / (2 * density)
    assert expand(first - flow) == 0
    expected = J[2].diff(t) + (d[0] * d[2] + d[1] ** 2 / 2 + d[1].diff(x) / 2) / m
    assert expand(second - expected) == 0


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: madelung(p**4), ValueError, "`H` must be quadratic in the momenta"),
        (lambda: madelung(x * p**2), ValueError, "masses free of the coordinates"),
        (lambda: madelung(operators()[1]), TypeError, "`H` must be a function on"),
        (lambda: madelung(p**2, modes=2), ValueError, "`modes` must be left out"),
        (lambda: madelung(modes=0), ValueError, "`modes` must be at least 1"),
        (lambda: madelung(q=x, p=p), ValueError, "`q` and `p` must come with `H`"),
        (
            lambda: madelung(p**2, exp(I * sympy.Symbol("c") * x)),
            ValueError,
            "`psi` must be a wave function of real symbols, but c need real=True",
        ),
        (lambda: madelung(p**2, 0), ValueError, "`psi` must be .* but is zero"),
        (lambda: semiclassical_wave(p**2, p * x), ValueError, "`J` must be a function"),
        (
            lambda: semiclassical_wave(p**2, a + x, [a]),
            ValueError,
            "`J` must be a complete integral",
        ),
        (lambda: short_time_action(sin(x), 3), ValueError, "`U` must be a polynomial"),
        (lambda: short_time_action(x, -1), ValueError, "`order` must be at least 0"),
        (lambda: wkb_equations(1.5), TypeError, "`order` must be an integer"),
    ],
)
def test_refusals(call, error, match):
    with pytest.raises(error, match=match):
        call()
