"""Entropies, coherence, trace distance, concurrence and partial traces of states."""

import numpy as np
import pytest
import qutip

from oqnn.measures import (
    concurrence,
    l1_coherence,
    linear_entropy,
    mutual_information,
    partial_trace,
    relative_entropy,
    relative_entropy_of_coherence,
    trace_distance,
    von_neumann_entropy,
)

RNG = np.random.default_rng(31)
BELL = np.array([1, 0, 0, 1]) / np.sqrt(2)
STATE_MEASURES = [
    von_neumann_entropy,
    relative_entropy_of_coherence,
    concurrence,
    lambda states: mutual_information(states, (2, 2)),
    lambda states: relative_entropy(states, np.eye(4) / 4),
]


def random_states(*shape: int, rank: int | None = None) -> np.ndarray:
    """Complex states of shape (..., d, d), of full rank unless told."""
    size = (*shape[:-1], rank or shape[-1])
    raw = RNG.normal(size=size) + 1j * RNG.normal(size=size)
    positive = raw @ raw.conj().mT
    return positive / np.trace(positive, axis1=-2, axis2=-1)[..., None, None]


def random_unitary(d: int) -> np.ndarray:
    return np.linalg.qr(RNG.normal(size=(d, d)) + 1j * RNG.normal(size=(d, d)))[0]


def werner(p: np.ndarray) -> np.ndarray:
    mixed = (1 - p)[:, None, None] * np.eye(4) / 4
    return p[:, None, None] * np.outer(BELL, BELL) + mixed


@pytest.mark.parametrize("n", [1, 2, 4])
def test_coherence_of_many_plus_states(n):
    """|+⟩^n: l1 coherence 2^n − 1, relative entropy of coherence n ln 2 (eq. 2.9)."""
    ket = np.full(2**n, 2 ** (-n / 2))
    np.testing.assert_allclose(l1_coherence(ket), 2**n - 1, rtol=1e-14)
    found = relative_entropy_of_coherence(ket)
    np.testing.assert_allclose(found, n * np.log(2), rtol=1e-14)


def test_coherence_of_a_qubit():
    """With Bloch vector r: l1 √(x²+y²), relative entropy h(z) − h(r)."""
    x, y, z = 0.3, -0.5, 0.4
    rho = np.array([[1 + z, x - 1j * y], [x + 1j * y, 1 - z]]) / 2

    def h(r):
        return -(1 + r) / 2 * np.log((1 + r) / 2) - (1 - r) / 2 * np.log((1 - r) / 2)

    np.testing.assert_allclose(l1_coherence(rho), np.hypot(x, y), rtol=1e-14)
    found = relative_entropy_of_coherence(rho)
    exact = h(z) - h(np.sqrt(x * x + y * y + z * z))
    np.testing.assert_allclose(found, exact, rtol=1e-13)


def test_coherence_belongs_to_a_basis():
    """None in the eigenbasis of the state; V in columns elsewhere."""
    states, V = random_states(3, 3, 3), random_unitary(3)
    own = np.linalg.eigh(states[1])[1]
    for measure in (l1_coherence, relative_entropy_of_coherence):
        assert abs(measure(states[1], basis=own)) < 1e-14
        np.testing.assert_allclose(
            measure(states, basis=V), measure(V.conj().T @ states @ V), rtol=1e-12
        )
        assert (measure(states, basis=V) > 0.01).all()


def test_relative_entropy_of_coherence_is_a_distance_to_the_diagonal_state():
    states = random_states(4, 3, 3)
    diagonal = np.where(np.eye(3, dtype=bool), states, 0)
    np.testing.assert_allclose(
        relative_entropy_of_coherence(states),
        relative_entropy(states, diagonal),
        rtol=1e-12,
    )


def test_entropies_of_a_law():
    """S = −Σ p ln p and 1 − Σ p², in any basis and with an empty level."""
    law, V = np.array([0.5, 0.0, 0.2, 0.3]), random_unitary(4)
    rho = (V * law) @ V.conj().T
    exact = -(law[law > 0] * np.log(law[law > 0])).sum()
    np.testing.assert_allclose(von_neumann_entropy(rho), exact, rtol=1e-13)
    np.testing.assert_allclose(linear_entropy(rho), 1 - (law**2).sum(), rtol=1e-13)
    np.testing.assert_allclose(von_neumann_entropy(V[:, 0]), 0, atol=1e-14)


