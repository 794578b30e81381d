"""Ordering by commutation."""

import pytest
import sympy
from symbolic.weyl_algebra import act
from sympy import Function, I, expand

from oqnn.symbolic import ladder_operators, operators, reorder, symbols, weyl_symbol

x, p, hbar = symbols()
X, P = operators()
(X1, X2), (P1, P2) = operators(2)
a, ad = ladder_operators()
WORD = (2 - I) * P**2 * X * P * X**2 + X * P * X
ORDERS = ["xp", "px", "normal", "antinormal", "symmetric"]


@pytest.mark.parametrize("to", ORDERS)
def test_the_operator_stays_the_same(to):
    assert sympy.expand(weyl_symbol(reorder(WORD, to)) - weyl_symbol(WORD)) == 0


@pytest.mark.parametrize("to", ["xp", "px", "symmetric"])
def test_it_acts_the_same(to):
    psi = x**6 - 3 * I * x**4
    assert expand(act(reorder(WORD, to), psi) - act(WORD, psi)) == 0


def test_known_orders():
    """p²x = xp² − 2iħp; (a†a)² = a†²a² + a†a; a a† = a†a + 1."""
    assert reorder(P**2 * X, "xp") == X * P**2 - 2 * I * hbar * P
    assert reorder((ad * a) ** 2, "normal") == ad**2 * a**2 + ad * a
    assert reorder(ad * a, "antinormal") == a * ad - 1


def letters_in_order(operator, first, last):
    for term in sympy.Add.make_args(expand(operator)):
        kinds = [letter.as_base_exp()[0].func for letter in term.args_cnc()[1]]
        if kinds != sorted(kinds, key=[first, last].index):
            return False
    return True


@pytest.mark.parametrize(
    ("to", "first", "last"),
    [
        ("xp", X, P),
        ("px", P, X),
        ("normal", ad, a),
        ("antinormal", a, ad),
    ],
)
def test_letters_stand_in_order(to, first, last):
    assert letters_in_order(reorder(WORD, to), first.func, last.func)
    assert not letters_in_order(WORD, X.func, P.func)


def test_two_modes():
    (a1, a2), (d1, d2) = ladder_operators(2)
    assert reorder(a1 * d2 * a2 * d1, "normal") == d1 * d2 * a1 * a2 + d2 * a2
    word = P1 * X2 * X1 * P2 * X1
    assert expand(weyl_symbol(reorder(word, "xp") - word)) == 0


def test_mass_and_frequency_of_the_result():
    found = reorder(X**2, "normal", mass=2, frequency=3, hbar=6)
    b, bd = ladder_operators(mass=2, frequency=3)
    expected = (b**2 + 2 * bd * b + bd**2 + 1) / 2
    assert expand(found - expected) == 0


def test_amplitudes_meet_no_parameter_of_their_name():
    alpha = sympy.Symbol("alpha0")
    b, bd = ladder_operators(mass=1, frequency=1)
    found = reorder(alpha * X, "normal", mass=1, frequency=1)
    assert expand(found - alpha * sympy.sqrt(hbar / 2) * (b + bd)) == 0


def test_refusals():
    with pytest.raises(ValueError, match="`to` must be one of 'xp'"):
        reorder(X, "weyl")
    with pytest.raises(ValueError, match="`expr` must be a polynomial of operators"):
        reorder(Function("U")(X) * P, "xp")
