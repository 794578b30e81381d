r"""The rules of projections, applied to every product of an expression.

A term is a coefficient times a word of superoperators, and at most one integral over
ordered times. Two integrals over the same interval multiply into all the interleavings
of their times.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations, groupby, pairwise
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, Integer, Mul, Pow, Symbol

from .algebra import Irrelevant, Liouvillian, Propagator, Relevant
from .time_integrals import TimeOrderedIntegral

__all__ = ["simplify_projections", "without_irrelevant"]

P, Q = Relevant(), Irrelevant()
Word = tuple[Expr, ...]
Simplex = tuple[Expr, Expr, int]  # upper end, lower end, number of times
Terms = dict[tuple[Simplex | None, Word], Expr]


def simplify_projections(expr: Any, *, odd_moments_vanish: bool = False) -> Expr:
    r"""Multiply out, and apply P² = P, Q² = Q, PQ = QP = 0 and PG(t, s) = P.

    Integrals take in the factors beside them, nested ones become one, products over
    the same interval become sums over the interleavings of their times, and sums of
    integrals with the same coefficient become one.

    Parameters
    ----------
    expr : Expr
        Sums and products of superoperators, coefficients that do not depend on times
        that are integrated over, and :class:`TimeOrderedIntegral`.
    odd_moments_vanish : bool
        Also apply :math:`PL(t_1)\dots L(t_{2k+1})P = 0`.

    Returns
    -------
    Expr
        Zero if these rules make it so. Q is not replaced by 1 − P, see
        :func:`without_irrelevant`.

    Raises
    ------
    ValueError
        If a coefficient depends on a time that is integrated over.

    Examples
    --------
    >>> from oqnn.symbolic import superoperators
    >>> P, Q, L = superoperators()
    >>> t, s = sympy.symbols("t s", real=True)
    >>> simplify_projections(P * L(t) * (P + Q) * P)
    P*L(t)*P
    >>> simplify_projections(P * L(t) * P, odd_moments_vanish=True)
    0
    """
    expr = sympy.sympify(expr)
    found = _terms(expr)
    if odd_moments_vanish:
        found = {key: c for key, c in found.items() if not _has_odd_moment(key[1])}
    return _expression(found, expr.free_symbols)


def without_irrelevant(expr: Any, *, odd_moments_vanish: bool = False) -> Expr:
    """Write Q as 1 − P and simplify; two equal polynomials in P and L become the same.

    Parameters
    ----------
    expr : Expr
        As for :func:`simplify_projections`.
    odd_moments_vanish : bool
        As there.

    Returns
    -------
    Expr

    Examples
    --------
    >>> from oqnn.symbolic import superoperators
    >>> P, Q, L = superoperators()
    >>> t, s = sympy.symbols("t s", real=True)
    >>> without_irrelevant(P * L(t) * Q * L(s) * P, odd_moments_vanish=True)
    P*L(t)*L(s)*P
    """
    return simplify_projections(
        sympy.sympify(expr).xreplace({Q: 1 - P}), odd_moments_vanish=odd_moments_vanish
    )


def _place(k: int) -> Symbol:
    """What stands for the k-th time of a simplex while terms are worked on."""
    return Symbol(f"_{k}", real=True)


def _terms(expr: Expr) -> Terms:
    """Return an expression as {(simplex, word): coefficient}."""
    if expr.is_Add:
        return _sum(_terms(term) for term in expr.args)
    if isinstance(expr, TimeOrderedIntegral):
        return _integral(expr)
    if expr.is_commutative:
        return {(None, ()): expr} if expr != 0 else {}
    if expr.is_Mul:
        factors = expr.args
    elif isinstance(expr, Pow) and expr.exp.is_Integer and expr.exp > 0:
        factors = (expr.base,) * int(expr.exp)
    else:
        return {(None, (expr,)): Integer(1)}
    total: Terms = {(None, ()): Integer(1)}
    for factor in factors:
        total = _product(total, _terms(factor))
    return total


def _sum(parts: Any) -> Terms:
    total: Terms = {}
    for part in parts:
        for key, coefficient in part.items():
            total[key] = total.get(key, 0) + coefficient
    expanded = ((key, sympy.expand(c)) for key, c in total.items())
    return {key: c for key, c in expanded if c != 0}


def _product(left: Terms, right: Terms) -> Terms:
    return _sum(
        {(simplex, word): c * d}
        for (a, u), c in left.items()
        for (b, v), d in right.items()
        for simplex, first, second in _together(a, u, b, v)
        if (word := _joined(first, second)) is not None
    )


def _together(
    a: Simplex | None, u: Word, b: Simplex | None, v: Word
) -> Iterator[tuple[Simplex | None, Word, Word]]:
    """Bring two words under one integral, in all interleavings of their times."""
    if a is None or b is None:
        yield a or b, u, v
    elif a[:2] == b[:2]:
        count = a[2] + b[2]
        for mine in combinations(range(1, count + 1), a[2]):
            yours = [k for k in range(1, count + 1) if k not in mine]
            yield (*a[:2], count), _placed(u, mine), _placed(v, yours)
    else:
        yield a, u, (_expression({(b, v): Integer(1)}, set()),)


def _placed(word: Word, places: Any) -> Word:
    moved = {_place(k): _place(place) for k, place in enumerate(places, 1)}
    return tuple(factor.xreplace(moved) for factor in word)


def _joined(left: Word, right: Word) -> Word | None:
    """Multiply two words that are simplified already; None is zero."""
    if not left or not right:
        return left + right
    pair = left[-1], right[0]
    if pair in ((P, Q), (Q, P)):
        return None
    if pair in ((P, P), (Q, Q)):
        return left + right[1:]
    if pair[0] == P and isinstance(pair[1], Propagator):
        return _joined(left, right[1:])
    return left + right


def _integral(expr: TimeOrderedIntegral) -> Terms:
    """Return the terms of an integral, one with an integral inside as one simplex."""
    own = {time: Dummy(time.name, real=True) for time in expr.times}
    first, *_, last = (own[expr.times[0]], own[expr.times[-1]])
    count = len(own)
    found: Terms = {}
    for (inner, word), c in _terms(expr.integrand.xreplace(own)).items():
        if c.free_symbols & set(own.values()):
            raise ValueError(
                "`expr` must have coefficients that do not depend on the times of an "
                f"integral, but holds {expr}."
            )
        inside = 0 if inner is None else inner[2]
        before, after = 0, count
        if inner is not None and inner[:2] == (expr.upper, first):
            before, after = inside, 0
        elif inner is not None and inner[:2] != (last, expr.lower):
            word, inside = (_expression({(inner, word): Integer(1)}, set()),), 0
        moved = {d: _place(before + k) for k, d in enumerate(own.values(), 1)}
        moved |= {_place(k): _place(after + k) for k in range(1, inside + 1)}
        word = tuple(factor.xreplace(moved) for factor in word)
        key = (expr.upper, expr.lower, count + inside), word
        found[key] = found.get(key, 0) + c
    return found


def _has_odd_moment(word: Word) -> bool:
    """Whether an odd number of L, and nothing else, stands between two P."""
    places = [k for k, factor in enumerate(word) if factor == P]
    return any(
        (b - a) % 2 == 0 and all(isinstance(f, Liouvillian) for f in word[a + 1 : b])
        for a, b in pairwise(places)
    )


def _expression(terms: Mapping[Any, Expr], taken: set[Any]) -> Expr:
    """Write terms as a sum, those with the same integral and coefficient as one."""
    longest = max((key[0][2] for key in terms if key[0] is not None), default=0)
    inside = {atom for _, word in terms for f in word for atom in f.atoms(Symbol)}
    names = _names(longest, taken | inside)
    renamed = {_place(k): name for k, name in enumerate(names, 1)}
    parts = []
    for (simplex, word), coefficient in terms.items():
        product = Mul(*(factor.xreplace(renamed) for factor in word))
        for summand in Add.make_args(sympy.expand(coefficient)):
            number, rest = summand.as_coeff_Mul()
            parts.append(((simplex, rest), number * product))
    parts.sort(key=lambda part: _order(part[0]))
    total = []
    for (simplex, rest), group in groupby(parts, key=lambda part: part[0]):
        whole = Add(*(product for _, product in group))
        if simplex is not None:
            upper, lower, count = simplex
            whole = TimeOrderedIntegral(whole, names[:count], upper, lower)
        total += [Mul(rest, term) for term in Add.make_args(whole)]
    return Add(*total)


def _order(key: tuple[Simplex | None, Expr]) -> tuple[Any, ...]:
    simplex, rest = key
    ends = () if simplex is None else tuple(map(str, simplex))
    return len(ends), ends, str(rest)


def _names(count: int, taken: set[Any]) -> list[Symbol]:
    """Return as many times t1, t2, … as asked for that are not used otherwise."""
    used = {getattr(symbol, "name", "") for symbol in taken}
    found: list[Symbol] = []
    k = 0
    while len(found) < count:
        k += 1
        if f"t{k}" not in used:
            found.append(Symbol(f"t{k}", real=True))
    return found
