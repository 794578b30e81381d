"""Memory kernels and the equation they enter, against exact total dynamics."""

from importlib import import_module

import numpy as np
import pytest
import qutip
from dynamics.generators import random_blocks, random_matrices, random_state
from dynamics.open_systems import exact_blocks, random_environment, random_hermitian
from scipy.linalg import expm
from systems import RHO0, SIGMA_X, SIGMA_Y, SIGMA_Z

from oqnn._core.bases import from_coordinates, hermitian_basis, to_coordinates
from oqnn._core.errors import ConvergenceError
from oqnn.dynamics.projected import finite_kernel
from oqnn.dynamics.projected.baths import FiniteEnvironment, GaussianBath
from oqnn.dynamics.projected.memory_kernel import memory_kernel
from oqnn.dynamics.projected.nakajima_zwanzig import nakajima_zwanzig
from oqnn.dynamics.projected.projection import Projection

TIMES = np.array([0.0, 0.3, 0.35, 1.7, 3.0])
SIZES = [(2, 3, 1), (3, 2, 2), (2, 4, 3)]  # d, e, n


def damped_jaynes_cummings(width, rate):
    """Hermitian couplings of σ₊b + σ₋b†, memory ½γ₀λe^{−λτ} in ⟨b(τ)b†⟩ alone.

    B₁ = b + b† goes with σ_x/2, B₂ = i(b − b†) with σ_y/2, so ⟨B₁(τ)B₂⟩ = −i f(τ).
    """
    phases = np.array([[1, -1j], [1j, 1]])

    def correlation(times):
        memory = rate * width / 2 * np.exp(-width * times)
        return memory[:, None, None] * phases

    return GaussianBath([SIGMA_X / 2, SIGMA_Y / 2], correlation)


def amplitude(width, square, times):
    """e^{−λt/2}[cosh(dt/2) + (λ/d) sinh(dt/2)] with d² given."""
    d = np.sqrt(complex(square))
    turn = np.cosh(d * times / 2) + width / d * np.sinh(d * times / 2)
    return (np.exp(-width * times / 2) * turn).real


@pytest.mark.parametrize(("width", "rate"), [(0.7, 1.4), (2.0, 0.3)])
def test_second_order_of_the_damped_jaynes_cummings_model(width, rate):
    """Population with d² = λ² − 4γ₀λ, coherence with λ² − 2γ₀λ (exact).

    At γ₀ = 2λ the population reaches −e^{−π/√7} = −0.305, and that is reported.
    """
    times = np.r_[0.0, np.geomspace(0.05, 12 / width, 60)]
    bath, zero = damped_jaynes_cummings(width, rate), np.zeros((2, 2))
    result = nakajima_zwanzig(zero, RHO0, times, bath, order=2)
    population = amplitude(width, width**2 - 4 * rate * width, times)
    coherence = amplitude(width, width**2 - 2 * rate * width, times)
    states = result.states
    np.testing.assert_allclose(states[:, 0, 0], 0.7 * population, atol=1e-8)
    np.testing.assert_allclose(states[:, 0, 1], RHO0[0, 1] * coherence, atol=1e-8)
    assert result.trace_drift < 1e-12
    if rate == 2 * width:
        excited = np.diag([1.0, 0.0])
        turn = 2 * np.pi / (np.sqrt(7) * width)
        lowest = nakajima_zwanzig(zero, excited, [0, turn], bath, order=2)
        assert lowest.least_eigenvalue == pytest.approx(
            -np.exp(-np.pi / np.sqrt(7)), abs=1e-8
        )


