"""The exponential by a Taylor polynomial in three products."""

import numpy as np
import pytest
from scipy.linalg import expm

from oqnn._core.jax64 import in_double_precision
from oqnn.environments.exponential_jax import exponential, taylor8

RNG = np.random.default_rng(70)


def random_stack(norm, size=6):
    """Matrices of a given spectral norm, without any symmetry."""
    X = RNG.normal(size=(3, size, size))
    return norm * X / np.linalg.norm(X, ord=2, axis=(1, 2), keepdims=True)


def test_polynomial_is_that_of_taylor():
    """Exact where X⁹ = 0: a strictly upper triangular 9 × 9 matrix."""
    X = np.triu(RNG.uniform(0.5, 1.5, size=(9, 9)), 1)
    power, expected = np.eye(9), np.eye(9)
    for k in range(1, 9):
        power = power @ X / k
        expected = expected + power
    assert np.abs(power).max() > 1e-5
    found = np.asarray(in_double_precision(taylor8)(X))
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)


def test_remainder_is_of_ninth_order():
    """|X|⁹/9! for the worst matrix of its size: a number times a rotation."""
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    errors = []
    for norm in (0.35, 0.7):
        found = np.asarray(in_double_precision(taylor8)(norm * turn))
        errors.append(np.linalg.norm(found - expm(norm * turn), ord=2))
        np.testing.assert_allclose(errors[-1], norm**9 / 362880, rtol=0.01)
    assert np.log2(errors[1] / errors[0]) == pytest.approx(9, abs=0.05)


@pytest.mark.parametrize("norm", [0.03, 3.0, 60.0])
def test_squared_polynomial_is_the_exponential(norm):
    """Of antisymmetric matrices, whose exponential keeps its size."""
    X = random_stack(norm)
    X = (X - X.mT) / 2
    squarings = max(0, int(np.ceil(np.log2(norm / 0.03))))
    found = np.asarray(in_double_precision(exponential)(X, squarings))
    np.testing.assert_allclose(found, expm(X), atol=1e-15 * 2 ** (squarings + 2))
