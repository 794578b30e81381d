"""Equations and states by powers of ħ."""

import mpmath
import pytest
import sympy
from sympy import (
    Eq,
    Function,
    Order,
    Rational,
    Symbol,
    cos,
    exp,
    expand,
    log,
    pi,
    sin,
    sqrt,
    tanh,
)

from oqnn.symbolic import moyal_bracket, moyal_series, star, symbols, wigner_equation
from oqnn.symbolic.canonical import MASS, TIME
from oqnn.symbolic.hbar_orders import collect_hbar

x, p, hbar = symbols()
a, b, c = sympy.symbols("a b c", positive=True)
U, W = Function("U"), Function("W")
D = c**2 + hbar**2 / a**2
CAT = (
    exp(-(p**2) / D)
    / (2 * pi * a * sqrt(D) * (1 + exp(-(b**2) / a**2)))
    * (
        exp(-((x - b) ** 2) / a**2)
        + exp(-((x + b) ** 2) / a**2)
        + 2
        * exp(-(x**2) / a**2 - b**2 * c**2 / (a**2 * D))
        * cos(2 * hbar * b * p / (a**2 * D))
    )
)
NUMBERS = {
    name: Rational(value, 10)
    for name, value in {x: 7, p: -3, a: 11, b: 6, c: 9}.items()
}


def test_equation_of_motion_by_orders():
    """∂W/∂t = … at ħ⁰, ħ², ħ⁴, and nothing known from ħ⁶ on."""
    state = W(x, p, TIME)
    equation = Eq(state.diff(TIME), wigner_equation(p**2 / (2 * MASS) + U(x), 2))
    orders = collect_hbar(equation)
    assert orders.powers == (0, 2, 4)
    assert orders.end == 6
    classical = U(x).diff(x) * state.diff(p) - p / MASS * state.diff(x)
    assert orders[0] == Eq(state.diff(TIME), classical)
    kick = U(x).diff(x, 5) * state.diff(p, 5) / 1920
    assert orders[4] == Eq(0, kick, evaluate=False)
    assert orders.expression == equation


def test_exact_polynomials_are_complete_without_an_order():
    f, g = x**3 * p**2 + hbar * x, p**4 - x
    orders = collect_hbar(star(f, g))
    assert orders.end is None
    assert expand(orders.expression - star(f, g)) == 0
    bracket = collect_hbar(moyal_bracket(x**3, p**3))
    assert list(bracket) == [(0, 9 * x**2 * p**2), (2, -Rational(3, 2))]
    assert bracket[1] == 0
    assert collect_hbar((x + hbar) ** 40).powers[-1] == 40


def test_complete_expressions_can_be_cut():
    """What is left out is seen from the power at which it begins."""
    cut = collect_hbar((x + hbar**2) ** 3 + hbar**7, 3)
    assert (cut.powers, cut.end) == ((0, 2), 4)
    assert cut.expression.getO() == Order(hbar**4)
    assert collect_hbar(x + hbar, 3).end is None


def test_negative_and_half_powers():
    """1/√(ħ + ħ²) = ħ^{−1/2} − ħ^{1/2}/2 + 3ħ^{3/2}/8 − …"""
    orders = collect_hbar(1 / sqrt(hbar + hbar**2), 1)
    assert list(orders) == [(-Rational(1, 2), 1), (Rational(1, 2), -Rational(1, 2))]
    assert orders.end == Rational(3, 2)
    next_one = collect_hbar(1 / sqrt(hbar + hbar**2), Rational(3, 2))
    assert next_one[Rational(3, 2)] == Rational(3, 8)
    state = 2 / (2 * pi * hbar) * exp(-(x**2) / a**2)
    assert collect_hbar(state)[-1] == exp(-(x**2) / a**2) / pi


