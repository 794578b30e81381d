"""The learning network of equation 1.9 and section 3 against its printed equations."""

import numpy as np
import pytest
import sympy
from scipy.integrate import solve_ivp
from sympy import Derivative, Function, Rational, expand, tanh

from oqnn.symbolic.canonical import OMEGA, TIME
from oqnn.symbolic.mechanics.learning_network import TIME_CONSTANT, learning_network
from oqnn.symbolic.mechanics.shifts import PERIOD, Shift, apply_shifts

LAMBDA, t, T = TIME_CONSTANT, TIME, PERIOD
f = Function("f", real=True)


def expected_hamiltonian(network, n):
    """The slide's H, term by term."""
    total = network.cost
    for k, (y, Delta) in enumerate(zip(network.neurons, network.costates, strict=True)):
        used = network.weights[1]
        a = sum(used[k, j] * z for j, z in enumerate(network.inputs))
        total += Delta * (-y + f(a)) / LAMBDA
    return total + sum(
        network.momenta[v][k, j] ** 2 / (2 * OMEGA)
        for v in range(n + 2)
        for k in range(len(network.neurons))
        for j in range(len(network.inputs))
    )


@pytest.mark.parametrize(("neurons", "epoch", "bias"), [(1, 0, True), (2, 1, False)])
def test_eq_1_9_hamiltonian_of_the_slide(neurons, epoch, bias):
    """H = ΣΔF + (1/2ω)Σ_v(S_{vT}M)² + E with v from 0 to n + 1."""
    network = learning_network(neurons, epoch=epoch, bias=bias)
    assert expand(network.hamiltonian - expected_hamiltonian(network, epoch)) == 0


def test_eq_1_9_equations_of_motion():
    """ẏ = F, Ẇ = M/ω, Δ̇ of equation 3.4, and Ṁ = −∂H/∂W for every epoch."""
    network = learning_network(2)
    (y1, y2), (D1, D2) = network.neurons, network.costates
    E, used, now = network.cost, network.weights[1], network.weights[0]
    a1, a2 = network.arguments
    slope = [
        sympy.diff(f(a), y) / w
        for a, y, w in ((a1, y1, used[0, 0]), (a2, y1, used[1, 0]))
    ]
    system = network.hamilton_jacobi

    assert system.velocities[:2] == network.flow
    assert system.velocities[2:] == tuple(m / OMEGA for M in network.momenta for m in M)
    for k, (D, y) in enumerate(((D1, y1), (D2, y2))):
        back = D1 * slope[0] * used[0, k] + D2 * slope[1] * used[1, k]
        expected = D / LAMBDA - back / LAMBDA - E.diff(y)
        assert expand(network.costate_slopes[k] - expected) == 0
    forces = system.forces[2:]
    assert forces[:4] == tuple(-E.diff(w) for w in now)
    g = [
        D * s * y / LAMBDA
        for D, s in zip((D1, D2), slope, strict=True)
        for y in (y1, y2)
    ]
    assert [expand(F + value) for F, value in zip(forces[4:], g, strict=True)] == [
        0
    ] * 4
    assert [expand(a - b) for a, b in zip(network.gradient, g, strict=True)] == [0] * 4


def test_eq_1_9_rate_of_the_action_of_the_network():
    """dJ/dt = M²/2ω − E: the neurons drop out, whatever f and E are."""
    network = learning_network(2, epoch=1, bias=True)
    momenta = [m for M in network.momenta for m in M]
    assert len(momenta) == 3 * 2 * 3
    expected = sum(m**2 for m in momenta) / (2 * OMEGA) - network.cost
    assert expand(network.hamilton_jacobi.action_rate - expected) == 0


def test_eq_1_9_shifts_show_as_delays_in_time():
    """S_{vT}W is W(t − vT), and the equations for its rate are one, shifted."""
    network = learning_network(1, epoch=1)
    W, M, y = (Function(n, real=True)(t) for n in ("W11", "M11", "y1"))
    first, *rest = network.equations[1:4]
    assert first.lhs == Derivative(W, t)
    assert first.rhs == M / OMEGA
    for v, equation in enumerate(rest, start=1):
        assert equation.lhs == apply_shifts(Shift(v * T), first.lhs)
        assert equation.rhs == apply_shifts(Shift(v * T), first.rhs)
    a = apply_shifts(Shift(T), W) * y
    assert expand(network.equations[0].rhs - (f(a) - y) / LAMBDA) == 0


def test_forces_on_momenta_are_not_one_equation_shifted():
    """Only the weights in use feel the neurons: S_T Ṁ is −g, of now it is −∂E/∂W."""
    network = learning_network(1)
    now, used = network.equations[-2:]
    assert not now.rhs.has(Function("Delta1", real=True))
    assert used.rhs.has(Function("Delta1", real=True)(t))
    assert used.lhs == apply_shifts(Shift(T), now.lhs)
    assert used.rhs != apply_shifts(Shift(T), now.rhs)


def test_gradient_is_the_gradient_of_the_cost_of_an_epoch():
    """∫g dτ with Δ backward from zero is ∂J/∂W, by finite differences of J.

    Two neurons with bias, tanh, E = 0.3 y₁² + y₁y₂ + 0.2 |S_T W|², constant weights.
    """
    network = learning_network(2, activation=tanh, bias=True)
    (y1, y2), used = network.neurons, list(network.weights[1])
    cost = Rational(3, 10) * y1**2 + y1 * y2 + sum(w**2 for w in used) / 5
    network = network.with_cost(cost)
    fixed = {LAMBDA: 0.4}
    arguments = (network.neurons, network.costates, used)
    ready = [
        sympy.lambdify(arguments, [e.subs(fixed) for e in exprs])
        for exprs in (
            network.flow,
            network.costate_slopes,
            list(network.gradient),
            [cost],
        )
    ]
    flow, back, gradient, energy = ready
    weights = np.array([0.2, 0.9, -0.7, -0.4, 0.3, 1.1])
    length, start = 1.7, np.array([0.3, -0.6])

    def forward(w):
        def slope(_, z):
            return [*flow(z[:2], (0, 0), w), *energy(z[:2], (0, 0), w)]

        return solve_ivp(
            slope, (0, length), [*start, 0.0], rtol=1e-10, atol=1e-11, dense_output=True
        )

    path = forward(weights)

    def backward(s, z):
        y, D = path.sol(length - s)[:2], z[:2]
        return [*(-np.array(back(y, D, weights))), *gradient(y, D, weights)]

    end = solve_ivp(backward, (0, length), np.zeros(8), rtol=1e-9, atol=1e-10)
    found, h = end.y[2:, -1], 1e-4
    for k in range(6):
        up, down = (forward(weights + s * h * np.eye(6)[k]).y[2, -1] for s in (1, -1))
        assert found[k] == pytest.approx((up - down) / (2 * h), rel=1e-5, abs=1e-6)


def test_refusals():
    with pytest.raises(ValueError, match="`neurons` must be at most 9"):
        learning_network(10)
    with pytest.raises(ValueError, match="`epoch` must be at least 0"):
        learning_network(1, epoch=-1)
    with pytest.raises(TypeError, match="`neurons` must be an integer"):
        learning_network(1.5)
    network = learning_network(1)
    with pytest.raises(ValueError, match="`cost` must be a function of neurons"):
        network.with_cost(network.momenta[0][0] ** 2)
