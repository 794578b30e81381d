"""The equations of open quantum systems as formulas.

Functions on phase space are SymPy expressions in the variables of :func:`symbols`,
operators are SymPy expressions in those of :func:`operators`; ħ is always explicit.
"""

from .brackets import moyal_bracket, poisson_bracket
from .canonical import ladder_operators, operators, symbols
from .classical_limit import ClassicalLimit, LimitTerm, classical_limit
from .derivation import Derivation, Step
from .derive import TOPICS, derive
from .gaussian_star import gaussian_star
from .gaussians import integrate_gaussians
from .hbar_orders import HbarOrders, collect_hbar
from .moyal import moyal_series, moyal_terms, wigner_equation
from .moyal_derivation import derive_moyal
from .ordering import reorder
from .output import to_function
from .projection.algebra import superoperators
from .projection.cumulants import ordered_cumulant, tcl_generator, tcl_inhomogeneity
from .projection.matrices import superoperator_matrix
from .projection.nakajima_zwanzig import (
    derive_nakajima_zwanzig,
    nakajima_zwanzig_kernel,
)
from .projection.rules import simplify_projections, without_irrelevant
from .projection.tcl import derive_tcl
from .projection.time_integrals import TimeOrderedIntegral
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
    "ClassicalLimit",
    "Derivation",
    "HbarOrders",
    "LimitTerm",
    "Step",
    "TimeOrderedIntegral",
    "cat_state",
    "classical_limit",
    "collect_hbar",
    "cross_wigner",
    "derive",
    "derive_cat",
    "derive_mixture",
    "derive_moyal",
    "derive_nakajima_zwanzig",
    "derive_tcl",
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
    "nakajima_zwanzig_kernel",
    "norm",
    "operators",
    "ordered_cumulant",
    "overlap",
    "poisson_bracket",
    "purity",
    "reorder",
    "simplify_projections",
    "smear_momentum",
    "squeezed",
    "star",
    "superoperator_matrix",
    "superoperators",
    "symbols",
    "tcl_generator",
    "tcl_inhomogeneity",
    "to_function",
    "weyl_operator",
    "weyl_symbol",
    "wigner",
    "wigner_equation",
    "without_irrelevant",
]
