"""What a derivation returns: named formulas that print as text and as LaTeX."""

from dataclasses import dataclass

import sympy
from sympy import Basic

__all__ = ["Derivation", "Step"]


@dataclass(frozen=True)
class Step:
    """One formula of a derivation, and what is to be said about it."""

    name: str
    """A few words, unique in the derivation."""
    formula: Basic
    """A SymPy expression or `Eq`."""
    remark: str = ""
    """One plain sentence, or nothing."""


@dataclass(frozen=True)
class Derivation:
    """A title and the steps that lead to a result.

    ``derivation["name"]`` is the formula of a step.
    """

    title: str
    steps: tuple[Step, ...]

    def __getitem__(self, name: str) -> Basic:
        for step in self.steps:
            if step.name == name:
                return step.formula
        raise KeyError(
            f"{name!r} is no step of {self.title!r}; its steps are "
            f"{', '.join(repr(step.name) for step in self.steps)}."
        )

    def __str__(self) -> str:
        parts = [self.title, "=" * len(self.title)]
        for step in self.steps:
            parts += ["", step.name, sympy.pretty(step.formula, wrap_line=False)]
            parts += [step.remark] if step.remark else []
        return "\n".join(parts)

    def latex(self) -> str:
        """Return the steps as LaTeX: a paragraph and a displayed equation each."""
        parts = [rf"\section*{{{self.title}}}"]
        for step in self.steps:
            body = sympy.latex(step.formula)
            parts.append(
                f"{step.name}:\n\\begin{{equation*}}\n{body}\n\\end{{equation*}}"
            )
            parts += [step.remark] if step.remark else []
        return "\n\n".join(parts)

    def _repr_latex_(self) -> str:
        lines = (
            rf"\text{{{s.name}}}&\quad {sympy.latex(s.formula)}" for s in self.steps
        )
        return r"$\displaystyle\begin{aligned}" + r"\\ ".join(lines) + r"\end{aligned}$"
