"""One function a picture: arrays in, a matplotlib Figure out.

Nothing here touches pyplot or matplotlib's settings; save with ``figure.savefig``.
"""

from .bell import bell_correlations
from .bloch import bloch_trajectories
from .controls import drive
from .controls_table import dots_and_intervals
from .elements import density_matrix_elements
from .environments import elements_by_environment
from .ground_state_sizes import ground_states_over_sizes
from .ground_states import ground_states_over_fields
from .hardware import hidden_layer_sizes, limits_of_a_chip
from .laws import (
    correlator_tables,
    distances_along_a_mixture,
    law_bars,
    loss_histograms,
)
from .learned_states import fidelities_of_graphs, learning_performance
from .learning import learning_curves
from .parameters import measure_against_parameter, measure_over_parameters
from .phase_diagram import phase_diagram
from .phase_space import spin_wigner_map
from .quantum_neurons import next_spike_tree, spike_train_laws
from .quantum_neurons_learning import (
    accuracies_of_models,
    gradient_estimators,
    learning_of_models,
)
from .quantum_neurons_traces import memory_trajectory, network_raster
from .sampling import sampled_law
from .saving import save_animation, save_figure, save_frames
from .slides import elements_over_seeds
from .spikes import reconstruction, spike_raster, spikes_and_reconstruction
from .style import material_colours
from .traces import measures_over_time
from .trajectory import carried_trajectory
from .views import margins_over_time, three_views
from .weights import weights_over_cycle
from .wigner import wigner_map, wigner_panels
from .wigner_frames import wigner_frames, wigner_over_time
from .winners import winners_over_parameters

__all__ = [
    "accuracies_of_models",
    "bell_correlations",
    "bloch_trajectories",
    "carried_trajectory",
    "correlator_tables",
    "density_matrix_elements",
    "distances_along_a_mixture",
    "dots_and_intervals",
    "drive",
    "elements_by_environment",
    "elements_over_seeds",
    "fidelities_of_graphs",
    "gradient_estimators",
    "ground_states_over_fields",
    "ground_states_over_sizes",
    "hidden_layer_sizes",
    "law_bars",
    "learning_curves",
    "learning_of_models",
    "learning_performance",
    "limits_of_a_chip",
    "loss_histograms",
    "margins_over_time",
    "material_colours",
    "measure_against_parameter",
    "measure_over_parameters",
    "measures_over_time",
    "memory_trajectory",
    "network_raster",
    "next_spike_tree",
    "phase_diagram",
    "reconstruction",
    "sampled_law",
    "save_animation",
    "save_figure",
    "save_frames",
    "spike_raster",
    "spike_train_laws",
    "spikes_and_reconstruction",
    "spin_wigner_map",
    "three_views",
    "weights_over_cycle",
    "wigner_frames",
    "wigner_map",
    "wigner_over_time",
    "wigner_panels",
    "winners_over_parameters",
]
