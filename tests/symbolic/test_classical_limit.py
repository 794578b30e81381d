"""Classical limits, equations 1.3, 1.4, 1.6 and 1.7: which terms vanish, which stay."""

import numpy as np
import pytest
import sympy
from sympy import Eq, Function, Rational, Symbol, cos, exp, expand, oo, pi, sqrt

from oqnn.symbolic import (
    cat_state,
    gaussian_state,
    moyal_terms,
    smear_momentum,
    symbols,
    wigner,
    wigner_equation,
)
from oqnn.symbolic.classical_limit import classical_limit

x, p, hbar = symbols()
a, b, c, k, alpha = sympy.symbols("a b c k alpha", positive=True)
u, xi = sympy.symbols("u xi", real=True)
U = Function("U")
PACKET = wigner(gaussian_state(a))
CAT = wigner(cat_state(a, b))
NUMBERS = {x: 0.7, p: -0.3, a: 1.1, b: 0.6, c: 0.9, u: 0.8}


def measured_power(term, numbers):
    """The exponent n of ħⁿ between ħ = 10⁻³ and 10⁻⁴, from numbers."""
    f = sympy.lambdify(hbar, term.subs(numbers), "mpmath")
    return np.log10(float(abs(f(1e-3) / f(1e-4))))


def test_eq_1_4_every_term_of_a_pure_packet_is_of_order_one_over_hbar():
    """At p = uħ/a each term over W is c/ħ, s ≥ 1 as much as s = 0: nothing vanishes."""
    ratios = [term / PACKET for term in moyal_terms(U(x), 3, PACKET)]
    found = classical_limit(ratios, fixed=[a, {p: u * hbar / a}])
    assert [term.power for term in found.terms] == [-1] * 4
    assert found.diverging == found.terms
    assert found.limit is None
    expected = -a * U(x).diff(x, 3) / 24 * -(a**2) * sympy.hermite(3, u)
    assert expand(found.terms[1].leading - expected) == 0


@pytest.mark.parametrize(("pure", "last"), [(CAT, 1), (PACKET, 2)])
def test_eq_1_6_all_but_the_first_term_vanish(pure, last):
    """With a and c fixed term s goes as ħ²ˢ; powers also measured from numbers."""
    state = smear_momentum(pure, c)
    terms = moyal_terms(x**5 - x**3, last, state)
    found = classical_limit(terms, fixed=[a, b, c])
    assert [term.power for term in found.terms] == [0, 2, 4][: last + 1]
    assert [term.label for term in found.surviving] == ["s = 0"]
    assert len(found.vanishing) == last
    for term in found.terms:
        assert measured_power(term.term, NUMBERS) == pytest.approx(term.power, abs=1e-3)
        f = sympy.lambdify(hbar, term.term.subs(NUMBERS), "mpmath")
        leading = float(term.leading.subs(NUMBERS))
        assert leading * 1e-4**term.power == pytest.approx(float(f(1e-4)), rel=1e-5)
    classical = (5 * x**4 - 3 * x**2) * found_limit(state).diff(p)
    difference = (found.limit - classical).subs(NUMBERS)
    assert abs(float(difference)) < 1e-13


def found_limit(state):
    return classical_limit(state, fixed=[a, b, c]).limit


def test_eq_1_6_limit_of_the_smeared_cat_is_not_the_mixture():
    """ħ → 0 gives |ψ(x)|² P(p), the overlap included."""
    limit = found_limit(smear_momentum(CAT, c))
    psi = cat_state(a, b)
    law = exp(-(p**2) / c**2) / (sqrt(pi) * c)
    product = sympy.lambdify((x, p, a, b, c), psi**2 * law)
    at = [NUMBERS[v] for v in (x, p, a, b, c)]
    assert float(limit.subs(NUMBERS)) == pytest.approx(product(*at), rel=1e-12)
    two = (PACKET.subs(x, x - b) + PACKET.subs(x, x + b)) / 2
    other = found_limit(smear_momentum(two, c))
    assert abs(float((limit - other).subs(NUMBERS))) > 1e-3


def test_eq_1_3_pure_packet_concentrates_where_it_is_not_scaled():
    """At fixed a and p, e^{−a²p²/ħ²}/ħ vanishes beyond all powers, unless p = 0."""
    (term,) = classical_limit(PACKET, fixed=[a]).terms
    assert (term.fate, term.power) == ("vanishes", oo)
    assert "unless p = 0" in term.remark
    (at_zero,) = classical_limit(PACKET.subs(p, 0), fixed=[a]).terms
    assert (at_zero.fate, at_zero.power) == ("diverges", -1)


def test_eq_1_3_fringes_never_settle():
    """cos(2bp/ħ) oscillates at fixed p; at p = uħ/a it stands still."""
    fringe = exp(-(x**2) / a**2) * cos(2 * b * p / hbar)
    (term,) = classical_limit(fringe, fixed=[a, b]).terms
    assert (term.fate, term.power) == ("oscillates", 0)
    assert term.leading == fringe
    scaled = classical_limit(fringe, fixed=[a, b, {p: u * hbar / a}])
    assert scaled.limit == exp(-(x**2) / a**2) * cos(2 * b * u / a)
    small = classical_limit(hbar * fringe, fixed=[a, b])
    assert (small.terms[0].power, small.limit) == (1, 0)