def test_relative_entropy_of_commuting_states():
    """Σ p ln(p/q), and infinite where q vanishes and p does not."""
    p, q, V = np.array([0.6, 0.4, 0.0]), np.array([0.1, 0.7, 0.2]), random_unitary(3)
    rho, sigma = ((V * law) @ V.conj().T for law in (p, q))
    exact = 0.6 * np.log(6) + 0.4 * np.log(4 / 7)
    np.testing.assert_allclose(relative_entropy(rho, sigma), exact, rtol=1e-12)
    assert relative_entropy(sigma, rho) == np.inf
    np.testing.assert_allclose(relative_entropy(rho, rho), 0, atol=1e-14)


def test_relative_entropy_is_not_negative_and_falls_under_a_partial_trace():
    rho, sigma = random_states(5, 1, 6, 6), random_states(4, 6, 6)
    whole = relative_entropy(rho, sigma)
    part = relative_entropy(
        partial_trace(rho, (2, 3), 0), partial_trace(sigma, (2, 3), 0)
    )
    assert whole.shape == (5, 4)
    assert (part > 0).all()
    assert (whole > part).all()


def test_mutual_information_of_products_and_pairs():
    """S(A) + S(B) − S(AB), which is S(AB ‖ A⊗B); 2 S(A) for a pure pair."""
    first, second = random_states(2, 2), random_states(3, 3)
    found = mutual_information(np.kron(first, second), (2, 3))
    np.testing.assert_allclose(found, 0, atol=1e-14)
    states = random_states(4, 6, 6)
    parts = [partial_trace(states, (2, 3), k) for k in (0, 1)]
    product = np.einsum("tij,tkl->tikjl", *parts).reshape(4, 6, 6)
    np.testing.assert_allclose(
        mutual_information(states, (2, 3)),
        relative_entropy(states, product),
        rtol=1e-11,
    )
    ket = random_unitary(6)[0]
    np.testing.assert_allclose(
        mutual_information(ket, (3, 2)),
        2 * von_neumann_entropy(partial_trace(ket, (3, 2), 1)),
        rtol=1e-12,
    )


def test_trace_distance_of_qubits_is_half_that_of_their_bloch_vectors():
    rho, sigma = random_states(5, 1, 2, 2), random_states(4, 2, 2)
    paulis = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
    gaps = np.einsum("kij,abji->abk", paulis, rho - sigma).real
    np.testing.assert_allclose(
        trace_distance(rho, sigma), np.linalg.norm(gaps, axis=-1) / 2, rtol=1e-12
    )


@pytest.mark.parametrize("d", [3, 4])
def test_distances_and_entropies_agree_with_qutip(d):
    rho, sigma = random_states(d, d), random_states(d, d, rank=2)
    a, b = qutip.Qobj(rho), qutip.Qobj(sigma)
    expected = qutip.tracedist(a, b)
    np.testing.assert_allclose(trace_distance(a, b), expected, rtol=1e-9)
    np.testing.assert_allclose(
        von_neumann_entropy(rho), qutip.entropy_vn(a), rtol=1e-10
    )
    np.testing.assert_allclose(
        relative_entropy(sigma, rho), qutip.entropy_relative(b, a), rtol=1e-9
    )


def test_partial_trace_agrees_with_qutip():
    dims, states = (2, 3, 2), random_states(2, 12, 12)
    for keep in (0, 1, (0, 2), (1, 2), (0, 1, 2)):
        for state, part in zip(states, partial_trace(states, dims, keep), strict=True):
            qobj = qutip.Qobj(state, dims=[list(dims)] * 2)
            sel = [keep] if isinstance(keep, int) else list(keep)
            np.testing.assert_allclose(part, qobj.ptrace(sel).full(), atol=1e-15)


