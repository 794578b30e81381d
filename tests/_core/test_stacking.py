"""Column stacking."""

import numpy as np
import qutip

from oqnn._core.stacking import unvec, vec

RNG = np.random.default_rng(11)


def random_matrix(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape) + 1j * RNG.normal(size=shape)


def test_columns_are_stacked():
    np.testing.assert_array_equal(vec([[1, 2, 3], [4, 5, 6]]), [1, 4, 2, 5, 3, 6])


def test_vec_turns_products_into_kronecker_products():
    """vec(A X B) = (Bᵀ ⊗ A) vec X, with four different sizes."""
    a, x, b = random_matrix(2, 3), random_matrix(3, 4), random_matrix(4, 5)
    np.testing.assert_allclose(vec(a @ x @ b), np.kron(b.T, a) @ vec(x), rtol=1e-12)


def test_vec_is_that_of_qutip():
    matrix = random_matrix(3, 3)
    expected = qutip.operator_to_vector(qutip.Qobj(matrix)).full()[:, 0]
    np.testing.assert_array_equal(vec(matrix), expected)


def test_unvec_undoes_vec_over_leading_axes():
    matrices = random_matrix(4, 2, 3, 5)
    stacked = vec(matrices)
    assert stacked.shape == (4, 2, 15)
    np.testing.assert_array_equal(unvec(stacked, 3), matrices)
    np.testing.assert_array_equal(stacked[3, 1], vec(matrices[3, 1]))
