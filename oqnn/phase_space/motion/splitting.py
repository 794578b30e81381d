"""Split steps: the local part V and the flow T of phase space, one after the other."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np

from ..potentials.driven import without_force
from .fourier import from_wavenumbers, to_wavenumbers
from .local_part import LocalPart

__all__ = ["SplitStep", "TimeOrder"]

TimeOrder = Literal[2, 4]
Flow = Callable[[np.ndarray], np.ndarray]


class SplitStep:
    r"""Steps of a fixed length dt for W(x, p).

    Second order is Strang's :math:`e^{V/2}e^{T}e^{V/2}`; fourth order is the scheme of
    Suzuki and Chin [1]_,

    .. math:: e^{V/6}\, e^{T/2}\, e^{2\tilde V/3}\, e^{T/2}\, e^{V/6}, \qquad
              \tilde V = V + \tfrac{dt^2}{48}[V, [T, V]],

    in which nothing runs backwards in time, so that diffusion is welcome. V is taken
    at the times t, t + dt/2 and t + dt that T has reached, which keeps the order for
    potentials that change in time. Neighbouring half-steps are merged.

    Parameters
    ----------
    local : LocalPart
        V.
    flow : callable of a time
        Returns the function that applies T for that time to values in place.
    dt : float
        Length of a step.
    order : 2 or 4
        Order of the global error in dt.

    References
    ----------
    .. [1] Chin and Chen, J. Chem. Phys. 117, 1409 (2002), algorithm 4A.
    """

    def __init__(
        self,
        local: LocalPart,
        flow: Callable[[float], Flow],
        dt: float,
        order: TimeOrder,
    ) -> None:
        still, self._force = without_force(local.potential)
        self._local, self._dt, self._order = replace(local, potential=still), dt, order
        self._fixed = not still.depends_on_time
        self._flow = flow(dt if order == 2 else dt / 2)
        self._known: dict[tuple[str, float], np.ndarray] = {}

    @property
    def dt(self) -> float:
        """Length of a step."""
        return self._dt

    def run(
        self,
        values: np.ndarray,
        start: float,
        steps: int,
        *,
        after: Callable[[float], None] | None = None,
    ) -> np.ndarray:
        """Return values (..., nx, np) after some steps from time `start`.

        `after` is called with the time at the end of each step.
        """
        outer = 1 / 2 if self._order == 2 else 1 / 6
        size, dt = values.shape[-1], self._dt
        values = np.array(values)
        waves = to_wavenumbers(values)
        np.multiply(waves, self._factor(start, outer), out=waves)
        for n in range(steps):
            now = start + n * dt
            self._move(waves, values, size)
            if self._order == 4:
                middle = self._factor(now + dt / 2, 2 / 3, corrected=True)
                np.multiply(waves, middle, out=waves)
                self._move(waves, values, size)
            share = outer if n == steps - 1 else 2 * outer
            np.multiply(waves, self._factor(now + dt, share), out=waves)
            if after is not None:
                after(now + dt)
        return from_wavenumbers(waves, size, out=values)

    def _move(self, waves: np.ndarray, values: np.ndarray, size: int) -> None:
        """Apply the flow between two visits to θ; `values` is room to work in."""
        moved = self._flow(from_wavenumbers(waves, size, out=values))
        to_wavenumbers(moved, out=waves)

    def _factor(self, t: float, share: float, *, corrected: bool = False) -> np.ndarray:
        """Return exp(share · dt · V(t)), with the commutator if `corrected`."""
        kind = "corrected" if corrected else "plain"
        factor = self._kept(kind, share, t)
        if self._force is None:
            return factor
        # A uniform force f adds −ifθ to V, and through it −if to ∂V/∂θ.
        force, theta = self._force(t), self._local.grid.theta
        factor = factor * np.exp(-1j * share * self._dt * force * theta)
        if corrected:
            factor *= np.exp(force * self._kept("mixed", share, t))
        return factor

    def _kept(self, kind: str, share: float, t: float) -> np.ndarray:
        """Return an array of `_made`, kept if nothing in it depends on time."""
        if not self._fixed:
            return self._made(kind, share, t)
        if (kind, share) not in self._known:
            self._known[kind, share] = self._made(kind, share, t)
        return self._known[kind, share]

    def _made(self, kind: str, share: float, t: float) -> np.ndarray:
        """Return a factor, or the exponent that mixes the slope of V with a force."""
        local, weight = self._local, self._dt**2 / 48
        if kind == "mixed":
            v_x, _ = local.slopes(t)
            return share * self._dt * weight * 2 / local.mass * v_x
        v = local.exponent(t)
        if kind == "corrected":
            plain, v = v, v + weight * local.double_commutator(t)
            # Growth makes up for what the flow damps too much. Waves that a step takes
            # past the last k may not be damped at all: any growth lets them run away.
            bound = local.diffusion_xx * local.grid.k[-1] ** 2 / 24
            bound = np.maximum(bound, 2 * plain.real)  # for channels that mean to grow
            np.copyto(v.real, plain.real, where=v.real > bound)
        return np.exp(share * self._dt * v)
