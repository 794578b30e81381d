"""The epoch update of equations 1.9 and 3.5: telescoping, energy, lost rank."""

import numpy as np
import pytest
import sympy
from sympy import Function, Matrix, Rational, cos, expand, eye, zeros

from oqnn.symbolic.canonical import OMEGA, TIME
from oqnn.symbolic.mechanics.epochs import (
    FRICTION,
    RATE,
    epoch_map,
    epoch_recursion,
    update_operator,
)
from oqnn.symbolic.mechanics.shifts import PERIOD, Shift, apply_shifts, compose_shifts

mu, eta, omega, T, t = FRICTION, RATE, OMEGA, PERIOD, TIME
g = Function("g", real=True)
w1, w2 = sympy.symbols("w1 w2", real=True)
COST = 3 * w1**2 / 2 - w1 * w2 + 2 * w2**2  # quadratic, oblique
BENT = COST + Rational(1, 3) * w1**3 * w2 + cos(w2)


@pytest.mark.parametrize("n", range(7))
def test_eq_1_9_epoch_update(n):
    """W(nT+τ) = W((n−1)T+τ) + ΔW, ΔW = −(η/ω) Σ_v μ^v S_{vT} g, from rest."""
    passed = epoch_recursion(n + 1)
    before = passed[n - 1][0] if n else Function("W", real=True)(t - T)
    change = apply_shifts(update_operator(n), g(t)).subs(t, t + n * T)
    assert expand(passed[n][0] - before - change) == 0


def test_eq_1_9_update_telescopes_for_every_epoch():
    """(1 − μS_T) Σ_{v≤n} μ^v S_{vT} = 1 − μ^{n+1} S_{(n+1)T}: start and induction."""
    n = sympy.Symbol("n", integer=True, nonnegative=True)
    S = Shift(T)

    def end(k):
        return 1 - mu ** (k + 1) * S ** (k + 1)

    assert compose_shifts(1 - mu * S - end(0)) == 0
    step = end(n) + (1 - mu * S) * mu ** (n + 1) * S ** (n + 1)
    assert compose_shifts(step - end(n + 1)) == 0
    found = compose_shifts((1 - mu * S) * update_operator(5) * (-omega / eta))
    assert compose_shifts(found - end(5)) == 0


def test_update_with_a_gradient_that_is_given():
    """g = t e^{−t}: the numbers of a plain loop over epochs."""
    gradient, rate, mass, friction, period, tau = (
        t * sympy.exp(-t),
        0.7,
        1.3,
        0.6,
        2.0,
        0.4,
    )
    W, M = 0.0, 0.0
    for n in range(4):
        time = n * period + tau
        M = friction * M - rate * time * np.exp(-time)
        W += M / mass
    values = {eta: rate, omega: mass, mu: friction, T: period, t: tau}
    found = epoch_recursion(4, gradient)[-1][0].subs(Function("W", real=True)(t - T), 0)
    assert float(found.subs(values)) == pytest.approx(W, rel=1e-12)


@pytest.mark.parametrize("weights", [1, 2, 3])
def test_eq_1_9_determinant_of_an_epoch_is_mu_to_the_n(weights):
    """det = μ^N for an undetermined cost; at μ = 0 the rank falls to N."""
    epoch = epoch_map(weights)
    assert epoch.determinant == mu**weights
    assert epoch_map(weights, friction=0).determinant == 0


def test_rank_without_memory():
    found = epoch_map((w1, w2), BENT, friction=0).jacobian
    assert found.subs({w1: 1, w2: 2, eta: 3, omega: 5}).rank() == 2


def test_frictionless_epoch_is_symplectic():
    """At μ = 1 the Jacobian keeps Σ dW ∧ dM; with friction it scales it by μ."""
    one = eye(2)
    form = Matrix([[zeros(2), one], [-one, zeros(2)]])
    for friction in (1, mu):
        J = epoch_map((w1, w2), BENT, friction=friction).jacobian
        assert (J.T * form * J - friction * form).expand() == zeros(4)


def test_eq_1_9_energy_of_learning_changes_by_this_much():
    """C_{n+1} − C_n = (η/4ω)(g_{n+1}² − g_n²) + trapezoidal error."""
    epoch = epoch_map(2, friction=1)
    gradient = [epoch.cost.diff(w) for w in epoch.weights]
    squares = sum(epoch.next_epoch(k) ** 2 - k**2 for k in gradient)
    rest = epoch.energy_drift - eta / (4 * omega) * squares
    assert expand(rest - epoch.trapezoidal_error) == 0


def test_quadratic_cost_has_an_exact_invariant():
    """J + M_{n−1}·M_n/2ωη is the same in every epoch for quadratic J."""
    epoch = epoch_map((w1, w2), COST, friction=1)
    assert expand(epoch.trapezoidal_error) == 0
    mixed = sum(a * b for a, b in zip(epoch.momenta, epoch.new_momenta, strict=True))
    invariant = epoch.cost + mixed / (2 * omega * eta)
    assert expand(epoch.next_epoch(invariant) - invariant) == 0


def test_bent_cost_leaves_a_third_derivative():
    """The trapezoidal error is −J‴MMM/12ω³ + O(ω⁻⁴) for M_n of order one."""
    epoch = epoch_map((w1,), w1**3, friction=1)
    m = sympy.Symbol("m_n", real=True)
    error = epoch.trapezoidal_error.subs(epoch.momenta[0], m + 3 * eta * w1**2)
    assert expand(error + 6 * m**3 / (12 * omega**3)) == 0


def test_energy_of_many_epochs_stays_within_its_remainder():
    """C_n of a bent cost drifts by O(1/ω) only: ten times the mass, a tenth of it."""
    epoch = epoch_map((w1, w2), BENT, friction=1)
    one = sympy.lambdify(
        (eta, omega, *epoch.weights, *epoch.momenta),
        (*epoch.new_weights, *epoch.new_momenta, epoch.cost),
    )
    spreads = []
    for mass in (20.0, 200.0):
        z, energies = [0.5, -0.2, 0.0, 0.0], []
        for _ in range(int(60 * np.sqrt(mass))):
            *new, cost = one(1.0, mass, *z)
            kinetic = np.sum(np.square(z[2:])) + np.sum(np.square(new[2:]))
            energies.append(cost + kinetic / (4 * mass))
            z = new
        spreads.append(np.ptp(energies))
    assert 8 < spreads[0] / spreads[1] < 12


def test_refusals():
    with pytest.raises(ValueError, match="`epoch` must be at least 0"):
        update_operator(-1)
    with pytest.raises(ValueError, match="`weights` must be at least 1"):
        epoch_map(0)
    with pytest.raises(ValueError, match="`weights` must hold every symbol once"):
        epoch_map((w1, w1))
    with pytest.raises(ValueError, match=r"`friction` must be 1 .* but is mu\."):
        _ = epoch_map(1).energy_drift
