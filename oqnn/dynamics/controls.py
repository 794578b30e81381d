"""Controls as functions of time: constant, piecewise constant, or sampled.

A solver cuts the time axis at `edges`, so that it cannot step over a pulse, and asks
for the controls at the start, the middle and the end of each piece.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .._core.checks import check_finite, check_increasing, check_shapes
from .frozen import frozen_copy

__all__ = ["ConstantControls", "Controls", "PiecewiseControls", "SampledControls"]


class Controls(Protocol):
    """What a solver needs to know of its controls."""

    @property
    def n_controls(self) -> int:
        """Number k of controls."""

    def edges(self, start: float, stop: float) -> np.ndarray:
        """Return the times in (start, stop) that no step may cross."""

    def samples(self, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
        """Return values at the start, middle and end of pieces, shape (3, s, k).

        A piece of length zero gives the values at a time.
        """


@dataclass(frozen=True, eq=False)
class ConstantControls:
    """The same controls at all times.

    Parameters
    ----------
    values : shape (*batch, k)
        The controls; batch axes stand for as many evolutions.
    """

    values: np.ndarray

    def __post_init__(self) -> None:
        values = frozen_copy(self.values)
        if values.ndim == 0 or values.size == 0:
            raise ValueError(
                "`values` must have shape (*batch, k) and hold a control, but has "
                f"shape {values.shape}."
            )
        check_finite(values, "values")
        object.__setattr__(self, "values", values)

    @property
    def n_controls(self) -> int:
        """Number of controls."""
        return self.values.shape[-1]

    def edges(self, start: float, stop: float) -> np.ndarray:
        """Return no time at all."""
        return np.empty(0)

    def samples(self, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
        """Return the same values for every piece, shape (3, batch, s, k)."""
        *batch, k = self.values.shape
        values = self.values[..., None, :]
        return np.broadcast_to(values, (3, *batch, len(starts), k))


@dataclass(frozen=True, eq=False)
class PiecewiseControls:
    """Controls that are constant between given times, repeated if they are a cycle.

    Parameters
    ----------
    times : shape (s + 1,)
        Strictly increasing edges of the slices.
    values : shape (s, k)
        Controls on each slice.
    periodic : bool, optional
        Whether the slices repeat with period ``times[-1] - times[0]``. If not, a
        solver that leaves them is refused.
    """

    times: np.ndarray
    values: np.ndarray
    periodic: bool = False

    def __post_init__(self) -> None:
        times = frozen_copy(self.times)
        values = frozen_copy(self.values)
        check_shapes(times=(times, "t"))
        check_shapes(values=(values, f"{max(len(times) - 1, 0)} k"))
        check_increasing(times, "times")
        check_finite(values, "values")
        object.__setattr__(self, "times", times)
        object.__setattr__(self, "values", values)

    @property
    def n_controls(self) -> int:
        """Number of controls."""
        return self.values.shape[1]

    def edges(self, start: float, stop: float) -> np.ndarray:
        """Return the edges of slices inside (start, stop)."""
        return _edges_between(self.times, self.periodic, start, stop)

    def samples(self, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
        """Return the values on the slice of each piece, shape (3, s, k)."""
        middle = _fold(self.times, self.periodic, (starts + stops) / 2)
        last = len(self.values) - 1
        index = np.clip(np.searchsorted(self.times, middle, side="right") - 1, 0, last)
        return np.broadcast_to(self.values[index], (3, *self.values[index].shape))


@dataclass(frozen=True, eq=False)
class SampledControls:
    """Smooth controls known at the ends and in the middle of steps.

    Between the three samples of a step they are the parabola through them; a solver
    takes each step by a fourth-order Magnus exponential.

    Parameters
    ----------
    times : shape (2 s + 1,)
        Strictly increasing; ``times[2 i + 1]`` is the middle of step i.
    values : shape (2 s + 1, k)
        Controls at those times. Jumps of slope belong at even indices.
    periodic : bool, optional
        Whether the samples repeat with period ``times[-1] - times[0]``.
    """

    times: np.ndarray
    values: np.ndarray
    periodic: bool = False

    def __post_init__(self) -> None:
        times = frozen_copy(self.times)
        values = frozen_copy(self.values)
        check_shapes(times=(times, "t"), values=(values, "t k"))
        check_increasing(times, "times")
        check_finite(values, "values")
        if len(times) < 3 or len(times) % 2 == 0:
            raise ValueError(
                "`times` must hold an odd number of times, three or more, "
                f"but holds {len(times)}."
            )
        middles = (times[:-2:2] + times[2::2]) / 2
        if np.abs(middles - times[1::2]).max() > 1e-9 * (times[-1] - times[0]):
            raise ValueError(
                "`times` must have each odd entry in the middle of its neighbours."
            )
        object.__setattr__(self, "times", times)
        object.__setattr__(self, "values", values)

    @property
    def n_controls(self) -> int:
        """Number of controls."""
        return self.values.shape[1]

    def edges(self, start: float, stop: float) -> np.ndarray:
        """Return the ends of steps inside (start, stop)."""
        return _edges_between(self.times[::2], self.periodic, start, stop)

    def samples(self, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
        """Return parabola values at start, middle and end, shape (3, s, k)."""
        ends = self.times[::2]
        middle = _fold(ends, self.periodic, (starts + stops) / 2)
        index = np.clip(
            np.searchsorted(ends, middle, side="right") - 1, 0, len(ends) - 2
        )
        width = ends[index + 1] - ends[index]
        centre = (middle - ends[index]) / width
        half = (stops - starts) / (2 * width)
        a, b, c = (self.values[2 * index + shift] for shift in range(3))
        x = np.stack([centre - half, centre, centre + half])[..., None]  # (3, s, 1)
        return (1 - x) * (1 - 2 * x) * a + 4 * x * (1 - x) * b + x * (2 * x - 1) * c


def _fold(times: np.ndarray, periodic: bool, at: np.ndarray) -> np.ndarray:
    """Bring times into the span of the controls, or refuse those outside."""
    start, period = times[0], times[-1] - times[0]
    if periodic:
        return start + np.mod(at - start, period)
    slack = 1e-9 * period  # times that differ by rounding are the same
    outside = (at < start - slack) | (at > times[-1] + slack)
    if outside.any():
        raise ValueError(
            f"`controls` must cover all times, but end at [{times[0]:.6g}, "
            f"{times[-1]:.6g}] and are asked for at {at[outside][0]:.6g}. "
            "Set periodic=True if they repeat."
        )
    return at


def _edges_between(
    times: np.ndarray, periodic: bool, start: float, stop: float
) -> np.ndarray:
    """Return the edges in (start, stop), over as many periods as needed."""
    edges = times
    if periodic:
        period = times[-1] - times[0]
        first = int(np.floor((start - times[0]) / period))
        last = int(np.ceil((stop - times[0]) / period))
        cycles = np.arange(first, last + 1)[:, None] * period
        edges = np.unique(cycles + times[:-1])
    return edges[(edges > start) & (edges < stop)]
