"""Decoherence-free subspaces and dark states."""

import numpy as np
import pytest
import qutip
from measures.example_maps import SIGMA, dissipator, random_unitary

from oqnn.measures import decoherence_free_subspaces

RNG = np.random.default_rng(59)
LOWER = (SIGMA[0] - 1j * SIGMA[1]) / 2


def collective(operator: np.ndarray, count: int) -> np.ndarray:
    """The sum of one operator over several spins."""
    return sum(
        np.kron(np.kron(np.eye(2**k), operator), np.eye(2 ** (count - k - 1)))
        for k in range(count)
    )


def random_hermitian(d: int) -> np.ndarray:
    raw = RNG.normal(size=(d, d)) + 1j * RNG.normal(size=(d, d))
    return raw + raw.conj().T


def check(subspace, H: np.ndarray, jumps: list[np.ndarray]) -> None:
    """States inside move as −i[H′, ρ] says and nothing else."""
    V, m = subspace.basis, subspace.basis.shape[1]
    np.testing.assert_allclose(V.conj().T @ V, np.eye(m), atol=1e-10)
    ket = V @ random_unitary(RNG, m)[0]
    rho = np.outer(ket, ket.conj())
    moved = -1j * (H @ rho - rho @ H) + sum(dissipator(L, rho) for L in jumps)
    turning = V @ subspace.hamiltonian @ V.conj().T
    expected = -1j * (turning @ rho - rho @ turning)
    np.testing.assert_allclose(moved, expected, atol=1e-7)
    for L, value in zip(jumps, subspace.eigenvalues, strict=True):
        np.testing.assert_allclose(L @ ket, value * ket, atol=1e-7)


def test_collective_dephasing():
    """Three spins under Σσ_z: magnetisations 3, 1, −1, −3 with 1, 3, 3, 1 states. In
    any frame, and with a Hamiltonian that keeps the magnetisation.
    """
    U = random_unitary(RNG, 8)
    jump = U @ collective(SIGMA[2], 3) @ U.conj().T
    for H in (0 * jump, 0.3 * jump @ jump):
        found = decoherence_free_subspaces(H, jump)
        assert [s.basis.shape[1] for s in found] == [3, 3, 1, 1]
        values = sorted(round(s.eigenvalues[0].real) for s in found)
        assert values == [-3, -1, 1, 3]
        for subspace in found:
            check(subspace, H, [jump])
    assert decoherence_free_subspaces(random_hermitian(8), jump) == []


@pytest.mark.parametrize(("count", "size"), [(2, 2), (3, 3), (4, 6)])
def test_collective_decay(count, size):
    """The kernel of J₋ has one state for each multiplet: C(N, ⌊N/2⌋). The jumps are
    defective, in a random frame too, and J_z stays inside.
    """
    U = random_unitary(RNG, 2**count)
    jump = U @ collective(LOWER, count) @ U.conj().T
    H = U @ collective(SIGMA[2], count) @ U.conj().T
    (found,) = decoherence_free_subspaces(H, [jump])
    assert found.basis.shape[1] == size
    np.testing.assert_allclose(found.eigenvalues, 0, atol=1e-9)
    check(found, H, [jump])


def test_dark_state_of_a_lambda_system():
    """Two ground levels, driven to one that decays into both: only
    (Ω₂|1⟩ − Ω₁|2⟩)/Ω is dark, though both ground levels are kernels of the jumps.
    """
    first, second = 0.7, 0.4j
    H = np.zeros((3, 3), complex)
    H[2, 0], H[2, 1] = first, second
    H = H + H.conj().T
    jumps = np.zeros((2, 3, 3))
    jumps[0, 0, 2], jumps[1, 1, 2] = 0.5, 0.8
    (found,) = decoherence_free_subspaces(H, list(jumps))
    exact = np.array([second, -first, 0]) / np.hypot(abs(first), abs(second))
    np.testing.assert_allclose(np.abs(found.basis[:, 0].conj() @ exact), 1, rtol=1e-12)
    check(found, H, list(jumps))
    qobjs = [qutip.Qobj(L) for L in jumps]
    again = decoherence_free_subspaces(qutip.Qobj(H), qobjs)
    np.testing.assert_allclose(again[0].basis, found.basis)


