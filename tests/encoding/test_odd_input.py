"""Input that looks right and is not: it must be refused by name, or be read right."""

from fractions import Fraction

import numpy as np
import pytest
import qutip

from oqnn.encoding import (
    CorrelationMap,
    ExtendedMap,
    Law,
    complex_form,
    real_form,
    realize_correlators,
    wave_from_law,
)
from oqnn.encoding.realizability.products import as_words

SKEW = np.full(8, 0.125) + 0.1j * np.arange(8)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: CorrelationMap(1).chi_from_law(SKEW), "p"),
        (lambda: CorrelationMap(1).state_from_chi(np.array([1, 0.5j, 0, 0])), "chi"),
        (lambda: CorrelationMap(1).state_from_chi([1, 0.5j, 0, 0]), "chi"),
        (lambda: CorrelationMap(1).state_from_chi([1, "X", 0, 0]), "chi"),
        (lambda: CorrelationMap(1).classical_values(SKEW[:4]), "coefficients"),
        (lambda: wave_from_law(SKEW), "p"),
        (lambda: wave_from_law(SKEW.real, signs=1j * np.ones(8)), "signs"),
        (lambda: ExtendedMap(2).chi_from_law(np.ones((8, 15)), SKEW), "probabilities"),
        (
            lambda: Law(
                configurations=CorrelationMap(1).configurations, probabilities=SKEW
            ),
            "probabilities",
        ),
        (
            lambda: Law(configurations=np.array([[1j, 1, 1]]), probabilities=[1]),
            "configurations",
        ),
        (
            lambda: Law(configurations=[["1", "1", "1"]], probabilities=[1]),
            "configurations",
        ),
    ],
)
def test_what_is_not_real_is_refused(call, name):
    """An imaginary part must not be dropped."""
    with pytest.raises(TypeError, match=f"`{name}` must be .*real numbers"):
        call()


def test_numbers_of_other_types_are_read():
    """Fractions, bytes of ±1 and single precision are real numbers too."""
    chi = [Fraction(1), Fraction(1, 3), 0, Fraction(-1, 4)]
    state = CorrelationMap(1).state_from_chi(chi)
    assert state[0, 0] == pytest.approx(3 / 8, abs=1e-15)
    p = np.array([0.5, 0.5], np.float32)
    law = Law(
        configurations=np.array([[1, -1, 1], [1, 1, 1]], np.int8), probabilities=p
    )
    assert law.correlators().tolist() == [1, 1, 0, 1]
    assert law.probabilities.dtype == float


@pytest.mark.parametrize(
    ("spins", "p", "match"),
    [
        ([[257, 1, 1]], [1], "`configurations` must hold −1 and .* but holds 257"),
        ([[np.nan, 1, 1]], [1], "`configurations` must hold −1 and .* but holds nan"),
        ([[1, 1, 1], [1, 1]], [0.5, 0.5], "`configurations` must"),
        (np.zeros((0, 3)), [], r"`configurations` and .* shapes \(0, 3\) and \(0,\)"),
        (np.zeros((1, 0)), [1], r"`configurations` and .* shapes \(1, 0\) and \(1,\)"),
    ],
)
def test_configurations_that_are_none_are_refused(spins, p, match):
    with pytest.raises(ValueError, match=match):
        Law(configurations=spins, probabilities=p)


def test_spins_of_unsigned_bytes_say_why_they_are_none():
    """`simulate` returns bytes, of which 2 z − 1 is 255 for z = 0."""
    z = np.array([[0, 1, 1]], np.uint8)
    with pytest.raises(ValueError, match=r"holds 255\. Unsigned .* z\.astype\(int\)"):
        CorrelationMap(1).chi_from_samples(2 * z - 1)


def test_laws_are_sampled_in_spite_of_rounding():
    """A probability of −1e-13 passes for zero."""
    law = Law(configurations=[[1] * 3, [-1] * 3], probabilities=[1 + 1e-13, -1e-13])
    assert (law.sample(100, seed=1) == 1).all()


