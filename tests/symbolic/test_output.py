"""Formulas as functions: values on grids, derivatives in JAX, refusals."""

import jax
import numpy as np
import pytest
import sympy
from sympy import (
    Derivative,
    Eq,
    Function,
    I,
    Integral,
    Matrix,
    Piecewise,
    Rational,
    Symbol,
    besselj,
    erf,
    exp,
    oo,
    pi,
    sqrt,
    tanh,
)

from oqnn.symbolic import Derivation, Step, moyal_bracket, operators, star, symbols
from oqnn.symbolic.canonical import MASS, TIME
from oqnn.symbolic.output import to_function

x, p, hbar = symbols()
W, U = Function("W")(x, p, TIME), Function("U")(x)
X = np.linspace(-1.3, 2.1, 5)[:, None]  # (5, 1)
P = np.linspace(-0.7, 1.9, 7)[None, :]  # (1, 7)
BOTH = pytest.mark.parametrize("modules", ["numpy", "jax"])


@BOTH
def test_a_star_product_on_a_grid(modules):
    """x² ⋆ p = x²p + iħx, at an ħ chosen when the function is called."""
    f = to_function(star(x**2, p), (x, p, hbar), modules=modules)
    found = f(X, P, 0.3)
    assert found.shape == (5, 7)
    assert found.dtype == np.complex128
    np.testing.assert_allclose(found, X**2 * P + 0.3j * X, rtol=1e-14, atol=1e-15)
    named = f(hbar=0.3, p=P, x=X)
    np.testing.assert_array_equal(named, found)


@BOTH
def test_a_wigner_function_integrates_to_one(modules):
    """W₀ = (2/h) exp(−a²p²/ħ² − x²/a²), h = 2πħ, is real."""
    a = Symbol("a", positive=True)
    ground = exp(-(a**2) * p**2 / hbar**2 - x**2 / a**2) / (pi * hbar)
    f = to_function(ground, (x, p, hbar, a), modules=modules)
    grid = np.linspace(-8, 8, 81)
    found = np.asarray(f(grid[:, None], grid[None], 0.6, 1.1))
    assert found.dtype == np.float64
    assert found.sum() * 0.2**2 == pytest.approx(1, abs=1e-12)


@BOTH
@pytest.mark.parametrize(
    ("value", "kind"), [(3, float), (Rational(1, 3), float), (I / 2, complex)]
)
def test_constants_take_the_shape_of_the_arguments(modules, value, kind):
    found = to_function(value, (x, p), modules=modules)(X, P)
    assert found.dtype == np.dtype(kind)
    np.testing.assert_array_equal(found, np.full((5, 7), kind(value)))
    assert np.shape(to_function(value, [x], modules=modules)(2)) == ()


@BOTH
def test_rows_and_columns_of_a_matrix_come_last(modules):
    """A constant entry has the shape of the grid too."""
    found = to_function(Matrix([[x, 1, I * p]]), (x, p), modules=modules)(X, P)
    assert found.shape == (5, 7, 1, 3)
    np.testing.assert_array_equal(found[..., 0, 0], X + 0 * P)
    np.testing.assert_array_equal(found[..., 0, 1], np.ones((5, 7)))
    np.testing.assert_array_equal(found[..., 0, 2], 1j * P + 0 * X)


def test_equations_and_steps():
    equation = Eq(W, x - p)
    assert to_function(equation, (x, p))(3, 1) == 2
    assert to_function(Step("one", equation), (x, p))(3, 1) == 2


@BOTH
def test_whole_numbers_are_no_integers(modules):
    """1/x³ of an integer array, and numbers beyond 64 bits."""
    found = to_function(x**-3 + 10**30 * p, (x, p), modules=modules)(
        np.array([2, 4]), 1
    )
    np.testing.assert_allclose(found, [1e30, 1e30], rtol=1e-15)
    found = to_function(x**-3, x, modules=modules)(np.array([2, 4]))
    np.testing.assert_allclose(found, [1 / 8, 1 / 64], rtol=1e-15)


