"""What is asked of states and maps: fidelity, coherence, entanglement, decay.

Functions take arrays with any leading axes and return arrays over those axes.
"""

from .bloch import antipodal_coherence, bloch_map, least_bloch_singular_value
from .coherence import l1_coherence, relative_entropy_of_coherence
from .concurrence import concurrence
from .distances import trace_distance
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
from .first_times import decay_time
from .parties import partial_trace
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
    "concurrence",
    "decay_time",
    "entanglement_breaking_time",
    "fidelity",
    "is_entanglement_breaking",
    "l1_coherence",
    "least_bloch_singular_value",
    "least_eigenvalue",
    "linear_entropy",
    "mutual_information",
    "nearest_state",
    "negativity",
    "partial_trace",
    "partial_transpose",
    "populations",
    "purity",
    "relative_entropy",
    "relative_entropy_of_coherence",
    "root_fidelity",
    "squared_distance",
    "trace_distance",
    "von_neumann_entropy",
]
