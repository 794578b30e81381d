r"""Integrals over ordered times, :math:`\int_0^t dt_1 \int_0^{t_1} dt_2 \dots`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, Integer, Symbol, Tuple
from sympy.printing.pretty.pretty_symbology import pretty_use_unicode
from sympy.printing.pretty.stringpict import prettyForm, stringPict

__all__ = ["TimeOrderedIntegral"]


class TimeOrderedIntegral(Expr):
    r"""An integral over ordered times that is left to do.

    .. math:: \int_b^a dt_1 \int_b^{t_1} dt_2 \dots \int_b^{t_{n-1}} dt_n\; f .

    Parameters
    ----------
    integrand : Expr
        In the times, and anything else.
    times : Symbol or sequence of Symbol
        The latest first; different from each other.
    upper, lower : Expr
        The ends a and b of the whole interval; `lower` is 0 by default.

    Raises
    ------
    TypeError
        If `times` are not symbols.
    ValueError
        If times are repeated, or an end of the interval depends on them.

    Examples
    --------
    >>> t, t1, t2 = sympy.symbols("t t1 t2", real=True)
    >>> whole = TimeOrderedIntegral(t1 * t2, (t1, t2), t)
    >>> whole.diff(t)
    TimeOrderedIntegral(t*t2, (t2,), t, 0)
    >>> print(sympy.latex(whole))
    \int_{0}^{t} dt_{1} \int_{0}^{t_{1}} dt_{2}\, t_{1} t_{2}
    """

    def __new__(cls, integrand: Any, times: Any, upper: Any, lower: Any = 0) -> Any:
        """Build the integral; without times it is the integrand."""
        integrand, upper, lower = map(sympy.sympify, (integrand, upper, lower))
        times = (times,) if isinstance(times, Symbol) else tuple(times)
        _check(times, upper, lower)
        if not times or integrand == 0 or upper == lower:
            return Integer(0) if times else integrand
        return Expr.__new__(cls, integrand, Tuple(*times), upper, lower)

    @property
    def integrand(self) -> Expr:
        """What is integrated."""
        return self.args[0]

    @property
    def times(self) -> tuple[Symbol, ...]:
        """The times that are integrated over, the latest first."""
        return tuple(self.args[1])

    @property
    def upper(self) -> Expr:
        """The end of the interval."""
        return self.args[2]

    @property
    def lower(self) -> Expr:
        """The start of the interval."""
        return self.args[3]

    @property
    def bound_symbols(self) -> list[Symbol]:
        """The times, as SymPy asks for them."""
        return list(self.times)

    @property
    def free_symbols(self) -> set[Any]:
        """What the integral depends on."""
        inside = self.integrand.free_symbols - set(self.times)
        return inside | self.upper.free_symbols | self.lower.free_symbols

    def _eval_is_commutative(self) -> bool | None:
        return self.integrand.is_commutative

    def _eval_subs(self, old: Any, new: Any) -> Expr:
        new = sympy.sympify(new)
        inside, times = self.integrand, self.times
        if new.free_symbols & set(times):
            fresh = {time: Dummy(time.name, real=True) for time in times}
            inside, times = inside.xreplace(fresh), tuple(fresh.values())
        if not old.free_symbols & set(times):
            inside = inside._subs(old, new)
        ends = self.upper._subs(old, new), self.lower._subs(old, new)
        return TimeOrderedIntegral(inside, times, *ends)

    def _eval_derivative(self, s: Symbol) -> Expr:
        first, last = self.times[0], self.times[-1]
        ends = self.upper, self.lower
        inside = 0 if s in self.times else self.integrand.diff(s)
        total = TimeOrderedIntegral(inside, self.times, *ends)
        at_end = self.integrand.subs(first, self.upper)
        at_start = self.integrand.subs(last, self.lower)
        total += self.upper.diff(s) * TimeOrderedIntegral(at_end, self.times[1:], *ends)
        fewer = TimeOrderedIntegral(at_start, self.times[:-1], *ends)
        return total - self.lower.diff(s) * fewer

    def doit(self, **hints: Any) -> Expr:
        """Do the integrals with SymPy, which takes an integrand that commutes."""
        if not self.integrand.is_commutative:
            return self
        result = self.integrand.doit(**hints)
        uppers = (self.upper, *self.times[:-1])
        for time, end in reversed(list(zip(self.times, uppers, strict=True))):
            result = sympy.integrate(result, (time, self.lower, end))
        return result

    def _signs(self, printer: Any) -> list[tuple[Any, Any, Any]]:
        uppers = (self.upper, *self.times[:-1])
        ends = [(printer._print(self.lower), printer._print(end)) for end in uppers]
        names = map(printer._print, self.times)
        return [(*end, name) for end, name in zip(ends, names, strict=True)]

    def _latex(self, printer: Any) -> str:
        signs = [rf"\int_{{{b}}}^{{{a}}} d{t}" for b, a, t in self._signs(printer)]
        with _less_room(printer, 3 * len(signs)):
            body = printer._print(self.integrand)
        if isinstance(self.integrand, Add):
            body = rf"\left[{body}\right]"
        return rf"{' '.join(signs)}\, {body}"

    def _pretty(self, printer: Any) -> prettyForm:
        forms = [_sign(*sign) for sign in self._signs(printer)]
        with _less_room(printer, sum(form.width() for form in forms) + 8):
            inside = printer._print(self.integrand)
        if isinstance(self.integrand, Add):
            inside = prettyForm(*inside.parens("[", "]"))
        return prettyForm(*stringPict.next(*forms, inside), binding=prettyForm.MUL)


@contextmanager
def _less_room(printer: Any, columns: int) -> Iterator[None]:
    """Let a printer that breaks lines know what is taken of them already."""
    room = getattr(printer, "room", None)
    if room is not None:
        printer.room = room - columns
    yield
    if room is not None:
        printer.room = room


def _sign(lower: prettyForm, upper: prettyForm, time: prettyForm) -> prettyForm:
    """Draw one integral sign with its ends and its differential."""
    strokes = "⌠⎮⌡" if pretty_use_unicode() else "/|/"
    form = prettyForm("\n".join(strokes), 1)
    form = prettyForm(*form.above(upper))
    form = prettyForm(*form.below(lower))
    form.baseline = upper.height() + 1
    return prettyForm(*stringPict.next(form, " d", time, " "))


def _check(times: Sequence[Any], upper: Expr, lower: Expr) -> None:
    for time in times:
        if not isinstance(time, Symbol):
            raise TypeError(f"`times` must be symbols, but one of them is {time!r}.")
    if len(set(times)) < len(times):
        raise ValueError(
            f"`times` must differ, but are {', '.join(t.name for t in times)}."
        )
    if (upper.free_symbols | lower.free_symbols) & set(times):
        raise ValueError(
            f"`upper` and `lower` must not depend on the times, but are {upper} and "
            f"{lower}. Give the ends of the whole interval; the times are ordered "
            "within it."
        )
