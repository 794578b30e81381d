"""The equations of open quantum systems as formulas.

Functions on phase space are SymPy expressions in the variables of :func:`symbols`,
operators are SymPy expressions in those of :func:`operators`; ħ is always explicit.
"""

from .brackets import moyal_bracket, poisson_bracket
from .canonical import ladder_operators, operators, symbols
from .classical_limit import ClassicalLimit, LimitTerm, classical_limit
from .complete_positivity import (
    caldeira_leggett,
    complete_positivity,
    kossakowski_matrix,
    purity_rate,
)
from .correlation_derivation import derive_correlation_map
from .derivation import Derivation, Step
from .derive import TOPICS, derive
from .flows import (
    break_time,
    conditional_variance,
    flowed_covariance,
    gaussian_derivative,
    linear_flow,
    order_ratio,
)
from .fokker_planck import FokkerPlanck, fokker_planck
from .fringes import convergence_radius, fringe_series, fringe_sum
from .gaussian_star import gaussian_star
from .gaussians import integrate_gaussians
from .hbar_orders import HbarOrders, collect_hbar
from .limits_derivation import derive_classical_limit
from .lindblad_derivation import derive_lindblad_phase_space
from .mechanics.constraints import (
    constraint_matrix,
    dirac_bracket,
    momentum_hessian,
    primary_constraints,
    velocity_constraints,
)
from .mechanics.derivations import derive_hamilton_jacobi, derive_madelung
from .mechanics.epochs import EpochMap, epoch_map, epoch_recursion, update_operator
from .mechanics.hamilton_jacobi import HamiltonJacobi, MixedHessian, hamilton_jacobi
from .mechanics.learning_network import LearningNetwork, learning_network
from .mechanics.madelung import Madelung, madelung, polar_form, schrodinger_residual
from .mechanics.semiclassical import (
    semiclassical_wave,
    short_time_action,
    wkb_equations,
)
from .mechanics.shifts import Shift, apply_shifts, compose_shifts
from .moyal import moyal_series, moyal_terms, wigner_equation
from .moyal_derivation import derive_moyal
from .ordering import reorder
from .output import to_function
from .phase_space_lindblad import RHO, phase_space_lindblad, phase_space_superoperator
from .projection.algebra import superoperators
from .projection.correlated_qubits import (
    correlated_state,
    correlation_excess,
    inhomogeneous_part,
    kraus_operators,
    kraus_part,
)
from .projection.cumulants import ordered_cumulant, tcl_generator, tcl_inhomogeneity
from .projection.families import (
    ProjectionConditions,
    apply_projection,
    projection_conditions,
    turned_families,
)
from .projection.initial_correlations import derive_initial_correlations
from .projection.matrices import superoperator_matrix
from .projection.nakajima_zwanzig import (
    derive_nakajima_zwanzig,
    nakajima_zwanzig_kernel,
)
from .projection.projections import derive_projections
from .projection.register import derive_register
from .projection.register_blocks import (
    lindblad_rate,
    register_adjoint,
    register_embedding,
    register_rate,
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
    "RHO",
    "TOPICS",
    "ClassicalLimit",
    "Derivation",
    "EpochMap",
    "FokkerPlanck",
    "HamiltonJacobi",
    "HbarOrders",
    "LearningNetwork",
    "LimitTerm",
    "Madelung",
    "MixedHessian",
    "ProjectionConditions",
    "Shift",
    "Step",
    "TimeOrderedIntegral",
    "apply_projection",
    "apply_shifts",
    "break_time",
    "caldeira_leggett",
    "cat_state",
    "classical_limit",
    "collect_hbar",
    "complete_positivity",
    "compose_shifts",
    "conditional_variance",
    "constraint_matrix",
    "convergence_radius",
    "correlated_state",
    "correlation_excess",
    "cross_wigner",
    "derive",
    "derive_cat",
    "derive_classical_limit",
    "derive_correlation_map",
    "derive_hamilton_jacobi",
    "derive_initial_correlations",
    "derive_lindblad_phase_space",
    "derive_madelung",
    "derive_mixture",
    "derive_moyal",
    "derive_nakajima_zwanzig",
    "derive_projections",
    "derive_register",
    "derive_tcl",
    "dirac_bracket",
    "displaced",
    "epoch_map",
    "epoch_recursion",
    "expectation",
    "flowed_covariance",
    "fock_state",
    "fokker_planck",
    "fringe_series",
    "fringe_sum",
    "gaussian_derivative",
    "gaussian_star",
    "gaussian_state",
    "hamilton_jacobi",
    "inhomogeneous_part",
    "inner_product",
    "integrate_gaussians",
    "kossakowski_matrix",
    "kraus_operators",
    "kraus_part",
    "ladder_operators",
    "learning_network",
    "lindblad_rate",
    "linear_flow",
    "madelung",
    "marginal",
    "mixture",
    "momentum_hessian",
    "moyal_bracket",
    "moyal_series",
    "moyal_terms",
    "nakajima_zwanzig_kernel",
    "norm",
    "operators",
    "order_ratio",
    "ordered_cumulant",
    "overlap",
    "phase_space_lindblad",
    "phase_space_superoperator",
    "poisson_bracket",
    "polar_form",
    "primary_constraints",
    "projection_conditions",
    "purity",
    "purity_rate",
    "register_adjoint",
    "register_embedding",
    "register_rate",
    "reorder",
    "schrodinger_residual",
    "semiclassical_wave",
    "short_time_action",
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
    "turned_families",
    "update_operator",
    "velocity_constraints",
    "weyl_operator",
    "weyl_symbol",
    "wigner",
    "wigner_equation",
    "without_irrelevant",
    "wkb_equations",
]
