r"""One Gaussian packet, and the integrals of two of them.

A packet is the vacuum of width a, tilted by the shear κ and moved to (x₀, p₀),

.. math:: \psi(x) = \pi^{-1/4} a^{-1/2} \exp\Bigl(-\frac{\alpha}{2} (x - x_0)^2
          + \frac{i}{\hbar}\, p_0 (x - x_0/2)\Bigr), \qquad
          \alpha = \frac{1}{a^2} - \frac{i\kappa}{\hbar}.
"""

from dataclasses import dataclass, fields

import numpy as np

from ..._core.checks import check_finite, check_positive
from ..grid import PhaseSpaceGrid

__all__ = ["GaussianPacket", "cross_term", "packet_overlap", "packet_wavefunction"]


@dataclass(frozen=True)
class GaussianPacket:
    r"""A pure Gaussian state of one mode.

    Parameters
    ----------
    x0 : float, length
        Centre in position.
    p0 : float, momentum
        Centre in momentum.
    width : float, length
        The a of ψ ∝ exp(−x²/2a²) [1]_: Var x = a²/2.
    shear : float, momentum/length
        The κ of a chirp exp(iκ(x − x₀)²/2ħ): the mean momentum at x is
        p₀ + κ(x − x₀). Var p = ħ²/2a² + κ²a²/2.

    Raises
    ------
    ValueError
        If a number is not finite, or `width` not positive.

    References
    ----------
    .. [1] Eq. 1.3. Phases are those of the displacement exp(i(p₀x̂ − x₀p̂)/ħ).

    Examples
    --------
    >>> GaussianPacket(x0=2.0, width=0.5)
    GaussianPacket(x0=2.0, p0=0.0, width=0.5, shear=0.0)
    """

    x0: float = 0.0
    p0: float = 0.0
    width: float = 1.0
    shear: float = 0.0

    def __post_init__(self) -> None:
        for each in fields(self):
            value = float(getattr(self, each.name))
            check_finite(np.array(value), each.name)
            object.__setattr__(self, each.name, value)
        check_positive(self.width, "width")


def packet_wavefunction(
    packet: GaussianPacket, x: np.ndarray, hbar: float
) -> np.ndarray:
    """Return ψ of one packet."""
    exponent = -_alpha(packet, hbar) * (x - packet.x0) ** 2 / 2
    exponent += 1j * packet.p0 * (x - packet.x0 / 2) / hbar
    return np.exp(exponent) / np.sqrt(np.sqrt(np.pi) * packet.width)


def cross_term(
    ket: GaussianPacket, bra: GaussianPacket, grid: PhaseSpaceGrid, spread: float
) -> np.ndarray:
    r"""Return (1/h) ∫ e^{−ipy/ħ − c²y²/4ħ²} ψ_ket(x + y/2) ψ_bra*(x − y/2) dy.

    The square is completed by hand: every Gaussian exponent below is negative, where
    the plain formula subtracts large numbers for packets far apart.
    """
    hbar, x, p = grid.hbar, grid.x[:, None], grid.p
    alpha, beta = _alpha(ket, hbar), np.conj(_alpha(bra, hbar))
    blur = 2 * (spread / hbar) ** 2
    whole = alpha + beta + blur
    to_ket, to_bra = x - ket.x0, x - bra.x0  # (nx, 1)
    q = p - (ket.p0 + bra.p0) / 2  # (np,)

    exponent = -alpha * beta * (to_ket + to_bra) ** 2 / (2 * whole)
    exponent -= blur * (alpha * to_ket**2 + beta * to_bra**2) / (2 * whole)
    exponent += 1j * ket.p0 * (x - ket.x0 / 2) / hbar
    exponent -= 1j * bra.p0 * (x - bra.x0 / 2) / hbar
    exponent = exponent - 2 * (q / hbar) ** 2 / whole
    exponent += 2j * q / hbar * (alpha * to_ket - beta * to_bra) / whole
    height = np.sqrt(8 / (whole * ket.width * bra.width)) / (2 * np.pi * hbar)
    return height * np.exp(exponent)


def packet_overlap(ket: GaussianPacket, bra: GaussianPacket, hbar: float) -> complex:
    """Return ∫ψ_bra* ψ_ket dx."""
    alpha, beta = _alpha(ket, hbar), np.conj(_alpha(bra, hbar))
    whole, kick = alpha + beta, (ket.p0 - bra.p0) / hbar
    middle = (alpha * ket.x0 + beta * bra.x0) / whole
    exponent = -alpha * beta * (ket.x0 - bra.x0) ** 2 / (2 * whole)
    exponent += 1j * kick * middle - kick**2 / (2 * whole)
    exponent -= 1j * (ket.p0 * ket.x0 - bra.p0 * bra.x0) / (2 * hbar)
    return complex(np.sqrt(2 / (whole * ket.width * bra.width)) * np.exp(exponent))


def _alpha(packet: GaussianPacket, hbar: float) -> complex:
    """Return 1/a² − iκ/ħ, the α of ψ ∝ exp(−αx²/2)."""
    return complex(packet.width**-2, -packet.shear / hbar)
