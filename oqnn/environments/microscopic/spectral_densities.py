r"""Families of spectral densities, with their closed forms where there are any.

Normalisation: :math:`J(\omega) = \sum_k |g_k|^2 \delta(\omega - \omega_k)`, without the
factor π that QuTiP and much of chemistry put in front.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gamma

from ..._core.checks import check_integer, check_positive

__all__ = ["DrudeLorentz", "Lorentzian", "Ohmic", "checked_density"]

HALF_AXIS = (0.0, np.inf)


@dataclass(frozen=True, kw_only=True)
class Ohmic:
    r"""Ohmic family :math:`J = 2 a\, \omega^s \omega_c^{1-s} e^{-\omega/\omega_c}`.

    Sub-Ohmic for s < 1, super-Ohmic for s > 1. QuTiP's α is 2πa.

    Parameters
    ----------
    strength : float
        a, dimensionless.
    cutoff : float, angular frequency
        ω_c.
    exponent : float, optional
        s > 0.

    Raises
    ------
    ValueError
        If one of them is not positive.

    Examples
    --------
    >>> density = Ohmic(strength=0.1, cutoff=2.0)
    >>> round(float(density(2.0)), 6)  # 2 a ω_c / e
    0.147152
    """

    strength: float
    cutoff: float
    exponent: float = 1.0
    support: ClassVar[tuple[float, float]] = HALF_AXIS

    def __post_init__(self) -> None:
        check_positive(self.strength, "strength")
        check_positive(self.cutoff, "cutoff")
        check_positive(self.exponent, "exponent")

    def __call__(self, frequencies: ArrayLike) -> np.ndarray:
        """Return J(ω) for ω ≥ 0."""
        x = np.asarray(frequencies, dtype=float) / self.cutoff
        return 2 * self.strength * self.cutoff * x**self.exponent * np.exp(-x)

    def vacuum_correlation(self, times: np.ndarray) -> np.ndarray:
        r"""Return :math:`2a\omega_c^2\Gamma(s+1)(1 + i\omega_c t)^{-s-1}`, T = 0."""
        scale = 2 * self.strength * self.cutoff**2 * gamma(self.exponent + 1)
        return scale * (1 + 1j * self.cutoff * times) ** (-self.exponent - 1)

    def vacuum_lineshape(self, times: np.ndarray) -> np.ndarray:
        r"""Return :math:`\int_0^t (t-s)\,C(s)\,ds` at T = 0.

        With z = 1 + iω_c t it is 2aΓ(s−1)(1 − z^{1−s}) − 2aΓ(s)(z − 1), and
        2a ln z − 2a(z − 1) for s = 1.
        """
        turn, s = 1j * self.cutoff * times, self.exponent
        log = np.log1p(turn)
        bent = log if s == 1 else -gamma(s - 1) * np.expm1((1 - s) * log)
        return 2 * self.strength * (bent - gamma(s) * turn)

    @property
    def reorganisation_energy(self) -> float:
        """Return 2aω_cΓ(s)."""
        return float(2 * self.strength * self.cutoff * gamma(self.exponent))


@dataclass(frozen=True, kw_only=True)
class DrudeLorentz:
    r"""Overdamped bath :math:`J = (2E_r/\pi)\,\gamma\omega/(\omega^2+\gamma^2)`.

    It falls off so slowly that Re C(t) diverges logarithmically at t = 0, and Im C(t)
    jumps there.

    Parameters
    ----------
    reorganisation_energy : float, angular frequency
        E_r, QuTiP's λ.
    cutoff : float, angular frequency
        γ.

    Raises
    ------
    ValueError
        If one of them is not positive.
    """

    reorganisation_energy: float
    cutoff: float
    support: ClassVar[tuple[float, float]] = HALF_AXIS

    def __post_init__(self) -> None:
        check_positive(self.reorganisation_energy, "reorganisation_energy")
        check_positive(self.cutoff, "cutoff")

    def __call__(self, frequencies: ArrayLike) -> np.ndarray:
        """Return J(ω) for ω ≥ 0."""
        x = np.asarray(frequencies, dtype=float) / self.cutoff
        return 2 * self.reorganisation_energy / np.pi * x / (1 + x**2)

    def exponents(
        self, temperature: float, terms: int
    ) -> tuple[np.ndarray, np.ndarray]:
        r"""Return c and ν of :math:`C(t) \approx \sum_{k=0}^{K} c_k e^{-\nu_k t}`.

        c₀ = E_r γ (cot(γ/2T) − i), ν₀ = γ, and for k ≥ 1 ν_k = 2πkT,
        c_k = 4E_rγT ν_k/(ν_k² − γ²). What is left out of Re C integrates over time to
        2E_rT/γ − Σ Re(c_k)/ν_k.

        Parameters
        ----------
        temperature : float, angular frequency
            T > 0.
        terms : int
            K ≥ 0, number of Matsubara frequencies.

        Raises
        ------
        ValueError
            If T is not positive, or a Matsubara frequency meets the cutoff.
        """
        check_positive(temperature, "temperature")
        check_integer(terms, "terms", least=0)
        nearest = max(1, round(self.cutoff / (2 * np.pi * temperature)))
        if abs(2 * np.pi * temperature * nearest / self.cutoff - 1) < 1e-6:
            raise ValueError(
                "`temperature` must not put a Matsubara frequency 2πkT on the cutoff, "
                f"but {temperature} does for k = {nearest}. Move it a little."
            )
        strength = self.reorganisation_energy * self.cutoff
        nu = 2 * np.pi * temperature * np.arange(1, terms + 1)
        first = strength * (1 / np.tan(self.cutoff / (2 * temperature)) - 1j)
        rest = 4 * strength * temperature * nu / (nu**2 - self.cutoff**2)
        return np.r_[first, rest], np.r_[self.cutoff, nu]


@dataclass(frozen=True, kw_only=True)
class Lorentzian:
    r"""A damped mode: :math:`J = \frac{\gamma_0\lambda^2}{2\pi}
    \frac{1}{(\omega-\omega_0)^2+\lambda^2}` on the whole axis, at T = 0.

    Its correlation function is one exponential, ½γ₀λ e^{−λ|t| − iω₀t}. Frequencies
    below zero belong to it: without them it would be one only for ω₀ ≫ λ.

    Parameters
    ----------
    rate : float
        γ₀, the decay rate that a resonant qubit would have in the Markovian limit.
    width : float, angular frequency
        λ, half width.
    frequency : float, optional, angular frequency
        ω₀; zero in the interaction picture.

    Raises
    ------
    ValueError
        If `rate` or `width` is not positive, or `frequency` not finite.
    """

    rate: float
    width: float
    frequency: float = 0.0
    support: ClassVar[tuple[float, float]] = (-np.inf, np.inf)

    def __post_init__(self) -> None:
        check_positive(self.rate, "rate")
        check_positive(self.width, "width")
        if not np.isfinite(self.frequency):
            raise ValueError(f"`frequency` must be finite, but is {self.frequency}.")

    def __call__(self, frequencies: ArrayLike) -> np.ndarray:
        """Return J(ω) for any ω."""
        x = (np.asarray(frequencies, dtype=float) - self.frequency) / self.width
        return self.rate / (2 * np.pi) / (1 + x**2)

    @property
    def coupling(self) -> float:
        """Coupling √(γ₀λ/2) of the damped mode that stands for the bath."""
        return float(np.sqrt(self.rate * self.width / 2))

    @property
    def _exponent(self) -> complex:
        return self.width + 1j * self.frequency

    def vacuum_correlation(self, times: np.ndarray) -> np.ndarray:
        """Return ½γ₀λ e^{−(λ + iω₀)t} for t ≥ 0."""
        return self.coupling**2 * np.exp(-self._exponent * times)

    def vacuum_lineshape(self, times: np.ndarray) -> np.ndarray:
        """Return ½γ₀λ (μt − 1 + e^{−μt})/μ² with μ = λ + iω₀."""
        x = self._exponent * times
        return self.coupling**2 * (np.expm1(-x) + x) / self._exponent**2

    @property
    def reorganisation_energy(self) -> float:
        """Return −Im ∫₀^∞ C dt = ½γ₀λω₀/(λ² + ω₀²)."""
        return float(-(self.coupling**2 / self._exponent).imag)

    def exponents(
        self, temperature: float, terms: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the one coefficient and exponent; both arguments are unused."""
        return np.array([self.coupling**2 + 0j]), np.array([self._exponent])

    def measure(self, cutoff: float | None) -> tuple[np.ndarray, np.ndarray]:
        """Return frequencies within ±cutoff of ω₀ and the masses J dω on them."""
        if cutoff is None:
            raise ValueError(
                "`cutoff` must be given for a Lorentzian bath, whose tails are "
                "heavy. A pseudomode stands for it exactly."
            )
        x, weights = np.polynomial.legendre.leggauss(2000)
        angle = np.arctan(cutoff / self.width)  # J dω is uniform in the angle
        frequencies = self.frequency + self.width * np.tan(angle * x)
        return frequencies, self.rate * self.width / (2 * np.pi) * angle * weights


def checked_density(
    spectral_density: Callable[[np.ndarray], Any], omega: np.ndarray
) -> np.ndarray:
    """Ask for J at frequencies (s,) and refuse what no spectral density returns."""
    with np.errstate(all="ignore"):  # far off its peak it may under- and overflow
        J = np.asarray(spectral_density(omega))
    if J.shape != omega.shape or J.dtype.kind not in "fiu":
        raise ValueError(
            "`spectral_density` must return real values of the shape of its "
            f"argument, {omega.shape}, but returns {J.dtype} of shape {J.shape}."
        )
    bad = np.flatnonzero(~(np.isfinite(J) & (J >= 0)))
    if len(bad):
        raise ValueError(
            "`spectral_density` must be finite and not negative, but is "
            f"{J[bad[0]]} at ω = {omega[bad[0]]:.3g}. If that frequency does not "
            "matter, leave it out with support=(low, high)."
        )
    return J.astype(float)
