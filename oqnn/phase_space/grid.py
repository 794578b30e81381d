"""Where in phase space a Wigner function is known, and what ħ is."""

from dataclasses import dataclass, field

import numpy as np

from .._core.checks import check_increasing, check_integer, check_positive, check_shapes

__all__ = ["PhaseSpaceGrid", "describe_grid"]

EVENNESS = 1e-9  # of the spacing, relative to the largest coordinate


@dataclass(frozen=True, eq=False)
class PhaseSpaceGrid:
    r"""Points (x_i, p_j) of phase space, and the ħ in [x, p] = iħ.

    Axes may be any window of phase space. Transforms *to* a grid take uneven axes too;
    whatever needs a Fourier transform on the grid (propagation, the way back to ρ)
    needs evenly spaced ones, which it takes for one period: `x` of n points with the
    spacing dx stands for a length n dx, its last point excluded.

    Parameters
    ----------
    x : shape (nx,), length
        Strictly increasing, at least two points.
    p : shape (np,), momentum
        The same.
    hbar : float, action
        ħ > 0.

    Raises
    ------
    ValueError
        If an axis is no vector of at least two finite, increasing numbers, or `hbar` is
        not positive.

    Examples
    --------
    >>> grid = PhaseSpaceGrid.centered(8, 6, (64, 48), hbar=0.5)
    >>> grid.shape, grid.dx, grid.dp
    ((64, 48), 0.25, 0.25)
    """

    x: np.ndarray
    p: np.ndarray
    hbar: float = 1.0
    _even: tuple[bool, bool] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("x", "p"):
            axis = np.array(getattr(self, name), dtype=float)
            check_shapes(**{name: (axis, f"n{name}")})
            check_increasing(axis, name)
            if axis.size < 2:
                raise ValueError(
                    f"`{name}` must hold at least two points, but holds one. "
                    "A grid needs hundreds for a picture."
                )
            axis.flags.writeable = False
            object.__setattr__(self, name, axis)
        check_positive(self.hbar, "hbar")
        object.__setattr__(self, "hbar", float(self.hbar))
        object.__setattr__(self, "_even", (_is_even(self.x), _is_even(self.p)))

    def __repr__(self) -> str:
        return f"<PhaseSpaceGrid: {describe_grid(self)}>"

    @classmethod
    def centered(
        cls,
        x_max: float,
        p_max: float,
        shape: tuple[int, int],
        *,
        hbar: float = 1.0,
    ) -> "PhaseSpaceGrid":
        """Return the even grid of one period [−x_max, x_max) × [−p_max, p_max).

        Parameters
        ----------
        x_max, p_max : float
            Half lengths.
        shape : (int, int)
            Numbers of points.
        hbar : float, optional
            ħ.

        Raises
        ------
        TypeError
            If `shape` is no pair of integers.
        ValueError
            If a length, a number of points or `hbar` is not positive.
        """
        check_positive(x_max, "x_max")
        check_positive(p_max, "p_max")
        if np.shape(shape) != (2,):
            raise TypeError(
                f"`shape` must be a pair (nx, np), but is {shape!r}. "
                "Try (128, 128), or more for finer states."
            )
        nx, n_p = shape
        check_integer(nx, "shape[0]", least=2)
        check_integer(n_p, "shape[1]", least=2)
        x = np.linspace(-x_max, x_max, nx, endpoint=False)
        p = np.linspace(-p_max, p_max, n_p, endpoint=False)
        return cls(x, p, hbar)

    def __eq__(self, other: object) -> bool:
        """Tell whether points and ħ are the same."""
        if not isinstance(other, PhaseSpaceGrid):
            return NotImplemented
        return (
            self.hbar == other.hbar
            and np.array_equal(self.x, other.x)
            and np.array_equal(self.p, other.p)
        )

    def __hash__(self) -> int:
        return hash((self.hbar, self.x.tobytes(), self.p.tobytes()))

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of points (nx, np)."""
        return self.x.size, self.p.size

    @property
    def is_even(self) -> bool:
        """Whether both axes are evenly spaced."""
        return all(self._even)

    @property
    def dx(self) -> float:
        """Spacing of x; of an uneven axis the mean one."""
        return float(self.x[-1] - self.x[0]) / (self.x.size - 1)

    @property
    def dp(self) -> float:
        """Spacing of p; of an uneven axis the mean one."""
        return float(self.p[-1] - self.p[0]) / (self.p.size - 1)

    @property
    def weights_x(self) -> np.ndarray:
        """Weights of ∫dx, shape (nx,): dx on an even axis, else trapezoidal."""
        return _weights(self.x, self._even[0])

    @property
    def weights_p(self) -> np.ndarray:
        """Weights of ∫dp, shape (np,): dp on an even axis, else trapezoidal."""
        return _weights(self.p, self._even[1])

    @property
    def k(self) -> np.ndarray:
        """Wave numbers of a Fourier transform along x, shape (nx//2 + 1,), 1/length."""
        return 2 * np.pi * np.fft.rfftfreq(self.x.size, self.dx)

    @property
    def theta(self) -> np.ndarray:
        """Arguments θ = y/ħ of ∫W e^{ipθ}dp, shape (np//2 + 1,), 1/momentum."""
        return 2 * np.pi * np.fft.rfftfreq(self.p.size, self.dp)

    def check_even(self, name: str = "grid") -> None:
        """Refuse uneven axes, as everything does that needs a Fourier transform.

        Parameters
        ----------
        name : str
            The argument that holds this grid, for the message.

        Raises
        ------
        ValueError
            If an axis is not evenly spaced.
        """
        for axis, even in zip("xp", self._even, strict=True):
            if not even:
                steps = np.diff(getattr(self, axis))
                raise ValueError(
                    f"`{name}` must have evenly spaced axes, but the steps of {axis} "
                    f"lie between {steps.min():.6g} and {steps.max():.6g}. "
                    "PhaseSpaceGrid.centered makes an even grid."
                )


def describe_grid(grid: PhaseSpaceGrid) -> str:
    """Return the size, reach and ħ of a grid in words."""
    return (
        f"{grid.shape[0]} x {grid.shape[1]} on [{grid.x[0]:.4g}, {grid.x[-1]:.4g}] x "
        f"[{grid.p[0]:.4g}, {grid.p[-1]:.4g}] with hbar {grid.hbar:.4g}"
    )


def _is_even(axis: np.ndarray) -> bool:
    line = np.linspace(axis[0], axis[-1], axis.size)
    step = line[1] - line[0]
    rounding = 4 * np.finfo(float).eps * np.abs(axis).max()
    return bool(np.abs(axis - line).max() <= EVENNESS * step + rounding)


def _weights(axis: np.ndarray, even: bool) -> np.ndarray:
    if even:
        # One period of a periodic function: every point counts the same.
        return np.full(axis.size, (axis[-1] - axis[0]) / (axis.size - 1))
    return np.gradient(np.r_[axis[0], axis, axis[-1]])[1:-1]
