"""Constraints of singular Hamiltonians and Lagrangians, and Dirac's bracket."""

import pytest
import sympy
from sympy import Function, ImmutableMatrix, Matrix, eye, sin, zeros

from oqnn.symbolic import symbols
from oqnn.symbolic.mechanics.constraints import (
    constraint_matrix,
    dirac_bracket,
    momentum_hessian,
    null_vectors,
    primary_constraints,
    velocity_constraints,
)
from oqnn.symbolic.mechanics.hamilton_jacobi import hamilton_jacobi
from oqnn.symbolic.mechanics.learning_network import learning_network

(x1, x2), (p1, p2), _ = symbols(2)
v1, v2 = sympy.symbols("v1 v2", real=True)
q1, q2, q3, a, b, c = sympy.symbols("q1 q2 q3 a b c", real=True)
u = sympy.symbols("u1:4", real=True)
NETWORK = learning_network(2)
SYSTEM = NETWORK.hamilton_jacobi
VELOCITIES = sympy.symbols(f"v:{len(SYSTEM.coordinates)}", real=True)


def test_eq_1_9_hessian_of_the_network_is_singular():
    """H is linear in Δ: ∂²H/∂(Δ, M)² = diag(0, 1/ω), null along every Δ."""
    hessian = momentum_hessian(SYSTEM)
    rows, weights = len(SYSTEM.momenta), 8  # two stacks of 2 × 2
    assert hessian.shape == (rows, rows) == (10, 10)
    assert hessian.rank() == weights
    assert hessian.det() == 0
    assert Matrix.hstack(*null_vectors(hessian)) == eye(rows)[:, :2]


def test_eq_1_9_costates_are_constraints():
    """Each null vector forbids velocities: ẏ_k = F_k(y, S_T W), without Δ."""
    found = velocity_constraints(SYSTEM, VELOCITIES)
    expected = [v - F for v, F in zip(VELOCITIES, NETWORK.flow, strict=False)]
    assert [sympy.expand(f - e) for f, e in zip(found, expected, strict=True)] == [0, 0]


def test_eq_1_9_primary_constraints_of_the_network_are_of_second_class():
    """π_y = Δ and π_Δ = 0 have {χ, χ′} = −δ, and Dirac's bracket {y_k, Δ_l} is δ_kl."""
    L = NETWORK.lagrangian(VELOCITIES[:2], VELOCITIES[2:])
    q = (*SYSTEM.coordinates, *NETWORK.costates)
    slopes = (*VELOCITIES, *sympy.symbols("Deltadot1 Deltadot2"))
    pi = sympy.symbols(f"pi:{len(q)}", real=True)
    found = primary_constraints(L, q, slopes, pi)
    expected = [pi[k] - D for k, D in enumerate(NETWORK.costates)] + list(pi[-2:])
    assert set(found) == set(expected)

    C = constraint_matrix(expected, q, pi)
    one = eye(2)
    assert ImmutableMatrix([[zeros(2), -one], [one, zeros(2)]]).as_explicit() == C
    for k, y in enumerate(NETWORK.neurons):
        for j, Delta in enumerate(NETWORK.costates):
            bracket = dirac_bracket(y, Delta, expected, q, pi)
            assert bracket == (1 if k == j else 0)


def test_lagrangian_of_the_network_is_p_dq_minus_h():
    """L = ΣΔẏ + ΣMẆ − H at M = ωẆ."""
    L = NETWORK.lagrangian(VELOCITIES[:2], VELOCITIES[2:])
    momenta = {
        m: v * sympy.Symbol("omega", positive=True)
        for m, v in zip(SYSTEM.momenta[2:], VELOCITIES[2:], strict=True)
    }
    pairs = zip(SYSTEM.momenta, VELOCITIES, strict=True)
    expected = sum(p * v for p, v in pairs) - SYSTEM.hamiltonian
    assert sympy.expand(L - expected.subs(momenta)) == 0


def test_regular_system_has_no_constraint():
    system = hamilton_jacobi(p1**2 / 2 + p1 * p2 + 3 * p2**2 + sin(x1 * x2))
    assert velocity_constraints(system, (v1, v2)) == ()
    assert (
        primary_constraints(v1**2 + 3 * v1 * v2 + v2**2, (x1, x2), (v1, v2), (a, b))
        == ()
    )


def test_oblique_null_vector():
    """L = (v₁ + 2v₂)²/2 + x₁v₂ has n = (−2, 1): π₂ − 2π₁ − x₁ = 0."""
    L = (v1 + 2 * v2) ** 2 / 2 + x1 * v2
    (found,) = primary_constraints(L, (x1, x2), (v1, v2), (p1, p2))
    assert sympy.expand(found - (p2 - 2 * p1 - x1)) == 0


def test_dirac_bracket_of_a_bead_on_a_circle():
    """With χ = (q² − 1)/2 and q·p in the plane: {q_i, p_j}_D = δ_ij − q_i q_j/q²."""
    q, p = (q1, q2), (a, b)
    chi = [(q1**2 + q2**2 - 1) / 2, q1 * a + q2 * b]
    radius = q1**2 + q2**2
    for f, g, expected in [
        (q1, a, q2**2 / radius),
        (q1, b, -q1 * q2 / radius),
        (a, b, (q2 * a - q1 * b) / radius),
        (q1, q2, 0),
    ]:
        assert sympy.simplify(dirac_bracket(f, g, chi, q, p) - expected) == 0
    g = Function("g")(q1, q2, a, b)
    for constraint in chi:
        assert sympy.simplify(dirac_bracket(constraint, g, chi, q, p)) == 0


def test_refusals():
    with pytest.raises(
        ValueError, match="`velocities` must be one for each coordinate"
    ):
        velocity_constraints(SYSTEM, VELOCITIES[:3])
    with pytest.raises(ValueError, match="`momenta` must be one for each coordinate"):
        primary_constraints(v1**2, (x1, x2), (v1, v2), (p1,))
    relativistic = hamilton_jacobi(sympy.sqrt(p1**2 + p2**2))
    with pytest.raises(ValueError, match="`H` must be linear along every null vector"):
        velocity_constraints(relativistic, (v1, v2))
    with pytest.raises(ValueError, match=r"must be of second class.* rank 0 for 1"):
        dirac_bracket(q1, a, [a], (q1,), (a,))
