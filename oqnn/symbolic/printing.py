"""Formulas that are too long for a line, as text and as LaTeX."""

import sys
from collections.abc import Callable, Iterable, Iterator
from math import inf
from typing import Any

from sympy import (
    Add,
    Basic,
    Derivative,
    Eq,
    Expr,
    Integral,
    Mul,
    Order,
    Symbol,
    fraction,
)
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter
from sympy.printing.pretty.pretty import PrettyPrinter
from sympy.printing.pretty.pretty_symbology import (
    line_width,
    pretty_use_unicode,
    xsym,
)
from sympy.printing.pretty.stringpict import prettyForm

from .canonical import HBAR

__all__ = ["display_latex", "formula_latex", "formula_text"]

PAGE = 84  # columns of text that a line of a page of LaTeX has room for
NESTED = 12  # columns less for each sum within a sum
SMALL = (HBAR, Symbol("alpha", real=True))  # ħ, and the coupling to an environment
TALL = (AppliedUndef, Derivative, Integral)  # not to be put into a numerator

Signed = tuple[str, Expr]


def formula_text(formula: Basic, *, width: int = 80, unicode: bool = True) -> str:
    """Return a formula as text, long sums broken between their terms."""
    before = pretty_use_unicode(unicode)
    try:
        form = _TextPrinter(width, unicode)._print(formula)
        text = form.render(wrap_line=True, num_columns=width, use_unicode=unicode)
    finally:
        pretty_use_unicode(before)
    return "\n".join(line.rstrip() for line in text.splitlines())


def formula_latex(formula: Basic) -> str:
    """Return a formula as LaTeX for display, long sums broken between their terms."""
    return _DisplayPrinter().doprint(formula)


def display_latex(formula: Basic) -> str:
    """Return a formula as a display of its own, whose lines may go over pages."""
    printer = _DisplayPrinter()
    if isinstance(formula, Eq):
        left, rows = (
            f"{printer._print(formula.lhs)} ={{}}\n",
            printer.right_rows(formula),
        )
    else:
        left, rows = "", printer.rows(formula)
    if len(rows) < 2:
        return f"\\begin{{equation*}}\n{printer.doprint(formula)}\n\\end{{equation*}}"
    return f"\\begin{{align*}}\n{left}{_aligned(rows)}\n\\end{{align*}}"


def _aligned(rows: list[str]) -> str:
    return " \\\\\n".join(f"& {row}" for row in rows)


def _signed(terms: Iterable[Expr]) -> list[Signed]:
    """Split the signs off the terms of a sum."""
    return [
        ("-", -term)
        if (term.is_Mul or term.is_Number) and term.could_extract_minus_sign()
        else ("+", term)
        for term in terms
    ]


def _lines(
    terms: list[Signed], width: Callable[[Expr], int], room: int
) -> Iterator[list[Signed]]:
    """Gather as many terms in each line as there is room for."""
    line: list[Signed] = []
    used = 0
    for sign, term in terms:
        columns = width(term) + 3
        if line and used + columns > room:
            yield line
            line, used = [], 0
        line.append((sign, term))
        used += columns
    yield line


def _ascending(terms: Iterable[Expr]) -> list[Expr]:
    """Order a sum by powers of ħ, with no minus sign in front if there is a choice."""
    found = sorted(terms, key=_smallness)
    if not found:
        return found
    lowest = [term for term in found if _smallness(term) == _smallness(found[0])]
    signs = [sign for sign, _ in _signed(lowest)]
    if "+" in signs:
        found.insert(0, found.pop(signs.index("+")))
    return found


def _smallness(term: Expr) -> float:
    if term.has(Order):
        return inf
    powers = [term.as_coeff_exponent(small)[1] for small in SMALL]
    return sum(float(power) for power in powers if power.is_Rational)


def _behind_a_fraction(product: Mul) -> tuple[Expr, Expr] | None:
    """Split a product into a fraction of symbols and the functions behind it."""
    below = fraction(product)[1]
    behind = [e for e in product.args if not e.is_commutative or e.has(*TALL)]
    if below == 1 or below.has(*TALL) or not behind:
        return None
    return Mul(*(e for e in product.args if e not in behind)), Mul(*behind)


