"""Closed systems and their parts: exact, and by Lanczos steps with a bound."""

from importlib import import_module
from itertools import product

import numpy as np
import pytest
import qutip
import scipy.sparse as sp
from dynamics.generators import random_matrices, random_state
from scipy.linalg import expm
from scipy.sparse.linalg import expm_multiply
from systems import RHO0, SIGMA_X, SIGMA_Y, SIGMA_Z

from oqnn import ConvergenceError
from oqnn.dynamics import evolve_unitary, reduced_evolution
from oqnn.dynamics.whole.lanczos import lanczos_kets

RNG = np.random.default_rng(50)
UNEVEN = np.array([0.3, 0.35, 1.0, 2.7, 2.7001, 6.0])


@pytest.fixture(params=["dense", "lanczos"])
def route(request, monkeypatch):
    """Both ways, whatever the size."""
    if request.param == "lanczos":
        monkeypatch.setattr(
            import_module("oqnn.dynamics.whole.unitary"), "DENSE_LIMIT", 0
        )
    return request.param


def hamiltonian(D, seed=51):
    a = random_matrices(np.random.default_rng(seed), D, D)
    return a + a.conj().T


def kron(*factors):
    out = np.eye(1)
    for factor in factors:
        out = np.kron(out, factor)
    return out


def slow_part(rho, dims, keep):
    """Partial trace, one element at a time."""
    sizes = [dims[i] for i in keep]
    out = np.zeros((np.prod(sizes), np.prod(sizes)), dtype=complex)
    levels = list(product(*map(range, dims)))
    for a, bra in enumerate(levels):
        for b, ket in enumerate(levels):
            if all(bra[i] == ket[i] for i in range(len(dims)) if i not in keep):
                row = np.ravel_multi_index([bra[i] for i in keep], sizes)
                col = np.ravel_multi_index([ket[i] for i in keep], sizes)
                out[row, col] += rho[a, b]
    return out


def chain(n):
    """Ising chain in a field with twisted couplings: no symmetry, complex, sparse."""

    def on(k, *operators):
        whole = sp.eye_array(2**k)
        for operator in operators:
            whole = sp.kron(whole, operator)
        return sp.kron(whole, sp.eye_array(2 ** (n - k - len(operators))))

    H = sum((1 + 0.1 * k) * on(k, SIGMA_Z, SIGMA_Z) for k in range(n - 1))
    H = H + sum(0.3 * on(k, SIGMA_Y, SIGMA_X) for k in range(n - 1))
    return sp.csr_array(H + 0.9 * sum(on(k, SIGMA_X) for k in range(n)))


def test_a_spin_star_dephases_by_cosines(route):
    """H = (σ_z/2) Σ A_k σ_z^k, bath fully mixed: ρ₀₁(t) = ρ₀₁(0) Π cos(A_k t)."""
    couplings = [0.3, 0.5, 1.1]
    H = sum(
        A / 2 * kron(SIGMA_Z, *(SIGMA_Z if j == k else np.eye(2) for j in range(3)))
        for k, A in enumerate(couplings)
    )
    start = np.kron(RHO0, np.eye(8) / 8)
    result = reduced_evolution(H, start, UNEVEN, [2, 8])
    factor = np.prod([np.cos(A * (UNEVEN - UNEVEN[0])) for A in couplings], axis=0)
    exact = np.array([[RHO0 * [[1, f], [f, 1]]] for f in factor])
    np.testing.assert_allclose(result.blocks, exact, rtol=0, atol=1e-12)
    assert result.dims == (2,)
    assert (result.error is None) == (route == "dense")


