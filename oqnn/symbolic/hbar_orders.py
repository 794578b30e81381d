"""Equations and states collected by powers of ħ."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Add, Basic, Eq, Expr, Order, Rational, S, Symbol, oo

from .canonical import HBAR, pairs_in
from .hbar_series import NotASeries, series

__all__ = ["HbarOrders", "collect_hbar"]


@dataclass(frozen=True)
class HbarOrders:
    """Powers of ħ and what stands before them; iteration gives pairs of the two.

    ``orders[n]`` is what stands before ħⁿ.
    """

    hbar: Symbol
    powers: tuple[Rational, ...]
    """Ascending; none but those that occur."""
    coefficients: tuple[Basic, ...]
    """Free of ħ; an `Eq` each for an equation."""
    end: Rational | None = None
    """The power from which on nothing is known; None if there is no more."""

    def __iter__(self) -> Iterator[tuple[Rational, Basic]]:
        return iter(zip(self.powers, self.coefficients, strict=True))

    def __getitem__(self, power: Any) -> Basic:
        power = sympy.sympify(power)
        if self.end is not None and power >= self.end:
            raise KeyError(
                f"powers of {self.hbar} are known below {self.end}, but {power} is "
                "asked for. Ask collect_hbar for a higher order."
            )
        return dict(self).get(power, S.Zero)

    @property
    def expression(self) -> Basic:
        """The sum of all orders, with that of what is left out."""
        powers = [self.hbar**n for n in self.powers]
        terms = list(zip(powers, self.coefficients, strict=True))
        rest = S.Zero if self.end is None else Order(self.hbar**self.end)
        if any(isinstance(c, Eq) for c in self.coefficients):
            left, right = (Add(*(h * c.args[k] for h, c in terms)) for k in (0, 1))
            return Eq(left, right + rest, evaluate=False)
        return Add(*(h * c for h, c in terms)) + rest

    def __str__(self) -> str:
        heads = [self._head(n) for n in self.powers]
        wide = max(map(len, heads), default=0)
        lines = [
            f"{head.ljust(wide)}  {coefficient}"
            for head, coefficient in zip(heads, self.coefficients, strict=True)
        ]
        if self.end is not None:
            lines.append(f"unknown from {self._head(self.end)} on")
        return "\n".join(lines) or "0"

    def _head(self, power: Rational) -> str:
        plain = power.is_Integer and power >= 0
        return f"{self.hbar}**{power}" if plain else f"{self.hbar}**({power})"


def collect_hbar(
    expr: Any, order: int | Rational | None = None, *, hbar: Symbol = HBAR
) -> HbarOrders:
    r"""Collect an equation or a state by powers of ħ.

    Powers may be negative, and fractions. Everything but ħ is held fixed.

    Parameters
    ----------
    expr : Expr or Eq
        Of an equation both sides are collected.
    order : int or Rational, optional
        The last power. Needed where there is no last one, as in 1/(1 + ħ²); what is
        complete without it stays complete.
    hbar : Symbol
        What stands for ħ.

    Returns
    -------
    HbarOrders

    Raises
    ------
    TypeError
        If `order` is no rational number, or `expr` holds operators.
    ValueError
        If `expr` is no series in powers of ħ, as exp(−1/ħ), cos(x/ħ) and log ħ are
        none, or has infinitely many powers and no `order` is given; if it holds a
        symbol named like x, p or ħ that is another, or `hbar` is no symbol.

    Examples
    --------
    >>> from oqnn.symbolic import moyal_bracket, symbols
    >>> x, p, hbar = symbols()
    >>> print(collect_hbar(moyal_bracket(x**3, p**3)))
    hbar**0  9*p**2*x**2
    hbar**2  -3/2
    >>> print(collect_hbar(1 / sympy.sqrt(hbar + hbar**2), order=1))
    hbar**(-1/2)  1
    hbar**(1/2)   -1/2
    unknown from hbar**(3/2) on
    """
    expr, last = sympy.sympify(expr), _rational(order)
    if not isinstance(hbar, Symbol):
        raise ValueError(f"`hbar` must be a symbol, but is {hbar!r}.")
    sides = expr.args if isinstance(expr, Eq) else (expr,)
    for side in sides:
        pairs_in(expr=side)
    found = [_collected(side, last, hbar) for side in sides]
    tables = [terms for terms, _ in found]
    end = min(end for _, end in found)
    powers = sorted(n for n in set().union(*tables) if n < end)
    rows = [[table.get(n, S.Zero) for table in tables] for n in powers]
    coefficients = (
        Eq(*row, evaluate=False) if isinstance(expr, Eq) else row[0] for row in rows
    )
    return HbarOrders(
        hbar, tuple(powers), tuple(coefficients), None if end == oo else end
    )


def _rational(order: Any) -> Rational | None:
    if order is None:
        return None
    value = sympy.sympify(order)
    if isinstance(order, bool) or not value.is_Rational:
        raise TypeError(f"`order` must be a rational number, but is {order!r}.")
    return value


def _collected(
    expr: Expr, last: Rational | None, hbar: Symbol
) -> tuple[dict[Rational, Expr], Any]:
    """Return coefficients by power, and the power from which on nothing is known."""
    known, beyond = expr.removeO(), expr.getO() or S.Zero
    try:
        found = series(known, hbar, last)
        end = series(beyond, hbar).end
    except NotASeries as error:
        raise ValueError(
            f"`expr` must be a series in powers of {hbar}, but {error}. Let its "
            "variables move with ħ, as p = u*hbar/a does, or see classical_limit, "
            "which reports such terms."
        ) from error
    if last is None and found.end != oo:
        raise ValueError(
            f"`expr` must have finitely many powers of {hbar}, but is {expr}. Give "
            "`order=` for its series."
        )
    left_out = [n for n in found.terms if last is not None and n > last]
    end = min([end, found.end, *left_out])
    return {n: c for n, c in found.terms.items() if n < end}, end