def test_partial_trace_of_a_product_that_is_no_state():
    """Tr_B (X⊗Y) = X Tr Y, for any X and Y."""
    X, Y = RNG.normal(size=(2, 2)) + 1j, RNG.normal(size=(3, 3))
    found = partial_trace(np.kron(X, Y), (2, 3), 0)
    np.testing.assert_allclose(found, X * np.trace(Y), rtol=1e-13)


def test_concurrence_of_werner_states():
    """p Φ⁺ + (1−p)/4: concurrence max(0, (3p−1)/2) (eq. 2.9)."""
    p = np.array([0.0, 0.2, 1 / 3, 0.5, 0.9, 1.0])
    exact = np.maximum(0, (3 * p - 1) / 2)
    np.testing.assert_allclose(concurrence(werner(p)), exact, atol=2e-15)


def test_concurrence_of_pure_pairs_and_their_mixtures():
    """2√(a(1−a)); mixed with |01⟩, which is orthogonal, it shrinks to its share. The
    states have rank one and two: rounding under a root would leave 1e-8.
    """
    local = np.kron(random_unitary(2), random_unitary(2))
    for a in (0.0, 1e-9, 0.2, 0.5):
        ket = local @ np.array([np.sqrt(a), 0, 0, np.sqrt(1 - a)])
        exact = 2 * np.sqrt(a * (1 - a))
        np.testing.assert_allclose(concurrence(ket), exact, rtol=1e-9, atol=2e-15)
        rho = 0.7 * np.outer(ket, ket.conj()) + 0.3 * np.outer(
            local[:, 1], local[:, 1].conj()
        )
        np.testing.assert_allclose(concurrence(rho), 0.7 * exact, rtol=1e-9, atol=2e-15)


def test_concurrence_agrees_with_qutip():
    states = np.concatenate([random_states(3, 4, 4), random_states(3, 4, 4, rank=2)])
    expected = [qutip.concurrence(qutip.Qobj(s, dims=[[2, 2]] * 2)) for s in states]
    np.testing.assert_allclose(concurrence(states), expected, atol=1e-7)
    assert max(expected) > 0.1


@pytest.mark.parametrize("measure", STATE_MEASURES)
def test_what_is_no_state_is_refused(measure):
    """Logarithms of negative eigenvalues are never dropped; rounding is allowed."""
    with pytest.raises(ValueError, match=r"must be positive, but its least.* is -0\.1"):
        measure(np.diag([0.6, 0.3, 0.2, -0.1]))
    with pytest.raises(ValueError, match=r"must have trace 1, but has trace 2"):
        measure(np.eye(4) / 2)
    with pytest.raises(ValueError, match=r"must be Hermitian"):
        measure(np.eye(4) / 4 + np.eye(4, k=1))
    assert np.isfinite(measure(np.diag([0.6, 0.4, 1e-10, -1e-10])))


def test_refusals_of_bases_sizes_and_parties():
    state = np.eye(4) / 4
    with pytest.raises(ValueError, match=r"`basis` must be unitary.* off by 3"):
        l1_coherence(state, basis=2 * np.eye(4))
    with pytest.raises(ValueError, match=r"`basis` must have shape \(4, 4\)"):
        l1_coherence(state, basis=np.eye(2))
    with pytest.raises(ValueError, match=r"`sigma` must have matrices of the size"):
        trace_distance(state, np.eye(2) / 2)
    with pytest.raises(ValueError, match=r"two qubits.*\(2, 2\)"):
        concurrence(np.eye(2) / 2)
    with pytest.raises(ValueError, match=r"sizes of two parties, but is \(4,\)"):
        mutual_information(state, (4,))
    with pytest.raises(ValueError, match=r"`dims` must multiply to 4, but is \(2, 3\)"):
        partial_trace(state, (2, 3), 0)
    with pytest.raises(TypeError, match=r"`dims` must be an integer"):
        partial_trace(state, (2.0, 2), 0)
    for keep in ((1, 0), (0, 0), 2, ()):
        with pytest.raises(
            ValueError, match=r"`keep` must name subsystems from 0 to 1"
        ):
            partial_trace(state, (2, 2), keep)
