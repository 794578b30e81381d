"""Plain functions as potentials: derivatives, and what is refused."""

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oqnn.phase_space.potentials.checks import check_potential
from oqnn.phase_space.potentials.function import FunctionPotential
from oqnn.phase_space.potentials.network import NetworkPotential
from oqnn.phase_space.potentials.polynomial import Polynomial
from oqnn.phase_space.potentials.potential import as_potential

X = np.linspace(-1.4, 2.3, 12).reshape(3, 4)


def numpy_only(x):
    return np.tanh(x)


def test_jax_differentiates_to_high_order():
    """e^{−x²}: Rodrigues, d⁷/dx⁷ = −H₇(x) e^{−x²}."""
    potential = as_potential(lambda x: jnp.exp(-(x**2)))
    hermite = np.polynomial.hermite.hermval(X, [0] * 7 + [1])
    expected = -hermite * np.exp(-(X**2))
    atol = 1e-12 * np.abs(expected).max()
    np.testing.assert_allclose(potential.derivative(X, 7), expected, atol=atol)


def test_networks_written_by_hand_agree_with_networks():
    """A function that sums over neurons inside, against the closed form."""
    w, b, A = np.array([1.3, -0.6]), np.array([-0.4, 0.9]), np.array([0.8, -0.5])
    by_hand = as_potential(lambda x: jnp.tanh(x[..., None] * w + b) @ A)
    network = NetworkPotential(w, b, A)
    np.testing.assert_allclose(by_hand(X), network(X), rtol=1e-14)
    for order in (1, 5):
        np.testing.assert_allclose(
            by_hand.derivative(X, order), network.derivative(X, order), rtol=1e-11
        )


def test_results_are_in_double_precision_whatever_jax_is_set_to():
    assert not jax.config.jax_enable_x64
    potential = as_potential(lambda x: jnp.sin(x))
    np.testing.assert_allclose(potential(X), np.sin(X), rtol=1e-15, atol=1e-16)
    np.testing.assert_allclose(
        potential.derivative(X, 3), -np.cos(X), rtol=1e-15, atol=1e-16
    )
    assert type(potential(X)) is np.ndarray


@pytest.mark.parametrize(
    "function",
    [lambda x, t: x**2 * np.cos(t), lambda x, time=0.0: x**2 * math.cos(time)],
)
def test_a_second_argument_is_time(function):
    potential = as_potential(function)
    assert potential.depends_on_time
    np.testing.assert_allclose(potential(X, 0.4), X**2 * np.cos(0.4))
    np.testing.assert_allclose(potential.derivative(X, 1, 0.4), 2 * X * np.cos(0.4))


@pytest.mark.parametrize(
    "function",
    [
        lambda x, stiffness=2.0: stiffness * x**2,
        partial(lambda k, x: k * x**2, 2.0),
        lambda *x: 2 * x[0] ** 2,
    ],
)
def test_other_arguments_are_constants(function):
    potential = as_potential(function)
    assert not potential.depends_on_time
    np.testing.assert_allclose(potential(X, 3.3), 2 * X**2)
    np.testing.assert_allclose(potential.derivative(X, 2), 4.0)


def test_constants_stand_for_all_points():
    potential = as_potential(lambda x: 3)
    np.testing.assert_array_equal(potential(X), np.full(X.shape, 3.0))
    np.testing.assert_array_equal(potential.derivative(X, 1), np.zeros(X.shape))


def test_numpy_functions_have_a_first_derivative_by_differences():
    """sech² x, within the error that is stated: h⁸ U⁽⁹⁾/630 ≤ 4e-13 at h = 1/50."""
    found = as_potential(numpy_only).derivative(X, 1)
    np.testing.assert_allclose(found, 1 / np.cosh(X) ** 2, rtol=0, atol=1e-12)


def test_differences_are_of_eighth_order_in_the_length():
    """Error ∝ length⁸ while rounding is smaller."""
    lengths = np.array([4.0, 2.5])
    errors = [
        np.abs(
            FunctionPotential(numpy_only, length=length).derivative(X, 1)
            - 1 / np.cosh(X) ** 2
        ).max()
        for length in lengths
    ]
    order = np.log(errors[0] / errors[1]) / np.log(lengths[0] / lengths[1])
    assert order == pytest.approx(8, abs=0.3)


