r"""The Nakajima-Zwanzig equation, derived, and its kernel order by order.

.. math:: \frac{d}{dt}P\rho(t) = \alpha PL(t)P\rho(t) + \alpha PL(t)G(t,t_0)Q\rho(t_0)
          + \alpha^2\int_{t_0}^t ds\, PL(t)G(t,s)QL(s)P\rho(s) .
"""

from typing import Any

from sympy import Add, Derivative, Eq, Expr, Order, Symbol

from ..._core.checks import check_integer
from ..derivation import Derivation, Step
from .algebra import (
    COUPLING,
    PAST,
    START,
    TIME,
    Irrelevant,
    Liouvillian,
    Named,
    Propagator,
    Relevant,
    TotalState,
)
from .cumulants import left_out
from .dyson import propagator_term, series
from .rules import simplify_projections, without_irrelevant
from .time_integrals import TimeOrderedIntegral

__all__ = ["derive_nakajima_zwanzig", "formal_solution", "nakajima_zwanzig_kernel"]

P, Q, L, G, rho = Relevant(), Irrelevant(), Liouvillian, Propagator, TotalState
alpha, t, s, t0 = COUPLING, TIME, PAST, START


def nakajima_zwanzig_kernel(order: int, *, odd_moments_vanish: bool = False) -> Expr:
    r"""Return the memory kernel :math:`\alpha^2 PL(t)G(t,s)QL(s)P` up to an order.

    Parameters
    ----------
    order : int
        The last power of α.
    odd_moments_vanish : bool
        Use that :math:`PL(t_1)\dots L(t_{2k+1})P = 0`.

    Returns
    -------
    Expr
        In P and L alone, with integrals from s to t and the order of what is left out.

    Raises
    ------
    TypeError, ValueError
        If `order` is not an integer of at least 2.

    Examples
    --------
    >>> nakajima_zwanzig_kernel(2)
    -alpha**2*P*L(t)*P*L(s)*P + alpha**2*P*L(t)*L(s)*P + O(alpha**3)
    """
    check_integer(order, "order", least=2)
    terms = []
    for n in range(order - 1):
        whole = alpha**2 * P * L(t) * alpha**n * propagator_term(n, t, s) * Q * L(s) * P
        terms.append(without_irrelevant(whole, odd_moments_vanish=odd_moments_vanish))
    return Add(*terms, left_out(order, odd_moments_vanish))


def formal_solution(start: Any) -> Expr:
    """Return Qρ(t) as it follows from Qρ at the start and Pρ ever since."""
    memory = TimeOrderedIntegral(G(t, s) * Q * L(s) * P * rho(s), s, t, start)
    return G(t, start) * Q * rho(start) + alpha * memory


def derive_nakajima_zwanzig(
    order: int | None = None, *, odd_moments_vanish: bool = True
) -> Derivation:
    """Derive the Nakajima-Zwanzig equation, and expand it to an order in α.

    Every step is computed or checked by the rules of :func:`simplify_projections`; the
    formal solution by its derivative and its start.

    Parameters
    ----------
    order : int, optional
        The last power of α of the expanded equation; none is expanded by default.
    odd_moments_vanish : bool
        Of the expanded equation.

    Returns
    -------
    Derivation

    Raises
    ------
    TypeError, ValueError
        If `order` is not an integer of at least 2.

    References
    ----------
    .. [1] Breuer and Petruccione, The Theory of Open Quantum Systems (2002), sec.
       9.1.2.

    Examples
    --------
    >>> derive_nakajima_zwanzig()["Irrelevant part"].rhs
    alpha*Q*L(t)*P*rho(t) + alpha*Q*L(t)*Q*rho(t)
    """
    if order is not None:
        check_integer(order, "order", least=2)
    motion = rho(t).diff(t)
    relevant, irrelevant = (_projected(p) for p in (P, Q))
    solution = formal_solution(t0)
    _check_solution(solution, irrelevant)
    equation = _insert(relevant, solution)
    steps = [
        Step("Motion of the whole", Eq(_rate(rho(t)), motion)),
        Step(
            "Relevant part", Eq(_rate(P * rho(t)), relevant), "1 = P + Q is inserted."
        ),
        Step("Irrelevant part", Eq(_rate(Q * rho(t)), irrelevant)),
        Step(
            "Propagator of the irrelevant part",
            Eq(_rate(G(t, s)), G(t, s).diff(t)),
            "G(s, s) = 1: a time-ordered exponential of αQL from s to t.",
        ),
        Step(
            "Formal solution",
            Eq(Q * rho(t), solution, evaluate=False),
            "It has the right derivative, and at t = t₀ the right value.",
        ),
        Step(
            "Nakajima-Zwanzig equation",
            Eq(_rate(P * rho(t)), equation),
            "Exact. The term with Qρ(t₀) is the inhomogeneity: it vanishes if the "
            "start is relevant.",
        ),
    ]
    if order is not None:
        steps += _orders(order, odd_moments_vanish)
    return Derivation("The Nakajima-Zwanzig equation", tuple(steps))


def _rate(quantity: Expr) -> Expr:
    return Derivative(quantity, t, evaluate=False)


def _projected(projection: Expr) -> Expr:
    """Differentiate a projected state, and split the state on the right."""
    motion = (projection * rho(t)).diff(t)
    return simplify_projections(motion.subs(rho(t), P * rho(t) + Q * rho(t)))


def _check_solution(solution: Expr, irrelevant: Expr) -> None:
    """Check the formal solution by its equation of motion, its start and its range."""
    right = irrelevant.subs(Q * rho(t), solution)
    assert simplify_projections(solution.diff(t) - right) == 0
    assert simplify_projections(solution.subs(t, t0) - Q * rho(t0)) == 0
    assert simplify_projections(P * solution) == 0


def _insert(relevant: Expr, solution: Expr) -> Expr:
    """Put the formal solution in the place of Qρ(t), the integral over s."""
    whole = simplify_projections(relevant.subs(Q * rho(t), solution))
    return whole.xreplace({Symbol("t1", real=True): s})


def _orders(order: int, odd_moments_vanish: bool) -> list[Step]:
    kernel = nakajima_zwanzig_kernel(order, odd_moments_vanish=odd_moments_vanish)
    memory = TimeOrderedIntegral(kernel.removeO() * rho(s), s, t, t0)
    rate = simplify_projections(
        alpha * P * L(t) * P * rho(t) + memory, odd_moments_vanish=odd_moments_vanish
    )
    if order == 2:
        rate = rate.xreplace({Symbol("t1", real=True): s})
    rule = "Odd moments PL…LP vanish." if odd_moments_vanish else ""
    propagator = series(propagator_term, order - 2, t, s) + Order(alpha ** (order - 1))
    remainder = left_out(order, odd_moments_vanish)
    return [
        Step("Propagator, expanded", Eq(G(t, s), propagator, evaluate=False)),
        Step(
            "Kernel",
            Eq(Named("K", t, s), alpha**2 * P * L(t) * G(t, s) * Q * L(s) * P),
        ),
        Step("Kernel, expanded", Eq(Named("K", t, s), kernel, evaluate=False), rule),
        Step(
            "Equation, expanded",
            Eq(_rate(P * rho(t)), rate + remainder, evaluate=False),
            f"{rule} The start is relevant, Qρ(t₀) = 0.".strip(),
        ),
    ]