def test_product_of_the_widths_can_be_held_instead():
    """a = α√ħ, c = k/a: the widths move, their product √(k² + ħ²) does not vanish."""
    moving = {a: alpha * sqrt(hbar), c: k / a, x: xi * sqrt(hbar)}
    found = classical_limit(smear_momentum(PACKET, c), fixed=[alpha, k, moving])
    assert found.limit == exp(-(xi**2) / alpha**2) / (pi * k)
    assert found.relations[c] == k / (alpha * sqrt(hbar))
    exactly = {c: sqrt(k**2 - hbar**2) / a}
    limit = classical_limit(smear_momentum(PACKET, c), fixed=[a, exactly]).limit
    assert expand(limit - exp(-(x**2) / a**2 - a**2 * p**2 / k**2) / (pi * k)) == 0


def test_coherent_states_keep_the_series_in_step():
    """a = α√ħ, p = u√ħ: term s over term 0 is O(ħˢ); no pure width does better at 0."""
    terms = moyal_terms(U(x), 2, PACKET)
    ratios = {f"{s} over 0": terms[s] / terms[0] for s in (1, 2)}
    moving = {a: alpha * sqrt(hbar), p: u * sqrt(hbar)}
    found = classical_limit(ratios, fixed=[alpha, moving])
    assert [(t.label, t.power) for t in found.terms] == [
        ("1 over 0", 1),
        ("2 over 0", 2),
    ]


def test_addends_equations_and_half_powers():
    expr = 1 / sqrt(hbar) + x + hbar * p
    found = classical_limit(Eq(Symbol("W"), expr))
    assert sorted(term.power for term in found.terms) == [-Rational(1, 2), 0, 1]
    assert found.limit is None
    cancelling = [(1 + hbar) / hbar * x, -x / hbar]
    found = classical_limit(cancelling)
    assert [term.fate for term in found.terms] == ["diverges", "diverges"]
    assert found.limit == x


def test_waves_that_cancel_are_no_waves():
    """What stands before equal waves is added up before its limit is taken."""
    wave = cos(x / hbar)
    found = classical_limit({"sum": wave * (x + hbar * p) - x * wave}, fixed=None)
    (term,) = found.terms
    assert (term.fate, term.power, found.limit) == ("vanishes", 1, 0)
    assert expand(term.leading - p * wave) == 0
    found = classical_limit([wave * x / hbar, -wave * x / hbar + p])
    assert [term.fate for term in found.terms] == ["diverges", "diverges"]
    assert found.limit == p


def test_equation_with_an_order():
    """What is left out is one more term, with its power."""
    equation = wigner_equation(p**2 / 2 + U(x), 1)
    found = classical_limit(Eq(Symbol("W_t"), equation))
    assert sorted(term.power for term in found.terms) == [0, 0, 2, 4]
    assert found.terms[-1].label == "O(hbar**4)"
    assert expand(found.limit - equation.removeO().subs(hbar, 0)) == 0
    with pytest.raises(ValueError, match=r"must not end in O\(hbar\*\*4\)"):
        classical_limit(equation, fixed={p: u * hbar})


def test_growth_beyond_powers():
    found = classical_limit(exp(a / hbar) + exp(sympy.I * x / hbar - b / hbar**2))
    assert sorted(map(str, (t.power for t in found.terms))) == ["-oo", "oo"]
    assert found.limit is None


def test_several_modes():
    """Two packets of unequal widths: every term is 1/ħ over W, mixed ones too."""
    (x1, x2), (p1, p2), _ = symbols(2)
    v = Symbol("v", real=True)
    W = exp(
        -(x1**2) / a**2 - x2**2 / b**2 - (a * p1 / hbar) ** 2 - (b * p2 / hbar) ** 2
    )
    ratios = [term / W for term in moyal_terms(U(x1, x2), 1, W)]
    scaled = {p1: u * hbar / a, p2: v * hbar / b}
    found = classical_limit(ratios, fixed=[a, b, scaled])
    assert [term.power for term in found.terms] == [-1, -1]
    mixed = U(x1, x2).diff(x1, 2, x2)
    number = expand(found.terms[1].leading).coeff(mixed)
    assert expand(number - a**2 * b * (4 * u**2 - 2) * 2 * v / 8) == 0


def test_table():
    table = str(
        classical_limit(moyal_terms(x**4, 1, smear_momentum(PACKET, c)), [a, c])
    )
    lines = table.splitlines()
    assert lines[0].split()[:2] == ["term", "fate"]
    assert lines[1].startswith("s = 0  survives  0")
    assert lines[2].startswith("s = 1  vanishes  2")
    assert lines[3].startswith("pointwise limit of the sum: ")


def test_refusals():
    with pytest.raises(ValueError, match=r"`fixed` must say .* leaves out b\."):
        classical_limit(CAT, fixed=[a])
    with pytest.raises(ValueError, match=r"its a is another symbol of that name"):
        classical_limit(PACKET, fixed=[Symbol("a")])
    with pytest.raises(ValueError, match="go round in a circle: a, c"):
        classical_limit(a * c, fixed={a: k / c, c: k / a})
    with pytest.raises(TypeError, match="`fixed` must hold symbols, and mappings"):
        classical_limit(a * c, fixed=[a * c])
    with pytest.raises(ValueError, match=r"grows or decays with the sign of x"):
        classical_limit(exp(x / hbar))
    with pytest.raises(ValueError, match=r"must have terms whose limit can be decided"):
        classical_limit(sympy.Abs(x + hbar) * p)
    with pytest.raises(ValueError, match="`hbar` must be a symbol"):
        classical_limit(x, hbar=2)
    with pytest.raises(ValueError, match="at least one term, but is empty"):
        classical_limit([])
