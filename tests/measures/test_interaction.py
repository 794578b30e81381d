"""Pointer observables and bases of interactions, and the decay that they predict."""

import numpy as np
import pytest
import qutip
from measures.example_maps import SIGMA, random_unitary
from scipy.linalg import expm

from oqnn.measures import (
    decoherence_factors,
    partial_trace,
    pointer_basis,
    pointer_observables,
)

RNG = np.random.default_rng(53)
ONE = np.eye(2)


def random_hermitian(*shape: int) -> np.ndarray:
    raw = RNG.normal(size=shape) + 1j * RNG.normal(size=shape)
    return raw + raw.conj().mT


def random_state(d: int) -> np.ndarray:
    raw = RNG.normal(size=(d, d)) + 1j * RNG.normal(size=(d, d))
    positive = raw @ raw.conj().T
    return positive / np.trace(positive).real


def star(couplings: np.ndarray) -> np.ndarray:
    """(σ_z/2) ⊗ Σ A_k σ_z^k."""
    total = np.zeros(1)
    for A in couplings:
        total = np.add.outer(total, A * np.array([1, -1])).ravel()
    return np.kron(SIGMA[2] / 2, np.diag(total))


def monitored(frame: np.ndarray, E: np.ndarray) -> np.ndarray:
    """Σ |s_i⟩⟨s_i| ⊗ E_i with the columns s_i of a frame."""
    return sum(
        np.kron(np.outer(s, s.conj()), E_i) for s, E_i in zip(frame.T, E, strict=True)
    )


HEISENBERG = sum(np.kron(s, s) for s in SIGMA)


def test_dephasing_spin_star():
    """(σ_z/2) Σ A_k σ_z^k: coherence Π cos(A_k t) (eq. 2.9), for a maximally mixed
    environment and for one of |+⟩ alike.
    """
    A, times = np.array([0.3, 1.1, -0.7]), np.array([0.0, 0.4, 1.9])
    found = pointer_basis(star(A), (2, 8))
    np.testing.assert_allclose(found.basis, ONE, atol=1e-12)
    np.testing.assert_array_equal(found.sectors, [0, 1])
    exact = np.cos(A * times[:, None]).prod(axis=1)
    for rho_E in (np.eye(8) / 8, np.full(8, 8**-0.5)):
        factors = decoherence_factors(found.conditional, rho_E, times)
        np.testing.assert_allclose(factors[:, 0, 1], exact, atol=1e-14)
        np.testing.assert_allclose(factors[:, 0, 0], 1, rtol=1e-13)


def test_pointer_states_dephase_and_nothing_else():
    """ρ_ij(t) = ρ_ij(0)⟨E_j(t)|E_i(t)⟩ (eq. 2.7), against the exact evolution of three
    levels, four of the environment, which moves by itself and starts mixed.
    """
    frame, E, H_E = (
        random_unitary(RNG, 3),
        random_hermitian(3, 4, 4),
        random_hermitian(4, 4),
    )
    rho, rho_E, t = random_state(3), random_state(4), 0.37
    H = monitored(frame, E)
    U = expm(-1j * t * (H + np.kron(np.eye(3), H_E)))
    final = partial_trace(U @ np.kron(rho, rho_E) @ U.conj().T, (3, 4), 0)

    found = pointer_basis(qutip.Qobj(H), (3, 4))
    factors = decoherence_factors(found.conditional, rho_E, [t], H_E=H_E)[0]
    V = found.basis
    np.testing.assert_allclose(
        V.conj().T @ final @ V, factors * (V.conj().T @ rho @ V), atol=1e-12
    )
    np.testing.assert_allclose(monitored(V, found.conditional), H, atol=1e-11)
    overlaps = np.abs(frame.conj().T @ V)
    np.testing.assert_allclose(np.sort(overlaps.ravel())[-3:], 1, rtol=1e-9)


