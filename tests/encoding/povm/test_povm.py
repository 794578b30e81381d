"""Laws of outcomes: eqs. (6)-(9) of Czischek et al. (2022), inversion, codes."""

from functools import reduce

import numpy as np
import pytest
import qutip

from oqnn.encoding.povm.povm import Povm

from ..states import PHI_PLUS, density, ghz, random_state

SETS = [Povm.tetrahedral, Povm.pauli6, Povm.pauli4]


def tilted(rng, m):
    """Return m elements of unequal traces in general position."""
    rows = rng.normal(size=(m, 2)) + 1j * rng.normal(size=(m, 2))
    raw = np.einsum("ai,aj->aij", rows, rows.conj())
    values, vectors = np.linalg.eigh(raw.sum(axis=0))
    root = (vectors / np.sqrt(values)) @ vectors.conj().T
    return root @ raw @ root


def mixed_povm(rng):
    """Return different sets on three qubits: 5, 4 and 6 outcomes."""
    sets = [tilted(rng, 5), Povm.tetrahedral(1).factors[0], tilted(rng, 6)]
    return Povm.from_elements(sets, 3)


def hermitian(rng, d):
    A = rng.normal(size=(d, d)) + 1j * rng.normal(size=(d, d))
    return A + A.conj().T


def test_tetrahedral_elements_are_those_of_equation_6():
    r2, r6 = np.sqrt(2), np.sqrt(6)
    exact = [
        np.array([[1, 0], [0, 0]]) / 2,
        np.array([[1, r2], [r2, 2]]) / 6,
        np.array([[2, -r2 - 1j * r6], [-r2 + 1j * r6, 4]]) / 12,
        np.array([[2, -r2 + 1j * r6], [-r2 - 1j * r6, 4]]) / 12,
    ]

    np.testing.assert_allclose(Povm.tetrahedral(1).factors[0], exact, atol=1e-15)


def test_bell_state_has_the_law_of_equation_7():
    P = Povm.tetrahedral(2).probabilities(PHI_PLUS)

    exact = np.array([[3, 1, 1, 1], [1, 3, 1, 1], [1, 1, 1, 3], [1, 1, 3, 1]]) / 24
    np.testing.assert_allclose(P, exact.ravel(), rtol=1e-14, atol=1e-16)


def test_inverse_overlaps_are_those_of_equation_8():
    (T,) = Povm.tetrahedral(1).overlaps

    np.testing.assert_allclose(np.linalg.inv(T), 6 * np.eye(4) - 1, rtol=1e-13)


def test_dual_of_four_elements_is_that_of_the_inverse_overlaps():
    """Q_a = Σ_b (T⁻¹)_ab M_b, and with the pseudo-inverse for six equal traces."""
    for povm in (Povm.tetrahedral(1), Povm.pauli4(1), Povm.pauli6(1)):
        (T,), (M,), (Q,) = povm.overlaps, povm.factors, povm.dual
        exact = np.einsum("ab,bij->aij", np.linalg.pinv(T), M)
        np.testing.assert_allclose(Q, exact, atol=1e-13)


def test_pauli_sets_by_their_projectors():
    up, down, plus, minus, right, left = (
        density(np.array(v) / np.linalg.norm(v)) / 3
        for v in ([1, 0], [0, 1], [1, 1], [1, -1], [1, 1j], [1, -1j])
    )

    six, four = Povm.pauli6(1).factors[0], Povm.pauli4(1).factors[0]

    np.testing.assert_allclose(six, [up, down, plus, minus, right, left], atol=1e-15)
    np.testing.assert_allclose(four[:3], [up, plus, right], atol=1e-15)
    np.testing.assert_allclose(four[3], down + minus + left, atol=1e-15)


@pytest.mark.parametrize("make", SETS)
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_inversion_undoes_the_law(make, n):
    rng = np.random.default_rng(n)
    rhos = np.stack([random_state(rng, n, rank) for rank in (1, 2, 2**n)])
    povm = make(n)

    P = povm.probabilities(rhos)

    assert P.shape == (3, povm.n_outcomes)
    assert P.min() > -1e-15
    np.testing.assert_allclose(P.sum(axis=-1), 1, rtol=1e-12)
    np.testing.assert_allclose(povm.invert(P), rhos, atol=1e-12)


def test_unequal_sets_against_products_by_hand():
    rng = np.random.default_rng(5)
    povm, rho, A = mixed_povm(rng), random_state(rng, 3, 3), hermitian(rng, 8)
    noisy = rng.dirichlet(np.ones(povm.n_outcomes))
    M = list(products(povm.factors))
    Q = list(products(povm.dual))

    P = povm.probabilities(rho)

    np.testing.assert_allclose(P, [np.trace(rho @ m).real for m in M], atol=1e-14)
    np.testing.assert_allclose(povm.invert(P), rho, atol=1e-12)
    weights = povm.expectation_weights(A)
    np.testing.assert_allclose(weights, [np.trace(A @ q).real for q in Q], rtol=1e-9)
    estimate = povm.invert(noisy)
    np.testing.assert_allclose(np.trace(estimate), 1, rtol=1e-12)
    np.testing.assert_allclose(estimate, np.einsum("a,aij->ij", noisy, Q), atol=1e-11)
    np.testing.assert_allclose(
        povm.expectation(A, noisy), np.trace(A @ estimate).real, rtol=1e-10
    )


