"""One function a picture: arrays in, a matplotlib Figure out.

Nothing here touches pyplot or matplotlib's settings; save with ``figure.savefig``.
"""

from .controls import drive
from .elements import density_matrix_elements
from .learning import learning_curves
from .spikes import reconstruction, spike_raster, spikes_and_reconstruction
from .style import material_colours
from .traces import measures_over_time

__all__ = [
    "density_matrix_elements",
    "drive",
    "learning_curves",
    "material_colours",
    "measures_over_time",
    "reconstruction",
    "spike_raster",
    "spikes_and_reconstruction",
]
