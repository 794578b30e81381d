"""P, Q and ordered times: rules, derivatives, products; what is refused."""

import numpy as np
import pytest
import sympy
from symbolic.projection.series import liouvillian, random_system
from sympy import Integer, Order, Rational, Symbol, exp

from oqnn.symbolic import (
    TimeOrderedIntegral,
    simplify_projections,
    superoperator_matrix,
    superoperators,
    without_irrelevant,
)
from oqnn.symbolic.projection.algebra import (
    COUPLING,
    BackwardPropagator,
    Named,
    Propagator,
    TotalState,
)

P, Q, L = superoperators()
alpha = COUPLING
t, s, r, t1, t2, t3 = sympy.symbols("t s r t1 t2 t3", real=True)


def test_projections_and_their_complements():
    """P² = P, Q² = Q, PQ = QP = 0, P + Q = 1."""
    assert simplify_projections(P**3 * Q**2 + Q**2 - Q) == 0
    assert simplify_projections(P * Q) == simplify_projections(Q * P) == 0
    assert without_irrelevant(P + Q) == 1
    assert without_irrelevant(Q * L(t) * Q) == (
        L(t) - P * L(t) - L(t) * P + P * L(t) * P
    )


def test_the_propagator_does_not_add_to_the_relevant_part():
    """PG = P, since each term of G but the first begins with Q."""
    assert simplify_projections(P * Propagator(t, s) * Q) == 0
    assert simplify_projections(P * Propagator(t, s) * L(s)) == P * L(s)
    assert simplify_projections(Propagator(t, s) * P) == Propagator(t, s) * P


def test_odd_moments_vanish_only_when_told():
    word = P * L(t) * L(t1) * L(t2) * P * L(s) * L(r) * P
    assert simplify_projections(word) == word
    assert simplify_projections(word, odd_moments_vanish=True) == 0
    even = P * L(t) * L(t1) * P * L(t2) * Q
    assert simplify_projections(even, odd_moments_vanish=True) == even
    squared = P * L(t) ** 2 * P
    assert simplify_projections(squared, odd_moments_vanish=True) == squared


def test_eq_2_4_propagators_obey_their_equations():
    """∂G/∂t = αQLG, ∂G/∂s = −αGQL(s); G₋ undoes U: d(G₋ρ)/dt = 0."""
    G, back, rho = Propagator(t, s), BackwardPropagator(t, s), TotalState(t)
    assert G.diff(t) == alpha * Q * L(t) * G
    assert G.diff(s) == -alpha * G * Q * L(s)
    assert simplify_projections((back * rho).diff(t)) == 0
    assert back.diff(s) == alpha * L(s) * back
    assert G.subs(t, s) == back.subs(s, t) == 1
    assert P.diff(t) == L(s).diff(t) == Named("K", s).diff(t) == 0
    assert L(t).diff(t) != 0
    assert Named("K", t).diff(t) != 0


def test_nested_integrals_are_one():
    """∫₀ᵗ ds ∫_s^t dr and ∫₀ᵗ dr ∫₀^r ds are the same triangle."""
    inner = TimeOrderedIntegral(L(r) * Q, r, t, s)
    other = TimeOrderedIntegral(L(s) * P, s, r)
    expected = TimeOrderedIntegral(L(t1) * Q * L(t2) * P, (t1, t2), t)
    found = TimeOrderedIntegral(inner * L(s) * P, s, t)
    assert simplify_projections(found) == expected
    found = TimeOrderedIntegral(L(r) * Q * other, r, t)
    assert simplify_projections(found) == expected


def test_products_of_integrals_interleave():
    """∫L(a) · ∫∫L(b)QL(c) has three orders of a among b ≥ c."""
    one = TimeOrderedIntegral(L(r), r, t)
    two = TimeOrderedIntegral(L(r) * Q * L(s), (r, s), t)
    words = [
        L(a) * L(b) * Q * L(c) for a, b, c in [(t1, t2, t3), (t2, t1, t3), (t3, t1, t2)]
    ]
    expected = TimeOrderedIntegral(sum(words), (t1, t2, t3), t)
    assert simplify_projections(one * two) == expected


ONE = TimeOrderedIntegral(L(r) * P, r, t)
TWO = TimeOrderedIntegral(Rational(1, 3) * L(r) * Q * L(s) - L(s) * L(r), (r, s), t)
ELSEWHERE = TimeOrderedIntegral(L(r), r, t, 1)
EARLIER = TimeOrderedIntegral(L(r), r, t, t1)
LATER = TimeOrderedIntegral(L(r), r, t, s)
BEFORE = TimeOrderedIntegral(L(r), r, t1)
SOONER = TimeOrderedIntegral(L(r), r, s)