@pytest.mark.parametrize("matrix_free", [False, True])
@pytest.mark.parametrize(("d", "e", "n"), SIZES)
def test_the_exact_kernel_gives_exact_blocks(d, e, n, matrix_free, monkeypatch):
    """Relevant start, correlated start and non-Hermitian one, uneven times."""
    if matrix_free:
        monkeypatch.setattr(finite_kernel, "DENSE_LIMIT", 0)
    H, environment = random_environment(d, e, n, coupling=0.7)
    step = 0.01 if matrix_free else None
    blocks, size = random_blocks(n, d), d * e
    total = random_matrices(np.random.default_rng(8), size, size)
    for start, lifted in [
        (blocks, environment.projection.lift(blocks)),
        (random_state(size), random_state(size)),
        (total / np.abs(total).sum(), total / np.abs(total).sum()),
    ]:
        shifted = 2.5 + TIMES  # time is measured from the start
        result = nakajima_zwanzig(H, start, shifted, environment, step=step)
        expected = exact_blocks(H, environment, lifted, TIMES)
        np.testing.assert_allclose(result.blocks, expected, rtol=0, atol=2e-9)
        np.testing.assert_array_equal(result.weights, environment.projection.weights)
        assert np.abs(result.blocks - expected).max() <= result.error + 1e-12
        drift = np.abs(np.trace(result.states - result.states[0], axis1=1, axis2=2))
        assert drift.max() < 1e-9


def test_measured_order_in_the_step():
    """Sixth, for a correlated start under a random projection."""
    H, environment = random_environment(2, 3, 2)
    total, times = random_state(6), [0.0, 2.0]
    expected = exact_blocks(H, environment, total, times)
    results = [
        nakajima_zwanzig(H, total, times, environment, step=h) for h in (0.04, 0.02)
    ]
    errors = [np.abs(result.blocks - expected).max() for result in results]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(6, abs=0.4)
    assert errors[1] < results[1].error < 200 * errors[1]


@pytest.mark.parametrize("start", ["relevant", "correlated"])
@pytest.mark.parametrize(("n", "e"), [(1, 2), (2, 3)])
def test_orders_in_the_coupling(n, e, start):
    """Errors α³ after order 2 and α⁵ after order 4, with P and L₀ not commuting."""
    H, environment = random_environment(2, e, n)
    P, total, times = environment.projection, random_state(2 * e), [0.0, 0.4, 0.8]
    relevant = start == "relevant"
    rho0 = P.blocks(total) if relevant else total
    lifted = P.apply(total) if relevant else total
    for order in (2, 4):
        errors = []
        for coupling in (0.1, 0.05):
            weak = FiniteEnvironment(environment.H_E, coupling * environment.H_int, P)
            found = nakajima_zwanzig(H, rho0, times, weak, order=order, step=0.02)
            expected = exact_blocks(H, weak, lifted, times)
            errors.append(np.abs(found.blocks - expected).max())
        measured = np.log2(errors[0] / errors[1])
        assert measured == pytest.approx(order + 1, abs=0.2)


def odd_environment(coupling):
    """A qubit coupled by S ⊗ σ_x to a stationary qubit: odd moments vanish."""
    S = random_hermitian(2, 21)
    P = Projection.product(np.diag([0.8, 0.2]))
    return FiniteEnvironment(1.4 * SIGMA_Z, coupling * np.kron(S, SIGMA_X), P)


def test_orders_where_odd_moments_vanish():
    """Errors α⁴ and α⁶, and the drift is that of the system alone."""
    H, times = random_hermitian(2, 22), [0.0, 0.7, 1.2]
    for order in (2, 4):
        errors = []
        for coupling in (0.4, 0.2):
            environment = odd_environment(coupling)
            lifted = environment.projection.lift(RHO0[None])
            found = nakajima_zwanzig(
                H, RHO0, times, environment, order=order, step=0.01
            )
            expected = exact_blocks(H, environment, lifted, times)
            errors.append(np.abs(found.blocks - expected).max())
        measured = np.log2(errors[0] / errors[1])
        assert measured == pytest.approx(order + 2, abs=0.25)


