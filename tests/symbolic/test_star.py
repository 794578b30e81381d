"""Star products: exact pairs, exponentials, truncation, several modes, refusals."""

import pytest
import sympy
from symbolic.weyl_algebra import act
from sympy import Function, I, Order, Rational, Symbol, cos, exp, expand, factorial, sin

from oqnn.symbolic import operators, star, symbols, weyl_operator

x, p, hbar = symbols()
(x1, x2), (p1, p2), _ = symbols(2)
U, V = Function("U"), Function("V")
F = (2 - I) * x**3 * p + Rational(1, 3) * p**2 * x - 5 * x + I * hbar * p
G = p**3 - Rational(7, 2) * I * x**2 * p**2 + x
K = x**2 * p + (1 + I) * x * p**2


def bidifferential(f, g, highest):
    """The definition of the series, with binomial coefficients, term by term."""
    total = 0
    for n in range(highest + 1):
        inner = sum(
            (-1) ** k
            * sympy.binomial(n, k)
            * f.diff(x, n - k, p, k)
            * g.diff(p, n - k, x, k)
            for k in range(n + 1)
        )
        total += (I * hbar / 2) ** n / factorial(n) * inner
    return expand(total)


def test_eq_1_1_the_symbol_of_xp():
    """x ⋆ p = xp + iħ/2 and p ⋆ x = xp − iħ/2."""
    assert star(x, p) == x * p + I * hbar / 2
    assert star(p, x) == x * p - I * hbar / 2


def test_polynomials_against_the_series():
    assert expand(star(F, G) - bidifferential(F, G, 6)) == 0


def test_products_associate_and_conjugate():
    """(f ⋆ g) ⋆ k = f ⋆ (g ⋆ k), and the conjugate of f ⋆ g is g* ⋆ f*."""
    assert expand(star(star(F, G), K) - star(F, star(G, K))) == 0
    conjugate = star(G.conjugate(), F.conjugate())
    assert expand(star(F, G).conjugate() - conjugate) == 0


def test_products_are_those_of_operators():
    """The operator of f ⋆ g acts on x⁷ − 2ix³ as that of g and then that of f."""
    psi = x**7 - 2 * I * x**3
    one_by_one = act(weyl_operator(F), act(weyl_operator(G), psi))
    assert expand(act(weyl_operator(star(F, G)), psi) - one_by_one) == 0


def test_two_modes_mix_their_own_derivatives_only():
    """(x₁p₂) ⋆ (p₁x₂) = (x₁ ⋆ p₁)(p₂ ⋆ x₂)."""
    expected = (x1 * p1 + I * hbar / 2) * (p2 * x2 - I * hbar / 2)
    assert expand(star(x1 * p2, p1 * x2) - expected) == 0


def test_parameters_roots_and_floats_stay_coefficients():
    m, c = Symbol("m", positive=True), Symbol("c")
    f, g = (
        sympy.sqrt(2 / m) * x**2 + exp(I * c) * p / m,
        sympy.sqrt(m) * p**2 - 0.25 * x,
    )
    assert sympy.simplify(star(f, g) - bidifferential(f, g, 3)) == 0


def test_a_polynomial_times_any_function_is_exact():
    """p² ⋆ U(x) = p²U − iħpU′ − ħ²U″/4."""
    expected = p**2 * U(x) - I * hbar * p * U(x).diff(x) - hbar**2 * U(x).diff(x, 2) / 4
    assert expand(star(p**2, U(x)) - expected) == 0
    assert star(U(x), V(x)) == U(x) * V(x)


def test_unexpanded_polynomials_end_too():
    hidden = (x + 1) ** 2 - x**2 - 2 * x  # it is 1
    assert expand(star(hidden, Function("W")(x, p)) - Function("W")(x, p)) == 0


