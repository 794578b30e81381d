r"""The time-convolutionless equation, derived, and its generator order by order.

.. math:: \frac{d}{dt}P\rho = K(t)P\rho + I(t)Q\rho(0), \qquad
          K = \alpha PL(1 - \Sigma)^{-1}P, \qquad I = \alpha PL(1 - \Sigma)^{-1}GQ .
"""

from collections.abc import Iterable

import sympy
from sympy import Add, Derivative, Eq, Expr, Integer

from ..._core.checks import check_integer
from ..derivation import Derivation, Step
from .algebra import (
    COUPLING,
    PAST,
    TIME,
    BackwardPropagator,
    Irrelevant,
    Liouvillian,
    Named,
    Propagator,
    Relevant,
    TotalState,
)
from .cumulants import left_out, tcl_generator, tcl_inhomogeneity
from .dyson import backward_term, propagator_term
from .nakajima_zwanzig import formal_solution
from .rules import simplify_projections, without_irrelevant
from .time_integrals import TimeOrderedIntegral

__all__ = ["derive_tcl", "generator_from_series", "inhomogeneity_from_series"]

P, Q, L, rho = Relevant(), Irrelevant(), Liouvillian, TotalState
G, back = Propagator, BackwardPropagator
alpha, t, s = COUPLING, TIME, PAST
SIGMA, GENERATOR, INHOMOGENEITY = (Named(name, t) for name in ("Sigma", "K", "I"))


def generator_from_series(order: int, *, odd_moments_vanish: bool = False) -> Expr:
    r"""Return :math:`\alpha PL(1 + \Sigma + \Sigma^2 + \dots)P`, with Σ as a series.

    The slow way to :func:`tcl_generator`: every propagator is expanded, every product
    of integrals written as one.

    Parameters
    ----------
    order : int
        The last power of α.
    odd_moments_vanish : bool
        Use that :math:`PL(t_1)\dots L(t_{2k+1})P = 0`.

    Returns
    -------
    Expr
        With the order of what is left out.

    Raises
    ------
    TypeError, ValueError
        If `order` is not an integer of at least 1.

    Examples
    --------
    >>> generator_from_series(2, odd_moments_vanish=True)
    alpha**2*TimeOrderedIntegral(P*L(t)*L(t1)*P, (t1,), t, 0) + O(alpha**4)
    """
    check_integer(order, "order")
    inverse = _inverse(order - 1)
    terms = (alpha ** (n + 1) * P * L(t) * inverse[n] * P for n in range(order))
    return _collected(terms, odd_moments_vanish) + left_out(order, odd_moments_vanish)


def inhomogeneity_from_series(order: int, *, odd_moments_vanish: bool = False) -> Expr:
    r"""Return :math:`\alpha PL(1 + \Sigma + \Sigma^2 + \dots)GQ`, with Σ as a series.

    Parameters
    ----------
    order : int
        The last power of α.
    odd_moments_vanish : bool
        Use that :math:`PL(t_1)\dots L(t_{2k+1})P = 0`.

    Returns
    -------
    Expr
        With ``O(alpha**(order + 1))``.

    Raises
    ------
    TypeError, ValueError
        If `order` is not an integer of at least 1.

    Examples
    --------
    >>> inhomogeneity_from_series(1)
    alpha*P*L(t)*Q + O(alpha**2)
    """
    check_integer(order, "order")
    inverse = _inverse(order - 1)
    terms = (
        alpha ** (n + 1) * P * L(t) * inverse[n - m] * propagator_term(m, t, 0)
        for n in range(order)
        for m in range(n + 1)
    )
    end = Named(
        "end"
    )  # Q there must stay, or PLPL1Q and PLPL1P would not be told apart
    marked = _collected((term * end for term in terms), odd_moments_vanish)
    return simplify_projections(marked.xreplace({end: Q})) + left_out(order, False)


def derive_tcl(
    order: int | None = None, *, odd_moments_vanish: bool = True
) -> Derivation:
    """Derive the time-convolutionless equation, and expand it to an order in α.

    Every step is computed or checked by the rules of :func:`simplify_projections`. The
    expanded generator follows from Σ and is compared with the ordered cumulants.

    Parameters
    ----------
    order : int, optional
        The last power of α of the expanded generator; none is expanded by default.
    odd_moments_vanish : bool
        Of the expanded generator.

    Returns
    -------
    Derivation

    Raises
    ------
    TypeError, ValueError
        If `order` is not an integer of at least 1.

    References
    ----------
    .. [1] Breuer and Petruccione, The Theory of Open Quantum Systems (2002), sec.
       9.2.1.

    Examples
    --------
    >>> derive_tcl()["Generator"]
    Eq(K(t), alpha*P*L(t)*(1 - Sigma(t))**(-1)*P)
    """
    if order is not None:
        check_integer(order, "order")
    steps = [*_past_eliminated(), *_time_local()]
    if order is not None:
        steps += _orders(order, odd_moments_vanish)
    return Derivation("The time-convolutionless equation", tuple(steps))