@pytest.mark.parametrize(("d", "e", "n"), SIZES)
def test_kernels_are_superoperators_of_the_definition(d, e, n):
    """P L e^{QLτ} Q L P and P L e^{QLτ} Qρ, written with (D² × D²) matrices."""
    H, environment = random_environment(d, e, n)
    P, size = environment.projection, d * e
    rho = random_state(size)
    units = np.eye(size * size).reshape(-1, size, size)  # row-stacked, on purpose
    total = environment.total(H)
    L = (-1j * (total @ units - units @ total)).reshape(size**2, -1).T
    Q = np.eye(size**2) - P.apply(units).reshape(size**2, -1).T
    seen = to_coordinates(P.blocks(units)).reshape(size**2, -1).T  # (m, D²)
    blocks = from_coordinates(np.eye(n * d * d).reshape(-1, n, d * d))
    lifted = P.lift(blocks).reshape(n * d * d, -1).T
    times = np.linspace(0, 1.5, 7)
    kernel = memory_kernel(H, environment, times, rho0=rho)
    for t, value, source in zip(times, kernel.values, kernel.source, strict=True):
        moved = seen @ L @ expm(Q @ L * t) @ Q
        np.testing.assert_allclose(value, moved @ L @ lifted, atol=1e-11)
        np.testing.assert_allclose(source, moved @ rho.reshape(-1), atol=1e-11)
    np.testing.assert_allclose(kernel.drift, seen @ L @ lifted, atol=1e-12)


@pytest.mark.parametrize("rho_commutes", [True, False])
def test_second_order_kernel_of_the_definition(rho_commutes):
    """P L₁ e^{L₀τ} L₁ P where P and L₀ commute and P L₁ P = 0; its limit elsewhere.

    Elsewhere it is the exact kernel up to α³, with its terms of order 0 and 1.
    """
    H, times = random_hermitian(2, 22), [0.0, 0.4]
    weak = odd_environment(1e-3)
    if not rho_commutes:
        P = Projection.product(random_state(2))
        weak = FiniteEnvironment(weak.H_E, weak.H_int, P)
    kernel = memory_kernel(H, weak, times, order=2).values[1]
    exact = memory_kernel(H, weak, times).values[1]
    np.testing.assert_allclose(kernel, exact, atol=2e-8 if not rho_commutes else 1e-11)
    if rho_commutes:
        L1 = weak.projection.lift(from_coordinates(np.eye(4))[:, None])
        L1 = -1j * (weak.H_int @ L1 - L1 @ weak.H_int)
        U = expm(-0.4j * weak.free(H))
        moved = U @ L1 @ U.conj().T
        moved = -1j * (weak.H_int @ moved - moved @ weak.H_int)
        expected = to_coordinates(weak.projection.blocks(moved)[:, 0]).real.T
        np.testing.assert_allclose(kernel, expected, rtol=1e-10, atol=1e-17)


def test_gaussian_second_order_is_that_of_the_same_correlations():
    """Three couplings to a four-level environment in a stationary state.

    C_kl(τ) = tr{B_k(τ) B_l ρ_E}, complex, not symmetric, with frequencies of both
    signs; d = 3 and a Hamiltonian that commutes with nothing.
    """
    energies = np.array([0.0, 0.4, 1.1, 2.7])
    rho_E = np.diag([0.4, 0.3, 0.2, 0.1])
    S = np.array([random_hermitian(3, seed) for seed in (1, 2, 3)])
    B = np.array([random_hermitian(4, seed) for seed in (4, 5, 6)])
    B -= np.trace(B @ rho_E, axis1=1, axis2=2)[:, None, None] * np.eye(4)
    H = random_hermitian(3, 7)
    coupling = sum(np.kron(s, b) for s, b in zip(S, B, strict=True))
    finite = FiniteEnvironment(np.diag(energies), coupling, Projection.product(rho_E))

    def correlation(times):
        phases = np.exp(
            1j * np.subtract.outer(energies, energies) * times[:, None, None]
        )
        return np.einsum("kab,tab,lbc,ca->tkl", B, phases, B, rho_E)

    times = np.linspace(0, 4, 9)
    bath = memory_kernel(H, GaussianBath(S, correlation), times, order=2)
    expected = memory_kernel(H, finite, times, order=2)
    np.testing.assert_allclose(bath.values, expected.values, atol=1e-12)
    np.testing.assert_allclose(bath.drift, expected.drift, atol=1e-12)
    np.testing.assert_array_equal(bath.source, 0)


