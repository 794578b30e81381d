"""What spins cannot carry: exact proofs, recomputed, and against linear programs."""

import dataclasses
from itertools import product

import numpy as np
import pytest
import sympy
from sympy import Integer, Matrix, Rational, Symbol, atan, cos, pi, sqrt

from oqnn import realize, visibility
from oqnn.encoding import CorrelationMap, nearest_realizable
from oqnn.symbolic import derive_correlation_map
from oqnn.symbolic.bell_certificates import BellCertificate, ParityCertificate
from oqnn.symbolic.correlation_map import (
    extended_visibility,
    ghz_contradiction,
    ghz_distance,
    ghz_fidelity,
    ghz_visibility,
    pair_distance,
    pair_fidelity,
    pair_visibility,
)
from oqnn.symbolic.spin_laws import (
    SpinLaw,
    correlators,
    density_matrix,
    phase_state,
    spins_of,
    words_of,
)

ANY = 2 * atan(1 / (1 + Symbol("k", positive=True)))  # every phase from 0 to π/2
PHASES = [0, pi / 4, -pi / 6, 3 * pi / 4, pi]
PAIR, TRIPLE = ((1,), (2,)), ((1,), (2,), (3,))


def numbers(matrix):
    return np.array(matrix.evalf(), complex)


def as_array(chi, qubits):
    """Correlators by words as an array, in the order I, X, Y, Z."""
    found = np.zeros((4,) * qubits)
    for word, value in chi.items():
        found[tuple("IXYZ".index(letter) for letter in word)] = float(value)
    return found


def test_correlators_are_those_of_the_numerical_map():
    """A complex ρ without symmetry, and back."""
    root = Matrix(4, 4, lambda i, j: Rational(i + 2 * j, 3) + sympy.I * (i - j**2))
    rho = (root * root.H).expand()
    rho = rho / rho.trace()
    found = correlators(rho)
    expected = CorrelationMap(2).chi_from_state(numbers(rho))
    np.testing.assert_allclose(as_array(found, 2), expected, atol=1e-12)
    assert (density_matrix(found) - rho).expand() == sympy.zeros(4)


def test_correlators_of_states_with_a_phase():
    """⟨XX⟩ = cos φ, ⟨XY⟩ = sin φ, ⟨XXY⟩ = sin φ, ⟨YYY⟩ = −sin φ at φ = π/3."""
    pair, triple = (
        correlators(phase_state(2, pi / 3)),
        correlators(phase_state(3, pi / 3)),
    )
    s = sqrt(3) / 2
    assert pair["XX"] == -pair["YY"] == Rational(1, 2)
    assert pair["XY"] == pair["YX"] == s
    assert triple["XXY"] == -triple["YYY"] == s
    assert triple["XXX"] == -triple["YXY"] == Rational(1, 2)


def test_ghz_contradiction_by_parity():
    """XXX·XYY·YXY·YYX is a product of squares, and −1 in the state: eq. 4.4."""
    proof = ghz_contradiction()
    proof.verify()
    assert proof.expression == sympy.prod(
        Symbol(f"{letter}{k}") ** 2 for letter in "XY" for k in (1, 2, 3)
    )
    assert {w: correlators(phase_state(3))[w] for w in proof.signs} == proof.signs


@pytest.mark.parametrize(
    ("proof", "exact"),
    [
        (pair_visibility(pi / 4), 1 / sqrt(2)),
        (pair_distance(pi / 4), (sqrt(2) - 1) ** 2 / 4),
        (pair_fidelity(pi / 4), cos(pi / 8) ** 2),
        (ghz_visibility(), Rational(1, 2)),
        (ghz_visibility(pi / 4), 1 / sqrt(2)),
        (ghz_distance(), Rational(1, 8)),
        (ghz_fidelity(), Rational(3, 4)),
        (extended_visibility(0), Integer(1)),
        (extended_visibility(pi / 4), 1 / sqrt(2)),
        (extended_visibility(pi / 4, alone=2), 1 / sqrt(2)),
        (extended_visibility(-pi / 4, alone=1), 1 / sqrt(2)),
    ],
)
def test_the_numbers_of_the_correlation_map(proof, exact):
    """Equations 4.3, 4.4 and 4.5: a law from below, an inequality from above."""
    proof.verify()
    (name,) = {f.name for f in dataclasses.fields(proof)} & {
        "visibility",
        "distance",
        "fidelity",
    }
    assert sympy.simplify(getattr(proof, name) - exact) == 0


