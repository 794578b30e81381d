"""What propagation in phase space returns."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..grid import PhaseSpaceGrid, describe_grid
from ..wigner_function import SCHEMA, Bandwidth, EdgeMass, WignerFunction

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["PhaseSpaceEvolution"]

WRITTEN = (
    "time",
    "wigner",
    "error",
    "steps",
    "edge_mass_x",
    "edge_mass_p",
    "bandwidth_k",
    "bandwidth_theta",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class PhaseSpaceEvolution:
    """Wigner functions along time, with all that tells how far to trust them.

    Nothing was renormalised on the way: `norm` and `purity` are what came out.
    ``evolution[n]`` is the :class:`WignerFunction` at ``times[n]``.

    Attributes
    ----------
    times : shape (t,)
        As asked for.
    values : shape (t, ..., nx, np)
        W at these times.
    grid : PhaseSpaceGrid
        Of shape (nx, np).
    error : shape (t,)
        Estimate of ‖δW‖/‖W‖, what the time steps have added up to; NaN if `step` was
        given. What the grid loses comes on top: see `edge_mass` and `bandwidth`.
    steps : shape (t,)
        Steps taken since the time before.
    edge_mass : EdgeMass
        Shares of ∬|W| in the outer 5 % at both ends of ``x`` and of ``p``, each of
        shape (t, ...), in the padded box.
    bandwidth : Bandwidth
        Shares of the grids of ``k`` and of ``theta`` in use, each of shape (t, ...).
    """

    times: np.ndarray
    values: np.ndarray
    grid: PhaseSpaceGrid
    error: np.ndarray
    steps: np.ndarray
    edge_mass: EdgeMass
    bandwidth: Bandwidth

    def __repr__(self) -> str:
        span = f"from {self.times[0]:.6g} to {self.times[-1]:.6g}"
        batch = f"batch {shape}, " if (shape := self.values.shape[1:-2]) else ""
        return (
            f"<PhaseSpaceEvolution: {self.times.size} times {span}, "
            f"{batch}{describe_grid(self.grid)}>"
        )

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
        return self._each(lambda W: W.norm)

    @cached_property
    def purity(self) -> np.ndarray:
        """h∬W² dx dp, shape (t, ...)."""
        return self._each(lambda W: W.purity)

    @cached_property
    def negativity(self) -> np.ndarray:
        """∬max(−W, 0) dx dp, shape (t, ...)."""
        return self._each(lambda W: W.negativity)

    def _each(self, number: Callable[[WignerFunction], np.ndarray]) -> np.ndarray:
        """Return a number at every time, without copies of the whole evolution."""
        return np.stack([number(self[n]) for n in range(self.times.size)])

    def to_xarray(self) -> "xr.Dataset":
        """Return everything with named axes, for saving and plotting.

        `from_xarray` reads it back, also after ``to_zarr`` or ``to_netcdf``.
        """
        import xarray as xr

        lead = [f"batch_{n}" for n in range(self.values.ndim - 3)]
        attrs = {
            "hbar": self.grid.hbar,
            "convention": "[x, p] = i hbar",
            "schema": SCHEMA,
        }
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
                "wigner": (("time", *lead, "x", "p"), self.values, attrs),
                "error": ("time", self.error),
                "steps": ("time", self.steps),
                **{name: (("time", *lead), value) for name, value in along.items()},
            },
            coords={"time": self.times, "x": self.grid.x, "p": self.grid.p},
            attrs=attrs,
        )

    @classmethod
    def from_xarray(cls, data: "xr.Dataset") -> "PhaseSpaceEvolution":
        """Return what `to_xarray` wrote.

        Parameters
        ----------
        data : xarray.Dataset
            With all its variables.

        Raises
        ------
        ValueError
            If a variable, an axis or the attribute ``hbar`` is missing.
        """
        missing = [name for name in WRITTEN if name not in data]
        if missing or "hbar" not in data.attrs:
            raise ValueError(
                "`data` must be what to_xarray wrote, but lacks "
                f"{', '.join(missing) or 'the attribute hbar'}. "
                "WignerFunction.from_xarray reads values alone."
            )
        states = WignerFunction.from_xarray(data["wigner"].assign_attrs(data.attrs))
        edges, band = (
            [data[f"{name}_{axis}"].values for axis in axes]
            for name, axes in (("edge_mass", "xp"), ("bandwidth", ("k", "theta")))
        )
        return cls(
            times=data["time"].values,
            values=states.values,
            grid=states.grid,
            error=data["error"].values,
            steps=data["steps"].values,
            edge_mass=EdgeMass(*edges),
            bandwidth=Bandwidth(*band),
        )
