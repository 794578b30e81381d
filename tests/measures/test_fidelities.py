"""State fidelities, and average fidelities of maps."""

import numpy as np
import pytest
import qutip

from oqnn._core.bases import hermitian_basis
from oqnn.measures import (
    average_fidelity,
    best_unitary_fidelity,
    fidelity,
    least_eigenvalue,
    nearest_state,
    root_fidelity,
)

RNG = np.random.default_rng(21)


def random_states(*shape: int) -> np.ndarray:
    """Complex states of full rank, shape (..., d, d)."""
    raw = RNG.normal(size=shape) + 1j * RNG.normal(size=shape)
    positive = raw @ raw.conj().mT
    return positive / np.trace(positive, axis1=-2, axis2=-1)[..., None, None]


def transfer_of(kraus: np.ndarray) -> np.ndarray:
    """Real matrix Tr B_a Λ(B_b) of a map given by Kraus operators (k, d, d)."""
    basis = hermitian_basis(kraus.shape[-1])
    images = np.einsum("kij,bjl,kml->bim", kraus, basis, kraus.conj())
    return np.einsum("aij,bji->ab", basis, images).real


def random_kraus(count: int, d: int) -> np.ndarray:
    """Kraus operators of a trace-preserving map, cut from an isometry."""
    raw = RNG.normal(size=(count * d, d)) + 1j * RNG.normal(size=(count * d, d))
    return np.linalg.qr(raw)[0].reshape(count, d, d)


def turn(axis: np.ndarray, angle: float) -> np.ndarray:
    """The qubit unitary exp(-i angle n·σ/2)."""
    sigma = np.sqrt(2) * hermitian_basis(2)[1:]
    n = axis / np.linalg.norm(axis)
    spin = np.einsum("k,kij->ij", n, sigma)
    return np.cos(angle / 2) * np.eye(2) - 1j * np.sin(angle / 2) * spin


def test_fidelity_of_pure_states_is_the_squared_overlap():
    bra, ket = np.array([0.6, 0.8j]), np.array([1, 1]) / np.sqrt(2)
    np.testing.assert_allclose(fidelity(bra, ket), 0.5, rtol=1e-14)
    np.testing.assert_allclose(root_fidelity(bra, ket), np.sqrt(0.5), rtol=1e-14)


def test_orthogonal_and_equal_pure_states_are_exact():
    """Rounding under the root would leave 1e-8 here."""
    ket = np.array([0.48, 0.64j, -0.6])
    other = np.array([0.8, -0.6j, 0])  # ⟨ket|other⟩ = 0
    np.testing.assert_allclose(root_fidelity(ket, ket), 1, rtol=1e-14)
    assert abs(np.vdot(ket, other)) < 1e-16
    assert root_fidelity(ket, other) < 1e-15


def test_fidelity_of_commuting_states_is_that_of_their_laws():
    """(Σ √(p_i q_i))² for two laws in a common complex basis."""
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.3, 0.6])
    basis = np.linalg.qr(RNG.normal(size=(3, 3)) + 1j * RNG.normal(size=(3, 3)))[0]
    rho, sigma = ((basis * law) @ basis.conj().T for law in (p, q))
    np.testing.assert_allclose(
        fidelity(rho, sigma), np.sqrt(p * q).sum() ** 2, rtol=1e-13
    )


def test_fidelity_is_symmetric_and_broadcasts():
    rho, sigma = random_states(4, 1, 3, 3), random_states(5, 3, 3)
    values = fidelity(rho, sigma)
    assert values.shape == (4, 5)
    swapped = fidelity(sigma[:, None], rho[:, 0])
    np.testing.assert_allclose(values, swapped.T, rtol=1e-12)
    assert np.all((values > 0) & (values < 1))


def test_root_fidelity_is_the_one_of_qutip():
    rho, sigma = random_states(3, 4, 4), random_states(3, 4, 4)
    expected = [
        qutip.fidelity(qutip.Qobj(a), qutip.Qobj(b))
        for a, b in zip(rho, sigma, strict=True)
    ]
    np.testing.assert_allclose(root_fidelity(rho, sigma), expected, rtol=1e-9)
    one, other = qutip.Qobj(rho[0]), qutip.Qobj(sigma[0])
    np.testing.assert_allclose(fidelity(one, other), expected[0] ** 2, rtol=1e-9)


def test_estimates_that_are_no_states_are_accepted_as_sigma():
    """For a pure ρ it stays ⟨ψ|σ|ψ⟩, above one here; the nearest state is not."""
    estimate = np.array([[1.1, 0.1j], [-0.1j, -0.1]])
    assert least_eigenvalue(estimate) < 0
    np.testing.assert_allclose(fidelity([1, 0], estimate), 1.1, rtol=1e-14)
    assert fidelity([1, 0], nearest_state(estimate)) < 1


