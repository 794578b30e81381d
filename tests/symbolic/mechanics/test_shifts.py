"""Shift operators and their composition."""

import pytest
import sympy
from sympy import Derivative, Function, Symbol, expand

from oqnn.symbolic.canonical import TIME as t
from oqnn.symbolic.mechanics.shifts import PERIOD as T
from oqnn.symbolic.mechanics.shifts import Shift, apply_shifts, compose_shifts

mu, nu = sympy.symbols("mu nu")
n, v = sympy.symbols("n v", integer=True, nonnegative=True)
X, Y = Function("X"), Function("Y")
S = Shift(T)


def test_eq_1_9_shift_looks_one_epoch_back():
    """(S_T X)(t) = X(t − T), with derivatives, products and explicit times."""
    assert apply_shifts(S, X(t)) == X(t - T)
    assert apply_shifts(S, X(t).diff(t)) == Derivative(X(t - T), t)
    assert apply_shifts(S**2, t * X(t) * Y(3 * t)) == (t - 2 * T) * X(t - 2 * T) * Y(
        3 * t - 6 * T
    )
    assert apply_shifts(mu + nu * S, X(t)) == mu * X(t) + nu * X(t - T)


def test_shifts_compose():
    """S_{uT} S_{vT} = S_{(u+v)T}, S_0 = 1, also for symbolic numbers of epochs."""
    assert S**2 * Shift(3 * T) == Shift(5 * T)
    assert Shift(2 * T) == S**3 / S
    assert S * Shift(-T) == Shift(0) == 1
    assert compose_shifts(S**v * Shift(n * T)) == Shift((n + v) * T)


def test_a_product_acts_as_one_factor_after_the_other():
    left, right = 2 - mu * S, nu * S**2 + 3
    one_after_the_other = apply_shifts(left, apply_shifts(right, X(t)))
    assert expand(apply_shifts(left * right, X(t)) - one_after_the_other) == 0


def test_shift_commutes_with_the_time_derivative():
    """d/dt S_T = S_T d/dt, for an explicit function too."""
    path = sympy.sin(t**2) * t
    assert expand(apply_shifts(S, path).diff(t) - apply_shifts(S, path.diff(t))) == 0
    assert apply_shifts(S, X(t)).diff(t).doit().has(X)


def test_shifts_print():
    assert str(3 * S**2) == "3*S(2*T)"
    assert sympy.latex(S**2) == "S_{2 T}"
    assert "S(T)" in sympy.pretty(mu * S)


def test_refusals():
    with pytest.raises(ValueError, match="`operator` must be a finite sum"):
        apply_shifts(1 / (1 - mu * S), X(t))
    with pytest.raises(ValueError, match="must hold shifts and constants, but holds t"):
        apply_shifts(t * S, X(t))
    with pytest.raises(ValueError, match="must hold shifts and constants"):
        apply_shifts(Shift(t), X(t))
    assert apply_shifts(S, Symbol("c")) == Symbol(
        "c"
    )  # a constant has no time to shift