def test_laws_of_many_qubits_have_correlators_without_the_dense_law():
    """Of ten qubits the dense law would take 8 GiB."""
    rng = np.random.default_rng(4)
    spins = rng.choice([-1, 1], size=(3, 30))
    law = Law(configurations=spins, probabilities=[0.5, 0.2, 0.3])
    with pytest.raises(ValueError, match="the dense law of 10 qubits would take"):
        law.dense()
    chi = law.correlators()
    word = (1, 0, 3, 2, 0, 0, 1, 1, 0, 2)
    factors = [spins[:, 3 * q + mu - 1] for q, mu in enumerate(word) if mu]
    expected = np.prod(factors, axis=0) @ law.probabilities
    assert chi[word] == pytest.approx(expected, abs=1e-15)


def test_correlators_of_too_many_qubits_are_refused():
    with pytest.raises(ValueError, match="the correlators of 14 qubits would take"):
        CorrelationMap(14).chi_from_samples(np.ones((1, 42)))
    law = Law(configurations=np.ones((1, 42)), probabilities=[1])
    with pytest.raises(ValueError, match="the correlators of 14 qubits would take"):
        law.correlators()


def test_integers_of_numpy_do_not_overflow():
    """8²² is zero in 64 bits, and nothing would look too large."""
    with pytest.raises(ValueError, match="configurations of 22 qubits would take"):
        _ = CorrelationMap(np.int64(22)).configurations
    assert type(CorrelationMap(np.int8(5)).n_qubits) is int
    assert type(ExtendedMap(np.int8(5)).n_qubits) is int


def test_states_of_an_evolution_are_taken_as_qutip_returns_them():
    """A list of Qobj, of kets or of operators, is a batch."""
    H = qutip.tensor(qutip.sigmax(), qutip.sigmaz()) + qutip.tensor(
        qutip.sigmay(), qutip.qeye(2)
    )
    kets = qutip.sesolve(H, qutip.basis([2, 2], [0, 1]), [0, 0.3, 0.7]).states
    word = qutip.tensor(qutip.sigmaz(), qutip.sigmaz())
    expected = qutip.expect(word, kets)
    for correlation_map in (CorrelationMap(2), ExtendedMap(2)):
        for states in (kets, [ket.proj() for ket in kets]):
            chi = correlation_map.chi_from_state(states)
            assert chi.shape == (3, 4, 4)
            np.testing.assert_allclose(chi[:, 3, 3], expected, rtol=0, atol=1e-14)


def test_states_of_different_sizes_are_refused():
    with pytest.raises(ValueError, match=r"`rho` must have shape \(\.\.\., 4, 4\)"):
        CorrelationMap(2).chi_from_state([qutip.basis(4, 1), qutip.basis(2, 1)])


def test_no_law_at_all_is_refused():
    with pytest.raises(ValueError, match=r"`p` must have shape \(\.\.\., k\)"):
        wave_from_law([])


def test_real_forms_of_bytes_do_not_wrap_around():
    """255 is −1 in bytes, so this one looked like the real form of 1 + i."""
    with pytest.raises(ValueError, match="`matrix` must be of the form"):
        complex_form(np.array([[1, 255], [1, 1]], np.uint8))
    least = np.array([[1, 128], [-128, 1]])
    assert complex_form(least.astype(np.int16)).tolist() == [[1 - 128j]]
    np.testing.assert_array_equal(real_form(complex_form(least)), least)


@pytest.mark.parametrize("entry", [(1.0, 0, 2), (True, False, True), ([1], 2, 3)])
def test_products_that_are_no_integers_are_refused(entry):
    with pytest.raises(TypeError, match="`products` must hold names or tuples of int"):
        as_words([entry], 3)


def test_products_of_the_wrong_kind_are_refused():
    with pytest.raises(TypeError, match="`products` must be a sequence of products"):
        realize_correlators([1, 0, 0, 0.5], products=5)
    assert as_words(np.array([[1, 0, 2]]), 3).tolist() == [[1, 0, 2]]


@pytest.mark.parametrize("word", [(1.0, 2, 3), 3, "XYZ"])
def test_words_that_are_no_integers_are_refused(word):
    with pytest.raises(TypeError, match="`word` must hold 3 integers from 0 to 3"):
        ExtendedMap(3).expressions(word)
