"""What is asked of states and maps: fidelity, coherence, entanglement, decay.

Functions take arrays with any leading axes and return arrays over those axes.
"""

from .bloch import antipodal_coherence, bloch_map, least_bloch_singular_value
from .coherence import l1_coherence, relative_entropy_of_coherence
from .coherence_times import coherence_time
from .concurrence import concurrence
from .dark_states import DecoherenceFreeSubspace, decoherence_free_subspaces
from .decay_fit import DecayFit, fit_decay
from .distances import trace_distance
from .divisibility import (
    Rhp,
    is_cp_divisible,
    is_p_divisible,
    rhp,
    rhp_density,
)
from .einselection import EinselectedBasis, dephasing_rates, einselected_basis
from .entanglement import (
    choi,
    entanglement_breaking_time,
    is_entanglement_breaking,
    negativity,
    partial_transpose,
)
from .entropies import (
    linear_entropy,
    mutual_information,
    relative_entropy,
    von_neumann_entropy,
)
from .fidelities import (
    average_fidelity,
    best_unitary_fidelity,
    fidelity,
    root_fidelity,
)
from .filter_functions import filter_function, first_order_infidelity
from .first_times import decay_time
from .fragments import FragmentInformation, fragment_information
from .interaction import (
    PointerBasis,
    decoherence_factors,
    pointer_basis,
    pointer_observables,
)
from .maps import (
    IntermediateMaps,
    intermediate_maps,
    is_completely_positive,
    largest_bloch_image,
    least_choi_eigenvalue,
)
from .memory import Blp, bloch_volume_growth, blp
from .parties import partial_trace
from .sieve import (
    Sieve,
    most_predictable_state,
    predictability_sieve,
    purity_rate,
)
from .spin_wigner import (
    equal_angle_wigner,
    sphere_points,
    spin_kernel,
    spin_wigner,
    wigner_negativity,
)
from .states import (
    least_eigenvalue,
    nearest_state,
    populations,
    purity,
    squared_distance,
)

__all__ = [
    "Blp",
    "DecayFit",
    "DecoherenceFreeSubspace",
    "EinselectedBasis",
    "FragmentInformation",
    "IntermediateMaps",
    "PointerBasis",
    "Rhp",
    "Sieve",
    "antipodal_coherence",
    "average_fidelity",
    "best_unitary_fidelity",
    "bloch_map",
    "bloch_volume_growth",
    "blp",
    "choi",
    "coherence_time",
    "concurrence",
    "decay_time",
    "decoherence_factors",
    "decoherence_free_subspaces",
    "dephasing_rates",
    "einselected_basis",
    "entanglement_breaking_time",
    "equal_angle_wigner",
    "fidelity",
    "filter_function",
    "first_order_infidelity",
    "fit_decay",
    "fragment_information",
    "intermediate_maps",
    "is_completely_positive",
    "is_cp_divisible",
    "is_entanglement_breaking",
    "is_p_divisible",
    "l1_coherence",
    "largest_bloch_image",
    "least_bloch_singular_value",
    "least_choi_eigenvalue",
    "least_eigenvalue",
    "linear_entropy",
    "most_predictable_state",
    "mutual_information",
    "nearest_state",
    "negativity",
    "partial_trace",
    "partial_transpose",
    "pointer_basis",
    "pointer_observables",
    "populations",
    "predictability_sieve",
    "purity",
    "purity_rate",
    "relative_entropy",
    "relative_entropy_of_coherence",
    "rhp",
    "rhp_density",
    "root_fidelity",
    "sphere_points",
    "spin_kernel",
    "spin_wigner",
    "squared_distance",
    "trace_distance",
    "von_neumann_entropy",
    "wigner_negativity",
]