@BOTH
def test_functions_beyond_the_elementary(modules):
    f = Piecewise((erf(x), (x < 0) & (p > 0)), (p**2, True))
    found = to_function(f, (x, p), modules=modules)(X, P)
    from scipy.special import erf as exact

    expected = np.where((X < 0) & (P > 0), exact(X) + 0 * P, P**2 + 0 * X)
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14)


@BOTH
def test_absolute_values(modules):
    """|x| - |x + ip| in numbers, of either sign."""
    f = to_function(sympy.Abs(x) - sympy.Abs(x + sympy.I * p), (x, p), modules=modules)
    np.testing.assert_allclose(f(np.array([-3.0, 3.0]), 4.0), [-2, -2], rtol=1e-15)


def test_numpy_and_jax_agree_in_double_precision():
    f = moyal_bracket(p**2 / 2 + x**6 / 6, x * p**3 * exp(-(x**2)))
    f = tanh(f) + sqrt(1 + x**2) / hbar
    by_numpy, by_jax = (
        to_function(f, (x, p, hbar), modules=m)(X, P, 0.7) for m in ("numpy", "jax")
    )
    np.testing.assert_allclose(by_jax, by_numpy, rtol=1e-13, atol=1e-14)


def test_gradients_in_jax_are_the_symbolic_derivatives():
    """Of a product of exponentials, with respect to x, p and ħ, also compiled."""
    f = star(exp(x - p / 3), p**2 * x)
    g = to_function(sympy.re(f), (x, p, hbar), modules="jax")
    at = (0.4, -1.2, 0.9)
    with jax.enable_x64(True):
        gradients = jax.jit(jax.grad(g, argnums=(0, 1, 2)))(*at)
        mapped = jax.vmap(jax.grad(g), (0, None, None))(np.array([0.4, 1.1]), *at[1:])
    assert gradients[0].dtype == np.float64
    for found, v in zip(gradients, (x, p, hbar), strict=True):
        exact = to_function(sympy.re(f.diff(v)), (x, p, hbar))
        assert found == pytest.approx(exact(*at), rel=1e-13)
    slope = to_function(sympy.re(f.diff(x)), (x, p, hbar))
    np.testing.assert_allclose(mapped, slope(np.array([0.4, 1.1]), *at[1:]), rtol=1e-13)


# undetermined functions


def test_formulas_stand_for_undetermined_functions():
    """U‴ ∂_p³W with U = x⁴ and a Gaussian W; also at shifted arguments."""
    term = -(hbar**2) / 24 * Derivative(U, (x, 3)) * Derivative(W, (p, 3))
    gaussian = exp(-(p**2) - x**2)
    given = {U: x**4, W: gaussian}
    f = to_function(term, (x, p, hbar), functions=given)
    third = (12 * P - 8 * P**3) * np.exp(-(P**2) - X**2)
    np.testing.assert_allclose(f(X, P, 0.5), -0.25 / 24 * 24 * X * third, rtol=1e-13)
    b = Symbol("b", real=True)
    shifted = U.subs(x, x + b) + W.diff(p).subs(p, p - b)
    f = to_function(shifted, (x, p, b), functions=given)
    q = P - 2
    expected = (X + 2) ** 4 - 2 * q * np.exp(-(q**2) - X**2)
    np.testing.assert_allclose(f(X, P, 2), expected, rtol=1e-13)


@BOTH
def test_arrays_stand_for_functions_and_derivatives(modules):
    """∂W/∂t = −(p/m) ∂W/∂x + U′ ∂W/∂p with W on a grid."""
    W_x, W_p, force, value = sympy.symbols("W_x W_p f W0")
    rate = -p / MASS * W.diff(x) + U.diff(x) * W.diff(p) + W
    given = {W.diff(x): W_x, W.diff(p): W_p, U.diff(x): -force, W: value}
    f = to_function(
        rate, (p, MASS, W_x, W_p, force, value), modules=modules, functions=given
    )
    a, b, c = np.random.default_rng(2).normal(size=(3, 5, 7))
    found = f(P, 1.7, a, b, X, c)
    np.testing.assert_allclose(found, -P / 1.7 * a - X * b + c, rtol=1e-13)


