"""Equations 1.4 and 1.7: the terms of the series along a classical flow."""

import numpy as np
import pytest
import sympy
from scipy.integrate import solve_ivp
from sympy import (
    Function,
    Matrix,
    Rational,
    Symbol,
    cosh,
    diag,
    exp,
    expand,
    log,
    oo,
    sqrt,
    tanh,
)

from oqnn.symbolic import fringe_sum, moyal_terms, symbols
from oqnn.symbolic.canonical import MASS, TIME
from oqnn.symbolic.flows import (
    ZETA,
    break_time,
    conditional_variance,
    flowed_covariance,
    gaussian_derivative,
    linear_flow,
    order_ratio,
)
from oqnn.symbolic.limits_derivation import derive_classical_limit

x, p, hbar = symbols()
a, c, L, V = sympy.symbols("a c L V", positive=True)
rate = Symbol("lambda", positive=True)
U = Function("U")
INVERTED = p**2 / (2 * MASS) - MASS * rate**2 * x**2 / 2


@pytest.mark.parametrize("n", range(8))
def test_eq_1_4_derivatives_are_hermite_polynomials(n):
    """∂_pⁿ e^{−a²p²/ħ²} = (−a/ħ)ⁿ Hₙ(ap/ħ) e^{−a²p²/ħ²}, by SymPy's derivatives."""
    gaussian = exp(-(a**2) * p**2 / hbar**2)
    found = gaussian_derivative(n, a)
    assert expand(gaussian.diff(p, n) / gaussian - found) == 0


@pytest.mark.parametrize(
    ("n", "ratio"), [(1, 1), (3, -Rational(1, 2)), (5, -Rational(1, 4))]
)
def test_eq_1_4_leading_term_is_not_the_derivative(n, ratio):
    """Over (−2a²p/ħ²)ⁿ at p = ħ/a: −1/2 for n = 3, −1/4 for n = 5; → 1 far out."""
    over = gaussian_derivative(n, a) / (-2 * a**2 * p / hbar**2) ** n
    assert over.subs(p, hbar / a).cancel() == ratio
    assert over.subs(p, 10**6 * hbar / a).cancel() == pytest.approx(1, abs=1e-10)


def squeezed_packet(covariance):
    """The Gaussian Wigner function of a covariance matrix, up to its norm."""
    z = Matrix([x, p])
    return exp(-(z.T * covariance.inv() * z)[0] / 2)


def test_eq_1_7_linear_flow_keeps_the_conditional_variance_of_pure_states():
    """Var(p|x) = (ħ/2)²/Var(x) at all times, for squeezed and tilted packets."""
    start = diag(a**2 / 2, hbar**2 / (2 * a**2))
    for H in (INVERTED, p**2 / 2 + 3 * x**2, p**2 / 2 + x * p - x, x * p / 3):
        grown = flowed_covariance(H, start)
        product = conditional_variance(grown) * grown[0, 0]
        at = {a: 0.8, hbar: 0.3, rate: 1.3, MASS: 0.7, TIME: 1.9}
        assert float(product.subs(at)) == pytest.approx(0.3**2 / 4, rel=1e-10)
    mixed = diag(a**2 / 2, (c**2 + hbar**2 / a**2) / 2)
    excess = conditional_variance(mixed) * mixed[0, 0] - hbar**2 / 4
    assert expand(excess - a**2 * c**2 / 4) == 0


@pytest.mark.parametrize("s", [0, 1, 2, 3])
def test_eq_1_7_ratio_of_terms_has_no_hbar(s):
    """Terms of the series on a tilted pure Gaussian, against the closed form; with ħ
    in both covariances, at three values of ħ and points of phase space.
    """
    covariance = Matrix([[2, Rational(1, 2)], [Rational(1, 2), 0]])
    covariance[1, 1] = (hbar**2 / 4 + Rational(1, 4)) / 2
    assert expand(covariance.det() - hbar**2 / 4) == 0
    potential = x**7 - 3 * x**5 + x**2
    terms = moyal_terms(potential, s, squeezed_packet(covariance))
    ratio = sympy.lambdify((x, p, hbar), terms[s] / terms[0])
    closed = order_ratio(potential, s, 2)
    assert not closed.has(hbar)
    closed = sympy.lambdify((x, ZETA), closed)
    for at, momentum, h in [(0.7, 0.3, 1.0), (1.1, -0.2, 0.2), (-0.4, 0.1, 0.05)]:
        conditional = h**2 / 4 / 2
        zeta = (momentum - at / 4) / np.sqrt(2 * conditional)
        assert closed(at, zeta) == pytest.approx(ratio(at, momentum, h), rel=1e-9)


def test_eq_1_7_scaling_with_the_variance():
    """Term s over term 0 goes as Var(x)ˢ U⁽²ˢ⁺¹⁾/((2s+1)! U′), times numbers of ζ."""
    for s in (1, 2, 3):
        scale = (
            V**s * U(x).diff(x, 2 * s + 1) / U(x).diff(x) / sympy.factorial(2 * s + 1)
        )
        number = sympy.cancel(order_ratio(U(x), s, V) / scale)
        assert number.free_symbols == {ZETA}
        hermite = sympy.hermite(2 * s + 1, ZETA) / (2 * ZETA)
        assert expand(number - expand(hermite) * Rational(-1, 2) ** s) == 0