def products(factors):
    """All Kronecker products, the first qubit's index slowest."""
    for index in np.ndindex(*map(len, factors)):
        yield reduce(np.kron, [f[a] for f, a in zip(factors, index, strict=True)])


def test_law_against_qutip():
    rng = np.random.default_rng(8)
    rho = qutip.Qobj(random_state(rng, 2, 3), dims=[[2, 2]] * 2)
    povm = Povm.tetrahedral(2)
    M = [qutip.Qobj(m) for m in povm.factors[0]]

    exact = [qutip.expect(qutip.tensor(a, b), rho) for a in M for b in M]

    np.testing.assert_allclose(povm.probabilities(rho), exact, rtol=1e-12)
    xz = qutip.tensor(qutip.sigmax(), qutip.sigmaz())
    mean = povm.expectation(xz, povm.probabilities(rho))
    assert mean == pytest.approx(qutip.expect(xz, rho), rel=1e-12)


def test_standard_error_is_the_spread_of_many_runs():
    """Spread of R estimates: relative error (2R)^(-1/2), allowed five times."""
    rng = np.random.default_rng(2)
    povm, rho, A = mixed_povm(rng), random_state(rng, 3, 2), hermitian(rng, 8)
    runs, n_samples = 4000, 300

    counts = povm.draw_counts(np.broadcast_to(rho, (runs, 8, 8)), n_samples, seed=4)
    values = povm.expectation(A, counts / n_samples)

    assert counts.shape == (runs, 120)
    error = povm.standard_error(A, povm.probabilities(rho), n_samples)
    assert values.std() == pytest.approx(error, rel=5 / np.sqrt(2 * runs))
    exact = np.trace(rho @ A).real
    assert abs(values.mean() - exact) < 5 * error / np.sqrt(runs)


def test_codes_are_those_of_equation_9():
    """a₁ = 2v₁ + v₂ and a₂ = 2v₃ + v₄: outcome 4a₁ + a₂ is its own code."""
    povm = Povm.pauli4(2)
    P = povm.probabilities(random_state(np.random.default_rng(0), 2, 2))

    assert povm.n_bits == 4
    np.testing.assert_array_equal(povm.codes, np.arange(16))
    np.testing.assert_array_equal(povm.law_of_bits(P), P)


def test_codes_of_six_outcomes_leave_two_of_eight_unused():
    povm = Povm.pauli6(2)
    P = povm.probabilities(random_state(np.random.default_rng(1), 2, 2))

    law = povm.law_of_bits(P)

    assert povm.n_bits == 6
    table = law.reshape(8, 8)  # neurons of qubit 1, of qubit 2
    np.testing.assert_array_equal(table[:6, :6], P.reshape(6, 6))
    assert not table[6:].any()
    assert not table[:, 6:].any()


def test_samples_in_unused_codes_are_counted():
    povm = Povm.pauli6(1)

    counts, unused = povm.from_bits([5, 4, 3, 2, 1, 0, 7, 9])

    np.testing.assert_array_equal(counts, [5, 4, 3, 2, 1, 0])
    assert unused == 16
    P = povm.probabilities([1, 0])
    np.testing.assert_array_equal(povm.from_bits(povm.law_of_bits(P))[0], P)


@pytest.mark.parametrize("make", SETS)
def test_states_to_the_tolerance_of_solvers_have_laws(make):
    """An eigenvalue of −4e-9 and a trace off by 8e-9 are let pass as states."""
    ket = random_state(np.random.default_rng(3), 2, 1)
    rho = (1 + 12e-9) * ket - 4e-9 * (np.eye(4) - ket) + 8e-9 * ket
    povm = make(2)

    P = povm.probabilities(rho)

    np.testing.assert_allclose(povm.invert(P), rho, atol=1e-13)
    mean = povm.expectation(np.diag([1, 2, 3, 5]), P)
    assert mean == pytest.approx(np.diag(rho) @ [1, 2, 3, 5], rel=1e-12)
    np.testing.assert_array_equal(povm.from_bits(povm.law_of_bits(P))[0], P)


def test_a_negative_eigenvalue_makes_a_negative_probability():
    povm, rho = Povm.pauli6(1), np.diag([1 + 6e-9, -6e-9])

    P = povm.probabilities(rho)

    assert P[1] == pytest.approx(-2e-9)
    np.testing.assert_allclose(povm.invert(P), rho, atol=1e-14)
    assert povm.standard_error(np.diag([1, 0]), P, 9) > 0


