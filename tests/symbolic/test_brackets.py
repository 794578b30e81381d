"""Moyal and Poisson brackets."""

import pytest
import sympy
from sympy import Function, I, Order, exp, expand, factorial, sin

from oqnn.symbolic import moyal_bracket, poisson_bracket, star, symbols

x, p, hbar = symbols()
(x1, x2), (p1, p2), _ = symbols(2)
U, V, W = (Function(name) for name in "UVW")
F = (2 - I) * x**3 * p + p**2 * x - 5 * x
G = p**3 - I * x**2 * p**2 + hbar * x
K = x**2 * p + (1 + I) * x * p**4


def test_bracket_is_the_commutator_of_the_star_product():
    difference = star(F, G) - star(G, F)
    assert expand(I * hbar * moyal_bracket(F, G) - difference) == 0


def test_bracket_of_cubes():
    """{x³, p³}_M = 9x²p² − 3ħ²/2, and the Poisson bracket is its limit."""
    assert moyal_bracket(x**3, p**3) == 9 * x**2 * p**2 - 3 * hbar**2 / 2
    assert poisson_bracket(x**3, p**3) == 9 * x**2 * p**2


def test_jacobi_identity():
    def nested(f, g, k):
        return moyal_bracket(f, moyal_bracket(g, k))

    assert expand(nested(F, G, K) + nested(G, K, F) + nested(K, F, G)) == 0


def test_quadratic_hamiltonians_are_classical():
    """For H of degree two the Moyal bracket with any W is the Poisson bracket."""
    H = 3 * p**2 - x * p + 2 * x**2 + p
    W0 = W(x, p)
    assert expand(moyal_bracket(H, W0) - poisson_bracket(H, W0)) == 0


@pytest.mark.parametrize("order", [None, 0, 2])
def test_undetermined_functions_on_either_side(order):
    """Against the definition, derivative by derivative; W(x₂, p₁) has few of them."""
    H = (2 - I) * x1 * p2**2 * x2 - p1**3 * x2 / 3 + hbar * p1 * x2
    for f, g in ((H, W(x2, p1)), (W(x2, p1), H), (W(x1, p1, x2, p2), H)):
        slow = 0
        for n, s in (
            (1, 1),
            (3, -(hbar**2) / 4),
            (5, hbar**4 / 16),
            (7, -(hbar**6) / 64),
        ):
            slow += s * power_of_poisson(f, g, n) / factorial(n)
        found = moyal_bracket(f, g, order)
        if order is not None:
            slow = sum(expand(slow).coeff(hbar, k) * hbar**k for k in range(order + 1))
        assert expand(found.removeO() - slow) == 0


def power_of_poisson(f, g, n):
    pairs = [(x1, p1, 1), (x2, p2, 1), (p1, x1, -1), (p2, x2, -1)]
    if n == 0 or f == 0 or g == 0:
        return f * g
    return sum(s * power_of_poisson(f.diff(a), g.diff(b), n - 1) for a, b, s in pairs)


def test_two_modes_and_a_coupling():
    """{x₁²p₂, p₁³x₂²}: term Π₃ has parts of both modes."""
    f, g = x1**2 * p2**2, p1**3 * x2**2
    difference = star(f, g) - star(g, f)
    assert expand(I * hbar * moyal_bracket(f, g) - difference) == 0
    assert moyal_bracket(f, g).has(hbar)


def test_brackets_of_waves_are_exact():
    """{e^{iax}, e^{ibp}}_M = −(2/ħ) sin(ħab/2) e^{i(ax+bp)} → −ab e^{i(ax+bp)}."""
    wave = exp(2 * I * x) * exp(3 * I * p)
    found = moyal_bracket(exp(2 * I * x), exp(3 * I * p)) / wave
    assert expand(found.expand() - (-2 / hbar * sin(3 * hbar)).rewrite(exp)) == 0
    assert poisson_bracket(exp(2 * I * x), exp(3 * I * p)) == -6 * wave


def test_truncated_brackets():
    found = moyal_bracket(U(x), V(p), order=3)
    expected = U(x).diff(x) * V(p).diff(p)
    expected -= hbar**2 / 24 * U(x).diff(x, 3) * V(p).diff(p, 3)
    assert found.getO() == Order(hbar**4)
    assert expand(found.removeO() - expected) == 0


def test_refusals():
    with pytest.raises(ValueError, match="Give `order=`"):
        moyal_bracket(U(x), V(p))
    with pytest.raises(ValueError, match="`order` must be at least 0"):
        moyal_bracket(x, p, -2)
    with pytest.raises(ValueError, match="another symbol of the name p"):
        poisson_bracket(x, sympy.Symbol("p"))
