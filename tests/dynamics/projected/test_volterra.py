"""Equations with memory: closed forms, the direct sum, orders, what is refused."""

import numpy as np
import pytest
from scipy.linalg import expm

from oqnn.dynamics.projected.gregory import (
    convolve,
    cumulative_integral,
    end_corrections,
    exponential_weights,
    interpolate_uniform,
)
from oqnn.dynamics.projected.volterra import solve_volterra, solve_volterra_directly
from oqnn.dynamics.solvers.memory_limit import check_memory

RNG = np.random.default_rng(60)
DRIFT = RNG.normal(size=(3, 3)) - 1.5 * np.eye(3)
COUPLING = RNG.normal(size=(3, 3))
START = RNG.normal(size=(3, 2))
DRIVE = RNG.normal(size=(3, 2))
DECAY, END = 1.3, 5.0


def samples(n_steps):
    """K = e^{−λt} C and b = cos(t) v on a grid up to END."""
    times = np.linspace(0, END, n_steps + 1)[:, None, None]
    return np.exp(-DECAY * times) * COUPLING, np.cos(times) * DRIVE


def embedded():
    """x(END) of x′ = Mx + z + cos(t)v, z′ = −λz + Cx, by one exponential a column."""
    generator = np.zeros((8, 8))
    generator[:3, :3], generator[:3, 3:6] = DRIFT, np.eye(3)
    generator[3:6, :3], generator[3:6, 3:6] = COUPLING, -DECAY * np.eye(3)
    generator[6, 7], generator[7, 6] = -1, 1
    columns = []
    for start, drive in zip(START.T, DRIVE.T, strict=True):
        generator[:3, 6] = drive
        columns.append(expm(generator * END) @ np.r_[start, 0, 0, 0, 1, 0])
    return np.array(columns)[:, :3].T


def test_constant_memory_is_an_oscillator():
    """x′ = −a² ∫x: x = cos at. Past several blocks of the fast solver."""
    step, n = 0.01, 3001
    x = solve_volterra([[0.0]], np.full((n, 1, 1), -0.49), [1.0], step)
    exact = np.cos(0.7 * step * np.arange(n))
    np.testing.assert_allclose(x[:, 0], exact, rtol=0, atol=2e-12)


def test_without_memory_it_is_exact_at_any_step():
    """x = e^{Mt}x₀, and x = e^{Mt}(x₀ + M⁻¹b) − M⁻¹b for a constant source."""
    step, n = 1.7, 14
    powers = np.array([expm(DRIFT * step * k) for k in range(n)])
    free = solve_volterra(DRIFT, np.zeros((n, 3, 3)), START, step)
    np.testing.assert_allclose(free, powers @ START, rtol=1e-11, atol=1e-12)
    source = np.broadcast_to(DRIVE, (n, 3, 2))
    driven = solve_volterra(DRIFT, np.zeros((n, 3, 3)), START, step, source=source)
    shift = np.linalg.solve(DRIFT, DRIVE)
    expected = powers @ (START + shift) - shift
    np.testing.assert_allclose(driven, expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("order", [2, 4, 6])
def test_measured_order(order):
    """Matrix kernel, drift, source and two columns against an embedding."""
    exact, errors = embedded(), []
    for n_steps in (160, 320):
        kernel, source = samples(n_steps)
        x = solve_volterra(
            DRIFT, kernel, START, END / n_steps, source=source, order=order
        )
        errors.append(np.abs(x[-1] - exact).max())
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.2)


@pytest.mark.parametrize("n_steps", [13, 90, 128, 1500])
@pytest.mark.parametrize("order", [2, 6])
def test_fast_and_direct_sums_are_the_same(order, n_steps):
    """Fewer points than a block, a whole number of blocks, and neither."""
    kernel, source = samples(n_steps)
    kernel = kernel + 0.1 * RNG.normal(size=kernel.shape)  # rough: no smoothness needed
    setting = (DRIFT, kernel, START, END / n_steps)
    fast = solve_volterra(*setting, source=source, order=order)
    direct = solve_volterra_directly(*setting, source=source, order=order)
    np.testing.assert_allclose(fast, direct, rtol=1e-12, atol=1e-12)
    single = (DRIFT, kernel, START[:, 1], END / n_steps)
    fast = solve_volterra(*single, source=source[..., 1], order=order)
    np.testing.assert_allclose(fast, direct[..., 1], rtol=1e-12, atol=1e-12)


