"""Controls that are functions of time."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_integer, check_positive, check_shapes
from .frozen import frozen_copy

__all__ = ["SmoothControls"]


class SmoothControls:
    r"""Controls given as a function of time, smooth between a few jumps.

    A solver looks at the function on a fine grid before it takes a step, so that it
    finds pulses and jumps by itself down to the length `shortest`. Shorter ones are
    found for certain only if their ends are in `edges`.

    Parameters
    ----------
    function : callable
        Times (s,) → controls (s, k), or one time → controls (k,); for k = 1 also
        (s,) and a number. Real and finite at all times asked for.
    n_controls : int
        Number k of controls.
    edges : shape (e,), optional
        Times that no step may cross: jumps, kinks and ends of short pulses.
    shortest : float, time, optional
        Length of the shortest pulse to be found without `edges`; 1/8192 of the time
        between the first and the last time of an evolution by default.

    Raises
    ------
    TypeError
        If `function` cannot be called, or `n_controls` is no integer.
    ValueError
        If `edges` are not finite or `shortest` is not positive. When called: if the
        function gives another number of controls, complex ones, or one that is not
        finite.

    Examples
    --------
    >>> import numpy as np
    >>> controls = SmoothControls(lambda t: np.stack([np.cos(t), t], axis=-1), 2)
    >>> controls.at([0.0, np.pi])
    array([[ 1.        ,  0.        ],
           [-1.        ,  3.14159265]])
    """

    def __init__(
        self,
        function: Callable[..., Any],
        n_controls: int,
        *,
        edges: ArrayLike = (),
        shortest: float | None = None,
    ) -> None:
        if not callable(function):
            raise TypeError(
                "`function` must be callable, but is a "
                f"{type(function).__name__}. For fixed controls use ConstantControls."
            )
        check_integer(n_controls, "n_controls")
        known = np.unique(np.asarray(edges, dtype=float))
        check_finite(known, "edges")
        if shortest is not None:
            check_positive(shortest, "shortest")
        self.function, self.n_controls = function, int(n_controls)
        self.shortest = shortest
        self._edges = frozen_copy(known)

    def at(self, times: ArrayLike) -> np.ndarray:
        """Return the controls at times (s,), shape (s, k)."""
        times = np.asarray(times, dtype=float)
        check_shapes(times=(times, "s"))
        values = self._all_at_once(times)
        if values is None:
            values = self._one_by_one(times)
        bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
        if bad.size:
            raise ValueError(
                "`function` must give finite controls, but at t = "
                f"{times[bad[0]]:.6g} gives {values[bad[0]]}."
            )
        return values

    def edges(self, start: float, stop: float) -> np.ndarray:
        """Return the known edges inside (start, stop)."""
        known = self._edges
        return known[(known > start) & (known < stop)]

    def samples(self, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
        """Return values at the start, middle and end of pieces, shape (3, s, k).

        Starts and ends are limits from inside the piece, so that a jump at an edge
        belongs to neither side.
        """
        starts, stops = np.asarray(starts, dtype=float), np.asarray(stops, dtype=float)
        rounding = 4 * np.spacing(np.maximum(np.abs(starts), np.abs(stops)))
        inward = np.minimum(rounding, (stops - starts) / 2)
        times = np.stack([starts + inward, (starts + stops) / 2, stops - inward])
        return self.at(times.reshape(-1)).reshape(*times.shape, self.n_controls)

    def _all_at_once(self, times: np.ndarray) -> np.ndarray | None:
        """Call the function with all times; None where it takes one at a time.

        As many times as controls would not tell (s, k) from (k, s): one is repeated.
        """
        if times.size == 0:
            return np.empty((0, self.n_controls))
        asked = times
        if len(times) in (1, self.n_controls):
            asked = np.append(times, np.full(self.n_controls, times[-1]))
        try:
            values = np.asarray(self.function(asked))
        except (TypeError, ValueError, AttributeError, IndexError):
            return None
        if self.n_controls == 1 and values.shape == asked.shape:
            values = values[:, None]
        if values.shape != (len(asked), self.n_controls):
            return None
        return _real(values)[: len(times)]

    def _one_by_one(self, times: np.ndarray) -> np.ndarray:
        """Call the function once for every time."""
        rows = [np.asarray(self.function(float(t))) for t in times]
        for t, row in zip(times, rows, strict=True):
            number = self.n_controls == 1 and row.ndim == 0
            if not number and row.shape != (self.n_controls,):
                raise ValueError(
                    f"`function` must give {self.n_controls} controls, but at t = "
                    f"{t:.6g} gives an array of shape {row.shape}."
                )
        return _real(np.array([row.reshape(self.n_controls) for row in rows]))


def _real(values: np.ndarray) -> np.ndarray:
    """Return controls as floats, refusing complex ones."""
    if np.iscomplexobj(values):
        raise ValueError(
            "`function` must give real controls, but gives complex ones. Use one "
            "channel for the real and one for the imaginary part."
        )
    return values.astype(float)