def test_chsh_value():
    """⟨XX⟩ + ⟨XY⟩ + ⟨YX⟩ − ⟨YY⟩ = 2√2 where spins have ±2 and nothing between."""
    proof = pair_visibility(pi / 4)
    assert proof.inequality.coefficients == {"XX": 1, "XY": 1, "YX": 1, "YY": -1}
    assert proof.inequality.value(proof.target) == 2 * sqrt(2)
    assert set(proof.inequality.classical_values()) == {2, -2}


def test_any_phase_between_the_axes():
    """v* = 1/(cos φ + sin φ) and (cos φ + sin φ − 1)²/4 with a symbol for φ."""
    k = Symbol("k", positive=True)
    c, s = (k**2 + 2 * k) / (k**2 + 2 * k + 2), 2 * (1 + k) / (k**2 + 2 * k + 2)
    for proof in (pair_visibility(ANY), extended_visibility(ANY)):
        proof.verify()
        assert sympy.cancel(proof.visibility - 1 / (c + s)) == 0
    proof = pair_distance(ANY)
    proof.verify()
    assert sympy.cancel(proof.distance - (c + s - 1) ** 2 / 4) == 0


@pytest.mark.parametrize("phase", PHASES)
def test_pairs_against_the_linear_program(phase):
    state = numbers(phase_state(2, phase))[:, 0]
    proofs = pair_visibility(phase), pair_distance(phase), pair_fidelity(phase)
    for proof in proofs:
        proof.verify()
    assert float(proofs[0].visibility) == pytest.approx(visibility(state), abs=1e-9)
    nearest = nearest_realizable(state)
    assert float(proofs[1].distance) == pytest.approx(
        nearest.squared_distance, abs=1e-8
    )
    assert (proofs[0].visibility == 1) == realize(state).realizable


@pytest.mark.parametrize("phase", [0, pi / 4, pi / 3])
def test_triples_against_the_linear_program(phase):
    state = numbers(phase_state(3, phase))[:, 0]
    proof = ghz_visibility(phase)
    proof.verify()
    assert float(proof.visibility) == pytest.approx(visibility(state), abs=1e-9)


def test_distance_of_the_ghz_state_against_the_search():
    nearest = nearest_realizable(numbers(phase_state(3))[:, 0])
    assert nearest.squared_distance == pytest.approx(1 / 8, abs=1e-8)


def test_fidelity_against_all_configurations():
    """⟨ψ|ρ̂|ψ⟩ of a law is an average over configurations: the best is one of them."""
    phase = pi / 3
    chi = as_array(correlators(phase_state(2, phase)), 2)
    best = max(
        np.einsum("ij,i,j", chi, (1, *first), (1, *second)) / 4
        for first, second in product(product((1, -1), repeat=3), repeat=2)
    )
    assert best == pytest.approx(float(pair_fidelity(phase).fidelity), abs=1e-12)


def test_extended_map_against_the_linear_program():
    """The component (12|3) as a program of its own: 12 spins, 2¹² configurations."""
    from scipy.optimize import linprog

    parties = ((1, 2), (3,))
    chi = correlators(phase_state(3, pi / 4))
    first = [a + b for a in "XYZ" for b in "XYZ"]
    rows, wanted = [], []
    signs = np.array(list(product((1, -1), repeat=12)))
    column = {f"{w}12": signs[:, k] for k, w in enumerate(first)}
    column |= {f"{c}3": signs[:, 9 + k] for k, c in enumerate("XYZ")}
    for word in words_of(parties):
        rows.append(np.prod([column[s] for s in spins_of(word, parties)], axis=0))
        wanted.append(float(chi.get(word, 0)))
    A = np.column_stack([np.array(rows).T, np.ones(len(signs))]).T
    A = np.column_stack([A, [-value for value in wanted] + [0]])
    b = np.array([0.0] * len(wanted) + [1.0])
    cost = np.zeros(A.shape[1])
    cost[-1] = -1
    found = linprog(cost, A_eq=A, b_eq=b, bounds=[(0, None)] * len(cost))
    assert len(rows) == 39
    assert -found.fun == pytest.approx(1 / np.sqrt(2), abs=1e-9)


