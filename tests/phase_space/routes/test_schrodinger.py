"""The Schrödinger route: closed forms, exact diagonalisation, orders, refusals."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from phase_space.diagonalised import Diagonalised, packet

from oqnn._core.errors import ConvergenceError
from oqnn.phase_space import (
    DoubleWell,
    FunctionPotential,
    Polynomial,
    propagate_wavefunction,
)

MASS, HBAR = 1.3, 0.7
X = np.linspace(-9.5, 10.5, 216, endpoint=False)
SKEW = Polynomial([0.4, 0.2, -0.3, 0.1, 0.15])  # a quartic without a symmetry
GOOD = packet(X, 0, 0, 1, 1)


def pushed(strength, rate):
    """The same, pushed: U − xf sin νt."""
    return FunctionPotential(
        lambda x, t: SKEW(x) - strength * x * np.sin(rate * t),
        derivatives=[lambda x, t: SKEW.derivative(x, 1) - strength * np.sin(rate * t)],
    )


class DeltaKicks:
    """U(x) between kicks K(x) at given times; the least that a potential needs."""

    depends_on_time = False

    def __init__(self, potential, kick, at):
        self.potential, self.kick, self.at = potential, kick, at

    def __call__(self, x, t=0.0):
        return self.potential(x, t)

    def derivative(self, x, order, t=0.0):
        return self.potential.derivative(x, order, t)

    def kicks(self, t0, t1):
        return tuple((t, self.kick) for t in self.at if t0 < t <= t1)


def coherent(x, t, omega, alpha):
    """⟨x|α e^{−iωt}⟩ of an oscillator, with its phases.

    With a² = ħ/mω, x_t = √2 a Re α_t and p_t = √2 (ħ/a) Im α_t:
    π^{−1/4}a^{−1/2} exp[−(x − x_t)²/2a² + ip_t(x − x_t/2)/ħ − iωt/2].
    """
    a = np.sqrt(HBAR / (MASS * omega))
    here = alpha * np.exp(-1j * omega * t)
    xt, pt = np.sqrt(2) * a * here.real, np.sqrt(2) * HBAR / a * here.imag
    phase = pt * (x - xt / 2) / HBAR - omega * t / 2
    return (np.pi * a**2) ** -0.25 * np.exp(-((x - xt) ** 2) / (2 * a**2) + 1j * phase)


@pytest.mark.parametrize("time_order", [2, 4])
def test_a_coherent_state_turns(time_order):
    """α(t) = α e^{−iωt}, phases included; two states at once, at uneven times."""
    omega, alphas, times = 1.2, [1.1 - 0.6j, -0.4 + 1.5j], np.array([0.3, 1.0, 2.1])
    potential = Polynomial([0, 0, MASS * omega**2 / 2])
    start = np.array([coherent(X, 0.3, omega, alpha) for alpha in alphas])
    run = propagate_wavefunction(
        potential,
        start,
        X,
        times,
        mass=MASS,
        hbar=HBAR,
        time_order=time_order,
        tol=1e-7,
    )
    exact = [[coherent(X, t, omega, alpha) for alpha in alphas] for t in times]
    assert_allclose(run.values, exact, atol=1e-7)
    assert_allclose(run.norm, 1, atol=1e-12)
    assert run.error.shape == (3,)
    assert run.error[0] == 0
    assert 0 < run.error.max() <= 1e-7
    assert run.steps[0] == 0
    assert max(run.edge_mass.x.max(), run.edge_mass.p.max()) < 1e-9


def test_a_free_packet_spreads():
    """ψ = N(a + iħt/ma)^{−1/2} exp[−(x − vt)²/(2(a² + iħt/m)) + ip(x − vt/2)/ħ]."""
    a, p0, t = 0.8, 1.4, 1.7
    run = propagate_wavefunction(
        Polynomial([0.0]), packet(X, -1.0, p0, a, HBAR), X, [0, t], mass=MASS, hbar=HBAR
    )
    here, wide = X + 1.0 - p0 / MASS * t, a**2 + 1j * HBAR * t / MASS
    exact = np.pi**-0.25 * np.sqrt(a / wide) * np.exp(-(here**2) / (2 * wide))
    exact = exact * np.exp(1j * p0 * (here + p0 * t / MASS / 2) / HBAR)
    assert_allclose(run.values[1], exact, atol=1e-10)


def test_a_constant_force_that_swings():
    """U = −x f cos νt: the packet follows Newton's law, |ψ|² spreads as if free."""
    force, nu, t = 0.9, 2.3, 2.0
    a, p0, x0 = 0.8, 0.5, -0.4
    swing = FunctionPotential(
        lambda x, t: -x * force * np.cos(nu * t),
        derivatives=[lambda x, t: -force * np.cos(nu * t) + 0 * x],
    )
    run = propagate_wavefunction(
        swing,
        packet(X, x0, p0, a, HBAR),
        X,
        [0, t],
        mass=MASS,
        hbar=HBAR,
    )
    middle = x0 + p0 * t / MASS + force / MASS * (1 - np.cos(nu * t)) / nu**2
    variance = a**2 * (1 + (HBAR * t / (MASS * a**2)) ** 2)
    exact = np.exp(-((X - middle) ** 2) / variance) / np.sqrt(np.pi * variance)
    assert_allclose(np.abs(run.values[1]) ** 2, exact, atol=1e-9)


