"""Between W(x, p) and the density matrix ρ(x, x′) on an even axis."""

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_hermitian
from ..._core.threads import one_blas_thread
from ..grid import PhaseSpaceGrid
from ..wigner_function import WignerFunction
from .chords import (
    check_contained,
    check_resolved,
    convert_even_axis,
    interpolate,
    phases,
)

__all__ = [
    "check_kernel",
    "check_values",
    "density_from_wigner",
    "kernel_of_values",
    "own_axis",
    "transform_kernel",
    "wigner_from_density",
]


def wigner_from_density(
    rho_xx: ArrayLike, x: ArrayLike, grid: PhaseSpaceGrid
) -> WignerFunction:
    r"""Return W(x, p) of density matrices ρ(x, x′), in any window of phase space.

    .. math:: W(x, p) = \frac{1}{h} \int e^{-ipy/\hbar}\,
              \rho(x + y/2, x - y/2)\, dy

    with ρ interpolated by its Fourier series, as
    :func:`~oqnn.phase_space.wigner_from_wavefunction` does with ψ. Costs
    O(m nx (m + np)) a state of m × m points.

    Parameters
    ----------
    rho_xx : shape (..., m, m), 1/length
        ρ(x, x′), Hermitian. Positivity is not checked, and nothing is normalised: the
        norm of W is ∫ρ(x, x) dx.
    x : shape (m,), length
        Where ρ is given, in both arguments: evenly spaced.
    grid : PhaseSpaceGrid
        Where W is wanted: any points, even or not, on `x` or not.

    Returns
    -------
    WignerFunction
        Values of shape (..., nx, np).

    Raises
    ------
    ValueError
        If `x` is not even or shorter than four points, `rho_xx` does not end in its
        shape, is not finite, not Hermitian or zero everywhere, or more than 1e-10 of
        ∬|ρ|² lies in the outer 32nds of `x` or of the momenta up to ±πħ/dx.

    References
    ----------
    .. [1] Eq. 1.1.

    Examples
    --------
    >>> x = np.linspace(-7, 7, 70, endpoint=False)
    >>> rho = np.exp(-np.add.outer(x**2, x**2) / 2) / np.sqrt(np.pi)
    >>> W = wigner_from_density(rho, x, PhaseSpaceGrid([0.0, 1.0], [0.0, 0.5]))
    >>> (np.pi * W.values).round(6)  # exp(−x² − p²)
    array([[1.      , 0.778801],
           [0.367879, 0.286505]])
    """
    rho, x = np.asarray(rho_xx, dtype=complex), convert_even_axis(x, "x")
    check_kernel(rho, x, "rho_xx")
    check_hermitian(rho, "rho_xx")
    h = 2 * np.pi * grid.hbar
    return WignerFunction(transform_kernel(rho, x, grid) / h, grid)


