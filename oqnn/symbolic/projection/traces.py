"""Traces of products of operators, and what is written of two systems."""

from typing import Any

import sympy
from sympy import Add, Expr, Integer, Mul, Pow
from sympy.printing.pretty.stringpict import prettyForm, stringPict

__all__ = ["OperatorTrace", "Tensor", "dagger"]


def dagger(operator: Any) -> Any:
    """Return the adjoint of an operator, or of a matrix of numbers or of operators."""
    if isinstance(operator, sympy.MatrixBase):
        return operator.T.applyfunc(sympy.adjoint)
    return sympy.adjoint(operator)


class OperatorTrace(Expr):
    r"""The trace of an operator; a sum of traces of words, each turned to one form.

    Words that are cyclic permutations of each other have the same trace, and are the
    same object; so a trace that vanishes for operators of any size is zero.

    Examples
    --------
    >>> A, B, C = sympy.symbols("A B C", commutative=False)
    >>> OperatorTrace(A * B * C - C * A * B)
    0
    >>> OperatorTrace(2 * B * A)
    2*tr(A*B)
    """

    is_commutative = True

    def __new__(cls, operator: Any) -> Any:
        """Build the sum of the traces of all words."""
        operator = sympy.expand(operator)
        if isinstance(operator, Add):
            return Add(*(cls(term) for term in operator.args))
        scalars, word = operator.args_cnc()
        if not word or operator == 0:
            return (
                Mul(operator, Expr.__new__(cls, Integer(1))) if operator else operator
            )
        letters: list[Expr] = []
        for factor in word:
            power = isinstance(factor, Pow) and factor.exp.is_Integer
            letters += [factor.base] * int(factor.exp) if power else [factor]
        turns = [letters[k:] + letters[:k] for k in range(len(letters))]
        first = min(turns, key=lambda turn: [x.sort_key() for x in turn])
        return Mul(*scalars, Expr.__new__(cls, Mul(*first)))

    def _sympystr(self, printer: Any) -> str:
        return f"tr({printer.doprint(self.args[0])})"

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{tr}}\{{{printer.doprint(self.args[0])}\}}"

    def _pretty(self, printer: Any) -> prettyForm:
        inside = printer._print(self.args[0])
        return prettyForm(*prettyForm(*inside.parens("{", "}")).left("tr"))


class Tensor(Expr):
    r"""A product :math:`A \otimes B` of operators of two systems, only written."""

    is_commutative = False

    def __new__(cls, left: Any, right: Any) -> "Tensor":
        """Build A ⊗ B."""
        return Expr.__new__(cls, sympy.sympify(left), sympy.sympify(right))

    def _sympystr(self, printer: Any) -> str:
        return f"Tensor({', '.join(map(printer.doprint, self.args))})"

    def _latex(self, printer: Any) -> str:
        left, right = self._parts(printer)
        return rf"{{{left} \otimes {right}}}"

    def _parts(self, printer: Any) -> list[str]:
        parts = []
        for factor in self.args:
            tex = printer._print(factor)
            parts.append(rf"\left({tex}\right)" if factor.is_Add else tex)
        return parts

    def _pretty(self, printer: Any) -> prettyForm:
        left, right = (
            prettyForm(*form.parens()) if factor.is_Add else form
            for factor, form in zip(
                self.args, map(printer._print, self.args), strict=True
            )
        )
        sign = "⊗" if printer._use_unicode else " (x) "
        return prettyForm(*stringPict.next(left, sign, right), binding=prettyForm.MUL)