@pytest.mark.parametrize(
    "whole",
    [
        ONE * TWO,
        TWO * P * ONE + 2 * TWO * ONE,
        ONE * ELSEWHERE,
        TimeOrderedIntegral(ELSEWHERE * L(s), s, t),
        TimeOrderedIntegral(L(s) * TimeOrderedIntegral(L(t1) * L(s), t1, 1), s, t),
        TimeOrderedIntegral(EARLIER * L(s) * Q * L(t1), (s, t1), t),
        TimeOrderedIntegral(LATER * L(s) * Q * L(t1), (s, t1), t),
        TimeOrderedIntegral(L(s) * Q * L(t1) * BEFORE, (s, t1), t),
        TimeOrderedIntegral(L(s) * Q * L(t1) * SOONER, (s, t1), t),
    ],
)
def test_simplified_expressions_have_the_same_matrices(whole):
    """Products over one interval and over different ones, nested or not."""
    projection, A = random_system(3)
    known = projection, liouvillian(A), {t: 0.8}
    found = superoperator_matrix(simplify_projections(whole), *known)
    expected = superoperator_matrix(whole, *known)
    np.testing.assert_allclose(found, expected, atol=1e-12 * np.abs(expected).max())


def test_derivatives_follow_both_ends():
    """d/dt ∫_{t²}^{3t} dt₁ ∫_{t²}^{t₁} dt₂ t₁t₂² against the integral done."""
    whole = TimeOrderedIntegral(t1 * t2**2, (t1, t2), 3 * t, t**2)
    slope = whole.doit().diff(t)
    assert sympy.expand(whole.diff(t).doit() - slope) == 0
    assert TimeOrderedIntegral(exp(s * t1), t1, 2).diff(s).doit() != 0


def test_bound_times_are_not_substituted():
    whole = TimeOrderedIntegral(L(t1) * L(s), t1, t)
    assert whole.subs(t1, r) == whole
    moved = whole.subs(s, t1)
    assert moved.free_symbols == {t, t1}
    assert simplify_projections(moved).integrand == L(t2) * L(t1)
    assert whole.subs(t, 2) == TimeOrderedIntegral(L(t1) * L(s), t1, 2)
    assert whole.subs(t, 0) == 0


def test_names_of_times_avoid_those_in_use():
    whole = L(t1) * TimeOrderedIntegral(L(s), s, t)
    assert simplify_projections(whole) == TimeOrderedIntegral(L(t1) * L(t2), t2, t)


def test_integrals_print_as_in_textbooks():
    whole = TimeOrderedIntegral(P * L(t1) * L(t2) - P * L(t2), (t1, t2), t)
    tex = sympy.latex(alpha**2 * whole)
    assert tex == (
        r"\alpha^{2} \int_{0}^{t} dt_{1} \int_{0}^{t_{1}} dt_{2}\, \left["
        r"\mathcal{P} \mathcal{L}(t_{1}) \mathcal{L}(t_{2})"
        r" - \mathcal{P} \mathcal{L}(t_{2})\right]"
    )
    drawn = sympy.pretty(TimeOrderedIntegral(L(t1), t1, t), use_unicode=True)
    assert drawn.splitlines()[0].strip() == "t"
    assert "dt₁ L(t₁)" in drawn


def test_coefficients_that_depend_on_bound_times_are_refused():
    with pytest.raises(ValueError, match="`expr` must have coefficients that do not"):
        simplify_projections(TimeOrderedIntegral(t1 * L(t1), t1, t))


@pytest.mark.parametrize(
    ("times", "upper", "error", "message"),
    [
        ((t1, t1), t, ValueError, "`times` must differ, but are t1, t1"),
        ((t1, 2 * s), t, TypeError, r"`times` must be symbols, .* is 2\*s"),
        (t1, t1 + 1, ValueError, "`upper` and `lower` must not depend on the times"),
    ],
)
def test_strange_times_are_refused(times, upper, error, message):
    with pytest.raises(error, match=message):
        TimeOrderedIntegral(L(t1), times, upper)


@pytest.mark.parametrize(
    ("expr", "projection", "values", "error", "message"),
    [
        (Propagator(t, s), np.eye(2), {t: 1, s: 0}, TypeError, r"holds G\(t, s\)"),
        (P, 2 * np.eye(2), {t: 1}, ValueError, "P² = P, but differs .* by 2"),
        (P * alpha, np.eye(2), {t: 1}, ValueError, "`values` .* but lacks alpha"),
        (P + Order(alpha), np.eye(2), {alpha: 1}, ValueError, "without remainder"),
        (L(t), np.eye(3), {t: 1}, ValueError, "`liouvillian` must have shape"),
        (P, np.eye(3)[:2], {t: 1}, ValueError, "`projection` must have shape"),
    ],
)
def test_matrices_are_refused(expr, projection, values, error, message):
    with pytest.raises(error, match=message):
        superoperator_matrix(expr, projection, lambda _: np.eye(2), values)


def test_numbers_and_symbols_pass_through():
    a = Symbol("a")
    assert simplify_projections(Integer(3)) == 3
    assert simplify_projections((a + 1) * P - a * P) == P
    found = superoperator_matrix(
        Q + P**2 * 3 + 2, np.diag([1, 0]), lambda _: 0, {t: 0.0}
    )
    np.testing.assert_allclose(found, np.diag([5, 3]))
