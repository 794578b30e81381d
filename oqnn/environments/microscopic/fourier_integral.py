"""Integrals of a spectral density against oscillations, on adaptive panels.

On every panel the density is a Legendre series, whose product with an oscillation has a
closed form (Filon's idea). The number of panels therefore depends on the density alone
and not on the times, and slowly falling tails cost no more than narrow peaks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import spherical_jn

from ..._core.errors import ConvergenceError

__all__ = ["SpectralPanels", "spectral_panels"]

ORDER = 20  # nodes a panel
OCTAVES = (-200, 100)  # powers of two between which frequencies are looked at
MOST_PANELS = 20_000
STILL = 1e-8  # largest phase whose square is nothing
NEAR = 4.0  # largest phase on a panel that its nodes are trusted to resolve

NODES, WEIGHTS = np.polynomial.legendre.leggauss(ORDER)
DEGREES = np.arange(ORDER)
LEGENDRE = np.polynomial.legendre.legvander(NODES, ORDER - 1)  # (nodes, degrees)
TO_SERIES = (LEGENDRE * WEIGHTS[:, None]).T * (DEGREES + 0.5)[:, None]


@dataclass(frozen=True, kw_only=True, eq=False)
class SpectralPanels:
    """A density f(ω) ≥ 0 on panels from low to high frequency."""

    middles: np.ndarray  # (p,)
    halves: np.ndarray  # (p,)
    values: np.ndarray  # (p, ORDER), at `frequencies`
    error: float  # of ∫ f, without what lies above the last panel
    remainder: float  # of ∫ f above the last panel; infinite where it diverges

    @property
    def frequencies(self) -> np.ndarray:
        """Nodes, shape (p, ORDER)."""
        return self.middles[:, None] + self.halves[:, None] * NODES

    @property
    def masses(self) -> np.ndarray:
        """Quadrature weights times f, shape (p, ORDER)."""
        return self.halves[:, None] * WEIGHTS * self.values

    def inverse_moment(self) -> float:
        """Return ∫ f/ω dω."""
        parts = (self.masses / self.frequencies).sum(axis=1)
        if self.middles[0] < 2.0 ** (OCTAVES[0] + 1) and parts[0] > 1e-9 * parts.sum():
            raise ConvergenceError(
                "∫ J/ω dω does not converge at low frequencies. A lower end of "
                "`support` cuts it off."
            )
        return float(parts.sum())

    def transform(self, times: np.ndarray) -> np.ndarray:
        """Return ∫ f e^{−iωt} dω, shape (t,); infinite at t = 0 if ∫ f diverges."""
        series = self.values @ TO_SERIES.T
        mass, moment = (
            np.append(0, part.sum(axis=1).cumsum())
            for part in (self.masses, self.masses * self.frequencies)
        )
        out = np.empty(len(times), dtype=complex)
        for k, t in enumerate(times):
            still = self._panels_below(STILL, t)  # on them e^{−iωt} = 1 − iωt
            out[k] = mass[still] - 1j * t * moment[still]
            out[k] += self._oscillate(series, t, still)
        return out + np.where(np.asarray(times) == 0, self.remainder, 0)

    def lineshape(self, times: np.ndarray) -> np.ndarray:
        """Return ∫ f [1 − e^{−iωt} − iωt] / ω² dω, shape (t,)."""
        omega = self.frequencies
        series = (self.values / omega**2) @ TO_SERIES.T
        # cumulative from the top, so that [k] sums the panels from k on
        constant, slope = (
            np.append((self.masses * omega**power).sum(axis=1)[::-1].cumsum()[::-1], 0)
            for power in (-2, -1)
        )
        out = np.empty(len(times), dtype=complex)
        for k, t in enumerate(np.abs(times)):
            # slow panels one by one, for 1 − cos ωt loses its digits in Filon's form
            near = self._panels_below(NEAR, t)
            x = omega[:near] * t
            kernel = (2 * np.sin(x / 2) ** 2 + 1j * (np.sin(x) - x)) / omega[:near] ** 2
            out[k] = (self.masses[:near] * kernel).sum()
            out[k] += constant[near] - 1j * t * slope[near]
            out[k] -= self._oscillate(series, t, near)
        return np.where(np.asarray(times) < 0, out.conj(), out)

    def highest(self, share: float) -> float:
        """Return a frequency above which at most a share of ∫ f lies."""
        masses = self.masses.sum(axis=1)
        if not self.remainder <= share * masses.sum():
            raise ValueError(
                "`cutoff` must be given for a bath whose ∫ J dω diverges. Try some ten "
                "times the highest frequency of the system."
            )
        above = masses[::-1].cumsum()[::-1]
        last = np.flatnonzero(above > share * above[0])[-1]
        return float(self.middles[last] + self.halves[last])

    def _panels_below(self, phase: float, t: float) -> int:
        """Return how many panels lie below the frequency phase/|t|."""
        return int(np.searchsorted((self.middles + self.halves) * abs(t), phase))

    @cached_property
    def _reach(self) -> int:
        """Number of panels below a negligible rest of ∫ f."""
        above = self.masses.sum(axis=1)[::-1].cumsum()[::-1]
        return int((above > 1e-18 * above[0]).sum())

    def _oscillate(self, series: np.ndarray, t: float, first: int = 0) -> complex:
        """Return ∫ f e^{−iωt} dω over the panels from `first` on."""
        part = slice(first, self._reach)
        middles, halves = self.middles[part], self.halves[part]
        # ∫ P_n(x) e^{−ikx} dx = 2 (−i)ⁿ j_n(k)
        bessel = spherical_jn(DEGREES, (halves * t)[:, None])
        total = (series[part] * (-1j) ** DEGREES * bessel).sum(axis=1)
        return complex((2 * halves * np.exp(-1j * middles * t) * total).sum())


def spectral_panels(
    density: Callable[[np.ndarray], np.ndarray],
    *,
    support: tuple[float, float] = (0.0, np.inf),
    breaks: Sequence[float] = (),
    tolerance: float = 1e-10,
) -> SpectralPanels:
    """Cut the frequency axis until a density is a short Legendre series on each panel.

    Octaves are cut in half until the last two coefficients, times the width, are below
    a hundredth of `tolerance` of the whole. A peak much narrower than a fiftieth of its
    frequency may be missed unless one of `breaks` lies in it.

    Parameters
    ----------
    density : callable
        Takes frequencies (s,) > 0 and returns f ≥ 0, shape (s,).
    support : (low, high), angular frequency
        Outside it f is taken as zero.
    breaks : sequence of float
        Frequencies of narrow peaks, kinks and jumps.
    tolerance : float
        Relative, of ∫ f.

    Raises
    ------
    ConvergenceError
        If f does not fall off at high frequencies, is too singular at low ones, or
        needs more than 20 000 panels.
    """
    edges = _edges(support, breaks)
    lows, highs = edges[:-1], edges[1:]
    done: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    mass, error, count = 0.0, 0.0, 0
    while len(lows):
        middles, halves = (lows + highs) / 2, (highs - lows) / 2
        nodes = middles[:, None] + halves[:, None] * NODES
        values = density(nodes.ravel()).reshape(nodes.shape)
        estimate = 2 * halves * np.abs(values @ TO_SERIES[-2:].T).sum(axis=1)
        whole = mass + float((halves[:, None] * WEIGHTS * values).sum())
        fine = estimate <= tolerance / 100 * whole
        fine |= halves < 1e-14 * middles  # the next halves would be equal in floats
        done.append((middles[fine], halves[fine], values[fine]))
        mass += float((halves[fine, None] * WEIGHTS * values[fine]).sum())
        error += float(estimate[fine].sum())
        count += int(fine.sum())
        if count + 2 * (~fine).sum() > MOST_PANELS:
            raise ConvergenceError(
                f"The spectral density needs more than {MOST_PANELS} panels at "
                f"tolerance {tolerance:.1e}. Is it noisy? Try a larger `tolerance`."
            )
        lows, highs = (
            np.concatenate([lows[~fine], middles[~fine]]),
            np.concatenate([middles[~fine], highs[~fine]]),
        )
    middles, halves, values = (
        np.concatenate(parts) for parts in zip(*done, strict=True)
    )
    order = np.argsort(middles)
    found = SpectralPanels(
        middles=middles[order],
        halves=halves[order],
        values=values[order],
        error=error,
        remainder=0.0,
    )
    return _with_ends(found, density, support, tolerance)


def _edges(support: tuple[float, float], breaks: Sequence[float]) -> np.ndarray:
    """Powers of two, cut to the support, with the breaks among them."""
    octaves = 2.0 ** np.arange(OCTAVES[0], OCTAVES[1] + 1)
    low, high = max(support[0], octaves[0]), min(support[1], octaves[-1])
    inner = np.concatenate([octaves, np.asarray(breaks, dtype=float)])
    return np.unique(np.r_[low, inner[(inner > low) & (inner < high)], high])


def _with_ends(
    panels: SpectralPanels,
    density: Callable[[np.ndarray], np.ndarray],
    support: tuple[float, float],
    tolerance: float,
) -> SpectralPanels:
    """Estimate by geometric series what lies beyond the first and the last octave."""
    whole = float(panels.masses.sum())
    first = 2.0 ** (OCTAVES[0] + 0.5)
    last = 2.0 ** (OCTAVES[1] - 0.5)
    error, remainder = panels.error, 0.0
    if support[0] < first:
        error += _series(first, first * 2, density)
        if not error <= tolerance * max(whole, 1e-300):
            raise ConvergenceError(
                "The integral of the spectral density (times the occupation of its "
                "modes) does not converge at low frequencies. Is it flat enough at "
                "zero for this temperature? A lower end of `support` cuts it off."
            )
    if support[1] > last:
        remainder = _series(last, last / 2, density)
        top = float(density(np.array([last]))[0])
        if top > tolerance * panels.values.max(initial=0.0):
            raise ConvergenceError(
                "The spectral density must fall off at high frequencies, but is "
                f"{top:.3g} at ω = {last:.3g}. An upper end of `support` cuts it off."
            )
    return SpectralPanels(
        middles=panels.middles,
        halves=panels.halves,
        values=panels.values,
        error=error,
        remainder=remainder,
    )


def _series(
    outer: float, inner: float, density: Callable[[np.ndarray], np.ndarray]
) -> float:
    """Sum the octaves beyond the outer one, whose masses go on in one ratio."""
    last, previous = density(np.array([outer, inner])) * np.array([outer, inner])
    if last == 0:
        return 0.0
    ratio = last / previous if previous > 0 else np.inf
    return float(last * ratio / (1 - ratio)) if ratio < 1 - 1e-9 else np.inf
