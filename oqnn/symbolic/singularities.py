"""Complex singularities of functions of one variable, in closed form.

A function is read as a fraction of polynomials in x and in exponentials e^{kx}, whose
poles are zeros of the denominator: single points, or rows of spacing 2πi/k. Logarithms
and roots of such fractions branch at their zeros and poles.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, I, Mul, Pow, S, Symbol, exp, log, oo, pi, sqrt
from sympy.functions.elementary.hyperbolic import HyperbolicFunction
from sympy.functions.elementary.trigonometric import TrigonometricFunction

__all__ = ["Row", "Undecided", "nearest_distance", "singularities"]

ENTIRE = (sympy.sin, sympy.cos, sympy.sinh, sympy.cosh, sympy.erf, sympy.erfc, exp)
BRANCHES = {
    sympy.atan: (I, -I),
    sympy.asinh: (I, -I),
    sympy.atanh: (S.One, S.NegativeOne),
    sympy.asin: (S.One, S.NegativeOne),
    sympy.acos: (S.One, S.NegativeOne),
}
FAR_FROM_ZERO = 1e-12  # at thirty digits
NEIGHBOURS = 3  # members of a row on each side that are looked at


class Undecided(ValueError):
    """Singularities that are not found in closed form."""


@dataclass(frozen=True)
class Row:
    """The points start + n step for all integers n; one point if step is zero."""

    start: Expr
    step: Expr = S.Zero
    numerator: Expr = S.One
    """What a fraction has above its pole; a zero there may remove it."""
    depth: int = 1
    """The order of the pole."""

    def singular(self, n: int, x: Symbol) -> bool:
        """Tell whether the numerator leaves the pole of one point."""
        point, above = self.start + n * self.step, self.numerator
        for _ in range(self.depth):
            if not above.has(x) or not _vanishes(above.subs(x, point)):
                return True
            above = above.diff(x)
        return False


def _vanishes(value: Expr) -> bool:
    """Tell whether an expression is zero; algebra on nested roots may take minutes."""
    known = value.is_number and value.is_finite is not False
    if known and abs(complex(value.evalf(30))) > FAR_FROM_ZERO:
        return False
    return bool(sympy.simplify(value) == 0)


def singularities(f: Expr, x: Symbol) -> list[Row]:
    """Return all rows of singular points of a function of x.

    Raises
    ------
    Undecided
        If they are not found in closed form.
    """
    if f.is_polynomial(x):
        return []
    reader = _Reader(x)
    fraction = reader.with_common_waves(reader.read(f))
    above, below = sympy.fraction(sympy.cancel(sympy.together(fraction)))
    numerator = reader.closed(above)
    generators = [x, *reader.waves, *reader.parts]
    rows = list(reader.rows)
    for factor, power in sympy.factor_list(below, *generators)[1]:
        held = [g for g in generators if factor.has(g)]
        if len(held) != 1 or held[0] in reader.parts:
            raise Undecided(f"the zeros of {reader.closed(factor)}")
        k = reader.waves.get(held[0])
        for root in _roots(factor, held[0]):
            if k is None:
                rows.append(Row(root, S.Zero, numerator, power))
            elif root != 0:
                rows.append(Row(log(root) / k, 2 * pi * I / k, numerator, power))
    return rows


def nearest_distance(rows: Iterable[Row], x: Symbol, at: Expr) -> Expr:
    """Return the distance from a real point to the nearest of all singular points.

    Raises
    ------
    Undecided
        If it depends on values that are not known which point is the nearest.
    """
    found = {_distance(row, x, at) for row in rows} - {oo}
    return sympy.Min(*found) if found else oo


def _distance(row: Row, x: Symbol, at: Expr) -> Expr:
    numbers = [0]
    if row.step != 0:
        place = sympy.re(sympy.expand((at - row.start) / row.step))
        if not place.is_number:
            raise Undecided(
                f"which of the points {row.start} + n*({row.step}) is the nearest"
            )
        around = range(-NEIGHBOURS, NEIGHBOURS + 1)
        numbers = [round(float(place)) + n for n in around]
        numbers.sort(key=lambda n: abs(float(place) - n))
    for n in numbers:
        if row.singular(n, x):
            parts = sympy.expand(row.start + n * row.step - at).as_real_imag()
            return sqrt(Add(*(sympy.expand(part) ** 2 for part in parts)))
    if row.step != 0:
        raise Undecided(f"which of the points {row.start} + n*({row.step}) are poles")
    return oo


class _Reader:
    """Reads a function as a fraction, with symbols for all that is not rational."""

    def __init__(self, x: Symbol) -> None:
        self.x = x
        self.waves: dict[Dummy, Expr] = {}  # symbol → k of e^{kx}
        self.parts: dict[Dummy, Expr] = {}
        self.rows: list[Row] = []

    def read(self, e: Expr) -> Expr:
        if not e.has(self.x) or e == self.x:
            return e
        if isinstance(e, Add | Mul):
            return e.func(*map(self.read, e.args))
        if isinstance(e, Pow) and e.exp.is_Integer:
            return self.read(e.base) ** e.exp
        linear = _linear(e.args[0], self.x) if len(e.args) == 1 else None
        if linear and isinstance(e, exp):
            constant, k = linear
            return exp(constant) * self._symbol(self.waves, k)
        if linear and isinstance(e, HyperbolicFunction | TrigonometricFunction):
            rewritten = e.rewrite(exp)
            if not rewritten.has(type(e)):
                return self.read(rewritten)
        self.rows += _of_part(e, self.x)
        return self._symbol(self.parts, e)

    def closed(self, e: Expr) -> Expr:
        """Put everything back."""
        waves = {g: exp(k * self.x) for g, k in self.waves.items()}
        return e.subs({**waves, **self.parts})

    def with_common_waves(self, e: Expr) -> Expr:
        """Write exponentials with rational ratios as powers of one."""
        groups: list[dict[Dummy, Any]] = []  # symbol → ratio to the first of its group
        for g, k in self.waves.items():
            for group in groups:
                ratio = sympy.cancel(k / self.waves[next(iter(group))])
                if ratio.is_Rational:
                    group[g] = ratio
                    break
            else:
                groups.append({g: S.One})
        waves: dict[Dummy, Expr] = {}
        moves: dict[Dummy, Expr] = {}
        for group in groups:
            unit = reduce(sympy.gcd, group.values())
            base = Dummy("wave")
            waves[base] = self.waves[next(iter(group))] * unit
            moves |= {g: base ** (ratio / unit) for g, ratio in group.items()}
        self.waves = waves
        return e.subs(moves)

    @staticmethod
    def _symbol(table: dict[Dummy, Expr], value: Expr) -> Dummy:
        for symbol, known in table.items():
            if known == value:
                return symbol
        symbol = Dummy("part")
        table[symbol] = value
        return symbol


def _linear(e: Expr, x: Symbol) -> tuple[Expr, Expr] | None:
    """Return (c, k) of c + kx, None for another function."""
    if not e.is_polynomial(x) or sympy.degree(e, x) > 1:
        return None
    form = sympy.Poly(e, x)
    return form.coeff_monomial(1), form.coeff_monomial(x)


def _of_part(e: Expr, x: Symbol) -> Iterator[Row]:
    """Yield the singular points of a function that is no fraction."""
    if isinstance(e, ENTIRE):
        yield from singularities(e.args[0], x)
    elif isinstance(e, log) or (isinstance(e, Pow) and not e.exp.has(x)):
        yield from singularities(e.args[0], x)
        yield from _zeros(e.args[0], x)
    elif type(e) in BRANCHES:
        inner = e.args[0]
        yield from singularities(inner, x)
        for value in BRANCHES[type(e)]:
            yield from _zeros(inner - value, x)
    else:
        raise Undecided(f"those of {e}")


def _zeros(f: Expr, x: Symbol) -> list[Row]:
    return singularities(1 / f, x)


def _roots(factor: Expr, variable: Symbol) -> list[Expr]:
    poly = sympy.Poly(factor, variable)
    found = sympy.roots(poly)
    if sum(found.values()) == poly.degree():
        return list(found)
    if poly.domain.is_ZZ or poly.domain.is_QQ or poly.domain.is_RR:
        return list(poly.nroots(n=20, maxsteps=200))
    raise Undecided(f"the roots of {factor.subs(variable, Symbol('z'))} in z")
