"""Time-local generators and the equation they enter, against closed forms."""

from importlib import import_module
from math import comb

import numpy as np
import pytest
from dynamics.generators import random_matrices, random_state
from dynamics.open_systems import exact_blocks, random_environment, random_hermitian
from scipy.integrate import quad_vec
from systems import RHO0, SIGMA_X, SIGMA_Y, SIGMA_Z

from oqnn._core.bases import from_coordinates, to_coordinates
from oqnn._core.errors import ConvergenceError
from oqnn.dynamics.projected.baths import FiniteEnvironment, GaussianBath
from oqnn.dynamics.projected.exact_generator import exact_generator
from oqnn.dynamics.projected.projection import Projection
from oqnn.dynamics.projected.tcl import tcl
from oqnn.dynamics.projected.tcl_generator import tcl_generator

TIMES = np.array([0.0, 0.3, 0.35, 1.7, 3.0])
ZERO = np.zeros((2, 2))


def damped_jaynes_cummings(width, rate):
    """σ₊b + σ₋b† in Hermitian couplings, memory ½γ₀λe^{−λτ}: ⟨B₁(τ)B₂⟩ = −i f(τ)."""
    phases = np.array([[1, -1j], [1j, 1]])

    def correlation(times):
        memory = rate * width / 2 * np.exp(-width * times)
        return memory[:, None, None] * phases

    return GaussianBath([SIGMA_X / 2, SIGMA_Y / 2], correlation)


@pytest.mark.parametrize("order", [2, 4])
def test_rates_of_the_damped_jaynes_cummings_model(order):
    """γ₀(1 − e^{−λt}), and to fourth order + (γ₀²/λ)(sinh λt − λt)e^{−λt}.

    Populations decay at the rate, coherences at half of it.
    """
    width, rate, times = 1.3, 0.8, np.linspace(0, 3, 301)
    found = tcl_generator(ZERO, damped_jaynes_cummings(width, rate), times, order=order)
    s = width * times
    expected = -rate * np.expm1(-s)
    if order == 4:
        expected += rate**2 / width * (np.sinh(s) - s) * np.exp(-s)
    matrices = np.zeros((len(times), 4, 4))
    matrices[:, 1, 1] = matrices[:, 2, 2] = -expected / 2
    matrices[:, 3, 0] = matrices[:, 3, 3] = -expected
    np.testing.assert_allclose(found.matrices, matrices, atol=2e-11)
    np.testing.assert_array_equal(found.source, 0)


@pytest.mark.parametrize("order", [2, 4])
def test_states_of_the_damped_jaynes_cummings_model(order):
    """p_e = p_e(0) exp(−∫γ), in a rotating frame and out of it, at uneven times."""
    width, rate, omega = 1.3, 0.8, 2.1
    bath = damped_jaynes_cummings(width, rate)
    s = width * TIMES
    area = rate / width * (s + np.expm1(-s))
    if order == 4:
        grow = s / 2 - 1.25 + (s + 1) * np.exp(-s) + np.exp(-2 * s) / 4
        area = area + (rate / width) ** 2 * grow
    result = tcl(ZERO, RHO0, 2.5 + TIMES, bath, order=order)
    states = result.states
    np.testing.assert_allclose(states[:, 0, 0], 0.7 * np.exp(-area), atol=1e-9)
    coherence = RHO0[0, 1] * np.exp(-area / 2)
    np.testing.assert_allclose(states[:, 0, 1], coherence, atol=1e-9)
    assert result.trace_drift < 1e-13
    assert result.error <= 1e-8

    # in the laboratory frame the bath is resonant with the turning system
    phases = np.array([[1, -1j], [1j, 1]])

    def resonant(times):
        memory = rate * width / 2 * np.exp(-(width + 1j * omega) * times)
        return memory[:, None, None] * phases

    bath = GaussianBath([SIGMA_X / 2, SIGMA_Y / 2], resonant)
    lab = tcl(omega / 2 * SIGMA_Z, RHO0, TIMES, bath, order=order).states
    np.testing.assert_allclose(lab[:, 0, 0], 0.7 * np.exp(-area), atol=1e-8)
    coherence = coherence * np.exp(-1j * omega * TIMES)
    np.testing.assert_allclose(lab[:, 0, 1], coherence, atol=1e-8)


