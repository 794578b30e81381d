"""What propagation in phase space returns."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from .grid import PhaseSpaceGrid
from .wigner_function import Bandwidth, EdgeMass, WignerFunction

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["PhaseSpaceEvolution"]


@dataclass(frozen=True, kw_only=True, eq=False)
class PhaseSpaceEvolution:
    """Wigner functions along time, with all that tells how far to trust them.

    Nothing was renormalised on the way: `norm` and `purity` are what came out.
    """

    times: np.ndarray  # (t,)
    values: np.ndarray  # (t, ..., nx, np)
    grid: PhaseSpaceGrid
    error: np.ndarray  # (t,) estimate of ‖δW‖/‖W‖ from time steps; NaN if none
    steps: np.ndarray  # (t,) steps taken since the time before
    edge_mass: EdgeMass  # (t, ...) each, of the padded box
    bandwidth: Bandwidth  # (t, ...) each

    def __getitem__(self, index: int | slice) -> WignerFunction:
        """Return W at one or more of the times."""
        return WignerFunction(self.values[index], self.grid)

    @property
    def final(self) -> WignerFunction:
        """W at the last time."""
        return self[-1]

    @cached_property
    def states(self) -> WignerFunction:
        """All of them, a batch of shape (t, ...)."""
        return WignerFunction(self.values, self.grid)

    @cached_property
    def norm(self) -> np.ndarray:
        """∬W dx dp, shape (t, ...)."""
        return self.states.norm

    @cached_property
    def purity(self) -> np.ndarray:
        """h∬W² dx dp, shape (t, ...)."""
        return self.states.purity

    @cached_property
    def negativity(self) -> np.ndarray:
        """∬max(−W, 0) dx dp, shape (t, ...)."""
        return self.states.negativity

    def to_xarray(self) -> "xr.Dataset":
        """Return everything with named axes, for saving and plotting."""
        import xarray as xr

        lead = [f"batch_{n}" for n in range(self.values.ndim - 3)]
        along = {
            "norm": self.norm,
            "purity": self.purity,
            "negativity": self.negativity,
            "edge_mass_x": self.edge_mass.x,
            "edge_mass_p": self.edge_mass.p,
            "bandwidth_k": self.bandwidth.k,
            "bandwidth_theta": self.bandwidth.theta,
        }
        return xr.Dataset(
            {
                "wigner": (("time", *lead, "x", "p"), self.values),
                "error": ("time", self.error),
                "steps": ("time", self.steps),
                **{name: (("time", *lead), value) for name, value in along.items()},
            },
            coords={"time": self.times, "x": self.grid.x, "p": self.grid.p},
            attrs={"hbar": self.grid.hbar, "convention": "[x, p] = i hbar"},
        )
