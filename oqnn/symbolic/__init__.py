"""The equations of open quantum systems as formulas.

Functions on phase space are SymPy expressions in the variables of :func:`symbols`,
operators are SymPy expressions in those of :func:`operators`; ħ is always explicit.
"""

from .canonical import ladder_operators, operators, symbols
from .derivation import Derivation, Step

__all__ = [
    "Derivation",
    "Step",
    "ladder_operators",
    "operators",
    "symbols",
]
