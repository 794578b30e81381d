r"""Propagators order by order in α.

.. math:: G(t, s) = 1 + \alpha \int_s^t dt_1\, QL(t_1)
          + \alpha^2 \int_s^t dt_1 \int_s^{t_1} dt_2\, QL(t_1)QL(t_2) + \dots
"""

from collections.abc import Callable
from typing import Any

from sympy import Add, Expr, Integer, Mul

from .algebra import COUPLING, Irrelevant, Liouvillian
from .cumulants import times
from .time_integrals import TimeOrderedIntegral

__all__ = ["backward_term", "propagator_term", "series"]


def propagator_term(order: int, t: Any, s: Any) -> Expr:
    """Return the coefficient of αⁿ in G(t, s)."""
    Q, L = Irrelevant(), Liouvillian
    _, *earlier = times(order + 1)
    word = [factor for time in earlier for factor in (Q, L(time))]
    return TimeOrderedIntegral(Mul(*word), earlier, t, s)


def backward_term(order: int, t: Any, s: Any) -> Expr:
    """Return the coefficient of αⁿ in G₋(t, s), the earliest time leftmost."""
    _, *earlier = times(order + 1)
    word = Mul(Integer(-1) ** order, *map(Liouvillian, reversed(earlier)))
    return TimeOrderedIntegral(word, earlier, t, s)


def series(term: Callable[..., Expr], order: int, t: Any, s: Any) -> Expr:
    """Return a propagator up to αⁿ, from its terms."""
    return Add(*(COUPLING**n * term(n, t, s) for n in range(order + 1)))
