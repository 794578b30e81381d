"""The Nakajima-Zwanzig equation: derived, expanded, and solved with matrices."""

import numpy as np
import pytest
import sympy
from symbolic.projection.series import (
    liouvillian,
    orders_of_propagator,
    random_system,
    times_of,
    value,
)

from oqnn.symbolic import (
    TimeOrderedIntegral,
    derive_nakajima_zwanzig,
    nakajima_zwanzig_kernel,
    simplify_projections,
    superoperator_matrix,
    superoperators,
)
from oqnn.symbolic.projection.algebra import (
    COUPLING,
    PAST,
    START,
    TIME,
    Propagator,
    TotalState,
)

P, Q, L = superoperators()
alpha, t, s, t0 = COUPLING, TIME, PAST, START
t1, t2, t3 = sympy.symbols("t1 t2 t3", real=True)
rho, G = TotalState, Propagator


def test_eq_2_4_the_formal_solution():
    """Qρ(t) = G(t,t₀)Qρ(t₀) + α∫G(t,s)QL(s)Pρ(s)ds solves d/dt Qρ = αQL(Pρ + Qρ)."""
    memory = TimeOrderedIntegral(G(t, s) * Q * L(s) * P * rho(s), s, t, t0)
    solution = G(t, t0) * Q * rho(t0) + alpha * memory
    step = derive_nakajima_zwanzig()["Formal solution"]
    assert step.lhs == Q * rho(t)
    assert step.rhs == solution
    residual = solution.diff(t) - alpha * Q * L(t) * (P * rho(t) + solution)
    assert simplify_projections(residual) == 0
    assert simplify_projections(solution.subs(t, t0)) == Q * rho(t0)


def test_eq_2_4_the_equation_and_its_inhomogeneous_term():
    step = derive_nakajima_zwanzig()["Nakajima-Zwanzig equation"]
    memory = P * L(t) * G(t, s) * Q * L(s) * P * rho(s)
    expected = (
        alpha * P * L(t) * P * rho(t)
        + alpha * P * L(t) * G(t, t0) * Q * rho(t0)
        + alpha**2 * TimeOrderedIntegral(memory, s, t, t0)
    )
    assert step.rhs == expected
    assert step.lhs.doit() == alpha * P * L(t) * rho(t)


def test_eq_2_5_second_order_with_memory():
    """NZ2: d/dt Pρ = α²∫PL(t)L(s)Pρ(s)ds."""
    step = derive_nakajima_zwanzig(2)["Equation, expanded"]
    memory = TimeOrderedIntegral(P * L(t) * L(s) * P * rho(s), s, t, t0)
    assert step.rhs == alpha**2 * memory + sympy.Order(alpha**4)


def test_fourth_order_with_memory():
    """Q = 1 − P stands in the middle: PLL₁L₂L(s)P − PLL₁PL₂L(s)P."""
    kernel = nakajima_zwanzig_kernel(4, odd_moments_vanish=True)
    words = P * L(t) * L(t1) * (1 - P) * L(t2) * L(s) * P
    expected = alpha**2 * P * L(t) * L(s) * P
    expected += alpha**4 * TimeOrderedIntegral(sympy.expand(words), (t1, t2), t, s)
    assert kernel == expected + sympy.Order(alpha**6)


def test_kernels_with_odd_moments_hold_both_parts_of_each_q():
    """Every Q between the Liouvillians is 1 − P: 2, 4 and 8 words."""
    kernel = nakajima_zwanzig_kernel(4)
    assert kernel.getO() == sympy.Order(alpha**5)
    for order in (2, 3, 4):
        found = sympy.expand(kernel.coeff(alpha, order))
        inside = getattr(found, "integrand", found)
        assert len(sympy.Add.make_args(inside)) == 2 ** (order - 1)


@pytest.mark.parametrize("order", [2, 3, 4])
def test_kernels_are_those_of_random_matrices(order):
    """The series of PU'P − PLPUP = ∫K(t,s)PU(s)P ds, order by order in α.

    L(t) is a polynomial, U_k(t) exact; the kernel by quadrature over all times.
    """
    projection, A = random_system(11)
    U = orders_of_propagator(A, order)
    rate = times_of(A, U[order - 1])
    left = projection @ value(rate, 0.7) @ projection
    first = liouvillian(A)(0.7)
    left -= projection @ first @ projection @ value(U[order - 1], 0.7) @ projection
    kernel = nakajima_zwanzig_kernel(order).removeO()
    x, w = np.polynomial.legendre.leggauss(12)
    right = 0
    for node, weight in zip(0.35 * (1 + x), 0.35 * w, strict=True):
        known = projection, liouvillian(A), {t: 0.7, s: node, alpha: 1.0}
        for n in range(2, order + 1):
            part = kernel.coeff(alpha, n)
            matrix = superoperator_matrix(part, *known, nodes=8)
            right += weight * matrix @ value(U[order - n], node) @ projection
    np.testing.assert_allclose(right, left, atol=1e-12 * np.abs(left).max())


@pytest.mark.parametrize(
    ("order", "error", "message"),
    [
        (1, ValueError, "`order` must be at least 2"),
        (-2, ValueError, "`order` must be at least 2"),
        (2.0, TypeError, "`order` must be an integer"),
    ],
)
def test_strange_orders_are_refused(order, error, message):
    with pytest.raises(error, match=message):
        derive_nakajima_zwanzig(order)
    with pytest.raises(error, match=message):
        nakajima_zwanzig_kernel(order)
