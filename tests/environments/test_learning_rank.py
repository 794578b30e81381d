"""Tangent maps of learning: symmetry, volume, finite differences, forgetting."""

import numpy as np
import pytest
from environments.problems import COST, ENVIRONMENT, Y0, H, random_weights
from environments.problems import rule as rule_of
from scipy.linalg import expm

from oqnn.environments import (
    cost_and_gradient,
    epoch_tangent,
    init,
    numerical_rank,
    step,
    tangent_exponents,
)

RULE = rule_of(4, slices=8, rate=1.0, mass=0.5)


@pytest.fixture(scope="module")
def tangent():
    return epoch_tangent(
        ENVIRONMENT, random_weights(), y0=Y0, H=H, rule=RULE, cost=COST
    )


def gradient(weights, y0):
    found = cost_and_gradient(ENVIRONMENT, weights, y0=y0, H=H, rule=RULE, cost=COST)
    return found[1].reshape(-1)


def test_curvature_against_differences_of_the_gradient(tangent):
    W, rng = random_weights(), np.random.default_rng(0)
    for _ in range(2):
        v = rng.normal(size=W.shape)
        up, down = (gradient(W + s * v, Y0) for s in (1e-4, -1e-4))
        expected = (up - down) / 2e-4
        np.testing.assert_allclose(
            tangent.curvature @ v.reshape(-1), expected, atol=2e-6
        )


def test_curvature_is_that_of_a_cost(tangent):
    """A Hessian is symmetric; from costates of fourth order it is so to 1e-4."""
    B = tangent.curvature
    assert 0 < np.abs(B - B.T).max() < 3e-4 * np.abs(B).max()


def test_mixed_derivative_against_differences(tangent):
    for j, unit in enumerate(np.eye(5)):
        up, down = (gradient(random_weights(), Y0 + s * unit) for s in (1e-4, -1e-4))
        np.testing.assert_allclose(
            tangent.mixed[:, j], (up - down) / 2e-4, rtol=0, atol=1e-6
        )


def test_volume_changes_by_friction_alone(tangent):
    """det = μᴺ whatever the cost, N = 240; singular values from blocks of two."""
    sign, logarithm = np.linalg.slogdet(tangent.matrix)
    assert sign == 1
    np.testing.assert_allclose(logarithm, 240 * np.log(RULE.friction), rtol=1e-10)
    values = np.linalg.svd(tangent.matrix, compute_uv=False)
    np.testing.assert_allclose(tangent.singular_values, values, rtol=1e-3)


def taken(weights, momenta, y0, rule, epochs=1):
    """W and M after some epochs of the learner itself, momenta in √(ηω)."""
    state = init(weights[None])._replace(momenta=momenta[None], y0=y0[None])
    for _ in range(epochs):  # neurons start anew
        state = step(state._replace(y0=y0[None]), ENVIRONMENT, rule, COST, H=H)
    scale = np.sqrt(rule.rate * rule.mass)
    return np.concatenate([state.weights.ravel(), state.momenta.ravel() / scale])


def test_tangent_against_differences_of_the_learner(tangent):
    """Signs too: M → −M would keep determinant and singular values."""
    W, rng = random_weights(), np.random.default_rng(1)
    M, v, u = (rng.normal(size=W.shape) for _ in range(3))
    scale = np.sqrt(RULE.rate * RULE.mass)
    up, down = (taken(W + s * v, M + s * scale * u, Y0, RULE) for s in (1e-4, -1e-4))
    moved = tangent.matrix @ np.concatenate([v.ravel(), u.ravel()])
    np.testing.assert_allclose(moved, (up - down) / 2e-4, rtol=0, atol=5e-6)


def test_exponents_follow_the_learner():
    """Two epochs: the tangent at the second is taken where the learner then stands."""
    rule, W = rule_of(4, rate=1.0, mass=0.5, friction=0.7, slices=8), random_weights()
    still, matrices = np.zeros(5), []
    for epochs in (0, 1):
        at = taken(W, 0 * W, still, rule, epochs)[: W.size].reshape(W.shape)
        found = epoch_tangent(ENVIRONMENT, at, H=H, rule=rule, cost=COST)
        matrices.append(found.matrix)
    first, R = np.linalg.qr(matrices[0])
    S = np.linalg.qr(matrices[1] @ first)[1]
    expected = np.sort(np.log(np.abs(np.diag(R) * np.diag(S))))[::-1]
    found = tangent_exponents(ENVIRONMENT, W, 2, H=H, rule=rule, cost=COST)
    np.testing.assert_allclose(found[-1], expected, rtol=0, atol=1e-8)


def test_linear_neurons_forget_exactly():
    """Weights that vanish but for biases: λẏ = −y + const, so ∂y(T)/∂y(0) = e^{−T/λ}.

    The mixed derivative falls by that much along the epoch.
    """
    weights = np.zeros((8, 5, 6))
    weights[..., 0] = 0.3
    tangent = epoch_tangent(ENVIRONMENT, weights, y0=Y0, H=H, rule=RULE, cost=COST)
    np.testing.assert_allclose(
        tangent.forgotten, expm(-4.0 * np.eye(5)), rtol=0, atol=1e-4
    )
    by_slice = np.abs(tangent.mixed.reshape(8, -1)).max(axis=1)
    assert by_slice[-1] < 0.1 * by_slice[0]


def test_exponents_add_up_to_friction():
    """Σ = n N ln μ; without curvature W keeps its place and M decays as μⁿ."""
    rule = rule_of(4, rate=1.0, mass=4.0, friction=0.7, slices=8)
    found = tangent_exponents(
        ENVIRONMENT, random_weights(), 2, H=H, rule=rule, cost=COST
    )
    assert found.shape == (2, 480)
    np.testing.assert_allclose(
        found.sum(axis=1), np.array([1, 2]) * 240 * np.log(0.7), rtol=1e-10
    )


def test_rank_counts_what_can_be_told_apart():
    assert numerical_rank([1.0, 1e-3, 1e-13, 0.0]) == 2
    assert numerical_rank(np.diag([3.0, 1e-5, 0.0]), tol=1e-4) == 1
    assert numerical_rank(np.zeros(3)) == 0


def test_without_friction_exponents_are_refused():
    overdamped = rule_of(4, friction=0.0)
    with pytest.raises(ValueError, match=r"`rule\.friction` must be positive"):
        tangent_exponents(ENVIRONMENT, random_weights(), 1, rule=overdamped)
    with pytest.raises(ValueError, match=r"`weights` must have shape \(8, 5, 6\)"):
        epoch_tangent(ENVIRONMENT, np.zeros((3, 5, 6)), rule=RULE)