def test_dephasing_by_bosons_is_exact_at_second_order():
    """J = 2aωe^{−ω/ω_c}, T = 0: C = 2aω_c²/(1 + iω_c t)², Γ = a ln(1 + ω_c²t²)."""
    a, cut = 0.3, 1.7

    def correlation(times):
        return 2 * a * cut**2 / (1 + 1j * cut * times) ** 2

    bath, H = GaussianBath(SIGMA_Z / 2, correlation), 0.9 * SIGMA_Z
    kept = np.exp(-a * np.log1p((cut * TIMES) ** 2) - 1.8j * TIMES)
    grid = np.linspace(0, 3, 201)
    for order in (2, 4):
        states = tcl(H, RHO0, TIMES, bath, order=order).states
        np.testing.assert_allclose(states[:, 0, 1], RHO0[0, 1] * kept, atol=1e-8)
    second, fourth = (
        tcl_generator(H, bath, grid, order=order).matrices for order in (2, 4)
    )
    np.testing.assert_allclose(fourth, second, atol=1e-9)


def test_a_truncated_matsubara_sum_is_a_bath():
    """C = Σ c_k e^{−ν_k t} of Drude and Lorentz, with Im C(0+) = −λγ.

    S = diag(s_i) gives ρ_ij exp{−(s_i − s_j)(s_i g − s_j g*)}, g = ∫∫ C, at any order.
    """
    strength, gamma, beta = 0.3, 1.7, 0.9
    nu = np.array([gamma, 2 * np.pi / beta, 4 * np.pi / beta])
    c = 4 * strength * gamma / beta * nu / (nu**2 - gamma**2 + (nu == gamma))
    c = c + 0j
    c[0] = strength * gamma * (1 / np.tan(beta * gamma / 2) - 1j)
    bath = GaussianBath(
        np.diag([0.0, 1.0, 2.5]), lambda t: np.exp(-np.multiply.outer(t, nu)) @ c
    )
    s, rho = np.array([0.0, 1.0, 2.5]), random_state(3)
    g = (np.expm1(-np.multiply.outer(TIMES, nu)) + np.multiply.outer(TIMES, nu)) @ (
        c / nu**2
    )
    difference = np.subtract.outer(s, s)
    shift = np.multiply.outer(g, s)[:, :, None]
    phase = shift - np.multiply.outer(g.conj(), s)[:, None, :]
    expected = rho * np.exp(-difference * phase)
    for order in (2, 4):
        states = tcl(np.zeros((3, 3)), rho, TIMES, bath, order=order).states
        np.testing.assert_allclose(states, expected, atol=1e-8)


def odd_environment(d, coupling, seed=21):
    """S ⊗ X on a stationary environment whose odd moments vanish."""
    rho_E = np.diag([0.5, 0.3, 0.2])
    X = np.array([[0, 1, 0], [1, 0, 0.7j], [0, -0.7j, 0]])
    H_int = coupling * np.kron(random_hermitian(d, seed), X)
    return FiniteEnvironment(np.diag([0.0, 1.4, 0.3]), H_int, Projection.product(rho_E))


@pytest.mark.parametrize("d", [2, 3])
def test_orders_of_the_remainder(d):
    """The generator misses α⁴ after order 2 and α⁶ after order 4."""
    H, times = random_hermitian(d, 22), np.array([0.4, 0.9])
    for order in (2, 4):
        gaps = []
        for coupling in (0.2, 0.1):
            environment = odd_environment(d, coupling)
            found = tcl_generator(H, environment, times, order=order)
            exact = exact_generator(H, environment, times)
            gaps.append(np.abs(found.matrices - exact.matrices).max())
        assert np.log2(gaps[0] / gaps[1]) == pytest.approx(order + 2, abs=0.1)


