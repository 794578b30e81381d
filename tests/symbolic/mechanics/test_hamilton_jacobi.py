"""The Hamilton-Jacobi equation, equation 1.9, on systems that can be solved."""

import numpy as np
import pytest
import sympy
from scipy.integrate import solve_ivp
from sympy import Derivative, Eq, Function, Matrix, cos, sin, sqrt

from oqnn.symbolic import operators, symbols
from oqnn.symbolic.canonical import MASS, OMEGA, TIME
from oqnn.symbolic.mechanics.hamilton_jacobi import hamilton_jacobi

m, w, t = MASS, OMEGA, TIME
x, p, hbar = symbols()
(x1, x2), (p1, p2), _ = symbols(2)
a, k, energy = sympy.symbols("a k E", real=True)
alpha1, alpha2 = sympy.symbols("alpha1 alpha2", real=True)

OSCILLATOR = hamilton_jacobi(p**2 / (2 * m) + m * w**2 * x**2 / 2)
TWO_POINT = m * w * ((x**2 + a**2) * cos(w * t) - 2 * a * x) / (2 * sin(w * t))
TWO_FREE = hamilton_jacobi((p1**2 + p2**2) / (2 * m))
PLANE = alpha1 * x1 + alpha2 * x2 - (alpha1**2 + alpha2**2) * t / (2 * m)


def test_eq_1_9_equation_and_momenta():
    """∂J/∂t + H(x, ∂J/∂x, t) = 0 and p = ∂J/∂x, with an undetermined potential."""
    U = Function("U")
    found = hamilton_jacobi(p**2 / (2 * m) + U(x, t))
    J = found.action
    slope = Derivative(J, x)
    expected = Derivative(J, t) + slope**2 / (2 * m) + U(x, t)
    assert found.equation == Eq(expected, 0, evaluate=False)
    assert found.momentum_equations == (Eq(p, slope, evaluate=False),)


def test_eq_1_9_characteristics_are_all_of_hamiltons_equations():
    """ẏ = ∂H/∂Δ, Δ̇ = −∂H/∂y, Ẇ = ∂H/∂M and Ṁ = −∂H/∂W, the last one too."""
    y, Delta, W, M = sympy.symbols("y Delta W M", real=True)
    H = Function("H")(y, W, Delta, M, t)
    found = hamilton_jacobi(H, (y, W), (Delta, M))
    assert found.velocities == (H.diff(Delta), H.diff(M))
    assert found.forces == (-H.diff(y), -H.diff(W))
    left = [equation.lhs for equation in found.characteristics]
    names = ("y", "W", "Delta", "M")
    assert left == [Derivative(Function(n, real=True)(t), t) for n in names]


def test_eq_1_9_rate_of_the_action():
    """dJ/dt = −H + Σ p ∂H/∂p, and it is the derivative of J along a trajectory."""
    H = p1**4 * x2 + p2**3 * p1 + x1**2 * t
    found = hamilton_jacobi(H).action_rate
    expected = 3 * p1**4 * x2 + 3 * p2**3 * p1 - x1**2 * t
    assert sympy.expand(found - expected) == 0

    path = 2 * cos(w * t) + 5 * sin(w * t)  # x(0) = 2 = a
    rate = OSCILLATOR.action_rate.subs({x: path, p: m * path.diff(t)})
    total = TWO_POINT.subs({a: 2, x: path}).diff(t)
    assert sympy.simplify(rate - total) == 0


def test_characteristics_integrated_numerically_end_where_the_action_says():
    """p = ∂J/∂x and −p₀ = ∂J/∂a at the ends of an orbit of the oscillator."""
    values = {m: 1.3, w: 0.7}
    slopes = (*OSCILLATOR.velocities, *OSCILLATOR.forces)
    flow = sympy.lambdify((x, p), [s.subs(values) for s in slopes])
    start, end = (0.4, -1.1), 1.9
    orbit = solve_ivp(lambda _, z: flow(*z), (0, end), start, rtol=1e-11, atol=1e-12)
    at_end = {**values, a: start[0], x: orbit.y[0, -1], t: end}
    momentum, first = TWO_POINT.diff(x).subs(at_end), -TWO_POINT.diff(a).subs(at_end)
    np.testing.assert_allclose(float(momentum), orbit.y[1, -1], rtol=1e-8)
    np.testing.assert_allclose(float(first), start[1], rtol=1e-8)


