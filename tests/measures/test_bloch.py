"""The Bloch map, its least singular value, and the coherence of antipodal pairs."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from oqnn._core.bases import hermitian_basis
from oqnn.measures import (
    antipodal_coherence,
    bloch_map,
    least_bloch_singular_value,
)

RNG = np.random.default_rng(22)
SIGMA = np.sqrt(2) * hermitian_basis(2)[1:]


def damping(kept: np.ndarray) -> np.ndarray:
    """Amplitude damping |0⟩ → |1⟩: M = diag(√k, √k, k), c = (0, 0, k - 1)."""
    transfer = np.zeros((len(kept), 4, 4))
    transfer[:, 0, 0] = 1
    transfer[:, 1, 1] = transfer[:, 2, 2] = np.sqrt(kept)
    transfer[:, 3, 3], transfer[:, 3, 0] = kept, kept - 1
    return transfer


def random_transfer() -> np.ndarray:
    """Any real trace-preserving map, with neither symmetry nor positivity."""
    return np.vstack([[1, 0, 0, 0], RNG.normal(size=(3, 4))])


def rotated(transfer: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """The map followed by a rotation of the ball."""
    after = np.zeros((*rotation.shape[:-2], 4, 4))
    after[..., 0, 0] = 1
    after[..., 1:, 1:] = rotation
    return after @ transfer


def test_amplitude_damping_shrinks_and_shifts_the_ball():
    """Also through the states: r = (x, y, z) by Tr ρσ before and after."""
    times = np.array([0.0, 0.5, 2.0])
    kept = np.exp(-0.4 * times)
    matrix, shift = bloch_map(damping(kept))
    np.testing.assert_allclose(matrix[:, 0, 0], np.exp(-0.2 * times), rtol=1e-14)
    np.testing.assert_allclose(shift[:, 2], kept - 1, rtol=1e-14)
    np.testing.assert_allclose(least_bloch_singular_value(damping(kept)), kept)

    k, r = kept[2], np.array([0.3, -0.5, 0.2])
    kraus = [np.diag([np.sqrt(k), 1]), np.array([[0, 0], [np.sqrt(1 - k), 0]])]
    rho = (np.eye(2) + np.einsum("k,kij->ij", r, SIGMA)) / 2
    out = sum(a @ rho @ a.conj().T for a in kraus)
    expected = np.einsum("kij,ji->k", SIGMA, out).real
    np.testing.assert_allclose(matrix[2] @ r + shift[2], expected, rtol=1e-14)


def test_least_singular_value_does_not_see_rotations():
    transfer = random_transfer()
    turned = rotated(transfer, Rotation.from_rotvec([0.4, -1.0, 2.0]).as_matrix())
    np.testing.assert_allclose(
        least_bloch_singular_value(turned),
        least_bloch_singular_value(transfer),
        rtol=1e-12,
    )


def test_coherence_of_damping_turned_by_control_fields():
    """The control's rotation is taken out again: e^{-gt/2} is left."""
    times = np.array([0.1, 0.9, 3.0])
    rotations = Rotation.from_rotvec(np.outer(times, [0.7, -0.2, 1.1])).as_matrix()
    transfer = rotated(damping(np.exp(-0.6 * times)), rotations)
    found = antipodal_coherence(transfer, rotations)
    np.testing.assert_allclose(found, np.exp(-0.3 * times), rtol=1e-13)
    assert np.all(antipodal_coherence(transfer[2], np.eye(3)) < 0.9 * found[2])


def test_coherence_is_half_the_difference_of_antipodal_images():
    """Slow and obvious: evolve ±x and ±y, rotate back, compare in the xy plane."""
    transfer = random_transfer()
    rotation = Rotation.from_rotvec([1.0, 0.3, -0.8]).as_matrix()
    matrix, shift = bloch_map(transfer)
    total = 0.0
    for v in np.eye(3)[:2]:
        plus, minus = (rotation.T @ (matrix @ r + shift) for r in (v, -v))
        total += np.hypot(*((plus - minus) / 2)[:2]) / 2
    np.testing.assert_allclose(
        antipodal_coherence(transfer, rotation), total, rtol=1e-13
    )


def test_leading_axes_broadcast():
    transfer = np.stack([random_transfer() for _ in range(6)]).reshape(2, 3, 4, 4)
    rotations = Rotation.from_rotvec(RNG.normal(size=(3, 3))).as_matrix()
    found = antipodal_coherence(transfer, rotations)
    assert found.shape == (2, 3)
    one = antipodal_coherence(transfer[1, 2], rotations[2])
    np.testing.assert_allclose(found[1, 2], one, rtol=1e-14)


@pytest.mark.parametrize("measure", [bloch_map, least_bloch_singular_value])
def test_what_is_no_qubit_map_is_refused(measure):
    with pytest.raises(ValueError, match=r"map of one qubit.*\(9, 9\)"):
        measure(np.eye(9))
    with pytest.raises(ValueError, match=r"preserve the trace.*off by 0\.1"):
        measure(np.diag([0.9, 1, 1, 1]))
    with pytest.raises(ValueError, match=r"preserve the trace.*off by 0\.2"):
        measure(np.eye(4) + np.eye(4, k=2) / 5)
    with pytest.raises(ValueError, match=r"`transfer` must be finite"):
        measure(np.full((4, 4), np.inf))
    with pytest.raises(TypeError, match=r"`transfer` must be real"):
        measure(np.eye(4) * 1j)


def test_what_is_no_rotation_is_refused():
    with pytest.raises(ValueError, match=r"`rotation` must hold rotations.*off by 3"):
        antipodal_coherence(np.eye(4), 2 * np.eye(3))
    with pytest.raises(ValueError, match=r"least determinant is -1"):
        antipodal_coherence(np.eye(4), -np.eye(3))
    with pytest.raises(ValueError, match=r"must have shape \(..., 3, 3\).*\(2, 2\)"):
        antipodal_coherence(np.eye(4), np.eye(2))
    with pytest.raises(ValueError, match=r"broadcast with \(5,\)"):
        antipodal_coherence(np.stack([np.eye(4)] * 5), np.stack([np.eye(3)] * 4))
    with pytest.raises(ValueError, match=r"`rotation` must be finite"):
        antipodal_coherence(np.eye(4), np.full((3, 3), np.nan))
