"""Predictability sieve, einselected bases, and dephasing between pointer states."""

import numpy as np
import pytest
import qutip
from measures.example_maps import (
    SIGMA,
    dephasing,
    dissipator,
    matrix_of,
    qubit_maps,
    random_kraus,
    random_unitary,
    transfer_of,
)
from scipy.linalg import expm

from oqnn._core.bases import from_coordinates, to_coordinates
from oqnn.measures import (
    dephasing_rates,
    einselected_basis,
    largest_bloch_image,
    most_predictable_state,
    predictability_sieve,
    purity,
    purity_rate,
)

RNG = np.random.default_rng(47)


def random_kets(count: int, d: int) -> np.ndarray:
    raw = RNG.normal(size=(count, d)) + 1j * RNG.normal(size=(count, d))
    return raw / np.linalg.norm(raw, axis=1, keepdims=True)


def schur_map(factors: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """Coherences ρ_ij in the columns of `frame` are multiplied by factors (d, d)."""
    return matrix_of(
        lambda rho: frame @ (factors * (frame.conj().T @ rho @ frame)) @ frame.conj().T,
        len(frame),
    )


def test_sieve_of_a_dephased_qubit():
    """At polar angle θ the purity is (1 + cos²θ + f² sin²θ)/2; the poles win."""
    f, theta = np.array([1.0, 0.6, 0.2]), np.array([1.5, 0.3, 2.9, 0.0])
    kets = np.stack([np.cos(theta / 2), 1j * np.sin(theta / 2)], axis=1)
    found = predictability_sieve(kets, dephasing(f))
    exact = (1 + np.cos(theta[:, None]) ** 2 + (f * np.sin(theta[:, None])) ** 2) / 2
    np.testing.assert_allclose(found.purities, exact, rtol=1e-13)
    np.testing.assert_allclose(found.mean_purity, exact.mean(axis=1), rtol=1e-13)
    np.testing.assert_array_equal(found.order, [3, 2, 1, 0])


def test_sieve_takes_qutip_kets_and_one_map():
    """Images one by one; d = 3."""
    transfer, kets = transfer_of(random_kraus(RNG, 2, 3)), random_kets(4, 3)
    expected = [
        purity(from_coordinates(transfer @ to_coordinates(np.outer(k, k.conj()))))
        for k in kets
    ]
    found = predictability_sieve([qutip.Qobj(ket) for ket in kets], transfer)
    np.testing.assert_allclose(found.purities[:, 0], expected, rtol=1e-12)
    np.testing.assert_array_equal(found.order, np.argsort(expected)[::-1])


def test_purity_falls_at_twice_the_variance():
    """d Tr ρ²/dt = −2 Var(L) for a Hermitian jump, whatever the Hamiltonian (eq. 2.7),
    and −2 Σ (⟨L†L⟩ − |⟨L⟩|²) for any jumps.
    """
    H = random_unitary(RNG, 3)
    H = H + H.conj().T
    kets = random_kets(5, 3)
    hermitian, other = np.diag([0.3, -1.0, 0.5]) + H, random_unitary(RNG, 3) @ H

    def mean(A):
        return np.einsum("ni,ij,nj->n", kets.conj(), A, kets)

    loss = {}
    for name, jumps in {"one": [hermitian], "two": [hermitian, other]}.items():
        loss[name] = purity_rate(
            kets,
            matrix_of(
                lambda rho, jumps=jumps: (
                    -1j * (H @ rho - rho @ H) + sum(dissipator(L, rho) for L in jumps)
                ),
                3,
            ),
        )
    variance = (mean(hermitian @ hermitian) - mean(hermitian) ** 2).real
    spread = (mean(other.conj().T @ other) - abs(mean(other)) ** 2).real
    np.testing.assert_allclose(loss["one"], -2 * variance, rtol=1e-12)
    np.testing.assert_allclose(loss["two"], -2 * (variance + spread), rtol=1e-12)


def test_most_predictable_state_of_a_qubit():
    """Purity ½(1 + max |Mn + c|²), for maps with a shift."""
    for _ in range(5):
        transfer = transfer_of(random_kraus(RNG, 2, 2))
        ket, found = most_predictable_state(transfer, starts=3)
        exact = (1 + largest_bloch_image(transfer) ** 2) / 2
        np.testing.assert_allclose(found, exact, rtol=1e-9)
        sieve = predictability_sieve(ket[None], transfer)
        np.testing.assert_allclose(sieve.purities, found, rtol=1e-12)


def test_no_state_of_a_qutrit_is_more_predictable():
    transfer = transfer_of(random_kraus(RNG, 2, 3))
    _, found = most_predictable_state(transfer)
    others = predictability_sieve(random_kets(2000, 3), transfer).purities
    assert others.max() < found < 1.05 * others.max()


def test_dephasing_rates_of_commuting_jumps():
    """|ρ_ij| decays at ½ Σ_k |l_ki − l_kj|² (eq. 2.7) for complex eigenvalues."""
    values = RNG.normal(size=(2, 3)) + 1j * RNG.normal(size=(2, 3))
    frame = random_unitary(RNG, 3)
    jumps = [(frame * row) @ frame.conj().T for row in values]
    generator = matrix_of(lambda rho: sum(dissipator(L, rho) for L in jumps), 3)
    start = frame @ np.full((3, 3), 1 / 3) @ frame.conj().T
    t = 0.4
    final = from_coordinates(expm(t * generator) @ to_coordinates(start))
    final = frame.conj().T @ final @ frame
    np.testing.assert_allclose(
        np.abs(final), np.exp(-dephasing_rates(values) * t) / 3, rtol=1e-10
    )


@pytest.mark.parametrize("d", [2, 3, 5])
def test_the_basis_in_which_a_map_dephases_is_found(d):
    """A product of Gram matrices in a random basis: its states stay pure."""
    vectors = random_kets(d, d) + 0.5 * np.eye(d)
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    frame = random_unitary(RNG, d)
    transfer = schur_map(vectors.conj() @ vectors.T, frame)
    found = einselected_basis(transfer)
    np.testing.assert_allclose(found.purities, 1, rtol=1e-12)
    overlaps = np.abs(frame.conj().T @ found.basis) ** 2
    np.testing.assert_allclose(overlaps.max(axis=0), 1, atol=1e-8)
    np.testing.assert_allclose(overlaps.sum(axis=1), 1, rtol=1e-12)
    after = transfer_of(random_unitary(RNG, d)[None]) @ transfer
    turned = einselected_basis(after)
    np.testing.assert_allclose(np.abs(turned.basis), np.abs(found.basis), atol=1e-7)


def test_einselected_basis_of_a_qubit():
    """The axis of the greatest singular value s₁ of M, whatever the shift; the contrast
    is (s₁² − (s₁² + s₂² + s₃²)/3)/2.
    """
    for _ in range(5):
        transfer = transfer_of(random_kraus(RNG, 3, 2))
        M, c = transfer[1:, 1:], transfer[1:, 0]
        _, s, axes = np.linalg.svd(M)
        found = einselected_basis(transfer, starts=0)
        bloch = np.einsum("in,kij,jn->nk", found.basis.conj(), SIGMA, found.basis).real
        np.testing.assert_allclose(np.abs(bloch @ axes[0]), 1, rtol=1e-9)
        images = bloch @ M.T + c
        np.testing.assert_allclose(found.purities, (1 + (images**2).sum(axis=1)) / 2)
        np.testing.assert_allclose(found.contrast, (s[0] ** 2 - (s**2).mean()) / 2)


def test_order_and_phase_follow_the_standard_basis():
    found = einselected_basis(qubit_maps(*np.array([[0.3], [0.9], [0.0]]))[0])
    np.testing.assert_allclose(found.basis, np.eye(2), atol=1e-12)


def test_maps_that_select_nothing_are_refused():
    for transfer in (
        transfer_of(random_unitary(RNG, 3)[None]),
        np.diag([1.0, 0.5, 0.5, 0.5]),
    ):
        with pytest.raises(ValueError, match=r"`transfer` must prefer some basis"):
            einselected_basis(transfer)


def test_wrong_input_is_refused():
    one = np.eye(4)
    with pytest.raises(ValueError, match=r"normalised kets, but one has norm 2"):
        predictability_sieve([[1, 0], [2, 0]], one)
    with pytest.raises(TypeError, match=r"`kets` must be a ket, but is a oper"):
        predictability_sieve([qutip.qeye(2)], one)
    with pytest.raises(ValueError, match=r"`kets` must have shape \(n, 2\)"):
        predictability_sieve([1, 0], one)
    with pytest.raises(ValueError, match=r"`kets` must have shape \(n, 2\)"):
        purity_rate(np.eye(3), one)
    with pytest.raises(ValueError, match=r"`generator` must have shape \(4, 4\)"):
        purity_rate(np.eye(2), one[None])
    with pytest.raises(ValueError, match=r"`transfer` must have shape \(4, 4\)"):
        most_predictable_state(one[None])
    with pytest.raises(ValueError, match=r"`starts` must be at least 1"):
        most_predictable_state(one, starts=0)
    with pytest.raises(ValueError, match=r"`transfer` must preserve the trace"):
        einselected_basis(2 * one)
    with pytest.raises(ValueError, match=r"`values` must have shape \(k, n\)"):
        dephasing_rates([1, -1])