def stationary_projections():
    """One block, two sectors, and two blocks whose A_i are not stationary."""
    projectors = np.zeros((2, 4, 4), dtype=complex)
    projectors[0, [0, 1], [0, 1]] = projectors[1, [2, 3], [2, 3]] = 1
    rho_E = np.diag([0.4, 0.3, 0.2, 0.1])
    sectors = Projection.sectors(projectors, rho_E)
    swing = np.zeros((4, 4), dtype=complex)
    swing[0, 3], swing[3, 0] = 0.5 - 0.3j, 0.5 + 0.3j
    moving = Projection(projectors + np.array([swing, -swing]), sectors.B)
    return {"product": Projection.product(rho_E), "sectors": sectors, "moving": moving}


@pytest.mark.parametrize("start", ["relevant", "correlated"])
@pytest.mark.parametrize("kind", ["product", "sectors", "moving"])
def test_orders_in_the_coupling_where_odd_moments_stay(kind, start):
    """States miss α³ and α⁵, from relevant starts and others, d = 2 and e = 4.

    With A_i that H_E moves, P L₀ Qρ is an inhomogeneous term without any coupling.
    """
    H, coupling = random_hermitian(2, 5), random_hermitian(8, 6)
    P = stationary_projections()[kind]
    H_E, total = np.diag([0.2, 0.9, 1.6, 2.0]), random_state(8)
    relevant = start == "relevant"
    rho0 = P.blocks(total) if relevant else total
    lifted = P.apply(total) if relevant else total
    times = [0.0, 0.5, 0.8]
    for order in (2, 4):
        gaps = []
        for strength in (0.1, 0.05):
            weak = FiniteEnvironment(H_E, strength * coupling, P)
            found = tcl(H, rho0, times, weak, order=order, step=0.02).blocks
            gaps.append(np.abs(found - exact_blocks(H, weak, lifted, times)).max())
        assert np.log2(gaps[0] / gaps[1]) == pytest.approx(order + 1, abs=0.2)


def spin_star(n_spins, coupling, axes):
    """α Σ σ_a ⊗ Σ_k σ_a^k, the bath fully mixed; sectors of J_z, and product."""
    e = 2**n_spins

    def bath(sigma):
        return sum(
            np.kron(np.kron(np.eye(2**k), sigma), np.eye(2 ** (n_spins - 1 - k)))
            for k in range(n_spins)
        )

    ups = np.array([n_spins - k.bit_count() for k in range(e)])  # 0 is up
    sectors = [np.diag((ups == u).astype(float)) for u in range(n_spins + 1)]
    H_int = coupling * sum(np.kron(s, bath(s)) for s in axes)
    projections = (Projection.sectors(sectors), Projection.product(np.eye(e) / e))
    return [FiniteEnvironment(np.zeros((e, e)), H_int, P) for P in projections]


EXCITED = np.diag([1.0, 0.0])