def test_eq_1_6_state_by_orders_converges_at_its_rate():
    """The cat of uncertain momentum: the error of orders ≤ n falls as ħⁿ⁺²."""
    orders = collect_hbar(CAT, 4)
    assert orders.powers == (0, 2, 4)
    limit = CAT.subs(hbar, 0)
    assert orders[0].subs(NUMBERS).evalf() == pytest.approx(limit.subs(NUMBERS).evalf())
    exact = sympy.lambdify(hbar, CAT.subs(NUMBERS), "mpmath")
    with mpmath.workdps(40):
        for last in (0, 2, 4):
            terms = [(n, k.subs(NUMBERS)) for n, k in orders if n <= last]
            part = sympy.lambdify(hbar, sum(hbar**n * k for n, k in terms), "mpmath")
            errors = [
                abs(exact(h) - part(h))
                for h in (mpmath.mpf(1) / 100, mpmath.mpf(1) / 200)
            ]
            rate = mpmath.log(errors[0] / errors[1], 2)
            assert rate == pytest.approx(last + 2, abs=0.01)


@pytest.mark.parametrize(
    ("expr", "order"),
    [
        (tanh(x + 3 * hbar) / hbar, 3),
        (log(x**2 + hbar) * sqrt(1 + hbar * x), 2),
        (1 / (1 - cos(hbar * x)), 2),
        ((1 + hbar) ** (1 / hbar), 3),
        (sin(hbar * x + p) / (hbar**2 * (1 + hbar * p)), 1),
    ],
)
def test_series_agree_with_sympy(expr, order):
    """SymPy's own series is another algorithm (Gruntz); compared at numbers."""
    ours = collect_hbar(expr, order).expression.removeO()
    theirs = expr.subs({x: Rational(7, 10), p: Rational(2, 5)})
    theirs = sympy.series(theirs, hbar, 0, order + 1).removeO()
    difference = ours.subs({x: Rational(7, 10), p: Rational(2, 5)}) - theirs
    for value in (Rational(1, 3), Rational(2)):
        assert abs(difference.subs(hbar, value).evalf()) < 1e-10


def test_undetermined_functions_are_expanded():
    """U(x + ħp) = Σ ħⁿpⁿU⁽ⁿ⁾/n!, and the same in several arguments at once."""
    orders = collect_hbar(U(x + hbar * p), 3)
    assert orders[3] == p**3 * U(x).diff(x, 3) / 6
    both = collect_hbar(W(x + hbar, p - 2 * hbar), 2)
    state = W(x, p)
    expected = state.diff(x, 2) / 2 - 2 * state.diff(x, p) + 2 * state.diff(p, 2)
    assert expand(both[2] - expected) == 0


def test_orders_in_the_expression_are_kept():
    orders = collect_hbar(moyal_series(U(x), 1))
    assert orders.end == 4
    assert orders.expression.getO() == Order(hbar**4)
    with pytest.raises(KeyError, match="known below 4"):
        _ = orders[4]


def test_printing():
    assert str(collect_hbar(x / hbar + 2)) == "hbar**(-1)  x\nhbar**0     2"
    assert str(collect_hbar(sympy.S.Zero)) == "0"


@pytest.mark.parametrize(
    "expr",
    [
        exp(-1 / hbar),
        cos(2 * b * p / hbar),
        log(hbar),
        hbar**a,
        x**hbar + exp(-(p**2) / hbar**2),
        sympy.Abs(x + hbar),
        sympy.Derivative(U(hbar), hbar),
    ],
)
def test_what_is_no_series_is_refused(expr):
    with pytest.raises(ValueError, match="`expr` must be a series in powers of hbar"):
        collect_hbar(expr, 3)


def test_refusals():
    with pytest.raises(ValueError, match=r"finitely many powers.*Give `order=`"):
        collect_hbar(1 / (1 + hbar))
    with pytest.raises(TypeError, match="`order` must be a rational number"):
        collect_hbar(hbar, 0.5)
    with pytest.raises(ValueError, match="`hbar` must be a symbol"):
        collect_hbar(x, hbar=1)
    with pytest.raises(ValueError, match="another symbol of the name hbar"):
        collect_hbar(Symbol("hbar") * x)
    lead = (x + 1) ** 2 - x**2 - 2 * x - 1  # zero, which SymPy does not see
    with pytest.raises(ValueError, match="is zero: simplify it"):
        collect_hbar(1 / (lead + hbar), 1)