def test_kicks_act_at_their_times_and_at_the_last_one():
    """Free flight under kicks K = −gx: momentum rises by g at each, p/m between."""
    g, kicks = 0.8, [0.5, 1.25, 2.0]
    potential = DeltaKicks(Polynomial([0.0]), Polynomial([0, -g]), kicks)
    run = propagate_wavefunction(
        potential, packet(X, 0, -0.6, 0.8, HBAR), X, [0, 1, 2], mass=MASS, hbar=HBAR
    )
    p = np.array([-0.6, -0.6 + g, -0.6 + 3 * g])
    flown = np.array([0, 0.5 * p[0] + 0.5 * p[1], 1.25 * p[1] + 0.75 * (p[1] + g)])
    flown[2] += 0.5 * p[0] - 0.5 * p[1]
    density = np.abs(run.values) ** 2 * (X[1] - X[0])
    assert_allclose(density @ X, flown / MASS, atol=1e-9)
    k = 2 * np.pi * np.fft.fftfreq(X.size, X[1] - X[0])
    waves = np.abs(np.fft.fft(run.values)) ** 2
    assert_allclose(waves @ (HBAR * k) / waves.sum(-1), p, atol=1e-9)


@pytest.mark.parametrize(
    "potential", [SKEW, DoubleWell(0.9, 1.4)], ids=["skew", "double"]
)
def test_wells_against_exact_diagonalisation(potential):
    polynomial = getattr(potential, "polynomial", potential)
    exact = Diagonalised(tuple(polynomial.coefficients), MASS, HBAR, 0.5, 130)
    times = [0.0, 0.7, 2.9]

    def start(x):
        return packet(x, 0.6, -0.9, 0.7, HBAR)

    run = propagate_wavefunction(potential, start(X), X, times, mass=MASS, hbar=HBAR)
    assert_allclose(run.values, exact.wavefunctions(start, X, times), atol=1e-9)
    assert run.error.max() <= 1e-10


