"""Equation 1.2: the equation of motion of Wigner functions."""

from math import factorial

import numpy as np
import pytest
import sympy
from scipy.integrate import quad
from sympy import Function, I, Order, Rational, Symbol, conjugate, cos, exp, expand

from oqnn.symbolic import symbols
from oqnn.symbolic.canonical import MASS, TIME
from oqnn.symbolic.moyal import moyal_series, moyal_terms, wigner_equation
from oqnn.symbolic.moyal_derivation import (
    derive_moyal,
    kinetic_integrand,
)

x, p, hbar = symbols()
(x1, x2), (p1, p2), _ = symbols(2)
y = Symbol("y", real=True)
U, W = Function("U"), Function("W")


def packet(z):
    """A state without symmetry: complex, displaced, moving, not an even function."""
    return (1 + 2 * I * z - z**2 / 3) * exp(-(z**2) * (1 - I / 4) + (I / 2 - 1) * z)


def transform(integrand, at):
    """∫ e^{−ipy/ħ} f(x, y) dy by quadrature, at numbers x, p, ħ."""
    f = sympy.lambdify((y, x), integrand, "numpy")
    position, momentum, h = at

    def part(of):
        return quad(
            lambda v: of(np.exp(-1j * momentum * v / h) * f(v, position)),
            -12, 12, epsabs=1e-12, epsrel=1e-12, limit=200,
        )[0]  # fmt: skip

    return part(np.real) + 1j * part(np.imag)


def wigner_numbers(order_x, order_p, at):
    """∂ₓⁿ ∂_pᵏ W of the packet, by differentiating under the integral."""
    density = packet(x + y / 2) * conjugate(packet(x - y / 2))
    h = at[2]
    integrand = density.diff(x, order_x) * (-I * y / h) ** order_p
    return transform(integrand, at) / (2 * np.pi * h)


AT = (0.37, -0.61, 0.83)


def test_eq_1_2_coefficients_of_the_series():
    """(−ħ²)ˢ/(2s+1)! (1/2)²ˢ U⁽²ˢ⁺¹⁾ ∂_p²ˢ⁺¹W for s = 0 … 5."""
    found = moyal_series(U(x), 5)
    state = W(x, p, TIME)
    for s in range(6):
        number = (-(hbar**2)) ** s * Rational(1, 2) ** (2 * s) / factorial(2 * s + 1)
        term = number * U(x).diff(x, 2 * s + 1) * state.diff(p, 2 * s + 1)
        assert found.coeff(hbar, 2 * s) * hbar ** (2 * s) == term
    assert found.getO() == Order(hbar**12)


def test_eq_1_2_kinetic_part_by_parts():
    """The integrand is ∂_y(boundary) − (2ip/ħ) e^{−ipy/ħ} ∂ₓ(ψψ*), for ψ undetermined.

    The chain rule in u = x + y/2, v = x − y/2 stands for SymPy's substitutions.
    """
    u, v = sympy.symbols("u v", real=True)
    f, g = Function("f")(u), Function("g")(v)  # ψ and ψ*

    def along_x(e):
        return e.diff(u) + e.diff(v)

    def along_y(e):
        return (e.diff(u) - e.diff(v)) / 2

    kernel = -I * p / hbar
    integrand = g.diff(v, 2) * f - g * f.diff(u, 2)
    boundary = -2 * along_x(f * g)  # times the exponential
    by_parts = along_y(boundary) + kernel * boundary + 2 * kernel * along_x(f * g)
    assert expand(integrand - by_parts) == 0
    # prefactor 1/(4πim) of the remainder is −p/m times 1/h
    assert 2 * kernel / (4 * sympy.pi * I * MASS) == -p / MASS / (2 * sympy.pi * hbar)


def test_eq_1_2_steps_by_parts():
    """Each step with a complex packet put in and its derivatives done, at numbers."""
    derivation = derive_moyal(1)
    density = packet(x + y / 2) * conjugate(packet(x - y / 2))
    assert derivation["two derivatives"].rhs == kinetic_integrand()
    two = -2 * density.diff(x, y), kinetic_integrand(packet).doit()
    by_parts = [
        side.subs(Function("R")(x, y), density).doit()
        for side in derivation["by parts"].args
    ]
    for left, right in (two, by_parts):
        f, g = (sympy.lambdify((x, p, hbar, y), e) for e in (left, right))
        assert abs(f(*AT, 0.9)) > 0.1
        np.testing.assert_allclose(f(*AT, 0.9), g(*AT, 0.9), rtol=1e-12)


def test_eq_1_2_kinetic_integral_by_quadrature():
    """(1/4πim)∫… of both halves is −(p/m)∂W/∂x; the first half alone is not."""
    m = 1.7
    f, g = packet(x + y / 2), conjugate(packet(x - y / 2))
    first, second = g.diff(x, 2) * f, g * f.diff(x, 2)
    whole = transform(first - second, AT) / (4j * np.pi * m)
    expected = -AT[1] / m * wigner_numbers(1, 0, AT)
    assert abs(expected) > 1e-2
    np.testing.assert_allclose(whole, expected, rtol=1e-9, atol=1e-11)
    half = transform(first, AT) / (4j * np.pi * m)
    assert abs(half - expected) > 1e-2


