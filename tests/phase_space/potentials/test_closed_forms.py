"""Every potential against its formula, differentiated by SymPy."""

import numpy as np
import pytest
import sympy

from oqnn.phase_space.potentials.driven import Driven
from oqnn.phase_space.potentials.function import FunctionPotential
from oqnn.phase_space.potentials.kicked import Kicked
from oqnn.phase_space.potentials.network import NetworkPotential
from oqnn.phase_space.potentials.pendulum import Pendulum
from oqnn.phase_space.potentials.polynomial import DoubleWell, Polynomial
from oqnn.phase_space.potentials.potential import Potential, as_potential

X, T = sympy.symbols("x t", real=True)
POINTS = np.array([[-1.7, -0.4, 0.0], [0.3, 1.1, 2.6]])
TIME = 0.83

QUARTIC = 0.3 - 0.7 * X + 0.2 * X**3 + 0.45 * X**4
NETWORK = 0.8 * sympy.tanh(1.3 * X - 0.4) - 0.5 * sympy.tanh(-0.6 * X + 0.9)
VECTORS = ([1.3, -0.6], [-0.4, 0.9], [0.8, -0.5])
SOFT = 0.8 * sympy.log(1 + sympy.exp(1.3 * X - 0.4)) - 0.5 * sympy.log(
    1 + sympy.exp(-0.6 * X + 0.9)
)
COSH = 0.8 * sympy.log(sympy.cosh(1.3 * X - 0.4)) - 0.5 * sympy.log(
    sympy.cosh(-0.6 * X + 0.9)
)
LOGISTIC = 0.8 / (1 + sympy.exp(0.4 - 1.3 * X)) - 0.5 / (1 + sympy.exp(0.6 * X - 0.9))
BOWL = Polynomial([0.1, 0.0, 0.5])
POTENTIALS = {
    "polynomial": (Polynomial([0.3, -0.7, 0, 0.2, 0.45]), QUARTIC),
    "double well": (DoubleWell(0.7, 1.6), 0.7 * (X**2 / 1.6**2 - 1) ** 2),
    "pendulum": (Pendulum(1.4, 0.7, 0.3), -1.4 * sympy.cos(0.7 * X + 0.3)),
    "driven": (
        Driven(DoubleWell(0.7, 1.6), 0.9, 2.3, -0.4),
        0.7 * (X**2 / 1.6**2 - 1) ** 2 - 0.9 * X * sympy.cos(2.3 * T - 0.4),
    ),
    "kicked": (
        Kicked(Driven(BOWL, 0.9, 2.3), Pendulum(5.0), 0.2),
        0.1 + X**2 / 2 - 0.9 * X * sympy.cos(2.3 * T),
    ),
    "tanh": (NetworkPotential(*VECTORS), NETWORK),
    "confined": (
        NetworkPotential(*VECTORS, confinement=BOWL),
        NETWORK + 0.1 + X**2 / 2,
    ),
    "softplus": (NetworkPotential(*VECTORS, "softplus"), SOFT),
    "logcosh": (NetworkPotential(*VECTORS, "logcosh"), COSH),
    "sigmoid": (NetworkPotential(*VECTORS, "sigmoid"), LOGISTIC),
    "function": (
        FunctionPotential(lambda x, t: x**4 * t - 3 / (2 + x**2)),
        X**4 * T - 3 / (2 + X**2),
    ),
}


@pytest.fixture(params=POTENTIALS)
def case(request):
    return POTENTIALS[request.param]


def exact(formula, order):
    """Value of a derivative by SymPy, with 40 digits."""
    derived = sympy.diff(sympy.nsimplify(formula), X, order)
    return np.array(
        [
            [float(derived.subs({X: sympy.Float(x, 40), T: TIME}).n(40)) for x in row]
            for row in POINTS
        ]
    )


def test_values_follow_the_formula(case):
    potential, formula = case
    np.testing.assert_allclose(
        potential(POINTS, TIME), exact(formula, 0), rtol=1e-14, atol=1e-14
    )


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_derivatives_follow_the_formula(case, order):
    potential, formula = case
    found, expected = potential.derivative(POINTS, order, TIME), exact(formula, order)
    atol = 1e-13 * max(1, np.abs(expected).max())
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=atol)


def test_every_potential_keeps_the_protocol(case):
    """Same shapes out as in, numbers too; as_potential leaves it alone."""
    potential, formula = case
    assert isinstance(potential, Potential)
    assert as_potential(potential) is potential
    assert potential.depends_on_time == formula.has(T)
    for x in (0.7, [0.7], np.full((2, 1, 3), 0.7), np.array([1, 2])):
        assert np.shape(potential(x)) == np.shape(x)
        assert np.shape(potential.derivative(x, 2)) == np.shape(x)
        assert potential(x).dtype == float


def test_time_matters_only_where_it_says_so(case):
    potential, _ = case
    changes = not np.array_equal(potential(POINTS, 0.1), potential(POINTS, 0.9))
    assert changes == potential.depends_on_time


@pytest.mark.parametrize("order", [0, -1])
def test_orders_below_one_are_refused(case, order):
    with pytest.raises(ValueError, match="`order` must be at least 1"):
        case[0].derivative(POINTS, order)


def test_the_double_well_stays_exact_at_its_minima():
    """U(±b + δ) = 4B δ²/b² + O(δ³); from the coefficients rounding would win."""
    well, delta = DoubleWell(3.0, 1.7), 1e-7
    expected = 4 * 3.0 * (delta / 1.7) ** 2
    np.testing.assert_allclose(well([1.7 + delta, -1.7 + delta]), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Polynomial([]), "`coefficients` must hold at least one"),
        (lambda: Polynomial([1.0, np.nan]), "`coefficients` must be finite"),
        (lambda: Polynomial([[1.0]]), "`coefficients` must have shape"),
        (lambda: DoubleWell(barrier=-1.0), "`barrier` must be positive"),
        (lambda: DoubleWell(minimum=0.0), "`minimum` must be positive"),
        (lambda: Pendulum(np.inf), "`strength` must be finite"),
        (lambda: Pendulum(wave_number=0.0), "`wave_number` must be positive"),
        (lambda: Pendulum(phase=np.nan), "`phase` must be finite"),
        (lambda: Driven(BOWL, np.nan, 1.0), "`amplitude` must be finite"),
        (lambda: Driven(BOWL, 1.0, np.inf), "`frequency` must be finite"),
        (lambda: Driven(BOWL, 1.0, 1.0, np.inf), "`phase` must be finite"),
    ],
)
def test_bad_parameters_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_parameters_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        BOWL.coefficients[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        POTENTIALS["tanh"][0].weights[0] = 1.0
