"""Classical points and Liouville's equation by characteristics."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

from oqnn._core.errors import ConvergenceError
from oqnn.phase_space import (
    FunctionPotential,
    Kicked,
    Pendulum,
    PhaseSpaceGrid,
    Polynomial,
    WignerFunction,
    classical_trajectories,
    propagate_classical,
    tangent_maps,
)

MASS, HBAR = 1.3, 0.7
GRID = PhaseSpaceGrid(
    np.linspace(-5, 6, 40, endpoint=False), np.linspace(-6, 5, 56, endpoint=False), HBAR
)
SKEW = Polynomial([0.4, 0.2, 0.3, 0.1, 0.15])
POINTS = np.array([0.3, -1.2, 0.8]), np.array([-0.5, 0.4, 1.1])


def duffing(x, t):
    return x**4 / 4 - x**2 / 2 - 0.8 * x * np.cos(1.3 * t)


DUFFING = FunctionPotential(
    duffing,
    derivatives=[
        lambda x, t: x**3 - x - 0.8 * np.cos(1.3 * t),
        lambda x, t: 3 * x**2 - 1,
    ],
)


class Kicks:
    """K(x) = −g cos x at every multiple of T, and free flight: the standard map."""

    depends_on_time = False
    strength, period = 0.9, 0.8

    def __call__(self, x, t=0.0):
        return np.zeros_like(x)

    def derivative(self, x, order, t=0.0):
        return np.zeros_like(x)

    def kicks(self, t0, t1):
        first, last = np.floor(t0 / self.period) + 1, np.floor(t1 / self.period)
        times = np.arange(first, last + 1) * self.period
        return tuple((float(t), Pendulum(self.strength)) for t in times)


def bump(x, p):
    """No Gaussian: W of a skew packet with a dip, centred off the origin."""
    u, v = x - 0.4, p + 0.7
    return np.exp(-(u**2) - 0.6 * v**2 - 0.3 * u * v) * (1 - 0.5 * u * v + 0.2 * v)


def test_a_pendulum_swings_at_its_period():
    """From rest at angle φ the period is 4K(sin²(φ/2))/√(k²K/m)."""
    from scipy.special import ellipk

    start, strength, wave = 2.0, 1.7, 0.8
    potential = Pendulum(strength, wave)
    period = 4 * ellipk(np.sin(start / 2) ** 2) / (wave * np.sqrt(strength / MASS))
    run = classical_trajectories(
        potential, start / wave, 0.0, [0, period / 2, period], mass=MASS
    )
    assert_allclose(run.x, [start / wave, -start / wave, start / wave], atol=1e-8)
    assert_allclose(run.p, 0, atol=1e-8)
    assert 0 < run.error[-1] <= 1e-9


@pytest.mark.parametrize("potential", [SKEW, DUFFING], ids=["skew", "duffing"])
def test_trajectories_and_tangents_against_an_adaptive_solver(potential):
    """ẋ = p/m, ṗ = −U′, Ṁ = ((0, 1/m), (−U″, 0))M by DOP853."""
    times = [0.2, 1.0, 3.7]
    run = tangent_maps(potential, *POINTS, times, mass=MASS)

    def slope(t, z):
        x, p, *m = z
        bend = -potential.derivative(x, 2, t)
        force = -potential.derivative(x, 1, t)
        return [p / MASS, force, m[2] / MASS, m[3] / MASS, bend * m[0], bend * m[1]]

    for i, z in enumerate(zip(*POINTS, strict=True)):
        exact = solve_ivp(
            slope, (0.2, 3.7), [*z, 1, 0, 0, 1], "DOP853", times, rtol=1e-12, atol=1e-12
        ).y
        found = [run.x[:, i], run.p[:, i], *run.maps[:, i].reshape(3, 4).T]
        assert_allclose(found, exact, rtol=1e-7, atol=1e-8)
    assert_allclose(np.linalg.det(run.maps), 1, atol=1e-10)
    same = classical_trajectories(potential, *POINTS, times, mass=MASS)
    assert_allclose([same.x, same.p], [run.x, run.p], atol=1e-8)


def test_the_standard_map():
    """p → p − gK sin x, x → x + pT/m, and its tangent, kick by kick."""
    potential = Kicks()
    x, p = (np.array(z) for z in POINTS)
    run = tangent_maps(potential, x, p, [0, 1.6, 2.0], mass=MASS)
    m = np.broadcast_to(np.eye(2), (3, 2, 2))
    for flight in (0.8, 0.8, 0.4):
        x = x + p * flight / MASS
        m = np.array([[1, flight / MASS], [0, 1]]) @ m
        if flight == 0.8:
            turn = np.broadcast_to(np.eye(2), (3, 2, 2)).copy()
            turn[:, 1, 0] = -potential.strength * np.cos(x)
            p, m = p - potential.strength * np.sin(x), turn @ m
    assert_allclose([run.x[2], run.p[2]], [x, p], atol=1e-12)
    assert_allclose(run.maps[2], m, atol=1e-12)


def test_exponents_of_an_unstable_point():
    """M = ((ch λt, sh λt/mλ), (mλ sh λt, ch λt)) at the top, λ² = |U″|/m."""
    rate, times = 0.9, np.array([0.4, 2.4, 5.9])
    potential = Polynomial([0, 0, -MASS * rate**2 / 2])
    run = tangent_maps(potential, [0.0, 0.7], [0.0, -0.1], times, mass=MASS)
    spans = times - 0.4
    c, s = np.cosh(rate * spans), np.sinh(rate * spans)
    exact = np.array([[c, s / (MASS * rate)], [MASS * rate * s, c]])
    assert_allclose(
        run.maps, np.moveaxis(exact, -1, 0)[:, None] + 0 * run.maps, rtol=1e-8
    )
    largest = np.linalg.svd(np.moveaxis(exact, -1, 0), compute_uv=False)[1:, 0]
    assert_allclose(run.exponents[:, 1], np.log(largest) / spans[1:], rtol=1e-8)
    assert run.exponents[-1, 0] == pytest.approx(rate, abs=0.03)


def test_errors_of_tangents_are_relative_to_their_size():
    """Of 5e8 after 20 units of time, whose digits end at 1e-7."""
    inverted = Polynomial([0, 0, -0.5])
    run = tangent_maps(inverted, 0.0, 0.0, [0, 20.0], tol=1e-8)
    c, s = np.cosh(20), np.sinh(20)
    assert_allclose(run.maps[1], [[c, s], [s, c]], rtol=1e-7)


def test_the_steps_are_of_fourth_order_reversible_and_keep_energy():
    best = classical_trajectories(DUFFING, *POINTS, [0, 2], mass=MASS, step=0.002)
    runs = [
        classical_trajectories(DUFFING, *POINTS, [0, 2], mass=MASS, step=step)
        for step in (0.1, 0.05)
    ]
    errors = [
        np.hypot(run.x[1] - best.x[1], run.p[1] - best.p[1]).max() for run in runs
    ]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(4, abs=0.15)

    there = classical_trajectories(SKEW, *POINTS, [0, 30], mass=MASS, step=0.1)
    back = classical_trajectories(
        SKEW, there.x[1], -there.p[1], [0, 30], mass=MASS, step=0.1
    )
    assert_allclose([back.x[1], -back.p[1]], POINTS, atol=1e-10)
    energy = there.p**2 / (2 * MASS) + SKEW(there.x)
    assert_allclose(energy[1], energy[0], atol=1e-4)


def test_eq_1_2_at_order_zero_a_harmonic_well_turns_any_density():
    """W(x, p, t) = W(x cos ωt − p sin ωt/mω, p cos ωt + mωx sin ωt, 0)."""
    omega, times = 1.2, [0.0, 0.6, 2.5]
    run = propagate_classical(
        Polynomial([0, 0, MASS * omega**2 / 2]), bump, times, grid=GRID, mass=MASS
    )
    x, p = GRID.x[:, None], GRID.p
    for t, values in zip(times, run.values, strict=True):
        c, s = np.cos(omega * t), np.sin(omega * t)
        exact = bump(x * c - p * s / (MASS * omega), p * c + MASS * omega * x * s)
        assert_allclose(values, exact, atol=1e-8)
    assert run.error.max() <= 1e-9
    assert run.steps[0] == 0


def test_eq_1_2_at_order_zero_is_solved_by_what_is_carried():
    """∂_tW + (p/m)∂_xW − U′∂_pW = 0 by central differences of eighth order in t.

    For a driven pendulum, whose force is bounded; derivatives in x and p are spectral.
    """
    pendulum = Pendulum(1.1, 0.9)
    potential = FunctionPotential(
        lambda x, t: pendulum(x) - 0.8 * x * np.cos(1.3 * t),
        derivatives=[lambda x, t: pendulum.derivative(x, 1) - 0.8 * np.cos(1.3 * t)],
    )
    grid = PhaseSpaceGrid.centered(10, 10, (128, 120), hbar=HBAR)
    h, weights = 0.01, np.array([4 / 5, -1 / 5, 4 / 105, -1 / 280])
    shifts = np.arange(1, 5) * h
    times = np.r_[0, 0.8 - shifts[::-1], 0.8, 0.8 + shifts]
    run = propagate_classical(potential, bump, times, grid=grid, mass=MASS, step=0.05)
    before, now, after = run.values[1:5][::-1], run.values[5], run.values[6:]
    in_time = np.tensordot(weights, after - before, 1) / h

    def slope(axis, spacing):
        k = 2j * np.pi * np.fft.fftfreq(now.shape[axis], spacing)
        k = k.reshape((-1, 1) if axis == 0 else (1, -1))
        return np.fft.ifft(k * np.fft.fft(now, axis=axis), axis=axis).real

    force = -potential.derivative(grid.x, 1, 0.8)[:, None]
    residual = in_time + grid.p / MASS * slope(0, grid.dx) + force * slope(1, grid.dp)
    assert np.abs(in_time).max() > 0.5
    assert_allclose(residual, 0, atol=1e-6)


@pytest.mark.parametrize(
    "potential", [SKEW, DUFFING, Kicks()], ids=["skew", "driven", "kicked"]
)
def test_what_is_carried_arrives_with_the_trajectories(potential):
    """W(z(t), t) = W(z₀, 0) forwards, at grid points that trajectories are aimed at."""
    times = [0.3, 1.1, 2.0]
    points = classical_trajectories(potential, *POINTS, times, mass=MASS)
    for k in (1, 2):
        order = np.argsort(points.x[k]), np.argsort(points.p[k])
        grid = PhaseSpaceGrid(points.x[k][order[0]], points.p[k][order[1]], HBAR)
        run = propagate_classical(potential, bump, times, grid=grid, mass=MASS)
        where = np.argsort(order[0]), np.argsort(order[1])
        assert_allclose(run.values[k][where], bump(*POINTS), atol=1e-8)
        assert np.isnan(run.bandwidth.k).all()


def test_windows_that_are_entered_later_are_computed():
    """After half a turn W(x, p) = W(−x, −p, 0), where at first there was 1e-44."""

    def packet(x, p):
        return np.exp(-((x + 6) ** 2) - p**2) / np.pi

    window = PhaseSpaceGrid(np.linspace(4, 7, 12), np.linspace(-1, 1.5, 9), HBAR)
    run = propagate_classical(
        lambda x: x**2 / 2, packet, [0, 1.2, np.pi], grid=window, tol=1e-8
    )
    exact = packet(-window.x[:, None], -window.p)
    assert_allclose(run.values[2], exact, rtol=0, atol=1e-8)
    assert 0 < run.error.max() <= 1e-8


def test_values_on_a_grid_are_interpolated():
    grid = PhaseSpaceGrid.centered(9, 9.5, (80, 84), hbar=HBAR)
    x, p = grid.x[:, None], grid.p
    W = WignerFunction(np.array([bump(x, p), bump(p, x)]), grid)
    run = propagate_classical(SKEW, W, [0, 0.4, 0.9], mass=MASS)
    exact = propagate_classical(
        SKEW, lambda x, p: np.array([bump(x, p), bump(p, x)]), [0, 0.4, 0.9], grid=grid,
        mass=MASS,
    )  # fmt: skip
    assert run.values.shape == (3, 2, 80, 84)
    assert_allclose(run.values[0], W.values, atol=1e-12)
    assert_allclose(run.values, exact.values, atol=1e-7)


def test_interpolation_keeps_the_values_at_the_points():
    """Up to the highest wave that the grid holds, here a twentieth of W."""
    signs = np.multiply.outer((-1.0) ** np.arange(40), (-1.0) ** np.arange(56))
    W = WignerFunction(bump(GRID.x[:, None], GRID.p) * (1 + 0.05 * signs), GRID)
    run = propagate_classical(SKEW, W, [0.0])
    assert_allclose(run.values[0], W.values, atol=1e-12)


def test_points_from_infinity_carry_nothing():
    """Under U = −x⁴ points reach infinity in a finite time; none comes from there."""
    run = propagate_classical(
        Polynomial([0, 0, 0, 0, -1]), bump, [0, 3], grid=GRID, mass=MASS, step=0.01
    )
    assert np.isfinite(run.values).all()
    assert run.values[1][np.abs(GRID.x) > 4].max() == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"grid": None}, "`grid` must be given where `W` is a function"),
        ({"tlist": [1, 0]}, "`tlist` must increase strictly"),
        ({"mass": 0}, "`mass` must be positive"),
        ({"step": -1}, "`step` must be positive"),
        ({"tol": -1}, "`tol` must be positive"),
        (
            {"potential": lambda x: np.where(x > 2, np.nan, x)},
            "`potential` must be finite",
        ),
        (
            {"potential": lambda x, t: np.where(x < 6 - t, x**2, np.nan)},
            r"`potential` must be finite .* t = 1\.",
        ),
        (
            {"potential": Kicked(SKEW, lambda x: np.where(x < 5, x, np.inf), 0.4)},
            r"`kick` must be finite .* t = 0\.4\.",
        ),
        (
            {"W": WignerFunction(np.ones(GRID.shape), GRID)},
            "`W` must fit its grid",
        ),
        (
            {
                "W": WignerFunction(
                    np.ones((3, 2)), PhaseSpaceGrid([0.0, 1, 3], [0.0, 1])
                )
            },
            "`W` must have evenly spaced axes",
        ),
        (
            {
                "W": WignerFunction(bump(GRID.x[:, None], GRID.p), GRID),
                "grid": PhaseSpaceGrid(GRID.x, GRID.p, 1.0),
            },
            r"`grid` must have the hbar of `W`, 0\.7, but has 1\.",
        ),
    ],
)
def test_refusals_of_densities(change, message):
    arguments = {"potential": SKEW, "W": bump, "tlist": [0, 1], "grid": GRID, **change}
    with pytest.raises(ValueError, match=message):
        propagate_classical(**arguments)


def test_arrays_are_no_densities():
    with pytest.raises(TypeError, match="`W` must be a WignerFunction or a function"):
        propagate_classical(SKEW, np.ones(GRID.shape), [0, 1], grid=GRID)


@pytest.mark.parametrize("solve", [classical_trajectories, tangent_maps])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"p0": [1, 2]}, r"`x0` and `p0` must broadcast, but have shapes \(3,\) and"),
        ({"x0": [1, np.nan, 0]}, "`x0` must be finite"),
        ({"p0": [1, np.inf, 0]}, "`p0` must be finite"),
        ({"mass": -1}, "`mass` must be positive"),
        ({"tlist": []}, "`tlist` must hold at least one value"),
        ({"potential": lambda x: np.inf * x}, "`potential` must be finite"),
    ],
)
def test_refusals_of_points(solve, change, message):
    x0, p0 = POINTS
    arguments = {"potential": SKEW, "x0": x0, "p0": p0, "tlist": [0, 1], **change}
    with pytest.raises(ValueError, match=message):
        solve(**arguments)


def test_trajectories_that_leave_are_reported():
    with pytest.raises(ConvergenceError, match=r"must stay finite, but .* t = 3 "):
        classical_trajectories(Polynomial([0, 0, 0, 0, -1]), 1.0, 0.0, [0, 3], step=0.1)


def test_chaos_without_a_step_is_reported(monkeypatch):
    monkeypatch.setattr("oqnn.phase_space.routes.refinement.MOST_REFINEMENTS", 4)
    with pytest.raises(ConvergenceError, match="`tol` must be within reach"):
        classical_trajectories(DUFFING, *POINTS, [0, 60])
