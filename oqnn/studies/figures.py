"""The figures of a study, each from its datasets by material."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from .. import plotting

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "carried",
    "density_matrix",
    "learned_drive",
    "learning",
    "measures",
    "spikes",
]

TRACES = (
    "best_unitary_fidelity",
    "coherence",
    "least_singular_value",
    "negativity",
    "purity",
)
AXES = "xyz"


def density_matrix(evolutions: Mapping[str, xr.Dataset]) -> "Figure":
    """Diagonal and off-diagonal elements of the state, in the control frame.

    In the laboratory frame the control fields turn the state by many radians a unit
    of time, which would hide what the environment does to it.
    """
    states = {kind: e.frame_states.values for kind, e in evolutions.items()}
    return plotting.density_matrix_elements(_times(evolutions), states)


def measures(evolutions: Mapping[str, xr.Dataset]) -> "Figure":
    """Draw measures over time, with the spread over seeds."""
    traces = {
        kind: {name: evolution[name].values for name in TRACES if name in evolution}
        for kind, evolution in evolutions.items()
    }
    return plotting.measures_over_time(traces, _times(evolutions))


def learning(trained: xr.Dataset, evolutions: Mapping[str, xr.Dataset]) -> "Figure":
    """Readout infidelity of every learner, epoch by epoch, against its rivals."""
    rivals = {
        kind: float(evolutions[kind].readout_infidelity.min())
        for kind in ("engineered", "xy8")
        if kind in evolutions
    }
    return plotting.learning_curves(
        trained.infidelity.values, rivals, cost_label="mean readout infidelity"
    )


def learned_drive(evolution: xr.Dataset) -> "Figure":
    """Controls of the best learner over one cycle."""
    return plotting.drive(evolution.drive_time.values, evolution.drive.values)


def spikes(block: xr.Dataset) -> "Figure":
    """Spikes that carry one state, and what is rebuilt from them."""
    n_qubits = round(np.log2(block.sizes["row"]))
    labels = [f"{axis}{q + 1}" for q in range(n_qubits) for axis in AXES]
    return plotting.spikes_and_reconstruction(
        block.raster.values,
        block.target.values,
        block.rebuilt.values,
        block.standard_errors.values,
        labels=labels,
    )


def carried(blocks: Mapping[str, xr.Dataset]) -> "Figure":
    """Distance of the rebuilt states from the true ones, against time."""
    traces = {
        kind: {
            "squared distance": block.distance.values,
            "fidelity of the nearest state": block.nearest_fidelity.values,
            "least eigenvalue": block.least_eigenvalue.values,
        }
        for kind, block in blocks.items()
    }
    times = next(iter(blocks.values())).carried.values
    return plotting.measures_over_time(traces, times)


def _times(evolutions: Mapping[str, xr.Dataset]) -> np.ndarray:
    return next(iter(evolutions.values())).time.values
