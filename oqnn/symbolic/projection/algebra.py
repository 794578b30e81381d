r"""Superoperators as symbols: P and Q, Liouvillians, propagators, the state of all.

A product of them acts on what stands to its right. Time derivatives know the equations
of motion, :math:`\dot\rho = \alpha L(t)\rho` among them; the rules of projections are
applied only where :func:`simplify_projections` is called.
"""

from typing import Any

import sympy
from sympy import AtomicExpr, Expr, Integer, Symbol
from sympy.printing.pretty.stringpict import prettyForm

from ..canonical import TIME

__all__ = [
    "COUPLING",
    "PAST",
    "START",
    "TIME",
    "BackwardPropagator",
    "Irrelevant",
    "Liouvillian",
    "Named",
    "Propagator",
    "Relevant",
    "TotalState",
    "superoperators",
]

COUPLING = Symbol("alpha", real=True)
PAST = Symbol("s", real=True)
START = Symbol("t0", real=True)


class _Projection(AtomicExpr):
    """A projection; sums print words with fewer of them on the left first."""

    is_commutative = False

    rank = 0

    @classmethod
    def class_key(cls) -> tuple[int, int, str]:
        """Sort after superoperators of time, so that moments come in textbook order."""
        return 9, cls.rank, cls.__name__


class Relevant(_Projection):
    """The projection P onto the relevant part, P² = P, constant in time."""

    def _sympystr(self, printer: Any) -> str:
        return "P"

    def _latex(self, printer: Any) -> str:
        return r"\mathcal{P}"


class Irrelevant(_Projection):
    """The projection Q = 1 − P onto what is left out."""

    rank = 1

    def _sympystr(self, printer: Any) -> str:
        return "Q"

    def _latex(self, printer: Any) -> str:
        return r"\mathcal{Q}"


class _Timed(Expr):
    """A superoperator, or a state, that depends on one or two times."""

    is_commutative = False
    word, sign, symbol = "?", "?", "?"

    def __new__(cls, *times: Any) -> Any:
        return Expr.__new__(cls, *map(sympy.sympify, times))

    def _sympystr(self, printer: Any) -> str:
        return f"{self.word}({', '.join(map(printer.doprint, self.args))})"

    def _latex(self, printer: Any) -> str:
        return rf"{self.symbol}({', '.join(map(printer.doprint, self.args))})"

    def _pretty(self, printer: Any) -> prettyForm:
        word = self.sign if printer._use_unicode else self.word
        times = printer._print_seq(self.args, "(", ")", ", ")
        return prettyForm(*times.left(word))


class Liouvillian(_Timed):
    """The generator L(t) of the whole, in the interaction picture."""

    word = sign = "L"
    symbol = r"\mathcal{L}"

    def _eval_derivative(self, s: Symbol) -> Expr | None:
        return None if self.args[0].has(s) else Integer(0)


class TotalState(_Timed):
    """The state ρ(t) of the whole: dρ/dt = αL(t)ρ(t)."""

    word, sign, symbol = "rho", "ρ", r"\rho"

    def _eval_derivative(self, s: Symbol) -> Expr:
        (t,) = self.args
        return t.diff(s) * COUPLING * Liouvillian(t) * self


class Propagator(_Timed):
    r"""The propagator :math:`G(t, s) = T\exp[\alpha\int_s^t QL]`, G(t, t) = 1."""

    word = sign = symbol = "G"

    def __new__(cls, t: Any, s: Any) -> Any:
        """Build G(t, s)."""
        return Integer(1) if t == s else super().__new__(cls, t, s)

    def _eval_derivative(self, v: Symbol) -> Expr:
        t, s = self.args
        Q = Irrelevant()
        later = t.diff(v) * COUPLING * Q * Liouvillian(t) * self
        return later - s.diff(v) * COUPLING * self * Q * Liouvillian(s)


class BackwardPropagator(_Timed):
    r"""The propagator back, :math:`G_-(t, s) = T_-\exp[-\alpha\int_s^t L]`."""

    word, sign, symbol = "G_", "G₋", "G_{-}"

    def __new__(cls, t: Any, s: Any) -> Any:
        """Build G₋(t, s)."""
        return Integer(1) if t == s else super().__new__(cls, t, s)

    def _eval_derivative(self, v: Symbol) -> Expr:
        t, s = self.args
        later = -t.diff(v) * COUPLING * self * Liouvillian(t)
        return later + s.diff(v) * COUPLING * Liouvillian(s) * self


class Named(_Timed):
    """A superoperator that has only a name, such as Σ(t), K(t) and I(t)."""

    def __new__(cls, name: str, *times: Any) -> "Named":
        """Build the superoperator of that name."""
        return Expr.__new__(cls, Symbol(name), *map(sympy.sympify, times))

    def _sympystr(self, printer: Any) -> str:
        return f"{self.args[0]}({', '.join(map(printer.doprint, self.args[1:]))})"

    def _latex(self, printer: Any) -> str:
        name, *times = map(printer.doprint, self.args)
        calligraphic = rf"\mathcal{{{name}}}" if len(name) == 1 else name
        return rf"{calligraphic}({', '.join(times)})"

    def _pretty(self, printer: Any) -> prettyForm:
        times = printer._print_seq(self.args[1:], "(", ")", ", ")
        return prettyForm(*times.left(printer._print(self.args[0])))

    def _eval_derivative(self, s: Symbol) -> Expr | None:
        return None if any(t.has(s) for t in self.args[1:]) else Integer(0)


def superoperators() -> tuple[Relevant, Irrelevant, type[Liouvillian]]:
    """Return P, Q and L, as in ``P * L(t) * Q``.

    Returns
    -------
    P, Q : Relevant, Irrelevant
        Superoperators that do not commute with L(t).
    L : type
        Called with a time, the Liouvillian at that time.

    Examples
    --------
    >>> from oqnn.symbolic import simplify_projections, superoperators
    >>> P, Q, L = superoperators()
    >>> t = sympy.Symbol("t", real=True)
    >>> simplify_projections(P * (P + Q) * L(t) * Q**2)
    P*L(t)*Q
    """
    return Relevant(), Irrelevant(), Liouvillian
