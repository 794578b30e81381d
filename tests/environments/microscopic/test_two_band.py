"""Two bands of levels: second order on the bands against exact realizations."""

import numpy as np
import pytest
import qutip
from scipy.integrate import quad
from scipy.linalg import expm
from systems import LOWERING, RAISING, RHO0, SIGMA_Z, SYSTEMS

from oqnn.dynamics import Projection, evolve, reduced_evolution
from oqnn.environments.microscopic.two_band import TwoBand

EXCITED = np.diag([1.0, 0.0])
TIMES = np.array([0.0, 0.3, 1.1, 4.0, 9.0])
SMALL = TwoBand(3, 2, 1.3, 0.4, frequency=0.7)


def random_blocks(k, seed=3):
    """Blocks of two bands with a partner of size k, of no symmetry."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(2, 2 * k, 2 * k)) + 1j * rng.normal(size=(2, 2 * k, 2 * k))
    blocks = a @ a.conj().mT
    return blocks / np.trace(blocks.sum(axis=0))


def weak_model(N1, N2, strength=0.5):
    """δε = ½ and λ²N₁N₂ = (strength δε)²: weak, and bands that look continuous."""
    width = 0.5
    return TwoBand(N1, N2, width, strength * width / np.sqrt(N1 * N2))


def plain_blocks(model, realization, blocks, times):
    """tr_E{Π_i U ρ U†} by exponentials, with a partner behind the qubit."""
    environment = model.environment(5, realization=realization)
    k, e = blocks.shape[-1] // 2, model.N1 + model.N2
    H = environment.total(model.H).reshape(2, e, 2, e)
    whole = np.einsum("iajb,pq->ipajqb", H, np.eye(k)).reshape(2 * k * e, -1)
    start = environment.projection.lift(blocks)
    found = []
    for t in times:
        U = expm(-1j * whole * t)
        found.append(environment.projection.blocks(U @ start @ U.conj().T))
    return np.array(found)


@pytest.mark.slow
@pytest.mark.parametrize(("N1", "N2"), [(200, 200), (240, 120), (110, 220)])
def test_disorder_average_follows_the_bands_and_leaves_the_product(N1, N2):
    """p_e = [γ₁ + γ₂e^{−2(γ₁+γ₂)F}]/(γ₁+γ₂) within statistics + 0.01, and F matters;
    e^{−2γ₂F}, the product projection, is off by more than 0.2.
    """
    model = weak_model(N1, N2)
    times = np.linspace(0, 6 / model.rates.sum(), 25)
    average = model.exact(EXCITED, times, seed=7, realizations=8)
    found, errors = average.states[:, 0, 0].real, average.state_errors[:, 0, 0].real
    assert 0 < errors.max() < 0.005
    assert (np.abs(found - model.tcl2_population(times)) < errors + 0.01).all()
    assert np.abs(found - model.product_population(times)).max() > 0.2
    assert np.abs(found - model.markov_population(times)).max() > 0.01


@pytest.mark.slow
def test_coherences_carry_the_shift_of_the_levels():
    """x/(e^x − 1), x = 2γ₂F in band 1 and 2γ₁F in band 2; TCL2 keeps e^{−x/2}."""
    model = weak_model(200, 160)
    times = np.linspace(0, 12 / model.rates.sum(), 25)
    for band in (0, 1):
        law = np.eye(2)[band]
        start = np.full((2, 2), 0.5)
        average = model.exact(start, times, register_law=law, seed=8, realizations=8)
        found, errors = 2 * average.states[:, 0, 1], 2 * average.state_errors[:, 0, 1]
        expected = model.coherence(times)[:, band]
        assert (np.abs(found - expected) < 5 * np.abs(errors) + 0.01).all()
        second = 2 * model.tcl2(start, times, register_law=law).states[:, 0, 1]
        assert 0.05 < np.abs(found - second).max() < 0.08


def test_coherence_is_the_mean_over_a_band():
    """∫₀¹ (u/(1−u))^{−ix/2π} du e^{−x/2} by quadrature, and the gap to e^{−x/2}."""
    model = weak_model(30, 20)
    times = np.array([0.0, 100.0, 700.0])
    for band in (0, 1):
        x = model.rates[1 - band] * model.effective_time(times)
        means = [
            quad(
                lambda v, y=y: np.cos(y * v / (2 * np.pi)) / (4 * np.cosh(v / 2) ** 2),
                -60,
                60,
            )[0]
            for y in x
        ]  # u = 1/(1 + e^{−v})
        expected = np.exp(-x / 2) * means
        np.testing.assert_allclose(model.coherence(times)[:, band], expected, atol=1e-9)
    y = np.linspace(1e-3, 20, 4001)
    assert np.abs(y / np.expm1(y) - np.exp(-y / 2)).max() == pytest.approx(
        0.066, abs=5e-4
    )


@pytest.mark.parametrize("k", [1, 3])
def test_exact_is_the_unitary_of_the_whole(k):
    """Both blocks, coherences and a partner, against exponentials of S ⊗ E."""
    blocks = random_blocks(k)
    average = SMALL.exact(blocks, 2 + TIMES, seed=5, realizations=3)
    runs = [plain_blocks(SMALL, r, blocks, TIMES) for r in range(3)]
    np.testing.assert_allclose(average.blocks, np.mean(runs, axis=0), atol=1e-13)
    for part in (np.real, np.imag):
        spread = part(runs).std(axis=0, ddof=1) / np.sqrt(3)
        np.testing.assert_allclose(part(average.block_errors), spread, atol=1e-13)
        states = part(runs).sum(axis=2).std(axis=0, ddof=1) / np.sqrt(3)
        np.testing.assert_allclose(part(average.state_errors), states, atol=1e-13)
    largest = np.abs(average.state_errors).max()
    assert average.evolution.error == pytest.approx(largest)
    assert average.evolution.trace_drift < 1e-14
    assert average.evolution.least_eigenvalue > -1e-14
    assert average.evolution.dims == ((2,) if k == 1 else (2, 3))


def test_exact_from_either_band_is_reduced_evolution():
    environment = [SMALL.environment(5, realization=r) for r in range(2)]
    for law in ([1.0, 0.0], [0.0, 1.0], [0.3, 0.7]):
        start = environment[0].projection.lift(np.array(law)[:, None, None] * RHO0)
        states = [
            reduced_evolution(e.total(SMALL.H), start, TIMES, [2, 5]).states
            for e in environment
        ]
        found = SMALL.exact(RHO0, TIMES, register_law=law, seed=5, realizations=2)
        np.testing.assert_allclose(found.states, np.mean(states, axis=0), atol=1e-13)
    same = SMALL.exact(qutip.Qobj(RHO0), TIMES, seed=5, realizations=2)
    other = SMALL.exact(RHO0, TIMES, seed=6, realizations=2, register_law=[1, 0])
    again = SMALL.exact(RHO0, TIMES, seed=5, realizations=2, register_law=[1, 0])
    np.testing.assert_array_equal(same.states, again.states)
    assert np.abs(same.states - other.states).max() > 1e-3


def test_effective_time_is_the_integral_of_the_memory():
    """2∫₀ᵗ(t−s)h(s)ds on both sides of the change of formula, and its limits."""
    model = TwoBand(20, 10, 1.7, 0.01)
    times = np.array([0.0, 1e-4, 0.02, 0.5, 2 / 1.7 - 1e-9, 2 / 1.7 + 1e-9, 3.0, 40.0])
    expected = [
        2 * quad(lambda s, t=t: (t - s) * model.memory([s])[0], 0, t, limit=400)[0]
        for t in times
    ]
    found = model.effective_time(times)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-20)
    tiny, long = 1e-7, 1e4
    assert model.effective_time([tiny])[0] == pytest.approx(1.7 * tiny**2 / 2 / np.pi)
    lag = 2 * (1 + np.euler_gamma + np.log(1.7 * long)) / (np.pi * 1.7)
    assert long - model.effective_time([long])[0] == pytest.approx(lag, rel=1e-4)


def test_rates_are_the_derivative_of_the_effective_time():
    model = TwoBand(20, 10, 1.7, 0.01)
    times = np.array([0.3, 2.0, 17.0])
    slope = (
        model.effective_time(times + 1e-5) - model.effective_time(times - 1e-5)
    ) / 2e-5
    np.testing.assert_allclose(
        model.tcl2_rates(times), slope[:, None] * model.rates, rtol=1e-9
    )
    np.testing.assert_array_equal(model.tcl2_rates([0.0]), np.zeros((1, 2)))
    np.testing.assert_allclose(model.tcl2_rates([1e6])[0], model.rates, rtol=1e-6)
    golden = 2 * np.pi * 0.01**2 * np.array([20, 10]) / 1.7
    np.testing.assert_allclose(model.rates, golden, rtol=1e-14)


def test_memory_is_that_of_the_couplings():
    """tr{V(s) V Π} over realizations: ⟨Σ|V_nn′|² e^{i(ε−ε′)s}⟩/N₁ = γ₂ h(s)."""
    model = TwoBand(60, 40, 1.0, 0.1)
    first, second = model.levels[:60], model.levels[60:]
    for s in (0.0, 1.5, 9.0):
        mean = np.exp(1j * np.subtract.outer(first, second) * s).sum() / 60
        expected = model.rates[1] * model.memory([s])[0]
        assert 0.1**2 * mean == pytest.approx(expected, abs=3e-3 * 0.1**2 * 40)
    draws = [np.abs(model.environment(2, realization=r).H_int) ** 2 for r in range(2)]
    norms = np.array([draw.sum() for draw in draws]) / (2 * 60 * 40 * 0.1**2)
    np.testing.assert_allclose(norms, 1, atol=5 / np.sqrt(60 * 40))
    assert norms[0] != norms[1]


def test_generator_is_the_solvable_register():
    """The Markov limit, through the closed form of the two-band register."""
    system = next(s for s in SYSTEMS if s.name == "two-band")
    width = 2 * np.pi * 0.03**2 / 0.1
    model = TwoBand(5, 2, width, 0.03)  # γ = (0.5, 0.2)
    found = evolve(model.generator(), RHO0, TIMES, register_law=[1, 0])
    np.testing.assert_allclose(found.states, system.exact(TIMES), atol=1e-13)
    excited = evolve(model.generator(), EXCITED, TIMES, register_law=[1, 0])
    np.testing.assert_allclose(
        model.markov_population(TIMES), excited.states[:, 0, 0].real, atol=1e-14
    )


def test_tcl2_is_the_generator_run_for_the_effective_time():
    """All rates share the factor 2Ḟ, so blocks are those of the register at 2F(t)."""
    blocks = random_blocks(2)
    found = SMALL.tcl2(blocks, 1 + TIMES)
    still = TwoBand(3, 2, 1.3, 0.4)
    elapsed = np.r_[0.0, SMALL.effective_time(TIMES[1:])]
    expected = evolve(still.generator(), blocks, elapsed).blocks
    turn = np.exp(-0.7j * TIMES[:, None, None, None])
    rotated = expected.copy()
    rotated[:, :, :2, 2:] *= turn
    rotated[:, :, 2:, :2] *= turn.conj()
    np.testing.assert_allclose(found.blocks, rotated, atol=1e-14)
    population = SMALL.tcl2(EXCITED, TIMES).states[:, 0, 0].real
    np.testing.assert_allclose(SMALL.tcl2_population(TIMES), population, atol=1e-14)
    assert found.dims == (2, 2)
    assert found.least_eigenvalue > -1e-15


def second_order(projection, model, blocks, t, realizations):
    """−∫₀ᵗ(t−s) P [V(s), [V(0), lift ρ]] ds, averaged, by Gauss-Legendre quadrature.

    Stationary memory: the double integral over t ≥ t₁ ≥ t₂ depends on t₁ − t₂ alone.
    """
    nodes, weights = np.polynomial.legendre.leggauss(12)
    s, weights = t * (nodes + 1) / 2, t / 2 * weights
    start, out = projection.lift(blocks), 0
    for r in range(realizations):
        environment = model.environment(5, realization=r)
        energies = np.real(np.diag(environment.free(model.H)))
        V = environment.H_int
        inner = V @ start - start @ V
        for time, weight in zip(s, weights * (t - s), strict=True):
            phases = np.exp(1j * energies * time)
            moved = phases[:, None] * V * phases.conj()
            out = out - weight * projection.blocks(moved @ inner - inner @ moved)
    return out / realizations


@pytest.mark.parametrize("kind", ["bands", "product"])
def test_second_order_by_a_double_integral(kind):
    """TCL2 to first order in its exponent, against the double commutator.

    On the bands both populations and coherences; on the product e alone.
    """
    model = TwoBand(14, 9, 1.0, 1e-3)
    t = 2.5
    x = model.effective_time([t])[0]
    if kind == "bands":
        blocks = random_blocks(1)
        found = second_order(model.projection(), model, blocks, t, 12)
        expected = x * model.generator().apply(blocks)
    else:
        blocks = EXCITED[None].astype(complex)
        found = second_order(model.product_projection(), model, blocks, t, 12)
        expected = -x * model.rates[1] * np.diag([1.0, -1.0])[None]
    scale = np.abs(expected).max()
    # the c fluctuate: 12 realizations of 126 couplings
    np.testing.assert_allclose(found, expected, atol=0.1 * scale)


def test_projections():
    projection = SMALL.projection()
    np.testing.assert_array_equal(projection.weights, [1, 1])
    np.testing.assert_allclose(projection.B[1], np.diag([0, 0, 0, 0.5, 0.5]))
    np.testing.assert_array_equal(projection.A[0], np.diag([1, 1, 1, 0, 0]))
    product = SMALL.product_projection()
    np.testing.assert_allclose(product.B[0], np.diag([1, 1, 1, 0, 0]) / 3)
    other = SMALL.environment(1, projection=product)
    assert isinstance(other.projection, Projection)
    assert other.projection.n == 1
    np.testing.assert_allclose(np.diag(other.H_E).real, SMALL.levels)
    levels = 1.3 * np.array([1 / 6, 1 / 2, 5 / 6, 1 / 4, 3 / 4])
    np.testing.assert_allclose(
        SMALL.levels, levels + 0.7 * np.diag(projection.A[1]).real
    )


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: TwoBand(0, 2, 1.0, 1.0), "`N1` must be at least 1"),
        (lambda: TwoBand(2, 0, 1.0, 1.0), "`N2` must be at least 1"),
        (lambda: TwoBand(2, 2, 0.0, 1.0), "`width` must be positive"),
        (lambda: TwoBand(2, 2, 1.0, -1.0), "`coupling` must be positive"),
        (lambda: TwoBand(2, 2, 1.0, 1.0, np.nan), "`frequency` must be finite"),
        (lambda: SMALL.effective_time([-1.0]), "`times` must not be negative"),
        (lambda: SMALL.memory([np.nan]), "`times` must be finite"),
        (lambda: SMALL.tcl2(2 * EXCITED, TIMES), "`rho0` must have trace 1"),
        (lambda: SMALL.tcl2(np.eye(3) / 3, TIMES), "state of a qubit"),
        (lambda: SMALL.tcl2(EXCITED, [1.0, 1.0]), "`tlist` must increase"),
        (lambda: SMALL.tcl2(EXCITED, TIMES, register_law=[1.0, 1.0]), "sum to 1"),
        (lambda: SMALL.tcl2(EXCITED, TIMES, register_law=[1.0]), "`register_law` must"),
        (lambda: SMALL.tcl2(np.ones((3, 2, 2)), TIMES), "must have shape"),
        (
            lambda: SMALL.tcl2(np.array([2 * EXCITED, -EXCITED]), TIMES),
            "must hold positive blocks",
        ),
        (
            lambda: SMALL.tcl2(random_blocks(1), TIMES, register_law=[1, 0]),
            "`register_law` must be absent",
        ),
        (
            lambda: SMALL.exact(EXCITED, TIMES, seed=1, realizations=1),
            "`realizations` must be at least 2",
        ),
        (lambda: SMALL.exact(EXCITED, TIMES, seed=-1, realizations=2), "`seed` must"),
        (
            lambda: TwoBand(10**7, 3, 1.0, 1.0).environment(1),
            "`N1` and `N2` .* must fit in memory",
        ),
        (
            lambda: TwoBand(10**7, 3, 1.0, 1.0).exact(
                EXCITED, TIMES, seed=1, realizations=2
            ),
            "`N1` and `N2` .* must fit in memory",
        ),
    ],
)
def test_bad_input_is_refused(make, match):
    with pytest.raises(ValueError, match=match):
        make()


def test_sizes_must_be_integers():
    with pytest.raises(TypeError, match="`N1` must be an integer"):
        TwoBand(2.0, 2, 1.0, 1.0)


def test_jumps_are_those_of_the_bands():
    """Band 1 ← band 2 by √γ₁σ₊, band 2 ← band 1 by √γ₂σ₋, H in both."""
    generator = SMALL.generator()
    up, down = np.sqrt(SMALL.rates)
    np.testing.assert_allclose(generator.jumps[0, 1], up * RAISING[None])
    np.testing.assert_allclose(generator.jumps[1, 0], down * LOWERING[None])
    np.testing.assert_allclose(generator.hamiltonians, [0.35 * SIGMA_Z] * 2)
