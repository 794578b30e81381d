"""Weyl symbols and operators: both ways, functions, several modes, refusals."""

import numpy as np
import pytest
import sympy
from symbolic.weyl_algebra import act
from sympy import Function, I, Rational, cos, exp, expand, sin, sqrt

from oqnn.symbolic import (
    ladder_operators,
    operators,
    star,
    symbols,
    weyl_operator,
    weyl_symbol,
)

x, p, hbar = symbols()
(x1, x2), (p1, p2), _ = symbols(2)
X, P = operators()
(X1, X2), (P1, P2) = operators(2)
a, ad = ladder_operators()
m, omega = (sympy.Symbol(name, positive=True) for name in ("m", "omega"))
U, V = Function("U"), Function("V")


def test_eq_1_1_symbols_of_words():
    """x̂p̂ → xp + iħ/2, p̂x̂p̂ → xp², x̂²p̂² → (xp)² + 2iħxp − ħ²/2."""
    assert weyl_symbol(X * P) == x * p + I * hbar / 2
    assert weyl_symbol(P * X * P) == x * p**2
    expected = x**2 * p**2 + 2 * I * hbar * x * p - hbar**2 / 2
    assert expand(weyl_symbol(X**2 * P**2) - expected) == 0


def test_eq_1_1_symbol_against_its_integral():
    """∫ e^{−ipy/ħ} ⟨x+y/2|A|x−y/2⟩ dy for A = |ψ⟩⟨φ| of Gaussians, by quadrature.

    The trace of A times x̂²p̂ is (1/h) ∬ of the product of symbols: equations 1.1.
    """
    h, c = 0.7, 0.4 + 0.9j
    y = np.linspace(-9, 9, 721)
    psi, phi = (lambda s: np.exp(-(s**2) + c * s)), (lambda s: np.exp(-2 * s**2))
    grid_x, grid_p = np.linspace(-5, 5, 161), np.linspace(-9, 9, 241)
    kernel = psi(grid_x[:, None] + y / 2) * phi(grid_x[:, None] - y / 2)
    waves = np.exp(-1j * np.outer(y, grid_p) / h)
    A = kernel @ waves * (y[1] - y[0])  # (x, p)
    B = sympy.lambdify((x, p, hbar), weyl_symbol(X**2 * P))
    values = B(grid_x[:, None], grid_p[None], h)
    area = (grid_x[1] - grid_x[0]) * (grid_p[1] - grid_p[0])
    found = (A * values).sum() * area / (2 * np.pi * h)
    s = np.linspace(-8, 8, 4001)
    slope = (-2 * s + c) * psi(s)  # Tr AB = ⟨φ|x̂²p̂|ψ⟩
    expected = np.trapezoid(phi(s) * s**2 * (-1j * h) * slope, s)
    assert found == pytest.approx(expected, rel=1e-9)


def test_ladder_operators():
    """a†a → (mωx² + p²/mω)/2ħ − 1/2, and [a, a†] → 1."""
    expected = (m * omega * x**2 + p**2 / (m * omega)) / (2 * hbar) - Rational(1, 2)
    assert expand(weyl_symbol(ad * a) - expected) == 0
    assert weyl_symbol(a * ad - ad * a) == 1


def test_ladder_operators_of_two_oscillators_do_not_commute():
    """[a, b] → (s − r)/2√(rs) for the annihilation operators of mω = r and mω = s."""
    b, _ = ladder_operators(mass=2, frequency=3)
    r, s = m * omega, 6
    found = expand(weyl_symbol(a * b - b * a) - (s - r) / (2 * sqrt(r * s)))
    assert sympy.simplify(found) == 0
    whole = a.in_phase_space() * b.in_phase_space() + (s - r) / (4 * sqrt(r * s))
    assert sympy.simplify(weyl_symbol(a * b) - whole) == 0
    assert expand(weyl_symbol(b**2 * b) - b.in_phase_space() ** 3) == 0