@pytest.mark.parametrize("d", [2, 3])
def test_gaussian_fourth_order_is_that_of_oscillators(d):
    """Two modes from the vacuum, three levels each: four vertices reach no further.

    ⟨B_k(τ)B_l⟩ = Σ_m g_km g_lm* e^{−iω_m τ}, two complex couplings. Sixth order in h.
    """
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
    expected = memory_kernel(H, finite, np.linspace(0, 3, 5), order=4).values
    errors = []
    for n_steps in (40, 80):
        found = memory_kernel(H, bath, np.linspace(0, 3, n_steps + 1), order=4).values
        errors.append(np.abs(found[:: n_steps // 4] - expected).max())
    assert errors[1] < 2e-6 * np.abs(expected).max()
    assert np.log2(errors[0] / errors[1]) == pytest.approx(6, abs=0.4)


def test_orders_of_the_damped_jaynes_cummings_model():
    """Population |c₁|²: errors γ₀² and γ₀³, as α² ∝ γ₀; the coherence stays exact."""
    times, zero = np.linspace(0, 3, 7), np.zeros((2, 2))
    for order in (2, 4):
        errors = []
        for rate in (0.1, 0.05):
            bath = damped_jaynes_cummings(1.0, rate)
            states = nakajima_zwanzig(zero, RHO0, times, bath, order=order).states
            c1 = amplitude(1.0, 1 - 2 * rate, times)
            np.testing.assert_allclose(states[:, 0, 1], RHO0[0, 1] * c1, atol=1e-8)
            errors.append(np.abs(states[:, 0, 0] - 0.7 * c1**2).max())
        measured = np.log2(errors[0] / errors[1])
        assert measured == pytest.approx(order / 2 + 1, abs=0.1)


def test_entangled_relevant_states_evolve_exactly():
    """A Bell pair of the system and a kept qubit of E, the rest mixed."""
    rest = np.diag([0.6, 0.4])
    P = Projection.pauli(1, rest)
    environment = FiniteEnvironment(
        random_hermitian(4, 31), random_hermitian(8, 32, 0.7), P
    )
    H, total = random_hermitian(2, 33), np.kron(qutip.bell_state().proj().full(), rest)
    result = nakajima_zwanzig(H, total, TIMES, environment)
    expected = exact_blocks(H, environment, total, TIMES)
    np.testing.assert_allclose(result.blocks, expected, atol=1e-8)
    reduced = [np.einsum("iaja->ij", x.reshape(2, 4, 2, 4)) for x in P.lift(expected)]
    np.testing.assert_allclose(result.states, reduced, atol=1e-8)


def test_batches_qutip_objects_and_single_times():
    H, environment = random_environment(2, 3, 2)
    starts = random_matrices(np.random.default_rng(4), 3, 5, 2, 2, 2)
    together = nakajima_zwanzig(H, starts, TIMES, environment, step=0.02)
    assert together.blocks.shape == (3, 5, 5, 2, 2, 2)
    alone = nakajima_zwanzig(H, starts[2, 1], TIMES, environment, step=0.02)
    np.testing.assert_allclose(together.blocks[2, 1], alone.blocks, atol=1e-12)
    now = nakajima_zwanzig(H, starts[2, 1], [4.0], environment)
    np.testing.assert_allclose(now.blocks, starts[2, 1][None], atol=1e-14)
    bath = damped_jaynes_cummings(1.0, 0.5)
    ket = (qutip.basis(2, 0) + 1j * qutip.basis(2, 1)).unit()
    result = nakajima_zwanzig(qutip.sigmaz(), ket, TIMES, bath, order=2)
    same = nakajima_zwanzig(SIGMA_Z, ket.proj().full(), TIMES, bath, order=2)
    np.testing.assert_array_equal(result.blocks, same.blocks)
    assert result.weights is None
    assert result.to_qutip()[0] == ket.proj()
    assert "order 2, steps of" in result.method


def test_the_kernel_of_a_dephasing_spin():
    """H_int = gσ_z ⊗ σ_z, mixed spin: coherence cos 2gt, so K = −4g² at every τ."""
    g = 0.6
    P = Projection.product(np.eye(2) / 2)
    bath = FiniteEnvironment(np.zeros((2, 2)), g * np.kron(SIGMA_Z, SIGMA_Z), P)
    kernel = memory_kernel(np.zeros((2, 2)), bath, np.linspace(0, 5, 11))
    expected = np.diag([0, -4 * g**2, -4 * g**2, 0])
    np.testing.assert_allclose(kernel.values, [expected] * 11, atol=1e-12)
    coherence = hermitian_basis(2)[1]
    result = nakajima_zwanzig(np.zeros((2, 2)), coherence, TIMES, bath)
    expected = np.cos(2 * g * TIMES) / np.sqrt(2)
    np.testing.assert_allclose(result.states[:, 0, 1], expected, atol=1e-9)


def test_wrong_input_is_refused():
    H, environment = random_environment(2, 3, 2)
    bath, rho, zero = (
        damped_jaynes_cummings(1.0, 1.0),
        random_state(6),
        np.zeros((2, 2)),
    )
    for arguments, settings, complaint in [
        ((np.eye(2, k=1), rho, TIMES, environment), {}, "`H` must be Hermitian"),
        ((np.eye(3), rho, TIMES, environment), {}, "`H` must have size 2"),
        ((H, rho, [0, 2, 1], environment), {}, "`tlist` must increase strictly"),
        ((H, rho, TIMES, environment), {"order": 3}, r"one of \(None, 2, 4\)"),
        ((H, rho, TIMES, environment), {"step": 0.0}, "`step` must be positive"),
        ((H, RHO0, TIMES, environment), {}, r"shape \(..., 2, 2, 2\) or \(6, 6\), but"),
        ((H, rho * np.nan, TIMES, environment), {}, "`rho0` must be finite"),
        ((zero, RHO0, TIMES, bath), {}, r"one of \(2, 4\) for a GaussianBath"),
        ((zero, rho, TIMES, bath), {"order": 2}, r"`rho0` must have shape \(2, 2\)"),
    ]:
        with pytest.raises(ValueError, match=complaint):
            nakajima_zwanzig(*arguments, **settings)
    with pytest.raises(TypeError, match="`environment` must be a FiniteEnvironment"):
        nakajima_zwanzig(H, RHO0, TIMES, None)


def test_wrong_kernels_are_refused():
    H, environment = random_environment(2, 3, 2)
    bath = damped_jaynes_cummings(1.0, 1.0)
    for times in ([0.0], [0.0, 1.0, 3.0], [1.0, 2.0]):
        with pytest.raises(ValueError, match="`tlist` must be two or more evenly"):
            memory_kernel(H, environment, times)
    with pytest.raises(ValueError, match=r"`rho0` must have shape \(6, 6\)"):
        memory_kernel(H, environment, [0, 1], rho0=np.eye(4))
    with pytest.raises(ValueError, match="left out for a GaussianBath"):
        memory_kernel(H, bath, [0, 1], order=2, rho0=np.eye(4))
    with pytest.raises(ValueError, match="`rho0` must be finite"):
        memory_kernel(H, environment, [0, 1], rho0=np.full(6, np.nan))
    with pytest.raises(ValueError, match=r"more than 12 times .* but holds 12"):
        memory_kernel(H, bath, np.arange(12), order=4)
    with pytest.raises(ValueError, match=r"`step` with 10000000000 steps .*GiB"):
        nakajima_zwanzig(H, random_state(6), [0, 1], environment, step=1e-10)


def test_a_kernel_that_jumps_is_reported(monkeypatch):
    """A correlation that ends suddenly is integrated at first order only."""
    module = import_module("oqnn.dynamics.projected.nakajima_zwanzig")
    monkeypatch.setattr(module, "MOST_STEPS", 512)
    bath = GaussianBath(SIGMA_X, lambda t: np.where(t < 0.618, 1.0, 0.0))
    with pytest.raises(ConvergenceError, match=r"at 416 steps.* Choose `step`"):
        nakajima_zwanzig(SIGMA_Z, RHO0, [0.0, 2.0], bath, order=2)
    chosen = nakajima_zwanzig(SIGMA_Z, RHO0, [0.0, 2.0], bath, order=2, step=1e-3)
    assert 1e-6 < chosen.error < 1e-2