@pytest.mark.parametrize("axes", [(SIGMA_X, SIGMA_Y), (SIGMA_X, SIGMA_Y, SIGMA_Z)])
def test_second_order_of_the_spin_star(axes):
    """p_e = Σ_m 2^{−N} C(N, N/2+m) [(N/2+m+1) + (N/2−m) e^{−G}]/(N+1), start e.

    G = 8α²(N+1)(1 − cos ω₀t)/ω₀². The product projection gives
    ½[1 + exp(−8α²N(1 − cos ω₀t)/ω₀²)]. σ_z ⊗ J_z, expanded too, moves no population.
    """
    N, omega, alpha = 4, 1.9, 0.25
    sectors, product = spin_star(N, alpha, axes)
    H, ups = omega / 2 * SIGMA_Z, np.arange(N + 1)
    law = np.array([comb(N, u) for u in ups]) / 2**N
    swing = 8 * alpha**2 * (1 - np.cos(omega * TIMES)) / omega**2
    start = law[:, None, None] * EXCITED
    found = tcl(H, start, TIMES, sectors).states[:, 0, 0]
    decayed = np.exp(-(N + 1) * swing)[:, None]
    expected = (law * ((ups + 1) + (N - ups) * decayed)).sum(axis=1) / (N + 1)
    np.testing.assert_allclose(found, expected, atol=1e-9)
    found = tcl(H, EXCITED, TIMES, product).states[:, 0, 0]
    np.testing.assert_allclose(found, (1 + np.exp(-N * swing)) / 2, atol=1e-9)


def test_detuned_sectors_of_the_heisenberg_star():
    """G_m = 8α²(N+1)(1 − cos Δ_m t)/Δ_m², Δ_m = ω₀ + 2α(2m+1).

    Each sector with its splitting Δ_m, as where σ_z ⊗ J_z is part of the free motion.
    This is nearer to the exact populations than the product projection.
    """
    N, omega, alpha, times = 4, 0.0, 0.25, np.linspace(0, 3, 7)
    sectors, product = spin_star(N, alpha, (SIGMA_X, SIGMA_Y))
    found, expected = np.zeros((2, len(times)))
    for u in range(N + 1):
        start = np.zeros((N + 1, 2, 2))
        start[u] = comb(N, u) / 2**N * EXCITED
        delta = omega + 2 * alpha * (2 * u - N + 1)
        states = tcl(delta / 2 * SIGMA_Z, start, times, sectors).states
        found += states[:, 0, 0].real
        G = 8 * alpha**2 * (N + 1) * (1 - np.cos(delta * times)) / delta**2
        up, down = u + 1, (N - u) * np.exp(-G)
        expected += comb(N, u) / 2**N * (up + down) / (N + 1)
    np.testing.assert_allclose(found, expected, atol=1e-9)

    whole = spin_star(N, alpha, (SIGMA_X, SIGMA_Y, SIGMA_Z))[1]
    total = whole.projection.lift(EXCITED[None])
    exact = exact_blocks(ZERO, whole, total, times)[:, 0, 0, 0].real
    plain = tcl(ZERO, EXCITED, times, product).states[:, 0, 0].real
    assert np.abs(found - exact).max() < 0.6 * np.abs(plain - exact).max()


def test_fourth_order_is_the_triple_integral_of_the_ordered_cumulants():
    """P L L₁ L₂ L₃ P less the three products of pairs, t ≥ t₁ ≥ t₂ ≥ t₃, by Gauss.

    In the interaction picture; vectors are row-stacked, on purpose.
    """
    environment, H, t = odd_environment(2, 0.5), random_hermitian(2, 22), 0.6
    P, size = environment.projection, 6
    units = np.eye(size**2).reshape(-1, size, size)
    energies, V = np.linalg.eigh(environment.free(H))
    project = P.apply(units).reshape(size**2, -1).T

    def L(time):
        U = (V * np.exp(1j * energies * time)) @ V.conj().T
        turned = U @ environment.H_int @ U.conj().T
        return (-1j * (turned @ units - units @ turned)).reshape(size**2, -1).T

    nodes, weights = np.polynomial.legendre.leggauss(6)
    nodes, weights = (1 + nodes) / 2, weights / 2
    now, total = L(t), np.zeros((size**2, size**2), dtype=complex)
    for x1, w1 in zip(nodes, weights, strict=True):
        for x2, w2 in zip(nodes, weights, strict=True):
            for x3, w3 in zip(nodes, weights, strict=True):
                t1, t2, t3 = t * x1, t * x1 * x2, t * x1 * x2 * x3
                A, B, C = L(t1), L(t2), L(t3)
                term = now @ A @ B @ C - now @ A @ project @ B @ C
                term -= now @ B @ project @ A @ C + now @ C @ project @ A @ B
                total += w1 * w2 * w3 * t * t1 * t2 * (project @ term @ project)
    back = (V * np.exp(-1j * energies * t)) @ V.conj().T
    lifted = P.lift(from_coordinates(np.eye(4))[:, None])
    inner = (back.conj().T @ lifted @ back).reshape(4, -1) @ total.T
    moved = back @ inner.reshape(4, size, size) @ back.conj().T
    expected = to_coordinates(P.blocks(moved)[:, 0]).real.T
    second, fourth = (
        tcl_generator(H, environment, [t], order=order).matrices[0] for order in (2, 4)
    )
    np.testing.assert_allclose(fourth - second, expected, atol=1e-9)
    assert np.abs(expected).max() > 1e-3


