"""Equation 1.5: the series on the fringes, its sum, and where it converges."""

import mpmath
import numpy as np
import pytest
import sympy
from sympy import (
    Function,
    Rational,
    Symbol,
    atan,
    cos,
    cosh,
    coth,
    exp,
    expand,
    log,
    oo,
    pi,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

from oqnn.symbolic import symbols
from oqnn.symbolic.fringes import (
    DISTANCE,
    convergence_radius,
    fringe_series,
    fringe_sum,
)

x, p, hbar = symbols()
b = DISTANCE
k, w = sympy.symbols("k w", positive=True)
g = Symbol("g", real=True)
U = Function("U")


@pytest.mark.parametrize("degree", [1, 2, 5, 8, 11])
def test_eq_1_5_is_an_identity_for_polynomials(degree):
    """Of any degree, with undetermined coefficients: the series ends and is the sum."""
    coefficients = sympy.symbols(f"c:{degree + 1}")
    polynomial = sum(c * x**n for n, c in enumerate(coefficients))
    series = fringe_series(polynomial, max(0, (degree - 1) // 2))
    assert expand(series - fringe_sum(polynomial)) == 0
    if degree > 2:
        short = fringe_series(polynomial, (degree - 1) // 2 - 1)
        assert expand(short - fringe_sum(polynomial)) != 0


def test_eq_1_5_is_a_taylor_series_in_b_for_any_potential():
    """The bracket at order b²ˢ⁺¹ is term s, for U undetermined, s = 0 … 4."""
    phase = sin(2 * b * p / hbar)
    bracket = -fringe_sum(U(x)) * hbar / phase
    series = expand(-fringe_series(U(x), 4) * hbar / phase)
    derivative = bracket
    for n in range(10):
        taylor = derivative.subs(b, 0).doit() / sympy.factorial(n)
        assert expand(taylor - series.coeff(b, n)) == 0
        derivative = derivative.diff(b)


def test_eq_1_5_sum_by_exact_shifts_of_the_momentum():
    """U = cos x kicks p by ±ħ/2: (1/ħ) sin x [W(p − ħ/2) − W(p + ħ/2)] exactly."""
    fringe = cos(2 * b * p / hbar)
    kicks = fringe.subs(p, p - hbar / 2) - fringe.subs(p, p + hbar / 2)
    exact = sin(x) * kicks / hbar
    difference = sympy.lambdify((x, p, b, hbar), exact - fringe_sum(cos(x)))
    at = (0.7, -0.4, 2.3, 0.31)
    assert abs(fringe_sum(cos(x)).subs(dict(zip((x, p, b, hbar), at, strict=True)))) > 1
    assert abs(difference(*at)) < 1e-13


@pytest.mark.parametrize("h", [1.0, 0.1, 0.01])
@pytest.mark.parametrize(("distance", "converges"), [(1.5, True), (2.4, False)])
def test_eq_1_5_convergence_depends_on_b_and_not_on_hbar(h, distance, converges):
    """tanh at x = 1: |b| < √(1 + π²/4) = 1.862. Beyond it the terms grow at every ħ."""
    point = {x: 1, p: 3 * Rational(h) / 10, b: Rational(distance), hbar: Rational(h)}
    exact = fringe_sum(tanh(x)).subs(point).evalf()
    coefficients = mpmath.taylor(mpmath.tanh, 1, 41)
    phase = float(sin(2 * b * p / hbar).subs(point).evalf())
    odd = range(1, 42, 2)
    terms = [-2 / h * float(coefficients[n]) * distance**n * phase for n in odd]
    first = fringe_series(tanh(x), 1).subs(point).evalf()
    assert float(first) == pytest.approx(terms[0] + terms[1], rel=1e-12)
    errors = np.abs(np.cumsum(terms) - float(exact)) / abs(float(exact))
    assert (errors[-1] < 1e-3) == converges
    assert (errors[-1] > 10) == (not converges)


POTENTIALS = [
    (tanh(Rational(3, 2) * x), Rational(4, 5)),
    (tanh(2 * x + 1) - x**2, Rational(1, 3)),
    (log(cosh(x)), Rational(1, 2)),
    (1 / (1 + exp(-3 * x)), Rational(-1, 5)),
    (1 / (1 + x**2), Rational(2, 3)),
    (x / (exp(x) - 1), Rational(1)),
    (tan(x), Rational(2)),
    (sqrt(x**2 + 4) * cos(x), Rational(1)),
    (1 / (x**5 - x + 3), Rational(1, 4)),
]


@pytest.mark.parametrize(("potential", "at"), POTENTIALS)
def test_eq_1_5_radius_from_measured_taylor_coefficients(potential, at):
    """Beside a pair of conjugate poles c_{n+1} − 2cos θ c_n/R + c_{n−1}/R² = 0, so
    1/R² = (c_n² − c_{n+1}c_{n−1})/(c_{n−1}² − c_n c_{n−2}); for one real pole R is
    |c_n/c_{n+1}|. Branch points converge like 1/n only.
    """
    with mpmath.workdps(60):
        f = sympy.lambdify(x, potential, "mpmath")
        c = mpmath.taylor(f, mpmath.mpf(at.p) / at.q, 50)
        pair = (c[49] ** 2 - c[50] * c[48]) / (c[48] ** 2 - c[49] * c[47])
        single = abs(c[49] / c[50])
        measured = single if potential.has(tan) else abs(pair) ** -0.5
    tolerance = 0.05 if potential.has(sqrt(x**2 + 4), log) else 1e-3
    assert float(convergence_radius(potential, at)) == pytest.approx(
        float(measured), rel=tolerance
    )


def test_eq_1_5_radii_in_closed_form():
    """Also poles that cancel, rows of them, and compositions."""
    assert convergence_radius(tanh(k * x)) == sqrt(x**2 + pi**2 / (4 * k**2))
    neuron = x**2 / 2 - g * log(cosh(w * x))
    assert convergence_radius(neuron) == sqrt(x**2 + pi**2 / (4 * w**2))
    assert convergence_radius(x**7 - x * exp(-(x**2)) + sin(3 * x)) == oo
    assert convergence_radius(g) == oo
    assert convergence_radius(sinh(x) / x, 0) == oo
    assert convergence_radius(coth(x) - 1 / x, 0) == pi
    assert convergence_radius(x / (exp(x) - 1), 0) == 2 * pi
    assert convergence_radius(exp(1 / (1 + x**2))) == sqrt(1 + x**2)
    half = convergence_radius(tanh(0.5 * x) + 1 / sympy.cosh(0.3 * x), 0)
    assert float(half) == pytest.approx(np.pi, rel=1e-12)
    assert convergence_radius(atan(x / w)) == sqrt(x**2 + w**2)
    two = convergence_radius(tanh(x) + tanh(3 * x), 1)
    assert float(two) == pytest.approx(np.hypot(1, np.pi / 6), rel=1e-12)


@pytest.mark.parametrize(
    ("potential", "at", "words"),
    [
        (U(x), x, r"those of U\(x\) cannot be decided"),
        (sympy.Abs(x), x, r"those of Abs\(x\)"),
        (tanh(x**2), 0, r"those of tanh\(x\*\*2\)"),
        (1 / (x + exp(x)), 0, r"the zeros of x \+ exp\(x\)"),
        (tan(x), x, "is the nearest"),
        (tanh(Symbol("q") * x), x, "is the nearest.*positive=True"),
        (1 / (2 + sqrt(1 + x**2)), x, "the zeros of"),
    ],
)
def test_what_cannot_be_decided_is_refused(potential, at, words):
    with pytest.raises(ValueError, match=f"`U` must have singularities.*{words}"):
        convergence_radius(potential, at)


def test_refusals():
    for function in (fringe_sum, convergence_radius):
        with pytest.raises(ValueError, match="`U` must be a function of x alone"):
            function(x * p)
    with pytest.raises(ValueError, match="`U` must be a function of x alone"):
        fringe_series(symbols(2)[0][0], 1)
    with pytest.raises(ValueError, match="`at` must be real"):
        convergence_radius(tanh(x), sympy.I)
    with pytest.raises(ValueError, match="`order` must be at least 0"):
        fringe_series(x, -1)
