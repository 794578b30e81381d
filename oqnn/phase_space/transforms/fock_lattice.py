r"""The lattice on which oscillator states of N levels are exact, and its transforms.

In units of the oscillator length ℓ for ξ and s, and of ħ/ℓ for π, Eq. 1.1 reads

.. math:: \pi\hbar\,W(\xi, \pi) = \int e^{-2i\pi s} \rho(\xi + s, \xi - s)\, ds.

W and its Fourier transform vanish, to rounding, outside discs. Centres ξ and half
chords s on one lattice of spacing δ then hold all of it, and the integral is a sum
without error. Hermiticity makes the sum real: with the real matrix T = Re ρ + Im ρ and
G(x, y) = Σ φ_m(x) T_mn φ_n(y),

.. math:: \pi\hbar\,W = \delta \sum_s G(\xi + s, \xi - s)\,(\cos 2\pi s + \sin 2\pi s).

W at other positions follows by Whittaker's interpolation. Σ T_mn² = h ∬W² dx dp, so
T → W is an isometry, and its adjoint is the way back.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided
from scipy.optimize import brentq

from .hermite import oscillator_wavefunctions

__all__ = ["FockLattice", "fock_lattice", "fock_radius"]

TAIL = 1e-18  # left of W outside its disc, relative to the bound 2/h
FAR = 1e9  # in units of δ, where interpolation weighs nothing


def fock_radius(levels: int, tail: float = TAIL) -> float:
    r"""Return the radius, in units of ℓ, beyond which |W| < `tail` · 2/h.

    For any state of so many levels. Beyond its turning point c = √(2N − 1) the top
    level falls as e^(−S(r)) with S = ½[r√(r² − c²) − c² arcosh(r/c)], and its W and
    that one's Fourier transform as e^(−2S).
    """
    c = np.sqrt(2 * levels - 1)
    wanted = -np.log(tail) / 2

    def lacking(r: float) -> float:
        action = (r * np.sqrt(r**2 - c**2) - c**2 * np.arccosh(r / c)) / 2
        return float(action - wanted)

    return float(brentq(lacking, c, c + np.sqrt(2 * wanted) + 1))


@dataclass(frozen=True, eq=False)
class FockLattice:
    """Centres ξ = iδ and half chords s = jδ, |i|, |j| ≤ half, with φ at ξ ± s."""

    spacing: float  # δ
    half: int
    radius: float  # of the disc of W
    even: np.ndarray  # φ_n(2uδ), shape (N, odd number)
    odd: np.ndarray  # φ_n((2u + 1)δ), shape (N, even number)

    def chords(self, state: np.ndarray) -> np.ndarray:
        """Return G(ξ + s, ξ − s), indexed [ξ, s], of a matrix (N, N) or a ket (N,)."""
        size = 2 * self.half + 1
        F = np.empty((size, size))
        for parity, wave in enumerate((self.even, self.odd)):
            ends = np.zeros((size, size))
            ends[self._inner(wave)] = _between(state, wave)
            for part, chords in self._chords_of(ends, parity):
                F[part] = chords
        return F

    def matrix(self, F: np.ndarray) -> np.ndarray:
        """Return T (N, N) from F [ξ, s]: the adjoint of T → G(ξ + s, ξ − s)."""
        T = np.zeros((len(self.even), len(self.even)))
        for parity, wave in enumerate((self.even, self.odd)):
            ends = np.zeros(F.shape)
            for part, chords in self._chords_of(ends, parity):
                chords[:] = F[part]
            T += wave @ ends[self._inner(wave)] @ wave.T
        return T

    def centres(self, xi: np.ndarray) -> np.ndarray:
        """Return the weights sinc(ξ/δ − i) of each centre, shape (len(xi), ξ)."""
        place = np.clip(xi / self.spacing, -FAR, FAR)
        nearest = np.rint(place)
        rest = place - nearest  # so that sin π(ξ/δ − i) keeps all its digits
        index = np.arange(-self.half, self.half + 1)
        sine = np.sin(np.pi * rest) * _sign(nearest) / np.pi
        away = (nearest[:, None] - index) + rest[:, None]
        met = away == 0
        away[met] = 1
        weights = sine[:, None] * _sign(index) / away
        weights[met] = 1
        return weights

    def kernel(self, pi: np.ndarray) -> np.ndarray:
        """Return δ(cos 2πs + sin 2πs)/π at momenta π, shape (s, len(pi))."""
        s = self.spacing * np.arange(-self.half, self.half + 1)
        inside = np.abs(pi) <= self.radius  # beyond, the sum repeats itself, W does not
        angle = 2 * s[:, None] * np.where(inside, pi, 0)
        weight = np.sqrt(2) * self.spacing / np.pi * inside
        return np.asarray(np.cos(angle - np.pi / 4) * weight)

    def _inner(self, wave: np.ndarray) -> tuple[slice, slice]:
        """Return the points where φ is not zero, among those between ±2 half δ."""
        start = self.half - wave.shape[1] // 2
        inner = slice(start, start + wave.shape[1])
        return inner, inner

    def _chords_of(
        self, ends: np.ndarray, parity: int
    ) -> Iterator[tuple[tuple[slice, slice], np.ndarray]]:
        """Yield parts of F, and views of them in G between points of one parity.

        The ends a, b = ξ ± s of a chord are two even points or two odd ones. One step
        of two in ξ moves both up by one place, one in s moves b down instead.
        """
        down, right = ends.strides
        for row in (0, 1):
            column = (row + parity) % 2
            a, b = (row + column - parity) // 2, (row - column - parity) // 2
            yield (
                (slice(row, None, 2), slice(column, None, 2)),
                as_strided(
                    ends[a:, b + self.half :],
                    (self.half + 1 - row, self.half + 1 - column),
                    (down + right, down - right),
                ),
            )


def fock_lattice(levels: int) -> FockLattice:
    """Return the lattice for states of so many levels."""
    radius = fock_radius(levels)
    half = int(np.ceil(2 * radius**2 / np.pi))  # 2δ · 2 radius ≤ 2π, as Nyquist asks
    spacing = radius / half
    reach = int(fock_radius(levels, TAIL**2) / spacing)  # of φ, which falls as √W
    points = np.arange(-reach, reach + 1)
    wave = oscillator_wavefunctions(levels, spacing * points)
    odd = points % 2 == 1
    return FockLattice(spacing, half, radius, wave[:, ~odd], wave[:, odd])


def _between(state: np.ndarray, wave: np.ndarray) -> np.ndarray:
    """Return G(x, y), the real plus the imaginary part of ρ(x, y), at all points."""
    if state.ndim == 2:
        return np.asarray(wave.T @ (state.real + state.imag) @ wave)
    psi = state @ wave
    sums, differences = psi.real + psi.imag, psi.real - psi.imag
    return np.outer(psi.real, differences) + np.outer(psi.imag, sums)


def _sign(index: np.ndarray) -> np.ndarray:
    """Return (−1)^index."""
    return np.asarray(1 - 2 * (index % 2))
