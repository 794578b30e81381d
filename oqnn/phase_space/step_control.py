"""How long a step may be, from the error of one step against two halves."""

from collections.abc import Callable
from math import ceil

import numpy as np

from .._core.errors import ConvergenceError
from .splitting import SplitStep, TimeOrder

__all__ = ["StepControl"]

CHUNK = 64  # steps between two looks at the error
SAFETY = 0.8
SLACK = 16  # how far below its allowance an error may lie before steps grow
MOST_STEPS = 1_000_000  # of one stretch of time
ROUNDING = 1e-13


class StepControl:
    """Moves W over stretches of time, with steps of equal length in each.

    Parameters
    ----------
    make_step : callable of a step length
        Returns the SplitStep of that length.
    order : 2 or 4
        Its order.
    step : float or None
        Longest step; None to choose it by `tol`.
    tol : float
        Bound for the estimated max|δW|/max|W| over the whole time `total`.
    total : float
        The whole time.
    guess : float
        A first step to try.
    """

    def __init__(
        self,
        make_step: Callable[[float], SplitStep],
        order: TimeOrder,
        *,
        step: float | None,
        tol: float,
        total: float,
        guess: float,
    ) -> None:
        self._make_step, self._order = make_step, order
        self._step, self._rate = step, tol / total
        self._next = step or guess
        self._ready: dict[float, SplitStep] = {}

    def advance(
        self,
        values: np.ndarray,
        start: float,
        stop: float,
        done: Callable[[float], None],
    ) -> tuple[np.ndarray, float, int]:
        """Return values at `stop`, the estimated error, and the number of steps."""
        error, taken, now = 0.0, 0, start
        while now < stop:
            left = self._count(stop - now)
            if self._step is None:
                left, local = self._choose(values, now, stop)
            else:
                local = np.nan
            dt = (stop - now) / left
            steps = left if self._step is not None else min(left, CHUNK)
            values = self._splitting(dt).run(values, now, steps, after=done)
            error, taken = error + steps * local, taken + steps
            now = stop if steps == left else now + steps * dt
        return values, error, taken

    def _count(self, span: float) -> int:
        """Return how many steps a stretch takes, refusing numbers without end."""
        count = ceil(span / self._next * (1 - 1e-12))
        if count > MOST_STEPS:
            raise ConvergenceError(
                f"steps of {self._next:.3g} would be needed, {count:.1e} of them. "
                "Terms cut at a power of hbar grow with θ without bound: use a lower "
                "`order_hbar`, order_hbar=None, fewer points of p, or a larger `tol`."
            )
        return max(1, count)

    def _choose(self, values: np.ndarray, now: float, stop: float) -> tuple[int, float]:
        """Return the number of steps to `stop`, and the error of the next one."""
        while True:
            left = self._count(stop - now)
            dt = (stop - now) / left
            whole = self._splitting(dt).run(values, now, 1)
            halves = self._splitting(dt / 2).run(values, now, 2)
            apart = np.abs(whole - halves).max() / np.abs(values).max()
            local = float(apart / (1 - 0.5**self._order))
            allowed = self._rate * dt
            # an error at rounding says nothing on how it grows with the step
            better = dt * SAFETY * (allowed / max(local, ROUNDING)) ** (1 / self._order)
            if local <= max(allowed, ROUNDING):
                if local * SLACK < allowed:
                    self._next = min(better, 4 * dt)
                return left, local
            self._next = min(better, 0.7 * dt)

    def _splitting(self, dt: float) -> SplitStep:
        """Return the step of a length, made once for as long as it is in use."""
        if dt not in self._ready:
            while len(self._ready) > 3:
                self._ready.pop(next(iter(self._ready)))
            self._ready[dt] = self._make_step(dt)
        return self._ready[dt]