def test_second_order_is_the_integral_of_the_correlations():
    """𝒦₂ρ = −Σ ∫ [S_k, C_kl(τ) S_l(−τ)ρ − h.c.] by adaptive quadrature, d = 3."""
    S = np.array([random_hermitian(3, seed) for seed in (1, 2)])
    H, rng = random_hermitian(3, 7), np.random.default_rng(3)
    g, frequencies = 0.5 * random_matrices(rng, 2, 3), np.array([0.7, 1.9, -0.4])

    def correlation(times):
        phases = np.exp(-1j * np.multiply.outer(times, frequencies))
        return np.einsum("km,lm,tm->tkl", g, g.conj(), phases)

    t, rho = 1.3, random_state(3)
    found = tcl_generator(H, GaussianBath(S, correlation), np.linspace(0, t, 261))
    energies, V = np.linalg.eigh(H)

    def integrand(tau):
        U = (V * np.exp(-1j * energies * tau)) @ V.conj().T
        C = correlation(np.array([tau]))[0]
        X = np.einsum("kl,lij->kij", C, U @ S @ U.conj().T) @ rho
        X = X - X.conj().mT
        return -(S @ X - X @ S).sum(axis=0)

    integral, _ = quad_vec(integrand, 0, t, epsabs=1e-12)
    expected = -1j * (H @ rho - rho @ H) + integral
    moved = from_coordinates(found.matrices[-1] @ to_coordinates(rho))
    np.testing.assert_allclose(moved, expected, atol=1e-10)


