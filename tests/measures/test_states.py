"""Populations, purity, least eigenvalue, nearest state and squared distance."""

import numpy as np
import pytest
import qutip

from oqnn.measures import (
    least_eigenvalue,
    nearest_state,
    populations,
    purity,
    squared_distance,
)

RNG = np.random.default_rng(20)


def random_states(*shape: int) -> np.ndarray:
    """Complex states of full rank, shape (..., d, d)."""
    raw = RNG.normal(size=shape) + 1j * RNG.normal(size=shape)
    positive = raw @ raw.conj().mT
    return positive / np.trace(positive, axis1=-2, axis2=-1)[..., None, None]


def test_plus_state_and_its_dephasing():
    """|+⟩ with coherence e^{-2gt}/2 keeps its populations; Tr ρ² = (1 + e^{-4gt})/2."""
    rate, times = 0.3, np.array([0.0, 0.4, 1.7])
    kept = np.exp(-2 * rate * times)
    states = np.full((3, 2, 2), 0.5, dtype=complex)
    states[:, 0, 1] = states[:, 1, 0] = kept / 2

    np.testing.assert_array_equal(populations(states), np.full((3, 2), 0.5))
    exact = (1 + np.exp(-4 * rate * times)) / 2
    np.testing.assert_allclose(purity(states), exact, rtol=1e-14)
    np.testing.assert_allclose(
        least_eigenvalue(states), (1 - kept) / 2, rtol=1e-12, atol=1e-15
    )


def test_populations_keep_the_order_of_levels_and_leading_axes():
    states = np.zeros((2, 3, 3), dtype=complex)
    states[0], states[1] = np.diag([0.5, 0.3, 0.2]), np.diag([0.1, 0.2, 0.7])
    np.testing.assert_array_equal(
        populations(states), [[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]]
    )


def test_populations_share_no_memory_with_the_states():
    states = np.eye(2, dtype=complex) / 2
    populations(states)[0] = 9
    assert states[0, 0] == 0.5


def test_purity_agrees_with_qutip_on_random_states():
    states = random_states(4, 3, 3)
    expected = [qutip.Qobj(state).purity() for state in states]
    np.testing.assert_allclose(purity(states), expected, rtol=1e-13)


def test_kets_and_qobj_are_taken_for_projectors():
    ket = (qutip.basis(3, 0) + 2j * qutip.basis(3, 2)).unit()
    for state in (ket, ket.proj(), ket.full().ravel()):
        np.testing.assert_allclose(populations(state), [0.2, 0, 0.8], atol=1e-15)
        np.testing.assert_allclose(purity(state), 1, rtol=1e-14)


def test_nearest_state_of_the_published_rule():
    """Worked by hand: (0.8, 0.5, -0.1, -0.2) gives up -0.3, shared by the others."""
    basis = np.linalg.qr(RNG.normal(size=(4, 4)) + 1j * RNG.normal(size=(4, 4)))[0]
    estimate = (basis * [0.8, 0.5, -0.1, -0.2]) @ basis.conj().T
    expected = (basis * [0.65, 0.35, 0, 0]) @ basis.conj().T
    np.testing.assert_allclose(nearest_state(estimate), expected, atol=1e-14)


def test_nearest_state_leaves_states_alone_and_is_positive():
    states = random_states(2, 3, 4, 4)
    np.testing.assert_allclose(nearest_state(states), states, atol=1e-14)
    noise = RNG.normal(size=states.shape) + 1j * RNG.normal(size=states.shape)
    noise = (noise + noise.conj().mT) / 4
    noise -= np.trace(noise, axis1=-2, axis2=-1)[..., None, None] * np.eye(4) / 4
    nearest = nearest_state(states + noise)
    assert least_eigenvalue(states + noise).max() < 0
    assert least_eigenvalue(nearest).min() > -1e-14
    np.testing.assert_allclose(np.trace(nearest, axis1=-2, axis2=-1), 1, rtol=1e-13)


def test_no_state_is_nearer_than_the_nearest():
    """A projection on a convex set: Tr (ρ̂ - P)(σ - P) ≤ 0 for every state σ."""
    estimate = random_states(5, 5) + np.diag([0.4, -0.5, 0.3, -0.3, 0.1])
    nearest = nearest_state(estimate)
    gaps = random_states(200, 5, 5) - nearest
    overlaps = np.einsum("ij,nji->n", estimate - nearest, gaps).real
    assert overlaps.max() <= 1e-13


def test_squared_distance_of_a_rotated_pair_and_broadcasting():
    """‖|ψ⟩⟨ψ| - |φ⟩⟨φ|‖² = 2(1 - |⟨ψ|φ⟩|²), here with |⟨ψ|φ⟩|² = cos²a."""
    angles = np.array([0.0, 0.3, 1.2])
    kets = np.stack([np.cos(angles), 1j * np.sin(angles)], axis=-1)
    states = kets[:, :, None] * kets[:, None, :].conj()
    distances = squared_distance(states, [1, 0])
    np.testing.assert_allclose(distances, 2 * np.sin(angles) ** 2, atol=1e-15)


@pytest.mark.parametrize(
    ("states", "message"),
    [
        (np.zeros((2, 3)), r"`states` must hold square matrices.*\(2, 3\)"),
        (np.zeros((0, 2, 2)), r"`states` must hold square matrices.*\(0, 2, 2\)"),
        ([[0, 1], [0, 0]], r"`states` must be Hermitian"),
        ([[np.nan, 0], [0, 1]], r"`states` must be finite"),
    ],
)
@pytest.mark.parametrize("measure", [populations, purity, least_eigenvalue])
def test_what_is_no_hermitian_matrix_is_refused(measure, states, message):
    with pytest.raises(ValueError, match=message):
        measure(states)


def test_a_word_is_refused():
    with pytest.raises(TypeError, match=r"`states` must be a qutip.Qobj or an array"):
        purity("plus")


def test_nearest_state_refuses_another_trace():
    with pytest.raises(ValueError, match=r"`rho` must have trace 1, but has trace 1.1"):
        nearest_state(np.stack([np.diag([0.5, 0.5]), np.diag([1.5, -0.4])]))


def test_squared_distance_refuses_other_sizes():
    with pytest.raises(ValueError, match=r"the shapes are \(3, 3\) and \(2, 2\)"):
        squared_distance(np.eye(2), np.eye(3))
    with pytest.raises(ValueError, match=r"leading axes that broadcast"):
        squared_distance(np.stack([np.eye(2)] * 3), np.stack([np.eye(2)] * 2))
