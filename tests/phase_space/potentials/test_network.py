"""Sums of neurons: derivatives to high order, tails, poles."""

from math import factorial

import mpmath
import numpy as np
import pytest

from oqnn._core.jax64 import in_double_precision
from oqnn.phase_space.potentials.activations import ACTIVATIONS
from oqnn.phase_space.potentials.network import NetworkPotential
from oqnn.phase_space.potentials.polynomial import Polynomial

SMOOTH = ["tanh", "logcosh", "sigmoid", "softplus"]
Z = np.linspace(-9.0, 8.5, 36)


def tanh_coefficients(order):
    """Derivative of tanh as a polynomial in tanh: Pₙ₊₁ = (1 − y²) Pₙ′, exactly."""
    c = [0, 1]
    for _ in range(order):
        slope = [k * c[k] for k in range(1, len(c))]
        c = [
            (slope[k] if k < len(slope) else 0) - (slope[k - 2] if k >= 2 else 0)
            for k in range(len(slope) + 2)
        ]
    return c


def exact(activation, order):
    """The same through tanh, with 60 digits."""
    scale, shift = {
        "tanh": (1, 0),
        "logcosh": (1, 1),
        "sigmoid": (2, 0),
        "softplus": (2, 1),
    }[activation]
    with mpmath.workdps(60):
        y = [mpmath.tanh(mpmath.mpf(float(z)) / scale) for z in Z]
        n = order - shift
        values = [mpmath.polyval(tanh_coefficients(n)[::-1], v) for v in y]
        if scale == 2:  # σ(u) = (1 + tanh(u/2))/2
            values = [((n == 0) + v / 2**n) / 2 for v in values]
        return np.array([float(v) for v in values])


@pytest.mark.parametrize("activation", SMOOTH)
@pytest.mark.parametrize("order", [1, 2, 3, 8, 15])
def test_derivatives_hold_to_order_15(activation, order):
    """1e-13 of the largest value, and relatively in the tails."""
    expected = exact(activation, order)
    found = ACTIVATIONS[activation].derivative(Z, order)
    np.testing.assert_allclose(found, expected, atol=1e-13 * np.abs(expected).max())
    tail = np.abs(Z) > 4
    np.testing.assert_allclose(found[tail], expected[tail], rtol=1e-13)


@pytest.mark.parametrize("activation", [*SMOOTH, "relu"])
def test_values_far_away_neither_overflow_nor_lose_their_asymptotes(activation):
    far = np.array([-1e6, -800.0, 800.0, 1e6])
    asymptote = {
        "tanh": np.sign(far),
        "logcosh": np.abs(far) - np.log(2),
        "sigmoid": (far > 0) * 1.0,
        "softplus": np.maximum(far, 0),
        "relu": np.maximum(far, 0),
    }[activation]
    found = ACTIVATIONS[activation]
    np.testing.assert_allclose(found.value(far), asymptote, rtol=1e-15)
    assert np.isfinite(found.derivative(far, 1)).all()
    if activation != "relu":
        assert not any(found.derivative(far, order).any() for order in range(2, 9))


def test_derivatives_carry_powers_of_the_weights():
    """One neuron A u(wx + b): its n-th derivative is A wⁿ u⁽ⁿ⁾(wx + b)."""
    w, b, A = -1.7, 0.6, 0.3
    potential = NetworkPotential([w], [b], [A])
    expected = A * w**3 * ACTIVATIONS["tanh"].derivative(w * Z + b, 3)
    np.testing.assert_allclose(potential.derivative(Z, 3), expected, rtol=1e-15)


def test_relu_is_piecewise_linear_and_its_curvature_is_refused():
    """2 max(3x − 1, 0) − max(−x, 0): slopes −(−1) left of 0, 6 right of 1/3."""
    potential = NetworkPotential([3.0, -1.0], [-1.0, 0.0], [2.0, -1.0], "relu")
    x = np.array([-2.0, 0.1, 1 / 3, 2.0])
    np.testing.assert_allclose(potential(x), [-2.0, 0.0, 0.0, 10.0], atol=1e-15)
    np.testing.assert_allclose(potential.derivative(x, 1), [1, 0, 3, 6], atol=1e-15)
    with pytest.raises(ValueError, match="`order` must be 1 for 'relu'"):
        potential.derivative(x, 2)


def test_relu_is_the_limit_of_sharp_softplus():
    sharp = NetworkPotential([200.0], [-60.0], [1 / 200], "softplus")
    kink = NetworkPotential([1.0], [-0.3], [1.0], "relu")
    np.testing.assert_allclose(sharp(Z), kink(Z), atol=np.log(2) / 200 + 1e-15)


NETWORK = ([1.3, -0.6, 2.2], [-0.4, 0.9, 3.0], [0.8, -0.5, 0.4])


