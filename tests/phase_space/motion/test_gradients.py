"""Derivatives of W(t) by parameters: closed forms, differences, refusals."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oqnn.phase_space import (
    Driven,
    NetworkPotential,
    PhaseSpaceGrid,
    Polynomial,
    WignerFunction,
    propagate,
)
from oqnn.phase_space.guards import GridWarning
from oqnn.phase_space.motion.gradients import wigner_gradient, wigner_sensitivities
from oqnn.phase_space.motion.propagation_jax import Motion, Scheme, propagate_values

HBAR, MASS = 0.6, 1.3
GRID = PhaseSpaceGrid.centered(7.0, 7.5, (90, 96), hbar=HBAR)
X, P = GRID.x[:, None], GRID.p
CENTRE = np.array([0.7, -0.4])
COVARIANCE = np.array([[0.25, 0.1], [0.1, 0.42]])  # det > (ħ/2)²: a mixed state


def gaussian(x, p, centre=CENTRE):
    """W of a Gaussian state, and its slopes along x and p."""
    inverse = np.linalg.inv(COVARIANCE)
    z = np.stack(np.broadcast_arrays(x - centre[0], p - centre[1]))
    pull = np.einsum("ij,j...->i...", inverse, z)
    norm = 2 * np.pi * np.sqrt(np.linalg.det(COVARIANCE))
    W = np.exp(-np.einsum("i...,i...->...", z, pull) / 2) / norm
    return W, -pull[0] * W, -pull[1] * W


STATE = WignerFunction(gaussian(X, P)[0], GRID)
BOWL = Polynomial([0.0, 0.0, 0.5])
WEIGHTS = {"w": np.array([1.1, -0.7]), "b": np.array([0.3, -0.2]), "A": 0.8}


def network(q, x):
    """Two neurons of amplitudes A and −A/2 in a bowl."""
    bowl = x**2 / 2
    two = jnp.array([1.0, -0.5]) * q["A"]
    return bowl + jnp.tanh(x[..., None] * q["w"] + q["b"]) @ two


def driven_network(q, x, t):
    return network(q, x) - q["A"] * x * jnp.cos(1.7 * t)


def mean_x_squared(values):
    return (values * X**2).sum() * GRID.dx * GRID.dp


def harmonic(kappa, x):
    return kappa * x**2 / 2


def largest(values):
    return np.abs(values).max()


def turned(kappa, t):
    """W and ∂W/∂κ in a harmonic well of stiffness κ.

    W(z, t) = W₀(M⁻¹z) with M⁻¹ = [[c, −s/mω], [mωs, c]], c = cos ωt, ω = √(κ/m):
    ∂W/∂κ = ∇W₀(M⁻¹z) · (∂M⁻¹/∂ω) z /(2mω).
    """
    omega = np.sqrt(kappa / MASS)
    c, s, mw = np.cos(omega * t), np.sin(omega * t), MASS * omega
    W, slope_x, slope_p = gaussian(c * X - s / mw * P, mw * s * X + c * P)
    along_x = -t * s * X - (t * c / mw - s / (mw * omega)) * P
    along_p = MASS * (s + omega * t * c) * X - t * s * P
    return W, (slope_x * along_x + slope_p * along_p) / (2 * mw)


@pytest.mark.slow
@pytest.mark.parametrize(("time_order", "steps"), [(2, 60), (4, 30)])
def test_a_stiffer_spring_turns_the_state_faster(time_order, steps):
    """Against the closed form, with errors ∝ steps^−order of W and its derivative."""
    kappa, t = 1.7, 1.2
    W, slope = turned(kappa, t)
    errors = []
    for n in (steps, 2 * steps):
        found = wigner_sensitivities(
            harmonic, kappa, STATE, t, mass=MASS, steps=n, time_order=time_order
        )
        off = largest(found.final.values - W) / largest(W)
        errors.append((off, largest(found.derivatives - slope) / largest(slope)))
        assert found.error == pytest.approx(off, rel=0.04)
    np.testing.assert_allclose(np.log2(np.divide(*errors)), time_order, atol=0.05)
    assert max(errors[-1]) < {2: 1e-4, 4: 1e-7}[time_order]


@pytest.mark.slow
def test_a_stronger_drive_displaces_the_state_further():
    """mξ̈ = −κξ + cos(νt + φ) from rest at t₀: ∂W/∂A = −ξ W_x − mξ̇ W_p.

    ξ = [cos(νt + φ) − cos(νt₀ + φ) cos ωτ + (ν/ω) sin(νt₀ + φ) sin ωτ]/m(ω² − ν²).
    """
    kappa, A, nu, phi, start, tau = 1.7, 0.4, 2.1, 0.5, 0.3, 1.4
    omega = np.sqrt(kappa / MASS)
    first, last = nu * start + phi, nu * (start + tau) + phi
    c, s = np.cos(omega * tau), np.sin(omega * tau)
    scale = MASS * (omega**2 - nu**2)
    xi = (np.cos(last) - np.cos(first) * c + nu / omega * np.sin(first) * s) / scale
    xi_dot = (
        -nu * np.sin(last) + omega * np.cos(first) * s + nu * np.sin(first) * c
    ) / scale
    mw = MASS * omega
    x, p = X - A * xi, P - A * MASS * xi_dot
    _, slope_x, slope_p = gaussian(c * x - s / mw * p, mw * s * x + c * p)
    W_x, W_p = c * slope_x + mw * s * slope_p, -s / mw * slope_x + c * slope_p
    expected = -xi * W_x - MASS * xi_dot * W_p

    def potential(A, x, t):
        return kappa * x**2 / 2 - A * x * jnp.cos(nu * t + phi)

    found = wigner_sensitivities(
        potential, A, STATE, tau, start=start, mass=MASS, steps=60
    )
    np.testing.assert_allclose(
        found.derivatives, expected, atol=1e-8 * largest(expected)
    )


def shifted(name, index, h):
    """WEIGHTS with one entry moved by h."""
    moved = {key: np.array(value, dtype=float) for key, value in WEIGHTS.items()}
    moved[name][index] += h
    return moved


# What compiles is slow: tests share these.
CASES = {"driven": (driven_network, None), "truncated": (network, 1)}
START, TIME, STEPS = 0.2, 0.3, 7


@cache
def sensitivities(case):
    potential, order_hbar = CASES[case]
    return wigner_sensitivities(
        potential,
        WEIGHTS,
        STATE,
        TIME,
        start=START,
        mass=MASS,
        steps=STEPS,
        order_hbar=order_hbar,
    )


def moved(case, q):
    """The other implementation, by closed forms in NumPy, with the same steps."""
    U = NetworkPotential(
        q["w"], q["b"], q["A"] * np.array([1.0, -0.5]), confinement=BOWL
    )
    potential, order_hbar = CASES[case]
    if potential is driven_network:
        U = Driven(U, q["A"], 1.7)
    tlist, step = [START, START + TIME], TIME / STEPS
    return propagate(
        U, STATE, tlist, mass=MASS, order_hbar=order_hbar, step=step
    ).values[-1]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_derivatives_agree_with_differences_of_propagate(case):
    """[W(q + h) − W(q − h)]/2h, whose own error is h²/6 ∂³W/∂q³."""
    found, h = sensitivities(case), 1e-4
    np.testing.assert_allclose(
        found.final.values, moved(case, WEIGHTS), atol=1e-13 * largest(STATE.values)
    )
    for name, index in [("w", 1), ("A", ())]:
        up, down = (moved(case, shifted(name, index, sign * h)) for sign in (1, -1))
        np.testing.assert_allclose(
            found.derivatives[name][index],
            (up - down) / (2 * h),
            atol=1e-7 * largest(found.derivatives[name]),
        )


@pytest.mark.slow
def test_reverse_and_forward_mode_agree():
    """∂cost/∂q = ∬ (∂cost/∂W) ∂W/∂q; seven steps leave a stretch that is not full."""
    forward = sensitivities("driven")
    backward = wigner_gradient(
        mean_x_squared,
        driven_network,
        WEIGHTS,
        STATE,
        TIME,
        start=START,
        mass=MASS,
        steps=STEPS,
    )
    for name, gradient in backward.gradient.items():
        assert gradient.shape == np.shape(WEIGHTS[name])
        slopes = (forward.derivatives[name] * X**2).sum((-2, -1)) * GRID.dx * GRID.dp
        np.testing.assert_allclose(gradient, slopes, rtol=1e-11)
    np.testing.assert_allclose(backward.final.values, forward.final.values, atol=1e-14)
    assert backward.error == pytest.approx(forward.error, rel=1e-6)
    assert backward.cost == pytest.approx(
        float(backward.final.expect(X**2 + 0 * P)), rel=1e-13
    )


@pytest.mark.slow
@pytest.mark.parametrize("case", ["driven", "truncated"])
def test_norm_and_purity_do_not_depend_on_the_potential(case):
    """∬∂W/∂q = 0 and ∬W ∂W/∂q = 0."""
    found = sensitivities(case)
    for slope in (found.derivatives["A"], found.derivatives["b"][0]):
        assert abs(slope.sum()) < 1e-12 * np.abs(slope).sum()
        overlap = (found.final.values * slope).sum()
        assert abs(overlap) < 1e-12 * (found.final.values**2).sum()


@pytest.mark.slow
def test_batches_move_as_their_members_do():
    other = gaussian(X, P, centre=np.array([-0.5, 0.6]))[0]
    both = WignerFunction(np.stack([other, STATE.values]), GRID)
    options = {"mass": MASS, "steps": 5, "time_order": 2}
    slopes = wigner_sensitivities(harmonic, 1.7, both, 0.4, **options).derivatives
    assert slopes.shape == (2, *GRID.shape)
    alone = wigner_sensitivities(harmonic, 1.7, STATE, 0.4, **options).derivatives
    np.testing.assert_allclose(slopes[1], alone, atol=1e-13 * largest(alone))
    assert largest(slopes[0] - alone) > 0.1 * largest(alone)


@pytest.mark.slow
def test_the_kernel_differentiates_by_the_initial_state_and_the_mass():
    """Linear in W₀; ⟨x⟩ of a free particle moves by p t/m, whose slope is −p t/m²."""
    with jax.enable_x64(True):
        motion = Motion(X, P, GRID.k[:, None], GRID.theta, HBAR, MASS, 0.0, 0.9)
        scheme = Scheme(order_hbar=None, time_order=4, timed=False)

        def mean_x(mass, values):
            now = motion._replace(mass=mass)
            final = propagate_values(lambda q, x: q * x, 0.0, values, now, scheme, 3)
            return (final * X).sum() * GRID.dx * GRID.dp

        slopes = jax.jit(jax.grad(mean_x, argnums=(0, 1)))
        by_mass, by_state = slopes(MASS, STATE.values)
    assert float(by_mass) == pytest.approx(-CENTRE[1] * 0.9 / MASS**2, rel=1e-9)
    mean = (np.array(by_state) * STATE.values).sum()
    assert mean == pytest.approx(CENTRE[0] + CENTRE[1] * 0.9 / MASS, rel=1e-9)


def test_the_kernel_refuses_single_precision():
    motion = Motion(X, P, GRID.k[:, None], GRID.theta, HBAR, MASS, 0.0, 0.9)
    scheme = Scheme(order_hbar=None, time_order=4, timed=False)
    with pytest.raises(
        TypeError, match="must hold 64-bit floats, but one holds float32"
    ):
        propagate_values(harmonic, 1.0, STATE.values, motion, scheme, 3)
    with (
        jax.enable_x64(True),
        pytest.raises(TypeError, match="must hold 64-bit floats"),
    ):
        propagate_values(harmonic, np.float32(1), STATE.values, motion, scheme, 3)


def test_a_state_that_reaches_the_edge_is_warned_of():
    with pytest.warns(GridWarning, match="at the edges of p"):
        wigner_sensitivities(
            harmonic, 40.0, STATE, 0.2, mass=MASS, steps=60, time_order=2
        )


def test_too_few_steps_are_refused():
    with pytest.raises(ValueError, match="`steps` must be more, but are 2, which"):
        wigner_sensitivities(harmonic, 90.0, STATE, 0.3, steps=2, time_order=2)


GOOD = {
    "cost": mean_x_squared,
    "potential": harmonic,
    "parameters": 1.7,
    "W": STATE,
    "time": 0.3,
    "steps": 2,
    "time_order": 2,
}
SINGLE = jnp.array([1.0, 0.3])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"W": STATE.values}, TypeError, "`W` must be a WignerFunction"),
        ({"time": 0.0}, ValueError, "`time` must be positive"),
        ({"start": np.nan}, ValueError, "`start` must be finite"),
        ({"mass": -1.0}, ValueError, "`mass` must be positive"),
        ({"steps": 1}, ValueError, "`steps` must be at least 2"),
        ({"order_hbar": -1}, ValueError, "`order_hbar` must be at least 0"),
        ({"time_order": 3}, ValueError, "`time_order` must be 2 or 4"),
        ({"parameters": {}}, TypeError, "`parameters` must hold at least one"),
        ({"parameters": [[], np.ones(0)]}, TypeError, "must hold at least one number"),
        ({"parameters": "stiff"}, TypeError, "`parameters` must be real numbers"),
        ({"parameters": [1j]}, TypeError, "`parameters` must be real numbers"),
        ({"parameters": [np.inf]}, ValueError, "`parameters` must be finite"),
        ({"parameters": SINGLE}, ValueError, "`parameters` must be in double"),
        ({"potential": 3.0}, TypeError, "`potential` must be a function"),
        ({"potential": lambda q: q}, TypeError, r"`potential` must be a function.*\("),
        (
            {"potential": lambda q, x: np.tanh(x)},
            TypeError,
            r"`potential` must be written in jax\.numpy",
        ),
        (
            {"potential": lambda q, x: SINGLE[0] * x**2},
            ValueError,
            "`potential` must compute in double precision",
        ),
        (
            {"potential": lambda q, x: jnp.sqrt(x)},
            ValueError,
            "`potential` must be finite wherever it is used",
        ),
        (
            {"potential": lambda q, x: x[:, None]},
            ValueError,
            "`potential` must return an array of the shape of x",
        ),
        ({"cost": X}, TypeError, "`cost` must be a function"),
        ({"cost": lambda W: W.sum(-1)}, TypeError, r"one real number.*shape \(90,\)"),
        ({"cost": lambda W: 1j * W.sum()}, TypeError, "of complex128"),
        ({"cost": lambda W: np.linalg.norm(W)}, TypeError, "`cost` must be written in"),
        ({"cost": lambda W: jnp.log(-W.sum())}, ValueError, "`cost` must be finite"),
        pytest.param(
            {"cost": lambda W: jnp.sqrt(jnp.sum(W) * 0)},
            ValueError,
            "`gradient of the cost` must be finite",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_bad_input_is_refused(change, error, message):
    with pytest.raises(error, match=message):
        wigner_gradient(**{**GOOD, **change})


def test_derivatives_that_are_not_finite_are_refused():
    """√q at q = 0: W is finite, its slope is not."""
    with pytest.raises(ValueError, match="`derivatives` must be finite, but"):
        wigner_sensitivities(
            lambda q, x: x**2 / 2 + jnp.sqrt(q) * x, 0.0, STATE, 0.3, steps=2
        )


def test_states_that_do_not_fit_are_refused():
    far = WignerFunction(gaussian(X, P, centre=np.array([6.8, 0.0]))[0], GRID)
    with pytest.raises(ValueError, match="`W` must fit its grid"):
        wigner_gradient(**{**GOOD, "W": far})
    uneven = PhaseSpaceGrid(np.append(GRID.x, 9.0), GRID.p, HBAR)
    wide = WignerFunction(gaussian(uneven.x[:, None], P)[0], uneven)
    with pytest.raises(ValueError, match=r"`W\.grid` must have evenly spaced axes"):
        wigner_gradient(**{**GOOD, "W": wide})