def test_derivation():
    found = derive_correlation_map()
    assert found["GHZ, visibility"] == Rational(1, 2)
    assert found["pair, value"] == found["extended, value"] == 2 * sqrt(2)
    phi = Symbol("phi", real=True)
    at = found["pair, visibility, any phase"].subs(phi, pi / 4)
    assert at == found["pair, visibility"] == found["extended, visibility"]
    assert found["extended, without phase"] == 1
    at = found["pair, distance, any phase"].subs(phi, pi / 4)
    assert sympy.expand(at - found["pair, distance"]) == 0
    at = found["pair, fidelity, any phase"].subs(phi, pi / 4)
    assert sympy.expand(at - found["pair, fidelity"]) == 0
    assert "visibility" in found.text()
    assert "\\sqrt{2}" in found.latex()
    with pytest.raises(ValueError, match="`order` must be None"):
        derive_correlation_map(1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"visibility": Rational(3, 4)}, r"`law` must give .* for "),
        ({"law": SpinLaw(("X1",), {(1,): Rational(1)})}, r"`law` must give"),
        ({"inequality": None}, "`visibility` must be 1 if nothing"),
        (
            {"inequality": BellCertificate({"XX": 1}, Integer(2), PAIR)},
            "`bound` must be reached, but 2 is too large",
        ),
        (
            {"inequality": BellCertificate({"XX": 1, "YY": -1}, Integer(1), PAIR)},
            "`bound` must not be exceeded, but a configuration is 1 above 1",
        ),
    ],
)
def test_false_proofs_of_visibility_fail(change, message):
    proof = dataclasses.replace(pair_visibility(pi / 4), **change)
    with pytest.raises(ValueError, match=message):
        proof.verify()


def test_false_proofs_of_distance_and_fidelity_fail():
    farther = dataclasses.replace(pair_distance(pi / 4), distance=Rational(1, 10))
    with pytest.raises(ValueError, match="`law` must give the distance 1/10"):
        farther.verify()
    other = dataclasses.replace(pair_distance(pi / 4), law=pair_visibility(pi / 4).law)
    with pytest.raises(ValueError, match="`law` must give the distance"):
        other.verify()
    loose = BellCertificate({"ZZ": Integer(1)}, Integer(1), PAIR)
    with pytest.raises(ValueError, match="`inequality` must give the distance"):
        dataclasses.replace(pair_distance(pi / 4), inequality=loose).verify()
    inside = BellCertificate({"XX": Integer(1)}, Integer(1), PAIR)
    with pytest.raises(ValueError, match="`inequality` must be violated"):
        dataclasses.replace(pair_distance(pi / 4), inequality=inside).verify()
    greater = dataclasses.replace(pair_fidelity(pi / 4), fidelity=Rational(9, 10))
    with pytest.raises(ValueError, match="`bound` must be reached"):
        greater.verify()
    fixed = SpinLaw(
        ("X1", "Y1", "Z1", "X2", "Y2", "Z2"), {(1, 1, 1, 1, -1, 1): Integer(1)}
    )
    with pytest.raises(ValueError, match="matrix is not positive"):
        dataclasses.replace(pair_fidelity(0), law=fixed).verify()
    with pytest.raises(ValueError, match="`law` must have the fidelity"):
        dataclasses.replace(
            pair_fidelity(0), law=SpinLaw((), {(): Integer(1)})
        ).verify()


def test_false_contradictions_fail():
    signs = {"XXX": 1, "XYY": -1, "YXY": -1, "YYX": 1}
    with pytest.raises(ValueError, match=r"must multiply to -1.* multiply to 1"):
        ParityCertificate(signs, TRIPLE).verify()
    signs = {"XX": 1, "YY": -1}
    with pytest.raises(ValueError, match="even number of times"):
        ParityCertificate(signs, PAIR).verify()


def test_laws_that_are_none_fail():
    law = SpinLaw(("X1",), {(1,): Rational(3, 2), (-1,): Rational(-1, 2)})
    with pytest.raises(ValueError, match="must not be negative, but one is -1/2"):
        law.verify()
    with pytest.raises(ValueError, match="must sum to 1, but sum to 1/2"):
        SpinLaw(("X1",), {(1,): Rational(1, 2)}).verify()


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="signs of its sine and cosine are known"):
        pair_visibility(Symbol("phi", real=True))
    with pytest.raises(ValueError, match="larger of its sine and cosine"):
        pair_fidelity(ANY)
    with pytest.raises(ValueError, match="`alone` must be one of"):
        extended_visibility(0, alone=4)
    with pytest.raises(ValueError, match="`qubits` must be at least 2"):
        phase_state(1)
    with pytest.raises(ValueError, match=r"`state` must have shape.*\(3, 1\)"):
        correlators(Matrix([1, 0, 0]))