@pytest.mark.parametrize("keep", [(0,), (1,), (2, 0), (0, 1, 2), (1, 2)])
def test_parts_are_partial_traces_of_the_whole(keep, route):
    """Non-Hermitian start on 2 × 3 × 2; the kept parts come in the order asked for."""
    dims, H = [2, 3, 2], hamiltonian(12)
    start = random_matrices(RNG, 12, 12)
    result = reduced_evolution(H, start, UNEVEN, dims, keep=keep)
    for t, state in zip(UNEVEN, result.states, strict=True):
        U = expm(-1j * H * (t - UNEVEN[0]))
        whole = U @ start @ U.conj().T
        np.testing.assert_allclose(state, slow_part(whole, dims, keep), atol=1e-9)
    assert result.dims == tuple(dims[i] for i in keep)
    np.testing.assert_allclose(
        np.trace(result.states, axis1=1, axis2=2), np.trace(start), rtol=1e-9
    )


def test_whole_states_are_those_of_the_exponential():
    H, start = hamiltonian(5), random_matrices(RNG, 5, 5)
    result = evolve_unitary(H, start, UNEVEN, e_ops={"a": H, "b": np.diag(range(5))})
    for t, state in zip(UNEVEN, result.states, strict=True):
        U = expm(-1j * H * (t - UNEVEN[0]))
        np.testing.assert_allclose(state, U @ start @ U.conj().T, atol=1e-12)
    np.testing.assert_allclose(result.expect["a"], np.trace(H @ start), rtol=1e-12)
    late = evolve_unitary(H, result.states[2], UNEVEN[2:])
    np.testing.assert_allclose(late.states, result.states[2:], atol=1e-12)
    assert result.error is None


def test_weights_of_kets_are_their_mixture(route):
    H, kets = hamiltonian(6), random_matrices(RNG, 3, 6)
    weights = np.array([0.5, 0.8, -0.3])
    mixture = np.einsum("k,ki,kj->ij", weights, kets, kets.conj())
    one = reduced_evolution(H, kets, UNEVEN, [3, 2], weights=weights)
    as_qutip = [qutip.Qobj(k, dims=[[3, 2], [1, 1]]) for k in kets]
    other = reduced_evolution(H, as_qutip, UNEVEN, [3, 2], weights=weights)
    direct = reduced_evolution(H, mixture, UNEVEN, [3, 2])
    np.testing.assert_array_equal(one.states, other.states)
    np.testing.assert_allclose(one.states, direct.states, atol=1e-9)


def test_qutip_gives_the_same(route):
    H = qutip.Qobj(hamiltonian(6), dims=[[3, 2], [3, 2]])
    ket = qutip.rand_ket([3, 2], seed=4)
    number = qutip.num(3) + 0.3j * qutip.destroy(3)
    result = reduced_evolution(H, ket, UNEVEN, [3, 2], e_ops=[number])
    options = {"atol": 1e-12, "rtol": 1e-10}
    peer = qutip.sesolve(H, ket, UNEVEN, options=options)
    expected = [state.ptrace(0).full() for state in peer.states]
    np.testing.assert_allclose(result.states, expected, atol=1e-8)
    traces = [qutip.expect(number, state.ptrace(0)) for state in peer.states]
    np.testing.assert_allclose(result.expect["0"], traces, atol=1e-8)
    whole = evolve_unitary(H, ket, UNEVEN, dims=[3, 2]).to_qutip()
    assert (whole[-1] - peer.states[-1].proj()).norm() < 1e-8


@pytest.mark.parametrize("tol", [1e-3, 1e-6, 1e-10, 1e-12])
def test_the_bound_holds_and_is_sharp(tol):
    """The true error lies below the bound, and not far below it where steps matter."""
    H = chain(8)
    ket = random_matrices(RNG, 256)
    norm = np.linalg.norm(ket)
    energies, vectors = np.linalg.eigh(H.toarray())
    amplitudes = vectors.conj().T @ ket
    times = np.array([0.0, 0.01, 1.0, 3.0, 12.0])
    for t, (moved, bound) in zip(times, lanczos_kets(H, ket, times, tol), strict=True):
        exact = vectors @ (np.exp(-1j * energies * t) * amplitudes)
        error = np.linalg.norm(moved - exact)
        assert error < bound + 1e-13 * norm
        assert bound < 1.1 * tol * norm
    assert error > 0.1 * bound