def test_equal_conditional_hamiltonians_make_a_sector():
    """Three levels of which two feel the same: coherence between them is untouched."""
    A, B = random_hermitian(2, 2, 2)
    H = monitored(random_unitary(RNG, 3), np.array([A, B, A]))
    found = pointer_basis(H, (3, 2))
    assert sorted(np.bincount(found.sectors)) == [1, 2]
    i, j = np.flatnonzero(found.sectors == np.bincount(found.sectors).argmax())
    factors = decoherence_factors(found.conditional, random_state(2), [0.0, 3.0])
    np.testing.assert_allclose(factors[:, i, j], 1, rtol=1e-9)
    assert pointer_basis(np.zeros((6, 6)), (3, 2)).sectors.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("kinds", "count"), [((0, 1, 2), 3), ((0, 1, 0), 5), ((0, 0, 0), 9)]
)
def test_pointer_observables_commute_with_the_interaction(kinds, count):
    """They are the matrices within sectors: Σ m² of them."""
    E = random_hermitian(3, 4, 4)[list(kinds)]
    H = monitored(random_unitary(RNG, 3), E)
    found = pointer_observables(H, (3, 4))
    assert found.shape == (count, 3, 3)
    np.testing.assert_allclose(found[0], np.eye(3) / np.sqrt(3), atol=1e-12)
    overlaps = np.einsum("aij,bji->ab", found, found)
    np.testing.assert_allclose(overlaps, np.eye(count), atol=1e-12)
    for whole in np.kron(found, np.eye(4)):
        np.testing.assert_allclose(whole @ H, H @ whole, atol=1e-11)
        np.testing.assert_allclose(whole, whole.conj().T, atol=1e-14)


def test_an_interaction_that_disturbs_everything():
    """The Heisenberg coupling conserves nothing on the system alone; a second spin that
    it does not touch keeps all its observables.
    """
    assert len(pointer_observables(HEISENBERG, (2, 2))) == 1
    apart = np.kron(
        HEISENBERG.reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(4, 4), 1
    )
    assert apart.shape == (4, 4)
    H = sum(np.kron(np.kron(s, ONE), s) for s in SIGMA)
    assert len(pointer_observables(H, (4, 2))) == 4
    imaginary = np.kron(SIGMA[2], ONE) + np.kron(SIGMA[0], SIGMA[1])
    assert len(pointer_observables(imaginary, (2, 2))) == 1
    for wrong, dims in ((HEISENBERG, (2, 2)), (H, (4, 2)), (imaginary, (2, 2))):
        with pytest.raises(ValueError, match=r"`H_int` must be diagonal in some basis"):
            pointer_basis(wrong, dims)


def test_factors_are_positive_and_of_modulus_one_at_most():
    """Each matrix of factors is a Gram matrix."""
    factors = decoherence_factors(
        random_hermitian(4, 3, 3), random_state(3), np.linspace(0, 4, 7)
    )
    np.testing.assert_allclose(factors, factors.conj().mT, atol=1e-13)
    assert np.linalg.eigvalsh(factors).min() > -1e-12
    assert np.abs(factors).max() < 1 + 1e-12


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match=r"`H_int` must be Hermitian"):
        pointer_basis(np.triu(np.ones((4, 4))), (2, 2))
    with pytest.raises(ValueError, match=r"`dims` must multiply to 4, but is \(2, 3\)"):
        pointer_observables(HEISENBERG, (2, 3))
    with pytest.raises(ValueError, match=r"sizes of system and environment.*\(4,\)"):
        pointer_observables(HEISENBERG, (4,))
    with pytest.raises(ValueError, match=r"`conditional` must have shape \(n, e, e\)"):
        decoherence_factors(np.eye(2), np.eye(2) / 2, [0.0])
    with pytest.raises(ValueError, match=r"`rho_E` must have shape \(2, 2\)"):
        decoherence_factors(np.zeros((2, 2, 2)), np.eye(3) / 3, [0.0])
    with pytest.raises(ValueError, match=r"`rho_E` must have trace 1"):
        decoherence_factors(np.zeros((2, 2, 2)), np.eye(2), [0.0])
    with pytest.raises(ValueError, match=r"`H_E` must be Hermitian"):
        decoherence_factors(np.zeros((2, 2, 2)), np.eye(2) / 2, [0], H_E=1j * ONE)
