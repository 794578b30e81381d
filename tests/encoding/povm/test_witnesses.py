"""Witnesses of genuine entanglement: operators, bounds, errors."""

from functools import reduce
from itertools import combinations, product

import numpy as np
import pytest
import qutip

from oqnn.encoding.povm.named_states import ghz_state, w_state
from oqnn.encoding.povm.povm import Povm
from oqnn.encoding.povm.witnesses import (
    fidelity_operator,
    ghz_witnesses,
    mermin_operator,
    stabilizer_operator,
)
from oqnn.measures import fidelity

from ..states import random_state

OPERATORS = [fidelity_operator, stabilizer_operator, mermin_operator]


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_ghz_states_in_white_noise_by_hand(n):
    """Of v GHZ + (1 − v) 1/2ⁿ: F = v + (1 − v)/2ⁿ; (1 + v)/2 + v + (1 − v) 2^(1−n);
    v 2^(n−1).
    """
    v = 0.6
    rho = v * np.outer(ghz_state(n), ghz_state(n)) + (1 - v) * np.eye(2**n) / 2**n

    found = ghz_witnesses(rho)

    exact = [
        v + (1 - v) / 2**n,
        (1 + v) / 2 + v + (1 - v) * 2 ** (1 - n),
        v * 2 ** (n - 1),
    ]
    np.testing.assert_allclose([w.value for w in found], exact, rtol=1e-12)
    assert [bool(w.detects) for w in found] == [True, exact[1] > 1.5, True]
    assert found[0].value == pytest.approx(fidelity(ghz_state(n), rho))
    ideal = ghz_witnesses(ghz_state(n))
    np.testing.assert_allclose([w.value for w in ideal], [w.ideal for w in ideal])


@pytest.mark.parametrize("n", [2, 3, 4])
def test_operators_against_qutip(n):
    X, Y, Z, one = qutip.sigmax(), qutip.sigmay(), qutip.sigmaz(), qutip.qeye(2)
    parity = qutip.tensor([X] * n)
    stabilizer = (1 + parity) / 2
    chain = 1 + 0 * parity
    for k in range(n - 1):
        pair = [Z if j in (k, k + 1) else one for j in range(n)]
        chain = chain * (1 + qutip.tensor(pair)) / 2
    mermin = sum(
        (-1) ** (ys // 2) * qutip.tensor([Y if y else X for y in where])
        for where in product((0, 1), repeat=n)
        if (ys := sum(where)) % 2 == 0
    )
    ghz = qutip.ghz_state(n).proj()

    np.testing.assert_allclose(fidelity_operator(n), ghz.full(), atol=1e-15)
    np.testing.assert_allclose(
        stabilizer_operator(n), (stabilizer + chain).full(), atol=1e-14
    )
    np.testing.assert_allclose(mermin_operator(n), mermin.full(), atol=1e-13)


def greatest_mean_over_a_cut(operator, part, rng):
    """Greatest ⟨a ⊗ b|O|a ⊗ b⟩: best a for b, best b for a, until they agree."""
    n = len(operator).bit_length() - 1
    order = [*part, *(q for q in range(n) if q not in part)]
    tensor = operator.reshape((2,) * 2 * n)
    tensor = tensor.transpose([*order, *(n + q for q in order)])
    da, db = 2 ** len(part), 2 ** (n - len(part))
    tensor = tensor.reshape(da, db, da, db)
    b = rng.normal(size=db) + 1j * rng.normal(size=db)
    b /= np.linalg.norm(b)
    for _ in range(60):
        a = np.linalg.eigh(np.einsum("j,ijkl,l->ik", b.conj(), tensor, b))[1][:, -1]
        values, vectors = np.linalg.eigh(np.einsum("i,ijkl,k->jl", a.conj(), tensor, a))
        b = vectors[:, -1]
    return values[-1]


@pytest.mark.parametrize("n", [2, 3, 4])
def test_no_product_of_two_parts_exceeds_the_bounds(n):
    """And one cut at least reaches each, so that the bounds are tight."""
    rng = np.random.default_rng(n)
    parts = [p for k in range(1, n // 2 + 1) for p in combinations(range(n), k)]

    for make, witness in zip(OPERATORS, ghz_witnesses(ghz_state(n)), strict=True):
        found = [
            greatest_mean_over_a_cut(make(n).astype(complex), part, rng)
            for part in parts
            for _ in range(4)
        ]
        assert max(found) == pytest.approx(witness.bound, abs=1e-9)
        assert np.linalg.eigvalsh(make(n))[-1] == pytest.approx(witness.ideal)


def test_w_states_are_not_what_these_witnesses_see():
    found = ghz_witnesses(w_state(3))

    assert not any(w.detects for w in found)
    assert found[0].value == pytest.approx(0, abs=1e-14)


def test_laws_agree_with_states_and_carry_errors():
    povm, rho = Povm.pauli4(3), random_state(np.random.default_rng(3), 3, 2)
    P = povm.probabilities(rho)

    by_law = ghz_witnesses(P, povm=povm, n_samples=900)

    for make, law, state in zip(OPERATORS, by_law, ghz_witnesses(rho), strict=True):
        assert law.value == pytest.approx(state.value, abs=1e-12)
        error = povm.standard_error(make(3), P, 900)
        assert law.standard_error == pytest.approx(error, rel=1e-9)
        assert law.significance == pytest.approx((law.value - law.bound) / error)
        assert state.significance is None


def test_many_laws_at_once():
    povm = Povm.tetrahedral(2)
    rng = np.random.default_rng(0)
    laws = povm.probabilities(np.stack([random_state(rng, 2, 2) for _ in range(5)]))

    found = ghz_witnesses(laws, povm=povm, n_samples=100)

    one = ghz_witnesses(laws[3], povm=povm, n_samples=100)
    for many, single in zip(found, one, strict=True):
        assert many.value.shape == many.standard_error.shape == (5,)
        assert many.value[3] == pytest.approx(single.value)
        assert many.standard_error[3] == pytest.approx(single.standard_error)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ghz_witnesses(np.eye(2) / 2), "a state of two or more qubits"),
        (lambda: ghz_witnesses(np.eye(3) / 3), "a state of two or more qubits"),
        (lambda: ghz_witnesses(np.eye(128) / 128), "`P_or_rho` must be .* but is of 7"),
        (
            lambda: ghz_witnesses([0.25] * 4, povm=Povm.pauli4(1)),
            "`P_or_rho` must be of two to six qubits, but is of 1",
        ),
        (lambda: ghz_witnesses(np.eye(4) / 4, n_samples=9), "`n_samples` must be None"),
        (lambda: mermin_operator(7), r"`n` must lie in \[2, 6\]"),
        (lambda: stabilizer_operator(1), "`n` must be at least 2"),
    ],
)
def test_odd_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_parity_of_six_qubits_by_weights():
    """⟨X…X⟩ = 1 in GHZ, from its law alone."""
    povm = Povm.tetrahedral(6)
    X = reduce(np.kron, [np.array([[0, 1], [1, 0]])] * 6)
    P = povm.probabilities(ghz_state(6))

    assert povm.expectation(X, P) == pytest.approx(1, abs=1e-9)
    assert all(w.detects for w in ghz_witnesses(P, povm=povm))