def test_eq_1_7_mixed_states_keep_hbar():
    """With Var(p|x) fixed the ratio goes as ħ²ˢ."""
    found = order_ratio(U(x), 2, V, conditional=c**2 / 2)
    assert sympy.cancel(found / order_ratio(U(x), 2, V)).equals(
        hbar**4 / (4 * c**4 * V**2)
    )
    pure = order_ratio(U(x), 2, V, conditional=hbar**2 / (4 * V))
    assert expand(pure - order_ratio(U(x), 2, V)) == 0


@pytest.mark.parametrize(
    "H", [p**2 / 2 - 2 * x**2, p**2 + x * p / 3 + x**2, p**2 / 3 + x, x**2 + 2 * x * p]
)
def test_linear_flow_solves_hamiltons_equations(H):
    """Against numerical integration, linear terms aside; the determinant is 1."""
    M = linear_flow(H, Rational(7, 10))
    assert float(M.det()) == pytest.approx(1, abs=1e-12)
    quadratic = H - H.subs(p, 0).coeff(x, 1) * x
    force = sympy.lambdify((x, p), [quadratic.diff(p), -quadratic.diff(x)])
    start = [0.4, -1.1]
    end = solve_ivp(lambda _, z: force(*z), (0, 0.7), start, rtol=1e-11, atol=1e-12).y[
        :, -1
    ]
    np.testing.assert_allclose(
        np.array(M.tolist(), float) @ start, end, rtol=1e-8, atol=1e-10
    )
    half = linear_flow(H, Rational(7, 20))
    assert np.allclose(
        np.array((half * half).tolist(), float), np.array(M.tolist(), float)
    )


@pytest.mark.parametrize("width", [None, a])
def test_eq_1_7_break_time_is_when_the_variance_gets_there(width):
    """Var(x) of the flowed packet at the break time is L², for unequal parameters."""
    square = hbar / (MASS * rate) if width is None else a**2
    start = diag(square / 2, hbar**2 / (2 * square))
    variance = flowed_covariance(INVERTED, start)[0, 0]
    at = {a: 0.2, hbar: 0.03, rate: 1.3, MASS: 0.7, L: 1.7}
    time = break_time(rate, L, width=width).subs(at)
    assert float(variance.subs(TIME, time).subs(at)) == pytest.approx(1.7**2, rel=1e-9)


def test_eq_1_7_break_time_grows_with_the_logarithm_of_hbar():
    """t → log(4mλL²/ħ)/2λ for the least uncertain packet; finite at fixed a."""
    at = {rate: Rational(13, 10), MASS: 1, L: 2}
    time = break_time(rate, L)
    asymptote = log(4 * MASS * rate * L**2 / hbar) / (2 * rate)
    assert abs(float((time - asymptote).subs(at).subs(hbar, 1e-4))) < 1e-8
    slope = (time.subs(hbar, 1e-6) - time.subs(hbar, 1e-3)) / log(1000)
    assert float(slope.subs(at)) == pytest.approx(1 / 2.6, rel=1e-6)
    fixed = break_time(rate, L, width=a).limit(hbar, 0)
    assert fixed == sympy.acosh((4 * L**2 - a**2) / a**2) / (2 * rate)
    assert time.limit(hbar, 0) == oo


def test_derivation_holds_the_equations():
    derivation = derive_classical_limit()
    assert derivation["leading term alone"].rhs == -Rational(1, 4)
    assert derivation["fringes summed"] == fringe_sum(U(x))
    assert not derivation["ratio along a flow"].rhs.has(hbar)
    point = derivation["unstable point"].rhs
    at = {hbar: 0.3, rate: 1.3, MASS: 0.7, TIME: 1.1}
    expected = 0.3 * np.cosh(2.86) / (2 * 0.7 * 1.3)
    assert float(point.subs(at)) == pytest.approx(expected, rel=1e-12)
    assert sympy.collect(derivation["series on a pure packet"], hbar).has(1 / hbar)
    assert derivation["limit"].has(U(x).diff(x))
    assert not derivation["limit"].has(hbar)
    assert "log" in derivation.latex()


def test_refusals():
    with pytest.raises(ValueError, match="`n` must be at least 0"):
        gaussian_derivative(-1, a)
    with pytest.raises(ValueError, match="`U` must be a function of x alone and not"):
        order_ratio(Symbol("g"), 1, V)
    with pytest.raises(ValueError, match="`conditional` must be positive, but is 0"):
        order_ratio(U(x), 1, V, conditional=0)
    with pytest.raises(TypeError, match="`s` must be an integer"):
        order_ratio(tanh(x), sqrt(2), V)
    with pytest.raises(ValueError, match="`H` must be a polynomial of degree two"):
        linear_flow(p**2 + x**3)
    with pytest.raises(ValueError, match="constant in time"):
        linear_flow(p**2 * cosh(TIME))
    with pytest.raises(ValueError, match="`covariance` must be a symmetric 2 by 2"):
        conditional_variance([[1, 2], [3, 4]])
    with pytest.raises(ValueError, match="`rate` must be positive"):
        break_time(Symbol("k"), 1)
    with pytest.raises(ValueError, match="`length` must not be below the first"):
        break_time(1, 1, width=2, mass=1)
    with pytest.raises(ValueError, match="`order` must be at least 0"):
        derive_classical_limit(-1)
