"""What beside measures is kept of an evolution: views at some of its times."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from ....measures import equal_angle_wigner, wigner_negativity
from ....phase_space import PhaseSpaceGrid, wigner_from_fock
from ..description.point import PointSettings
from .spin_views import povm_view, spins_view
from .trajectories import Trajectories
from .viewed import Variables, Viewed

__all__ = ["VIEWS", "View", "level_names", "parts_of", "view_fits", "view_times"]

RESOLUTION = 12  # of the volume of the negative part on a sphere
MOST_SPINS = 4  # of which a slice of equal angles is drawn
MOST_QUBITS = 4  # whose outcomes are listed
BEYOND = 2.5  # of the turning points of the highest level
MATRIX = ("point", "view_time", "row", "col")


@dataclass(frozen=True, kw_only=True)
class View:
    """A view of states along time.

    Parameters
    ----------
    function : callable (Trajectories, PointSettings, seeds) -> Viewed
        Of the points at the times of the view.
    meanings : mapping str → str
        One phrase a variable.
    needs : tuple of str
        As `Measure.needs`.
    """

    function: Callable[[Trajectories, PointSettings, Sequence[int]], Viewed]
    meanings: Mapping[str, str]
    needs: tuple[str, ...] = ()


def view_times(count: int, chosen: int) -> np.ndarray:
    """Return the indices of the times of views, evenly from the first to the last."""
    return np.unique(np.round(np.linspace(0, count - 1, min(chosen, count)))).astype(
        int
    )


def view_fits(name: str, point: PointSettings) -> bool:
    """Tell whether a view exists for the system of a point."""
    parts = parts_of(point)
    if name == "spins":
        return parts in ([2], [2, 2])
    if name == "povm":
        return set(parts) == {2} and len(parts) <= MOST_QUBITS
    if name == "wigner":
        several = len(parts) > 1
        return not (several and (_is_oscillator(point) or len(parts) > MOST_SPINS))
    return True


def parts_of(point: PointSettings) -> list[int]:
    """Return the sizes of the parts of a system, qubits apart, and of its partner."""
    d, *kept = point.dims
    if point.system.controls == "qubits":
        return [2] * (d.bit_length() - 1) + kept
    return [d, *kept]


def level_names(parts: Sequence[int]) -> list[str]:
    """Name levels by a number a part, in Kronecker order: 00, 01, … for two qubits."""
    gap = "" if max(parts) <= 10 else ","
    return [gap.join(map(str, level)) for level in product(*map(range, parts))]


def _is_oscillator(point: PointSettings) -> bool:
    return point.system.controls == "ladder"


def _density_matrix(
    seen: Trajectories, point: PointSettings, seeds: Sequence[int]
) -> Viewed:
    names = level_names(parts_of(point))
    return Viewed(
        variables={
            "state": (MATRIX, seen.states),
            "frame_state": (MATRIX, seen.frame_states),
        },
        coords={"row": names, "col": names},
    )


def _wigner(seen: Trajectories, point: PointSettings, seeds: Sequence[int]) -> Viewed:
    states, count = seen.frame_states, point.views.points
    if _is_oscillator(point):
        return _oscillator(states, count)
    theta = np.linspace(0, np.pi, count)
    phi = np.linspace(-np.pi, np.pi, 2 * count - 1)
    dims = parts_of(point)
    axes = ("point", "view_time", "theta", "phi")
    # each point by itself: in one product their number would change the last bits
    W = [equal_angle_wigner(own, theta[:, None], phi, dims) for own in states]
    variables: Variables = {"wigner": (axes, np.array(W))}
    if len(dims) <= 2:  # the volume is over the directions of every spin
        volumes = np.array(
            [wigner_negativity(own, dims=dims, resolution=RESOLUTION) for own in states]
        )
        variables["wigner_negativity"] = (axes[:2], volumes)
    return Viewed(variables=variables, coords={"theta": theta, "phi": phi})


def _oscillator(states: np.ndarray, count: int) -> Viewed:
    """Return W(x, p) of truncated oscillators, on a grid that holds all levels."""
    reach = np.sqrt(2 * states.shape[-1]) + BEYOND
    axis = np.linspace(-reach, reach, count)
    W = wigner_from_fock(states, PhaseSpaceGrid(axis, axis))
    axes = ("point", "view_time", "x", "p")
    return Viewed(
        variables={
            "wigner": (axes, W.values),
            "wigner_negativity": (axes[:2], np.asarray(W.negativity)),
        },
        coords={"x": axis, "p": axis},
    )


VIEWS: dict[str, View] = {
    "density_matrix": View(
        function=_density_matrix,
        meanings={
            "state": "state in the laboratory frame",
            "frame_state": "state in the frame that turns with the control fields",
        },
        needs=("transfer", "rotation"),
    ),
    "wigner": View(
        function=_wigner,
        meanings={
            "wigner": "Wigner function in the frame of the control fields; of several "
            "spins at equal angles",
            "wigner_negativity": "volume of the negative part of the Wigner function",
        },
        needs=("transfer", "rotation"),
    ),
    "spins": View(
        function=spins_view,
        meanings={
            "spins_margin": "how far the pair is inside what classical spins can carry",
            "spins_visibility": "share of the pair that spins can carry, mixed with "
            "white noise",
            "spins_correlator": "correlators of the pair, 1 at 0, 0",
        },
        needs=("transfer",),
    ),
    "povm": View(
        function=povm_view,
        meanings={
            "povm_law": "law of the outcomes of tetrahedral measurements",
            "povm_counts": "how often each outcome was drawn",
            "povm_state": "state reconstructed from the outcomes, by linear inversion",
            "povm_state_error": "standard error of each element's modulus",
            "povm_distance": "squared Hilbert-Schmidt distance to the exact state",
            "povm_distance_expected": "what the samples let expect of it",
        },
    ),
}