def _past_eliminated() -> list[Step]:
    """Carry the past back from the present: Qρ(t) in terms of ρ(t) and the start."""
    carried = back(t, s) * rho(t)
    assert simplify_projections(carried.diff(t)) == 0
    assert carried.subs(s, t) == rho(t)
    solution = formal_solution(0)
    eliminated = solution.xreplace({rho(s): carried})
    sigma = alpha * TimeOrderedIntegral(G(t, s) * Q * L(s) * P * back(t, s), s, t)
    local = G(t, 0) * Q * rho(0) + SIGMA * rho(t)
    assert simplify_projections(local.subs(SIGMA, sigma) - eliminated) == 0
    return [
        Step(
            "The past, carried back from the present",
            Eq(rho(s), carried, evaluate=False),
            "The right side does not change with t, and is ρ(s) at t = s.",
        ),
        Step("Formal solution", Eq(Q * rho(t), solution, evaluate=False)),
        Step("What memory adds", Eq(SIGMA, sigma)),
        Step("Without the past", Eq(Q * rho(t), local, evaluate=False)),
    ]


def _time_local() -> list[Step]:
    """Solve for Qρ(t), and put it into the equation of the relevant part."""
    forgotten = (1 - SIGMA) * Q * rho(t)
    source = SIGMA * P * rho(t) + G(t, 0) * Q * rho(0)
    whole = G(t, 0) * Q * rho(0) + SIGMA * (P * rho(t) + Q * rho(t))
    assert simplify_projections(Q * rho(t) - whole - (forgotten - source)) == 0
    inverse = (1 - SIGMA) ** -1
    relevant = alpha * P * L(t) * (P * rho(t) + inverse * source)
    generator = alpha * P * L(t) * inverse * P
    inhomogeneity = alpha * P * L(t) * inverse * G(t, 0) * Q
    unfolded = 1 + inverse * SIGMA
    assert sympy.expand((1 - SIGMA) + (1 - SIGMA) * inverse * SIGMA) == 1
    local = generator.xreplace({inverse: unfolded}) * rho(t) + inhomogeneity * rho(0)
    assert simplify_projections(relevant - local) == 0
    return [
        Step(
            "Solved for the irrelevant part",
            Eq(Q * rho(t), inverse * source, evaluate=False),
            "As long as 1 − Σ(t) can be inverted.",
        ),
        Step(
            "An identity",
            Eq(unfolded, inverse, evaluate=False),
            "Times 1 − Σ on the left, both sides are 1.",
        ),
        Step("Generator", Eq(GENERATOR, generator)),
        Step("Inhomogeneity", Eq(INHOMOGENEITY, inhomogeneity)),
        Step(
            "Time-convolutionless equation",
            Eq(
                Derivative(P * rho(t), t, evaluate=False),
                GENERATOR * P * rho(t) + INHOMOGENEITY * Q * rho(0),
            ),
            "Exact, and with no integral over the past of the state.",
        ),
    ]


def _orders(order: int, odd_moments_vanish: bool) -> list[Step]:
    generator = generator_from_series(order, odd_moments_vanish=odd_moments_vanish)
    cumulants = tcl_generator(order, odd_moments_vanish=odd_moments_vanish)
    assert simplify_projections(generator.removeO() - cumulants.removeO()) == 0
    inhomogeneity = tcl_inhomogeneity(order, odd_moments_vanish=odd_moments_vanish)
    memory = Add(*(alpha**m * _sigma(m) for m in range(1, order)))
    rule = "Odd moments PL…LP vanish." if odd_moments_vanish else ""
    return [
        Step("Memory, expanded", Eq(SIGMA, memory + left_out(order - 1, False))),
        Step(
            "Generator, expanded",
            Eq(GENERATOR, cumulants, evaluate=False),
            f"{rule} The series of Σ and the ordered cumulants agree.".strip(),
        ),
        Step(
            "Inhomogeneity, expanded",
            Eq(INHOMOGENEITY, inhomogeneity, evaluate=False),
            rule,
        ),
    ]


def _sigma(order: int) -> Expr:
    """Return the coefficient of αⁿ in Σ(t)."""
    inside = Add(
        *(
            propagator_term(a, t, s) * Q * L(s) * P * backward_term(order - 1 - a, t, s)
            for a in range(order)
        )
    )
    return simplify_projections(TimeOrderedIntegral(inside, s, t))


def _inverse(order: int) -> list[Expr]:
    """Return the coefficients of 1, α, …, α^order in (1 − Σ)⁻¹."""
    sigma = [Integer(0), *(_sigma(m) for m in range(1, order + 1))]
    found: list[Expr] = [Integer(1)]
    for n in range(1, order + 1):
        whole = Add(*(sigma[m] * found[n - m] for m in range(1, n + 1)))
        found.append(simplify_projections(whole))
    return found


def _collected(terms: Iterable[Expr], odd_moments_vanish: bool) -> Expr:
    return Add(
        *(
            without_irrelevant(term, odd_moments_vanish=odd_moments_vanish)
            for term in terms
        )
    )
