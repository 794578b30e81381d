"""The part of dW/dt that multiplies in (x, θ): potential, its truncations, decay."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np

from ..grid import PhaseSpaceGrid
from ..potentials.potential import Potential
from ..surroundings.open_parts import Decay

__all__ = ["LocalPart"]


@dataclass(frozen=True, eq=False)
class LocalPart:
    r"""v(x, θ) of ∂G/∂t = vG, with :math:`G(x, θ) = \int W e^{-iθp} dp` and θ ≥ 0.

    .. math:: v = \frac{i}{\hbar}\big[U(x + \hbar\theta/2) - U(x - \hbar\theta/2)\big]
                  - \bar F(x, \hbar\theta) .

    G is the conjugate of ρ(x + y/2, x − y/2) at y = ħθ, as the real Fourier transform
    has it. With `order_hbar` = s the bracket is cut to [1]_

    .. math:: 2 \sum_{k=0}^{s} \frac{U^{(2k+1)}(x)}{(2k+1)!}
              \Big(\frac{\hbar\theta}{2}\Big)^{2k+1} ,

    which still has modulus one in its exponential: Liouville's equation at s = 0.

    References
    ----------
    .. [1] Eq. 1.2.
    """

    grid: PhaseSpaceGrid
    potential: Potential
    mass: float
    order_hbar: int | None = None
    decays: Sequence[Decay] = ()
    diffusion_xx: float = 0.0

    @property
    def shape(self) -> tuple[int, int]:
        """Shape (nx, nθ) of v."""
        return self.grid.x.size, self.grid.theta.size

    @property
    def y(self) -> np.ndarray:
        """Distances y = ħθ, shape (1, nθ)."""
        return self.grid.hbar * self.grid.theta[None, :]

    @property
    def x(self) -> np.ndarray:
        """Positions, shape (nx, 1)."""
        return self.grid.x[:, None]

    def exponent(self, t: float) -> np.ndarray:
        """Return v at time t, shape (nx, nθ)."""
        v = 1j / self.grid.hbar * self.difference(self.potential, t)
        for channel in self.decays:
            v = v - np.conj(channel.decay(self.x, self.y, self.grid.hbar))
        return v

    def kick(self, potential: Potential, t: float) -> np.ndarray:
        """Return the factor exp ∫v dt of a potential that acts for an instant."""
        return np.exp(1j / self.grid.hbar * self.difference(potential, t))

    def slopes(self, t: float) -> tuple[np.ndarray, np.ndarray]:
        """Return ∂v/∂x and ∂v/∂θ at time t."""
        hbar = self.grid.hbar
        d_x, d_y = self._difference_slopes(t)
        v_x, v_y = 1j / hbar * d_x, 1j / hbar * d_y
        for channel in self.decays:
            f_x, f_y = channel.decay_slopes(self.x, self.y, hbar)
            v_x, v_y = v_x - np.conj(f_x), v_y - np.conj(f_y)
        return v_x, hbar * v_y

    def forces(self, t: float) -> np.ndarray:
        """Return the rates, up to a sign, at which waves in θ move along p."""
        half, U = self.y / 2, self.potential
        with np.errstate(invalid="ignore"):  # told below
            if self.order_hbar is None:
                right = U.derivative(self.x + half, 1, t)
                forces = (right + U.derivative(self.x - half, 1, t)) / 2
            else:
                terms = [
                    U.derivative(self.x, n, t) * half ** (n - 1) / factorial(n - 1)
                    for n in range(1, 2 * self.order_hbar + 2, 2)
                ]
                forces = np.sum(terms, axis=0)
        return self._finite(forces, "have a finite slope", t)

    def last_term(self, t: float) -> np.ndarray:
        """Return what the highest order kept adds to v, shape (nx, nθ)."""
        n = 2 * (self.order_hbar or 0) + 1
        slope = self.potential.derivative(self.x, n, t)
        return 2j / self.grid.hbar * slope * (self.y / 2) ** n / factorial(n)

    def double_commutator(self, t: float) -> np.ndarray:
        r"""Return [V, [T, V]], which multiplies in (x, θ) as well.

        The kinetic part is T = −(i/m) ∂_x∂_θ + D_xx ∂_x², of second order, plus terms
        of first order that drop out: [V, [T, V]] = (2i/m) v_x v_θ − 2D_xx v_x².
        """
        v_x, v_theta = self.slopes(t)
        return 2j / self.mass * v_x * v_theta - 2 * self.diffusion_xx * v_x**2

    def difference(self, potential: Potential, t: float) -> np.ndarray:
        """Return U(x + y/2) − U(x − y/2), or its terms up to `order_hbar`."""
        half = self.y / 2
        with np.errstate(invalid="ignore"):  # told below
            if self.order_hbar is None:
                apart = potential(self.x + half, t) - potential(self.x - half, t)
            else:
                terms = [
                    2 * potential.derivative(self.x, n, t) * half**n / factorial(n)
                    for n in range(1, 2 * self.order_hbar + 2, 2)
                ]
                apart = np.sum(terms, axis=0)
        return self._finite(apart, "be finite", t)

    def _difference_slopes(self, t: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the derivatives of `difference` with respect to x and y."""
        half, U = self.y / 2, self.potential
        if self.order_hbar is None:
            right = U.derivative(self.x + half, 1, t)
            left = U.derivative(self.x - half, 1, t)
            return right - left, (right + left) / 2
        odd = range(1, 2 * self.order_hbar + 2, 2)
        along_x = [
            2 * U.derivative(self.x, n + 1, t) * half**n / factorial(n) for n in odd
        ]
        return np.sum(along_x, axis=0), self.forces(t)

    def _finite(self, values: np.ndarray, what: str, t: float) -> np.ndarray:
        """Return values on (x, θ), having checked what a potential gave for them."""
        if np.isfinite(values).all():
            return values
        i, j = np.argwhere(~np.isfinite(values))[0]
        ends, x = self.grid.x[[0, -1]], self.grid.x[i]
        half = self.y[0, j] / 2 if self.order_hbar is None else 0.0
        hint = ""
        if x - half < ends[0] or x + half > ends[1]:
            hint = (
                " Points x ± ħθ/2 lie outside the grid: continue U smoothly there, or "
                "take fewer points of p, which narrows θ."
            )
        raise ValueError(
            f"`potential` must {what} wherever it is used, at all times and in kicks, "
            f"but fails to at x = {x:.6g} ± {half:.6g}, t = {t:.6g}.{hint}"
        )