@pytest.mark.parametrize("d", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_gaussian_fourth_order_is_that_of_oscillators(d):
    """Two modes from the vacuum, three levels each; sixth order in the step."""
    frequencies, rng = np.array([0.7, 1.9]), np.random.default_rng(3)
    S = np.array([random_hermitian(d, seed) for seed in (1, 2)])
    g = 0.5 * random_matrices(rng, 2, 2)
    lower = np.diag(np.sqrt([1, 2]), 1)
    modes = [np.kron(lower, np.eye(3)), np.kron(np.eye(3), lower)]
    H_E = sum(w * b.T @ b for w, b in zip(frequencies, modes, strict=True))
    coupling = np.zeros((9 * d, 9 * d), dtype=complex)
    for k in range(2):
        B = sum(g[k, m] * modes[m] for m in range(2))
        coupling += np.kron(S[k], B + B.conj().T)
    vacuum = np.zeros((9, 9))
    vacuum[0, 0] = 1
    finite = FiniteEnvironment(H_E, coupling, Projection.product(vacuum))

    def correlation(times):
        phases = np.exp(-1j * np.multiply.outer(times, frequencies))
        return np.einsum("km,lm,tm->tkl", g, g.conj(), phases)

    H, bath = random_hermitian(d, 7), GaussianBath(S, correlation)
    expected = tcl_generator(H, finite, np.linspace(0, 2, 5), order=4).matrices
    errors = []
    for n_steps in (40, 80):
        grid = np.linspace(0, 2, n_steps + 1)
        found = tcl_generator(H, bath, grid, order=4).matrices
        errors.append(np.abs(found[:: n_steps // 4] - expected).max())
    assert errors[1] < 1e-6 * np.abs(expected).max()
    assert np.log2(errors[0] / errors[1]) == pytest.approx(6, abs=0.5)


def test_batches_and_weights():
    H, environment = random_environment(2, 3, 2)
    P = Projection.sectors([np.diag([1, 0, 1]), np.diag([0, 1, 0])])
    environment = FiniteEnvironment(
        np.diag([0.1, 0.5, 1.0]), 0.2 * environment.H_int, P
    )
    starts = random_matrices(np.random.default_rng(4), 3, 5, 2, 2, 2)
    together = tcl(H, starts, TIMES, environment, order=4, step=0.02)
    assert together.blocks.shape == (3, 5, 5, 2, 2, 2)
    alone = tcl(H, starts[2, 1], TIMES, environment, order=4, step=0.02)
    np.testing.assert_allclose(together.blocks[2, 1], alone.blocks, atol=1e-12)
    np.testing.assert_array_equal(together.weights, P.weights)
    assert "order 4, sixth-order Magnus steps of" in together.method
    now = tcl(H, starts[2, 1], [4.0], environment)
    np.testing.assert_allclose(now.blocks, starts[2, 1][None], atol=1e-14)


def test_measured_order_in_the_step():
    bath, times = damped_jaynes_cummings(1.0, 1.5), [0.0, 4.0]
    H = random_hermitian(2, 3)
    tight = tcl(H, RHO0, times, bath, order=4, step=0.01).blocks
    gaps = [
        np.abs(tcl(H, RHO0, times, bath, order=4, step=h).blocks - tight).max()
        for h in (0.1, 0.05)
    ]
    assert np.log2(gaps[0] / gaps[1]) == pytest.approx(6, abs=0.6)


def test_wrong_input_is_refused():
    H, environment = random_environment(2, 3, 1)
    bath = damped_jaynes_cummings(1.0, 1.0)
    with pytest.raises(ValueError, match=r"whose B_i are mapped to each other"):
        tcl(H, RHO0, TIMES, environment)
    with pytest.raises(ValueError, match=r"`order` must be 2 or 4, but is 3"):
        tcl(H, RHO0, TIMES, bath, order=3)
    with pytest.raises(ValueError, match=r"but is None. For the exact generator"):
        tcl(H, RHO0, TIMES, environment, order=None)
    with pytest.raises(ValueError, match=r"`tlist` must increase"):
        tcl(H, RHO0, [0, 2, 1], bath)
    with pytest.raises(ValueError, match=r"`step` must be positive"):
        tcl(H, RHO0, TIMES, bath, step=-0.1)
    with pytest.raises(ValueError, match=r"`tlist` must be 13 or more evenly spaced"):
        tcl_generator(H, bath, TIMES)
    with pytest.raises(ValueError, match=r"`tlist` must not start below 0"):
        tcl_generator(H, odd_environment(2, 0.1), [-1.0, 0.0])
    with pytest.raises(ValueError, match=r"`rho0` must be left out for a GaussianBath"):
        tcl_generator(H, bath, np.linspace(0, 1, 20), rho0=random_state(6))
    finite = odd_environment(2, 0.1)
    with pytest.raises(ValueError, match=r"`rho0` must be finite"):
        tcl_generator(H, finite, [0.0], rho0=np.full((6, 6), np.nan))
    with pytest.raises(ValueError, match=r"`step` with 10000000000 steps .*GiB"):
        tcl(H, RHO0, [0.0, 1.0], finite, step=1e-10)
    with pytest.raises(TypeError, match=r"`environment` must be a FiniteEnvironment"):
        tcl(H, RHO0, TIMES, np.eye(3))
    bad = GaussianBath(SIGMA_Z, lambda t: np.where(t < 1, np.exp(-t), np.nan))
    with pytest.raises(ValueError, match=r"must return finite values.* at t = 1"):
        tcl(H, RHO0, [0.0, 2.0], bad, step=0.05)


def test_a_correlation_that_jumps_is_reported(monkeypatch):
    # by name `oqnn.dynamics.projected.tcl` is the function, not its module
    monkeypatch.setattr(import_module("oqnn.dynamics.projected.tcl"), "MOST_STEPS", 100)
    bath = GaussianBath(SIGMA_X, lambda t: np.where(t < 0.777, 1.0, 0.0) + 0j)
    with pytest.raises(ConvergenceError, match=r"Does the correlation function jump"):
        tcl(SIGMA_Z, RHO0, [0.0, 2.0], bath)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "order"), [(30.0, 4), (60.0, 2), (400.0, 2)])
def test_a_memory_much_shorter_than_the_evolution(width, order):
    """C = (λ/2)e^{−λt} on σ_z/2: coherence exp{−[t − (1 − e^{−λt})/λ]/2}, t ≤ 6.

    A first step too long for the memory must not be taken for an answer.
    """
    bath = GaussianBath(SIGMA_Z / 2, lambda t: width / 2 * np.exp(-width * t) + 0j)
    times = np.array([0.0, 0.01, 2.0, 6.0])
    found = tcl(ZERO, RHO0, times, bath, order=order)
    area = (times + np.expm1(-width * times) / width) / 2
    expected = RHO0[0, 1] * np.exp(-area)
    np.testing.assert_allclose(found.states[:, 0, 1], expected, atol=1e-8)


def test_memory_that_no_step_resolves_is_refused():
    bath = GaussianBath(SIGMA_Z, lambda t: 1e6 * np.exp(-1e6 * t) + 0j)
    with pytest.raises(ConvergenceError, match=r"is not resolved by .* Lindblad"):
        tcl(ZERO, RHO0, [0.0, 5.0], bath)
    with pytest.raises(ConvergenceError, match=r"is not resolved by 50 steps of 0.1"):
        tcl(ZERO, RHO0, [0.0, 5.0], bath, step=0.1)


@pytest.mark.parametrize("cycles", [26, 52])
def test_frequencies_do_not_hide_between_the_steps(cycles):
    """Q = 4g²(1 − cos ωt)/ω²; ω is a multiple of 2π/h for simple first steps h."""
    g, times = 1.0, np.array([0.0, 1.03, 5.17, 10.0])
    omega = 2 * np.pi * cycles / times[-1]
    expected = 0.5 * np.exp(-4 * (g / omega) ** 2 * (1 - np.cos(omega * times)))
    mixed = Projection.product(np.eye(2) / 2)
    finite = FiniteEnvironment(
        omega / 2 * SIGMA_X, g * np.kron(SIGMA_Z, SIGMA_Z), mixed
    )
    gaussian = GaussianBath(SIGMA_Z, lambda t: g**2 * np.cos(omega * t) + 0j)
    for environment in (finite, gaussian):
        found = tcl(ZERO, np.full((2, 2), 0.5), times, environment)
        np.testing.assert_allclose(found.states[:, 0, 1], expected, atol=1e-8)


def test_an_expansion_that_breaks_down_is_refused():
    """Past the radius of the expansion states grow without bound."""
    H, strong = random_hermitian(2, 22), odd_environment(2, 3.0)
    with pytest.raises(ConvergenceError, match=r"has grown to .* does not hold"):
        tcl(H, RHO0, [0.0, 20.0], strong, order=4)
    stronger = odd_environment(2, 10.0)
    with pytest.raises(ConvergenceError, match=r"has grown beyond all numbers"):
        tcl(H, RHO0, [3.0, 23.0], stronger, order=4, step=0.02)
