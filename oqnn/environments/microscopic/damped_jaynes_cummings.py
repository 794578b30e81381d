"""The damped Jaynes-Cummings model: a qubit that decays into a Lorentzian vacuum."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.bases import pauli_basis
from ..._core.checks import (
    check_density_matrix,
    check_finite,
    check_increasing,
    check_integer,
    check_shapes,
)
from ..._core.qobj import as_state
from ...dynamics import Evolution, apply_transfer
from ...dynamics.projected.baths import GaussianBath
from .bosonic import Bosonic
from .spectral_densities import Lorentzian

__all__ = ["DampedJaynesCummings"]

RAISING = np.array([[0, 1], [0, 0]], dtype=complex)  # |0⟩⟨1|, |0⟩ excited
RAISING.setflags(write=False)


@dataclass(frozen=True, kw_only=True)
class DampedJaynesCummings:
    r"""A qubit on resonance with a damped mode, rotating-wave coupling, T = 0.

    .. math:: H = \tfrac{\omega_0}{2}\sigma_z + \sigma_+ \otimes B
        + \sigma_- \otimes B^\dagger, \qquad
        \langle B(t)B^\dagger(0)\rangle
        = \tfrac12\gamma_0\lambda e^{-\lambda|t| - i\omega_0 t}

    Exact: the excited population is multiplied by c₁(t)² and the coherence by
    c₁(t) e^{−iω₀t}. Approximations of second and fourth order are given beside it.

    Parameters
    ----------
    rate : float
        γ₀, the decay rate in the Markovian limit λ ≫ γ₀.
    width : float, angular frequency
        λ. For λ < 2γ₀ the excitation comes back.
    frequency : float, optional, angular frequency
        ω₀ of qubit and mode; zero is the interaction picture.

    Raises
    ------
    ValueError
        If `rate` or `width` is not positive, or `frequency` not finite.

    References
    ----------
    .. [1] H.-P. Breuer, F. Petruccione, The Theory of Open Quantum Systems (2002),
       sec. 10.1, eqs. (10.45) to (10.54).
    .. [2] H.-P. Breuer, E.-M. Laine, J. Piilo, Phys. Rev. Lett. 103, 210401 (2009).

    Examples
    --------
    >>> model = DampedJaynesCummings(rate=1.0, width=2.0)  # critical: e^{−t}(1 + t)
    >>> model.amplitude([1.0])
    array([0.73575888])
    """

    rate: float
    width: float
    frequency: float = 0.0

    def __post_init__(self) -> None:
        _ = self.density  # its checks are those of the model

    raising = RAISING

    @property
    def density(self) -> Lorentzian:
        """The spectral density of the mode's continuum."""
        return Lorentzian(rate=self.rate, width=self.width, frequency=self.frequency)

    @property
    def environment(self) -> Bosonic:
        """The bath; with `raising` as coupling `pseudomode` is this model."""
        return Bosonic(self.density)

    @property
    def H(self) -> np.ndarray:
        """Hamiltonian (ω₀/2)σ_z of the qubit, shape (2, 2)."""
        return self.frequency / 2 * pauli_basis(1)[3]

    def amplitude(self, times: ArrayLike) -> np.ndarray:
        r"""Return c₁(t) of the interaction picture, shape (t,), t ≥ 0.

        .. math:: c_1 = e^{-\lambda t/2}\Bigl[\cosh\frac{dt}{2}
            + \frac{\lambda}{d}\sinh\frac{dt}{2}\Bigr],
            \qquad d^2 = \lambda^2 - 2\gamma_0\lambda
        """
        even, odd = self._parts(times, 2)
        return even + odd

    def decay_rate(self, times: ArrayLike) -> np.ndarray:
        r"""Return the exact time-local rate −2ċ₁/c₁, shape (t,).

        Negative while the excitation returns, and infinite at `zeros`.
        """
        even, odd = self._parts(times, 2)
        with np.errstate(divide="ignore"):
            return 2 * self.rate * odd / (even + odd)

    def tcl2_rate(self, times: ArrayLike) -> np.ndarray:
        """Return γ₀(1 − e^{−λt}), the time-local rate of second order, shape (t,)."""
        return -self.rate * np.expm1(-self.width * _times(times))

    def tcl4_rate(self, times: ArrayLike) -> np.ndarray:
        """Return `tcl2_rate` + (γ₀²/λ)(sinh λt − λt)e^{−λt}, of fourth order."""
        x = self.width * _times(times)
        growth = -np.expm1(-2 * x) / 2 - x * np.exp(-x)
        return self.tcl2_rate(times) + self.rate**2 / self.width * growth

    def tcl_population(self, times: ArrayLike, *, order: int = 2) -> np.ndarray:
        """Return exp(−∫γ) for a time-local rate, the excited population from one.

        Parameters
        ----------
        times : shape (t,)
            Not negative.
        order : 2 or 4
            Of the rate.
        """
        x = self.width * _times(times)
        second = self.rate / self.width * (x + np.expm1(-x))
        if order == 2:
            return np.exp(-second)
        if order != 4:
            raise ValueError(f"`order` must be 2 or 4, but is {order}.")
        # ∫ (sinh x − x) e^{−x} dx = x/2 − (1 − e^{−2x})/4 − 1 + (1 + x) e^{−x}
        area = x / 2 + np.expm1(-2 * x) / 4 + np.expm1(-x) + x * np.exp(-x)
        return np.exp(-second - (self.rate / self.width) ** 2 * area)

    def nz2_population(self, times: ArrayLike) -> np.ndarray:
        r"""Return the excited population of second-order Nakajima-Zwanzig, from one.

        The form of c₁ with :math:`d'^2 = \lambda^2 - 4\gamma_0\lambda`; it is negative
        at strong coupling. The coherence of that equation is exact.
        """
        even, odd = self._parts(times, 4)
        return even + odd

    def transfer(self, times: ArrayLike) -> np.ndarray:
        """Return the exact maps in the basis (1, X, Y, Z)/√2, shape (t, 4, 4)."""
        times = _times(times)
        c = self.amplitude(times) * np.exp(-1j * self.frequency * times)
        out = np.zeros((len(times), 4, 4))
        out[:, 0, 0] = 1
        out[:, 1, 1] = out[:, 2, 2] = c.real
        out[:, 1, 2], out[:, 2, 1] = c.imag, -c.imag
        out[:, 3, 3] = np.abs(c) ** 2
        out[:, 3, 0] = out[:, 3, 3] - 1
        return out

    def evolve(self, rho0: Any, tlist: ArrayLike) -> Evolution:
        """Return the exact evolution from the vacuum of the bath.

        Parameters
        ----------
        rho0 : Qobj or shape (2 k, 2 k) or (2 k,)
            State at ``tlist[0]`` of the qubit, perhaps with a partner behind it.
        tlist : shape (t,)
            Strictly increasing.

        Raises
        ------
        ValueError
            If `rho0` is no state of a qubit and a partner, or times do not increase.
        """
        rho, tlist = as_state(rho0, "rho0"), np.asarray(tlist, dtype=float)
        check_shapes(rho0=(rho, "D D"), tlist=(tlist, "t"))
        check_density_matrix(rho, "rho0")
        check_increasing(tlist, "tlist")
        states = apply_transfer(self.transfer(tlist - tlist[0]), rho)
        return Evolution(
            times=tlist,
            blocks=states[:, None],
            method="exact amplitude of the damped Jaynes-Cummings model",
            dims=(2,) if len(rho) == 2 else (2, len(rho) // 2),
        )

    def zeros(self, n: int) -> np.ndarray:
        """Return the first n zeros of c₁, where the time-local rate is singular.

        There is none for λ ≥ 2γ₀: an empty array.
        """
        check_integer(n, "n")
        d = np.sqrt(max(0.0, 2 * self.rate * self.width - self.width**2))
        if d == 0:
            return np.empty(0)
        return 2 / d * (np.pi * np.arange(1, n + 1) - np.arctan2(d, self.width))

    @property
    def blp(self) -> float:
        """Non-Markovianity 1/(e^{πλ/|d|} − 1) for λ < 2γ₀, else 0.

        Of an antipodal pair on the equator, the optimal one: the sum of the maxima
        e^{−πkλ/|d|} of |c₁|, each of which follows a zero.
        """
        d = np.sqrt(max(0.0, 2 * self.rate * self.width - self.width**2))
        return float(1 / np.expm1(np.pi * self.width / d)) if d > 0 else 0.0

    def bath(self) -> GaussianBath:
        r"""Return the bath for the projection-operator solvers, with H as the rest.

        Two Hermitian couplings, σ_x/2 to B + B† and σ_y/2 to i(B − B†), with
        correlations :math:`\langle B(t)B^\dagger(0)\rangle\,
        \bigl(\begin{smallmatrix} 1 & -i \\ i & 1 \end{smallmatrix}\bigr)`.
        """
        vacuum = np.array([[1, -1j], [1j, 1]])
        return GaussianBath(
            pauli_basis(1)[1:3] / 2,
            lambda t: np.multiply.outer(self.density.vacuum_correlation(t), vacuum),
        )

    def _parts(self, times: ArrayLike, strength: int) -> tuple[np.ndarray, np.ndarray]:
        """Return e^{−λt/2} cosh(dt/2) and e^{−λt/2} (λ/d) sinh(dt/2).

        d² = λ² − strength·γ₀λ of either sign, or zero.
        """
        t, decay = _times(times), self.width / 2
        d = np.sqrt(complex(self.width**2 - strength * self.rate * self.width))
        x = d.real * t / 2
        if d.imag:
            x = d.imag * t / 2
            sine = np.sinc(x / np.pi)
            even, slope = np.exp(-decay * t) * np.array([np.cos(x), sine])
        else:  # no e^{+x}, which overflows
            tail = -np.expm1(-2 * x)  # 1 − e^{−2x}
            ratio = np.divide(tail, 2 * x, out=np.ones_like(x), where=x > 0)
            even, slope = np.exp(x - decay * t) * np.array([1 - tail / 2, ratio])
        return even, decay * t * slope


def _times(times: ArrayLike) -> np.ndarray:
    """Return checked times, (t,) and not negative."""
    t = np.asarray(times, dtype=float)
    check_shapes(times=(t, "t"))
    check_finite(t, "times")
    if t.size and not t.min() >= 0:
        raise ValueError(f"`times` must not be negative, but has {t.min():.6g}.")
    return t
