r"""Ordered cumulants: the time-local generator of any order, term by term.

A moment is a product of Liouvillians between two P, the latest first. The ordered
cumulant of order n takes all ways to break :math:`L(t), L(t_1), \dots, L(t_{n-1})` into
a row of moments, the first of which begins with L(t), with a minus sign for each break.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from sympy import Add, Expr, Integer, Mul, Order, Symbol

from ..._core.checks import check_integer
from .algebra import COUPLING, TIME, Irrelevant, Liouvillian, Relevant
from .time_integrals import TimeOrderedIntegral

__all__ = [
    "left_out",
    "ordered_cumulant",
    "tcl_generator",
    "tcl_inhomogeneity",
    "times",
]

P, Q, L = Relevant(), Irrelevant(), Liouvillian


def ordered_cumulant(
    order: int, *, odd_moments_vanish: bool = False, last: Expr | None = None
) -> Expr:
    r"""Return the ordered cumulant of L(t), L(t₁), …, L(t_{order−1}).

    Parameters
    ----------
    order : int
        Number n of Liouvillians.
    odd_moments_vanish : bool
        Leave out what holds :math:`PL(t_1)\dots L(t_{2k+1})P`.
    last : Expr, optional
        What ends each term; P by default, Q for the inhomogeneity.

    Returns
    -------
    Expr
        Without its integral and its power of α.

    Raises
    ------
    TypeError, ValueError
        If `order` is not an integer of at least 1.

    References
    ----------
    .. [1] van Kampen, Physica 74, 215 (1974); 74, 239 (1974).

    Examples
    --------
    >>> ordered_cumulant(2)
    P*L(t)*L(t1)*P - P*L(t)*P*L(t1)*P
    >>> ordered_cumulant(2, odd_moments_vanish=True)
    P*L(t)*L(t1)*P
    """
    check_integer(order, "order")
    end = P if last is None else last
    terms = []
    for row in _rows(times(order)):
        moments = row if end == P else row[:-1]
        if odd_moments_vanish and any(len(moment) % 2 for moment in moments):
            continue
        breaks = [factor for moment in row for factor in (P, *map(L, moment))]
        terms.append(Mul(Integer(-1) ** (len(row) - 1), *breaks, end))
    return Add(*terms)


def tcl_generator(
    order: int, *, odd_moments_vanish: bool = False, start: Any = 0
) -> Expr:
    r"""Return the time-local generator K(t) = Σ αⁿ Kₙ(t) up to an order.

    .. math:: K_n(t) = \int_{t \ge t_1 \ge \dots \ge t_{n-1}}
        \langle L(t)L(t_1)\dots L(t_{n-1}) \rangle_\mathrm{oc} .

    Parameters
    ----------
    order : int
        The last power of α.
    odd_moments_vanish : bool
        Use that :math:`PL(t_1)\dots L(t_{2k+1})P = 0`.
    start : Expr
        The time from which the integrals run.

    Returns
    -------
    Expr
        With ``O(alpha**n)``, n the first power that is left out.

    Raises
    ------
    TypeError, ValueError
        If `order` is not an integer of at least 1.

    References
    ----------
    .. [1] Breuer and Petruccione, The Theory of Open Quantum Systems (2002), sec.
       9.2.

    Examples
    --------
    >>> tcl_generator(2, odd_moments_vanish=True)
    alpha**2*TimeOrderedIntegral(P*L(t)*L(t1)*P, (t1,), t, 0) + O(alpha**4)
    """
    return _expansion(order, odd_moments_vanish, start, P)


def tcl_inhomogeneity(
    order: int, *, odd_moments_vanish: bool = False, start: Any = 0
) -> Expr:
    r"""Return the superoperator I(t) that acts on Qρ(`start`), up to an order.

    The generator with Q in place of the last P of each term.

    Parameters
    ----------
    order : int
        The last power of α.
    odd_moments_vanish : bool
        Use that :math:`PL(t_1)\dots L(t_{2k+1})P = 0`; a row of L that ends in Q does
        not vanish.
    start : Expr
        The time from which the integrals run.

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
    >>> tcl_inhomogeneity(1)
    alpha*P*L(t)*Q + O(alpha**2)
    """
    return _expansion(order, odd_moments_vanish, start, Q)


def times(order: int) -> tuple[Symbol, ...]:
    """Return t and the order − 1 times before it."""
    return TIME, *(Symbol(f"t{k}", real=True) for k in range(1, order))


def left_out(order: int, odd_moments_vanish: bool) -> Expr:
    """Return O(αⁿ) with the first power n of a generator after `order`."""
    step = 2 if odd_moments_vanish and order % 2 == 0 else 1
    return Order(COUPLING ** (order + step))


def _expansion(order: int, odd_moments_vanish: bool, start: Any, last: Expr) -> Expr:
    check_integer(order, "order")
    terms = []
    for n in range(1, order + 1):
        inside = ordered_cumulant(n, odd_moments_vanish=odd_moments_vanish, last=last)
        integral = TimeOrderedIntegral(inside, times(n)[1:], TIME, start)
        terms += [COUPLING**n * term for term in Add.make_args(integral)]
    return Add(*terms, left_out(order, odd_moments_vanish and last == P))


def _rows(latest_first: Sequence[Symbol]) -> Iterator[list[tuple[Symbol, ...]]]:
    """Break times into a row of moments, the first time at the very front."""
    first, *rest = latest_first
    for size in range(len(rest) + 1):
        for chosen in combinations(rest, size):
            others = [time for time in rest if time not in chosen]
            for row in _rows_of_all(others):
                yield [(first, *chosen), *row]


def _rows_of_all(latest_first: Sequence[Symbol]) -> Iterator[list[tuple[Symbol, ...]]]:
    if not latest_first:
        yield []
    for size in range(1, len(latest_first) + 1):
        for chosen in combinations(latest_first, size):
            others = [time for time in latest_first if time not in chosen]
            for row in _rows_of_all(others):
                yield [chosen, *row]