@pytest.mark.parametrize(("activation", "s"), [("tanh", 0.5), ("softplus", 1.0)])
def test_eq_1_5_poles_lie_where_the_activation_is_singular(activation, s):
    """w x + b = iπ(n + ½) for tanh, iπ(2n + 1) for softplus; |n| ≤ 5 listed."""
    n = np.arange(-5, 6)
    height = np.pi * (n + 0.5) if s == 0.5 else np.pi * (2 * n + 1)
    w, b, _ = map(np.array, NETWORK)
    poles = ((1j * height[:, None] - b) / w).ravel()
    x = np.linspace(-4, 4, 23)
    expected = np.abs(x[:, None] - poles).min(axis=1)
    found = NetworkPotential(*NETWORK, activation).pole_distance(x)
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_eq_1_5_the_moyal_series_converges_up_to_the_pole_and_not_beyond():
    """Σ_s 2 b^{2s+1} U^{(2s+1)}/(2s+1)! against U(x + b) − U(x − b)."""
    potential, x = NetworkPotential(*NETWORK), 0.35
    radius = float(potential.pole_distance(x))

    def gap(b, orders):
        series = sum(
            2 * b**n * potential.derivative(x, n) / factorial(n)
            for n in range(1, 2 * orders, 2)
        )
        return abs(series - (potential(x + b) - potential(x - b)))

    assert gap(0.5 * radius, 12) < 1e-7
    assert gap(0.5 * radius, 12) < 1e-4 * gap(0.5 * radius, 4)
    assert gap(1.5 * radius, 12) > 10 * gap(1.5 * radius, 4)


def test_silent_neurons_have_no_poles():
    silent = NetworkPotential([0.0, 2.0], [1.0, 0.0], [3.0, 0.0])
    assert np.isinf(silent.pole_distance([0.0, 1.0])).all()
    kink = NetworkPotential([2.0], [1.0], [1.0], "relu")
    np.testing.assert_allclose(kink.pole_distance([0.0, -0.5]), [0.5, 0.0])


def test_random_networks_follow_from_their_seed():
    make = NetworkPotential.random
    first, same, other = make(4, seed=3), make(4, seed=3), make(4, seed=4)
    np.testing.assert_array_equal(first(Z), same(Z))
    assert not np.allclose(first(Z), other(Z))


def test_random_networks_have_the_spreads_asked_for():
    """Within five standard errors of N = 4000 draws: std err = σ/√(2N)."""
    N = 4000
    network = NetworkPotential.random(
        N, seed=1, weight=2.0, bias=0.5, amplitude=3.0, activation="softplus"
    )
    error = 5 / np.sqrt(2 * N)
    assert network.activation == "softplus"
    for values, sigma in [
        (network.weights, 2.0),
        (network.biases, 0.5),
        (network.amplitudes, 3.0 / np.sqrt(N)),
    ]:
        assert values.std() == pytest.approx(sigma, rel=error)


@pytest.mark.parametrize("activation", SMOOTH)
@pytest.mark.parametrize("confinement", [None, Polynomial([0.2, -0.1, 0.5])])
def test_networks_for_jax_are_the_same_function(activation, confinement):
    """Far away too, where a careless log cosh overflows."""
    potential = NetworkPotential(*NETWORK, activation, confinement)
    function, parameters = potential.differentiable()
    x = np.append(Z, [-900.0, 900.0]).reshape(2, 19)
    found = in_double_precision(function)(parameters, x)
    np.testing.assert_allclose(found, potential(x), rtol=1e-13, atol=1e-15)
    same, _ = NetworkPotential.random(7, seed=1, activation=activation).differentiable()
    assert same is function


def test_relu_networks_have_no_derivatives_by_parameters():
    with pytest.raises(ValueError, match="`activation` must be smooth"):
        NetworkPotential(*NETWORK, "relu").differentiable()


def test_bad_networks_are_refused():
    with pytest.raises(ValueError, match=r"`biases` must have shape.*neurons=2"):
        NetworkPotential([1.0, 2.0], [0.0], [1.0, 1.0])
    with pytest.raises(ValueError, match="`amplitudes` must be finite"):
        NetworkPotential([1.0], [0.0], [np.inf])
    with pytest.raises(ValueError, match=r"`activation` must be one of 'tanh'.*'sin'"):
        NetworkPotential([1.0], [0.0], [1.0], "sin")
    with pytest.raises(TypeError, match="`confinement` must be a Polynomial or None"):
        NetworkPotential([1.0], [0.0], [1.0], confinement=0.5)
    make = NetworkPotential.random
    with pytest.raises(ValueError, match="`neurons` must be at least 1"):
        make(0, seed=1)
    with pytest.raises(ValueError, match="`weight` must be positive"):
        make(2, seed=1, weight=0.0)
    with pytest.raises(ValueError, match="`amplitude` must be positive"):
        make(2, seed=1, amplitude=-1.0)
    with pytest.raises(ValueError, match="`bias` must not be negative"):
        make(2, seed=1, bias=-1.0)
    assert make(2, seed=1, confinement=Polynomial([0, 0, 1]))(100.0) > 9900
