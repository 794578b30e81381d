"""What beside measures is kept of an evolution: views at some of its times."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...measures import equal_angle_wigner, wigner_negativity
from ...phase_space import PhaseSpaceGrid, wigner_from_fock
from .parts import ViewPart
from .spin_views import povm_view, spins_view
from .trajectories import Trajectories
from .viewed import Viewed

__all__ = ["VIEWS", "View", "level_names", "view_fits", "view_times"]

RESOLUTION = 12  # of the volume of the negative part on a sphere
MATRIX = ("point", "view_time", "row", "col")


@dataclass(frozen=True, kw_only=True)
class View:
    """A view of states along time.

    Parameters
    ----------
    function : callable (Trajectories, ViewPart, seeds) -> Viewed
        Of the points at the times of the view.
    meanings : mapping str → str
        One phrase a variable.
    needs : tuple of str
        As `Measure.needs`.
    """

    function: Callable[[Trajectories, ViewPart, Sequence[int]], Viewed]
    meanings: Mapping[str, str]
    needs: tuple[str, ...] = ()


def view_times(count: int, chosen: int) -> np.ndarray:
    """Return the indices of the times of views, evenly from the first to the last."""
    return np.unique(np.round(np.linspace(0, count - 1, min(chosen, count)))).astype(
        int
    )


def view_fits(name: str, d: int, kept: tuple[int, ...]) -> bool:
    """Tell whether a view exists for a system with some partner."""
    sizes = [d, *kept]
    if name == "spins":
        return d == 2 and kept in ((), (2,))
    if name == "povm":
        return _qubits(sizes)
    if name == "wigner":
        return not kept or sizes == [2, 2]
    return True


def level_names(dims: Sequence[int]) -> list[str]:
    """Name levels by a digit a part, bits for qubits, in Kronecker order."""
    parts = [2] * (dims[0].bit_length() - 1) if _qubits(dims[:1]) else [dims[0]]
    parts = [*parts, *dims[1:]]
    short = max(parts) <= 10
    names = [""]
    for size in parts:
        gap = "" if short or names == [""] else ","
        names = [f"{name}{gap}{level}" for name in names for level in range(size)]
    return names


def _qubits(sizes: Sequence[int]) -> bool:
    return all(size > 1 and size & (size - 1) == 0 for size in sizes)


def _density_matrix(seen: Trajectories, part: ViewPart, seeds: Sequence[int]) -> Viewed:
    names = level_names(seen.dims)
    return Viewed(
        variables={
            "state": (MATRIX, seen.states),
            "frame_state": (MATRIX, seen.frame_states),
        },
        coords={"row": names, "col": names},
    )


def _wigner(seen: Trajectories, part: ViewPart, seeds: Sequence[int]) -> Viewed:
    states = seen.frame_states
    if getattr(part, "quadratures", None):
        return _oscillator(states, part)
    theta = np.linspace(0, np.pi, part.points)
    phi = np.linspace(-np.pi, np.pi, 2 * part.points - 1)
    dims = [2, 2] if seen.kept else [seen.d]
    axes = ("point", "view_time", "theta", "phi")
    volumes = wigner_negativity(states, dims=dims, resolution=RESOLUTION)
    return Viewed(
        variables={
            "wigner": (axes, equal_angle_wigner(states, theta[:, None], phi, dims)),
            "wigner_negativity": (axes[:2], volumes),
        },
        coords={"theta": theta, "phi": phi},
    )


def _oscillator(states: np.ndarray, part: ViewPart) -> Viewed:
    """Return W(x, p) of truncated oscillators, on a grid that holds all levels."""
    reach = np.sqrt(2 * states.shape[-1]) + 3
    axis = np.linspace(-reach, reach, part.points)
    grid = PhaseSpaceGrid(axis, axis)
    W = wigner_from_fock(states, grid)
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