def test_eq_1_9_oscillator_between_two_points():
    """J = mω[(x² + a²) cos ωt − 2xa]/(2 sin ωt): residual 0, det = −mω/sin ωt."""
    assert sympy.simplify(OSCILLATOR.residual(TWO_POINT)) == 0
    found = OSCILLATOR.mixed_hessian(TWO_POINT, [a])
    assert sympy.expand(found.determinant + m * w / sin(w * t)) == 0
    assert found.complete
    assert found.undetermined == ()


def test_eq_1_9_oscillator_of_given_energy():
    """J = ∫√(2mE − m²ω²x²)dx − Et: det ∂²J/∂E∂x = m/√(2mE − m²ω²x²)."""
    root = sqrt(2 * m * energy - (m * w * x) ** 2)
    angle = sympy.asin(m * w * x / sqrt(2 * m * energy))
    J = x * root / 2 + energy / w * angle - energy * t
    at = {m: 1.3, w: 0.7, energy: 2.9, x: 0.61, t: 0.4}
    assert abs(OSCILLATOR.residual(J).subs(at)) < 1e-13
    found = OSCILLATOR.mixed_hessian(J, [energy]).determinant - m / root
    assert abs(found.subs(at)) < 1e-14


def test_wrong_integral_leaves_a_residual():
    """J = (x − a)²m/2t of a free particle leaves the potential in the oscillator."""
    found = OSCILLATOR.residual(m * (x - a) ** 2 / (2 * t))
    assert sympy.expand(found - m * w**2 * x**2 / 2) == 0


def test_eq_1_9_smallest_incomplete_integral():
    """With α₂ = kα₁ the determinant is 0, the rank 1, and the equation still holds."""
    complete = TWO_FREE.mixed_hessian(PLANE, (alpha1, alpha2))
    assert complete.matrix == Matrix([[1, 0], [0, 1]])
    assert complete.determinant == 1

    J = PLANE.subs(alpha2, k * alpha1)
    found = TWO_FREE.mixed_hessian(J, (alpha1, alpha2))
    assert sympy.expand(TWO_FREE.residual(J)) == 0
    assert found.determinant == 0
    assert found.rank == 1
    assert not found.complete
    (lost,) = found.undetermined
    assert sympy.expand(lost[0] + k * lost[1]) == 0  # across the one known momentum
    assert TWO_FREE.mixed_hessian(J, [alpha1]).rank == 1


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ((operators()[1] ** 2,), TypeError, "`H` must be a function on phase space"),
        (
            (sympy.Symbol("p") ** 2,),
            ValueError,
            "`H` must be written in the x, p and hbar",
        ),
        ((alpha1**2,), ValueError, r"must depend on the variables p, x.*q= and p="),
        ((p**2, x), ValueError, "`q` and `p` must be given together"),
        ((p**2, (x, a), p), ValueError, "must be as many, but are 2 and 1"),
        ((p**2, (x, x), (p, a)), ValueError, "`q` must hold every symbol once"),
        ((p**2, x, t), ValueError, "`t` must hold every symbol once, but t appears"),
        ((p**2, (), ()), ValueError, "`q` must hold at least one symbol"),
        ((p**2, "x", p), TypeError, "`q` must hold commuting SymPy symbols"),
        ((p**2 + sympy.Symbol("t"),), ValueError, "another symbol of that name"),
    ],
)
def test_refused_hamiltonians(arguments, error, match):
    with pytest.raises(error, match=match):
        hamilton_jacobi(*arguments)


def test_refused_integrals():
    with pytest.raises(ValueError, match=r"`J` must be .* holds the momenta p\."):
        OSCILLATOR.residual(p * x)
    with pytest.raises(ValueError, match="`J` must hold the variable x itself"):
        OSCILLATOR.residual(sympy.Symbol("x"))
    with pytest.raises(ValueError, match="`constants` must be constants of motion"):
        OSCILLATOR.mixed_hessian(TWO_POINT, [x])
    with pytest.raises(ValueError, match="`constants` must hold at least one symbol"):
        OSCILLATOR.mixed_hessian(TWO_POINT, [])
    with pytest.raises(ValueError, match="but the matrix is 1 by 2"):
        _ = TWO_FREE.mixed_hessian(PLANE, [alpha1]).determinant
