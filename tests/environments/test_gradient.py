"""Cost and costate gradient of an epoch, for a problem without any symmetry.

Complex gate, complex Hamiltonian, three mixed states, neurons that start anywhere, a
neuron that steers nothing, unequal readouts: a lost transpose shows.
"""

import jax
import numpy as np
import pytest
from environments.problems import (
    COST,
    ENVIRONMENT,
    Y0,
    H,
    random_weights,
    rule,
    slow_cost,
)

from oqnn._core.jax64 import in_double_precision
from oqnn.environments import cost_and_gradient
from oqnn.environments.learning_jax import epoch
from oqnn.environments.problem import learning_problem

WEIGHTS = random_weights()
WIDTH = 0.1


def cost_and_costates(resolution, weights=WEIGHTS):
    return cost_and_gradient(
        ENVIRONMENT, weights, y0=Y0, H=H, rule=rule(resolution), cost=COST
    )


@in_double_precision
def reverse_mode(resolution):
    """∂J/∂W of the discretised cost by automatic differentiation."""
    problem = learning_problem(ENVIRONMENT, rule(resolution), COST, H)
    gradient = jax.jit(
        jax.grad(lambda weights: epoch(problem, weights, Y0, resolution).cost),
        compiler_options={"xla_backend_optimization_level": 0},  # compiles faster
    )
    return np.asarray(gradient(WEIGHTS)) / WIDTH


@pytest.fixture(scope="module")
def by_costates():
    return {resolution: cost_and_costates(resolution) for resolution in (4, 8, 16)}


@pytest.mark.slow
def test_cost_and_gradient_are_of_fourth_order(by_costates):
    """Against an adaptive integrator; the gradient in five random directions.

    The reference derivatives are five-point differences of the slow cost, error ~1e-10.
    """
    directions = np.random.default_rng(6).normal(size=(5, *WEIGHTS.shape))
    e, stencil = 5e-3, np.array([1, -8, 8, -1]) / 12
    slopes = [
        stencil @ [slow_cost(WEIGHTS + x * e * V) for x in (-2, -1, 1, 2)] / e
        for V in directions
    ]
    exact = slow_cost(WEIGHTS)
    cost_errors, slope_errors = [], []
    for cost, gradient in by_costates.values():
        found = np.tensordot(directions, gradient, 3) * WIDTH
        cost_errors.append(abs(cost - exact))
        slope_errors.append(np.linalg.norm(found - slopes))
    for errors in (cost_errors, slope_errors):
        orders = np.log2(np.array(errors[:-1]) / errors[1:])
        assert errors[2] < 1e-7
        assert ((orders > 3.6) & (orders < 4.4)).all(), orders


@pytest.mark.slow
def test_costates_agree_with_reverse_mode(by_costates):
    """Differentiate, then discretise, against discretise, then differentiate."""
    gaps = []
    for resolution in (4, 8):
        expected = reverse_mode(resolution)
        gap = np.abs(by_costates[resolution][1] - expected).max()
        gaps.append(gap / np.abs(expected).max())
    assert gaps[1] < 1e-5
    assert np.log2(gaps[0] / gaps[1]) == pytest.approx(4, abs=0.3)


@pytest.mark.slow
def test_gradient_agrees_with_finite_differences(by_costates):
    """Central differences of the cost itself in random directions."""
    rng = np.random.default_rng(7)
    gradient = by_costates[8][1]
    for _ in range(3):
        V = rng.normal(size=WEIGHTS.shape)
        up, down = (cost_and_costates(8, WEIGHTS + x * V)[0] for x in (1e-4, -1e-4))
        found = (gradient * V).sum() * WIDTH
        np.testing.assert_allclose(found, (up - down) / 2e-4, rtol=1e-4, atol=2e-6)


def test_wrong_input_is_refused():
    def call(weights=WEIGHTS, constants=None, **changes):
        given = {"y0": Y0, "H": H, "cost": COST, "rule": constants or rule(8)}
        return cost_and_gradient(ENVIRONMENT, weights, **(given | changes))

    with pytest.raises(ValueError, match=r"`weights` must have shape \(8, 5, 6\)"):
        call(WEIGHTS[:4])
    with pytest.raises(ValueError, match=r"`y0` must have shape \(5,\)"):
        call(y0=np.zeros(4))
    with pytest.raises(ValueError, match=r"`H` must have shape \(2, 2\)"):
        call(H=np.eye(3))
    with pytest.raises(ValueError, match=r"`resolution` must be at least 12 .* is 2"):
        call(constants=rule(2, period=3.2))
    with pytest.raises(ValueError, match=r"put every readout .* \[1\.0, 2\.5, 4\.0\]"):
        call(WEIGHTS[:4], constants=rule(8, slices=4))