def test_given_derivatives_come_first():
    potential = FunctionPotential(
        numpy_only, derivatives=[lambda x: 1 / np.cosh(x) ** 2, lambda x: 7.0 + 0 * x]
    )
    np.testing.assert_allclose(potential.derivative(X, 1), 1 / np.cosh(X) ** 2)
    np.testing.assert_allclose(potential.derivative(X, 2), 7.0)
    with pytest.raises(ValueError, match="must hold 3 functions"):
        potential.derivative(X, 3)


@pytest.mark.parametrize(
    "function",
    [numpy_only, lambda x: np.where(x > 0, x, 0), lambda x: abs(x.copy(), 1)],
)
def test_high_derivatives_of_numpy_functions_are_refused(function):
    with pytest.raises(
        ValueError, match=r"order 2.*jax\.numpy, or pass FunctionPotential\(U"
    ):
        as_potential(function).derivative(X, 2)


def test_32_bit_arithmetic_is_refused():
    single = jnp.array([1.0, 0.3])
    with pytest.raises(ValueError, match="`function` must compute in double precision"):
        as_potential(lambda x: jnp.tanh(x[..., None] * single).sum(-1))
    rounded = as_potential(lambda x: np.tanh(x).astype(np.float32))
    with pytest.raises(ValueError, match="`potential` must be computed in double"):
        rounded(X)


@pytest.mark.parametrize(
    ("potential", "message"),
    [
        (3.0, "is a float without derivative, kicks"),
        (Polynomial, r"is the class Polynomial\. Call it first"),
        (lambda: 0.0, r"takes \(\)"),
        (lambda x, t, k: x, r"takes \(x, t, k\)"),
        (lambda x, *, k: x, r"takes \(x, k\)"),
    ],
)
def test_what_is_no_potential_is_refused(potential, message):
    with pytest.raises(TypeError, match=message):
        as_potential(potential)


def test_half_a_potential_is_refused():
    class Half:
        depends_on_time = False

        def __call__(self, x, t=0.0):
            return x

        def derivative(self, x, order, t=0.0):
            return 0 * x

    with pytest.raises(TypeError, match="is a Half without kicks"):
        as_potential(Half())


def test_bad_parts_are_refused():
    with pytest.raises(TypeError, match=r"`derivatives\[0\]` must take the arguments"):
        FunctionPotential(lambda x, t: x, derivatives=[lambda x: 1.0])
    with pytest.raises(TypeError, match=r"`derivatives\[0\]` must be a function"):
        FunctionPotential(lambda x: x, derivatives=[1.0])
    with pytest.raises(ValueError, match="`length` must be positive"):
        FunctionPotential(numpy_only, length=0.0)


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (lambda x: x + 1j, TypeError, "`potential` must be real"),
        (
            lambda x: x[:, :1] ** 2,
            ValueError,
            r"the shape of x, \(3, 4\), but.*\(3, 1\)",
        ),
        (lambda x: x[None], ValueError, r"returns shape \(1, 3, 4\)"),
        (lambda x: "deep", TypeError, "must return numbers"),
        (lambda x: None, TypeError, "must return numbers"),
        (lambda x: x**-2 * (x > 9) / 0, ValueError, "is nan at x = -1.4, t = 0.5"),
        (lambda x: x if x > 0 else 0.0, TypeError, "whole arrays of x, but takes sin"),
        (lambda x, t: math.sin(x * t), TypeError, "whole arrays of x.*np.vectorize"),
        (lambda x: x + None, TypeError, "unsupported operand"),
        (lambda x: np.sqrt(x), ValueError, "from -1.4 to 2.3, but is nan at x = -1.4"),
        (lambda x, t: np.exp(4e3 * x * t), ValueError, "is inf at x = 0.618182"),
    ],
)
def test_what_potentials_return_is_checked(function, error, message):
    with pytest.raises(error, match=message):
        check_potential(as_potential(function), X, 0.5)


def test_good_potentials_pass_the_check():
    check_potential(Polynomial([0, 1]), X)
    check_potential(as_potential(lambda x: 3), X)
    with pytest.raises(ValueError, match="`x` must be finite"):
        check_potential(Polynomial([0, 1]), [np.nan])


def test_the_check_also_reads_potentials_of_other_classes():
    """What a class of the user's own returns was not looked at before."""

    class Complex:
        depends_on_time = False

        def __call__(self, x, t=0.0):
            return 1j * x

        def derivative(self, x, order, t=0.0):
            return 0 * x

        def kicks(self, t0, t1):
            return ()

    with pytest.raises(TypeError, match="`kick` must be real"):
        check_potential(as_potential(Complex()), X, name="kick")
