"""Real matrices of twice the size: A = 1₂ ⊗ C_R + I₂ ⊗ C_I, eq. (5) of the paper."""

import numpy as np
import pytest
import qutip
from encoding.states import random_state

from oqnn.encoding.maps.real_form import complex_form, real_form

RNG = np.random.default_rng(12)


def complex_matrices(*shape):
    return RNG.normal(size=shape) + 1j * RNG.normal(size=shape)


def test_eq_4_2_by_kronecker_products():
    C = complex_matrices(3, 2)
    i = np.array([[0, -1], [1, 0]])
    expected = np.kron(np.eye(2), C.real) + np.kron(i, C.imag)
    np.testing.assert_array_equal(real_form(C), expected)


def test_products_adjoints_and_inverses_are_kept():
    C, D = complex_matrices(2, 5, 4, 4)  # each a batch of five
    np.testing.assert_allclose(
        real_form(C @ D), real_form(C) @ real_form(D), rtol=0, atol=1e-13
    )
    np.testing.assert_array_equal(real_form(C.conj().mT), real_form(C).mT)
    np.testing.assert_allclose(
        real_form(np.linalg.inv(C)) @ real_form(C), [np.eye(8)] * 5, rtol=0, atol=1e-11
    )


def test_traces_and_eigenvalues_double():
    """And det A = |det C|²."""
    rho, C = random_state(RNG, 2, 3), complex_matrices(3, 3)
    real = real_form(rho)
    assert np.trace(real) == pytest.approx(2, rel=1e-14)
    np.testing.assert_array_equal(real, real.T)
    np.testing.assert_allclose(
        np.linalg.eigvalsh(real), np.repeat(np.linalg.eigvalsh(rho), 2), atol=1e-14
    )
    determinant = abs(np.linalg.det(C)) ** 2
    assert np.linalg.det(real_form(C)) == pytest.approx(determinant, rel=1e-12)


def test_gates_act_on_states_in_real_numbers():
    """Uρ U† as QuTiP has it; orthogonal matrices stand for unitary ones."""
    U = qutip.rand_unitary(4, seed=3)
    rho = random_state(RNG, 2, 2)
    moved = real_form(U) @ real_form(rho) @ real_form(U).T
    np.testing.assert_allclose(
        complex_form(moved), U.full() @ rho @ U.full().conj().T, rtol=0, atol=1e-14
    )
    np.testing.assert_allclose(
        real_form(U).T @ real_form(U), np.eye(8), rtol=0, atol=1e-14
    )


def test_complex_form_undoes_it():
    C = complex_matrices(2, 3, 4, 2)
    np.testing.assert_array_equal(complex_form(real_form(C)), C)


def test_matrices_that_are_none_are_refused():
    with pytest.raises(TypeError, match=r"`matrix` must be a qutip.Qobj or an array"):
        real_form("one")
    with pytest.raises(ValueError, match=r"`matrix` must have shape \(\.\.\., d, e\)"):
        real_form([1, 2])
    with pytest.raises(ValueError, match="`matrix` must be finite"):
        real_form([[np.nan]])


def test_matrices_of_no_complex_one_are_refused():
    wrong = real_form(complex_matrices(2, 2))
    wrong[0, 2] += 0.5
    with pytest.raises(ValueError, match=r"must be of the form .* by 0\.5"):
        complex_form(wrong)
    with pytest.raises(ValueError, match=r"must be of the form"):
        complex_form(np.diag([1.0, -1.0]))
    with pytest.raises(ValueError, match=r"shape \(\.\.\., 2d, 2e\).*\(3, 2\)"):
        complex_form(np.ones((3, 2)))
    with pytest.raises(TypeError, match="`matrix` must be real, but has type complex"):
        complex_form(np.eye(2) * 1j)
    with pytest.raises(ValueError, match="`matrix` must be finite"):
        complex_form([[np.inf, 0], [0, np.inf]])
