"""The phase-space view of states along time: of spins on the sphere, or of x and p."""

import numpy as np
import xarray as xr

from ..measures import equal_angle_wigner, oscillator_wigner, wigner_negativity

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
    states: np.ndarray, times: np.ndarray, x: np.ndarray, p: np.ndarray
) -> xr.Dataset:
    """Return Wigner functions of an oscillator, [x, p] = i, indexed [x, p].

    Parameters
    ----------
    states : shape (t, d, d)
        In the Fock basis.
    times : shape (t,)
        When.
    x, p : shape (nx,) and (np,)
        Increasing. Negative volumes and `norm` are sums over this grid by the
        trapezoidal rule: a norm other than 1 shows that it is too small or coarse.
    """
    values = np.array([oscillator_wigner(rho, x, p) for rho in states])

    def total(W: np.ndarray) -> np.ndarray:
        return np.trapezoid(np.trapezoid(W, p, axis=-1), x, axis=-1)

    return xr.Dataset(
        {
            "wigner": (("time", "x", "p"), values),
            "negativity": ("time", total(np.maximum(-values, 0))),
            "norm": ("time", total(values)),
        },
        coords={"time": times, "x": x, "p": p},
    )