def test_exponentials_shift():
    """e^{iax} ⋆ g(x, p) = e^{iax} g(x, p − ħa/2), a Gaussian included."""
    a, g = Symbol("a", real=True), exp(-3 * p**2) / (1 + x**2)
    expected = exp(I * a * x) * g.subs(p, p - hbar * a / 2)
    assert sympy.simplify(star(exp(I * a * x), g) - expected) == 0
    mirrored = exp(I * a * x) * g.subs(p, p + hbar * a / 2)
    assert sympy.simplify(star(g, exp(I * a * x)) - mirrored) == 0


def test_plane_waves_multiply_as_displacements():
    """e^{L} ⋆ e^{M} = e^{L+M+iħ{L,M}/2}."""
    L, M = I * (2 * x + 3 * p), I * (5 * x - p)
    phase = I * hbar / 2 * (L.diff(x) * M.diff(p) - L.diff(p) * M.diff(x))
    assert sympy.simplify(star(exp(L), exp(M)) / exp(L + M + phase)) == 1


def test_waves_with_polynomials_against_their_series():
    """x·sin(2p) ⋆ p·cos(x), exact, against the series up to ħ⁸."""
    f, g = x * sin(2 * p), p * cos(x)
    exact = star(f, g).rewrite(cos)
    values = {x: Rational(1, 3), p: Rational(2, 5)}
    tail = sympy.series(exact.subs(values), hbar, 0, 9).removeO()
    expected = bidifferential(f, g, 8).subs(values)
    for power in range(9):
        gap = tail.coeff(hbar, power) - expected.coeff(hbar, power)
        assert abs(complex(gap)) < 1e-12


@pytest.mark.parametrize("order", [0, 1, 3])
def test_truncation_shows_its_order(order):
    found = star(U(x), V(p), order=order)
    assert found.getO() == Order(hbar ** (order + 1))
    assert expand(found.removeO() - bidifferential(U(x), V(p), order)) == 0


def test_truncation_takes_mixed_derivatives():
    """{xp, ·}-like products of an undetermined W hold ∂²W/∂x∂p."""
    f, W = x * p * U(x), Function("W")(x, p)
    found = star(f, W, order=2)
    assert found.getO() == Order(hbar**3)
    assert found.has(W.diff(x, p))
    assert expand(found.removeO() - bidifferential(f, W, 2)) == 0


def test_powers_of_hbar_in_the_factors_are_counted():
    """(x + ħ)² U ⋆ V to ħ⁰ and ħ¹ holds no more of ħ than that."""
    f, g = (x + hbar) ** 2 * U(x), V(p)
    assert star(f, g, order=0) == x**2 * U(x) * V(p) + Order(hbar)
    found = star(f, g, order=1).removeO()
    first = 2 * x * U(x) * V(p) + I / 2 * (x**2 * U(x)).diff(x) * V(p).diff(p)
    assert expand(found - x**2 * U(x) * V(p) - hbar * first) == 0


def test_nothing_left_out_leaves_no_order():
    assert not star(x, p, order=1).has(Order)
    assert star(x, p, order=0) == x * p + Order(hbar)
    assert star(hbar * x, p, order=1) == hbar * x * p + Order(hbar**2)


def test_another_symbol_or_number_may_stand_for_hbar():
    h = Symbol("h")
    assert star(x, p, hbar=h) == x * p + I * h / 2
    assert star(x, p, hbar=2) == x * p + I


@pytest.mark.parametrize(
    ("f", "g", "order", "kind", "match"),
    [
        (U(x), V(p), None, ValueError, r"exact product.* Give `order=`"),
        (x, p, -1, ValueError, "`order` must be at least 0"),
        (x, p, 1.5, TypeError, "`order` must be an integer"),
        (x, exp(-(p**2) / hbar), 2, ValueError, "`g` must depend on ħ as a polynomial"),
        (Symbol("x"), p, None, ValueError, "another symbol of the name x"),
        (operators()[0], p, None, TypeError, "Take its weyl_symbol first"),
    ],
)
def test_refusals(f, g, order, kind, match):
    with pytest.raises(kind, match=match):
        star(f, g, order)


def test_a_number_for_hbar_has_no_orders():
    with pytest.raises(ValueError, match="`hbar` must be a symbol"):
        star(x, p, 1, hbar=2)