def density_from_wigner(
    W: WignerFunction, x: ArrayLike | None = None
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return ρ(x, x′) and its axis, from W on an even grid.

    .. math:: \rho(x + y/2, x - y/2) = \int W(x, p)\, e^{ipy/\hbar}\, dp

    with W interpolated in x by its Fourier series; ρ is zero beyond |y| = πħ/dp. The
    inverse of :func:`wigner_from_density`.

    Parameters
    ----------
    W : WignerFunction
        On a grid that holds it, unlike a window.
    x : shape (m,), length, optional
        Even axis on which ρ is wanted. By default that of the grid, with so many points
        put between every two neighbours that momenta up to max|p| are resolved: a
        mixed state may need it, its W being smoother than its ρ.

    Returns
    -------
    rho : np.ndarray
        Complex Hermitian, shape (..., m, m). Its trace is Σρ(x, x) dx.
    x : np.ndarray
        Shape (m,).

    Raises
    ------
    TypeError
        If `W` is no WignerFunction.
    ValueError
        If its grid is not even, more than 1e-10 of ∬W² lies in the outer 32nds of x or
        p, or of the wave numbers either spacing can hold, or `x` is not even.

    References
    ----------
    .. [1] Eq. 1.1, inverted.

    Examples
    --------
    >>> grid = PhaseSpaceGrid.centered(7, 6, (64, 48))
    >>> u, v = grid.x[:, None], grid.p
    >>> W = WignerFunction(np.exp(-(u**2) - v**2) / np.pi, grid)
    >>> rho, x = density_from_wigner(W)
    >>> psi = np.exp(-(x**2) / 2) / np.pi**0.25
    >>> bool(np.allclose(rho, np.outer(psi, psi), atol=1e-12))
    True
    """
    if not isinstance(W, WignerFunction):
        raise TypeError(
            f"`W` must be a WignerFunction, but is a {type(W).__name__}. "
            "WignerFunction(values, grid) makes one."
        )
    axis = own_axis(W.grid) if x is None else convert_even_axis(x, "x")
    W.grid.check_even("W.grid")
    check_values(W.values, "W")
    return kernel_of_values(W.values, W.grid, axis), axis


def transform_kernel(
    kernel: np.ndarray, x: np.ndarray, grid: PhaseSpaceGrid
) -> np.ndarray:
    """Return ∫e^{−ipy/ħ} A(x + y/2, x − y/2) dy, real, of checked Hermitian A."""
    m, dx = x.size, (x[-1] - x[0]) / (x.size - 1)
    centres = x[0] + dx / 2 * np.arange(2 * m)
    s = dx / 2 * np.arange(m)
    weights = np.where(s == 0, 1, 2) * dx  # s and −s
    kernels = phases(s, grid.p, grid.hbar) * np.tile(weights, 2)[:, None]
    kernels[:, np.abs(grid.p) > np.pi * grid.hbar / dx] = 0
    values = np.empty((*kernel.shape[:-2], *grid.shape))
    with one_blas_thread():
        for index in np.ndindex(kernel.shape[:-2]):
            chords = _chords(kernel[index])
            chords = np.hstack([chords.real, chords.imag])  # (2m, 2m)
            values[index] = interpolate(chords, centres, grid.x) @ kernels
    return values


def kernel_of_values(
    values: np.ndarray, grid: PhaseSpaceGrid, x: np.ndarray
) -> np.ndarray:
    """Return ∫A(x, p) e^{ipy/ħ} dp of real values, at (x + y/2, x − y/2) on an axis."""
    m, d = x.size, (x[-1] - x[0]) / (x.size - 1)
    centres = x[0] + d / 2 * np.arange(2 * m - 1)
    y = d * np.arange(m)
    kernel = phases(y / 2, grid.p, grid.hbar).T * grid.dp  # (np, 2m)
    kernel[:, np.tile(y > np.pi * grid.hbar / grid.dp, 2)] = 0
    i, j = np.indices((m, m))
    # Where i < j the chord runs backwards, which conjugates.
    middle, length, turn = i + j, np.abs(i - j), np.sign(i - j)
    rho = np.empty((*values.shape[:-2], m, m), dtype=complex)
    with one_blas_thread():
        for index in np.ndindex(values.shape[:-2]):
            chords = interpolate(values[index], grid.x, centres) @ kernel
            rho[index].real = chords[:, :m][middle, length]
            rho[index].imag = chords[:, m:][middle, length] * turn
    return rho


def _chords(rho: np.ndarray) -> np.ndarray:
    """Return ρ(x + s, x − s), x and s of half the spacing, shape (2m, m)."""
    m = len(rho)
    index = np.fft.fftfreq(m, 1 / m).astype(int)
    waves = np.zeros((2 * m, 2 * m), dtype=complex)
    waves[np.ix_(index, index)] = 4 * np.fft.fft2(rho)
    fine = np.fft.ifft2(waves)
    centre, n = np.arange(2 * m)[:, None], np.arange(m)
    ahead, behind = centre + n, centre - n
    inside = (behind >= 0) & (ahead < 2 * m)
    return np.where(inside, fine[ahead % (2 * m), behind], 0)


def own_axis(grid: PhaseSpaceGrid) -> np.ndarray:
    """Return the x of a grid, refined for momenta up to max|p|."""
    wanted = grid.dx * np.abs(grid.p).max() / (np.pi * grid.hbar)
    parts = max(1, int(np.ceil(wanted * (1 - 1e-12))))  # p may end at πħ/dx itself
    return grid.x[0] + grid.dx / parts * np.arange(parts * grid.x.size)


def check_kernel(kernel: np.ndarray, x: np.ndarray, name: str) -> None:
    """Check shape and entries of A(x, x′), and that both axes hold and resolve it."""
    if kernel.shape[-2:] != (x.size, x.size):
        raise ValueError(
            f"`{name}` must have shape (..., {x.size}, {x.size}), as `x` has, but has "
            f"shape {kernel.shape}."
        )
    check_finite(kernel, name)
    for axis in (-2, -1):
        other = -3 - axis
        check_contained((np.abs(kernel) ** 2).sum(other), name, "x")
        waves = np.fft.fft(kernel, axis=axis)
        check_resolved((np.abs(waves) ** 2).sum(other), name, "x")


def check_values(values: np.ndarray, name: str) -> None:
    """Check that both axes of a grid hold and resolve values (..., nx, np)."""
    for axis, letter in ((-2, "x"), (-1, "p")):
        other = -3 - axis
        check_contained((np.abs(values) ** 2).sum(other), name, letter)
        waves = np.fft.fft(values, axis=axis)
        check_resolved((np.abs(waves) ** 2).sum(other), name, letter)