def test_eq_1_2_potential_integral_by_quadrature():
    """(2π/ih²)∫[U(x+y/2) − U(x−y/2)]… is the series, which ends for a quintic U."""
    potential = x**5 / 5 - 2 * x**4 + x**3 / 2 - x
    f, g = packet(x + y / 2), conjugate(packet(x - y / 2))
    kick = potential.subs(x, x + y / 2) - potential.subs(x, x - y / 2)
    h = AT[2]
    integral = transform(expand(kick) * f * g, AT) / (2j * np.pi * h**2)
    series = moyal_terms(potential, 2)
    assert moyal_series(potential, 2).getO() is None
    total = sum(
        complex(
            term.subs(W(x, p, TIME).diff(p, 2 * s + 1), 1).subs({x: AT[0], hbar: h})
        )
        * wigner_numbers(0, 2 * s + 1, AT)
        for s, term in enumerate(series)
    )
    np.testing.assert_allclose(integral, total, rtol=1e-8, atol=1e-10)


def test_eq_1_2_through_the_moyal_bracket():
    """Bracket and series agree, for U undetermined and for a polynomial."""
    H = p**2 / (2 * MASS) + U(x)
    kinetic = -p / MASS * W(x, p, TIME).diff(x)
    assert wigner_equation(H, 3) == kinetic + moyal_series(U(x), 3)
    V = x**7 - 3 * x**3
    whole = wigner_equation(p**2 / (2 * MASS) + V)
    assert expand(whole - kinetic - moyal_series(V, 3)) == 0


def test_two_modes_have_all_multi_indices():
    """Coefficients are Taylor's, 1/α! each, and agree with the bracket."""
    H = (p1**2 + p2**2 / 3) / 2 + U(x1, x2)
    state = W(x1, x2, p1, p2, TIME)
    kinetic = -p1 * state.diff(x1) - p2 / 3 * state.diff(x2)
    series = moyal_series(U(x1, x2), 1)
    assert expand((wigner_equation(H, 1) - kinetic - series).removeO()) == 0
    mixed = U(x1, x2).diff(x1, 2, x2) * state.diff(p1, 2, p2)
    assert series.removeO().expand().coeff(mixed) == -(hbar**2) / 8
    assert len(moyal_series(U(x1, x2), 3).removeO().args) == 2 + 4 + 6 + 8


def test_waves_are_kicked_by_hbar():
    """U = cos kx: (1/ħ) sin kx [W(p + ħk/2) − W(p − ħk/2)]·(−1) exactly."""
    state = W(x, p, TIME)
    found = wigner_equation(cos(2 * x))
    ahead, behind = state.subs(p, p + hbar), state.subs(p, p - hbar)
    expected = -sympy.sin(2 * x) * (ahead - behind) / hbar
    assert expand((found - expected).rewrite(exp)) == 0


def test_time_dependent_hamiltonians():
    drive = cos(3 * TIME) * x
    assert moyal_series(drive, 0) == cos(3 * TIME) * W(x, p, TIME).diff(p)


def test_eq_1_2_derivation_ends_in_the_equation():
    derivation = derive_moyal()
    state = W(x, p, TIME)
    assert derivation["equation"].rhs == wigner_equation(p**2 / (2 * MASS) + U(x), 3)
    classical = derivation["classical"].rhs
    assert classical == -p / MASS * state.diff(x) + U(x).diff(x) * state.diff(p)
    power = derive_moyal(1)["powers of y"]
    assert expand(power.lhs - power.rhs.doit()) == 0
    difference = derive_moyal(2)["difference"]
    quintic = difference.subs(U, sympy.Lambda(x, x**5 - x**2)).doit()
    assert expand(quintic.lhs - quintic.rhs.removeO()) == 0
    assert "Schrödinger" in str(derivation)
    assert r"\frac{\hbar^{6}}{322560}" in derivation.latex()


@pytest.mark.parametrize("order", [-1, True, 1.5])
def test_orders_are_refused(order):
    kind = ValueError if order == -1 else TypeError
    with pytest.raises(kind, match="`order` must be"):
        moyal_series(U(x), order)
    with pytest.raises(kind, match="`order` must be"):
        wigner_equation(x, order)
    with pytest.raises(kind, match="`order` must be"):
        derive_moyal(order)


def test_refusals():
    with pytest.raises(ValueError, match=r"`U` must be a potential.*wigner_equation"):
        moyal_series(x * p, 1)
    with pytest.raises(ValueError, match="`U` must not hold ħ"):
        moyal_series(hbar * x**3, 1)
    with pytest.raises(ValueError, match="`hbar` must be a symbol"):
        moyal_series(U(x), 1, hbar=2)
    with pytest.raises(ValueError, match="Give `order=`"):
        wigner_equation(p**2 / 2 + U(x))
    with pytest.raises(ValueError, match="`H` must depend on the symbol hbar"):
        wigner_equation(p**2 / 2 + U(x) / hbar, 1)
    with pytest.raises(ValueError, match="another symbol of the name x"):
        moyal_series(Symbol("x") ** 2, 1)