def test_errors_of_kets_become_errors_of_states(monkeypatch):
    """‖|a⟩⟨b| − |ã⟩⟨b̃|‖₁ ≤ ε_a(‖b‖ + ε_b) + ‖a‖ε_b for each ket, times its weight."""
    monkeypatch.setattr(import_module("oqnn.dynamics.whole.unitary"), "DENSE_LIMIT", 0)
    H, times = chain(6), np.array([0, 20.0])
    kets, weights = random_matrices(RNG, 2, 64), [0.2, -0.7]
    result = reduced_evolution(H, kets, times, [64], weights=weights, tol=1e-3)
    expected = 0.0
    for w, ket in zip(weights, kets, strict=True):
        (_, _), (_, bound) = lanczos_kets(H, ket, times, 1e-3)
        expected += abs(w) * bound * (2 * np.linalg.norm(ket) + bound)
    assert result.error == pytest.approx(expected, rel=1e-12)
    exact = evolve_unitary(H, kets.T * weights @ kets.conj(), times)
    gap = np.linalg.norm((result.states - exact.states)[-1], ord="nuc")
    assert 0.05 * result.error < gap < result.error


def test_small_krylov_spaces_are_exact():
    """A start in three eigenvectors needs three vectors; a zero ket stays zero."""
    H = hamiltonian(40)
    energies, vectors = np.linalg.eigh(H)
    ket = vectors[:, [3, 7, 20]] @ [1.0, 0.5j, -0.2]
    (_, first), (moved, bound) = lanczos_kets(H, ket, np.array([0, 50.0]), 1e-8)
    phases = np.exp(-50j * energies[[3, 7, 20]])
    expected = vectors[:, [3, 7, 20]] @ (phases * [1.0, 0.5j, -0.2])
    np.testing.assert_allclose(moved, expected, atol=1e-11)
    assert first == 0
    assert bound < 1e-8
    nothing = list(lanczos_kets(H, 0 * ket, np.array([0, 1.0]), 1e-8))
    np.testing.assert_array_equal(nothing[1][0], 0 * ket)


@pytest.mark.slow
def test_a_large_sparse_chain_against_scipy():
    """Twelve spins, as a sparse array and as Qobj; errors below what is reported."""
    H = chain(12)
    ket = random_matrices(RNG, 2**12)
    ket /= np.linalg.norm(ket)
    times = np.array([1.0, 1.5, 4.0])
    result = reduced_evolution(H, ket, times, [2] * 12, keep=(0, 5), tol=1e-8)
    for t, state in zip(times, result.states, strict=True):
        moved = expm_multiply(-1j * H * (t - 1), ket, traceA=0).reshape([2] * 12)
        moved = np.moveaxis(moved, [0, 5], [0, 1]).reshape(4, -1)
        gap = np.linalg.norm(state - moved @ moved.conj().T, ord="nuc")
        assert gap < result.error
    assert result.error < 2.2e-8
    assert "Lanczos" in result.method
    assert result.dims == (2, 2)
    large = qutip.Qobj(H, dims=[[2] * 12] * 2)
    again = reduced_evolution(large, ket, times, [2] * 12, keep=(0, 5), tol=1e-8)
    np.testing.assert_array_equal(again.states, result.states)


