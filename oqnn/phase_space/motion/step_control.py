"""How long a step may be, from the error of one step against two halves."""

from collections.abc import Callable
from math import ceil

import numpy as np

from ..._core.errors import ConvergenceError
from .splitting import SplitStep, TimeOrder

__all__ = ["StepControl"]

CHUNK = 16  # steps between two looks at the error
SHARE = 0.5  # of what is allowed, for it changes between two looks
SLACK = 16  # how far below its allowance an error may lie before steps grow
MOST_STEPS = 100_000  # of one stretch of time
SMOOTH = 1e-5  # an error below it falls with the steps, as their order says
LEEWAY = 0.75  # of that order
ROUNDING = 1e-13
SAME = 1e-12  # lengths that differ by less are one step


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
        Bound for the estimated ‖δW‖/‖W‖ over the whole time `total`.
    total : float
        The whole time.
    guess : float
        A first step to try.
    watch : int, optional
        Steps between two looks at the error. At 1 no change of U is passed over, and
        the two halves that told the error are the step.
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
        watch: int = CHUNK,
    ) -> None:
        self._make_step, self._order, self._watch = make_step, order, watch
        self._step, self._rate = step, tol / total
        self._next = step or guess
        self._ready: dict[float, SplitStep] = {}
        self._seen: tuple[float, float, int] = (0.0, 0.0, watch)  # dt, error, steps ago
        self._stalled = False
        self._halves = np.empty(0)  # the latest step, as two of half its length

    @property
    def is_stalled(self) -> bool:
        """Whether `tol` was missed because errors did not fall with the steps."""
        return self._stalled

    def renew(self) -> None:
        """Forget the error of a step, as one must where W has changed at once.

        An error at rounding is kept: then the steps are exact.
        """
        if self._seen[1] > ROUNDING:
            self._seen = (0.0, 0.0, self._watch)

    def shorten(self, longest: float) -> None:
        """Begin anew with steps of some length at most, as where U changes quickly."""
        self._seen = (0.0, 0.0, self._watch)
        self._next = min(self._next, longest)

    @np.errstate(over="ignore", invalid="ignore")  # of steps too long, told below
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
            if self._step is None:
                left, local, ready = self._choose(values, now, stop)
            else:
                left, local, ready = self._count(stop - now), np.nan, MOST_STEPS
            dt, steps = (stop - now) / left, min(left, ready)
            if self._watch > 1 or self._step is not None:
                values = self._splitting(dt).run(values, now, steps, after=done)
            else:
                values = self._halves
                done(now + dt)
            if not np.isfinite(values).all():
                raise ConvergenceError(
                    f"W grew without bound in steps of {dt:.3g}, near t = {now:.4g}. "
                    "Take a shorter `step`, or leave it out."
                )
            error = error + steps * local
            taken += steps if self._watch > 1 or self._step is not None else 2
            now = stop if steps == left else now + steps * dt
            self._seen = (*self._seen[:2], self._seen[2] + steps)
        return values, error, taken

    def _count(self, span: float) -> int:
        """Return how many steps a stretch takes, refusing numbers without end."""
        count = ceil(span / self._next * (1 - 1e-12))
        if count > MOST_STEPS:
            raise ConvergenceError(
                f"steps of {self._next:.3g} would be needed, {count:.1e} of them to "
                "the next time. Take a larger `tol`, or times in between if so long a "
                "run is meant. Steps are that short where U is steep, also at points "
                "x ± ħθ/2 beyond the grid. Where `order_hbar` cuts a series its terms "
                "grow with θ without bound: use a lower one, None, or fewer points of "
                "p."
            )
        return max(1, count)

    def _choose(
        self, values: np.ndarray, now: float, stop: float
    ) -> tuple[int, float, int]:
        """Return the number of steps to `stop`, one's error, and how many to do now."""
        while True:
            left = self._count(stop - now)
            dt = (stop - now) / left
            known, seen, ago = self._seen
            if ago < self._watch and dt < known * (1 + SAME):
                # of a shorter step a bound; its own error falls faster with its length
                return left, seen * dt / known, self._watch - ago
            whole, self._halves = self._error(values, now, dt)
            local = whole if self._watch > 1 else whole * 0.5**self._order
            if not np.isfinite(local):  # an exponential was too large
                self._next = 0.1 * dt
                continue
            if local > SHARE * self._rate * dt and self._keeps(values, now, dt, whole):
                self._rate, self._stalled = 2 * local / (SHARE * dt), True
            allowed = SHARE * self._rate * dt
            # an error at rounding says nothing on how it grows with the step
            better = dt * (allowed / max(local, ROUNDING)) ** (1 / self._order)
            if local <= max(allowed, ROUNDING):
                self._seen = (dt, local, 0)
                if local * SLACK < allowed:
                    # a stretch may be shorter than the steps that W allows
                    self._next = max(self._next, min(better, 4 * dt))
                return left, local, self._watch
            self._next = max(min(0.9 * better, 0.7 * dt), 0.1 * dt)

    def _error(
        self, values: np.ndarray, now: float, dt: float
    ) -> tuple[float, np.ndarray]:
        """Return the error ‖δW‖/‖W‖ of one step, from two halves of it, and those."""
        whole = self._splitting(dt).run(values, now, 1)
        halves = self._splitting(dt / 2).run(values, now, 2)
        apart = _distance(whole, halves, values)
        return apart / (1 - 0.5**self._order), halves

    def _keeps(
        self,
        values: np.ndarray,
        now: float,
        dt: float,
        local: float,
    ) -> bool:
        """Tell whether errors do not fall with the steps as those of a smooth W do.

        What is finer than the grid, or has come to the edges of the box, where U jumps,
        keeps its error however short the steps are.
        """
        if local > SMOOTH and not self._stalled:
            return False
        quarters = self._splitting(dt / 4).run(values, now, 4)
        apart = _distance(self._halves, quarters, values)
        return local * (1 - 0.5**self._order) < 2 ** (self._order - LEEWAY) * apart

    def _splitting(self, dt: float) -> SplitStep:
        """Return the step of a length, made once for as long as it is in use."""
        for known, step in self._ready.items():
            if abs(known - dt) < SAME * dt:
                return step
        while len(self._ready) > 4:
            self._ready.pop(next(iter(self._ready)))
        self._ready[dt] = self._make_step(dt)
        return self._ready[dt]


def _distance(values: np.ndarray, others: np.ndarray, size: np.ndarray) -> float:
    """Return the largest ‖δW‖/‖W‖ of a batch, where W = 0 stays zero."""
    norm = _norm(size)
    return float(np.max(_norm(values - others) / np.where(norm > 0, norm, 1.0)))


def _norm(values: np.ndarray) -> np.ndarray:
    """Return the root of Σ|W|² over the grid; unitary motion preserves it."""
    return np.linalg.norm(values, axis=(-2, -1))
