"""The derivations of Hamilton-Jacobi theory and of Madelung's split."""

import pytest
import sympy
from sympy import Function, Symbol

from oqnn.symbolic.canonical import HBAR, MASS, OMEGA, TIME, symbols
from oqnn.symbolic.mechanics.derivations import derive_hamilton_jacobi, derive_madelung
from oqnn.symbolic.mechanics.epochs import FRICTION, RATE
from oqnn.symbolic.mechanics.madelung import schrodinger_residual
from oqnn.symbolic.mechanics.shifts import PERIOD


def test_eq_1_9_derivation_ends_in_the_epoch_update():
    """Order n writes the sum over v = 0 … n; the first step is H."""
    d = derive_hamilton_jacobi(1)
    g, W = (Function(name, real=True) for name in "gW")
    new, old = d["weights"].lhs, d["weights"].rhs
    assert new == W(TIME + PERIOD)
    change = -RATE / OMEGA * (g(TIME + PERIOD) + FRICTION * g(TIME))
    assert sympy.expand(old - W(TIME) - change) == 0
    assert d.steps[0].formula.rhs.has(Function("Delta1", real=True)(TIME))
    assert derive_hamilton_jacobi().steps[-3].formula.lhs == W(TIME + 2 * PERIOD)


def test_eq_1_9_derivation_shows_what_integrals_decide():
    d = derive_hamilton_jacobi()
    expected = -MASS * OMEGA / sympy.sin(OMEGA * TIME)
    assert d["oscillator determinant"].rhs == expected
    assert d["incomplete determinant"].rhs == d["incomplete residual"] == 0
    assert d["Hessian"].rank() == 2
    assert d["determinant of an epoch"].rhs == FRICTION


def test_telescoping_holds_for_numbers_of_epochs():
    equation = derive_hamilton_jacobi()["telescoping"]
    n = Symbol("n", integer=True, nonnegative=True)
    for number in (0, 3):
        left = equation.lhs.subs(n, number).doit()
        assert sympy.expand(left - equation.rhs.subs(n, number)) == 0


def test_eq_1_10_derivation_leaves_nothing():
    d = derive_madelung(3)
    assert d["difference"] == d["residual with Van Vleck's factor"] == 0
    J = Function("J", real=True)(Symbol("x", real=True), TIME)
    expected = sympy.I * HBAR / (2 * MASS) * J.diff(J.args[0], 2)
    assert sympy.expand(d["wave of a classical action"] - expected) == 0
    assert d["power 3 of hbar"].lhs.has(Function("J3", real=True)(*J.args))


def test_eq_1_10_powers_of_hbar_are_those_of_the_phase_shown():
    """e^{−iS/ħ}(iħ∂_t − Ĥ)e^{iS/ħ} with the S of the derivation, power by power."""
    d, (x, p, _) = derive_madelung(2), symbols()
    phase = sympy.I / HBAR * d["phase in powers of hbar"].rhs.removeO()
    H = p**2 / (2 * MASS) + Function("U", real=True)(x)
    wave = sympy.exp(sympy.expand(phase))
    left = schrodinger_residual(H, wave).expand(power_exp=False)
    left = sympy.expand(left.subs(wave, 1))
    for k in range(3):
        equation = d[f"power {k} of hbar"].lhs
        assert sympy.expand(left.coeff(HBAR, k) + (-sympy.I) ** k * equation) == 0


@pytest.mark.parametrize("derive", [derive_hamilton_jacobi, derive_madelung])
def test_derivations_print_and_refuse(derive):
    found = derive(0)
    assert str(found)
    assert found.latex()
    with pytest.raises(ValueError, match="`order` must be at least 0"):
        derive(-1)
    with pytest.raises(TypeError, match="`order` must be an integer"):
        derive(1.5)
