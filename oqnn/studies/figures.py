"""The figures of a study, each from its datasets by material."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from .. import plotting
from ..encoding import CorrelationMap
from ..measures import equal_angle_wigner
from .realizability import pair_margin

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "bloch",
    "carried",
    "density_matrix",
    "elements",
    "learned_drive",
    "learning",
    "margin",
    "measures",
    "spikes",
    "weights",
    "wigner",
]

TRACES = (
    "best_unitary_fidelity",
    "coherence",
    "least_singular_value",
    "negativity",
    "purity",
)
AXES = "xyz"
MAPS, POLAR = 4, 25  # times of Wigner functions, angles from pole to pole
MOST_NEURONS = 8  # whose weights are drawn


def density_matrix(evolutions: Mapping[str, xr.Dataset]) -> "Figure":
    """Diagonal and off-diagonal elements of the state, in the control frame.

    In the laboratory frame the control fields turn the state by many radians a unit
    of time, which would hide what the environment does to it.
    """
    states = {kind: e.frame_states.values for kind, e in evolutions.items()}
    return plotting.density_matrix_elements(_times(evolutions), states)


def elements(evolutions: Mapping[str, xr.Dataset]) -> "Figure":
    """Diagonal and off-diagonal elements of all materials on one scale."""
    states = {kind: e.frame_states.values for kind, e in evolutions.items()}
    levels = next(iter(evolutions.values())).row.values.tolist()
    times = _times(evolutions)
    return plotting.elements_by_environment(times, states, levels=levels)


def bloch(evolutions: Mapping[str, xr.Dataset]) -> "Figure":
    """Paths of a qubit alone in the Bloch ball, in the control frame."""
    states = {kind: e.frame_states.values for kind, e in evolutions.items()}
    last = f"until $t$ = {_times(evolutions)[-1]:.4g}"
    return plotting.bloch_trajectories(states, label=last)


def wigner(evolutions: Mapping[str, xr.Dataset]) -> "Figure":
    """Wigner functions at four times in the control frame; of pairs at equal angles."""
    times = _times(evolutions)
    count = min(MAPS, len(times))
    shown = np.unique(np.linspace(0, len(times) - 1, count).round().astype(int))
    theta = np.linspace(0, np.pi, POLAR)
    phi = np.linspace(-np.pi, np.pi, 2 * POLAR - 1)
    maps = {}
    for kind, evolution in evolutions.items():
        states = evolution.frame_states.values[shown]
        dims = [2] * round(np.log2(states.shape[-1]))
        maps[kind] = equal_angle_wigner(states, theta[:, None], phi, dims)
    return plotting.wigner_over_time(times[shown], theta, phi, maps)


def margin(evolutions: Mapping[str, xr.Dataset]) -> "Figure":
    """How far a pair is inside what classical spins carry, in the control frame."""
    spins = CorrelationMap(2)
    margins = {
        kind: pair_margin(spins.chi_from_state(evolution.frame_states.values))
        for kind, evolution in evolutions.items()
    }
    return plotting.margins_over_time(_times(evolutions), margins)


def weights(trained: xr.Dataset, best: int, period: float) -> "Figure":
    """Weights W(τ) of all learners over one cycle, the best one thick."""
    values = trained.weights.values
    order = [best, *(i for i in range(len(values)) if i != best)]
    return plotting.weights_over_cycle(values[order], period=period)


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
