"""The pendulum."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_positive
from .checks import check_order

__all__ = ["Pendulum"]


@dataclass(frozen=True)
class Pendulum:
    r"""The potential :math:`U(x) = -K\cos(kx + \varphi)`.

    On the whole line: x is no angle, and states need not be periodic.

    Parameters
    ----------
    strength : float, energy
        K, of either sign.
    wave_number : float, 1/length
        k > 0.
    phase : float
        φ.

    Raises
    ------
    ValueError
        If a parameter is not finite, or `wave_number` not positive.

    Examples
    --------
    >>> U = Pendulum(2.0)
    >>> float(U(0.0)), float(U.derivative(0.0, 2)), float(U.derivative(0.0, 4))
    (-2.0, 2.0, -2.0)
    """

    strength: float = 1.0
    wave_number: float = 1.0
    phase: float = 0.0

    def __post_init__(self) -> None:
        check_finite(np.asarray(self.strength), "strength")
        check_positive(self.wave_number, "wave_number")
        check_finite(np.asarray(self.phase), "phase")

    @property
    def depends_on_time(self) -> bool:
        """Never."""
        return False

    def __call__(self, x: ArrayLike, t: float = 0.0) -> np.ndarray:
        """Return U(x), in the shape of `x`."""
        return -self.strength * np.cos(self._angle(x))

    def derivative(self, x: ArrayLike, order: int, t: float = 0.0) -> np.ndarray:
        """Return the derivative of an order ≥ 1, in the shape of `x`."""
        check_order(order)
        wave = np.sin if order % 2 else np.cos
        sign = (-1) ** ((order + 1) // 2)  # cos: −sin, −cos, sin, cos, …
        amplitude = -self.strength * sign * self.wave_number**order
        return amplitude * wave(self._angle(x))

    def kicks(self, t0: float, t1: float) -> tuple[()]:
        """Return no kicks."""
        return ()

    def _angle(self, x: ArrayLike) -> np.ndarray:
        return self.wave_number * np.asarray(x, dtype=float) + self.phase
