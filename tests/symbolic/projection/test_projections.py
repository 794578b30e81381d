"""When two families of operators make a projection, and when the same one."""

import numpy as np
import pytest
import sympy
from sympy import Matrix, Rational, Symbol

from oqnn import Projection
from oqnn.symbolic import (
    apply_projection,
    derive_projections,
    projection_conditions,
    turned_families,
)


def undetermined(name, size=2):
    return Matrix(size, size, lambda i, j: Symbol(f"{name}_{i}{j}"))


A = [undetermined("a0"), undetermined("a1")]
B = [undetermined("b0"), undetermined("b1")]
RHO = undetermined("r", 4)
X, Y = Matrix([[0, 1], [1, 0]]), Matrix([[0, -sympy.I], [sympy.I, 0]])
Z, ONE = sympy.diag(1, -1), sympy.eye(2)
PAULIS = [ONE, X, Y, Z]


def expanded(matrix):
    return matrix.applyfunc(sympy.expand)


def test_eq_2_3_trace():
    """tr Pρ − tr ρ = tr[(1 ⊗ (Σ(tr B_i)A_i − 1))ρ], every entry undetermined."""
    gained = apply_projection(RHO, A, B).trace() - RHO.trace()
    condition = projection_conditions(A, B).trace
    whole = (sympy.kronecker_product(ONE, condition) * RHO).trace()
    assert sympy.expand(gained - whole) == 0


def test_eq_2_3_square():
    """P(Pρ) − Pρ = Σ_ij (tr B_iA_j − δ_ij) ρ_i ⊗ B_j."""
    difference = projection_conditions(A, B).idempotence
    once = apply_projection(RHO, A, B)
    expected = sympy.zeros(4, 4)
    for i in (0, 1):
        for j in (0, 1):
            block = apply_projection(RHO, [A[i]], [B[j]])  # ρ_i ⊗ B_j
            expected += difference[i, j] * block
    left = apply_projection(once, A, B) - once
    assert expanded(left - expected) == sympy.zeros(4, 4)


def test_eq_2_3_complete_positivity():
    """Σ A_iᵀ ⊗ B_i is the Choi matrix Σ |m⟩⟨n| ⊗ P(|m⟩⟨n|)."""
    choi = sympy.zeros(4, 4)
    for m in (0, 1):
        for n in (0, 1):
            unit = sympy.zeros(2, 2)
            unit[m, n] = 1
            choi += sympy.kronecker_product(unit, apply_projection(unit, A, B))
    assert expanded(projection_conditions(A, B).positivity - choi) == sympy.zeros(4, 4)


@pytest.mark.parametrize(
    ("families", "least"),
    [
        (([ONE], [sympy.diag(Rational(1, 3), Rational(2, 3))]), Rational(1, 3)),
        (([*PAULIS[:1], Z], [ONE / 2, Z / 2]), 0),
        ((PAULIS, [a / 2 for a in PAULIS]), 0),
        (([ONE, X, Z], [ONE / 2, X / 2, Z / 2]), -Rational(1, 2)),
    ],
)
def test_eq_2_3_families_of_paulis(families, least):
    """All four Pauli matrices make the identity; three of them are not positive."""
    conditions = projection_conditions(*families)
    assert conditions.is_projection
    assert min(conditions.positivity.eigenvals()) == least
    numeric = Projection(*(np.array(family, complex) for family in families))
    assert numeric.least_choi_eigenvalue == pytest.approx(float(least), abs=1e-12)


def test_families_that_fail_say_where():
    conditions = projection_conditions([ONE, Z], [ONE, Z / 2])
    assert not conditions.is_projection
    assert conditions.trace == ONE
    assert conditions.idempotence == sympy.diag(1, 0)


def test_eq_2_3_the_same_projection():
    """P′ = P if uᵀv = 1, u undetermined; otherwise P′ has the coefficients uᵀv."""
    u = undetermined("u")
    v = u.inv().T
    turned = turned_families(A, B, u, v)
    difference = apply_projection(RHO, *turned) - apply_projection(RHO, A, B)
    assert difference.applyfunc(sympy.cancel) == sympy.zeros(4, 4)
    w = undetermined("v")
    mixed = u.T * w
    expected = sympy.zeros(4, 4)
    for j in (0, 1):
        for k in (0, 1):
            expected += mixed[j, k] * apply_projection(RHO, [A[j]], [B[k]])
    found = apply_projection(RHO, *turned_families(A, B, u, w))
    assert expanded(found - expected) == sympy.zeros(4, 4)


def test_eq_2_3_no_other_turn_will_do():
    """On ρ = B_l the coefficients of B_k are (uᵀv)_lk: they must be δ_lk."""
    u, v = undetermined("u"), undetermined("v")
    families = [ONE, Z], [ONE / 2, Z / 2]
    for level, state in enumerate(families[1]):
        image = apply_projection(state, *turned_families(*families, u, v))
        coefficients = [(a * image).trace() for a in families[0]]
        expected = (u.T * v)[level, :]
        assert expanded(Matrix([coefficients]) - expected) == sympy.zeros(1, 2)


def test_applying_a_projection_is_that_of_arrays():
    rng = np.random.default_rng(2)
    rho = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
    families = [ONE, Z, Y], [ONE / 2, Z / 2, Y / 2]
    numeric = Projection(*(np.array(family, complex) for family in families))
    found = np.array(apply_projection(Matrix(rho), *families), complex)
    np.testing.assert_allclose(found, numeric.apply(rho), atol=1e-14)


def test_the_derivation_has_the_relevant_observables():
    steps = derive_projections()
    assert steps["Their mean"].lhs != steps["Their mean"].rhs
    assert len(steps["Their mean in the relevant part"].rhs.args) == 4
    assert steps["The same projection"].rhs == sympy.Identity(2)


@pytest.mark.parametrize(
    ("families", "message"),
    [
        (([ONE], [ONE, Z]), "same number of matrices, at least one, .* 1 and 2"),
        (([], []), "at least one"),
        (([ONE], [sympy.eye(3)]), r"shapes are \(2, 2\), \(3, 3\)"),
    ],
)
def test_families_that_do_not_fit_are_refused(families, message):
    with pytest.raises(ValueError, match=message):
        projection_conditions(*families)


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match="`rho` must be a square matrix of a size"):
        apply_projection(sympy.eye(3), [ONE], [ONE])
    with pytest.raises(ValueError, match=r"`u` and `v` must have shape \(1, 1\)"):
        turned_families([ONE], [ONE], ONE, ONE)
    with pytest.raises(ValueError, match="`order` must be None for projections"):
        derive_projections(1)
