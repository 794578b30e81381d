"""The equations of open quantum systems as formulas.

Functions on phase space are SymPy expressions in the variables of :func:`symbols`,
operators are SymPy expressions in those of :func:`operators`; ħ is always explicit.
"""

from .brackets import moyal_bracket, poisson_bracket
from .canonical import ladder_operators, operators, symbols
from .derivation import Derivation, Step
from .derive import TOPICS, derive
from .gaussian_star import gaussian_star
from .gaussians import integrate_gaussians
from .moyal import moyal_series, moyal_terms, wigner_equation
from .moyal_derivation import derive_moyal
from .ordering import reorder
from .output import to_function
from .star import star
from .superpositions import derive_cat, derive_mixture
from .wavefunctions import (
    cat_state,
    displaced,
    fock_state,
    gaussian_state,
    inner_product,
    squeezed,
)
from .weyl import weyl_operator, weyl_symbol
from .wigner import cross_wigner, mixture, smear_momentum, wigner
from .wigner_moments import expectation, marginal, norm, overlap, purity

__all__ = [
    "TOPICS",
    "Derivation",
    "Step",
    "cat_state",
    "cross_wigner",
    "derive",
    "derive_cat",
    "derive_mixture",
    "derive_moyal",
    "displaced",
    "expectation",
    "fock_state",
    "gaussian_star",
    "gaussian_state",
    "inner_product",
    "integrate_gaussians",
    "ladder_operators",
    "marginal",
    "mixture",
    "moyal_bracket",
    "moyal_series",
    "moyal_terms",
    "norm",
    "operators",
    "overlap",
    "poisson_bracket",
    "purity",
    "reorder",
    "smear_momentum",
    "squeezed",
    "star",
    "symbols",
    "to_function",
    "weyl_operator",
    "weyl_symbol",
    "wigner",
    "wigner_equation",
]
