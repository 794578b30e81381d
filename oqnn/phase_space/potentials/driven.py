"""Potentials under a uniform oscillating force."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite
from .checks import check_order
from .kicked import Kicked
from .potential import Kick, Potential, as_potential

__all__ = ["Driven", "fastest_drive", "without_force"]


@dataclass(frozen=True, eq=False)
class Driven:
    r"""The potential :math:`U(x, t) - A x \cos(\omega t + \varphi)`.

    The force is :math:`+A\cos(\omega t + \varphi)`. `Driven` of a `DoubleWell` is the
    Duffing oscillator.

    Parameters
    ----------
    potential : Potential or callable
        U.
    amplitude : float, force
        A.
    frequency : float, 1/time
        ω, angular.
    phase : float, optional
        φ.

    Raises
    ------
    TypeError
        If `potential` is no potential.
    ValueError
        If a parameter is not finite.

    Examples
    --------
    >>> from oqnn.phase_space import DoubleWell
    >>> duffing = Driven(DoubleWell(), 0.5, 2.0)
    >>> float(duffing(2.0, 0.0) - duffing(2.0, np.pi / 2))
    -2.0
    """

    potential: Potential
    amplitude: float
    frequency: float
    phase: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "potential", as_potential(self.potential))
        for name in ("amplitude", "frequency", "phase"):
            check_finite(np.asarray(getattr(self, name)), name)

    @property
    def depends_on_time(self) -> bool:
        """Always."""
        return True

    def __call__(self, x: ArrayLike, t: float = 0.0) -> np.ndarray:
        """Return U(x, t), in the shape of `x`."""
        x = np.asarray(x, dtype=float)
        return self.potential(x, t) - self.force(t) * x

    def derivative(self, x: ArrayLike, order: int, t: float = 0.0) -> np.ndarray:
        """Return the derivative of an order ≥ 1, in the shape of `x`."""
        check_order(order)
        slope = self.potential.derivative(x, order, t)
        return slope - self.force(t) if order == 1 else slope

    def kicks(self, t0: float, t1: float) -> tuple[Kick, ...]:
        """Return the kicks of the potential inside."""
        return self.potential.kicks(t0, t1)

    def force(self, t: float) -> float:
        """Return the uniform force at a time."""
        return self.amplitude * np.cos(self.frequency * t + self.phase)


def fastest_drive(potential: Potential) -> float:
    """Return the highest of the angular frequencies of drives, 0 without one."""
    if isinstance(potential, Kicked):
        return fastest_drive(potential.potential)
    if not isinstance(potential, Driven):
        return 0.0
    return max(abs(potential.frequency), fastest_drive(potential.potential))


def without_force(
    potential: Potential,
) -> tuple[Potential, Callable[[float], float] | None]:
    """Return the potential under a uniform force, and the force as a function of time.

    Without kicks. What is left is often constant, and then it has to be evaluated only
    once.
    """
    if isinstance(potential, Kicked):  # kicks are not part of the steps between them
        return without_force(potential.potential)
    if not isinstance(potential, Driven):
        return potential, None
    inner, more = without_force(potential.potential)
    if more is None:
        return inner, potential.force
    return inner, lambda t: potential.force(t) + more(t)
