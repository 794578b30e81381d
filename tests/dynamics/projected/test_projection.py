"""Projection superoperators: their algebra, their families, what is refused."""

import numpy as np
import pytest
import qutip
from dynamics.generators import random_blocks, random_matrices, random_state

from oqnn._core.bases import PAULI
from oqnn.dynamics.projected.baths import FiniteEnvironment, GaussianBath
from oqnn.dynamics.projected.projection import Projection

RNG = np.random.default_rng(40)
FAMILIES = {
    "product": Projection.product(random_state(3)),
    "random": Projection.random(3, 4, seed=1),
    "everything": Projection.random(4, 2, seed=2),
    "sectors": Projection.sectors(
        [np.diag([1, 1, 0, 0, 0]), np.diag([0, 0, 1, 1, 1])], random_state(5)
    ),
    "pauli": Projection.pauli(1, random_state(3)),
}


def partial_trace(rho, d):
    """tr_E of an operator on S ⊗ E."""
    e = len(rho) // d
    return np.einsum("iaja->ij", rho.reshape(d, e, d, e))


@pytest.fixture(params=FAMILIES, name="P")
def projection(request):
    return FAMILIES[request.param]


def test_the_definition_term_by_term(P):
    """Pρ = Σ tr_E{(1 ⊗ A_i)ρ} ⊗ B_i, with kron and loops, for d = 2 and no symmetry."""
    rho = random_matrices(RNG, 2 * P.e, 2 * P.e)
    blocks = [partial_trace(np.kron(np.eye(2), A) @ rho, 2) for A in P.A]
    expected = sum(np.kron(x, B) for x, B in zip(blocks, P.B, strict=True))
    np.testing.assert_allclose(P.blocks(rho), blocks, atol=1e-13)
    np.testing.assert_allclose(P.lift(np.array(blocks)), expected, atol=1e-13)
    np.testing.assert_allclose(P.apply(rho), expected, atol=1e-13)


def test_it_projects_and_keeps_the_reduced_state(P):
    """P² = P; tr_E Pρ = tr_E ρ = Σ tr(B_i) ρ_i; batches are mapped one by one."""
    rho = random_matrices(RNG, 2, 5, 3 * P.e, 3 * P.e)
    once = P.apply(rho)
    np.testing.assert_allclose(P.apply(once), once, atol=1e-11)
    np.testing.assert_allclose(once[1, 4], P.apply(rho[1, 4]), atol=1e-13)
    reduced = partial_trace(rho[1, 4], 3)
    np.testing.assert_allclose(partial_trace(once[1, 4], 3), reduced, atol=1e-11)
    weighted = np.einsum("n,nij->ij", P.weights, P.blocks(rho[1, 4]))
    np.testing.assert_allclose(weighted, reduced, atol=1e-11)


def test_relevant_states_and_observables(P):
    """P(Σ ρ_i ⊗ B_i) is itself; tr{O Pρ} = tr{Oρ} = Σ tr{O^i ρ_i}."""
    blocks = random_blocks(P.n, 3)
    np.testing.assert_allclose(P.blocks(P.lift(blocks)), blocks, atol=1e-12)
    rho, parts = random_matrices(RNG, 3 * P.e, 3 * P.e), random_matrices(RNG, P.n, 3, 3)
    seen = P.observable(parts)
    expected = sum(np.kron(o, A) for o, A in zip(parts, P.A, strict=True))
    np.testing.assert_allclose(seen, expected, atol=1e-13)
    value = np.trace(seen @ rho)
    np.testing.assert_allclose(np.trace(seen @ P.apply(rho)), value, rtol=1e-10)
    inside = np.einsum("nij,nji->", parts, P.blocks(rho))
    np.testing.assert_allclose(inside, value, rtol=1e-10)


def test_other_representations_are_the_same_projection(P):
    """A′ = uA and B′ = vB with uᵀv = 1; blocks become uρ."""
    u = RNG.normal(size=(P.n, P.n)) + 2 * np.eye(P.n)
    other, rho = P.change_representation(u), random_matrices(RNG, 2 * P.e, 2 * P.e)
    np.testing.assert_allclose(other.apply(rho), P.apply(rho), atol=1e-11)
    turned = np.tensordot(u, P.blocks(rho), axes=1)
    np.testing.assert_allclose(other.blocks(rho), turned, atol=1e-11)
    np.testing.assert_allclose(other.choi, P.choi, atol=1e-11)


