"""The ρ(x, x′) route: pure states, closed forms of decoherence, orders, refusals."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from phase_space.diagonalised import packet

from oqnn import ConvergenceError
from oqnn.phase_space import (
    FunctionPotential,
    Polynomial,
    propagate_density,
    propagate_wavefunction,
)

MASS, HBAR = 1.3, 0.7
X = np.linspace(-6.5, 7.5, 84, endpoint=False)
DX = X[1] - X[0]
SKEW = Polynomial([0.4, 0.2, 0.3, 0.05, 0.03])


def pure(psi):
    return psi[..., :, None] * psi[..., None, :].conj()


def moments(rho):
    """⟨x⟩, ⟨p⟩ and the covariance of x and p, from ρ(x, x′) and its transform."""
    k = 2 * np.pi * np.fft.fftfreq(X.size, DX)
    row = np.fft.fft(rho, axis=-2)

    def mean(power):
        turned = np.fft.ifft((HBAR * k[:, None]) ** power * row, axis=-2)
        return np.einsum("...xx->...x", turned) * DX

    x, p = (mean(0) @ X).real, mean(1).sum(-1).real
    xx, pp = (mean(0) @ X**2).real, mean(2).sum(-1).real
    xp = (mean(1) @ X).real  # Re⟨xp⟩ = ⟨xp + px⟩/2
    return np.array([x, p]), np.array(
        [[xx - x * x, xp - x * p], [xp - x * p, pp - p * p]]
    )


@pytest.mark.parametrize("potential", ["skew", "kicked and pushed"])
def test_without_decay_it_is_the_schrodinger_route(potential):
    """ρ = Σ w|ψ⟩⟨ψ| of two complex packets, each moved by split steps of its own."""
    if potential == "skew":
        potential = SKEW
    else:
        potential = FunctionPotential(
            lambda x, t: SKEW(x) - 0.7 * x * np.sin(1.7 * t),
            derivatives=[lambda x, t: SKEW.derivative(x, 1) - 0.7 * np.sin(1.7 * t)],
        )
        object.__setattr__(  # a frozen dataclass; two kicks suffice here
            potential,
            "kicks",
            lambda t0, t1: tuple(
                (t, Polynomial([0, 0.4, 0.1])) for t in (0.5, 1.2) if t0 < t <= t1
            ),
        )
    kets = np.array([packet(X, 0.6, -0.5, 0.8, HBAR), packet(X, -1, 0.4, 0.9, HBAR)])
    weights, times = np.array([0.3, 0.7]), [0.1, 0.8, 1.2]
    rho = np.einsum("k,kxy->xy", weights, pure(kets))
    options = {"mass": MASS, "hbar": HBAR}
    psi = propagate_wavefunction(potential, kets, X, times, **options).values
    run = propagate_density(potential, rho, X, times, tol=1e-8, **options)
    exact = np.einsum("k,tkxy->txy", weights, pure(psi))
    assert_allclose(run.values, exact, atol=3e-8)
    assert_allclose(run.trace, run.trace[0], atol=1e-12)
    assert_allclose(run.purity, run.purity[0], atol=1e-7)
    assert max(run.edge_mass.x.max(), run.edge_mass.p.max()) < 1e-9


def test_eq_1_8_localisation_without_motion():
    """A heavy particle: ρ(x, x′, t) = ρ(x, x′, 0) e^{−F t − iΔU t/ħ}, F complex."""

    def decay(x, y):
        return 0.6 * (1 - np.exp(-(y**2))) * (1 + 0.1 * x**2) + 0.3j * np.tanh(y)

    rho = pure(packet(X, 0.3, 0.5, 1, HBAR) + packet(X, -1.5, 0, 0.8, HBAR))
    t = 1.4
    run = propagate_density(
        SKEW, rho, X, [0, t], mass=1e14, hbar=HBAR, decay=decay, step=0.5
    )
    x, x_ = X[:, None], X
    exact = rho * np.exp(-t * decay((x + x_) / 2, x - x_))
    exact = exact * np.exp(-1j * t / HBAR * (SKEW(x) - SKEW(x_)))
    assert_allclose(run.values[1], exact, atol=1e-12)


def test_eq_1_8_diffusion_of_a_harmonic_packet():
    """Σ(t) = RΣ₀Rᵀ + 2∫R D Rᵀ ds with R the harmonic flow and D = diag(D_xx, D_pp)."""
    omega, d_xx, d_pp, t, a = 1.1, 0.06, 0.11, 1.3, 0.8
    potential = Polynomial([0, 0, MASS * omega**2 / 2])
    run = propagate_density(
        potential,
        pure(packet(X, 0.6, -0.5, a, HBAR)),
        X,
        [0, t],
        mass=MASS,
        hbar=HBAR,
        diffusion_pp=d_pp,
        diffusion_xx=d_xx,
        tol=1e-8,
    )

    def flow(s):
        c, r = np.cos(omega * s), np.sin(omega * s)
        return np.array([[c, r / (MASS * omega)], [-MASS * omega * r, c]])

    nodes, weights = np.polynomial.legendre.leggauss(20)
    covariance = flow(t) @ np.diag([a**2 / 2, HBAR**2 / (2 * a**2)]) @ flow(t).T
    for s, w in zip((nodes + 1) * t / 2, weights * t / 2, strict=True):
        covariance += 2 * w * flow(s) @ np.diag([d_xx, d_pp]) @ flow(s).T
    found = moments(run.values[1])
    assert_allclose(found[0], flow(t) @ [0.6, -0.5], atol=1e-7)
    assert_allclose(found[1], covariance, atol=1e-7)
    # A Gaussian has purity ħ/(2√det Σ)
    purity = HBAR / 2 / np.sqrt(np.linalg.det(covariance))
    assert run.purity[1] == pytest.approx(purity, abs=1e-7)


@pytest.mark.parametrize("time_order", [2, 4])
def test_order_in_time(time_order):
    potential = FunctionPotential(lambda x, t: SKEW(x) - 0.7 * x * np.sin(1.7 * t))
    rho = pure(packet(X, 0.6, -0.5, 0.8, HBAR))

    def run(steps, order=time_order):
        return propagate_density(
            potential, rho, X, [0.2, 1], mass=MASS, hbar=HBAR, step=0.8 / steps,
            diffusion_xx=0.05, decay=lambda x, y: 0.3 * np.tanh(y) ** 2,
            time_order=order,
        ).values[1]  # fmt: skip

    best = run(128, 4)
    errors = [np.linalg.norm(run(n) - best) for n in (12, 24)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(time_order, abs=0.1)


def test_the_error_is_relative_to_the_size_of_rho():
    rho = pure(packet(X, 0.6, -0.5, 0.8, HBAR))
    options = {"mass": MASS, "hbar": HBAR, "tol": 1e-3, "time_order": 2}
    runs = [
        propagate_density(SKEW, size * rho, X, [0, 0.3], **options) for size in (1, 1e3)
    ]
    assert runs[0].steps.tolist() == runs[1].steps.tolist()
    assert_allclose(runs[1].error, runs[0].error, rtol=1e-9)


def test_edges_of_x_and_of_p_are_told_apart():
    """Cut by the end of x, at rest; in the middle, near the largest momentum."""
    most = np.pi * HBAR / DX
    start = [packet(X, 7.2, 0.0, 0.4, HBAR), packet(X, 0.0, 0.97 * most, 0.5, HBAR)]
    edges = propagate_density(SKEW, pure(np.array(start)), X, [0], hbar=HBAR).edge_mass
    assert edges.x.shape == edges.p.shape == (1, 2)
    assert min(edges.x[0, 0], edges.p[0, 1]) > 0.5
    assert max(edges.x[0, 1], edges.p[0, 0]) < 0.02


def test_a_batch_is_one_by_one_and_times_compose():
    kets = np.array([packet(X, 0.6, -0.5, 0.8, HBAR), packet(X, -1, 0.4, 0.9, HBAR)])
    options = {"mass": MASS, "hbar": HBAR, "step": 0.1, "time_order": 2}
    options["decay"] = lambda x, y: y**2 / 9
    both = propagate_density(SKEW, pure(kets), X, [0, 0.5, 1], **options)
    one = propagate_density(SKEW, both.values[1, 1], X, [0, 0.5], **options)
    assert_allclose(one.values[1], both.values[2, 1], atol=1e-13)
    assert both.trace.shape == both.purity.shape == both.edge_mass.p.shape == (3, 2)
    assert both.purity[2].max() < 0.9
    assert both.steps.tolist() == [0, 5, 5]


GOOD = pure(packet(X, 0, 0, 1, 1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rho_xx": GOOD[1:]}, r"`rho_xx` must have shape \(..., 84, 84\)"),
        ({"rho_xx": GOOD * 1j}, "`rho_xx` must be Hermitian"),
        ({"rho_xx": 0 * GOOD}, "`rho_xx` must not be zero"),
        ({"x": X**3}, "`x` must be evenly spaced"),
        ({"tlist": [0, 0]}, "`tlist` must increase strictly"),
        ({"mass": -1.0}, "`mass` must be positive"),
        ({"hbar": 0.0}, "`hbar` must be positive"),
        ({"time_order": 1}, "`time_order` must be 2 or 4, but is 1"),
        ({"decay": lambda x, y: -(y**2)}, "`decay` must not be negative"),
        ({"decay": lambda x, y: 1 + 0j + y}, "`decay` must be Hermitian"),
        ({"decay": lambda x, y: np.nan * y}, "`decay` must be finite"),
        ({"diffusion_pp": -0.1}, "`diffusion_pp` must not be negative, but is -0.1"),
        ({"diffusion_xx": np.nan}, "`diffusion_xx` must not be negative, but is nan"),
        (
            {"potential": lambda x: np.where(x > 2, np.nan, x)},
            "`potential` must be finite",
        ),
    ],
)
def test_refusals(change, message):
    arguments = {"potential": SKEW, "rho_xx": GOOD, "x": X, "tlist": [0, 1], **change}
    with pytest.raises(ValueError, match=message):
        propagate_density(**arguments)


def test_a_potential_that_fails_on_the_way_is_told():
    with pytest.raises(ConvergenceError, match=r"`rho_xx` is finite up to t = 0\.2"):
        propagate_density(
            lambda x, t: x**2 / 2 + (np.nan if t > 0.3 else 0.0),
            GOOD,
            X,
            [0, 0.2, 0.5],
            step=0.1,
        )
