"""Starts that are correlated with the environment: ρ_A(t) = T(t) ρ_A(0) + ξ(t)."""

import numpy as np
import pytest
import qutip
from dynamics.generators import random_matrices, random_state
from scipy.linalg import expm
from systems import SIGMA_X, SIGMA_Y, SIGMA_Z

from oqnn._core.bases import from_coordinates, hermitian_basis, to_coordinates
from oqnn.dynamics import correlated_start, distance_increase, reduced_evolution

RNG = np.random.default_rng(60)
UNEVEN = np.array([0.3, 0.35, 1.0, 1.3, 2.7, 4.0])
SIZES = [(2, 2), (2, 3), (3, 2)]
BELL = np.array([1, 0, 0, 1]) / np.sqrt(2)
COUPLING = 0.8  # g of H = (g/2) σ_x ⊗ σ_z
BELL_H = COUPLING / 2 * np.kron(SIGMA_X, SIGMA_Z)


def hamiltonian(D, seed=61):
    a = random_matrices(np.random.default_rng(seed), D, D)
    return (a + a.conj().T) / 3


def start(N, M, times=UNEVEN):
    """A correlated state of full rank under a Hamiltonian without symmetry."""
    return correlated_start(hamiltonian(N * M), random_state(N * M), times, (N, M))


def trace_B(rho, N, M):
    return sum(rho.reshape(N, M, N, M)[:, b, :, b] for b in range(M))


def operators(d):
    """Traceless Hermitian operators with tr σ_iσ_k = d δ_ik."""
    return np.sqrt(d) * hermitian_basis(d)[1:]


def distance(rho, sigma):
    return np.abs(np.linalg.eigvalsh(rho - sigma)).sum(axis=-1) / 2


def test_a_bell_pair_leaves_the_product_of_its_marginals():
    """H = (g/2)σ_x⊗σ_z: T(t) = diag(1, 1, cos gt, cos gt) and, from Φ⁺,
    ξ(t) = −(sin gt / 2) σ_y, so that the witness is |sin gt|/2.

    Φ⁺ has γ = diag(1, −1, 1); σ_y⊗σ_z turns about σ_x into σ_z, σ_z⊗σ_z into −σ_y.
    """
    found = correlated_start(BELL_H, BELL, UNEVEN, (2, 2))
    g = COUPLING * (UNEVEN - UNEVEN[0])
    one, cos = np.ones(6), np.cos(g)
    expected = np.array([np.diag(row) for row in np.array([one, one, cos, cos]).T])
    np.testing.assert_allclose(found.transfer, expected, atol=1e-14)
    xi = -np.sin(g)[:, None, None] / 2 * SIGMA_Y
    np.testing.assert_allclose(found.xi, xi, atol=1e-14)
    np.testing.assert_allclose(found.witness, np.abs(np.sin(g)) / 2, atol=1e-14)
    np.testing.assert_allclose(found.gamma, np.diag([1, -1, 1]), atol=1e-15)
    np.testing.assert_allclose(found.gamma_prime, found.gamma, atol=1e-15)
    assert found.witness_bound == pytest.approx(0.75, abs=1e-14)


def test_the_bell_pairs_liouvillian_is_a_diverging_rate():
    """X = diag(0, 0, −g tan gt, −g tan gt), singular at gt = π/2 and 3π/2."""
    times = np.linspace(0, 6, 14)
    found = correlated_start(BELL_H, BELL, times, (2, 2)).liouvillian()
    rate = -COUPLING * np.tan(COUPLING * times)
    expected = np.zeros((14, 4, 4))
    expected[:, 2, 2] = expected[:, 3, 3] = rate
    np.testing.assert_array_equal(found.times, times)
    np.testing.assert_allclose(found.matrices, expected, rtol=1e-12, atol=1e-13)
    zeros = np.array([0.5, 1.5]) * np.pi / COUPLING
    np.testing.assert_allclose(found.singular_times, zeros, rtol=1e-9)


def test_a_singular_time_on_the_grid_is_left_out():
    times = np.array([0, 1, 2, 3]) * np.pi / 2 / COUPLING
    found = correlated_start(BELL_H, BELL, times, (2, 2)).liouvillian()
    np.testing.assert_array_equal(found.times, times[[0, 2]])
    np.testing.assert_array_equal(found.singular_times, times[[1, 3]])
    assert np.isfinite(found.matrices).all()
    assert found.matrices.shape == (2, 4, 4)
    assert found.inhomogeneity.shape == (2, 2, 2)