def test_complete_positivity_is_that_of_the_map():
    """Σ A_iᵀ ⊗ B_i is Σ |a⟩⟨b| ⊗ P(|a⟩⟨b|), with the trivial system d = 1."""
    P = FAMILIES["random"]
    units = np.eye(16).reshape(4, 4, 4, 4)  # [a, b] = |a⟩⟨b|
    choi = np.einsum("abcd->acbd", P.apply(units)).reshape(16, 16)
    np.testing.assert_allclose(P.choi, choi, atol=1e-13)
    assert P.least_choi_eigenvalue < -0.01
    for name in ("sectors", "pauli"):
        assert abs(FAMILIES[name].least_choi_eigenvalue) < 1e-12
    least = np.linalg.eigvalsh(random_state(3)).min()  # of 1 ⊗ ρ_E
    assert FAMILIES["product"].least_choi_eigenvalue == pytest.approx(least, abs=1e-12)


def test_pauli_families_keep_entanglement_and_sectors_do_not():
    """A Bell pair of system and kept qubit, with the rest in its state, is relevant.

    Its partial transpose has the eigenvalue −1/2. The blocks ⟨1, X, Y, Z⟩ are no
    states. Two sectors in place of the qubit leave a separable state.
    """
    rest = random_state(3)
    bell = np.outer([1, 0, 0, 1], [1, 0, 0, 1]) / 2
    total = np.kron(bell, rest)
    P = Projection.pauli(1, rest)
    np.testing.assert_allclose(P.apply(total), total, atol=1e-14)
    flipped = P.apply(total).reshape(2, 6, 2, 6).transpose(2, 1, 0, 3).reshape(12, 12)
    least = np.linalg.eigvalsh(flipped).min()
    np.testing.assert_allclose(least, -np.linalg.eigvalsh(rest).max() / 2, atol=1e-14)
    np.testing.assert_allclose(P.blocks(total)[1:], PAULI[1:].mT / 2, atol=1e-14)
    halves = [np.kron(np.diag(x), np.eye(3)) for x in ([1, 0], [0, 1])]
    kept = Projection.sectors(halves, np.kron(np.eye(2) / 2, rest)).apply(total)
    flipped = kept.reshape(2, 6, 2, 6).transpose(2, 1, 0, 3).reshape(12, 12)
    assert np.linalg.eigvalsh(flipped).min() > -1e-14


def test_qutip_objects_and_mixed_sectors():
    projectors = [qutip.projection(3, 0, 0), qutip.qeye(3) - qutip.projection(3, 0, 0)]
    P = Projection.sectors(projectors)
    np.testing.assert_allclose(P.B, [np.diag([1, 0, 0]), np.diag([0, 0.5, 0.5])])
    np.testing.assert_allclose(P.weights, [1, 1])
    assert Projection.product(qutip.maximally_mixed_dm(3)).e == 3
    Z = qutip.sigmaz()
    bath = FiniteEnvironment(Z, qutip.tensor(Z, Z), Projection.product(np.eye(2) / 2))
    np.testing.assert_allclose(bath.total(np.eye(2)), np.diag([3, -1, 1, 1]))
    assert GaussianBath([Z, qutip.sigmax()], lambda t: np.ones((len(t), 2, 2))).d == 2


