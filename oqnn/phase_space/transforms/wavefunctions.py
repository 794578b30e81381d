"""Wigner functions of wavefunctions that are sampled on an even axis."""

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite
from ..._core.threads import one_blas_thread
from ..grid import PhaseSpaceGrid
from ..wigner_function import WignerFunction
from .chords import (
    check_contained,
    check_resolved,
    convert_even_axis,
    phases,
    refine,
)

__all__ = ["wigner_from_wavefunction"]

BLOCK = 2**21  # complex numbers of a block of chords, 32 MB


def wigner_from_wavefunction(
    psi: ArrayLike, x: ArrayLike, grid: PhaseSpaceGrid
) -> WignerFunction:
    r"""Return W(x, p) of wavefunctions, in any window of phase space.

    .. math:: W(x, p) = \frac{1}{h} \int e^{-ipy/\hbar}\,
              \psi(x + y/2)\, \psi^*(x - y/2)\, dy

    with ψ interpolated to the ends of the chords by its Fourier series and the integral
    taken as a sum of half the spacing, both of which err only by what of ψ lies beyond
    its axis and beyond |p| = πħ/dx, where W is returned as zero [1]_. Costs O(m nx np)
    a state of m points.

    Parameters
    ----------
    psi : shape (..., m), 1/√length
        ψ, complex; nothing is normalised, and the norm of W is ∫|ψ|² dx. A unit vector
        of amplitudes is to be divided by √dx first.
    x : shape (m,), length
        Where ψ is given: evenly spaced.
    grid : PhaseSpaceGrid
        Where W is wanted: any points, even or not, on `x` or not.

    Returns
    -------
    WignerFunction
        Values of shape (..., nx, np).

    Raises
    ------
    ValueError
        If `x` is not even or shorter than four points, `psi` does not end in its shape,
        is not finite or zero everywhere, or more than 1e-10 of ∫|ψ|² lies in the outer
        32nds of `x` or of the momenta up to ±πħ/dx.

    References
    ----------
    .. [1] Eq. 1.1. Routes by one FFT have a window of p of πħ/2dx either way instead,
       and what lies beyond comes back inside.

    Examples
    --------
    >>> x = np.linspace(-8, 8, 80, endpoint=False)
    >>> psi = np.exp(-(x**2) / 2 + 3j * x) / np.pi**0.25
    >>> at_centre = PhaseSpaceGrid([0.0, 0.1], [-3.0, 3.0])
    >>> W = wigner_from_wavefunction(psi, x, at_centre)
    >>> (np.pi * W.values[0]).round(9) + 0
    array([0., 1.])
    """
    psi, x = np.asarray(psi, dtype=complex), convert_even_axis(x, "x")
    if psi.ndim == 0 or psi.shape[-1] != x.size:
        raise ValueError(
            f"`psi` must have shape (..., {x.size}), as `x` has, but has shape "
            f"{psi.shape}."
        )
    check_finite(psi, "psi")
    check_contained(np.abs(psi) ** 2, "psi", "x")
    check_resolved(np.abs(np.fft.fft(psi)) ** 2, "psi", "x")

    dx = (x[-1] - x[0]) / (x.size - 1)
    s = dx / 2 * np.arange(x.size)
    weights = np.where(s == 0, 1, 2) * dx / (2 * np.pi * grid.hbar)  # s and −s
    kernel = phases(s, grid.p, grid.hbar) * np.tile(weights, 2)[:, None]
    kernel[:, np.abs(grid.p) > np.pi * grid.hbar / dx] = 0
    values = np.empty((*psi.shape[:-1], *grid.shape))
    with one_blas_thread():
        for index in np.ndindex(psi.shape[:-1]):
            values[index] = _transform(psi[index], x, grid.x, kernel)
    return WignerFunction(values, grid)


def _transform(
    psi: np.ndarray, x: np.ndarray, centres: np.ndarray, kernel: np.ndarray
) -> np.ndarray:
    """Return W at the centres, by blocks of them."""
    m, dx = x.size, (x[-1] - x[0]) / (x.size - 1)
    place = (centres - x[0]) / (dx / 2)
    near = np.rint(np.clip(place, -1, 2 * m)).astype(int)  # of the half lattice
    offsets = np.where((near >= 0) & (near < 2 * m), place - near, 0) * dx / 2
    values = np.empty((centres.size, kernel.shape[1]))
    rows = max(1, BLOCK // (2 * m))
    for first in range(0, centres.size, rows):
        part = slice(first, first + rows)
        # Centres that lie alike between the points share one interpolation.
        shifts, which = np.unique(
            np.round(offsets[part] / dx, 13) * dx, return_inverse=True
        )
        chords = _chords(refine(psi, dx, shifts), which, near[part])
        values[part] = np.hstack([chords.real, chords.imag]) @ kernel
    return values


def _chords(waves: np.ndarray, which: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Return ψ(x + s) ψ*(x − s), s = 0 … (m − 1) dx/2, shape (len(near), m)."""
    last = waves.shape[1] - 1
    n = np.arange(waves.shape[1] // 2)
    ahead, behind = near[:, None] + n, near[:, None] - n
    inside = (behind >= 0) & (ahead <= last)
    row = which[:, None]
    pair = waves[row, np.clip(ahead, 0, last)]
    pair *= waves[row, np.clip(behind, 0, last)].conj()
    return np.where(inside, pair, 0)
