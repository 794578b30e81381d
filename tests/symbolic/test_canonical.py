"""Variables and operators: names, adjoints, and what is refused."""

import pytest
import sympy
from sympy import I, sqrt

from oqnn.symbolic import Derivation, Step, ladder_operators, operators, symbols
from oqnn.symbolic.canonical import pair, pairs_in


def test_adjoint_reverses_and_daggers():
    (X1, X2), (P1, _) = operators(2)
    (a1, a2), (ad1, ad2) = ladder_operators(2)
    assert (I * X1 * P1 * X2).adjoint() == -I * X2 * P1 * X1
    assert (a1 * ad2).adjoint() == a2 * ad1
    assert X1 * P1 != P1 * X1


def test_ladder_operators_are_linear_in_phase_space():
    """a = (mω x + ip)/√(2ħmω): the commutator of a and a† is their Poisson bracket."""
    x, p, hbar = symbols()
    a, ad = (operator.in_phase_space() for operator in ladder_operators())
    bracket = a.diff(x) * ad.diff(p) - a.diff(p) * ad.diff(x)
    assert sympy.simplify(I * hbar * bracket) == 1
    assert sympy.simplify(a.subs(p, 0) - x * sqrt(_scale() / 2 / hbar)) == 0


def _scale():
    return sympy.Symbol("m", positive=True) * sympy.Symbol("omega", positive=True)


def test_pairs_come_by_mode():
    x, p, _ = symbols(3)
    t = sympy.Symbol("t")
    assert pairs_in(f=p[2] * t, g=x[0]) == (pair(1), pair(3))
    assert pairs_in(f=t) == (pair(0),)


@pytest.mark.parametrize("name", ["x", "p2", "hbar"])
def test_lookalikes_are_refused(name):
    with pytest.raises(ValueError, match=f"`f` must .* the name {name}"):
        pairs_in(f=sympy.Symbol(name) ** 2)


def test_operators_are_no_functions_on_phase_space():
    X, _ = operators()
    with pytest.raises(TypeError, match=r"`g` .* holds operators: X\*\*2"):
        pairs_in(g=X**2)


@pytest.mark.parametrize("modes", [0, -1])
def test_modes_are_counted_from_one(modes):
    with pytest.raises(ValueError, match="`modes` must be at least 1"):
        symbols(modes)


def test_mass_and_frequency_must_be_positive():
    with pytest.raises(ValueError, match="`mass` and `frequency` must be positive"):
        ladder_operators(frequency=sympy.Symbol("w"))


def test_a_derivation_prints_and_is_indexed():
    x, _, hbar = symbols()
    done = Derivation("Title", (Step("square", sympy.Eq(x**2, hbar), "A remark."),))
    assert done["square"] == sympy.Eq(x**2, hbar)
    assert r"x^{2} = \hbar" in done.latex()
    assert "A remark." in str(done)
    with pytest.raises(KeyError, match="its steps are 'square'"):
        done["cube"]
