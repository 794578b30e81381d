r"""What surroundings do to W: drift, diffusion, and the decay of ρ(x, x′).

A channel adds to the equation of motion, with z = (x, p),

.. math:: \partial_t W = \ldots - \sum_{ij}\partial_i(A_{ij}z_jW)
          + \sum_{ij} D_{ij}\,\partial_i\partial_jW, \qquad
          \partial_t\rho(x + y/2, x - y/2) = \ldots - F(x, y)\,\rho .
"""

from dataclasses import dataclass, fields
from numbers import Complex, Real
from typing import Any

import numpy as np

from ..._core.checks import check_finite, check_positive
from .open_parts import Channel

__all__ = [
    "CaldeiraLeggett",
    "Damping",
    "Diffusion",
    "Friction",
    "LinearJump",
    "Localisation",
]


def _no_decay(
    channel: Channel, x: np.ndarray, y: np.ndarray, hbar: float
) -> np.ndarray:
    """Return F = 0: all that decays does so by diffusion."""
    return np.zeros(np.broadcast_shapes(np.shape(x), np.shape(y)))


def _no_slopes(
    channel: Channel, x: np.ndarray, y: np.ndarray, hbar: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the slopes of F = 0."""
    nothing = _no_decay(channel, x, y, hbar)
    return nothing, nothing.copy()


@dataclass(frozen=True)
class Diffusion:
    r"""Constant diffusion, D_xx W_xx + D_pp W_pp + 2 D_px W_xp.

    A position measured at the rate κ (jump √κ x̂) has D_pp = κħ²/2, a momentum
    D_xx = κħ²/2, and −Λ[x, [x, ρ]] is D_pp = Λħ² [1]_. Variances grow at twice these
    rates.

    Parameters
    ----------
    D_xx, D_pp, D_px : float
        The coefficients. All channels together must have D_xx D_pp ≥ D_px².

    Raises
    ------
    TypeError
        If a parameter is no real number.
    ValueError
        If one is not finite, or D_xx or D_pp is negative.

    References
    ----------
    .. [1] Eq. 1.8.

    Examples
    --------
    >>> Diffusion(D_pp=0.1).diffusion(hbar=1.0)
    array([[0. , 0. ],
           [0. , 0.1]])
    """

    D_xx: float = 0.0
    D_pp: float = 0.0
    D_px: float = 0.0

    def __post_init__(self) -> None:
        _check_numbers(self, not_negative=("D_xx", "D_pp"))

    def drift(self, hbar: float) -> np.ndarray:
        """Return no drift."""
        return np.zeros((2, 2))

    def diffusion(self, hbar: float) -> np.ndarray:
        """Return the coefficients, whatever ħ is."""
        return np.array([[self.D_xx, self.D_px], [self.D_px, self.D_pp]])

    decay = _no_decay
    decay_slopes = _no_slopes


@dataclass(frozen=True)
class LinearJump:
    r"""A Lindblad operator that is linear in x̂ and p̂, L = αx̂ + βp̂.

    D[L] drifts by :math:`-\hbar\,\mathrm{Im}(\alpha^*\beta)`, x and p alike, and
    diffuses by :math:`D_{pp} = \hbar^2|\alpha|^2/2`,
    :math:`D_{xx} = \hbar^2|\beta|^2/2` and
    :math:`D_{px} = -\hbar^2\,\mathrm{Re}(\alpha^*\beta)/2` [1]_.

    Parameters
    ----------
    x, p : complex
        α and β, with the root of the rate. Measured positions are
        ``LinearJump(x=rate**0.5)``; D[a] has α = √(mω/2ħ) and β = i/√(2ħmω).

    Raises
    ------
    TypeError
        If a parameter is no complex number.
    ValueError
        If a coefficient is not finite.

    References
    ----------
    .. [1] Eq. 1.8 for D[x], D[p] and D[a], of which this is the general case.

    Examples
    --------
    >>> LinearJump(x=2.0).diffusion(hbar=0.5)
    array([[ 0. , -0. ],
           [-0. ,  0.5]])
    """

    x: complex = 0.0
    p: complex = 0.0

    def __post_init__(self) -> None:
        _check_numbers(self, kind=Complex)

    def drift(self, hbar: float) -> np.ndarray:
        """Return −ħ Im(α*β), the same for x and p."""
        return -hbar * (np.conj(self.x) * self.p).imag * np.eye(2)

    def diffusion(self, hbar: float) -> np.ndarray:
        """Return the coefficients."""
        both = -(np.conj(self.x) * self.p).real
        D = np.array([[abs(self.p) ** 2, both], [both, abs(self.x) ** 2]])
        return hbar**2 / 2 * D

    decay = _no_decay
    decay_slopes = _no_slopes


@dataclass(frozen=True)
class Damping:
    r"""Loss to a bath of n̄ quanta, κ(n̄ + 1) D[a] + κ n̄ D[a†].

    On phase space :math:`\tfrac{\kappa}{2}(\partial_x xW + \partial_p pW) +
    \kappa(2\bar n + 1)(\tfrac{\hbar}{4m\omega}W_{xx} + \tfrac{\hbar m\omega}{4}W_{pp})`
    [1]_, whatever the potential is: a belongs to the oscillator of `mass` and `omega`.
    Energy of that oscillator decays at the rate κ.

    Parameters
    ----------
    rate : float, 1/time
        κ ≥ 0.
    nbar : float
        n̄ ≥ 0.
    mass, omega : float
        Of the oscillator whose quanta are lost.

    Raises
    ------
    TypeError
        If a parameter is no real number.
    ValueError
        If `rate` or `nbar` is negative, or `mass` or `omega` not positive.

    References
    ----------
    .. [1] Eq. 1.8.

    Examples
    --------
    >>> Damping(0.4, nbar=1).diffusion(hbar=1.0)
    array([[0.3, 0. ],
           [0. , 0.3]])
    """

    rate: float
    nbar: float = 0.0
    mass: float = 1.0
    omega: float = 1.0

    def __post_init__(self) -> None:
        _check_numbers(self, not_negative=("rate", "nbar"))
        check_positive(self.mass, "mass")
        check_positive(self.omega, "omega")

    def drift(self, hbar: float) -> np.ndarray:
        """Return −κ/2 for both, loss less gain."""
        return -self.rate / 2 * np.eye(2)

    def diffusion(self, hbar: float) -> np.ndarray:
        """Return what loss and gain spread."""
        stiffness = self.mass * self.omega
        spread = self.rate * (2 * self.nbar + 1) * hbar / 4
        return spread * np.diag([1 / stiffness, stiffness])

    decay = _no_decay
    decay_slopes = _no_slopes


@dataclass(frozen=True)
class Friction:
    r"""Friction alone, −iγ[x, {p, ρ}]/ħ → 2γ ∂_p(pW), so that ⟨p⟩ decays at 2γ [1]_.

    No completely positive equation has friction without diffusion of both x and p: see
    `check_positivity`.

    Parameters
    ----------
    gamma : float, 1/time
        γ ≥ 0.

    Raises
    ------
    TypeError
        If a parameter is no real number.
    ValueError
        If `gamma` is negative or not finite.

    References
    ----------
    .. [1] Eq. 1.8.
    """

    gamma: float

    def __post_init__(self) -> None:
        _check_numbers(self, not_negative=("gamma",))

    def drift(self, hbar: float) -> np.ndarray:
        """Return −2γ for p."""
        return np.diag([0.0, -2 * self.gamma])

    def diffusion(self, hbar: float) -> np.ndarray:
        """Return none."""
        return np.zeros((2, 2))

    decay = _no_decay
    decay_slopes = _no_slopes


@dataclass(frozen=True)
class CaldeiraLeggett:
    r"""A warm bath of oscillators: 2γ ∂_p(pW) + 2mγkT W_pp [1]_.

    For temperatures far above ħ times any frequency. As Caldeira and Leggett wrote it,
    the equation is not completely positive, and narrow states become purer than pure;
    with `completely_positive` it has the least diffusion of x that cures this,
    :math:`D_{xx} = (\hbar\gamma/2)^2/D_{pp} = \hbar^2\gamma/8mkT` [2]_.

    Parameters
    ----------
    gamma : float, 1/time
        γ ≥ 0; ⟨p⟩ decays at 2γ.
    temperature : float, energy
        kT > 0.
    mass : float
        m.
    completely_positive : bool
        Whether to add D_xx.

    Raises
    ------
    TypeError
        If a parameter is no real number.
    ValueError
        If `gamma` is negative, or `temperature` or `mass` not positive.

    References
    ----------
    .. [1] Caldeira and Leggett, Physica A 121, 587 (1983), eq. (5.12).
    .. [2] Eq. 1.8.

    Examples
    --------
    >>> bath = CaldeiraLeggett(0.2, temperature=1.0, completely_positive=True)
    >>> bath.diffusion(hbar=2.0)
    array([[0.1, 0. ],
           [0. , 0.4]])
    """

    gamma: float
    temperature: float
    mass: float = 1.0
    completely_positive: bool = False

    def __post_init__(self) -> None:
        _check_numbers(self, not_negative=("gamma",))
        check_positive(self.temperature, "temperature")
        check_positive(self.mass, "mass")

    def drift(self, hbar: float) -> np.ndarray:
        """Return −2γ for p."""
        return np.diag([0.0, -2 * self.gamma])

    def diffusion(self, hbar: float) -> np.ndarray:
        """Return D_pp, and D_xx if it is wanted."""
        warmth = self.mass * self.temperature
        least = hbar**2 * self.gamma / (8 * warmth) if self.completely_positive else 0.0
        return np.diag([least, 2 * self.gamma * warmth])

    decay = _no_decay
    decay_slopes = _no_slopes


@dataclass(frozen=True)
class Localisation:
    r"""Scattering that tells positions apart: F(y) = r (1 − exp(−y²/4ℓ²)).

    Particles of the surroundings scatter at the rate r, and each gives a kick of
    momentum with the variance ħ²/2ℓ². Distances far below ℓ feel a diffusion
    :math:`\Lambda = r/4\ell^2`, that is D_pp = Λħ²; distances far above it all lose
    their coherence at the same rate r [1]_.

    Parameters
    ----------
    rate : float, 1/time
        r ≥ 0.
    length : float
        ℓ > 0, in the order of the wavelength of what scatters.

    Raises
    ------
    TypeError
        If a parameter is no real number.
    ValueError
        If `rate` is negative or `length` not positive.

    References
    ----------
    .. [1] Gallis and Fleming, Phys. Rev. A 42, 38 (1990); Joos and Zeh, Z. Phys. B 59,
       223 (1985), for the limit of long wavelengths.

    Examples
    --------
    >>> Localisation(2.0, length=0.5).decay(np.zeros((1, 1)), np.array([[0, 1e3]]), 1.0)
    array([[0., 2.]])
    """

    rate: float
    length: float

    def __post_init__(self) -> None:
        _check_numbers(self, not_negative=("rate",))
        check_positive(self.length, "length")

    def drift(self, hbar: float) -> np.ndarray:
        """Return no drift."""
        return np.zeros((2, 2))

    def diffusion(self, hbar: float) -> np.ndarray:
        """Return none: kicks of momentum are counted in the decay."""
        return np.zeros((2, 2))

    def decay(self, x: np.ndarray, y: np.ndarray, hbar: float) -> np.ndarray:
        """Return r (1 − exp(−y²/4ℓ²)), the same for all x."""
        return -self.rate * np.expm1(-((y / self.length) ** 2) / 4) + 0 * x

    def decay_slopes(
        self, x: np.ndarray, y: np.ndarray, hbar: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return zero for x, and (ry/2ℓ²) exp(−y²/4ℓ²) for y."""
        scaled = y / self.length
        slope = self.rate / (2 * self.length) * scaled * np.exp(-(scaled**2) / 4)
        return np.zeros_like(slope + 0 * x), slope + 0 * x


def _check_numbers(
    channel: Any, not_negative: tuple[str, ...] = (), *, kind: type = Real
) -> None:
    """Check that all fields are finite numbers of a kind, and some not negative."""
    for name in (field.name for field in fields(channel)):
        value = getattr(channel, name)
        if not isinstance(value, kind):
            raise TypeError(
                f"`{name}` must be a {kind.__name__.lower()} number, but is {value!r}."
            )
        check_finite(np.asarray(value), name)
        if name in not_negative and getattr(channel, name) < 0:
            raise ValueError(f"`{name}` must not be negative, but is {value}.")