class _TextPrinter(PrettyPrinter):
    """Prints sums that are too wide line by line, aligned at the left."""

    def __init__(self, room: int, unicode: bool) -> None:
        super().__init__({"use_unicode": unicode, "wrap_line": False})
        self.room = room

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list:
        terms = super()._as_ordered_terms(expr, order=order)
        return terms if order == "none" else _ascending(terms)

    def _print_Mul(self, product: Any) -> Any:
        parts = _behind_a_fraction(product)
        if parts is None:
            return super()._print_Mul(product)
        first, rest = map(self._print, parts)
        if isinstance(parts[1], Add):
            rest = prettyForm(*rest.parens())
        return prettyForm(*prettyForm.next(first, xsym("*"), rest))

    def _print_Symbol(self, e: Any, bold_name: bool = False) -> Any:
        if e.name == "hbar" and self._use_unicode:
            return prettyForm("ħ")
        return super()._print_Symbol(e, bold_name)

    def _print_ExpBase(self, e: Any) -> Any:
        exponent = self._print(e.exp)
        if exponent.height() == 1:
            return super()._print_ExpBase(e)
        return prettyForm(*prettyForm(*exponent.parens()).left("exp"))

    def _print_Relational(self, e: Any) -> Any:
        sign = prettyForm(f" {xsym(e.rel_op)} ")
        left = self._beside(self._print(e.rhs).width(), e.lhs)
        if left.width() < self._unbroken(e.lhs):
            left = prettyForm(str(left), left.height() // 2)
        right = self._beside(left.width(), e.rhs)
        return prettyForm(*prettyForm.next(left, sign, right), binding=prettyForm.OPEN)

    def _beside(self, columns: int, expr: Any) -> Any:
        """Print one side of a relation in what the other leaves, half at least."""
        room = self.room
        self.room -= min(columns + 3, room // 2)
        try:
            return self._print(expr)
        finally:
            self.room = room

    def _unbroken(self, expr: Any) -> int:
        room, self.room = self.room, sys.maxsize
        try:
            return self._print(expr).width()
        finally:
            self.room = room

    def _print_Indexed(self, e: Any) -> Any:
        indices = self._print_seq(e.indices, "[", "]", ", ")
        return prettyForm(*self._print(e.base.label).right(indices))

    def _print_Add(self, expr: Any, order: Any = None) -> Any:
        whole = super()._print_Add(expr, order=order)
        if whole.width() <= self.room:
            return whole
        terms = _signed(self._as_ordered_terms(expr, order=order))
        room = self.room
        self.room -= NESTED
        try:
            rows = [
                self._row(line, first=k == 0)
                for k, line in enumerate(_lines(terms, self._width, room))
            ]
        finally:
            self.room = room
        gap = [""] if any(row.height() > 1 for row in rows) else []
        lines = [text for row in rows for text in [*row.picture, *gap]]
        if gap:
            lines.pop()
        wide = max(map(line_width, lines))
        lines = [text + " " * (wide - line_width(text)) for text in lines]
        return prettyForm("\n".join(lines), rows[0].baseline, binding=prettyForm.ADD)

    def _width(self, term: Expr) -> int:
        return self._print(term).width()

    def _row(self, line: list[Signed], *, first: bool) -> prettyForm:
        forms = []
        for k, (sign, term) in enumerate(line):
            form = self._print(term)
            if isinstance(term, Add):
                form = prettyForm(*form.parens())
            leads = first and k == 0
            forms += [" "] if k else []
            forms += [] if leads and sign == "+" else [sign if leads else f"{sign} "]
            forms.append(form)
        return prettyForm(*prettyForm.next(*forms))


class _DisplayPrinter(LatexPrinter):
    """Prints sums that are too wide for a page as lines of `aligned`."""

    def __init__(self) -> None:
        super().__init__()
        self.room = PAGE
        self.text = _TextPrinter(10**6, unicode=True)

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list:
        terms = super()._as_ordered_terms(expr, order=order)
        return terms if order == "none" else _ascending(terms)

    def _print_Mul(self, expr: Any) -> str:
        parts = _behind_a_fraction(expr)
        if parts is None:
            return super()._print_Mul(expr)
        first, rest = map(self._print, parts)
        if self._needs_mul_brackets(parts[1], last=True):
            rest = rf"\left({rest}\right)"
        return f"{first} {rest}"

    def _print_Derivative(self, expr: Any) -> str:
        tex, inner = super()._print_Derivative(expr), self._print(expr.expr)
        if isinstance(expr.expr, Mul) and tex.endswith(inner):  # as text has it
            return rf"{tex.removesuffix(inner)}\left({inner}\right)"
        return tex

    def _print_ExpBase(self, expr: Any, exp: Any = None) -> str:
        if (
            exp is None
            and isinstance(expr.exp, Add)
            and "frac" in self._print(expr.exp)
        ):
            return rf"\exp\left({self._print(expr.exp)}\right)"
        return super()._print_ExpBase(expr, exp)

    def _print_Relational(self, expr: Any) -> str:
        rows = self.right_rows(expr)
        if len(rows) < 2 or not isinstance(expr, Eq):
            return super()._print_Relational(expr)
        # the first line of the sum stands beside the left-hand side
        body = f"\\begin{{aligned}}[t]\n{_aligned(rows)}\n\\end{{aligned}}"
        return f"{self._print(expr.lhs)} = {body}"

    def _print_Add(self, expr: Any, order: Any = None) -> str:
        rows = self.rows(expr, order)
        if len(rows) < 2:
            return super()._print_Add(expr, order=order)
        return f"\\begin{{aligned}}\n{_aligned(rows)}\n\\end{{aligned}}"

    def right_rows(self, relation: Any) -> list[str]:
        """Return the lines of a right-hand side in what the left leaves of them."""
        room = self.room
        self.room -= min(self._width(relation.lhs) + 3, room // 2)
        try:
            return self.rows(relation.rhs)
        finally:
            self.room = room

    def rows(self, expr: Any, order: Any = None) -> list[str]:
        """Return the lines of a sum, nothing for what fits in one."""
        if not isinstance(expr, Add) or self._width(expr) <= self.room:
            return []
        terms = _signed(self._as_ordered_terms(expr, order=order))
        room = self.room
        self.room -= NESTED
        try:
            return [
                self._row(line, first=k == 0)
                for k, line in enumerate(_lines(terms, self._width, room))
            ]
        finally:
            self.room = room

    def _width(self, expr: Any) -> int:
        return self.text._print(expr).width()

    def _row(self, line: list[Signed], *, first: bool) -> str:
        parts = []
        for k, (sign, term) in enumerate(line):
            tex = self._print(term)
            if self._needs_add_brackets(term):
                tex = rf"\left({tex}\right)"
            leads = first and k == 0 and sign == "+"
            parts.append(tex if leads else f"{sign} {tex}")
        return " ".join(parts)
