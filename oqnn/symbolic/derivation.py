"""What a derivation returns: named formulas that print as text and as LaTeX."""

from dataclasses import dataclass
from textwrap import fill, indent

from sympy import Basic

from .printing import display_latex, formula_latex, formula_text
from .prose import prose_latex

__all__ = ["Derivation", "Step"]

INDENT = 2
DOCUMENT = r"""\documentclass{{article}}
\usepackage{{amsmath,amssymb}}
\usepackage[margin=25mm]{{geometry}}
\setlength{{\parindent}}{{0pt}}
\setlength{{\parskip}}{{1ex}}
\allowdisplaybreaks
\begin{{document}}

{body}

\end{{document}}
"""


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
        return self.text()

    def text(self, *, width: int = 80, unicode: bool = True) -> str:
        """Return the steps as text for a terminal.

        Parameters
        ----------
        width : int
            Columns after which sums go on in the next line.
        unicode : bool
            Whether formulas may use more than ASCII.

        Returns
        -------
        str
        """
        parts = [self.title, "=" * len(self.title)]
        for step in self.steps:
            formula = formula_text(step.formula, width=width - INDENT, unicode=unicode)
            parts += ["", f"{_heading(step)}:", "", indent(formula, " " * INDENT)]
            parts += ["", fill(step.remark, width)] if step.remark else []
        return "\n".join(parts)

    def latex(self) -> str:
        """Return the steps as LaTeX: a paragraph and a displayed equation each.

        The text needs the package ``amsmath``; :meth:`latex_document` has it.
        """
        parts = [rf"\section*{{{prose_latex(self.title)}}}"]
        for step in self.steps:
            heading = prose_latex(_heading(step))
            display = display_latex(step.formula)
            parts.append(f"\\medskip\\emph{{{heading}:}}\n{display}")
            parts += [prose_latex(step.remark)] if step.remark else []
        return "\n\n".join(parts)

    def latex_document(self) -> str:
        """Return the steps as a document that LaTeX takes as it is."""
        return DOCUMENT.format(body=self.latex())

    def _repr_markdown_(self) -> str:
        parts = [f"**{self.title}**"]
        for step in self.steps:
            body = formula_latex(step.formula)
            parts.append(f"*{_heading(step)}:*\n\n$$\n{body}\n$$")
            parts += [step.remark] if step.remark else []
        return "\n\n".join(parts)


def _heading(step: Step) -> str:
    """Return the name of a step with a capital, unless it starts with a symbol."""
    first = step.name.split()[0].rstrip(",:")
    is_word = first.isalpha() and len(first) > 1 and first.islower()
    return step.name[0].upper() + step.name[1:] if is_word else step.name
