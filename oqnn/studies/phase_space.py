"""The phase-space view of states along time: of spins on the sphere, or of x and p."""

import numpy as np
import xarray as xr

from ..measures import equal_angle_wigner, wigner_negativity
from ..phase_space import PhaseSpaceGrid, wigner_from_fock

__all__ = ["oscillator_view", "spin_view"]


def spin_view(
    states: np.ndarray,
    dims: list[int],
    times: np.ndarray,
    *,
    polar_angles: int,
    resolution: int,
) -> xr.Dataset:
    """Return spin Wigner functions and the volumes of their negative parts.

    Parameters
    ----------
    states : shape (t, D, D)
        Of one or more spins.
    dims : list of int
        Levels of each spin; of several, the slice of equal angles is kept.
    times : shape (t,)
        When.
    polar_angles : int
        Steps from pole to pole; twice as many around.
    resolution : int
        Of `wigner_negativity`.
    """
    theta = np.linspace(0, np.pi, polar_angles + 1)
    phi = np.linspace(-np.pi, np.pi, 2 * polar_angles + 1)
    values = equal_angle_wigner(states, theta[:, None], phi, dims)
    volume = wigner_negativity(states, dims=dims, resolution=resolution)
    return xr.Dataset(
        {"wigner": (("time", "theta", "phi"), values), "negativity": ("time", volume)},
        coords={"time": times, "theta": theta, "phi": phi},
    )


def oscillator_view(
    states: np.ndarray, times: np.ndarray, grid: PhaseSpaceGrid
) -> xr.Dataset:
    """Return Wigner functions of an oscillator with mω = 1, indexed [x, p].

    Parameters
    ----------
    states : shape (t, d, d)
        In the Fock basis.
    times : shape (t,)
        When.
    grid : PhaseSpaceGrid
        Negative volumes and `norm` are sums over it: a norm other than 1 shows that it
        is too small or coarse.
    """
    W = wigner_from_fock(states, grid)
    return xr.Dataset(
        {
            "wigner": (("time", "x", "p"), W.values),
            "negativity": ("time", W.negativity),
            "norm": ("time", W.norm),
        },
        coords={"time": times, "x": grid.x, "p": grid.p},
    )