@pytest.mark.parametrize(
    ("A", "B", "complaint"),
    [
        (np.eye(2), np.eye(2), r"`A` must have shape \(n, e, e\)"),
        (PAULI[:2], PAULI[:1], r"`B` must have shape \(n, e, e\) with n=2, e=2"),
        (np.zeros((0, 2, 2)), np.zeros((0, 2, 2)), "at least one operator"),
        (1j * PAULI[:1], PAULI[:1], "`A` must be Hermitian"),
        (PAULI[[0, 0]], PAULI[:2], "`A` must hold linearly independent .* only 1 of"),
        (PAULI[:2] / 2, PAULI[[1, 1]], "`B` must hold linearly independent"),
        (PAULI[1:2], PAULI[1:2] / 2, "preserve the trace.* by 1"),
        (PAULI[:2], PAULI[:2] / 2 + [[[0]], [[0.1]]], "preserve the trace"),
        (PAULI[:2], PAULI[:2] * [[[0.5]], [[0.3]]], r"tr\{B_1 A_1\} = 0\.6"),
    ],
)
def test_pairs_that_are_no_projection_are_refused(A, B, complaint):
    with pytest.raises(ValueError, match=complaint):
        Projection(A, B)


def test_wrong_input_is_refused():
    P = FAMILIES["random"]
    with pytest.raises(ValueError, match=r"`rho` must have shape .* e=4, but has .*6"):
        P.blocks(np.eye(6))
    with pytest.raises(ValueError, match="`rho` must be finite"):
        P.apply(np.full((4, 4), np.nan))
    with pytest.raises(ValueError, match=r"`blocks` must have shape \(..., 3, d, d\)"):
        P.lift(np.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match="`operators` must have shape"):
        P.observable(np.zeros((3, 2, 1)))
    with pytest.raises(ValueError, match="`u` must be invertible"):
        P.change_representation(np.ones((3, 3)))
    with pytest.raises(ValueError, match=r"`u` must have shape \(3, 3\)"):
        P.change_representation(np.eye(2))
    with pytest.raises(ValueError, match="`rho_E` must have trace 1"):
        Projection.product(np.eye(2))
    with pytest.raises(ValueError, match="`n` must be at most e² = 4"):
        Projection.random(5, 2, seed=1)
    halves = [np.diag([1, 0]), np.diag([0, 1])]
    with pytest.raises(ValueError, match="`projectors` must sum to 1"):
        Projection.sectors(halves[:1])
    with pytest.raises(ValueError, match="must be orthogonal projectors"):
        Projection.sectors([np.eye(2) / 2, np.eye(2) / 2])
    with pytest.raises(ValueError, match=r"`rho_E` must have weight .* in sector 1"):
        Projection.sectors(halves, halves[0])


def test_wrong_environments_are_refused():
    P = Projection.product(np.eye(2) / 2)
    with pytest.raises(TypeError, match="`projection` must be a Projection"):
        FiniteEnvironment(np.eye(2), np.eye(4), np.eye(2))
    with pytest.raises(ValueError, match=r"`H_E` must have shape \(2, 2\)"):
        FiniteEnvironment(np.eye(3), np.eye(6), P)
    with pytest.raises(ValueError, match=r"multiple of 2.*has size 5"):
        FiniteEnvironment(np.eye(2), np.eye(5), P)
    with pytest.raises(ValueError, match="`H_int` must be Hermitian"):
        FiniteEnvironment(np.eye(2), np.eye(4, k=1), P)
    with pytest.raises(ValueError, match=r"`H` must have shape \(3, 3\)"):
        FiniteEnvironment(np.eye(2), np.eye(6), P).free(np.eye(2))


@pytest.mark.parametrize(
    ("couplings", "correlation", "complaint"),
    [
        (1j * np.eye(2), lambda t: t + 1, "`couplings` must be Hermitian"),
        (np.zeros((0, 2, 2)), lambda t: t, "at least one operator"),
        (np.eye(2), lambda t: np.ones((len(t), 2)), "must return shape"),
        (np.eye(2), lambda t: t * np.nan, "finite values, but returns .* at t = 0"),
        (
            [np.diag([1, -1]), np.eye(2)],
            lambda t: np.ones((len(t), 1, 1)) * np.array([[1, -1j], [-1j, 1]]),
            r"Hermitian at t = 0, .* Λ has eigenvalues from -1 to 1",
        ),
        (np.eye(2), lambda t: t - 1.0, "positive Hermitian part .* is -1. A sum"),
    ],
)
def test_wrong_baths_are_refused(couplings, correlation, complaint):
    with pytest.raises(ValueError, match=complaint):
        GaussianBath(couplings, correlation)
