"""Canonical forms of generators with rates of either sign."""

import numpy as np
import pytest
from dynamics.open_systems import random_hermitian
from systems import SIGMA_X, SIGMA_Y, SIGMA_Z

from oqnn.dynamics import CombinedGenerator, RegisterGenerator
from oqnn.dynamics.canonical import canonical_form


def orthonormal_operators(d, seed):
    """d² − 1 traceless operators, tr L_j†L_k = δ_jk, complex and not Hermitian."""
    rng = np.random.default_rng(seed)
    draws = rng.normal(size=(2, d * d - 1, d, d))
    L = draws[0] + 1j * draws[1]
    L -= np.trace(L, axis1=1, axis2=2)[:, None, None] * np.eye(d) / d
    q, _ = np.linalg.qr(L.reshape(len(L), -1).T)
    return q.T.reshape(L.shape)


@pytest.mark.parametrize("d", [2, 3])
def test_signed_rates_are_found_again(d):
    """Hamiltonian and rates of a generator that was put together from them."""
    H = random_hermitian(d, 3)
    H -= np.trace(H) * np.eye(d) / d
    L = orthonormal_operators(d, 4)
    rates = np.sort(np.random.default_rng(5).normal(size=len(L)))[::-1]
    zero = np.zeros((d, d))
    parts = [RegisterGenerator(H), *(RegisterGenerator(zero, {(0, 0): x}) for x in L)]
    matrix = CombinedGenerator([1.0, *rates], parts).matrix()
    form = canonical_form(np.array([matrix, 2 * matrix]))
    np.testing.assert_allclose(form.rates, [rates, 2 * rates], atol=1e-12)
    np.testing.assert_allclose(form.hamiltonians, [H, 2 * H], atol=1e-12)
    overlaps = np.einsum("kij,lij->kl", form.operators[0].conj(), L)
    np.testing.assert_allclose(np.abs(overlaps), np.eye(len(L)), atol=1e-9)


def test_shifted_jumps_have_the_same_form():
    """L + z and H − (i/2)(z* L − z L†) are the same generator: same rates."""
    L, z = np.array([[0.2, 1.0], [0.3j, -0.2]]), 0.4 - 0.7j
    shift = 0.5j * (np.conj(z) * L - z * L.conj().T)
    plain = RegisterGenerator(SIGMA_X, {(0, 0): L}).matrix()
    moved = RegisterGenerator(SIGMA_X - shift, {(0, 0): L + z * np.eye(2)}).matrix()
    np.testing.assert_allclose(moved, plain, atol=1e-14)
    form = canonical_form(moved)
    np.testing.assert_allclose(form.hamiltonians, SIGMA_X, atol=1e-13)
    norm = (np.abs(L) ** 2).sum()
    np.testing.assert_allclose(form.rates, [norm, 0, 0], atol=1e-13)


def test_eternally_non_markovian_rates():
    """Σ γ_k D[σ_k], rates (1, 1, −tanh t)/2: twice that for σ_k/√2."""
    t = 0.8
    generators = [
        RegisterGenerator(np.zeros((2, 2)), {(0, 0): s})
        for s in (SIGMA_X, SIGMA_Y, SIGMA_Z)
    ]
    K = CombinedGenerator([0.5, 0.5, -np.tanh(t) / 2], generators).matrix()
    np.testing.assert_allclose(canonical_form(K).rates, [1, 1, -np.tanh(t)], atol=1e-13)


def test_wrong_input_is_refused():
    with pytest.raises(
        ValueError, match=r"must have shape \(\.\.\., d², d²\).*\(3, 3\)"
    ):
        canonical_form(np.eye(3))
    with pytest.raises(ValueError, match=r"must preserve the trace.* 1 there"):
        canonical_form(np.eye(4))
    with pytest.raises(ValueError, match=r"`matrices` must be finite"):
        canonical_form(np.full((4, 4), np.inf))