def test_the_value_of_a_function_does_not_fix_its_derivative():
    """A symbol for W leaves ∂W/∂x unknown; it is no constant."""
    value = Symbol("W0")
    with pytest.raises(ValueError, match=r"holds Derivative\(W\(x, p, t\), x\)\. Give"):
        to_function(W + W.diff(x), (x, p, value), functions={W: value})


# refusals


def test_symbols_that_are_no_arguments_are_refused():
    with pytest.raises(ValueError, match=r"`expr` also holds hbar, m\. Add it"):
        to_function(hbar * x / MASS, (x, p))
    with pytest.raises(ValueError, match="also holds another symbol of the name x"):
        to_function(Symbol("x") ** 2, (x, p))


def test_undetermined_functions_are_refused():
    with pytest.raises(ValueError, match=r"no undetermined function, but holds U\(x\)"):
        to_function(U + x, (x, p))
    with pytest.raises(ValueError, match=r"functions=\{Derivative\(U\(x\), x\): …\}"):
        to_function(U.diff(x), (x, p))


def test_remainders_are_refused():
    truncated = star(exp(-(x**2)), tanh(p), order=1)
    with pytest.raises(ValueError, match=r"Leave the remainder out with \.removeO\(\)"):
        to_function(truncated, (x, p, hbar))
    assert to_function(truncated.removeO(), (x, p, hbar))(0, 1, 2) == np.tanh(1)


def test_operators_are_refused():
    position, momentum = operators()
    for held in (position * momentum, exp(position), Matrix([[position]])):
        with pytest.raises(TypeError, match=r"holds operators.*weyl_symbol"):
            to_function(held, (x, p))


def test_whole_derivations_are_refused():
    derivation = Derivation("Two", (Step("one", x), Step("two", p)))
    with pytest.raises(TypeError, match=r"Choose a step of it.*'one', 'two'"):
        to_function(derivation, (x, p))


def test_an_equation_for_nothing_is_refused():
    """Its right side would be the constant 0."""
    with pytest.raises(ValueError, match=r"its right side is 0: .* Pass its left side"):
        to_function(sympy.Eq(x + p, 0), (x, p))


def test_what_is_no_formula_is_refused():
    with pytest.raises(TypeError, match=r"is an inequality: x < p\. Pass its \.lhs"):
        to_function(x < p, (x, p))


def test_unfinished_and_unbounded_formulas_are_refused():
    with pytest.raises(ValueError, match=r"closed form, but holds Integral.*doit"):
        to_function(Integral(exp(-(x**2)), (x, 0, p)), (p,))
    with pytest.raises(ValueError, match="`expr` must be finite"):
        to_function(x * oo, x)


def test_functions_that_a_library_lacks_are_refused():
    assert to_function(besselj(0, x), x)(0) == 1
    with pytest.raises(ValueError, match="that JAX has, but holds besselj"):
        to_function(besselj(0, x), x, modules="jax")
    with pytest.raises(ValueError, match="NumPy or SciPy has, but holds DiracDelta"):
        to_function(sympy.DiracDelta(x), x)
    with pytest.raises(ValueError, match="that JAX has, but holds fresnels"):
        to_function(sympy.fresnels(x), x, modules="jax")


def test_wrong_arguments_are_refused():
    with pytest.raises(TypeError, match="`arguments` must be symbols, but"):
        to_function(x, (x, W))
    with pytest.raises(ValueError, match="must have different names, but are x, x"):
        to_function(x, (x, Symbol("x")))
    with pytest.raises(ValueError, match="`modules` must be one of 'numpy', 'jax'"):
        to_function(x, x, modules="torch")


def test_wrong_functions_are_refused():
    with pytest.raises(TypeError, match="one is given for x"):
        to_function(x, x, functions={x: p})
    with pytest.raises(ValueError, match=r"one is given for U\(2\*x\)"):
        to_function(U, x, functions={Function("U")(2 * x): p})


def test_wrong_values_are_refused():
    f = to_function(x * p, (x, p))
    with pytest.raises(TypeError, match="`p` must be a number or an array of numbers"):
        f(1, "two")
    with pytest.raises(ValueError, match=r"broadcast.*shapes \(3,\), \(2,\)"):
        f(np.ones(3), np.ones(2))
    with pytest.raises(TypeError, match="missing a required argument: 'p'"):
        f(1)