@pytest.mark.parametrize(("N", "M"), SIZES)
def test_the_start_is_its_bloch_data(N, M):
    """ρ_AB = (1/NM)(1 + α_iσ_i⊗1 + β_j 1⊗τ_j + γ_ij σ_i⊗τ_j), and
    ρ_AB = ρ_A⊗ρ_B + (1/NM) γ′_ij σ_i⊗τ_j.
    """
    found, rho = start(N, M), random_state(N * M)
    sigma, tau = operators(N), operators(M)
    pairs = np.einsum("iab,jcd->ijacbd", sigma, tau).reshape(
        N * N - 1, M * M - 1, N * M, N * M
    )
    whole = np.eye(N * M, dtype=complex)
    whole += sum(
        np.kron(a * s, np.eye(M)) for a, s in zip(found.alpha, sigma, strict=True)
    )
    whole += sum(
        np.kron(np.eye(N), b * t) for b, t in zip(found.beta, tau, strict=True)
    )
    whole += np.einsum("ij,ijab->ab", found.gamma, pairs)
    np.testing.assert_allclose(whole / (N * M), rho, atol=1e-15)
    lacking = np.einsum("ij,ijab->ab", found.gamma_prime, pairs) / (N * M)
    np.testing.assert_allclose(found.correlation, lacking, atol=1e-15)
    product = np.kron(found.rho_A, found.rho_B)
    np.testing.assert_allclose(product + lacking, rho, atol=1e-15)
    assert np.abs(found.gamma_prime).max() > 0.05
    assert np.abs(np.outer(found.alpha, found.beta)).max() > 0.01


@pytest.mark.parametrize(("N", "M"), SIZES)
def test_the_states_are_traces_of_the_whole(N, M):
    """Against exponentials and element sums, and against `reduced_evolution`."""
    found, rho, H = start(N, M), random_state(N * M), hamiltonian(N * M)
    assert np.abs(H.imag).max() > 0.1
    for t, state in zip(UNEVEN, found.states, strict=True):
        U = expm(-1j * H * (t - UNEVEN[0]))
        np.testing.assert_allclose(
            state, trace_B(U @ rho @ U.conj().T, N, M), atol=1e-13
        )
    exact = reduced_evolution(H, rho, UNEVEN, [N, M])
    np.testing.assert_allclose(found.evolution.states, exact.states, atol=1e-13)
    assert found.evolution.dims == (N,)


@pytest.mark.parametrize(("N", "M"), SIZES)
def test_xi_needs_its_prefactor_and_the_operators_of_b(N, M):
    """ξ = (1/NM) Σ_μ ⟨μ|U γ′_ij σ_i⊗τ_j U†|μ⟩, traceless. Without 1/NM, with a second
    sum over ν, or with σ_j for τ_j it is another matrix.
    """
    found = start(N, M)
    assert np.abs(np.trace(found.xi, axis1=1, axis2=2)).max() < 1e-15
    sigma, tau = operators(N), operators(M)
    U = found.unitaries[3]

    def printed(factor, second):
        total = sum(
            g * np.kron(s, t)
            for row, s in zip(found.gamma_prime, sigma, strict=True)
            for g, t in zip(row, second, strict=True)
        )
        return factor * trace_B(U @ total @ U.conj().T, N, M)

    right = printed(1 / (N * M), tau)
    np.testing.assert_allclose(found.xi[3], right, atol=1e-14)
    assert np.abs(right).max() > 0.01
    assert np.abs(printed(1, tau) - right).max() > 0.05  # no 1/NM
    assert np.abs(printed(M / (N * M), tau) - right).max() > 0.01  # a sum over ν
    other = tau[::-1]  # γ′ belongs to one basis of B; no basis of A stands for it
    assert np.abs(printed(1 / (N * M), other) - right).max() > 0.01
    assert (len(sigma) == len(tau)) == (N == M)


