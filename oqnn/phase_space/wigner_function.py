"""Wigner functions as arrays that know their axes, and what is read off them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_finite
from .grid import PhaseSpaceGrid, describe_grid

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Bandwidth", "EdgeMass", "WignerFunction"]

EDGE = 0.05  # of an axis, at each of its ends
TAIL = 1e-12  # of the power, beyond the bandwidth
SCHEMA = 1


class EdgeMass(NamedTuple):
    """Shares of ∬|W| in the outer twentieths of x and of p."""

    x: np.ndarray
    p: np.ndarray


class Bandwidth(NamedTuple):
    """How much of the Fourier grids of k and of θ is in use, from 0 to 1."""

    k: np.ndarray
    theta: np.ndarray


@dataclass(frozen=True, eq=False)
class WignerFunction:
    r"""W(x, p) of one state, or of a batch of them, on a grid.

    Normalised as :math:`\iint W\,dx\,dp = \mathrm{Tr}\,\rho` [1]_. Nothing is ever
    renormalised: `norm`, `edge_mass` and `bandwidth` tell how well the grid holds the
    state.

    Parameters
    ----------
    values : shape (..., nx, np), 1/action
        Real, indexed [x, p].
    grid : PhaseSpaceGrid
        Of shape (nx, np).

    Raises
    ------
    TypeError
        If `values` is complex, or `grid` is no PhaseSpaceGrid.
    ValueError
        If `values` does not end in the shape of the grid, or is not finite.

    References
    ----------
    .. [1] Eq. 1.1.

    Examples
    --------
    >>> grid = PhaseSpaceGrid.centered(6, 6, (64, 64))
    >>> x, p = grid.x[:, None], grid.p
    >>> W = WignerFunction(np.exp(-(x**2) - p**2) / np.pi, grid)
    >>> float(W.norm.round(9)), float(W.purity.round(9))
    (1.0, 1.0)
    """

    values: np.ndarray
    grid: PhaseSpaceGrid

    def __post_init__(self) -> None:
        if not isinstance(self.grid, PhaseSpaceGrid):
            raise TypeError(
                "`grid` must be a PhaseSpaceGrid, but is a "
                f"{type(self.grid).__name__}. PhaseSpaceGrid(x, p, hbar) makes one."
            )
        values = np.asarray(self.values)
        if np.iscomplexobj(values):
            raise TypeError(
                "`values` must be real, as W of a Hermitian operator is, but is "
                "complex. Symbols of other operators stay plain arrays."
            )
        if values.shape[-2:] != self.grid.shape:
            raise ValueError(
                f"`values` must have shape (..., {self.grid.x.size}, "
                f"{self.grid.p.size}), indexed [x, p], but has shape {values.shape}."
            )
        values = values.astype(float)
        check_finite(values, "values")
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    def __repr__(self) -> str:
        batch = f"batch {self.batch}, " if self.batch else ""
        return f"<WignerFunction: {batch}{describe_grid(self.grid)}>"

    def __getitem__(self, index: int | slice | tuple) -> "WignerFunction":
        """Return some states of a batch."""
        lead = self.values.ndim - 2
        places = index if isinstance(index, tuple) else (index,)
        if sum(place is not ... for place in places) > lead:
            raise IndexError(
                f"a batch of shape {self.batch} has {lead} axes to index; the values "
                "themselves are in `.values[..., x, p]`."
            )
        return WignerFunction(self.values[*places, :, :], self.grid)

    @property
    def batch(self) -> tuple[int, ...]:
        """Shape of the batch, () for one state."""
        return self.values.shape[:-2]

    @property
    def hbar(self) -> float:
        """The ħ of the grid."""
        return self.grid.hbar

    @property
    def norm(self) -> np.ndarray:
        """∬W dx dp = Tr ρ, shape (...)."""
        return self._integral(self.values)

    @property
    def purity(self) -> np.ndarray:
        """Tr ρ² = h ∬W² dx dp, shape (...)."""
        return self.overlap(self)

    @property
    def negativity(self) -> np.ndarray:
        """Volume of the negative part, ∬max(−W, 0) dx dp, shape (...)."""
        return self._integral(np.maximum(-self.values, 0))

    @property
    def edge_mass(self) -> EdgeMass:
        """Shares of ∬|W| in the outer 5 % at both ends of x and of p."""
        size, grid = np.abs(self.values), self.grid
        return EdgeMass(
            edge_share(size @ grid.weights_p * grid.weights_x),
            edge_share(grid.weights_x @ size * grid.weights_p),
        )

    @property
    def bandwidth(self) -> Bandwidth:
        """Least shares of the k and θ grids that hold all but 1e-12 of ∬W².

        At 1 the spacing of x, or that of p, resolves nothing finer.

        Raises
        ------
        ValueError
            If the grid is not even.
        """
        self.grid.check_even()
        # Parseval: ∬W² is a sum over frequencies, along either axis.
        in_k = (np.abs(np.fft.rfft(self.values, axis=-2)) ** 2).sum(-1)
        in_theta = (np.abs(np.fft.rfft(self.values, axis=-1)) ** 2).sum(-2)
        return Bandwidth(_used(in_k), _used(in_theta))

    def marginals(self) -> tuple[np.ndarray, np.ndarray]:
        """Return ρ(x, x) of shape (..., nx) and ρ(p, p) of shape (..., np)."""
        return (
            self.values @ self.grid.weights_p,
            self.grid.weights_x @ self.values,
        )

    def expect(
        self, symbol: Callable[[np.ndarray, np.ndarray], ArrayLike] | ArrayLike
    ) -> np.ndarray:
        r"""Return ⟨A⟩ = ∬ W Ã dx dp of an operator given by its Weyl symbol.

        Parameters
        ----------
        symbol : callable or shape (nx, np)
            Ã, as a function of x of shape (nx, 1) and p of shape (1, np), or its
            values. May be complex. The symbol of x̂p̂ is xp + iħ/2.

        Returns
        -------
        np.ndarray
            Shape (...).

        Raises
        ------
        TypeError
            If `symbol` is a qutip.Qobj.
        ValueError
            If the symbol does not broadcast to the grid, or is not finite on it.
        """
        if hasattr(symbol, "isoper"):
            raise TypeError(
                "`symbol` must be a Weyl symbol, but is a qutip.Qobj. "
                "weyl_transform(operator, W.grid) makes one of it."
            )
        if callable(symbol):
            symbol = symbol(self.grid.x[:, None], self.grid.p[None, :])
        values = np.asarray(symbol)
        check_finite(values, "symbol")
        try:
            values = np.broadcast_to(values, self.grid.shape)
        except ValueError:
            raise ValueError(
                f"`symbol` must broadcast to the grid's shape {self.grid.shape}, but "
                f"has shape {values.shape}."
            ) from None
        weighed = values * self.grid.weights_x[:, None] * self.grid.weights_p
        return np.einsum("...xp,xp->...", self.values, weighed)

    @property
    def mean(self) -> np.ndarray:
        """⟨x⟩ and ⟨p⟩, shape (..., 2); divided by the norm they are the centre."""
        return np.stack(
            [self.expect(lambda x, p: x), self.expect(lambda x, p: p)], axis=-1
        )

    @property
    def covariance(self) -> np.ndarray:
        """Covariance of (x, p), shape (..., 2, 2), with ⟨xp + px⟩/2 off the diagonal.

        Of W over its norm, as the mean would otherwise not be one.
        """
        norm = self.norm[..., None, None]
        mean = self.mean[..., None] / norm
        xx = self.expect(lambda x, p: x**2)
        xp = self.expect(lambda x, p: x * p)
        pp = self.expect(lambda x, p: p**2)
        second = np.stack([np.stack([xx, xp], -1), np.stack([xp, pp], -1)], -2)
        return second / norm - mean * mean.mT

    def overlap(self, other: "WignerFunction") -> np.ndarray:
        """Return Tr ρσ = h ∬W V dx dp with another W on the same grid, shape (...).

        Parameters
        ----------
        other : WignerFunction
            On the same points with the same ħ; batches broadcast.

        Raises
        ------
        ValueError
            If the grids differ.
        """
        check_same_grid(self.grid, other.grid, "other")
        h = 2 * np.pi * self.hbar
        return h * self._integral(self.values * other.values)

    def to_xarray(self) -> "xr.DataArray":
        """Return the values with named axes, for saving and plotting.

        Examples
        --------
        >>> grid = PhaseSpaceGrid.centered(1, 2, (2, 4), hbar=0.5)
        >>> WignerFunction(np.ones((3, 2, 4)), grid).to_xarray().dims
        ('batch_0', 'x', 'p')
        """
        import xarray as xr

        lead = [f"batch_{n}" for n in range(len(self.batch))]
        return xr.DataArray(
            self.values,
            dims=[*lead, "x", "p"],
            coords={"x": self.grid.x, "p": self.grid.p},
            name="wigner",
            attrs={
                "hbar": self.hbar,
                "convention": "[x, p] = i hbar",
                "schema": SCHEMA,
            },
        )

    @classmethod
    def from_xarray(cls, data: "xr.DataArray") -> "WignerFunction":
        """Return what `to_xarray` wrote.

        Parameters
        ----------
        data : xarray.DataArray
            Ending in the axes x and p, with the attribute ``hbar``.

        Raises
        ------
        ValueError
            If the axes or the attribute are missing.
        """
        if data.dims[-2:] != ("x", "p") or "hbar" not in data.attrs:
            raise ValueError(
                "`data` must end in the axes ('x', 'p') and hold the attribute "
                f"'hbar', but has the axes {data.dims} and attributes "
                f"{sorted(map(str, data.attrs))}."
            )
        grid = PhaseSpaceGrid(data.x.values, data.p.values, data.attrs["hbar"])
        return cls(data.values, grid)

    def _integral(self, values: np.ndarray) -> np.ndarray:
        return values @ self.grid.weights_p @ self.grid.weights_x


def check_same_grid(grid: PhaseSpaceGrid, other: PhaseSpaceGrid, name: str) -> None:
    """Refuse another grid: sums over unlike points would mean nothing."""
    same = grid.shape == other.shape and grid.hbar == other.hbar
    axes = ((grid.x, other.x), (grid.p, other.p))
    if not (same and all(_is_same(*pair) for pair in axes)):
        raise ValueError(
            f"`{name}` must live on the same grid with the same hbar, but one is "
            f"{describe_grid(grid)} and the other {describe_grid(other)}."
        )


def _is_same(axis: np.ndarray, other: np.ndarray) -> bool:
    rounding = 1e-12 * np.abs(axis).max()  # x and p may differ by orders of magnitude
    return bool(np.abs(axis - other).max() <= rounding)


def edge_share(mass: np.ndarray) -> np.ndarray:
    """Return the share of masses (..., n) in the outer 5 % at both ends."""
    cells = max(1, round(EDGE * mass.shape[-1]))
    whole = mass.sum(-1)
    outer = mass[..., :cells].sum(-1) + mass[..., -cells:].sum(-1)
    return outer / np.where(whole == 0, 1.0, whole)  # nothing has nothing there


def _used(power: np.ndarray) -> np.ndarray:
    """Return the share of the frequencies (..., n) before the last `TAIL` of power."""
    beyond = np.cumsum(power[..., ::-1], axis=-1)[..., ::-1]
    needed = beyond > TAIL * beyond[..., :1]
    return (needed.sum(-1) - 1) / (power.shape[-1] - 1)