def test_the_direct_sum_is_gregory_quadrature():
    """Order 2 written out: x_n = g_n + h Σ' F_{n−j} x_j with halved ends."""
    n, step = 12, 0.2
    kernel = RNG.normal(size=(n + 1, 1, 1))
    F = np.zeros(n + 1)
    F[1:] = np.cumsum((kernel[1:, 0, 0] + kernel[:-1, 0, 0]) / 2) * step
    x = np.ones(n + 1)
    for i in range(1, n + 1):
        weights = np.r_[0.5, np.ones(i - 1)]
        x[i] = 1 + step * (weights * F[i:0:-1] * x[:i]).sum()
    found = solve_volterra_directly([[0.0]], kernel, [1.0], step, order=2)
    np.testing.assert_allclose(found[:, 0], x, rtol=1e-13)


@pytest.mark.parametrize(
    ("points", "known"),
    [(1, [-1 / 2]), (2, [-5 / 12 - 1 / 6, 1 / 12]), (3, [-5 / 8, 1 / 6, -1 / 24])],
)
def test_gregory_corrections(points, known):
    """Trapezoid, and the ends 5/12, 13/12 and 3/8, 7/6, 23/24 of the textbooks."""
    np.testing.assert_allclose(end_corrections(points), known, rtol=1e-13)


def test_exponential_weights_solve_a_driven_equation():
    """y′ = Ay + u², y(0) = 0 in the scalar case: −(u² + 2u/a + 2/a²)/a + 2e^{au}/a³."""
    a = -0.8
    weights = exponential_weights(np.array([[a]]), 4)[..., 0, 0]
    exact = -(1 + 2 / a + 2 / a**2) / a + 2 * np.exp(a) / a**3
    for s in range(3):
        square = (np.arange(4) - s) ** 2
        np.testing.assert_allclose(weights[s] @ square, exact, rtol=1e-12)


def test_running_integrals_and_convolutions():
    """∫₀ᵗ u⁵ = t⁶/6, t² ∗ t² = t⁵/30, and e^{iat} ∗ e^{−t} in closed form."""
    times = np.linspace(0, 2, 21)
    found = cumulative_integral(np.stack([times**5, times]), 0.1, 6)
    expected = np.stack([times**6 / 6, times**2 / 2])
    np.testing.assert_allclose(found, expected, atol=1e-12)
    parabola = convolve(times**2, times**2, 0.1, 5)  # degree 4 at every n
    np.testing.assert_allclose(parabola, times**5 / 30, atol=1e-13)
    errors = []
    for n in (40, 80):
        times = np.linspace(0, 2, n + 1)
        turn, decay = np.exp(3j * times), np.exp(-times)
        expected = (turn - decay) / (1 + 3j)
        errors.append(np.abs(convolve(turn, decay, 2 / n, 5) - expected).max())
    assert np.log2(errors[0] / errors[1]) == pytest.approx(6, abs=0.4)


def test_interpolation_is_exact_for_polynomials():
    places = np.array([0.0, 0.3, 4.5, 8.99, 9.0])
    values = (np.arange(10.0) - 2) ** 5
    found = interpolate_uniform(values, places, 6)
    np.testing.assert_allclose(found, (places - 2) ** 5, rtol=1e-11, atol=1e-10)


def test_wrong_input_is_refused():
    K = np.zeros((20, 2, 2))
    good = {"drift": np.eye(2), "kernel": K, "x0": np.ones(2), "step": 0.1}
    for change, complaint in [
        ({"drift": np.eye(3)}, r"`kernel` must have shape \(t, m, m\) with .*m=3, but"),
        ({"x0": np.ones(3)}, r"`x0` must have shape \(m, r\) with m=2"),
        ({"kernel": np.full((20, 2, 2), np.nan)}, "`kernel` must be finite"),
        ({"kernel": K[:12]}, "more than 12 samples at order 6, but holds 12"),
        ({"step": -0.1}, "`step` must be positive"),
        ({"order": 3}, r"`order` must be one of \(2, 4, 6\), but is 3"),
        ({"source": np.zeros((19, 2))}, r"`source` must have shape \(20, 2, 1\)"),
        ({"kernel": np.zeros((20, 2))}, r"`kernel` must have shape \(t, m, m\)"),
    ]:
        with pytest.raises(ValueError, match=complaint):
            solve_volterra(**{**good, **change})
    with pytest.raises(TypeError, match="`x0` must be real"):
        solve_volterra(**{**good, "x0": np.ones(2) * 1j})


def test_what_does_not_fit_in_memory_is_refused():
    with pytest.raises(ValueError, match=r"`a` must fit.* 9\.31e\+08 GiB.*Try less"):
        check_memory(1e18, "`a`", "Try less.")
    check_memory(1e3, "`a`", "Try less.")
