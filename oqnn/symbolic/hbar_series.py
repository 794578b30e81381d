"""Series in rational powers of ħ, negative and half powers among them.

SymPy's own series know neither undetermined functions of several arguments nor whether
they are complete. These are sums of powers that know where they end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from math import ceil
from typing import Any

import sympy
from sympy import (
    Add,
    Derivative,
    Dummy,
    Expr,
    Function,
    Integral,
    Mul,
    Order,
    Pow,
    Rational,
    S,
    Symbol,
    conjugate,
    exp,
    oo,
)
from sympy.core.function import AppliedUndef

__all__ = ["NotASeries", "Series", "series"]

DEEPEST = 24  # powers of ħ beyond the order asked for, to be lost in cancellations
ANALYTIC = (
    exp, sympy.log, sympy.sin, sympy.cos, sympy.tan, sympy.sinh, sympy.cosh, sympy.tanh,
    sympy.asin, sympy.acos, sympy.atan, sympy.asinh, sympy.acosh, sympy.atanh,
    sympy.coth, sympy.cot, sympy.sech, sympy.csch, sympy.sec, sympy.csc, sympy.erf,
    sympy.erfc, sympy.gamma, sympy.besselj,
)  # fmt: skip


class NotASeries(ValueError):
    """An expression that is no sum of powers of ħ; `part` is where."""

    def __init__(self, part: Expr, reason: str) -> None:
        super().__init__(f"{part} {reason}")
        self.part, self.reason = part, reason


class _Deeper(Exception):
    """Everything cancelled so far: more powers are needed."""


@dataclass(frozen=True)
class Series:
    """A sum of coefficients times powers of ħ, unknown from the power `end` on."""

    terms: dict[Rational, Expr]
    end: Any = oo

    @property
    def least(self) -> Any:
        """The lowest power."""
        return min(self.terms, default=self.end)

    def __add__(self, other: "Series") -> "Series":
        end = min(self.end, other.end)
        terms: dict[Rational, list[Expr]] = {}
        for part in (self.terms, other.terms):
            for power, coefficient in part.items():
                if power < end:
                    terms.setdefault(power, []).append(coefficient)
        return _gathered(terms, end)

    def __mul__(self, other: "Series") -> "Series":
        if not self.terms and self.end == oo:
            return self
        if not other.terms and other.end == oo:
            return other
        end = min(self.end + other.least, other.end + self.least)
        terms: dict[Rational, list[Expr]] = {}
        for (n, a), (k, b) in product(self.terms.items(), other.terms.items()):
            if n + k < end:
                terms.setdefault(n + k, []).append(a * b)
        return _gathered(terms, end)

    def scaled(self, factor: Expr, power: Rational = S.Zero) -> "Series":
        """Return it times a constant and a power of ħ."""
        terms = {n + power: factor * c for n, c in self.terms.items()}
        return Series(terms, self.end + power)

    def before(self, cut: Any) -> "Series":
        """Return it without the powers from `cut` on."""
        if all(n < cut for n in self.terms):
            return self
        return Series(
            {n: c for n, c in self.terms.items() if n < cut}, min(cut, self.end)
        )


def series(expr: Expr, hbar: Symbol, order: Any = None) -> Series:
    """Return an expression as a series, complete or to a power of ħ at least.

    Without `order` the series may end before it is complete, at ħ¹ or later.

    Raises
    ------
    NotASeries
        If the expression is no sum of powers of ħ.
    """
    wanted = S.Zero if order is None else sympy.sympify(order)
    cut = max(wanted, S.Zero) + 1
    while True:
        try:
            found = _Expansion(hbar, cut).of(expr)
            if found.end > wanted:
                return found
            cut += wanted - found.end + 1
        except _Deeper:
            cut += 2
        if cut > wanted + DEEPEST:
            raise NotASeries(expr, "does not show its lowest power of ħ: simplify it")


def _gathered(terms: dict[Rational, list[Expr]], end: Any) -> Series:
    sums = {power: Add(*parts) for power, parts in terms.items()}
    for power, total in sums.items():
        if len(terms[power]) > 1 and sympy.expand_mul(total) == 0:
            sums[power] = S.Zero
    return Series({n: c for n, c in sums.items() if c != 0}, end)


class _Expansion:
    """One attempt, with Taylor series taken to the power `cut`."""

    def __init__(self, hbar: Symbol, cut: Any) -> None:
        self.hbar, self.cut = hbar, cut

    def of(self, e: Expr) -> Series:
        if not e.has(self.hbar):
            return Series({S.Zero: e} if e != 0 else {})
        if e == self.hbar:
            return Series({S.One: S.One})
        for kind, rule in self._rules():
            if isinstance(e, kind):
                return rule(e)
        raise NotASeries(e, "is no function that is expanded in powers of ħ")

    def _rules(self) -> tuple[tuple[Any, Callable[[Any], Series]], ...]:
        return (
            (Add, self._sum),
            (Mul, self._product),
            (Pow, self._power),
            (Order, self._order),
            ((*ANALYTIC, AppliedUndef), self._function),
            (Derivative, self._derivative),
            (Integral, self._integral),
            (conjugate, self._conjugate),
        )

    def _sum(self, e: Add) -> Series:
        total = Series({})
        for part in e.args:
            total = total + self.of(part)
        return total

    def _product(self, e: Mul) -> Series:
        constant, rest = e.as_independent(self.hbar, as_Add=False)
        total = Series({S.Zero: constant})
        for part in Mul.make_args(rest):
            total = total * self.of(part)
        return total

    def _power(self, e: Pow) -> Series:
        base, power = e.args
        if power.has(self.hbar):
            return self.of(exp(power * sympy.log(base), evaluate=False))
        inner = self.of(base)
        if power.is_Integer and power > 0:
            total = inner
            for _ in range(int(power) - 1):
                total = total * inner
            return total
        if not inner.terms:
            raise _Deeper
        least = inner.least
        lead = inner.terms[least]
        if sympy.expand(lead) == 0:
            raise NotASeries(e, f"holds {lead}, which is zero: simplify it")
        if not (power.is_Rational or least == 0):
            raise NotASeries(e, "is a power of ħ that is no number")
        if len(inner.terms) == 1 and inner.end == oo:
            return Series({least * power: lead**power})
        small = inner.scaled(1 / lead, -least) + Series({S.Zero: S.NegativeOne})
        small = Series({n: c for n, c in small.terms.items() if n > 0}, small.end)
        binomials = self._taylor(small, lambda n: sympy.binomial(power, n))
        return binomials.scaled(lead**power, least * power)

    def _order(self, e: Order) -> Series:
        if e.variables != (self.hbar,) or e.point != (0,):
            raise NotASeries(e, "is an order in something else than ħ")
        return Series({}, e.expr.as_coeff_exponent(self.hbar)[1])

    def _function(self, e: Function) -> Series:
        arguments = [self.of(argument) for argument in e.args]
        singular = [e.args[k] for k, a in enumerate(arguments) if a.least < 0]
        if singular:
            raise NotASeries(
                e, f"has no series in ħ, since {singular[0]} grows without bound"
            )
        centre = [a.terms.get(S.Zero, S.Zero) for a in arguments]
        if e.func(*centre).has(oo, -oo, sympy.zoo, sympy.nan):
            raise NotASeries(e, "is singular at ħ = 0 and no power of ħ")
        steps = [
            Series({n: c for n, c in a.terms.items() if n > 0}, a.end)
            for a in arguments
        ]
        if len(steps) == 1:
            slope = _slopes(e.func, centre[0])
            return self._taylor(steps[0], lambda n: slope(n) / sympy.factorial(n))
        return self._of_several(e, centre, steps)

    def _of_several(
        self, e: Function, centre: list[Expr], steps: list[Series]
    ) -> Series:
        """Expand in every argument that moves with ħ."""
        places = [Dummy(f"v{k}", real=True) for k in range(len(centre))]
        if len({c for c in centre if c.is_Symbol}) == len(centre):
            places = centre  # derivatives keep SymPy's order of variables
        moving = [k for k, s in enumerate(steps) if s.terms or s.end != oo]
        ranges = [range(self._last(steps[k]) + 1) for k in moving]
        function, total = e.func(*places), Series({})
        for powers in product(*ranges):
            weight = Series({S.Zero: S.One})
            slope = function
            for k, power in zip(moving, powers, strict=True):
                slope = slope.diff(places[k], power) / sympy.factorial(power)
                for _ in range(power):
                    weight = weight * steps[k]
            if weight.least >= self.cut:
                continue
            value = slope.subs(dict(zip(places, centre, strict=True)))
            total = total + weight.scaled(value)
        end = min([self.cut, *(steps[k].end for k in moving)])
        return Series({n: c for n, c in total.terms.items() if n < end}, end)

    def _last(self, step: Series) -> int:
        return ceil(self.cut / step.least) if step.terms else 0

    def _taylor(self, small: Series, coefficient: Callable[[int], Expr]) -> Series:
        """Return Σ coefficient(n) smallⁿ, for small = O(ħ^power) with power > 0."""
        if not small.terms:
            return Series({S.Zero: coefficient(0)}, small.end)
        last = self._last(small)
        total, power = Series({}), Series({S.Zero: S.One})
        for n in range(last + 1):
            number = coefficient(n)
            if number != 0:
                total = total + power.scaled(number)
            power = (power * small).before(self.cut)
        end = min(total.end, (last + 1) * small.least)
        return Series({n: c for n, c in total.terms.items() if n < end}, end)

    def _derivative(self, e: Derivative) -> Series:
        if self.hbar in e.variables:
            raise NotASeries(e, "is a derivative with respect to ħ")
        inner = self.of(e.expr)
        terms = {n: [c.diff(*e.variables)] for n, c in inner.terms.items()}
        return _gathered(terms, inner.end)

    def _integral(self, e: Integral) -> Series:
        inner = self.of(e.function)
        if inner.end != oo or any(Add(*limit[1:]).has(self.hbar) for limit in e.limits):
            raise NotASeries(e, "is an integral, to be done first")
        return Series({n: Integral(c, *e.limits) for n, c in inner.terms.items()})

    def _conjugate(self, e: conjugate) -> Series:
        inner = self.of(e.args[0])
        return Series({n: conjugate(c) for n, c in inner.terms.items()}, inner.end)


def _slopes(function: Any, centre: Expr) -> Callable[[int], Expr]:
    """Return n ↦ f⁽ⁿ⁾ at a point, each derivative taken from the one before."""
    place = Dummy("v", real=True)
    known = [function(place)]

    def slope(n: int) -> Expr:
        while len(known) <= n:
            known.append(known[-1].diff(place))
        return known[n].subs(place, centre)

    return slope
