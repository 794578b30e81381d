"""The Fokker-Planck step: Gaussians by their moments, and equations solved slowly."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from oqnn.phase_space import PhaseSpaceGrid
from oqnn.phase_space.motion.linear_flow import LinearFlow

FREE = [[0, 1 / 1.3], [0, 0]]
FRICTION = [[0, 1 / 1.3], [0, -0.4]]
DAMPING = [[-0.2, 1 / 1.3], [0, -0.3]]
GAIN = [[0.1, 0.0], [0.0, 0.2]]
NONE = np.zeros((2, 2))
FULL = [[0.1, 0.05], [0.05, 0.2]]
OBLIQUE = [[0.3, -0.03], [-0.03, 0.003]]  # along (10, -1): C_xp is ten times C_pp
EQUATIONS = {
    "nothing": (NONE, NONE),
    "free motion": (FREE, NONE),
    "free motion, D_xx": (FREE, np.diag([0.1, 0])),
    "free motion, D_pp": (FREE, np.diag([0, 0.2])),
    "free motion, all of D": (FREE, FULL),
    "free motion, oblique D": (FREE, OBLIQUE),
    "D_pp alone": (NONE, np.diag([0, 0.2])),
    "friction": (FRICTION, NONE),
    "friction, D_xx": (FRICTION, np.diag([0.1, 0])),
    "friction, D_pp": (FRICTION, np.diag([0, 0.2])),
    "friction, all of D": (FRICTION, FULL),
    "friction, oblique D": (FRICTION, OBLIQUE),
    "oblique D alone": (NONE, OBLIQUE),
    "damping": (DAMPING, NONE),
    "damping, all of D": (DAMPING, FULL),
    "damping, oblique D": (DAMPING, OBLIQUE),
    "contraction of x": (np.diag([-0.3, 0]), NONE),
    "gain": (GAIN, np.diag([0.1, 0.1])),
}
every_equation = pytest.mark.parametrize(
    ("drift", "diffusion"), EQUATIONS.values(), ids=EQUATIONS
)


def gaussian(grid, mean, covariance):
    """exp(−½ (z − μ)ᵀ Σ⁻¹ (z − μ)) / 2π√det Σ."""
    z = np.stack(np.broadcast_arrays(grid.x[:, None], grid.p), -1) - mean
    form = np.einsum("xpi,ij,xpj->xp", z, np.linalg.inv(covariance), z)
    return np.exp(-form / 2) / (2 * np.pi * np.sqrt(np.linalg.det(covariance)))


def lumpy(grid):
    """A positive and a negative hill and a saddle, like no Gaussian."""
    x, p = grid.x[:, None], grid.p
    return (1 + x - 0.7 * p**2 + x * p) * np.exp(
        -(x**2) / 1.5 - p**2 / 1.2 + 0.4 * x * p
    )


@every_equation
@pytest.mark.parametrize("shape", [(160, 130), (161, 127)])
def test_gaussians_stay_gaussian_with_the_moments_of_the_equation(
    drift, diffusion, shape
):
    """μ' = Aμ, Σ' = AΣ + ΣAᵀ + 2D, solved to a tolerance of its own."""
    x = np.linspace(-11, 13, shape[0], endpoint=False)  # 0 is not in the middle
    p = np.linspace(-12, 9, shape[1], endpoint=False)
    grid = PhaseSpaceGrid(x, p, 0.7)
    A, D, dt = np.array(drift), np.array(diffusion), 0.9
    mean, covariance = np.array([0.8, -0.6]), np.array([[0.9, 0.3], [0.3, 0.7]])

    def moments(_, y):
        S = y[2:].reshape(2, 2)
        return np.r_[A @ y[:2], (A @ S + S @ A.T + 2 * D).ravel()]

    start = np.r_[mean, covariance.ravel()]
    y = solve_ivp(moments, [0, dt], start, "DOP853", rtol=1e-13, atol=1e-13).y[:, -1]
    moved = LinearFlow.build(grid, A, D, dt)(gaussian(grid, mean, covariance))
    expected = gaussian(grid, y[:2], y[2:].reshape(2, 2))
    np.testing.assert_allclose(moved, expected, rtol=0, atol=2e-12)


def derivative(values, axis, step, order=1):
    """Spectral derivative, the slow way over complex transforms."""
    k = 2j * np.pi * np.fft.fftfreq(values.shape[axis], step)
    k = np.expand_dims(k, 1 - axis)
    return np.fft.ifft(k**order * np.fft.fft(values, axis=axis), axis=axis).real


@every_equation
def test_the_step_solves_its_equation(drift, diffusion):
    """∂W/∂t = −∂ᵢ(A_ij z_j W) + D_ij ∂ᵢ∂_j W, by a Runge-Kutta method."""
    grid = PhaseSpaceGrid.centered(8, 9, (48, 54))
    x, p = grid.x[:, None], grid.p
    A, D = np.array(drift), np.array(diffusion)

    def slope(_, flat):
        W = flat.reshape(grid.shape)
        in_x = derivative(W, 0, grid.dx)
        return (
            -derivative((A[0, 0] * x + A[0, 1] * p) * W, 0, grid.dx)
            - derivative((A[1, 0] * x + A[1, 1] * p) * W, 1, grid.dp)
            + D[0, 0] * derivative(W, 0, grid.dx, 2)
            + 2 * D[0, 1] * derivative(in_x, 1, grid.dp)
            + D[1, 1] * derivative(W, 1, grid.dp, 2)
        ).ravel()

    W = lumpy(grid)
    slow = solve_ivp(slope, [0, 0.3], W.ravel(), "DOP853", rtol=1e-9, atol=1e-10)
    moved = LinearFlow.build(grid, A, D, 0.3)(W)
    np.testing.assert_allclose(
        moved, slow.y[:, -1].reshape(grid.shape), rtol=0, atol=2e-7
    )


@every_equation
def test_times_add_and_nothing_is_lost(drift, diffusion):
    grid = PhaseSpaceGrid.centered(10, 9, (100, 90))
    W = lumpy(grid)
    steps = [LinearFlow.build(grid, drift, diffusion, t) for t in (0.2, 0.5, 0.7)]
    once, twice = steps[2](W), steps[1](steps[0](W))
    np.testing.assert_allclose(twice, once, rtol=0, atol=1e-11)
    assert once.sum() == pytest.approx(W.sum(), rel=1e-11)


@pytest.mark.parametrize("drift", [FREE, FRICTION, DAMPING])
def test_motion_without_diffusion_runs_backward(drift):
    grid = PhaseSpaceGrid.centered(10, 9, (100, 90))
    W = lumpy(grid)
    there = LinearFlow.build(grid, drift, NONE, 0.3)
    back = LinearFlow.build(grid, drift, NONE, -0.3)
    np.testing.assert_allclose(back(there(W)), W, rtol=0, atol=1e-11)


@every_equation
def test_batches_are_moved_one_by_one_and_left_as_they_were(drift, diffusion):
    grid = PhaseSpaceGrid.centered(6, 5, (30, 24))
    batch = np.random.default_rng(2).normal(size=(2, 3, 30, 24))
    batch.flags.writeable = False
    flow = LinearFlow.build(grid, drift, diffusion, 0.4)
    moved = flow(batch)
    assert moved.shape == batch.shape
    for index in np.ndindex(2, 3):
        np.testing.assert_allclose(moved[index], flow(batch[index]), atol=1e-13)
    place = batch.copy()
    assert flow(place, out=place) is place
    np.testing.assert_array_equal(place, moved)


@pytest.mark.parametrize("sign", [1, -1])
def test_many_short_steps_amplify_only_what_is_contracted(sign):
    """‖W(x/m)/m‖₂ = m^{−1/2}‖W‖₂, for noise up to the edges as well."""
    grid = PhaseSpaceGrid(np.linspace(-2, 1, 40), np.linspace(-1, 3, 46))
    step = LinearFlow.build(grid, np.diag([-0.5 * sign, -sign]), NONE, 1e-3)
    W = np.random.default_rng(4).normal(size=grid.shape)
    start = np.linalg.norm(W)
    for _ in range(1000):
        W = step(W)
    assert np.linalg.norm(W) <= np.exp(0.75 * sign) * start


def test_the_covariance_of_a_step_is_the_integral():
    """C = ∫ M(s) 2D M(s)ᵀ ds; for free motion 2D_pp [[t³/3m², t²/2m], [t²/2m, t]]."""
    grid = PhaseSpaceGrid.centered(6, 5, (30, 24))
    flow = LinearFlow.build(grid, FREE, np.diag([0, 0.2]), 0.6)
    m, t = 1.3, 0.6
    expected = 0.4 * np.array([[t**3 / 3 / m**2, t**2 / 2 / m], [t**2 / 2 / m, t]])
    np.testing.assert_allclose(flow.covariance, expected, rtol=1e-13)
    np.testing.assert_allclose(flow.propagator, [[1, t / m], [0, 1]], rtol=1e-14)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"drift": [[0, 1], [-1, 0]]}, r"`drift` must be upper triangular.* -1\. "),
        ({"drift": np.eye(3)}, r"`drift` must have shape \(2, 2\)"),
        ({"drift": [[np.nan, 1], [0, 0]]}, r"`drift` must be finite"),
        ({"diffusion": [[0, 0.1], [0, 1]]}, r"`diffusion` must be symmetric"),
        ({"diffusion": [[0, 0.1], [0.1, 1]]}, r"positive semidefinite.* -0\.0099:"),
        ({"dt": -0.1}, r"`dt` must not be negative where W diffuses.* -0\.1"),
        ({"dt": np.inf}, r"`dt` must be finite"),
        (
            {"grid": PhaseSpaceGrid(np.array([0, 1, 3.0]), np.arange(4.0))},
            r"`grid` must have evenly spaced axes",
        ),
    ],
)
def test_refusals(changes, message):
    arguments = {
        "grid": PhaseSpaceGrid.centered(3, 2, (8, 6)),
        "drift": FREE,
        "diffusion": np.diag([0, 0.1]),
        "dt": 0.1,
    }
    with pytest.raises(ValueError, match=message):
        LinearFlow.build(**{**arguments, **changes})
