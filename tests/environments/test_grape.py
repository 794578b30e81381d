"""Optimal control within bounds: gradient, analytic optima, refusals."""

import numpy as np
import pytest
from environments.problems import COST, ENVIRONMENT, H, slow_cost
from scipy.linalg import expm

from oqnn.dynamics import PiecewiseControls, RegisterGenerator
from oqnn.environments import (
    Material,
    ProtectionCost,
    RegisterEnvironment,
    field_channel,
    grape,
    readout_infidelity,
)
from oqnn.environments.grape import _Objective

SIGMA_X = np.array([[0, 1], [1, 0]])
SIGMA_Z = np.diag([1, -1])


@pytest.fixture(scope="module")
def objective():
    """The problem without symmetry, T = 0.8 in eight slices."""
    return _Objective(ENVIRONMENT, COST, 0.8, 8, H)


def random_controls(seed):
    return np.random.default_rng(seed).uniform(-1, 1, (8, 4))


def material_of(controls, environment=ENVIRONMENT, period=0.8):
    edges = np.linspace(0, period, len(controls) + 1)
    drive = PiecewiseControls(edges, controls, periodic=True)
    return Material(kind="grape", environment=environment, drive=drive)


def test_cost_is_that_of_a_replay(objective):
    """Σ q_r (1 − F̄) with F̄ from exact maps of the material, to rounding."""
    controls = random_controls(0)
    expected = readout_infidelity(
        material_of(controls), COST, period=0.8, H=H, slices=8
    )
    found, _ = objective(controls.reshape(-1))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_replay_is_the_cost_of_a_network_that_stands_still():
    """Weights of a network at rest, y = tanh W₀; J by an adaptive integrator."""
    y = np.array([0.4, -0.7, 0.2, 0.6, 0.0])
    weights = np.zeros((8, 5, 6))
    weights[:, :, 0] = np.arctanh(y)
    running = (
        COST.controls / 2 * 0.8 * (y @ y) + COST.network / 2 * 0.1 * (weights**2).sum()
    )
    expected = slow_cost(weights, y0=y) - running
    controls = np.tile(y[:4], (8, 1))
    found = readout_infidelity(material_of(controls), COST, period=0.8, H=H, slices=8)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_gradient_against_central_differences(objective):
    """Error of second order in the shift: 1e-5 gives 1e-10 of the third derivative."""
    start = random_controls(1).reshape(-1)
    _, gradient = objective(start)
    for direction in np.random.default_rng(2).normal(size=(4, start.size)):
        up, down = (objective(start + s * direction)[0] for s in (1e-5, -1e-5))
        np.testing.assert_allclose(
            direction @ gradient, (up - down) / 2e-5, rtol=0, atol=1e-9
        )


def test_never_worse_than_its_start_and_within_bounds():
    start = random_controls(3)
    result = grape(
        ENVIRONMENT,
        COST,
        period=0.8,
        slices=8,
        H=H,
        controls=start[None],
        iterations=20,
    )
    before = readout_infidelity(material_of(start), COST, period=0.8, H=H, slices=8)
    assert result.infidelities[0] < before - 0.01
    assert np.abs(result.controls).max() <= 1
    after = readout_infidelity(result.material(), COST, period=0.8, H=H, slices=8)
    np.testing.assert_allclose(after, result.infidelities[0], rtol=1e-12)
    onward = grape(
        ENVIRONMENT,
        COST,
        period=0.8,
        slices=8,
        H=H,
        controls=result.controls,
        iterations=20,
    )
    assert onward.infidelities[0] <= result.infidelities[0]


def closed_qubit():
    """A qubit with nothing but a field h y σ_x / 2, h = 2."""
    quiet = RegisterGenerator(np.zeros((1, 2, 2)))
    return RegisterEnvironment(quiet, {"x": field_channel(SIGMA_X / 2, 1)}, 2.0)


def test_fastest_flip_is_at_full_field():
    """e^{−iθσ_x/2}: after t = π/h at y = 1 it is σ_x, and nothing else gets there."""
    cost = ProtectionCost(target=SIGMA_X, readouts=(1.0,))
    fastest = grape(closed_qubit(), cost, period=np.pi / 2, slices=5, seeds=[0, 1])
    np.testing.assert_allclose(fastest.infidelities, 0, atol=1e-12)
    np.testing.assert_allclose(np.abs(fastest.controls.sum(axis=1)), 5, atol=1e-5)
    short = grape(closed_qubit(), cost, period=0.8 * np.pi / 2, slices=5, seeds=[0])
    angle = 0.8 * np.pi  # F̄ = (1 + 2 sin²(θ/2)) / 3 of the best rotation
    expected = 1 - (1 + 2 * np.sin(angle / 2) ** 2) / 3
    np.testing.assert_allclose(short.infidelities[0], expected, atol=1e-12)


@pytest.mark.slow
def test_any_gate_with_two_fields():
    """A gate without symmetry, by fields along x and z: exact."""
    quiet = RegisterGenerator(np.zeros((1, 2, 2)))
    channels = {"x": field_channel(SIGMA_X / 2, 1), "z": field_channel(SIGMA_Z / 2, 1)}
    environment = RegisterEnvironment(quiet, channels, 3.0)
    U = expm(-1j * np.array([[0.7, 0.3 - 0.6j], [0.3 + 0.6j, -0.2]]))
    cost = ProtectionCost(target=U, readouts=(1.0,))
    result = grape(environment, cost, period=2.0, slices=10, seeds=range(2))
    assert result.infidelities.min() < 1e-10


def test_no_controls_are_refused():
    with pytest.raises(ValueError, match=r"`controls` must have shape \(b, 8, 4\)"):
        grape(ENVIRONMENT, COST, period=0.8, slices=8, controls=np.zeros((8, 4)))
    with pytest.raises(ValueError, match=r"`controls` must lie in \[-1, 1\]"):
        grape(ENVIRONMENT, COST, slices=8, controls=np.full((1, 8, 4), 1.1))
    with pytest.raises(ValueError, match="10 slices put them at"):
        grape(ENVIRONMENT, COST, slices=10, seeds=[0])
    with pytest.raises(ValueError, match="`period` must be positive"):
        grape(ENVIRONMENT, COST, period=0)
    with pytest.raises(ValueError, match="`period` must be positive"):
        readout_infidelity(material_of(random_controls(0)), period=-1)
