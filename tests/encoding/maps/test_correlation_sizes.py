"""The minimal map from one to six qubits: by contractions, in bounded memory."""

import tracemalloc
from functools import reduce

import numpy as np
import pytest
from encoding.states import random_state

from oqnn._core.bases import PAULI, pauli_basis
from oqnn.encoding import CorrelationMap
from oqnn.encoding.maps import samples


@pytest.mark.parametrize("n_qubits", [1, 2, 3, 4])
def test_eq_4_1_correlators_are_traces_with_pauli_products(n_qubits):
    """χ[μ₁ … μₙ] = Tr ρ τ_μ₁⊗…⊗τ_μₙ, against the products written out."""
    rho = random_state(np.random.default_rng(n_qubits), n_qubits, 3)
    expected = np.einsum("aij,ji->a", pauli_basis(n_qubits), rho)
    chi = CorrelationMap(n_qubits).chi_from_state(rho)
    np.testing.assert_allclose(chi.reshape(-1), expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("n_qubits", [5, 6])
def test_eq_4_1_at_five_and_six_qubits(n_qubits):
    """The same for a few words, and there and back."""
    rng = np.random.default_rng(n_qubits)
    rho = np.array([random_state(rng, n_qubits, rank) for rank in (1, 4)])
    correlation_map = CorrelationMap(n_qubits)

    chi = correlation_map.chi_from_state(rho)

    for word in rng.integers(4, size=(10, n_qubits)):
        operator = reduce(np.kron, [PAULI[mu] for mu in word])
        expected = np.einsum("ij,bji->b", operator, rho).real
        np.testing.assert_allclose(chi[(..., *word)], expected, rtol=0, atol=1e-14)
    back = correlation_map.state_from_chi(chi)
    np.testing.assert_allclose(back, rho, rtol=0, atol=1e-15)


def test_six_qubits_do_not_write_their_pauli_products_out():
    """These alone would take 4096 × 64 × 64 complex numbers, 268 MB."""
    rho = random_state(np.random.default_rng(0), 6, 2)
    tracemalloc.start()
    CorrelationMap(6).state_from_chi(CorrelationMap(6).chi_from_state(rho))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2e6


def test_laws_and_polynomials_come_in_batches():
    rng = np.random.default_rng(3)
    p = rng.dirichlet(np.ones(64), size=(2, 3))
    c = rng.normal(size=(3, 2, 4, 4))
    chi, values = (
        CorrelationMap(2).chi_from_law(p),
        CorrelationMap(2).classical_values(c),
    )
    assert (chi.shape, values.shape) == ((2, 3, 4, 4), (3, 2, 64))
    np.testing.assert_array_equal(chi[1, 2], CorrelationMap(2).chi_from_law(p[1, 2]))
    for i, j in np.ndindex(2, 3):
        assert values[j, i] @ p[i, j] == pytest.approx(np.sum(c[j, i] * chi[i, j]))


@pytest.mark.parametrize("n_qubits", [4, 6])
def test_law_and_samples_agree_for_many_qubits(n_qubits):
    """A law with weights k/100 on few configurations, and those k times over."""
    rng = np.random.default_rng(n_qubits)
    correlation_map = CorrelationMap(n_qubits)
    numbers = rng.integers(8**n_qubits, size=100)
    p = np.bincount(numbers, minlength=8**n_qubits) / 100
    bits = numbers[:, None] >> np.arange(3 * n_qubits)[::-1] & 1
    spins = 2 * bits - 1
    c = rng.normal(size=(4,) * n_qubits)

    chi = correlation_map.chi_from_law(p)

    np.testing.assert_allclose(
        chi, correlation_map.chi_from_samples(spins), rtol=0, atol=1e-14
    )
    values = correlation_map.classical_values(c)
    assert values @ p == pytest.approx(np.sum(c * chi), rel=1e-11)


def test_pieces_of_a_record_add_up(monkeypatch):
    """Sums of ±1 are exact, so cutting a record changes nothing at all."""
    spins = np.random.default_rng(1).choice([-1, 1], size=(2, 101, 9))
    whole = CorrelationMap(3).chi_from_samples(spins)
    monkeypatch.setattr(samples, "CHUNK", 300)
    np.testing.assert_array_equal(CorrelationMap(3).chi_from_samples(spins), whole)


def test_memory_does_not_grow_with_the_record():
    """At once, products of the 60000 samples would take 61 MB."""
    spins = np.random.default_rng(2).choice(np.array([-1, 1], np.int8), (60_000, 18))
    peaks = []
    for steps in (30_000, 60_000):
        tracemalloc.start()
        CorrelationMap(6).chi_from_samples(spins[:steps])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]


@pytest.mark.parametrize(
    ("n_qubits", "name", "n_bytes"),
    [(6, "signs", "8.59e+09"), (9, "configurations", "2.9e+10"), (12, "products", "")],
)
def test_what_would_not_fit_is_refused(n_qubits, name, n_bytes):
    match = rf"the {name} of {n_qubits} qubits would take {n_bytes}.* bytes"
    with pytest.raises(ValueError, match=match.replace("+", r"\+")):
        getattr(CorrelationMap(n_qubits), name)


def test_values_of_too_many_qubits_are_refused():
    with pytest.raises(ValueError, match="all values of 9 qubits would take"):
        CorrelationMap(9).classical_values(np.zeros((4,) * 9))


def test_spins_that_are_no_real_numbers_are_refused():
    """|i| = 1 as well."""
    with pytest.raises(TypeError, match="`spins` must be real numbers"):
        CorrelationMap(1).chi_from_samples([[1j, 1, -1]])