@pytest.mark.parametrize(("N", "M"), SIZES)
def test_kraus_operators_are_the_map_of_the_product_start(N, M):
    """M_μν = √p_ν ⟨μ|U|ν⟩, one by one; Σ M†M = 1; T has no trace of ξ."""
    found = start(N, M)
    p, basis = np.linalg.eigh(found.rho_B)
    U = found.unitaries[4].reshape(N, M, N, M)
    by_hand = [
        np.sqrt(p[n]) * np.einsum("a,iajb,b->ij", basis[:, m].conj(), U, basis[:, n])
        for m in range(M)
        for n in range(M)
    ]
    np.testing.assert_allclose(found.kraus[4], by_hand, atol=1e-14)
    rho = random_matrices(RNG, N, N)
    moved = sum(K @ rho @ K.conj().T for K in by_hand)
    by_transfer = from_coordinates(found.transfer[4] @ to_coordinates(rho))
    np.testing.assert_allclose(by_transfer, moved, atol=1e-14)
    complete = np.einsum("tkji,tkjl->til", found.kraus.conj(), found.kraus)
    np.testing.assert_allclose(complete, [np.eye(N)] * len(UNEVEN), atol=1e-13)
    product = correlated_start(
        hamiltonian(N * M), np.kron(found.rho_A, found.rho_B), UNEVEN, (N, M)
    )
    np.testing.assert_allclose(product.transfer, found.transfer, atol=1e-13)
    np.testing.assert_allclose(product.xi, 0, atol=1e-15)
    np.testing.assert_allclose(product.witness, 0, atol=1e-15)


@pytest.mark.parametrize(("N", "M"), SIZES)
def test_the_liouvillian_gives_the_derivative(N, M):
    """Xρ_A + ξ̇ − Xξ = tr_B(−i[H, ρ_AB(t)]); X T = Ṫ by central differences."""
    times = np.array([0, 0.11, 0.4, 0.5])
    found, H = start(N, M, times), hamiltonian(N * M)
    form = found.liouvillian()
    assert len(form.times) == 4
    rates = form.rate(found.states)
    for k in range(4):
        whole = found.unitaries[k] @ found.rho0 @ found.unitaries[k].conj().T
        exact = trace_B(-1j * (H @ whole - whole @ H), N, M)
        np.testing.assert_allclose(rates[k], exact, atol=1e-11)
        assert np.abs(exact).max() > 0.01
    h = 1e-4
    near = start(N, M, np.array([0, 0.4 - h, 0.4, 0.4 + h]))
    slope = (near.transfer[3] - near.transfer[1]) / (2 * h)
    found_slope = near.liouvillian().matrices[2] @ near.transfer[2]
    np.testing.assert_allclose(found_slope, slope, atol=1e-6)


@pytest.mark.parametrize(("N", "M"), [*SIZES, (4, 2)])
def test_the_witness_never_exceeds_its_bound(N, M):
    """D(ρ_A(t), ρ_A′(t)) ≤ D(ρ_AB, ρ_A⊗ρ_B), and it is ½‖ξ‖₁."""
    found = start(N, M, np.linspace(0, 9, 40))
    product = correlated_start(
        hamiltonian(N * M), np.kron(found.rho_A, found.rho_B), found.times, (N, M)
    )
    gap = distance(found.states, product.states)
    np.testing.assert_allclose(found.witness, gap, atol=1e-13)
    np.testing.assert_allclose(
        distance_increase(found.states, product.states), gap, atol=1e-13
    )
    bound = distance(found.rho0, product.rho0)
    assert found.witness_bound == pytest.approx(bound, rel=1e-12)
    assert found.witness[0] < 1e-15
    assert 0.1 * bound < found.witness.max() <= bound


def test_distances_cannot_grow_without_initial_correlations():
    """Two product starts with the same environment; after a swap they fall apart."""
    H, rho_B = hamiltonian(6), random_state(3, seed=9)
    runs = [
        correlated_start(H, np.kron(random_state(2, seed=s), rho_B), UNEVEN, (2, 3))
        for s in (10, 11)
    ]
    change = distance_increase(runs[0].states, runs[1].states)
    assert change[0] == 0
    assert change.max() < 1e-13
    assert change.min() < -0.01


def test_unitaries_take_the_place_of_a_hamiltonian():
    """As an array and as Qobj; they need not start at one, and have no derivative."""
    H, rho = hamiltonian(6), random_state(6)
    by_H = correlated_start(H, rho, UNEVEN, (3, 2))
    U = np.array([expm(-1j * H * (t - UNEVEN[0])) for t in UNEVEN])
    by_U = correlated_start(U, rho, UNEVEN, (3, 2))
    np.testing.assert_allclose(by_U.transfer, by_H.transfer, atol=1e-13)
    np.testing.assert_allclose(by_U.xi, by_H.xi, atol=1e-13)
    dims = [[3, 2], [3, 2]]
    as_qutip = [qutip.Qobj(u, dims=dims) for u in U[1:]]
    from_qutip = correlated_start(
        as_qutip, qutip.Qobj(rho, dims=dims), UNEVEN[1:], (3, 2)
    )
    np.testing.assert_allclose(from_qutip.states, by_H.states[1:], atol=1e-13)
    assert by_U.hamiltonian is None
    with pytest.raises(ValueError, match="`H` must be a Hamiltonian"):
        by_U.liouvillian()


