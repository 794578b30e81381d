"""Integrals of polynomials times Gaussians: against quadrature, and what is refused."""

import numpy as np
import pytest
import sympy
from sympy import I, Rational, cos, cosh, exp, hermite, pi, sin, sinh, sqrt

from oqnn.symbolic import integrate_gaussians, operators, symbols
from oqnn.symbolic.gaussians import collect_gaussians

U, V = sympy.symbols("u v", real=True)
A, C = sympy.symbols("a c", positive=True)
LINE = np.linspace(-14, 14, 1401)  # the trapezoidal rule converges exponentially
STEP = LINE[1] - LINE[0]


@pytest.mark.parametrize("n", range(6))
def test_complex_moments(n):
    """∫ vⁿ exp(−Av² + Bv) dv at complex A and B."""
    a, b = Rational(7, 10) + I * Rational(3, 5), Rational(2, 5) - I * Rational(9, 10)
    integrand = V**n * exp(-a * V**2 + b * V)
    exact = complex(integrate_gaussians(integrand, V))
    values = LINE**n * np.exp(-complex(a) * LINE**2 + complex(b) * LINE)
    np.testing.assert_allclose(values.sum() * STEP, exact, rtol=1e-12, atol=1e-13)


def test_second_moment_in_closed_form():
    """∫ v² exp(−(v − u)²/a²) dv = √π a (u² + a²/2)."""
    found = integrate_gaussians(V**2 * exp(-((V - U) ** 2) / A**2), V, kept=[U])
    assert sympy.expand(found - sqrt(pi) * A * (U**2 + A**2 / 2)) == 0


INTEGRAND = (U**3 - 2 * U * V + sin(2 * U + V / 3)) * exp(
    -(U**2) / 2 - Rational(3, 4) * V**2 + Rational(1, 5) * U * V
    + I * U * V / 2 + V / 3
) + cosh(U / 2) * cos(V - U) * (1 + V) ** 2 * exp(-(U**2) - 2 * V**2)  # fmt: skip


def test_two_variables_against_quadrature():
    u, v = np.meshgrid(LINE[::10], LINE[::10], indexing="ij")
    values = sympy.lambdify((U, V), INTEGRAND, "numpy")(u, v)
    found = complex(integrate_gaussians(INTEGRAND, U, V))
    np.testing.assert_allclose(
        values.sum() * (10 * STEP) ** 2, found, rtol=1e-12, atol=1e-12
    )


def test_the_order_of_integration_does_not_matter():
    one, other = (complex(integrate_gaussians(INTEGRAND, *v)) for v in ((U, V), (V, U)))
    np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-14)


def test_products_of_waves():
    """∫ sinh(uv) cosh(uv) exp(−v²/a²) dv = 0; ∫ sinh²(uv) … = √π a (e^{a²u²} − 1)/2."""
    weight = exp(-(V**2) / A**2)
    odd = sinh(U * V) * cosh(U * V) * weight
    assert integrate_gaussians(odd, V, kept=[U]) == 0
    even = integrate_gaussians(sinh(U * V) ** 2 * weight, V, kept=[U])
    expected = sqrt(pi) * A * (exp(A**2 * U**2) - 1) / 2
    assert collect_gaussians(even - expected, [U]) == 0


def test_conjugate_waves_become_real():
    even = integrate_gaussians(cos(U * V) * exp(-(V**2) + 2 * I * V / A), V, kept=[U])
    assert not even.has(I)
    expected = sqrt(pi) * exp(-(U**2) / 4 - 1 / A**2) * cosh(U / A)
    assert collect_gaussians(even - expected, [U]) == 0
    wave = exp(-(V**2)) * (3 * exp(2 * I * V) - U * exp(-2 * I * V))
    written = collect_gaussians(wave, [V, U])
    assert written.atoms(sin) == {sin(2 * V)}
    assert sympy.expand((written - wave).rewrite(exp)) == 0


@pytest.mark.parametrize("n", range(7))
def test_eq_1_4_derivatives_of_a_gaussian(n):
    """∂ₚⁿ e^{−a²p²/ħ²} = (−a/ħ)ⁿ Hₙ(ap/ħ) e^{…}; the leading term of Hₙ is not all."""
    _, p, hbar = symbols()
    gaussian = exp(-(A**2) * p**2 / hbar**2)
    formula = (-A / hbar) ** n * hermite(n, A * p / hbar) * gaussian
    assert collect_gaussians(gaussian.diff(p, n) - formula, [p]) == 0


@pytest.mark.parametrize(("n", "ratio"), [(3, Rational(-1, 2)), (5, Rational(-1, 4))])
def test_eq_1_4_the_leading_term_alone_is_wrong(n, ratio):
    """At p = ħ/a the derivative over (−2a²p/ħ²)ⁿ e^{…} is −1/2 or −1/4 instead of 1."""
    _, p, hbar = symbols()
    gaussian = exp(-(A**2) * p**2 / hbar**2)
    leading = (-2 * A**2 * p / hbar**2) ** n * gaussian
    assert sympy.simplify((gaussian.diff(p, n) / leading).subs(p, hbar / A)) == ratio


def test_terms_that_cancel_over_a_denominator_are_zero():
    """1/(1 + q) + q/(1 + q) − 1 = 0 with q = e^{−1/a²}."""
    q, weight = exp(-1 / A**2), U * exp(-(U**2))
    assert collect_gaussians(weight / (1 + q) + q * weight / (1 + q) - weight, [U]) == 0
    assert collect_gaussians(weight / (1 + q) + q * weight / (1 + q), [U]) != 0


def test_floats_are_integrated():
    found = integrate_gaussians(exp(-0.3 * V**2 + 0.2 * U * V), V, kept=[U])
    expected = np.sqrt(np.pi / 0.3) * np.exp(0.04 * 0.25 / 1.2)
    np.testing.assert_allclose(float(found.subs(U, 0.5)), expected, rtol=1e-12)


@pytest.mark.parametrize(
    "outside",
    [1 / (1 + V**2), exp(-(V**4)), 1 / cosh(V), sympy.Abs(V), sympy.Function("f")(V)],
)
def test_other_functions_are_refused(outside):
    with pytest.raises(ValueError, match="`expr` must be a finite sum of polynomials"):
        integrate_gaussians(outside * exp(-(V**2)), V)


@pytest.mark.parametrize(
    "unbounded",
    [
        V**2,
        exp(V**2),
        exp(I * V**2),
        exp(-V),
        exp(-sympy.Symbol("k") * V**2),
        exp(-(A - C) * V**2),
        sin(V),
    ],
)
def test_divergence_is_refused(unbounded):
    with pytest.raises(ValueError, match=r"`expr` must decay .* positive real part"):
        integrate_gaussians(unbounded, V)


def test_divergent_terms_may_cancel():
    assert integrate_gaussians(exp(V) * (exp(-V) - 1) + exp(V) - 1, V) == 0


def test_variables_must_be_real():
    with pytest.raises(ValueError, match=r"`variables` must be real symbols, .* is z"):
        integrate_gaussians(exp(-(sympy.Symbol("z") ** 2)), sympy.Symbol("z"))


def test_operators_are_refused():
    X, _ = operators()
    with pytest.raises(TypeError, match="`expr` must be a function, but holds op"):
        integrate_gaussians(X * exp(-(V**2)), V)
