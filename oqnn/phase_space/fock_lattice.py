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
    wave: np.ndarray  # φ_n(kδ), |k| ≤ k₀: shape (N, 2k₀ + 1)

    def chords(self, state: np.ndarray) -> np.ndarray:
        """Return G(ξ + s, ξ − s), indexed [ξ, s], of a matrix (N, N) or a ket (N,)."""
        F = np.zeros((2 * self.half + 1, 2 * self.half + 1))
        for wave, diagonals in self._parities():
            G = _between(state, wave).ravel()
            for row, chords, ends in diagonals:
                F[row, chords] = G[ends]
        return F

    def matrix(self, F: np.ndarray) -> np.ndarray:
        """Return T (N, N) from F [ξ, s]: the adjoint of T → G(ξ + s, ξ − s)."""
        T = np.zeros((len(self.wave), len(self.wave)))
        for wave, diagonals in self._parities():
            G = np.zeros(wave.shape[1] ** 2)
            for row, chords, ends in diagonals:
                G[ends] = F[row, chords]
            T += wave @ G.reshape(wave.shape[1], -1) @ wave.T
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

    def _parities(self) -> Iterator[tuple[np.ndarray, Iterator]]:
        """Yield φ at even, then at odd points: ξ ± s are two of one kind."""
        for offset in (0, 1):
            wave = np.ascontiguousarray(self.wave[:, offset::2])
            yield wave, self._diagonals(wave.shape[1], offset)

    def _diagonals(self, m: int, offset: int) -> Iterator[tuple[int, slice, slice]]:
        """Yield a row ξ of F, its chords s, and their ends in G (m, m) made flat.

        The ends are an antidiagonal: with points 2u + offset and 2v + offset, counted
        from −k₀, u + v gives ξ and u − v gives s.
        """
        k0, n = self.wave.shape[1] // 2, self.half
        for t in range(max(0, k0 - n - offset), min(2 * m - 2, k0 + n - offset) + 1):
            low = max(0, t - m + 1, (t - n + 1) // 2)
            high = min(t, m - 1, (t + n) // 2)
            chords = slice(2 * low - t + n, 2 * high - t + n + 1, 2)
            ends = slice(t + low * (m - 1), t + high * (m - 1) + 1, m - 1)
            yield t + offset - k0 + n, chords, ends


def fock_lattice(levels: int) -> FockLattice:
    """Return the lattice for states of so many levels."""
    radius = fock_radius(levels)
    half = int(np.ceil(2 * radius**2 / np.pi))  # 2δ · 2 radius ≤ 2π, as Nyquist asks
    spacing = radius / half
    k0 = int(fock_radius(levels, TAIL**2) / spacing)
    points = spacing * np.arange(-k0, k0 + 1)
    return FockLattice(spacing, half, radius, oscillator_wavefunctions(levels, points))


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
