"""The way through the times that were asked for, step by step, kick by kick."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from ..._core.progress import ProgressLine
from ..grid import PhaseSpaceGrid
from ..potentials.checks import check_potential
from ..potentials.driven import fastest_drive, without_force
from ..potentials.potential import Potential
from ..potentials.pulses import Pulse, pulses
from ..surroundings.open_parts import OpenParts
from .fourier import (
    MOST_AT_TOP,
    TOP,
    from_wavenumbers,
    share_at_top,
    to_wavenumbers,
)
from .linear_flow import LinearFlow
from .local_part import LocalPart
from .splitting import Flow, SplitStep, TimeOrder
from .step_control import CHUNK, StepControl

__all__ = ["Walk"]

TICKS = 1000  # of the progress line
POPULATED = 1e-4  # of the largest |G|; what lies below does little where it lands
FARTHEST = 0.5  # of the momentum box, that one step may kick
KEPT = 2  # kicks whose factors are not computed again


@dataclass(frozen=True, eq=False)
class Walk:
    """One equation of motion on one grid."""

    local: LocalPart
    parts: OpenParts
    time_order: TimeOrder
    _kicks: list[tuple[Potential, np.ndarray, np.ndarray]] = field(
        default_factory=list, repr=False
    )

    @classmethod
    def prepare(
        cls,
        potential: Potential,
        grid: PhaseSpaceGrid,
        parts: OpenParts,
        *,
        mass: float,
        order_hbar: int | None,
        time_order: TimeOrder,
    ) -> "Walk":
        """Return the walk under p²/2m + U and the channels' parts."""
        local = LocalPart(
            grid, potential, mass, order_hbar, parts.decays, parts.diffusion[0, 0]
        )
        return cls(local, parts, time_order)

    def through(
        self,
        times: np.ndarray,
        values: np.ndarray,
        *,
        step: float | None,
        tol: float,
        progress: bool | None,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, bool]:
        """Return values (t, ..., nx, np), errors (t,), numbers of steps (t,).

        Last, whether the grid kept the error above `tol`.
        """
        whole = np.empty((times.size, *values.shape))
        errors, steps = np.zeros(times.size), np.zeros(times.size, dtype=int)
        whole[0], total = values, float(times[-1] - times[0])
        control = StepControl(
            lambda dt: SplitStep(self.local, self._flow, dt, self.time_order),
            self.time_order,
            step=step,
            tol=tol,
            total=total or 1.0,
            guess=self._longest(values, float(times[0]), total, step),
            watch=1 if self._is_unforeseen else CHUNK,
        )
        quick = self._quick(times) if step is None else []
        with ProgressLine("phase space", TICKS, show=progress) as line:
            tick = _ticker(line, float(times[0]), total)
            for n in range(1, times.size):
                stretch = float(times[n - 1]), float(times[n])
                values, errors[n], steps[n] = self._between(
                    control, values, stretch, quick, tick
                )
                whole[n] = values
        return whole, np.cumsum(errors), steps, control.is_stalled

    def _between(
        self,
        control: StepControl,
        values: np.ndarray,
        stretch: tuple[float, float],
        quick: list[Pulse],
        tick: Callable[[float], None],
    ) -> tuple[np.ndarray, float, int]:
        """Return values at the end of a stretch, the error made and the steps taken."""
        (start, stop), error, steps = stretch, 0.0, 0
        kicks = self.local.potential.kicks(start, stop)
        events: list[tuple[float, Potential | None, float]]
        events = [(at, kick, np.inf) for at, kick in kicks]
        events += [(p.start, None, p.step) for p in quick if start <= p.start < stop]
        for at, kick, longest in (*sorted(events, key=_time), (stop, None, np.inf)):
            if at > start:
                values, more, taken = control.advance(values, start, at, tick)
                error, steps, start = error + more, steps + taken, at
            if kick is not None:
                values = self._kicked(values, kick, at)
                control.renew()
            if longest < np.inf:
                control.shorten(longest)
        return values, error, steps

    @property
    def _is_unforeseen(self) -> bool:
        """Whether the potential is a function of time of which nothing is known."""
        still, _ = without_force(self.local.potential)
        return still.depends_on_time

    def _quick(self, times: np.ndarray) -> list[Pulse]:
        """Return when the potential changes too quickly for steps to begin long."""
        x, ends = self.local.grid.x, (float(times[0]), float(times[-1]))
        return pulses(self.local.potential, x, *ends)

    def _kicked(self, values: np.ndarray, kick: Potential, t: float) -> np.ndarray:
        """Return values after a potential that acts for an instant."""
        factor, forces = self._factor_and_forces(kick, t)
        waves = to_wavenumbers(values)
        farthest = float(forces[self._populated(waves)].max(initial=0.0))
        box = self.local.grid.dp * self.local.grid.p.size
        if farthest >= box:
            raise ValueError(
                "`potential` must have kicks that leave W in the momentum box, of "
                f"length {box:.4g}, but moves W by {farthest:.3g} at t = {t:.4g}. "
                "Try a longer axis of p."
            )
        return from_wavenumbers(waves * factor, values.shape[-1])

    def _factor_and_forces(
        self, kick: Potential, t: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return what a kick multiplies by and |∂K/∂x|, kept for the latest kicks."""
        for known, factor, forces in self._kicks:
            if known is kick and not kick.depends_on_time:
                return factor, forces
        forces = np.abs(replace(self.local, potential=kick).forces(t))
        factor = self.local.kick(kick, t)
        self._kicks[:] = [(kick, factor, forces), *self._kicks[: KEPT - 1]]
        return factor, forces

    def _populated(self, waves: np.ndarray) -> np.ndarray:
        """Return where waves (..., nx, nθ) of a batch are large, shape (nx, nθ)."""
        size = np.abs(waves).reshape(-1, *self.local.shape).max(axis=0)
        return size > POPULATED * size.max()

    def _flow(self, dt: float) -> Flow:
        """Return the flow of p/m and the channels over a time, in place."""
        free = np.array([[0, 1 / self.local.mass], [0, 0]])
        flow = LinearFlow.build(
            self.local.grid, free + self.parts.drift, self.parts.diffusion, dt
        )
        return lambda values: flow(values, out=values)

    def _longest(
        self, values: np.ndarray, t: float, total: float, step: float | None
    ) -> float:
        """Return a first step, refusing one that kicks across the momentum box."""
        grid, local = self.local.grid, self.local
        half = local.y[0, -1] / 2
        reach = np.linspace(grid.x[0] - half, grid.x[-1] + half, 4 * grid.x.size)
        check_potential(
            local.potential, reach if local.order_hbar is None else grid.x, t
        )
        waves = to_wavenumbers(values)
        self._check_order(waves, t)
        rates = np.abs(local.forces(t))[self._populated(waves)]
        box = grid.dp * grid.p.size
        longest, fastest = total or 1.0, float(rates.max(initial=0.0))
        if longest * fastest > FARTHEST * box:
            longest = FARTHEST * box / fastest
        if step is not None and min(step, total) > longest:
            raise ValueError(
                f"`step` must be so short that W stays in the momentum box, "
                f"of length {box:.4g}, but is {step:.3g} where forces are "
                f"{fastest:.3g}. Try {longest / 4:.2g}, or leave it out."
            )
        # Steps in tune with a drive would see a constant force, and so would their
        # halves; from one radian on they grow by four at most, and see what they do.
        drive = fastest_drive(local.potential)
        return min(longest / 4, 1 / drive) if drive else longest / 4

    def _check_order(self, waves: np.ndarray, t: float) -> None:
        """Refuse an order of ħ whose derivative the spacing of p does not resolve."""
        s = self.local.order_hbar
        if not s:
            return
        worst = share_at_top(self.local.last_term(t) * waves)
        if not worst <= MOST_AT_TOP:
            raise ValueError(
                f"`order_hbar` must not be {s} on this grid: {worst:.1g} of the power "
                f"of ∂_p^{2 * s + 1}W lies in the uppermost {TOP:.0%} of θ, where the "
                "spacing of p ends. Take a lower order, or None for no series; a finer "
                "p for a state that needs it, a coarser one where rounding errors are "
                "what is amplified."
            )


def _time(event: tuple) -> float:
    """Return when something happens."""
    return event[0]


def _ticker(line: ProgressLine, start: float, total: float) -> Callable[[float], None]:
    """Return the function that moves a progress line to a time."""
    shown = 0

    def tick(now: float) -> None:
        nonlocal shown
        reached = int(TICKS * (now - start) / total)
        line.advance(max(0, reached - shown), text=f"t = {now:.4g}")
        shown = max(shown, reached)

    return tick
