"""Shift operators and their composition."""

import pytest
import sympy
from sympy import Derivative, Function, Symbol, expand

from oqnn.symbolic.canonical import TIME as t
from oqnn.symbolic.mechanics.shifts import PERIOD as T
from oqnn.symbolic.mechanics.shifts import Shift, compose, shift

mu, nu = sympy.symbols("mu nu")
n, v = sympy.symbols("n v", integer=True, nonnegative=True)
X, Y = Function("X"), Function("Y")
S = Shift(T)


def test_eq_1_9_shift_looks_one_epoch_back():
    """(S_T X)(t) = X(t − T), with derivatives, products and explicit times."""
    assert shift(S, X(t)) == X(t - T)
    assert shift(S, X(t).diff(t)) == Derivative(X(t - T), t)
    assert shift(S**2, t * X(t) * Y(3 * t)) == (t - 2 * T) * X(t - 2 * T) * Y(
        3 * t - 6 * T
    )
    assert shift(mu + nu * S, X(t)) == mu * X(t) + nu * X(t - T)


def test_shifts_compose():
    """S_{uT} S_{vT} = S_{(u+v)T}, S_0 = 1, also for symbolic numbers of epochs."""
    assert S**2 * Shift(3 * T) == Shift(5 * T)
    assert Shift(2 * T) == S**3 / S
    assert S * Shift(-T) == Shift(0) == 1
    assert compose(S**v * Shift(n * T)) == Shift((n + v) * T)


def test_a_product_acts_as_one_factor_after_the_other():
    left, right = 2 - mu * S, nu * S**2 + 3
    one_after_the_other = shift(left, shift(right, X(t)))
    assert expand(shift(left * right, X(t)) - one_after_the_other) == 0


def test_shift_commutes_with_the_time_derivative():
    """d/dt S_T = S_T d/dt, for an explicit function too."""
    path = sympy.sin(t**2) * t
    assert expand(shift(S, path).diff(t) - shift(S, path.diff(t))) == 0
    assert shift(S, X(t)).diff(t).doit().has(X)


def test_shifts_print():
    assert str(3 * S**2) == "3*S(2*T)"
    assert sympy.latex(S**2) == "S_{2 T}"
    assert "S(T)" in sympy.pretty(mu * S)


def test_refusals():
    with pytest.raises(ValueError, match="`operator` must be a finite sum"):
        shift(1 / (1 - mu * S), X(t))
    with pytest.raises(ValueError, match="must hold shifts and constants, but holds t"):
        shift(t * S, X(t))
    with pytest.raises(ValueError, match="must hold shifts and constants"):
        shift(Shift(t), X(t))
    assert shift(S, Symbol("c")) == Symbol("c")  # a constant has no time to shift