def test_arguments_are_left_alone():
    H, ket, weights = hamiltonian(4), random_matrices(RNG, 2, 4), np.array([0.5, 0.5])
    copies = H.copy(), ket.copy(), weights.copy()
    reduced_evolution(H, ket, [0, 1.0], [2, 2], weights=weights)
    for array, copy in zip((H, ket, weights), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


H4, KET4 = hamiltonian(4), np.eye(4)[0]
GOOD = {"H": H4, "rho0": KET4, "tlist": [0, 1.0], "dims": [2, 2]}
TALL = sp.csr_array(np.triu(np.ones((4, 4))))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"H": np.ones((4, 3))}, ValueError, r"`H` must have shape \(D, D\)"),
        ({"H": np.triu(H4)}, ValueError, "`H` must be Hermitian"),
        ({"H": TALL}, ValueError, "`H` must be Hermitian.* by 1"),
        ({"H": TALL[:, :3]}, ValueError, r"`H` must have shape \(D, D\)"),
        ({"H": np.inf * TALL}, ValueError, "`H` must be finite"),
        ({"H": qutip.basis(4, 0)}, TypeError, "`H` must be an operator"),
        ({"rho0": np.ones(3)}, ValueError, r"`rho0` must have shape \(4,\)"),
        ({"rho0": np.ones((3, 3))}, ValueError, r"`rho0` must have shape \(4, 4\)"),
        ({"rho0": [np.nan, 0, 0, 0]}, ValueError, "`rho0` must be finite"),
        ({"rho0": "up"}, TypeError, "`rho0` must be a qutip.Qobj"),
        ({"weights": [1.0]}, ValueError, r"`rho0` must have shape \(r, 4\)"),
        ({"rho0": KET4[None], "weights": [1, 2]}, ValueError, "`weights` must have"),
        ({"rho0": KET4[None], "weights": [np.nan]}, ValueError, "`weights` must be fi"),
        ({"tlist": [0, 0]}, ValueError, "`tlist` must increase"),
        ({"tlist": [[0]]}, ValueError, "`tlist` must have shape"),
        ({"dims": [2, 3]}, ValueError, "`dims` must have the product 4"),
        ({"keep": [2]}, ValueError, "`keep` must hold different positions"),
        ({"keep": [0, 0]}, ValueError, "`keep` must hold different positions"),
        ({"keep": []}, ValueError, "`keep` must hold different positions"),
        ({"keep": [0.5]}, TypeError, "`keep` must be an integer"),
        ({"tol": 0.0}, ValueError, "`tol` must be positive"),
        ({"e_ops": [np.eye(4)]}, ValueError, "`e_ops` must have shape"),
    ],
)
def test_bad_input_is_refused(change, error, message):
    with pytest.raises(error, match=message):
        reduced_evolution(**{**GOOD, **change})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rho0": np.ones((2, 2))}, r"`rho0` must have shape \(4, 4\)"),
        ({"rho0": np.full(4, np.inf)}, "`rho0` must be finite"),
        ({"H": np.triu(H4)}, "`H` must be Hermitian"),
        ({"dims": [3]}, "`dims` must have the product 4"),
    ],
)
def test_bad_input_of_the_whole_is_refused(change, message):
    with pytest.raises(ValueError, match=message), np.errstate(invalid="ignore"):
        evolve_unitary(**{**GOOD, **change})


def test_states_that_do_not_fit_in_memory_are_refused():
    H, ket = sp.eye_array(2**13, format="csr"), np.eye(1, 2**13)[0]
    many = np.arange(2.0e5)
    with pytest.raises(ValueError, match=r"`keep` asks for 200000 states .* GiB"):
        reduced_evolution(H, ket, many, [2**13])


def test_more_than_rounding_allows_is_refused(monkeypatch):
    monkeypatch.setattr(import_module("oqnn.dynamics.whole.unitary"), "DENSE_LIMIT", 0)
    H, ket = hamiltonian(60), random_matrices(RNG, 60)
    with pytest.raises(ConvergenceError, match="within reach of rounding"):
        reduced_evolution(H, ket, [0, 100.0], [60], tol=1e-17)


def test_a_random_state_keeps_its_spectrum(route):
    """The whole kept: unitary, so that eigenvalues stay."""
    rho = random_state(6)
    states = reduced_evolution(hamiltonian(6), rho, UNEVEN, [2, 3], keep=(0, 1)).states
    spectra = np.linalg.eigvalsh(states)
    np.testing.assert_allclose(spectra, [np.linalg.eigvalsh(rho)] * 6, atol=1e-9)
