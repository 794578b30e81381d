"""Spin stars: exact by collective spins, second order, and pure dephasing."""

from functools import reduce

import numpy as np
import pytest
import qutip
from scipy.linalg import expm
from systems import RHO0, SIGMA_X, SIGMA_Y, SIGMA_Z

from oqnn.dynamics import (
    Projection,
    apply_transfer,
    evolve,
    reduced_evolution,
    tcl,
)
from oqnn.environments.microscopic.exchange import ExchangeMap
from oqnn.environments.microscopic.ising_star import IsingStar
from oqnn.environments.microscopic.spin_star import SpinStar
from oqnn.environments.microscopic.spin_star_parts import phase_integral

EXCITED = np.diag([1.0, 0.0])
TIMES = np.array([0.0, 0.3, 1.1, 2.9, 7.0])
STAR = SpinStar(3, coupling=0.23, frequency=0.8)


def random_blocks(n, k, seed=3):
    """Blocks of n levels with a partner of size k, of no symmetry."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(2, n, 2 * k, 2 * k))
    blocks = (a[0] + 1j * a[1]) @ (a[0] + 1j * a[1]).conj().mT
    return blocks / np.trace(blocks.sum(axis=0))


def plain_hamiltonian(star):
    """(ω/2)σ_z + α Σ_k Σ_a σ_a σ_a^k, one Kronecker product a term."""
    one, H = np.eye(2), np.kron(star.H, np.eye(2**star.N))
    for k in range(star.N):
        for sigma in (SIGMA_X, SIGMA_Y, SIGMA_Z):
            factors = [sigma if i == k else one for i in range(star.N)]
            H = H + star.coupling * reduce(np.kron, [sigma, *factors])
    return H


@pytest.mark.parametrize(("N", "k"), [(3, 1), (4, 1), (3, 2), (1, 1)])
def test_exact_is_the_unitary_of_the_whole(N, k):
    """Every block, coherences and a partner, against exponentials of 2^{N+1} levels."""
    star = SpinStar(N, coupling=0.23, frequency=0.8)
    H = plain_hamiltonian(star)
    np.testing.assert_allclose(star.environment().total(star.H), H, atol=1e-14)
    projection, blocks = star.projection(), random_blocks(N + 1, k)
    split = H.reshape(2, 2**N, 2, 2**N)
    whole = np.einsum("iajb,pq->ipajqb", split, np.eye(k)).reshape(k * len(H), -1)
    start, found = projection.lift(blocks), star.exact(blocks, 2 + TIMES)
    for t, moved in zip(TIMES, found.blocks, strict=True):
        U = expm(-1j * whole * t)
        expected = projection.blocks(U @ start @ U.conj().T)
        np.testing.assert_allclose(moved, expected, atol=1e-13)
    assert found.dims == ((2,) if k == 1 else (2, k))
    assert found.trace_drift < 1e-14
    assert found.least_eigenvalue > -1e-14


def test_exact_from_the_mixed_star():
    """The default law, transfer and population, for four spins."""
    star = SpinStar(4, coupling=0.3, frequency=-0.6)
    start = np.kron(RHO0, np.eye(16) / 16)
    H = star.environment(star.product_projection()).total(star.H)
    expected = reduced_evolution(H, start, TIMES, [2, 16]).states
    found = star.exact(qutip.Qobj(RHO0), TIMES)
    np.testing.assert_allclose(found.states, expected, atol=1e-13)
    by_map = apply_transfer(star.transfer(TIMES), RHO0)
    np.testing.assert_allclose(by_map, expected, atol=1e-13)
    excited = star.exact(EXCITED, TIMES).states[:, 0, 0].real
    np.testing.assert_allclose(star.population(TIMES), excited, atol=1e-14)


def test_transfer_is_the_sum_of_the_blocks():
    """A map that is not unital, unlike those of the mixed star, and an uneven law."""
    rng, law = np.random.default_rng(4), np.array([0.2, 0.5, 0.3])
    kept_e, kept_g = rng.uniform(size=(2, 5, 3))
    kept_e[:, -1] = kept_g[:, 0] = 1
    coherence = rng.normal(size=(5, 3)) + 1j * rng.normal(size=(5, 3))
    moved = ExchangeMap(kept_e, kept_g, coherence)
    transfer = moved.transfer(law)
    expected = moved.apply(law[:, None, None] * RHO0).sum(axis=1)
    np.testing.assert_allclose(apply_transfer(transfer, RHO0), expected, atol=1e-14)
    assert np.abs(transfer[:, 3, 0]).min() > 0.01


def test_largest_deviations_at_twenty_spins():
    """0.10 of second order on J_z, 0.18 on the product, for t ≤ 10 and ω = 0."""
    star, times = SpinStar(20), np.linspace(0, 10, 1001)
    exact = star.population(times)
    assert star.coupling == pytest.approx(1 / (2 * np.sqrt(20)))
    correlated = np.abs(exact - star.tcl2_population(times)).max()
    product = np.abs(exact - star.product_population(times)).max()
    assert correlated == pytest.approx(0.10, abs=5e-3)
    assert product == pytest.approx(0.18, abs=5e-3)


def test_tcl2_population_as_printed():
    """Σ_m 2^{−N} C(N, N/2+m) [(N/2+m+1) + (N/2−m) e^{−G_m}]/(N+1), and the product."""
    star = SpinStar(5, coupling=0.2, frequency=0.7)
    N, alpha, omega = 5, 0.2, 0.7
    expected = np.zeros(len(TIMES))
    for ups, choose in enumerate([1, 5, 10, 10, 5, 1]):
        delta = omega + 2 * alpha * (2 * (ups - N / 2) + 1)
        G = 8 * alpha**2 * (N + 1) * (1 - np.cos(delta * TIMES)) / delta**2
        expected += choose / 32 * (ups + 1 + (N - ups) * np.exp(-G)) / (N + 1)
    np.testing.assert_allclose(star.tcl2_population(TIMES), expected, atol=1e-14)
    found = star.tcl2(EXCITED, TIMES).states[:, 0, 0].real
    np.testing.assert_allclose(found, expected, atol=1e-14)
    fall = 8 * alpha**2 * N * (1 - np.cos(omega * TIMES)) / omega**2
    np.testing.assert_allclose(
        star.product_population(TIMES), (1 + np.exp(-fall)) / 2, atol=1e-14
    )
    still = SpinStar(5, coupling=0.2)
    limit = (1 + np.exp(-4 * alpha**2 * N * TIMES**2)) / 2
    np.testing.assert_allclose(still.product_population(TIMES), limit, atol=1e-14)


def second_order(projection, free, V, blocks, t):
    """−∫₀ᵗ P [V, [V(−s), lift ρ]] ds by Gauss-Legendre, V(s) under `free`."""
    nodes, weights = np.polynomial.legendre.leggauss(24)
    rho, out = projection.lift(blocks), 0
    for s, weight in zip(t * (nodes + 1) / 2, t / 2 * weights, strict=True):
        U = expm(-1j * free * s)
        earlier = U @ V @ U.conj().T
        inner = earlier @ rho - rho @ earlier
        out = out - weight * projection.blocks(V @ inner - inner @ V)
    return out


@pytest.mark.parametrize("t", [0.4, 3.1])
def test_second_order_on_the_levels_by_a_double_commutator(t):
    """Rates and shifts of every block, the free part holding σ_zJ_z; three spins."""
    environment, projection = STAR.environment(), STAR.projection()
    J_z = np.diag(projection.A.diagonal(axis1=1, axis2=2).T.real @ STAR.magnetizations)
    mean = 2 * STAR.coupling * np.kron(SIGMA_Z, J_z)
    free, V = environment.free(STAR.H) + mean, environment.H_int - mean
    blocks = random_blocks(4, 1)
    generator, u = STAR.generator(), STAR.controls().at([t])[0]
    drift = generator.drift.apply(blocks)
    found = generator.apply(blocks, u) - drift
    expected = second_order(projection, free, V, blocks, t)
    np.testing.assert_allclose(found, expected, atol=1e-13)
    rho = projection.lift(blocks)
    expected = projection.blocks(-1j * (free @ rho - rho @ free))
    np.testing.assert_allclose(drift, expected, atol=1e-13)


def test_second_order_on_the_product_by_a_double_commutator():
    """d⟨σ_z⟩/dt = −8α²N sin(ωt)/ω ⟨σ_z⟩, with all of the coupling in V."""
    environment, t = STAR.environment(STAR.product_projection()), 1.7
    rho = np.array([EXCITED], dtype=complex)
    found = second_order(
        environment.projection, environment.free(STAR.H), environment.H_int, rho, t
    )[0]
    slope = -8 * 0.23**2 * 3 * np.sin(0.8 * t) / 0.8
    np.testing.assert_allclose(found, slope / 2 * np.diag([1, -1]), atol=1e-13)
    z = 2 * STAR.product_population([t - 1e-5, t, t + 1e-5]) - 1
    assert (z[2] - z[0]) / 2e-5 == pytest.approx(slope * z[1], rel=1e-8)


def test_the_product_formula_is_found_by_the_solver():
    """TCL2 of the star spin by spin, which knows nothing of the formula."""
    environment = STAR.environment(STAR.product_projection())
    found = tcl(STAR.H, EXCITED, TIMES, environment, order=2)
    expected = STAR.product_population(TIMES)
    np.testing.assert_allclose(found.states[:, 0, 0].real, expected, atol=1e-7)


def test_tcl2_solves_its_generator():
    """The closed form of every block, against the adaptive integrator."""
    blocks = random_blocks(4, 1)
    found = STAR.tcl2(blocks, TIMES)
    run = evolve(STAR.generator(), blocks, TIMES, controls=STAR.controls())
    np.testing.assert_allclose(found.blocks, run.blocks, atol=1e-7)
    np.testing.assert_allclose(STAR.tcl2(RHO0, TIMES).states[0], RHO0, atol=1e-14)
    law = STAR.register_law
    np.testing.assert_allclose(law, [1 / 8, 3 / 8, 3 / 8, 1 / 8], atol=1e-15)


def test_second_order_is_left_by_the_fourth():
    """Exact minus TCL2 falls as α⁴, in populations and coherences of every block."""
    blocks, gaps = random_blocks(4, 1), []
    for coupling in (0.01, 0.005):
        star = SpinStar(3, coupling=coupling, frequency=0.8)
        gap = star.exact(blocks, [0.0, 2.0]).blocks - star.tcl2(blocks, [0, 2]).blocks
        gaps.append([np.abs(gap[-1, :, 0, 0]).max(), np.abs(gap[-1, :, 0, 1]).max()])
    orders = np.log2(np.divide(*gaps))
    np.testing.assert_allclose(orders, 4, atol=0.1)


def test_many_spins_are_a_random_field():
    """⟨σ_z⟩ → ⅓ + ⅔(1 − t²)e^{−t²/2} at ω = 0: a classical field with Gaussian
    components of variance ¼, H = h·σ. The gap falls as 1/N.
    """
    times = np.linspace(0, 6, 61)
    limit = 1 / 3 + 2 / 3 * (1 - times**2) * np.exp(-(times**2) / 2)
    gaps = [
        np.abs(2 * SpinStar(N).population(times) - 1 - limit).max() for N in (100, 400)
    ]
    assert gaps[1] < 0.01
    assert np.log(gaps[0] / gaps[1]) / np.log(4) == pytest.approx(1, abs=0.1)


def test_no_overflow():
    """2000 spins: laws sum to one, and a unital map stays one."""
    star, times = SpinStar(2000, frequency=0.5), np.array([0.0, 2.0])
    assert star.register_law.sum() == pytest.approx(1, abs=1e-12)
    transfer = star.transfer(times)
    np.testing.assert_allclose(transfer[0], np.eye(4), atol=1e-10)
    np.testing.assert_allclose(transfer[1, 3, 0], 0, atol=1e-10)
    assert (np.abs(transfer) <= 1 + 1e-10).all()


def test_phase_integral_by_both_formulas():
    """(1 + iΔt − e^{iΔt})/Δ² → t²/2 (1 + iΔt/3): across the change at Δt = 0.1."""
    x = np.array([-2.0, -0.1001, -0.0999, -1e-9, 0.0, 0.0999, 0.1001, 30.0])
    found = phase_integral(x, np.array(3.0)) / 9
    y = 3 * x.astype(np.longdouble)
    with np.errstate(invalid="ignore"):
        plain = ((1 - np.cos(y)) / y**2, (y - np.sin(y)) / y**2)
    expected = np.where(np.abs(y) < 1e-3, 0.5, plain[0]) + 1j * np.where(
        np.abs(y) < 1e-3, y / 6, plain[1]
    )
    np.testing.assert_allclose(found, expected.astype(complex), atol=1e-15)


ISING = IsingStar([0.7, -0.3, 1.1], polarizations=[0.4, 0.0, -0.9], frequency=0.6)


def test_dephasing_is_a_product_of_cosines():
    """Π cos A_k t, whole again at multiples of π for odd integer couplings."""
    A = np.array([0.3, 1.0, 0.45, 2.0])
    expected = np.cos(np.multiply.outer(TIMES, A)).prod(axis=1)
    np.testing.assert_allclose(IsingStar(A).coherence(TIMES), expected, atol=1e-15)
    back = IsingStar([1.0, 3.0]).coherence([np.pi / 2, np.pi])
    np.testing.assert_allclose(back, [0, 1], atol=1e-14)


def test_dephasing_is_the_unitary_and_the_register():
    """Polarized spins, unequal couplings, a partner; and a register that never hops."""
    start = random_blocks(1, 2)[0]
    found = ISING.exact(start, TIMES)
    total = ISING.environment().total(ISING.H)
    split = total.reshape(2, 8, 2, 8)
    whole = np.einsum("iajb,pq->ipajqb", split, np.eye(2)).reshape(32, 32)
    expected = reduced_evolution(
        whole,
        np.kron(start, np.diag(ISING.register_law)),
        TIMES,
        [2, 2, 8],
        keep=[0, 1],
    )
    np.testing.assert_allclose(found.states, expected.states, atol=1e-13)
    law = ISING.register_law
    register = evolve(ISING.generator(), start, TIMES, register_law=law)
    np.testing.assert_allclose(found.states, register.states, atol=1e-13)
    assert found.dims == (2, 2)
    assert ISING.fields[1] == pytest.approx(0.7 - 0.3 - 1.1)


def test_dephasing_of_second_order():
    """Mean and variance of the field: log coherence, off by the third cumulant."""
    mean, variance = ISING.register_law @ ISING.fields, 0.0
    variance = ISING.register_law @ (ISING.fields - mean) ** 2
    expected = np.exp(-1j * (0.6 + mean) * TIMES - variance * TIMES**2 / 2)
    np.testing.assert_allclose(ISING.tcl2_coherence(TIMES), expected, atol=1e-14)
    t = np.array([0.02, 0.01])
    gap = np.abs(np.log(ISING.coherence(t) / ISING.tcl2_coherence(t)))
    assert np.log2(gap[0] / gap[1]) == pytest.approx(3, abs=0.05)


def test_projections():
    np.testing.assert_array_equal(STAR.projection().weights, np.ones(4))
    dims = np.trace(STAR.projection().A, axis1=1, axis2=2).real
    np.testing.assert_array_equal(dims, [1, 3, 3, 1])
    assert isinstance(STAR.product_projection(), Projection)
    np.testing.assert_allclose(STAR.product_projection().B[0], np.eye(8) / 8)
    np.testing.assert_allclose(
        ISING.projection().B[0].diagonal(), ISING.register_law, atol=1e-15
    )


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: SpinStar(0), "`N` must be at least 1"),
        (lambda: SpinStar(3, coupling=np.nan), "`coupling` must be finite"),
        (lambda: SpinStar(3, frequency=np.inf), "`frequency` must be finite"),
        (lambda: STAR.population([-1.0]), "`times` must not be negative"),
        (lambda: STAR.exact(EXCITED, [1.0, 0.0]), "`tlist` must increase"),
        (lambda: STAR.tcl2(2 * EXCITED, TIMES), "`rho0` must have trace 1"),
        (lambda: STAR.exact(np.eye(3) / 3, TIMES), "state of a qubit"),
        (lambda: STAR.exact(EXCITED, TIMES, register_law=[1.0]), "`register_law` must"),
        (lambda: SpinStar(1000).environment(), "`N` = 1000 .* must fit in memory"),
        (lambda: SpinStar(1000).projection(), "`N` = 1000 .* must fit in memory"),
        (lambda: SpinStar(30).product_projection(), "must fit in memory"),
        (lambda: IsingStar([]), "`couplings` must hold at least one"),
        (lambda: IsingStar(1.0), "`couplings` must have shape"),
        (lambda: IsingStar([np.nan]), "`couplings` must be finite"),
        (lambda: IsingStar([1.0], frequency=np.nan), "`frequency` must be finite"),
        (lambda: IsingStar([1.0], polarizations=[1.1]), "`polarizations` must lie"),
        (lambda: IsingStar([1.0], polarizations=[0.1, 0.2]), "`polarizations` must ha"),
        (lambda: IsingStar(np.ones(900)).fields, "900 spins.* must fit in memory"),
        (lambda: IsingStar(np.ones(900)).environment(), "must fit in memory"),
        (lambda: ISING.coherence([-1.0]), "`times` must not be negative"),
        (lambda: ISING.exact(2 * EXCITED, TIMES), "`rho0` must have trace 1"),
        (lambda: ISING.exact(EXCITED, [0.0, 0.0]), "`tlist` must increase"),
    ],
)
def test_bad_input_is_refused(make, match):
    with pytest.raises(ValueError, match=match):
        make()


def test_number_of_spins_must_be_an_integer():
    with pytest.raises(TypeError, match="`N` must be an integer"):
        SpinStar(3.0)
