"""What is asked of states and maps: fidelity, coherence, entanglement, decay.

Functions take arrays with any leading axes and return arrays over those axes.
"""

from .bloch import antipodal_coherence, bloch_map, least_bloch_singular_value
from .entanglement import (
    choi,
    entanglement_breaking_time,
    is_entanglement_breaking,
    negativity,
    partial_transpose,
)
from .fidelities import (
    average_fidelity,
    best_unitary_fidelity,
    fidelity,
    root_fidelity,
)
from .first_times import decay_time
from .states import (
    least_eigenvalue,
    nearest_state,
    populations,
    purity,
    squared_distance,
)

__all__ = [
    "antipodal_coherence",
    "average_fidelity",
    "best_unitary_fidelity",
    "bloch_map",
    "choi",
    "decay_time",
    "entanglement_breaking_time",
    "fidelity",
    "is_entanglement_breaking",
    "least_bloch_singular_value",
    "least_eigenvalue",
    "nearest_state",
    "negativity",
    "partial_transpose",
    "populations",
    "purity",
    "root_fidelity",
    "squared_distance",
]
