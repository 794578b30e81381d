"""The derivations of the cat and the mixture, and the series in ħ."""

from functools import cache

import numpy as np
import pytest
import sympy
from sympy import Eq, Order, exp, pi, sqrt

from oqnn.symbolic import cat_state, derive_cat, derive_mixture, symbols
from oqnn.symbolic.gaussians import collect_gaussians

x, p, hbar = symbols()
a, b, c, D = sympy.symbols("a b c D", positive=True)


@cache
def mixture_steps():
    return derive_mixture()


def test_eq_1_3_cat_is_the_sum_of_its_terms():
    """The steps fit: packets and fringes make W, and A² is the size that they have."""
    steps = derive_cat()
    A2 = steps["normalisation"].rhs
    parts = (steps["packets"] + steps["fringes"]).subs(sympy.Symbol("A", positive=True),
                                                       sqrt(A2))  # fmt: skip
    assert sympy.simplify(A2 - 1 / (2 * (1 + exp(-(b**2) / a**2)))) == 0
    whole = steps["Wigner function"].rhs
    assert collect_gaussians(parts - whole, [x, p]) == 0
    density = steps["positions"].rhs
    assert collect_gaussians(density - cat_state(a, b) ** 2, [x]) == 0
    assert steps["purity"].rhs == 1


def test_eq_1_3_mixture_has_no_fringes():
    steps = mixture_steps()
    assert not steps["mixture"].has(sympy.cos)
    assert sympy.expand(steps["purity"].rhs - (1 + exp(-2 * b**2 / a**2)) / 2) == 0


def test_eq_1_6_is_written_with_its_spread():
    """W = exp(−x²/a² − p²/D)/(πa√D) with D = c² + ħ²/a²."""
    steps = mixture_steps()
    assert steps["spread"] == Eq(D, c**2 + hbar**2 / a**2)
    expected = exp(-(x**2) / a**2 - p**2 / D) / (pi * a * sqrt(D))
    assert collect_gaussians(steps["packet"].rhs - expected, [x, p]) == 0
    cat = steps["cat"].rhs
    assert not cat.has(c**2 + hbar**2 / a**2)
    assert cat.has(sympy.cos(2 * hbar * b * p / (a**2 * D)))
    lifted = cat.subs(D, c**2 + hbar**2 / a**2)
    assert collect_gaussians(lifted.subs(hbar, 0) - steps["limit"], [x, p]) == 0


def test_eq_1_6_limit_exceeds_the_mixture_at_the_centre():
    """excess = P(p) e^{−b²/a²} […]/(√π a (1 + e^{−b²/a²})): no mass, but not zero."""
    excess = mixture_steps()["excess"]
    values = {a: 0.9, b: 1.0, c: 0.7}
    assert float(excess.subs(values).subs({x: 0, p: 0})) > 0.05
    density = sympy.lambdify((x, p), excess.subs(values), "numpy")
    u, v = np.meshgrid(np.linspace(-9, 9, 181), np.linspace(-6, 6, 121), indexing="ij")
    np.testing.assert_allclose(density(u, v).sum(), 0, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("order", [0, 3])
def test_eq_1_6_series_has_its_order(order):
    """The remainder of the series falls as the first even power left out."""
    steps = derive_mixture(order)
    series = steps["series"]
    assert series.getO() == Order(hbar ** (order + 1))
    exact = steps["cat"].rhs.subs(D, c**2 + hbar**2 / a**2)
    values = {a: 0.9, b: 1.2, c: 0.8, x: 0.35, p: -0.6}
    gap = (exact - series.removeO()).subs(values)
    large, small = (abs(float(gap.subs(hbar, value))) for value in (0.08, 0.04))
    assert np.log2(large / small) == pytest.approx(2 * (order // 2) + 2, abs=0.1)


def test_the_cat_has_no_series():
    with pytest.raises(ValueError, match="`order` must be None for the cat, but is 2"):
        derive_cat(2)


def test_orders_are_counted_from_zero():
    with pytest.raises(ValueError, match="`order` must be at least 0"):
        derive_mixture(-1)
    with pytest.raises(TypeError, match="`order` must be an integer"):
        derive_mixture(1.5)
