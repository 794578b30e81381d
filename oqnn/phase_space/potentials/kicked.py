"""Potentials that are kicked periodically."""

from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_positive
from .potential import Kick, Potential, as_potential

__all__ = ["Kicked"]

SIMULTANEOUS = 1e-9  # of a period: rounding of times that stand for a kick's


@dataclass(frozen=True, eq=False)
class Kicked:
    r"""The potential :math:`U(x, t) + K(x) \sum_n \delta(t - nT)`, n any integer.

    A kick acts as :math:`e^{-iK(x)/\hbar}`, exactly. The state at the time of a kick
    is that after it, so that an evolution which starts at t = 0 starts after the kick
    there. A kicked `Pendulum` on the free particle `Polynomial([0])` is the kicked
    rotor, on the line.

    Parameters
    ----------
    potential : Potential or callable
        U, between kicks.
    kick : Potential or callable
        K, energy × time. Taken at the time of the kick if it depends on time.
    period : float, time
        T > 0.

    Raises
    ------
    TypeError
        If `potential` or `kick` is no potential.
    ValueError
        If `period` is not positive, or `kick` has kicks itself.

    Examples
    --------
    >>> from oqnn.phase_space import Pendulum, Polynomial
    >>> rotor = Kicked(Polynomial([0]), Pendulum(5.0), period=1.0)
    >>> [time for time, K in rotor.kicks(0.0, 3.0)]
    [1.0, 2.0, 3.0]
    """

    potential: Potential
    kick: Potential
    period: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "potential", as_potential(self.potential))
        object.__setattr__(self, "kick", as_potential(self.kick))
        check_positive(self.period, "period")
        if self.kick.kicks(0.0, self.period) or _holds_kicked(self.kick):
            raise ValueError(
                "`kick` must act at once, but has kicks itself. Kicked(Kicked(U, K1, "
                "T1), K2, T2) has two series of them."
            )

    @property
    def depends_on_time(self) -> bool:
        """Whether U does, between kicks."""
        return self.potential.depends_on_time

    def __call__(self, x: ArrayLike, t: float = 0.0) -> np.ndarray:
        """Return U(x, t) without the kicks, in the shape of `x`."""
        return self.potential(x, t)

    def derivative(self, x: ArrayLike, order: int, t: float = 0.0) -> np.ndarray:
        """Return its derivative of an order ≥ 1, in the shape of `x`."""
        return self.potential.derivative(x, order, t)

    def kicks(self, t0: float, t1: float) -> tuple[Kick, ...]:
        """Return times t0 < t ≤ t1 with the potentials that act there, in order.

        A time within 1e-9 periods of a kick stands for it, on both sides alike: of
        adjoining intervals exactly one has it.
        """
        first = floor(t0 / self.period + SIMULTANEOUS) + 1
        last = floor(t1 / self.period + SIMULTANEOUS)
        own = [(min(n * self.period, t1), self.kick) for n in range(first, last + 1)]
        both = [*self.potential.kicks(t0, t1), *own]
        return tuple(sorted(both, key=lambda kick: kick[0]))


def _holds_kicked(potential: Potential) -> bool:
    """Whether a potential is kicked or wraps one that is, however long its period."""
    inner = getattr(potential, "potential", None)
    return isinstance(potential, Kicked) or (inner is not None and _holds_kicked(inner))
