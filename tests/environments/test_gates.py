"""Gates as the aim of an epoch: costs in closed form, QuTiP, and a learner."""

import numpy as np
import pytest
import qutip

from oqnn._core.bases import hermitian_basis, pauli_basis
from oqnn.dynamics import ConstantControls, RegisterGenerator
from oqnn.environments import (
    LearningRule,
    Material,
    ProtectionCost,
    ReferenceEnvironment,
    RegisterEnvironment,
    cost_and_gradient,
    field_channel,
    learn,
)
from oqnn.measures import average_fidelity

T_GATE = np.diag([1, np.exp(0.25j * np.pi)])
QUIET = ReferenceEnvironment(xi=0, epsilon=0, gamma_1=0, gamma_phi=0, h=8)
PERIOD = 1.5
RULE = LearningRule(period=PERIOD, slices=15)


def gate_cost(target, **changes):
    return ProtectionCost(target=target, readouts=(1.0,), **changes)


def turned_about_z(environment, angle):
    y = np.array([0, 0, angle / (environment.h * PERIOD), 0])
    drive = ConstantControls(y)
    return Material(kind="constant", environment=environment, drive=drive)


@pytest.mark.parametrize("excess", [0.0, 0.3, -1.1])
def test_a_rotation_that_is_off_by_an_angle(excess):
    """1 − F̄ = ⅔ sin²(δ/2) for a rotation by π/4 + δ where π/4 is wanted."""
    material = turned_about_z(QUIET, np.pi / 4 + excess)
    end = material.transfer([0, PERIOD])[-1]
    lost = 1 - (gate_cost(T_GATE).overlap_matrix(2) * end).sum()
    exact = 2 / 3 * np.sin(excess / 2) ** 2
    np.testing.assert_allclose(lost, exact, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(1 - average_fidelity(end, T_GATE), exact, atol=1e-13)


def test_a_perfect_gate_under_damping():
    """Turns about z commute with damping along z: F̄ = ½ + (2e^{−γ₂T} + e^{−γ₁T})/6.

    Here γ₂ = γ₁/2 + γ_φ.
    """
    damped = ReferenceEnvironment(xi=0, epsilon=0, gamma_1=0.3, gamma_phi=0.11)
    end = turned_about_z(damped, np.pi / 4).transfer([0, PERIOD])[-1]
    kept = 2 * np.exp(-(0.15 + 0.11) * PERIOD) + np.exp(-0.3 * PERIOD)
    overlap = (gate_cost(T_GATE).overlap_matrix(2) * end).sum()
    np.testing.assert_allclose(overlap, 0.5 + kept / 6, rtol=1e-12)


def test_a_network_at_a_perfect_gate_has_nothing_to_learn():
    """Neurons at rest at y_z = π/(4hT): the cost and its gradient are zero."""
    y = np.array([0, 0, np.pi / 4 / (QUIET.h * PERIOD), 0])
    weights = np.zeros((RULE.slices, 4, 5))
    weights[:, :, 0] = np.arctanh(y)
    cost = gate_cost(T_GATE, controls=0, network=0)
    J, gradient = cost_and_gradient(QUIET, weights, y0=y, rule=RULE, cost=cost)
    assert abs(J) < 1e-12
    np.testing.assert_allclose(gradient, 0, atol=1e-9)
    other = gate_cost(T_GATE.conj(), controls=0, network=0)
    J, gradient = cost_and_gradient(QUIET, weights, y0=y, rule=RULE, cost=other)
    np.testing.assert_allclose(J, 2 / 3 * np.sin(np.pi / 4) ** 2, rtol=1e-9)
    assert abs(gradient).max() > 0.01


@pytest.mark.parametrize("excess", [0.0, 0.4])
def test_two_qubits_under_a_coupling(excess):
    """exp(−iθ σ_zσ_z/2) for exp(−iθ₀ σ_zσ_z/2): F_e = cos²((θ − θ₀)/2), d = 4."""
    zz = np.kron(*pauli_basis(1)[[3, 3]])
    quiet = RegisterGenerator(np.zeros((2, 4, 4)), {(0, 1): np.eye(4)})
    pair = RegisterEnvironment(quiet, {"zz": field_channel(zz / 2, 2)}, 2.0)
    target = np.diag(np.exp(-0.25j * np.pi * np.diag(zz)))
    drive = ConstantControls([(np.pi / 2 + excess) / (2.0 * PERIOD)])
    material = Material(kind="constant", environment=pair, drive=drive)
    end = material.transfer([0, PERIOD])[-1]
    overlap = (gate_cost(target).overlap_matrix(4) * end).sum()
    exact = (4 * np.cos(excess / 2) ** 2 + 1) / 5
    np.testing.assert_allclose(overlap, exact, rtol=1e-12)


def test_gate_fidelity_of_a_noisy_map_is_qutips():
    environment = ReferenceEnvironment(gamma_1=0.2, directions=((1, 2, 0), (0, -1, 3)))
    drive = ConstantControls([0.3, -0.2, 0.4, 0.5])
    material = Material(kind="constant", environment=environment, drive=drive)
    end = material.transfer([0, 0.7])[-1]
    basis = hermitian_basis(2)  # vec is by columns
    columns = basis.transpose(0, 2, 1).reshape(4, 4).T
    channel = qutip.Qobj(columns @ end @ columns.conj().T, dims=[[[2], [2]]] * 2)
    gate = (1j * qutip.sigmax() * 0.4 + 0.3j * qutip.sigmay()).expm()
    overlap = (gate_cost(gate.full()).overlap_matrix(2) * end).sum()
    expected = qutip.average_gate_fidelity(channel, gate)
    np.testing.assert_allclose(overlap, expected, rtol=1e-12)


@pytest.mark.slow
def test_a_t_gate_is_learned_where_it_is_quiet():
    cost = gate_cost(T_GATE)
    result = learn(QUIET, RULE, cost, seeds=[0, 1], epochs=80, progress=False)
    for learner in range(2):
        end = result.material(learner).transfer([0, PERIOD])[-1]
        assert average_fidelity(end, T_GATE) > 0.99
    assert (result.state.infidelities[:, 0] > 0.05).all()


def test_a_gate_of_another_size_is_refused():
    cost = gate_cost(np.eye(4))
    with pytest.raises(ValueError, match=r"`target` must have the size.* 2, but has 4"):
        cost_and_gradient(QUIET, RULE.random_weights(0), rule=RULE, cost=cost)