def test_a_ket_and_a_pure_environment():
    """A product ket has one ν: M Kraus operators; the others have no probability."""
    ket = np.kron([0.6, 0.8j], [0, 1, 0])
    found = correlated_start(hamiltonian(6), qutip.Qobj(ket), UNEVEN, (2, 3))
    assert found.kraus.shape[0] == 6
    assert 3 <= found.kraus.shape[1] <= 9
    complete = np.einsum("tkji,tkjl->til", found.kraus.conj(), found.kraus)
    np.testing.assert_allclose(complete, [np.eye(2)] * 6, atol=1e-13)
    np.testing.assert_allclose(found.xi, 0, atol=1e-15)


def test_arguments_are_copied():
    H, rho = hamiltonian(4), random_state(4)
    found = correlated_start(H, rho, UNEVEN, (2, 2))
    bloch = found.gamma.copy()
    rho[:] = 0
    np.testing.assert_array_equal(found.gamma, bloch)
    with pytest.raises(ValueError, match="read-only"):
        found.rho0[0, 0] = 1


H4, RHO4 = hamiltonian(4), random_state(4)
GOOD = {"H": H4, "rho0": RHO4, "tlist": [0, 1.0], "dims": (2, 2)}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"H": np.triu(H4)}, ValueError, "`H` must be Hermitian"),
        ({"H": np.eye(3)}, ValueError, r"`H` must have shape \(4, 4\)"),
        ({"H": np.array([np.eye(4)] * 3)}, ValueError, r"`H` must have shape \(2, 4"),
        ({"H": np.array([np.eye(4), 2 * np.eye(4)])}, ValueError, "hold unitary.* 3"),
        ({"H": np.full((2, 4, 4), np.nan)}, ValueError, "`H` must be finite"),
        ({"H": None}, TypeError, "`H` must be a qutip.Qobj or an array"),
        ({"rho0": 2 * RHO4}, ValueError, "`rho0` must have trace 1"),
        ({"rho0": np.diag([1.2, -0.2, 0, 0])}, ValueError, "`rho0` must be positive"),
        ({"rho0": np.triu(RHO4)}, ValueError, "`rho0` must be Hermitian"),
        ({"rho0": np.ones((4, 3))}, ValueError, "`rho0` must have shape"),
        ({"tlist": [1, 0]}, ValueError, "`tlist` must increase"),
        ({"tlist": 1.0}, ValueError, "`tlist` must have shape"),
        ({"dims": (2, 3)}, ValueError, "`dims` must have the product 4"),
        ({"dims": (4,)}, ValueError, "`dims` must be the two sizes"),
        ({"dims": (2.0, 2)}, TypeError, "`dims` must be an integer"),
    ],
)
def test_bad_input_is_refused(change, error, message):
    with pytest.raises(error, match=message):
        correlated_start(**{**GOOD, **change})


def test_unitaries_that_do_not_fit_in_memory_are_refused():
    many, ket = np.arange(3e5), np.eye(1, 128)[0]
    with pytest.raises(ValueError, match=r"`tlist` asks for 300000 unitaries .* GiB"):
        correlated_start(np.eye(128), ket, many, (2, 64))


def test_a_condition_below_one_is_refused():
    with pytest.raises(ValueError, match="`condition` must be above 1"):
        correlated_start(**GOOD).liouvillian(condition=1.0)


def test_states_at_other_times_are_refused():
    form = correlated_start(**GOOD).liouvillian()
    with pytest.raises(ValueError, match=r"`states` must have shape \(2, 2, 2\)"):
        form.rate(np.eye(2)[None])


def test_bad_pairs_of_evolutions_are_refused():
    two, three = np.array([RHO4] * 2), np.array([RHO4] * 3)
    with pytest.raises(ValueError, match=r"`others` must have shape .* t=2"):
        distance_increase(two, three)
    with pytest.raises(ValueError, match="`states` must be Hermitian"):
        distance_increase(np.triu(two), two)