@pytest.mark.parametrize("time_order", [2, 4])
@pytest.mark.parametrize("potential", [SKEW, pushed(0.9, 1.7)], ids=["still", "pushed"])
def test_order_in_time(time_order, potential):
    start = packet(X, 0.5, 0.8, 0.8, HBAR)

    def run(steps, order=time_order):
        return propagate_wavefunction(
            potential, start, X, [0.3, 1.5], mass=MASS, hbar=HBAR, step=1.2 / steps,
            time_order=order,
        ).values[1]  # fmt: skip

    best = run(800, 4)
    errors = [np.linalg.norm(run(n) - best) for n in (40, 80)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(time_order, abs=0.1)


def test_backwards_in_time_is_conjugation():
    start = packet(X, 0.5, 0.8, 0.8, HBAR) + 1j * packet(X, -1, 0.3, 0.6, HBAR)
    options = {"mass": MASS, "hbar": HBAR, "step": 0.05}
    there = propagate_wavefunction(SKEW, start, X, [0, 2], **options).values[1]
    back = propagate_wavefunction(SKEW, there.conj(), X, [0, 2], **options).values[1]
    assert_allclose(back.conj(), start, atol=1e-12)


def test_times_compose():
    potential = pushed(0.9, 1.7)
    options = {"mass": MASS, "hbar": HBAR, "step": 0.05}
    start = packet(X, 0.5, 0.8, 0.8, HBAR)
    whole = propagate_wavefunction(potential, start, X, [0.2, 1, 2], **options)
    half = propagate_wavefunction(potential, start, X, [0.2, 1], **options).values[1]
    rest = propagate_wavefunction(potential, half, X, [1, 2], **options).values[1]
    assert_allclose(whole.values[1:], [half, rest], atol=1e-13)
    assert np.isnan(whole.error).all()
    assert whole.steps.tolist() == [0, 16, 20]


def test_steps_are_no_shorter_than_asked_for():
    """1 − 0.7 is above 0.3 by rounding; it is three steps of 0.1, not four."""
    run = propagate_wavefunction(SKEW, GOOD, X, [0.7, 1.0], step=0.1)
    assert run.steps.tolist() == [0, 3]
    alone = propagate_wavefunction(SKEW, GOOD, X, [0.7])
    assert_allclose(alone.values, [GOOD], atol=0)


def test_the_error_is_that_of_the_worst_state_relative_to_its_norm():
    """Of a state that is wide and hard to move and of one that hardly changes."""
    hard, easy = packet(X, 2.5, 0, 0.8, HBAR), packet(X, -0.2, 0, 0.9, HBAR)
    options = {"mass": MASS, "hbar": HBAR, "tol": 1e-6}
    alone = propagate_wavefunction(SKEW, hard, X, [0, 0.5], **options)
    both = propagate_wavefunction(SKEW, [1e3 * easy, hard], X, [0, 0.5], **options)
    scaled = propagate_wavefunction(SKEW, 1e3 * hard, X, [0, 0.5], **options)
    for run in (both, scaled):
        assert run.steps.tolist() == alone.steps.tolist()
        assert_allclose(run.error, alone.error, rtol=1e-6)


def test_edges_of_x_and_of_p_are_told_apart():
    """Cut by the end of x, at rest; in the middle, near the largest momentum."""
    most = np.pi * HBAR / (X[1] - X[0])
    start = [packet(X, 10.0, 0.0, 0.5, HBAR), packet(X, 0.0, 0.97 * most, 0.5, HBAR)]
    edges = propagate_wavefunction(SKEW, start, X, [0], hbar=HBAR).edge_mass
    assert edges.x.shape == edges.p.shape == (1, 2)
    assert min(edges.x[0, 0], edges.p[0, 1]) > 0.5
    assert max(edges.x[0, 1], edges.p[0, 0]) < 0.02


def test_a_drive_in_tune_with_the_steps_is_seen():
    """Samples at multiples of T/64 take cos(128πt/T) for one; halves of them do too.

    From rest, ẍ + x = f cos Ωt has x = f (cos t − cos Ωt)/(Ω² − 1), next to nothing; a
    constant force would have made 1.86.
    """
    x = np.linspace(-7, 7, 48, endpoint=False)
    t, force = 1.5, 2.0
    rate = 128 * np.pi / t
    swing = FunctionPotential(
        lambda x, t: x**2 / 2 - force * x * np.cos(rate * t),
        derivatives=[lambda x, t: x - force * np.cos(rate * t)],
    )
    run = propagate_wavefunction(swing, packet(x, 0, 0, 1, 1), x, [0, t], tol=1e-4)
    mean = np.abs(run.values[1]) ** 2 @ x * (x[1] - x[0])
    assert mean == pytest.approx(force * (np.cos(t) - 1) / (rate**2 - 1), abs=0.01)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"psi": GOOD[1:]}, r"`psi` must have shape \(..., 216\)"),
        ({"psi": 0 * GOOD}, "`psi` must not be zero"),
        ({"psi": np.where(X > 0, np.nan, GOOD)}, "`psi` must be finite"),
        ({"x": X**3}, "`x` must be evenly spaced"),
        ({"x": X[::-1]}, "`x` must increase strictly"),
        ({"tlist": [0, 1, 1]}, "`tlist` must increase strictly"),
        ({"tlist": [[0, 1]]}, "`tlist` must have shape"),
        ({"mass": 0.0}, "`mass` must be positive"),
        ({"hbar": -1.0}, "`hbar` must be positive"),
        ({"step": 0.0}, "`step` must be positive"),
        ({"tol": 0.0}, "`tol` must be positive"),
        ({"time_order": 3}, "`time_order` must be 2 or 4, but is 3"),
        (
            {"potential": lambda x: np.where(x > 2, np.nan, x)},
            "`potential` must be finite",
        ),
    ],
)
def test_refusals(change, message):
    arguments = {"potential": SKEW, "psi": GOOD, "x": X, "tlist": [0, 1], **change}
    with pytest.raises(ValueError, match=message):
        propagate_wavefunction(**arguments)


def test_a_tolerance_out_of_reach_is_reported(monkeypatch):
    monkeypatch.setattr("oqnn.phase_space.routes.refinement.MOST_REFINEMENTS", 3)
    with pytest.raises(ConvergenceError, match="`tol` must be within reach, but with"):
        propagate_wavefunction(SKEW, GOOD, X, [0, 1], tol=1e-16)


def test_a_potential_that_fails_on_the_way_is_told():
    with pytest.raises(ConvergenceError, match=r"`psi` is finite up to t = 0\.2, but"):
        propagate_wavefunction(
            lambda x, t: x**2 / 2 + (np.nan if t > 0.3 else 0.0),
            GOOD,
            X,
            [0, 0.2, 0.5, 0.6],
            step=0.1,
        )
