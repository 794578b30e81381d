"""Polynomials, and the double well."""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import polynomial
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_positive, check_shapes
from .checks import check_order

__all__ = ["DoubleWell", "Polynomial"]


@dataclass(frozen=True, eq=False)
class Polynomial:
    r"""The potential :math:`U(x) = \sum_n c_n x^n`.

    Parameters
    ----------
    coefficients : shape (degree + 1,)
        :math:`c_0, c_1, …`, the constant first.

    Raises
    ------
    ValueError
        If the coefficients are no vector of at least one finite number.

    Examples
    --------
    >>> U = Polynomial([0, 0, 0.5, 0.25])
    >>> float(U(2.0)), float(U.derivative(2.0, 3))
    (4.0, 1.5)
    """

    coefficients: np.ndarray

    def __post_init__(self) -> None:
        coefficients = np.array(self.coefficients, dtype=float)
        check_shapes(coefficients=(coefficients, "n"))
        check_finite(coefficients, "coefficients")
        if coefficients.size == 0:
            raise ValueError(
                "`coefficients` must hold at least one number, but is empty. [0.0] is "
                "the free particle."
            )
        coefficients.flags.writeable = False
        object.__setattr__(self, "coefficients", coefficients)

    @property
    def depends_on_time(self) -> bool:
        """Never."""
        return False

    def __call__(self, x: ArrayLike, t: float = 0.0) -> np.ndarray:
        """Return U(x), in the shape of `x`."""
        return polynomial.polyval(np.asarray(x, dtype=float), self.coefficients)

    def derivative(self, x: ArrayLike, order: int, t: float = 0.0) -> np.ndarray:
        """Return the derivative of an order ≥ 1, in the shape of `x`."""
        check_order(order)
        derived = polynomial.polyder(self.coefficients, order)
        return polynomial.polyval(np.asarray(x, dtype=float), derived)

    def kicks(self, t0: float, t1: float) -> tuple[()]:
        """Return no kicks."""
        return ()


@dataclass(frozen=True)
class DoubleWell:
    r"""The potential :math:`U(x) = B (x^2/b^2 - 1)^2`.

    Its minima U = 0 lie at ±b, with :math:`\omega = \sqrt{8B/m}/b`, and between them
    the unstable point x = 0, where motion grows at the rate :math:`\sqrt{4B/m}/b`.

    Parameters
    ----------
    barrier : float, energy
        B > 0.
    minimum : float, length
        b > 0.

    Raises
    ------
    ValueError
        If a parameter is not positive.

    Examples
    --------
    >>> U = DoubleWell(barrier=2.0, minimum=1.5)
    >>> float(U(0.0)), float(U(-1.5)), float(U.derivative(1.5, 1))
    (2.0, 0.0, 0.0)
    """

    barrier: float = 1.0
    minimum: float = 1.0

    def __post_init__(self) -> None:
        check_positive(self.barrier, "barrier")
        check_positive(self.minimum, "minimum")

    @property
    def polynomial(self) -> Polynomial:
        """The same potential by its coefficients."""
        B, b = self.barrier, self.minimum
        return Polynomial(np.array([B, 0, -2 * B / b**2, 0, B / b**4]))

    @property
    def depends_on_time(self) -> bool:
        """Never."""
        return False

    def __call__(self, x: ArrayLike, t: float = 0.0) -> np.ndarray:
        """Return U(x), in the shape of `x`."""
        # As a square: the coefficients would cancel at the minima.
        return (
            self.barrier * ((np.asarray(x, dtype=float) / self.minimum) ** 2 - 1) ** 2
        )

    def derivative(self, x: ArrayLike, order: int, t: float = 0.0) -> np.ndarray:
        """Return the derivative of an order ≥ 1, in the shape of `x`."""
        return self.polynomial.derivative(x, order)

    def kicks(self, t0: float, t1: float) -> tuple[()]:
        """Return no kicks."""
        return ()