def test_six_qubits_are_quick_and_right():
    """GHZ parity ⟨X…X⟩ = 1, by 4096 and by 46656 outcomes."""
    X = reduce(np.kron, [np.array([[0, 1], [1, 0]])] * 6)
    for povm in (Povm.tetrahedral(6), Povm.pauli6(6)):
        P = povm.probabilities(ghz(6))
        assert povm.expectation(X, P) == pytest.approx(1, abs=1e-9)
        np.testing.assert_allclose(povm.invert(P), density(ghz(6)), atol=1e-11)


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        ([np.eye(2) / 2] * 3, r"must sum to the identity, .* by 0\.5"),
        ([np.eye(2) / 4] * 4, "informationally complete.* have rank 1"),
        (np.delete(Povm.pauli6(1).factors[0], 5, 0) * 1.2, "must sum to"),
        ([np.diag([1.5, 0.5]), np.diag([-0.5, 0.5])], r"element 1 .* -0\.5"),
        ([[[1, 1], [0, 1]]], "Hermitian"),
        ([*Povm.pauli6(1).factors[0], np.zeros((2, 2))], "element 6 is"),
        ([np.eye(3)], "2 × 2 matrices"),
        ([[np.eye(2)], [np.eye(2)], [np.eye(2)]], "one for each of the 2 qubits"),
        ([[np.eye(3)], [np.eye(3)]], r"factors\[0\]. must have shape"),
    ],
)
def test_sets_that_are_no_complete_measurement_are_refused(elements, message):
    with pytest.raises(ValueError, match=message):
        Povm.from_elements(elements, 2)


def test_real_states_alone_are_not_enough():
    """Elements without σ_y cannot tell |+i⟩ from |−i⟩: rank 3."""
    trine = [
        (np.eye(2) + np.cos(t) * np.diag([1, -1]) + np.sin(t) * np.eye(2)[::-1]) / 3
        for t in 2 * np.pi * np.arange(3) / 3
    ]
    with pytest.raises(ValueError, match="rank 3: different states"):
        Povm.from_elements(trine, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: p.probabilities(np.eye(2) / 2), r"`rho` must have shape .* 4, 4"),
        (lambda p: p.probabilities(np.eye(4)), "`rho` must have trace 1"),
        (lambda p: p.invert(np.ones(15) / 15), r"`P` must have shape \(..., 16\)"),
        (lambda p: p.invert(np.ones(16)), "`P` must sum to 1"),
        (lambda p: p.invert(np.full(16, np.nan)), "`P` must be finite"),
        (lambda p: p.invert([[1, *[0] * 15], [1.1, -0.1, *[0] * 14]]), r"is -0\.1\."),
        (
            lambda p: p.invert([[1, *[0] * 15], [*[0] * 15, 1 + 2e-8]]),
            r"to 1\.00000002",
        ),
        (lambda p: p.expectation_weights(np.ones((3, 3))), "`operator` must have"),
        (lambda p: p.expectation_weights(np.ones((2, 4, 4))), "must be one matrix"),
        (lambda p: p.expectation_weights(np.triu(np.ones((4, 4)))), "Hermitian"),
        (lambda p: p.draw_counts(PHI_PLUS, 0), "`n_samples` must be at least 1"),
        (lambda p: p.from_bits(np.ones(8)), "4 neurons"),
        (lambda p: Povm.tetrahedral(0), "`n` must be at least 1"),
        (lambda p: Povm.pauli6(14), "of 14 qubits .* 584 GiB"),
        (lambda p: Povm.tetrahedral(14), "fewer qubits, but .* 14 .* law .* 2 GiB"),
        (lambda p: Povm.from_elements([], 2), "`elements` must hold at least one"),
        (lambda p: Povm(factors=()), "at least one qubit"),
    ],
)
def test_odd_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(Povm.tetrahedral(2))


def test_what_is_of_the_wrong_kind_is_refused():
    povm = Povm.pauli4(1)
    with pytest.raises(TypeError, match="`P` must be an array of real"):
        povm.invert(np.ones(4) / 4 + 0j)
    with pytest.raises(TypeError, match="`values` must be an array of numbers"):
        povm.from_bits(list("abcd"))
    with pytest.raises(TypeError, match=r"`elements` must be a sequence .* is a int"):
        Povm.from_elements(3, 1)
    with pytest.raises(TypeError, match=r"`factors` must be a sequence .* is a int"):
        Povm(factors=3)


def test_codes_that_do_not_fit_into_memory_are_refused():
    """Ten qubits of six outcomes are 6**10 numbers, and their neurons' law 2**30."""
    povm = Povm.pauli6(10)
    with pytest.raises(ValueError, match=r"30 neurons .* would take 8 GiB"):
        povm.law_of_bits(np.broadcast_to(6.0**-10, (6**10,)))