@pytest.mark.parametrize(
    ("jump", "H"),
    [
        (collective(LOWER, 4), 0.3 * collective(SIGMA[2], 4)),
        (np.diag(np.sqrt([1, 2, 3, 4]), 1), np.diag([0.1, 0.5, 0.2, 0.4, 0.3])),
    ],
)
def test_a_shifted_jump_is_the_same_equation(jump, H):
    """L → L + c with H → H − (i/2)(c*L − cL†): the same subspaces and Hamiltonians
    inside, with λ moved by c. This needs the second term of H′, and eigenvalues of
    defective matrices that have lost all but three digits.
    """
    U, c = random_unitary(RNG, len(H)), 0.7 - 0.4j
    jump, H = (U @ matrix @ U.conj().T for matrix in (jump, H))
    half = -0.5j * np.conj(c) * jump
    shifted, moved = H + half + half.conj().T, jump + c * np.eye(len(H))
    (found,) = decoherence_free_subspaces(shifted, moved)
    (before,) = decoherence_free_subspaces(H, jump)
    np.testing.assert_allclose(found.eigenvalues, c, rtol=1e-9)
    check(found, shifted, [moved])
    projectors = [s.basis @ s.basis.conj().T for s in (found, before)]
    np.testing.assert_allclose(*projectors, atol=1e-9)
    energies = [np.linalg.eigvalsh(s.hamiltonian) for s in (found, before)]
    np.testing.assert_allclose(
        energies[0] - energies[0][0], energies[1] - energies[1][0], atol=1e-9
    )


def test_cats_of_a_driven_oscillator():
    """a² − α²: both coherent states ±α survive, up to truncation; every eigenvalue of
    the truncated jump is −α² and would hide the kernel.
    """
    alpha, d = 1.2, 40
    a = np.diag(np.sqrt(np.arange(1, d)), 1)
    jump = a @ a - alpha**2 * np.eye(d)
    (found,) = decoherence_free_subspaces(np.zeros((d, d)), jump)
    assert found.basis.shape == (d, 2)
    for sign in (1, -1):
        coherent = qutip.coherent(d, sign * alpha, method="analytic").full()[:, 0]
        kept = np.linalg.norm(found.basis.conj().T @ coherent)
        np.testing.assert_allclose(kept, 1, rtol=1e-9)


def test_without_jumps_everything_is_free():
    H = random_hermitian(3)
    (found,) = decoherence_free_subspaces(H)
    np.testing.assert_allclose(found.hamiltonian, H, atol=1e-14)
    assert found.eigenvalues.shape == (0,)


def test_noise_on_every_spin_leaves_nothing():
    jumps = [np.kron(SIGMA[2], np.eye(2)), np.kron(np.eye(2), SIGMA[0])]
    found = decoherence_free_subspaces(np.zeros((4, 4)), jumps)
    assert [s.basis.shape[1] for s in found] == [1, 1, 1, 1]
    jumps.append(np.kron(SIGMA[0], np.eye(2)))
    assert decoherence_free_subspaces(np.zeros((4, 4)), jumps) == []


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match=r"`H` must be Hermitian"):
        decoherence_free_subspaces(LOWER)
    with pytest.raises(ValueError, match=r"`H` must have shape \(d, d\)"):
        decoherence_free_subspaces(np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"`c_ops` must have shape \(k, d, d\)"):
        decoherence_free_subspaces(np.eye(2), np.eye(3))
    with pytest.raises(ValueError, match=r"`c_ops` must be finite"):
        decoherence_free_subspaces(np.eye(2), np.full((2, 2), np.nan))
    with pytest.raises(ValueError, match=r"`tolerance` must be positive"):
        decoherence_free_subspaces(np.eye(2), tolerance=0)