def test_functions_of_what_commutes_keep_their_form():
    assert weyl_symbol(U(X)) == U(x)
    assert weyl_symbol(U(X1, X2) * V(X1)) == U(x1, x2) * V(x1)
    assert weyl_symbol(sqrt(1 + X1**2) * P2) == sqrt(1 + x1**2) * p2
    assert weyl_symbol(exp(2 * I * X + 3 * I * P)) == exp(2 * I * x + 3 * I * p)
    assert weyl_symbol((X + 2 * P) ** 5) == (x + 2 * p) ** 5


def test_functions_times_momenta():
    """U(x̂)p̂² → Up² + iħU′p − ħ²U″/4 and p̂U(x̂)p̂ → Up² + ħ²U″/4."""
    first = U(x) * p**2 + I * hbar * U(x).diff(x) * p - hbar**2 * U(x).diff(x, 2) / 4
    assert expand(weyl_symbol(U(X) * P**2) - first) == 0
    second = U(x) * p**2 + hbar**2 * U(x).diff(x, 2) / 4
    assert expand(weyl_symbol(P * U(X) * P) - second) == 0


def test_displacements_compose():
    """e^{iaX} e^{ibP} = e^{iaX + ibP} e^{−iħab·(−1)/2}: Baker-Campbell-Hausdorff."""
    found = weyl_symbol(exp(2 * I * X) * exp(3 * I * P))
    expected = exp(I * (2 * x + 3 * p)) * exp(-3 * I * hbar)
    assert sympy.simplify(found / expected) == 1


def test_products_of_functions_are_truncated_on_request():
    found = weyl_symbol(U(X) * V(P) * X, order=1)
    expected = star(star(U(x), V(p), order=1).removeO(), x, order=1)
    assert found.getO() == sympy.Order(hbar**2)
    assert expand(found.removeO() - expected.removeO()) == 0


@pytest.mark.parametrize(
    "symbol",
    [
        x**4 * p**3 - 2 * I * x * p**2 + 7,
        (3 - I) * x1**2 * p1 * x2 * p2**2 + x1 * p2,
        p**2 * U(x) + x * p,
        x**2 * V(p) * p,
        U(x1, x2) * p1 * p2,
        x**2 * p * exp(I * x + 2 * I * p),
        sin(x) * p**3,
    ],
)
def test_operator_and_symbol_are_inverse(symbol):
    found = weyl_symbol(weyl_operator(symbol))
    assert sympy.simplify((found - symbol).rewrite(cos)) == 0


def test_operators_of_real_symbols_are_hermitian():
    operator = weyl_operator(3 * x**3 * p**2 - x * p)
    difference = operator - operator.adjoint()
    assert weyl_symbol(difference) == 0
    assert weyl_symbol((I * X * P**2).adjoint()) == weyl_symbol(-I * P**2 * X)


def test_mccoys_formula_acts_as_the_symmetric_order():
    """x²p: (X²P + XPX + PX²)/3 acts as McCoy's (X²P + 2XPX + PX²)/4."""
    psi = x**5 + I * x**2
    thirds = (X**2 * P + X * P * X + P * X**2) / 3
    assert expand(act(weyl_operator(x**2 * p), psi) - act(thirds, psi)) == 0


@pytest.mark.parametrize(
    ("operator", "kind", "match"),
    [
        (x * X, TypeError, "`expr` must not mix operators with the variables"),
        (sympy.Symbol("b", commutative=False) * X, TypeError, "others that do not"),
        (exp(X**2 + P**2), TypeError, "functions of operators that commute"),
        (U(X * P), TypeError, "one linear form"),
        (U(X) * V(P), ValueError, "Give `order=`"),
        (sympy.Symbol("hbar") * X, ValueError, "another symbol of the name hbar"),
    ],
)
def test_symbols_refused(operator, kind, match):
    with pytest.raises(kind, match=match):
        weyl_symbol(operator)


@pytest.mark.parametrize(
    ("symbol", "kind", "match"),
    [
        (exp(-(x**2) - p**2), ValueError, "`expr` must be a sum of polynomials times"),
        (X * P, TypeError, "Take its weyl_symbol first"),
        (sympy.Symbol("p"), ValueError, "another symbol of the name p"),
    ],
)
def test_operators_refused(symbol, kind, match):
    with pytest.raises(kind, match=match):
        weyl_operator(symbol)
