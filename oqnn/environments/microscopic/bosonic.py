"""A bath of harmonic oscillators, known by its spectral density and temperature."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import (
    check_finite,
    check_positive,
    check_shapes,
)
from ...dynamics.projected.baths import GaussianBath
from .fourier_integral import SpectralPanels, spectral_panels
from .oscillators import OscillatorModes, gauss_modes
from .qutip_baths import qutip_density, qutip_family, qutip_general
from .spectral_densities import (
    HALF_AXIS,
    DrudeLorentz,
    Lorentzian,
    Ohmic,
    checked_density,
)

if TYPE_CHECKING:
    import qutip

__all__ = ["Bosonic"]


@dataclass(frozen=True, init=False, eq=False)
class Bosonic:
    r"""Oscillators coupled by :math:`H_I = S \otimes B`, in a thermal state.

    .. math:: B = \sum_k (g_k b_k^\dagger + g_k^* b_k), \qquad
        J(\omega) = \sum_k |g_k|^2 \delta(\omega - \omega_k)

    QuTiP's spectral density is π J. The correlation function is

    .. math:: C(t) = \langle B(t)B(0)\rangle = \int_0^\infty J(\omega)\Bigl[
        \coth\frac{\omega}{2T}\cos\omega t - i\sin\omega t\Bigr]d\omega,

    in closed form for Lorentzian and, at T = 0, Ohmic baths, otherwise by quadrature
    whose panels adapt to J, with a relative error below `tolerance` of ∫ J coth.

    Parameters
    ----------
    spectral_density : callable
        `Ohmic`, `DrudeLorentz`, `Lorentzian`, or a function of your own that takes
        frequencies (s,) > 0 and returns J ≥ 0, shape (s,).
    temperature : float, optional, angular frequency
        T with k_B = ħ = 1; zero is the vacuum.
    support : (low, high), optional, angular frequency
        Outside it J is zero and never asked for; the half axis by default.
    breaks : sequence of float, optional
        Frequencies of peaks narrower than a fiftieth of their frequency, of kinks and
        jumps of J.
    tolerance : float, optional
        Relative error of the quadrature.

    Raises
    ------
    TypeError
        If `spectral_density` cannot be called.
    ValueError
        If the temperature is negative, positive for a Lorentzian bath, `support` is no
        interval of the half axis, or, once J is asked for, J is not finite, not real,
        negative, or of another shape than its argument.
    ConvergenceError
        From any method, if the quadrature does not reach `tolerance`.

    References
    ----------
    .. [1] H.-P. Breuer, F. Petruccione, The Theory of Open Quantum Systems (2002),
       sec. 3.6 and 4.2. Their J agrees with ours, their coupling is σ_z for our σ_z/2.

    Examples
    --------
    >>> bath = Bosonic.ohmic(strength=0.1, cutoff=2.0)
    >>> bath.decoherence([1.0])  # a ln(1 + ω_c² t²)
    array([0.16094379])
    """

    spectral_density: Callable[[np.ndarray], Any]
    temperature: float
    support: tuple[float, float]
    breaks: tuple[float, ...]
    tolerance: float

    def __init__(
        self,
        spectral_density: Callable[[np.ndarray], Any],
        *,
        temperature: float = 0.0,
        support: tuple[float, float] | None = None,
        breaks: Sequence[float] = (),
        tolerance: float = 1e-10,
    ) -> None:
        if not callable(spectral_density):
            raise TypeError(
                "`spectral_density` must be a function of frequencies, but is a "
                f"{type(spectral_density).__name__}. For a QuTiP environment, call "
                "Bosonic.from_qutip."
            )
        if not 0 <= temperature < np.inf:
            raise ValueError(
                f"`temperature` must be finite and not negative, but is {temperature}."
            )
        native = getattr(spectral_density, "support", HALF_AXIS)
        if support is None:
            support = native
        elif not 0 <= support[0] < support[1]:
            raise ValueError(
                "`support` must be an interval (low, high) with 0 ≤ low < high, but is "
                f"{support}."
            )
        if support[0] < 0 and temperature > 0:
            raise ValueError(
                "`temperature` must be 0 for a bath with frequencies below zero, but "
                f"is {temperature}. Pass support=(0, high) to leave them out."
            )
        check_positive(tolerance, "tolerance")
        for name, value in {
            "spectral_density": spectral_density,
            "temperature": float(temperature),
            "support": (float(support[0]), float(support[1])),
            "breaks": tuple(map(float, breaks)),
            "tolerance": float(tolerance),
        }.items():
            object.__setattr__(self, name, value)

    @classmethod
    def ohmic(
        cls,
        *,
        strength: float,
        cutoff: float,
        exponent: float = 1.0,
        temperature: float = 0.0,
    ) -> "Bosonic":
        """Return a bath with J = 2a ω^s ω_c^{1−s} e^{−ω/ω_c}; see `Ohmic`."""
        density = Ohmic(strength=strength, cutoff=cutoff, exponent=exponent)
        return cls(density, temperature=temperature)

    @classmethod
    def drude_lorentz(
        cls, *, reorganisation_energy: float, cutoff: float, temperature: float = 0.0
    ) -> "Bosonic":
        """Return a bath with J = (2E_r/π) γω/(ω² + γ²); see `DrudeLorentz`."""
        density = DrudeLorentz(
            reorganisation_energy=reorganisation_energy, cutoff=cutoff
        )
        return cls(density, temperature=temperature)

    @classmethod
    def lorentzian(
        cls, *, rate: float, width: float, frequency: float = 0.0
    ) -> "Bosonic":
        """Return the vacuum bath with C = ½γ₀λ e^{−λ|t| − iω₀t}; see `Lorentzian`."""
        return cls(Lorentzian(rate=rate, width=width, frequency=frequency))

    @classmethod
    def from_qutip(
        cls,
        environment: Any,
        *,
        support: tuple[float, float] | None = None,
        breaks: Sequence[float] = (),
        tolerance: float = 1e-10,
    ) -> "Bosonic":
        """Return the bath of a QuTiP bosonic environment, J = J_QuTiP/π.

        Parameters
        ----------
        environment : qutip.BosonicEnvironment
            With a temperature and a spectral density; a sum of exponentials has none.
        support, breaks, tolerance
            As for the class; give `support` if the density is interpolated.

        Raises
        ------
        TypeError
            If it is no such environment, or one of exponentials.
        ValueError
            If it has no temperature.
        """
        return cls(
            qutip_density(environment),
            temperature=environment.T,
            support=support,
            breaks=breaks,
            tolerance=tolerance,
        )

    def to_qutip(self) -> "qutip.BosonicEnvironment":
        """Return the same bath as a QuTiP environment, with J_QuTiP = π J.

        Drude-Lorentz and Ohmic baths become QuTiP's own classes, a Lorentzian one a
        single exponential.
        """
        J, T = self.spectral_density, self.temperature
        if getattr(J, "support", None) == self.support:
            known = qutip_family(J, T)
            if known is not None:
                return known
        return qutip_general(self.density, T, self._vacuum.highest(1e-6))

    def density(self, frequencies: ArrayLike) -> np.ndarray:
        """Return J(ω), checked, for frequencies of any shape; zero off the support."""
        omega = np.asarray(frequencies, dtype=float)
        inside = (omega >= self.support[0]) & (omega <= self.support[1])
        out = np.zeros(omega.shape)
        if inside.any():
            out[inside] = self._checked(omega[inside])
        return out

    def occupation(self, frequencies: ArrayLike) -> np.ndarray:
        """Return 1/(e^{ω/T} − 1) for ω > 0, exactly zero at T = 0."""
        omega = np.asarray(frequencies, dtype=float)
        if self.temperature == 0:
            return np.zeros(omega.shape)
        with np.errstate(over="ignore"):
            return 1 / np.expm1(omega / self.temperature)

    def correlation(self, times: ArrayLike) -> np.ndarray:
        """Return C(t) = ⟨B(t)B(0)⟩ for times (t,) of either sign.

        C(0) is infinite where ∫ J diverges, as for Drude-Lorentz.
        """
        times = self._times(times)
        t = np.abs(times)
        closed = self._closed("vacuum_correlation")
        C = self._vacuum.transform(t) if closed is None else closed(t)
        if self.temperature > 0:
            C = C + self._thermal.transform(t).real
        return np.where(times < 0, C.conj(), C)

    def lineshape(self, times: ArrayLike) -> np.ndarray:
        r"""Return :math:`g(t) = \int_0^t (t-s)\,C(s)\,ds = \Gamma(t) - i\varphi(t)`.

        For [H, S] = 0 the coherence between eigenstates s and s′ of S is multiplied by
        exp[−(s − s′)²Γ + i(s² − s′²)φ]; see `independent_boson`.
        """
        times = self._times(times)
        t = np.abs(times)
        closed = self._closed("vacuum_lineshape")
        g = self._vacuum.lineshape(t) if closed is None else closed(t)
        if self.temperature > 0:
            g = g + self._thermal.lineshape(t).real
        return np.where(times < 0, g.conj(), g)

    def decoherence(self, times: ArrayLike) -> np.ndarray:
        r"""Return Γ(t) of the independent-boson model, shape (t,).

        .. math:: \Gamma(t) = \int_0^\infty J(\omega) \coth\frac{\omega}{2T}\,
            \frac{1 - \cos\omega t}{\omega^2}\,d\omega

        A qubit with S = σ_z/2 keeps the fraction e^{−Γ} of its coherence.
        """
        return self.lineshape(times).real

    def power_spectrum(self, frequencies: ArrayLike) -> np.ndarray:
        """Return S(ω) = ∫ C(t) e^{iωt} dt over all times, for ω of either sign.

        2πJ(ω)(n(ω) + 1) above zero, 2πJ(−ω)n(−ω) below; at zero the limit from above,
        infinite for a sub-Ohmic bath with T > 0.
        """
        omega = np.asarray(frequencies, dtype=float)
        check_finite(omega, "frequencies")
        if self.support[0] < 0:
            return 2 * np.pi * self.density(omega)
        out = self._emission(np.abs(omega), np.where(omega < 0, 0, 1))
        if (omega == 0).any():
            closer, close = self._emission(np.array([2.0**-200, 2.0**-190]), np.ones(2))
            out = np.where(omega == 0, np.inf if closer > 2 * close else closer, out)
        return out

    def _emission(self, omega: np.ndarray, spontaneous: np.ndarray) -> np.ndarray:
        quanta = self.occupation(np.where(omega > 0, omega, 1.0)) + spontaneous
        return 2 * np.pi * self.density(omega) * quanta

    @cached_property
    def reorganisation_energy(self) -> float:
        """Return ∫ J/ω dω = −Im ∫₀^∞ C dt, by which S² is shifted."""
        closed = self._closed("reorganisation_energy")
        if closed is not None:
            return float(closed)
        return self._vacuum.inverse_moment()

    def bath(self, coupling: Any) -> GaussianBath:
        """Return what the projection-operator solvers take, for one coupling S.

        They need C(0), which a Drude-Lorentz bath has only with an upper end:
        ``Bosonic(density, temperature=T, support=(0, high))``.

        Parameters
        ----------
        coupling : Qobj or shape (d, d), dimensionless
            Hermitian S of H_I = S ⊗ B.

        Raises
        ------
        ValueError
            If S is not square or not Hermitian, or C(0) is infinite.
        """
        return GaussianBath(coupling, self.correlation)

    def modes(self, n: int, *, cutoff: float | None = None) -> OscillatorModes:
        """Return n oscillators that stand for the bath up to some time.

        Gauss quadrature of J: of all sets of n oscillators theirs has the correlation
        function at T = 0 that is exact to the highest order in t.

        Parameters
        ----------
        n : int
            Number of oscillators.
        cutoff : float, optional, angular frequency
            Frequencies above it are left out (for a Lorentzian bath, those farther
            than it from ω₀). By default all but 1e-6 of ∫ J is kept.

        Raises
        ------
        ValueError
            If ∫ J diverges and no cutoff is given.
        """
        low = max(self.support[0], 0.0)
        if cutoff is not None and not low < cutoff < np.inf:
            raise ValueError(
                f"`cutoff` must be finite and above {low}, but is {cutoff}."
            )
        if (measure := self._closed("measure")) is not None:
            omega, masses = measure(cutoff)
        else:
            cutoff = self._vacuum.highest(1e-6) if cutoff is None else cutoff
            panels = self._panels(self._checked, (low, cutoff))
            omega, masses = panels.frequencies.ravel(), panels.masses.ravel()
        return gauss_modes(omega, masses, n)

    @cached_property
    def _vacuum(self) -> SpectralPanels:
        return self._panels(self._checked, self.support)

    @cached_property
    def _thermal(self) -> SpectralPanels:
        """Panels of 2 J n, which is J (coth − 1)."""
        return self._panels(
            lambda omega: 2 * self._checked(omega) * self.occupation(omega),
            self.support,
        )

    def _panels(
        self,
        density: Callable[[np.ndarray], np.ndarray],
        support: tuple[float, float],
    ) -> SpectralPanels:
        return spectral_panels(
            density, support=support, breaks=self.breaks, tolerance=self.tolerance
        )

    def _closed(self, name: str) -> Any:
        """Return a closed form that the density brings along, if all of it is used."""
        native = getattr(self.spectral_density, "support", None)
        whole = native == self.support
        return getattr(self.spectral_density, name, None) if whole else None

    def _checked(self, omega: np.ndarray) -> np.ndarray:
        return checked_density(self.spectral_density, omega)

    @staticmethod
    def _times(times: ArrayLike) -> np.ndarray:
        times = np.asarray(times, dtype=float)
        check_shapes(times=(times, "t"))
        check_finite(times, "times")
        return times
