"""The equations of open quantum systems as formulas.

Functions on phase space are SymPy expressions in the variables of :func:`symbols`,
operators are SymPy expressions in those of :func:`operators`; ħ is always explicit.
"""

from .brackets import moyal_bracket, poisson_bracket
from .canonical import ladder_operators, operators, symbols
from .derivation import Derivation, Step
from .ordering import reorder
from .output import to_function
from .star import star
from .weyl import weyl_operator, weyl_symbol

__all__ = [
    "Derivation",
    "Step",
    "ladder_operators",
    "moyal_bracket",
    "operators",
    "poisson_bracket",
    "reorder",
    "star",
    "symbols",
    "to_function",
    "weyl_operator",
    "weyl_symbol",
]
