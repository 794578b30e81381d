"""The free part of dW/dt, W moving along x with velocity p/m, exactly in time."""

import numpy as np

from .fourier import from_wavenumbers, to_wavenumbers, transpose
from .grid import PhaseSpaceGrid

__all__ = ["Shear"]


class Shear:
    r"""Solve ∂W/∂t = −(p/m) ∂W/∂x + D_xx ∂²W/∂x² over a time dt.

    In wave numbers k of x it is the factor exp(−(ikp/m + D_xx k²) dt).

    Parameters
    ----------
    grid : PhaseSpaceGrid
        Even.
    mass : float
        m.
    dt : float
        The time.
    diffusion_xx : float, optional
        D_xx ≥ 0.
    """

    def __init__(
        self, grid: PhaseSpaceGrid, mass: float, dt: float, diffusion_xx: float = 0.0
    ) -> None:
        rates = 1j * grid.k * grid.p[:, None] / mass + diffusion_xx * grid.k**2
        self._factor = np.exp(-dt * rates)  # (np, nk)
        self._turned = np.empty(0)
        self._waves = np.empty(0, dtype=complex)

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Move values (..., nx, np) in place, and return them."""
        *lead, n_x, n_p = values.shape
        if self._turned.shape != (*lead, n_p, n_x):
            self._turned = np.empty((*lead, n_p, n_x))
            self._waves = np.empty((*lead, n_p, n_x // 2 + 1), dtype=complex)
        turned = transpose(values, self._turned)
        waves = to_wavenumbers(turned, out=self._waves)
        np.multiply(waves, self._factor, out=waves)
        return transpose(from_wavenumbers(waves, n_x, out=turned), values)