def test_average_fidelity_of_amplitude_damping():
    """M = diag(e^{-gt/2}, e^{-gt/2}, e^{-gt}) gives ½ + (2e^{-gt/2} + e^{-gt})/6."""
    kept = np.exp(-0.7)
    kraus = np.array([[[1, 0], [0, np.sqrt(kept)]], [[0, np.sqrt(1 - kept)], [0, 0]]])
    exact = 0.5 + (2 * np.sqrt(kept) + kept) / 6
    np.testing.assert_allclose(average_fidelity(transfer_of(kraus)), exact, rtol=1e-14)


@pytest.mark.parametrize("d", [2, 3])
def test_average_fidelity_with_a_gate_agrees_with_qutip(d):
    kraus = random_kraus(3, d)
    target = np.linalg.qr(RNG.normal(size=(d, d)) + 1j * RNG.normal(size=(d, d)))[0]
    gate = qutip.Qobj(target)
    expected = qutip.average_gate_fidelity(
        qutip.kraus_to_super([qutip.Qobj(k) for k in kraus]), gate
    )
    for unitary in (target, gate):
        found = average_fidelity(transfer_of(kraus), unitary)
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_average_fidelity_is_the_mean_over_the_six_states():
    """A 2-design; it also holds for a map that loses trace."""
    kraus = 0.9 * random_kraus(2, 2)
    sigma = np.sqrt(2) * hermitian_basis(2)[1:]
    states = [(np.eye(2) + sign * s) / 2 for s in sigma for sign in (1, -1)]
    images = [np.einsum("kij,jl,kml->im", kraus, s, kraus.conj()) for s in states]
    mean = np.mean([np.trace(a @ b).real for a, b in zip(states, images, strict=True)])
    np.testing.assert_allclose(average_fidelity(transfer_of(kraus)), mean, rtol=1e-13)


def test_a_unitary_is_its_own_target():
    gate = turn(np.array([1.0, 2.0, -0.5]), 1.3)
    transfer = transfer_of(gate[None])
    np.testing.assert_allclose(average_fidelity(transfer, gate), 1, rtol=1e-14)
    assert average_fidelity(transfer, gate.conj().T) < 0.6
    np.testing.assert_allclose(best_unitary_fidelity(transfer), 1, rtol=1e-14)


def test_best_unitary_is_found_by_search():
    """Nelder-Mead over the rotation vector finds no better one, and attains it."""
    from scipy.optimize import minimize

    transfer = transfer_of(random_kraus(2, 2))
    loss = [
        minimize(
            lambda v: -average_fidelity(transfer, turn(v, np.linalg.norm(v))),
            start,
            method="Nelder-Mead",
            options={"xatol": 1e-7, "fatol": 1e-12, "maxiter": 600},
        ).fun
        for start in RNG.normal(size=(4, 3))
    ]
    np.testing.assert_allclose(best_unitary_fidelity(transfer), -min(loss), rtol=1e-8)


def test_best_unitary_cannot_mirror():
    """r → -r/3, the best universal NOT: det M < 0, so s₃ counts against it."""
    transfer = np.diag([1, -1, -1, -1]) / 3
    transfer[0, 0] = 1
    np.testing.assert_allclose(
        best_unitary_fidelity(np.stack([transfer, np.eye(4)])),
        [0.5 + 1 / 18, 1],
        rtol=1e-14,
    )


@pytest.mark.parametrize("measure", [fidelity, root_fidelity])
def test_refusals_of_state_fidelities(measure):
    good = np.eye(2) / 2
    with pytest.raises(ValueError, match=r"`rho` must be positive"):
        measure(np.diag([1.2, -0.2]), good)
    with pytest.raises(ValueError, match=r"`rho` must have trace 1"):
        measure(np.eye(2), good)
    with pytest.raises(ValueError, match=r"`sigma` must have trace 1"):
        measure(good, np.eye(2))
    with pytest.raises(ValueError, match=r"`sigma` must be Hermitian"):
        measure(good, [[0.5, 1], [0, 0.5]])
    with pytest.raises(ValueError, match=r"the shapes are \(3, 3\) and \(2, 2\)"):
        measure(good, np.eye(3) / 3)


def test_refusals_of_map_fidelities():
    with pytest.raises(TypeError, match=r"`transfer` must be real.*Hermitian basis"):
        average_fidelity(np.eye(4, dtype=complex))
    with pytest.raises(ValueError, match=r"shape \(..., d², d²\), but.*\(3, 3\)"):
        average_fidelity(np.eye(3))
    with pytest.raises(ValueError, match=r"`target` must have shape \(2, 2\)"):
        average_fidelity(np.eye(4), np.eye(3))
    with pytest.raises(ValueError, match=r"`target` must be unitary, but U†U is off"):
        average_fidelity(np.eye(4), np.diag([1, 1.1]))
    with pytest.raises(ValueError, match=r"map of one qubit.*\(9, 9\)"):
        best_unitary_fidelity(np.eye(9))
